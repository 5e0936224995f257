"""What a person looks at before a run may go: its control totals, and what differs from the last one. Reads only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, QuerySet, Sum

from payouts.models import Payout, PayoutRun

SHOWN = 10
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Part:
    """Lines of one kind in the run's ranges, and what the run before had of it: minor units."""

    kind: str
    lines: int
    amount: int
    before: int = 0

    @property
    def change(self) -> int:
        return self.amount - self.before


@dataclass(frozen=True, slots=True)
class Mover:
    """An agent whose payout differs most from the last run's; one of the two may be nothing."""

    agent: str
    payout_id: UUID | None
    before: int
    now: int
    first: bool

    @property
    def change(self) -> int:
        return self.now - self.before


@dataclass(frozen=True, slots=True)
class Review:
    """`earlier` is the run that this one is held against: the last of its kind, provider, currency and zone."""

    run: PayoutRun
    earlier: PayoutRun | None
    parts: tuple[Part, ...]
    brought_forward: int
    movers: tuple[Mover, ...]
    new_accounts: tuple[Payout, ...]
    new_accounts_count: int
    first_payouts: int
    held: tuple[Payout, ...]
    by_state: Mapping[str, tuple[int, int]]  # how many, minor units

    @property
    def amount(self) -> int:
        return int(self.run.totals.get("amount", 0))

    @property
    def change(self) -> int | None:
        return None if self.earlier is None else self.amount - int(self.earlier.totals.get("amount", 0))

    @property
    def other_lines(self) -> int:
        """Lines that earlier payouts left in these ranges: what they took out themselves."""
        return int(self.run.totals.get("lines", 0)) - sum(part.lines for part in self.parts)

    @property
    def brought_forward_before(self) -> int:
        """The same as `brought_forward`, of the run before: what its kinds of line do not explain."""
        if self.earlier is None:
            return 0
        return int(self.earlier.totals.get("amount", 0)) - sum(part.before for part in self.parts)

    @property
    def held_amount(self) -> int:
        return sum(payout.amount for payout in self.held)


def review(run: PayoutRun) -> Review:
    """Everything on the run's page."""
    earlier = _earlier(run)
    parts = _parts(run, earlier)
    fresh = _new_accounts(run, since=earlier.prepared_at if earlier else None)
    return Review(
        run=run,
        earlier=earlier,
        parts=parts,
        brought_forward=int(run.totals.get("amount", 0)) - sum(part.amount for part in parts),
        movers=_movers(run, earlier),
        new_accounts=tuple(fresh.order_by("-amount")[:SHOWN]),
        new_accounts_count=fresh.count(),
        first_payouts=_first_payouts(run),
        held=tuple(_full(run).exclude(held_by="").order_by("-amount")),
        by_state={
            row["state"]: (row["many"], int(row["sum"]))
            for row in run.payouts.order_by().values("state").annotate(many=Count("id"), sum=Sum("amount"))
        },
    )


def leaving(run: PayoutRun) -> tuple[int, int]:
    """How many payouts go if the run is approved as it stands, and their minor units: none held or given back."""
    goes = run.payouts.filter(held_by="", state__in=(Payout.State.DUE, Payout.State.APPROVED))
    found = goes.aggregate(many=Count("id"), sum=Sum("amount"))
    return found["many"], int(found["sum"] or 0)


def _full(run: PayoutRun) -> QuerySet[Payout]:
    return run.payouts.select_related("account__agent", "destination")


def _earlier(run: PayoutRun) -> PayoutRun | None:
    alike = PayoutRun.objects.filter(kind=run.kind, provider=run.provider, currency=run.currency, zone=run.zone)
    before = alike.filter(prepared_at__lt=run.prepared_at, agent=run.agent).exclude(state=PayoutRun.State.DRAFT)
    return before.order_by("-prepared_at").first()


def _new_accounts(run: PayoutRun, *, since: datetime | None) -> QuerySet[Payout]:
    """Payouts to a bank account told since the last run; in a first run, to one told within the last week."""
    payouts = _full(run)
    if since is not None:
        return payouts.filter(destination__created_at__gt=since)
    return payouts.filter(destination__created_at__gt=run.prepared_at - WEEK)


def _parts(run: PayoutRun, earlier: PayoutRun | None) -> tuple[Part, ...]:
    before = {kind: int(amount) for kind, _, amount in _rows(_PARTS, {"run": earlier.pk})} if earlier else {}
    now = {kind: Part(kind, lines, int(amount), before.get(kind, 0)) for kind, lines, amount in _of(run)}
    gone = (Part(kind, 0, 0, amount) for kind, amount in before.items() if kind not in now)
    return (*now.values(), *gone)


def _of(run: PayoutRun) -> Sequence[tuple[Any, ...]]:
    return _rows(_PARTS, {"run": run.pk})


def _movers(run: PayoutRun, earlier: PayoutRun | None) -> tuple[Mover, ...]:
    if earlier is None:
        return ()
    return tuple(Mover(*row) for row in _rows(_MOVERS, {"run": run.pk, "earlier": earlier.pk, "limit": SHOWN}))


def _first_payouts(run: PayoutRun) -> int:
    ((count,),) = _rows(_FIRST, {"run": run.pk})
    return int(count)


def _rows(query: str, given: Mapping[str, Any]) -> Sequence[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, dict(given))
        return list(cursor.fetchall())


# What earlier payouts took out cancels against the balance that they left: both are told as brought forward.
_PARTS = """
select e.kind, count(*), sum(e.amount)::bigint
from payouts_payout p
join payouts_everyposting e on e.account_id = p.account_id and e.seq between p.lo and p.hi
where p.run_id = %(run)s and e.kind <> 'payout'
group by e.kind order by 3 desc"""
_MOVERS = """
with now as (select id, account_id, amount, lo from payouts_payout where run_id = %(run)s),
  before as (select account_id, amount from payouts_payout where run_id = %(earlier)s)
select g.display_name, n.id, coalesce(b.amount, 0), coalesce(n.amount, 0), coalesce(n.lo = 1, false)
from now n full join before b using (account_id)
join payouts_account a on a.id = account_id
join agents_agent g on g.id = a.agent_id
where coalesce(n.amount, 0) <> coalesce(b.amount, 0)
order by abs(coalesce(n.amount, 0) - coalesce(b.amount, 0)) desc, g.display_name limit %(limit)s"""
# A first range begins with the account's first posting.
_FIRST = "select count(*) from payouts_payout where run_id = %(run)s and lo = 1"
