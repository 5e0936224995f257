"""A line's words, rendered from its inputs in the reader's language: text is never stored, numbers are."""

from collections.abc import Mapping
from decimal import Decimal

from babel import Locale, UnknownLocaleError
from babel.numbers import format_currency, format_decimal, get_currency_precision
from django.utils.translation import gettext, override

from payouts.models.ledger import Movement


def of(posting: Movement, *, locale: str) -> str:
    """The posting in words: its arithmetic where it was rated, else its amount."""
    receipt = posting.receipt
    if "formula" not in receipt:
        return money(posting.amount, posting.currency, locale=locale)
    return words(receipt["formula"], receipt["inputs"], posting.amount, posting.currency, locale=locale)


def words(formula: str, inputs: Mapping[str, int], amount_cents: int, currency: str, *, locale: str) -> str:
    """One sentence that shows the arithmetic: `12 min 30 s active x 0.22 EUR/min = 2.75 EUR`."""
    amount = money(amount_cents, currency, locale=locale)
    with override(locale):
        if formula == "flat":
            return gettext("%(amount)s for the chat") % {"amount": amount}
        if formula == "active_time":
            return gettext("%(duration)s active x %(rate)s/min = %(amount)s") % {
                "duration": duration(inputs["active_seconds"], locale=locale),
                "rate": money(inputs["rate_cents"], currency, locale=locale),
                "amount": amount,
            }
    raise ValueError(f"No words for the formula {formula}.")


def rate_words(kind: str, rate_cents: int, currency: str, *, locale: str) -> str:
    """What a rule will pay, for the offer card: `2.90 EUR for the chat`, `0.22 EUR for each active minute`."""
    rate = money(rate_cents, currency, locale=locale)
    with override(locale):
        if kind == "per_chat":
            return gettext("%(rate)s for the chat") % {"rate": rate}
        if kind == "per_minute":
            return gettext("%(rate)s for each active minute") % {"rate": rate}
    raise ValueError(f"No words for the rule {kind}.")


def money(minor_units: int, currency: str, *, locale: str) -> str:
    """The amount with its currency's code and decimals: `2.75 EUR`, `275 JPY`."""
    amount = Decimal(minor_units).scaleb(-get_currency_precision(currency))
    return format_currency(amount, currency, format="#,##0.00 ¤¤", locale=_known(locale))


def duration(seconds: int, *, locale: str) -> str:
    """`12 min 30 s`, `1 h 5 min 0 s`: no unit left out below the largest, so that columns line up."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, "h")] * bool(hours) + [(minutes, "min")] * bool(hours or minutes) + [(rest, "s")]
    return " ".join(f"{format_decimal(number, locale=_known(locale))} {unit}" for number, unit in parts)


def _known(locale: str) -> Locale:
    """Babel's locale for a language tag; English where it knows none."""
    try:
        return Locale.parse(locale.replace("_", "-"), sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")
