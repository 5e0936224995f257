"""A line's words, rendered from its inputs in the reader's language: text is never stored, numbers are."""

from collections.abc import Mapping
from decimal import Decimal

from babel import Locale, UnknownLocaleError
from babel.numbers import format_currency, format_decimal, get_currency_precision

from payouts import catalogue
from payouts.models import Movement
from payouts.rules import EQUITY, POINTS, UNITS, Rule


def of(posting: Movement, *, locale: str) -> str:
    """The posting in words: its arithmetic where it was rated, else its amount."""
    receipt = posting.receipt
    if "formula" not in receipt:
        return money(posting.amount, posting.currency, locale=locale)
    return words(receipt["formula"], receipt["inputs"], posting.amount, posting.currency, locale=locale)


def words(formula: str, inputs: Mapping[str, int], amount_cents: int, currency: str, *, locale: str) -> str:
    """One sentence that shows the arithmetic: `12 min 30 s active x 0.22 EUR/min = 2.75 EUR`."""
    told = {name: money(value, currency, locale=locale) for name, value in inputs.items() if name.endswith("_cents")}
    told |= {name: _number(value, locale=locale) for name, value in inputs.items() if name not in told}
    told |= {
        f"{name.removesuffix('_seconds')}_time": duration(value, locale=locale)
        for name, value in inputs.items()
        if name.endswith("_seconds")
    }
    if formula not in FORMULAS:
        raise ValueError(f"No words for the formula {formula}.")
    amount = money(amount_cents, currency, locale=locale)
    return _said(FORMULAS[formula], {**told, "amount": amount}, locale=locale)


def rule_words(rule: Rule, currency: str, *, locale: str) -> str:
    """What a rule will pay, for the offer card: `2.90 EUR for the chat`, `0.22 EUR for each active minute`."""
    if rule.kind not in RULES:
        raise ValueError(f"No words for the rule {rule.kind}.")
    told = {
        "highest": money(rule.highest_cents, currency, locale=locale),
        "rate": money(rule.rate_cents, currency, locale=locale),
        "units": money(rule.units, UNITS.get(rule.kind, currency), locale=locale),
        "percent": _number(rule.highest_percent, locale=locale),
        "score": _number(rule.least_score, locale=locale),
        "chats": _number(rule.after_chats, locale=locale),
    }
    return _said(SURGE_SUM if rule.highest_cents else RULES[rule.kind], told, locale=locale)


# What each formula of a receipt says, and each rule of a plan.
FORMULAS: Mapping[str, str] = {
    "flat": "%(amount)s for the chat",
    "active_time": "%(active_time)s active x %(rate_cents)s/min = %(amount)s",
    "surge": "%(percent)s %% on top of %(base_cents)s = %(amount)s",
    "bonus": "%(amount)s on top, as the offer showed, because it was busy",
    "units": "%(amount)s for the chat",
    "quality": "%(amount)s for a score of %(score)s out of 5",
    "tip": "%(amount)s tip from the customer, all of it yours",
    "referral": "%(amount)s because somebody you brought has helped %(chats)s customers",
    "guarantee": "%(claimed_time)s x %(rate_cents)s/h guaranteed, less %(eligible_cents)s earned = %(amount)s",
    "difference": "Corrected from %(paid_cents)s to %(right_cents)s = %(amount)s",
}
RULES: Mapping[str, str] = {
    "per_chat": "%(rate)s for the chat",
    "per_minute": "%(rate)s for each active minute",
    "surge": "when it is busy, the share shown on the offer on top: at most %(percent)s %%",
    "quality_bonus": "%(rate)s when the customer gives %(score)s or more out of 5",
    "tip": "tips: all of them yours, on top",
    "referral": "%(rate)s when somebody you brought has helped %(chats)s customers",
    "guarantee": "%(rate)s guaranteed for each hour of a claimed shift",
    "points": "%(units)s for the chat",
    "equity": "%(units)s for the chat",
}
SURGE_SUM = "when it is busy, the sum shown on the offer on top: at most %(highest)s"
SURGE_NOW = "%(amount)s on top, because it is busy now"
UNIT_NAMES: Mapping[str, str] = {POINTS: "points", EQUITY: "equity units"}


def money(minor_units: int, currency: str, *, locale: str) -> str:
    """The amount with its currency's code and decimals: `2.75 EUR`, `275 JPY`; units by their name: `40 points`."""
    if currency in UNIT_NAMES:
        return f"{_number(minor_units, locale=locale)} {catalogue.say(UNIT_NAMES[currency], locale)}"
    amount = Decimal(minor_units).scaleb(-get_currency_precision(currency))
    return format_currency(amount, currency, format="#,##0.00 ¤¤", locale=known(locale))


def duration(seconds: int, *, locale: str) -> str:
    """`12 min 30 s`, `1 h 5 min 0 s`: no unit left out below the largest, so that columns line up."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, "h")] * bool(hours) + [(minutes, "min")] * bool(hours or minutes) + [(rest, "s")]
    return " ".join(f"{format_decimal(number, locale=known(locale))} {unit}" for number, unit in parts)


def surge_words(surge_cents: int, currency: str, *, locale: str) -> str:
    """The bonus of an offer, as its card says it."""
    return _said(SURGE_NOW, {"amount": money(surge_cents, currency, locale=locale)}, locale=locale)


def _said(sentence: str, told: Mapping[str, str], *, locale: str) -> str:
    """The sentence in this language, with these values in their places."""
    return catalogue.say(sentence, locale) % {name: isolated(text, locale=locale) for name, text in told.items()}


def isolated(text: str, *, locale: str) -> str:
    """The same text, kept together from left to right where the language runs the other way: sign, number, unit.

    By the marks of Unicode's bidirectional algorithm (UAX 9): without them `-4 min 37 s` is read `min 37 s 4-`.
    """
    runs_left = catalogue.language(locale) != "en" and known(locale).character_order == "right-to-left"
    return f"\u2066{text}\u2069" if runs_left else text


def _number(number: int, *, locale: str) -> str:
    return format_decimal(number, locale=known(locale))


def known(locale: str) -> Locale:
    """Babel's locale for a language tag; English where it knows none."""
    try:
        return Locale.parse(locale.replace("_", "-"), sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")
