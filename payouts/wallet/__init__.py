"""Where an agent's money is: available, pending, held, on its way, paid; when the next payout comes. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Sum

from payouts import debts, ledger, persons, pools
from payouts.models import Account, CashOutMandate, Hold, Payout, PayoutDestination
from payouts.runs import outlets, schedule

SHOWN = 12  # of past payouts
LEAVING = (Payout.State.DUE, Payout.State.APPROVED, Payout.State.SENT)


@dataclass(frozen=True, slots=True)
class Place:
    """Where one currency is paid. `masked` is all that is ever shown of the account."""

    provider: str
    masked: str
    zone: str
    since: datetime
    usable_from: datetime
    cooling_off: bool


@dataclass(frozen=True, slots=True)
class Pending:
    """Owed, and not payable yet. `why`: no_account, cooling_off, or pool for units; `until` where that is known."""

    amount_cents: int
    why: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """Set aside by a person, whose first name is `by`. `case` is the hold to be answered; where a single payout waits
    there is none, and `payout` is that."""

    amount_cents: int
    reason: str
    answer_by: datetime | None
    case: UUID | None
    replied: bool
    by: str = ""
    payout: UUID | None = None


@dataclass(frozen=True, slots=True)
class Leaving:
    """One payout. `state` as in the run; `arrives_on` once it has been sent, and `back` where it came back."""

    id: UUID
    amount_cents: int
    state: str
    since: datetime
    masked: str
    instant: bool
    arrives_on: date | None = None


@dataclass(frozen=True, slots=True)
class Next:
    """The week under way ends at `at`; what is owed then is paid. `amount_cents` is what that would be now."""

    at: datetime
    amount_cents: int


@dataclass(frozen=True, slots=True)
class CashOut:
    """What can be taken out now. `closed` says why not: no_account, cooling_off, not_open, nothing, limit; or nothing.

    `arrives_on` is the first day on which the provider says that the money can be there.
    """

    closed: str
    amount_cents: int
    at_most_cents: int
    arrives_on: date | None


@dataclass(frozen=True, slots=True)
class Wallet:
    """One currency of one agent's, minor units throughout. `units` are points or equity, which are no money."""

    currency: str
    units: bool
    available_cents: int
    pending: tuple[Pending, ...]
    held: tuple[Held, ...]
    on_its_way: tuple[Leaving, ...]
    past: tuple[Leaving, ...]
    paid_year: int
    paid_cents: int
    owed_back_cents: int
    place: Place | None
    next: Next | None
    cash_out: CashOut | None


def of(agent_id: UUID, *, now: datetime) -> tuple[Wallet, ...]:
    """One for each currency in which there is, or was, anything; money first, then units."""
    balances = {balance.currency: balance.amount for balance in ledger.balance(agent_id)}
    places = PayoutDestination.objects.filter(agent_id=agent_id, replaced_at=None)
    known = balances.keys() | set(places.values_list("currency", flat=True)) | pools.waiting(agent_id).keys()
    ordered = sorted(known, key=lambda currency: (currency in ledger.UNITS, currency))
    return tuple(_wallet(agent_id, currency, balances.get(currency, 0), now=now) for currency in ordered)


def _wallet(agent_id: UUID, currency: str, balance: int, *, now: datetime) -> Wallet:
    units = currency in ledger.UNITS
    place = None if units else _place(agent_id, currency, now=now)
    pending = _units_pending(agent_id, currency) if units else _pending(balance, place)
    available = balance if units else balance - sum(each.amount_cents for each in pending)
    payouts = _payouts(agent_id, currency)
    year = now.astimezone(ZoneInfo(place.zone if place else "UTC")).year
    return Wallet(
        currency=currency,
        units=units,
        available_cents=available,
        pending=pending,
        held=_held(agent_id, currency, payouts),
        on_its_way=tuple(_leaving(p, now=now) for p in payouts if p.state in LEAVING and not p.held_by),
        past=tuple(_leaving(p, now=now) for p in payouts if p.state not in LEAVING)[:SHOWN],
        paid_year=year,
        paid_cents=_paid(agent_id, currency, year, place),
        owed_back_cents=debts.owed(agent_id, currency),
        place=place,
        next=_next(place, balance, now=now) if place else None,
        cash_out=None if units else _cash_out(place, currency, available, now=now),
    )


def _place(agent_id: UUID, currency: str, *, now: datetime) -> Place | None:
    held = PayoutDestination.objects.filter(agent_id=agent_id, currency=currency, replaced_at=None).first()
    if held is None:
        return None
    return Place(
        held.provider, masked(held), held.zone, held.created_at, held.usable_from, cooling_off=held.usable_from > now
    )


def masked(destination: PayoutDestination) -> str:
    """Enough to recognise one's own account by, and too little to pay to it."""
    return f"•••• {destination.ending}"


def _pending(balance: int, place: Place | None) -> tuple[Pending, ...]:
    if not balance:
        return ()
    if place is None:
        return (Pending(balance, "no_account"),)
    return (Pending(balance, "cooling_off", place.usable_from),) if place.cooling_off else ()


def _units_pending(agent_id: UUID, currency: str) -> tuple[Pending, ...]:
    waits = pools.waiting(agent_id).get(currency, 0)
    return (Pending(waits, "pool"),) if waits else ()


def _payouts(agent_id: UUID, currency: str) -> Sequence[Payout]:
    """All that are on their way, and the last ones that are not."""
    mine = Payout.objects.filter(account__in=Account.objects.filter(agent_id=agent_id, currency=currency))
    full = mine.select_related("run", "destination").order_by("-created_at")
    return [*full.filter(state__in=LEAVING), *full.exclude(state__in=LEAVING)[:SHOWN]]


def _held(agent_id: UUID, currency: str, payouts: Sequence[Payout]) -> tuple[Held, ...]:
    holds = Hold.objects.filter(agent_id=agent_id, currency=currency, state=Hold.State.OPEN).order_by("answer_by")
    waiting = [payout for payout in payouts if payout.held_by and payout.state in LEAVING]
    names = persons.first_names([hold.opened_by for hold in holds] + [payout.held_by for payout in waiting])
    return (
        *(
            Held(h.amount, h.reason, h.answer_by, h.pk, replied=h.replied_at is not None, by=names.get(h.opened_by, ""))
            for h in holds
        ),
        *(
            Held(p.amount, p.held_reason, p.reply_by, None, replied=False, by=names.get(p.held_by, ""), payout=p.pk)
            for p in waiting
        ),
    )


def _leaving(payout: Payout, *, now: datetime) -> Leaving:
    sent = payout.state == Payout.State.SENT
    last = payout.attempts.select_related("batch").order_by("-number").first() if sent else None
    return Leaving(
        id=payout.pk,
        amount_cents=payout.amount,
        state=payout.state,
        since=payout.changed_at,
        masked=masked(payout.destination),
        instant=payout.run.kind == payout.run.Kind.INSTANT,
        arrives_on=last.batch.execution_date if last else None,
    )


def _paid(agent_id: UUID, currency: str, year: int, place: Place | None) -> int:
    """What has settled since the year began in the pay zone."""
    begins = schedule.midnight(date(year, 1, 1), place.zone if place else "UTC")
    settled = Payout.objects.filter(
        account__in=Account.objects.filter(agent_id=agent_id, currency=currency),
        state=Payout.State.SETTLED,
        changed_at__gte=begins,
    )
    return int(settled.aggregate(sum=Sum("amount"))["sum"] or 0)


def _next(place: Place, balance: int, *, now: datetime) -> Next:
    """Where a changed account is still cooling off then, the money waits for the week after."""
    at = schedule.next_cutoff(place.zone, now=now)
    while at < place.usable_from:
        at = schedule.next_cutoff(place.zone, now=at)
    return Next(at, balance)


def _cash_out(place: Place | None, currency: str, available: int, *, now: datetime) -> CashOut:
    mandate = (
        place and CashOutMandate.objects.filter(provider=place.provider, currency=currency, revoked_at=None).first()
    )
    provider = outlets.named(place.provider) if place else None
    at_most = mandate.each_at_most if mandate else 0
    return CashOut(
        closed=_closed(place, available, at_most, open_=bool(mandate and provider)),
        amount_cents=available,
        at_most_cents=at_most,
        arrives_on=provider.quote(available, currency, on=now.date()).arrives_on if provider and available else None,
    )


def _closed(place: Place | None, available: int, at_most: int, *, open_: bool) -> str:
    if place is None:
        return "no_account"
    if place.cooling_off:
        return "cooling_off"
    if not open_:
        return "not_open"
    if not available:
        return "nothing"
    return "limit" if available > at_most else ""
