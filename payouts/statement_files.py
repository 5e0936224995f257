"""A statement as JSON, which `tools/verify_statement.py` recomputes offline, and as CSV, which a spreadsheet opens."""

import csv
import io
import json
from typing import Any

from babel.numbers import get_currency_precision

from payouts import receipts
from payouts.models import Payout, PayPlan, Posting
from payouts.statements import NightShown, Statement, instant

FORMAT = "beckon-statement-2"
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
COLUMNS = ("number", "at", "kind", "text", "amount", "balance", "currency", "source", "facts_sha256")


def as_json(statement: Statement, *, locale: str) -> str:
    """The whole statement, with what each line was computed from. Instants in UTC, amounts in minor units."""
    told: dict[str, Any] = {
        "format": FORMAT,
        "made_at": instant(statement.made_at),
        "agent": {"id": str(statement.agent_id), "name": statement.agent_name},
        "account": statement.account,
        "currency": statement.currency,
        "decimals": get_currency_precision(statement.currency),
        "period": {
            "name": statement.month.name,
            "zone": statement.month.zone,
            "since": instant(statement.month.since),
            "until": instant(statement.month.until),
        },
        "opening": {"seq": statement.opening.seq, "balance": statement.opening.balance},
        "closing": {"seq": statement.closing.seq, "balance": statement.closing.balance},
        "totals": statement.totals,
        "lines": [_line(line, locale=locale) for line in statement.lines],
        "facts": dict(sorted(statement.facts.items())),
        "plans": _plans(statement),
        "payouts": [_payout(payout, statement) for payout in statement.payouts],
        "nights": [_night(shown) for shown in statement.nights],
    }
    return json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _line(line: Posting, *, locale: str) -> dict[str, Any]:
    return {
        "id": str(line.pk),
        "seq": line.seq,
        "at": instant(line.created_at),
        "kind": line.kind,
        "source": line.source,
        "amount": line.amount,
        "balance_after": line.balance_after,
        "receipt": line.receipt,
        "words": receipts.of(line, locale=locale),
    }


def _plans(statement: Statement) -> dict[str, Any]:
    """The published versions under which these lines were rated, by id: with them, no rate is taken on trust."""
    ids = {line.receipt["plan"] for line in statement.lines if line.receipt.get("plan")}
    return {
        str(plan.pk): {"version": plan.version, "tier": plan.tier, "currency": plan.currency, "rules": plan.rules}
        for plan in PayPlan.objects.filter(pk__in=ids).order_by("pk")
    }


def _payout(payout: Payout, statement: Statement) -> dict[str, Any]:
    """As it stood when the stretch ended: what came back after that is a line of a later statement."""
    back = any(line.source == f"payout:{payout.pk}:reversed" for line in statement.lines)
    later = payout.state == Payout.State.REVERSED and not back
    return {
        "id": str(payout.pk),
        "lo": payout.lo,
        "hi": payout.hi,
        "amount": payout.amount,
        "drained_seq": payout.drained_seq,
        "state": "came_back_later" if later else payout.state,
        "to": f"{payout.destination.provider} {payout.destination.ending}",
    }


def _night(shown: NightShown) -> dict[str, Any]:
    return {
        "day": f"{shown.night.day:%Y-%m-%d}",
        "postings": shown.night.postings,
        "tree": shown.night.tree,
        "previous": shown.night.previous,
        "sha256": shown.night.sha256,
        "path": [{"side": step.side, "sha256": step.sha256} for step in shown.path],
        "before": list(shown.before),
        "after": list(shown.after),
    }


def as_csv(statement: Statement, *, locale: str) -> str:
    """One row a line; amounts as plain decimals with a point. A byte order mark, because one spreadsheet needs it."""
    table = io.StringIO(newline="")
    writer = csv.writer(table, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for line in statement.lines:
        writer.writerow([cell(value) for value in _row(line, statement, locale=locale)])
    return "\ufeff" + table.getvalue()


def _row(line: Posting, statement: Statement, *, locale: str) -> tuple[object, ...]:
    return (
        line.seq,
        instant(line.created_at),
        line.kind,
        receipts.of(line, locale=locale),
        plain(line.amount, statement.currency),
        plain(line.balance_after or 0, statement.currency),
        statement.currency,
        line.source,
        line.receipt.get("fact_sha256", ""),
    )


class Number(str):
    """A decimal that we wrote ourselves: its minus sign is a sign."""


def plain(minor_units: int, currency: str) -> Number:
    """`-12.05`, whatever the reader's language: a number for machines."""
    digits = get_currency_precision(currency)
    whole, part = divmod(abs(minor_units), 10**digits)
    return Number(("-" if minor_units < 0 else "") + str(whole) + (f".{part:0{digits}}" if digits else ""))


def cell(value: object) -> object:
    """Text that a spreadsheet would take for a formula is text again, by an apostrophe before it."""
    if isinstance(value, str) and not isinstance(value, Number) and value.lstrip(" ").startswith(FORMULA_SIGNS):
        return f"'{value}"
    return value
