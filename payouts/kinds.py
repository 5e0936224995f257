"""What each kind of movement is called: on statements in their reader's language, in the admin in English."""

from collections.abc import Mapping

from payouts import catalogue


def kind_words(kind: str, locale: str = "en") -> str:
    """What a kind of movement is called in this language; its own name where we have no other."""
    return catalogue.say(KINDS[kind], locale) if kind in KINDS else kind


KINDS: Mapping[str, str] = {
    "per_chat": "Chats",
    "per_minute": "Active minutes",
    "surge": "Busy times",
    "quality_bonus": "Quality bonuses",
    "tip": "Tips",
    "referral": "Referrals",
    "guarantee": "Guarantee",
    "goodwill": "Goodwill",
    "payout": "Paid out",
    "payout_reversed": "Payout that came back",
    "hold": "Held",
    "release": "Released",
    "clawback": "Taken back",
    "owed": "Owed, for later",
    "recovery": "Recovered of what is owed",
    "points": "Points",
    "equity": "Equity units",
}
