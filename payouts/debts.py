"""Taking back what was paid too much: never below nothing, the rest is owed and recovered a little at a time."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Sum

from payouts import ledger
from payouts.earnings import EARNED
from payouts.ledger import Entry
from payouts.models import Debt, Posting, Recovery
from payouts.models.disputes import RECOVERED_AT_MOST_PERCENT

WEEK = timedelta(days=7)


@transaction.atomic
def post(agent_id: UUID, currency: str, entries: Sequence[Entry], *, now: datetime) -> tuple[Posting, ...]:
    """`ledger.post_all` for entries that may take away. What the balance does not cover is owed, as a debt.

    Locks: the agent's account.
    """
    account = ledger.lock(agent_id, currency, now=now)
    known = set(Posting.objects.filter(source__in=[e.source for e in entries]).values_list("source", flat=True))
    fresh = [entry for entry in entries if entry.source not in known]
    short = -(ledger.available(account) + sum(entry.amount for entry in fresh))
    if short <= 0 or not fresh:
        return ledger.post_all(agent_id, currency, entries, now=now)
    source = min(fresh, key=lambda entry: entry.amount).source
    Debt.objects.create(agent_id=agent_id, currency=currency, amount=short, source=source, incurred_at=now)
    cover = Entry(f"{source}:owed", "owed", short, receipt={"of": source}, contra=_recoverable(agent_id))
    _, *posted = ledger.post_all(agent_id, currency, [cover, *entries], now=now)
    return tuple(posted)


def owed(agent_id: UUID, currency: str) -> int:
    """Minor units that the agent still owes."""
    open_debts = Debt.objects.filter(agent_id=agent_id, currency=currency, recovered__lt=F("amount"))
    return int(open_debts.aggregate(left=Sum(F("amount") - F("recovered")))["left"] or 0)


def recover_due(*, now: datetime) -> int:
    """Last week's earnings give back of each open debt; how many agents' did. Runs doubled too."""
    monday = _monday(now) - WEEK
    owing = Debt.objects.filter(recovered__lt=F("amount")).values_list("agent_id", "currency").distinct()
    return sum(recover(*each, monday=monday, now=now) is not None for each in sorted(owing))


@transaction.atomic
def recover(agent_id: UUID, currency: str, *, monday: date, now: datetime) -> Recovery | None:
    """A fifth of what was earned in the week, at most, goes to the oldest debts; once for each week.

    Locks: the agent's account, then the debts.
    """
    account = ledger.lock(agent_id, currency, now=now)
    begins = datetime.combine(monday, time(), tzinfo=UTC)
    asked = {"agent_id": agent_id, "currency": currency, "week": monday}
    if now < begins + WEEK or Recovery.objects.filter(**asked).exists():
        return None
    earned = Posting.objects.filter(
        account=account, kind__in=EARNED, created_at__gte=begins, created_at__lt=begins + WEEK
    ).aggregate(sum=Sum("amount"))["sum"]
    amount = min((earned or 0) * RECOVERED_AT_MOST_PERCENT // 100, owed(agent_id, currency), ledger.available(account))
    if amount <= 0:
        return None
    made = Recovery.objects.create(**asked, earned=earned, amount=amount, recovered_at=now)
    entry = Entry(f"recovery:{made.pk}", "recovery", -amount, contra=_recoverable(agent_id))
    ledger.post(agent_id, currency, entry, now=now)
    _share_out(agent_id, currency, amount)
    return made


def _share_out(agent_id: UUID, currency: str, amount: int) -> None:
    debts = Debt.objects.select_for_update(no_key=True).filter(
        agent_id=agent_id, currency=currency, recovered__lt=F("amount")
    )
    for debt in debts.order_by("incurred_at", "pk"):
        part = min(amount, debt.amount - debt.recovered)
        Debt.objects.filter(pk=debt.pk).update(recovered=F("recovered") + part)
        amount -= part
        if not amount:
            return


def _recoverable(agent_id: UUID) -> str:
    return f"agent:{agent_id}:recoverable"


def _monday(now: datetime) -> date:
    today = now.astimezone(UTC).date()
    return today - timedelta(days=today.weekday())
