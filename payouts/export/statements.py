"""An agent's statement.json: every line with all that is needed to compute it again, without asking us.

`tools/verify_statement.py` reads it; its format is told in docs/statement.md.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from payouts import ledger
from payouts.models import EarningFact, Payout, PayPlan
from payouts.models.ledger import Account

FORMAT = "beckon-statement/1"
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def statement(agent_id: UUID, currency: str, *, now: datetime, since: datetime = BEGINNING) -> dict[str, Any]:
    """The agent's postings in one currency from `since` up to but not at `now`, with facts, plans and payouts."""
    account = Account.objects.filter(name=ledger.numbered(agent_id, currency)).first()
    lines = _lines(account, since, now) if account else []
    receipts = [line["receipt"] for line in lines]
    return {
        "format": FORMAT,
        "account": ledger.numbered(agent_id, currency),
        "currency": currency,
        "made_at": _instant(now),
        "opening": _opening(lines),
        "lines": lines,
        "closing": {"seq": lines[-1]["seq"], "balance": lines[-1]["balance_after"]} if lines else _opening(lines),
        "facts": _facts(agent_id, {receipt["fact_sha256"] for receipt in receipts if "fact_sha256" in receipt}),
        "plans": _plans({receipt["plan"] for receipt in receipts if receipt.get("plan")}),
        "payouts": _payouts(account, lines) if account else [],
    }


def _lines(account: Account, since: datetime, until: datetime) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(_LINES, [account.pk, since, until])
        return [_line(*row) for row in cursor.fetchall()]


def _line(
    seq: int, at: datetime, kind: str, amount: int, balance_after: int, source: str, contra: str, receipt: str
) -> dict[str, Any]:
    return {
        "seq": seq,
        "at": _instant(at),
        "kind": kind,
        "amount": amount,
        "balance_after": balance_after,
        "source": source,
        "contra": contra,
        "receipt": json.loads(receipt),
    }


def _opening(lines: Sequence[dict[str, Any]]) -> dict[str, int]:
    if not lines:
        return {"seq": 0, "balance": 0}
    return {"seq": lines[0]["seq"] - 1, "balance": lines[0]["balance_after"] - lines[0]["amount"]}


def _facts(agent_id: UUID, hashes: set[str]) -> dict[str, dict[str, str]]:
    """By hash. The agent's own alone: nobody else's facts stand behind these lines."""
    found = EarningFact.objects.filter(agent_id=agent_id, sha256__in=hashes)
    return {fact.sha256: {"kind": fact.kind, "canonical": fact.canonical} for fact in found}


def _plans(ids: set[str]) -> dict[str, dict[str, Any]]:
    return {
        str(plan.pk): {"version": plan.version, "tier": plan.tier, "currency": plan.currency, "rules": plan.rules}
        for plan in PayPlan.objects.filter(pk__in=ids)
    }


def _payouts(account: Account, lines: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    seqs = [line["seq"] for line in lines]
    found = Payout.objects.filter(account=account, drained_seq__in=seqs).order_by("lo")
    return [
        {
            "id": str(payout.pk),
            "lo": payout.lo,
            "hi": payout.hi,
            "amount": payout.amount,
            "drained_seq": payout.drained_seq,
            "state": payout.state,
        }
        for payout in found
    ]


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


_LINES = """
select e.seq, e.created_at, e.kind, e.amount, e.balance_after, e.source, c.name, e.receipt
from payouts_everyposting e
join payouts_account c on c.id = e.contra_id
where e.account_id = %s and e.created_at >= %s and e.created_at < %s
order by e.seq"""
