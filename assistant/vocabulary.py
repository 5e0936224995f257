"""Words that say nothing, and words that say the same, for the help articles' languages."""

from assistant.words import fold, stem

FILLERS = frozenset(
    fold(
        """a about after again all also am an and any are as at be been before being but by can could did do does doing
        for from get got had has have having hello hey hi how i if im in into is isn it its just let like ll make may me
        might my myself need no not now of off on one or our out please pls re s should so some t than thank thanks that
        the their them then there these they this those to too up us ve very want was way we were what when where
        which while who why will with would you your yours
        aber als am an auch auf aus bei bin bitte da danke dann das dass dein dem den der des die dir du ein eine einem
        einen einer er es für hallo hat hatte ich ihr im in ist ja kann kein können man mein meine meinem meinen meiner
        mich mir mit möchte muss nach noch nur oder ob sich sie sind so und uns vom von vor wann war warum was wie wenn
        werden will wir wird wo wurde zu zum zur über um habe"""
    ).split()
)

_GROUPS = (
    "refund reimburse reimbursement moneyback erstattung rückerstattung erstatten",
    "card karte debitcard",
    "cancel cancellation stop terminate stornieren kündigen",
    "parcel package shipment order bestellung paket",
    "delivery deliver ship shipping arrive arrived lieferung versand",
    "fee fees cost charge price gebühr kosten",
    "fraud scam scammed fraudulent betrug phishing",
    "invoice bill statement rechnung",
    "instalment installment instalments rate raten ratenzahlung",
    "delete remove erase close löschen",
    "password passcode passwort kennwort",
    "late overdue delayed verspätet",
)


def _synonyms() -> dict[str, str]:
    found: dict[str, str] = {}
    for group in _GROUPS:
        members = [stem(word) for word in fold(group).split()]
        found.update(dict.fromkeys(members, members[0]))
    return found


SYNONYMS = _synonyms()
