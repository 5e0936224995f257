"""What each kind of movement is called, in the language in force: on statements and on the run's page."""

from collections.abc import Mapping

from django.utils.translation import gettext, gettext_noop


def kind_words(kind: str) -> str:
    """What a kind of movement is called in the language in force; its own name where we have no other."""
    return gettext(KINDS[kind]) if kind in KINDS else kind


KINDS: Mapping[str, str] = {
    "per_chat": gettext_noop("Chats"),
    "per_minute": gettext_noop("Active minutes"),
    "surge": gettext_noop("Busy times"),
    "quality_bonus": gettext_noop("Quality bonuses"),
    "tip": gettext_noop("Tips"),
    "referral": gettext_noop("Referrals"),
    "guarantee": gettext_noop("Guarantee"),
    "goodwill": gettext_noop("Goodwill"),
    "payout": gettext_noop("Paid out"),
    "payout_reversed": gettext_noop("Payout that came back"),
    "hold": gettext_noop("Held"),
    "release": gettext_noop("Released"),
    "clawback": gettext_noop("Taken back"),
    "owed": gettext_noop("Owed, for later"),
    "recovery": gettext_noop("Recovered of what is owed"),
    "points": gettext_noop("Points"),
    "equity": gettext_noop("Equity units"),
}
