"""Is every finished chat paid once, by its plan, and does the ledger add up? Reckoned anew, from the rows alone."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction
from itertools import pairwise

from tests.chaos.contract import Happened
from tests.chaos.load_record import Record
from tests.chaos.oracle_truth import Row, Truth

SILENCE_SECONDS = 120.0


def paid_once(record: Record, truth: Truth, happened: Happened) -> Iterator[str]:
    """Each ended engagement has the lines of the plan its offer showed, and no other; a live one has none."""
    plans = {row.id: row for row in truth.plans}
    owner = {row.id: row for row in truth.accounts}
    lines: dict[str, list[Row]] = defaultdict(list)
    for posting in truth.postings:
        lines[posting.engagement_id].append(posting)
    for row in truth.engagements:
        wanted = _reckon(row, plans[row.pay_plan_id], truth) if row.ended_at is not None else {}
        posted = sorted((line.kind, line.amount) for line in lines.pop(row.id, []))
        if posted != sorted(wanted.items()):
            yield f"PAY: engagement {row.id} ({row.state}) was paid {posted}, its plan says {sorted(wanted.items())}"
    for engagement_id, postings in lines.items():
        yield f"PAY: {sum(line.amount for line in postings)} was paid for {engagement_id}, which nobody served"
    for posting in truth.postings:
        chat = truth.engagement.get(posting.engagement_id)
        if chat is not None and owner[posting.account_id].agent_id != chat.agent_id:
            yield f"PAY: engagement {chat.id} was paid to somebody else"


def _reckon(row: Row, plan: Row, truth: Truth) -> dict[str, int]:
    """Kind of line -> minor units."""
    amounts = {}
    for rule in plan.rules:
        if rule["kind"] == "per_chat":
            amount = rule["rate_cents"] if row.state in rule["outcomes"] else 0
        else:
            amount = round(Fraction(rule["rate_cents"] * _active(row, truth), 60))  # halves to even, as Python rounds
        if amount:
            amounts[rule["kind"]] = amount
    return amounts


def _active(row: Row, truth: Truth) -> int:
    """Whole seconds from accept to end, less every silence of more than two minutes."""
    talk = truth.streams.get((row.conversation_id, "talk"), {}).values()
    said = [
        event.when for event in talk if event.kind == "message" and row.accepted_when <= event.when <= row.ended_when
    ]
    marks = [row.accepted_when, *sorted(said), row.ended_when]
    stretches = [after - before for before, after in pairwise(marks)]
    active: timedelta = sum((each for each in stretches if each.total_seconds() <= SILENCE_SECONDS), timedelta())
    return active // timedelta(seconds=1)


def ledger_adds_up(record: Record, truth: Truth, happened: Happened) -> Iterator[str]:
    """Each agent's account counts its postings without gap and carries their sum; both sides are of one currency."""
    accounts = {row.id: row for row in truth.accounts}
    postings: dict[str, list[Row]] = defaultdict(list)
    for posting in truth.postings:
        postings[posting.account_id].append(posting)
        sides = (accounts.get(posting.account_id), accounts.get(posting.contra_id))
        if None in sides or {side.currency for side in sides if side} != {posting.currency} or sides[0] is sides[1]:
            yield f"LEDGER: posting {posting.source} has not two sides of one currency"
    sources = [posting.source for posting in truth.postings]
    if len(set(sources)) != len(sources):
        yield f"LEDGER: {len(sources) - len(set(sources))} facts were paid twice"
    for row in truth.accounts:
        if row.sequenced:
            yield from _account_faults(row, postings[row.id])


def _account_faults(account: Row, postings: list[Row]) -> Iterator[str]:
    total = 0
    for number, posting in enumerate(postings, start=1):
        total += posting.amount
        if (posting.seq, posting.balance_after) != (number, total):
            stands = f"number {posting.seq} with {posting.balance_after}"
            yield f"LEDGER: {account.name} has {stands} where number {number} with {total} belongs"
            return
    if (account.last_seq, account.balance) != (len(postings), total):
        yield f"LEDGER: {account.name} says {account.balance} after {account.last_seq}, its postings {total}"


CHECKS = (paid_once, ledger_adds_up)
