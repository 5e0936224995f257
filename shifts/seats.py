"""The only writer of seats. A hold is made under the agent's slot and the shift, in this order; constraints decide.

Whoever holds both knows all that the agent has and all that is free: limits cannot be passed by two claims at once.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q

from agents import paid_hours, slots
from agents.models import Agent, AgentLanguage, AgentSkill
from marketplace.refusals import Refused
from shifts import limits, news, terms
from shifts.models import News, Seat, Shift, Terms, Waiting, Wish

AROUND = timedelta(days=9)  # a week and a working day to both sides: all that a limit can ask about
SHORTEST_STAND_BY = timedelta(minutes=30)


def locked_shift(shift_id: UUID) -> Shift:
    """The published shift, locked until the transaction ends; Refused where agents cannot see one."""
    assert connection.in_atomic_block, "a shift is locked inside a transaction"
    found = (
        Shift.objects.select_for_update(no_key=True, of=("self",))
        .filter(pk=shift_id, state=Shift.State.PUBLISHED)
        .first()
    )
    if found is None:
        raise Refused("There is no such shift.", code="not_found")
    return found


@transaction.atomic
def take(agent_id: UUID, shift_id: UUID, *, way: str, now: datetime) -> Seat:
    """The agent holds a seat of the shift, or of what is left of it; a repeat returns the seat that she has.

    Refused with a sentence where she may not or no seat is free. Locks: agent slot, shift.
    """
    agent = slots.locked(agent_id).agent
    shift = locked_shift(shift_id)
    held = Seat.objects.filter(shift=shift, agent=agent, state__in=Seat.HELD).first()
    if held is not None:
        return held
    begins_at = max(shift.begins_at, now)
    demand_fit(agent, shift, begins_at=begins_at, now=now)
    number = free_number(shift)
    if number is None:
        raise Refused("All seats of this shift are taken. You can wait for one.", code="full")
    return hold(agent, shift, number, begins_at=begins_at, way=way, now=now)


def hold(agent: Agent, shift: Shift, number: int, *, begins_at: datetime, way: str, now: datetime) -> Seat:
    """The seat is hers, her hours are paid ones, her wish and her waiting are over. The caller holds slot and shift."""
    seat = Seat.objects.create(
        brand_id=shift.brand_id,
        shift=shift,
        number=number,
        agent=agent,
        begins_at=begins_at,
        ends_at=shift.ends_at,
        way=way,
        taken_at=now,
    )
    paid_hours.grant(agent.pk, seat.begins_at, seat.ends_at)
    Wish.objects.filter(shift=shift, agent=agent, state=Wish.State.OPEN).update(
        state=Wish.State.GRANTED, answered_at=now
    )
    Waiting.objects.filter(shift=shift, agent=agent, state=Waiting.State.WAITING).update(state=Waiting.State.SEATED)
    _tell(seat, shift, now=now)
    return seat


_ANSWERED = (News.Kind.RING, News.Kind.REFUSED, News.Kind.HELD_OUT, News.Kind.MISSED)
_SAID = {"allotment": News.Kind.GRANTED, "waiting": News.Kind.MOVED_UP}


def _tell(seat: Seat, shift: Shift, *, now: datetime) -> None:
    """What she was asked about this shift is answered; a seat that came without her doing is news; and where it was the
    last one, nobody else is rung for it."""
    news.end(shift.pk, _ANSWERED, agent_id=seat.agent_id, now=now)
    if seat.way in _SAID:
        news.add(seat.agent_id, shift, _SAID[seat.way], until=seat.begins_at, now=now)
    if free_number(shift) is None:
        news.end(shift.pk, [News.Kind.RING], now=now)


def give_up(seat: Seat, state: Seat.State, *, now: datetime) -> None:
    """The seat is hers no more, and free; where that was not her doing, she is told. The caller holds the slot and the
    shift."""
    seat.state, seat.given_up_at = state, now
    seat.save(update_fields=["state", "given_up_at"])
    paid_hours.withdraw(seat.agent_id, seat.begins_at)
    news.end(seat.shift_id, _HAVING, agent_id=seat.agent_id, now=now)
    if state in _LOST:
        news.add(seat.agent_id, seat.shift, _LOST[state], until=now + news.KEPT, now=now)


_HAVING = (News.Kind.NEAR, News.Kind.GRANTED, News.Kind.MOVED_UP)
_LOST = {Seat.State.MISSED: News.Kind.MISSED, Seat.State.CALLED_OFF: News.Kind.CALLED_OFF}


def demand_fit(agent: Agent, shift: Shift, *, begins_at: datetime, now: datetime) -> None:
    """Refused, with what stands against it, unless she may work this shift from `begins_at` on. The caller holds her
    slot."""
    known = Known(lacking(agent.pk, shift, now=now), times(agent.pk, begins_at), bounds(agent, begins_at))
    found = obstacle(agent, shift, known, begins_at=begins_at)
    if found is not None:
        raise found


@dataclass(frozen=True, slots=True)
class Known:
    """What decides whether a person may work a shift: the certificate she lacks ("" for none), the times she holds, and
    what binds her."""

    missing: str
    times: Sequence[limits.Time]
    bounds: limits.Bounds


def obstacle(agent: Agent, shift: Shift, known: Known, *, begins_at: datetime) -> Refused | None:
    """What stands against her working this shift from `begins_at` on, as a sentence for her; None: nothing does."""
    if begins_at > last_begin(shift):
        return Refused("This shift is over, or nearly.", code="over")
    if agent.state != Agent.State.APPROVED:
        return Refused("Only approved agents take shifts.", code="not_approved")
    if known.missing:
        return Refused(f"It asks for what you are not certified for yet: {known.missing}.", code="skill")
    found = limits.hindrance(known.times, (begins_at, shift.ends_at), known.bounds)
    return None if found is None else Refused(found.sentence, code=found.reason.replace(" ", "_"))


def last_begin(shift: Shift) -> datetime:
    """So late what is left of the shift is still worth beginning."""
    return shift.ends_at - min(SHORTEST_STAND_BY, shift.ends_at - shift.begins_at)


def lacking(agent_id: UUID, shift: Shift, *, now: datetime) -> str:
    """The topic or language of the shift in which she is not certified as it begins; "" where nothing is missing."""
    then = max(now, shift.begins_at)
    lasting = Q(valid_until=None) | Q(valid_until__gt=then)
    topic = AgentSkill.objects.filter(
        lasting, agent_id=agent_id, skill__brand_id=shift.brand_id, skill__key=shift.topic
    )
    if not topic.exists():
        return shift.topic
    language = AgentLanguage.objects.filter(lasting, agent_id=agent_id, code=shift.language)
    return "" if language.exists() else shift.language


def fit(agent_ids: Collection[UUID], shift: Shift, *, now: datetime) -> set[UUID]:
    """Those of them against whom nothing stands as far as one sees without a lock: in three queries for any number.
    Taking a seat may still be Refused."""
    begins_at = max(shift.begins_at, now)
    lasting = Q(valid_until=None) | Q(valid_until__gt=begins_at)
    hers = {"agent_id": OuterRef("pk")}
    topic = AgentSkill.objects.filter(lasting, skill__brand_id=shift.brand_id, skill__key=shift.topic, **hers)
    language = AgentLanguage.objects.filter(lasting, code=shift.language, **hers)
    agents = list(Agent.objects.filter(Exists(topic), Exists(language), pk__in=agent_ids))
    chosen = Terms.objects.in_bulk([agent.pk for agent in agents])
    held = times_of([agent.pk for agent in agents], begins_at)
    able = set()
    for agent in agents:
        bound = terms.bounds(agent, chosen.get(agent.pk) or Terms(agent_id=agent.pk), on=begins_at.date())
        if obstacle(agent, shift, Known("", held[agent.pk], bound), begins_at=begins_at) is None:
            able.add(agent.pk)
    return able


def times(agent_id: UUID, around: datetime) -> list[limits.Time]:
    """When she holds seats, near enough to count for a limit."""
    return times_of([agent_id], around)[agent_id]


def times_of(agent_ids: Iterable[UUID], around: datetime) -> dict[UUID, list[limits.Time]]:
    """The same of each of them; nobody is absent."""
    found: dict[UUID, list[limits.Time]] = {agent_id: [] for agent_id in agent_ids}
    near = Seat.objects.filter(
        agent_id__in=found, state__in=Seat.HELD, begins_at__gt=around - AROUND, begins_at__lt=around + AROUND
    )
    for agent_id, begins_at, ends_at in near.values_list("agent_id", "begins_at", "ends_at"):
        found[agent_id].append((begins_at, ends_at))
    return found


def bounds(agent: Agent, at: datetime) -> limits.Bounds:
    """What binds her on the day of this instant."""
    return terms.bounds(agent, terms.of(agent.pk), on=at.date())


def free_number(shift: Shift) -> int | None:
    """The lowest number that nobody holds; None where the shift is full. The caller holds the shift."""
    taken = set(Seat.objects.filter(shift=shift, state__in=Seat.HELD).values_list("number", flat=True))
    return next((number for number in range(1, shift.seat_count + 1) if number not in taken), None)


def minutes_before(agent_ids: Iterable[UUID], *, now: datetime) -> dict[UUID, int]:
    """Minutes of seats held in the four weeks before: what fairness goes by. Nobody's is absent."""
    found = dict.fromkeys(agent_ids, 0)
    recent = Seat.objects.filter(
        agent_id__in=found, state__in=Seat.HELD, begins_at__gte=now - timedelta(weeks=4), begins_at__lt=now
    )
    for agent_id, begins_at, ends_at in recent.values_list("agent_id", "begins_at", "ends_at"):
        found[agent_id] += int((ends_at - begins_at).total_seconds()) // 60
    return found
