"""An agent's own state, whole: what her screens show, with the slot's version."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from agents import paid_hours
from agents.models import Slot
from conversations.models import Customer
from dispatch import askable, cards, questions, queue
from dispatch.models import Offer
from marketplace import waits
from payouts import earnings
from realtime import protocol
from shifts import news

SHOWN_AFTER_END = timedelta(minutes=2)
RINGS_AT_MOST = timedelta(hours=1)  # the end of an older offer is no news, whenever it came


def desk(agent_id: UUID, *, now: datetime) -> protocol.Desk:
    """`desks` for one. Slot.DoesNotExist for somebody who is no agent."""
    found = desks([agent_id], now=now)
    if not found:
        raise Slot.DoesNotExist
    return found[agent_id]


def desks(agent_ids: Sequence[UUID], *, now: datetime) -> dict[UUID, protocol.Desk]:
    """The same few queries for any number of agents, six where nothing rare is to be told, and none for none.

    The version is read first, so that a change in between only brings another snapshot.
    """
    slots = Slot.objects.select_related("agent").in_bulk(agent_ids)
    if not slots:
        return {}
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    ids = list(slots)
    earned = _earned(ids, today, now)
    latest = _latest_offers(ids, now)
    engaged = _engaged(ids)
    demand = queue.demand_for(ids, now=now)
    beside = _beside(ids, today, now)
    asked = questions.put_to([id_ for id_ in ids if beside[id_].is_asked], now=now)
    told = news.shown([id_ for id_ in ids if beside[id_].is_told], now=now)
    return {
        id_: protocol.Desk(
            version=slot.version,
            agent_id=id_,
            name=slot.agent.display_name,
            state=slot.agent.state,
            willing=slot.willing,
            pause_reason=slot.pause_reason,
            capacity=slot.capacity,
            active=slot.active,
            pace=_pace(slot, paid=beside[id_].in_paid_hours),
            online_since=slot.online_since,
            offer=_offer(latest.get(id_), now),
            offer_end=_offer_end(latest.get(id_), now),
            engagements=engaged.get(id_, []),
            demand=[
                protocol.Demand(topic=t, topic_name=n, language=s, waiting=w) for t, n, s, w in demand.get(id_, [])
            ],
            earned_today_minor=earned.get(id_, ("", 0))[1],
            chats_today=beside[id_].chats_today,
            currency=earned[id_][0] if id_ in earned else beside[id_].currency,
            at=now,
            questions=asked.get(id_, []),
            shift_news=told.get(id_, []),
            hindrance=beside[id_].hindrance,
        )
        for id_, slot in slots.items()
    }


def pace_of(slot: Slot, *, now: datetime) -> protocol.Pace:
    """How one agent is asked, now."""
    return _pace(slot, paid=bool(paid_hours.in_them([slot.pk], now=now)))


def _pace(slot: Slot, *, paid: bool) -> protocol.Pace:
    return protocol.Pace(
        places=slot.places,
        capacity_most=slot.capacity_most,
        last_one=slot.last_one,
        one_more=slot.one_more,
        reserve=slot.reserve,
        ring_seconds=slot.ring_seconds,
        ring_usual=round(waits.TRUE["offer_seconds"]),
        ring_longest=round(waits.TRUE["offer_longest_seconds"]),
        auto_accept=slot.auto_accept,
        in_paid_shift=paid,
        stopped_at=slot.stopped_at,
    )


class _Beside(NamedTuple):
    """What stands beside an agent's slot; whether there is anything rarer to read for her."""

    hindrance: askable.Hindrance
    in_paid_hours: bool
    is_asked: bool
    is_told: bool
    chats_today: int
    currency: str  # of a brand whose topic she holds


def _beside(agent_ids: Sequence[UUID], today: datetime, now: datetime) -> dict[UUID, _Beside]:
    """Of each of these agents; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_BESIDE, {"ids": list(agent_ids), "today": today, "now": now})
        return {id_: _Beside(*row) for id_, *row in cursor.fetchall()}


_BESIDE = f"""
  select g.id, {askable.HINDRANCE_SQL}, {paid_hours.in_them_sql("g.id")}, {questions.may_be_put_sql("g.id")},
    {news.is_shown_sql("g.id")},
    (select count(*) from conversations_engagement e where e.agent_id = g.id and e.ended_at >= %(today)s),
    coalesce((select b.currency from agents_agentskill a join brands_skill k on k.id = a.skill_id
              join brands_brand b on b.id = k.brand_id where a.agent_id = g.id order by a.id limit 1), 'EUR')
  from agents_agent g where g.id = any(%(ids)s::uuid[])"""  # noqa: S608  (the only words put in are conditions)


def versions(agent_ids: Sequence[UUID]) -> dict[UUID, int]:
    return dict(Slot.objects.filter(pk__in=agent_ids).values_list("pk", "version"))


def _earned(agent_ids: Sequence[UUID], today: datetime, now: datetime) -> dict[UUID, tuple[str, int]]:
    """Of who earned today: the currency of most of it, and how much; the earnings page shows several currencies."""
    sums = earnings.earned_by(agent_ids, today, now + timedelta(seconds=1))
    return {id_: max(of_agent.items(), key=lambda item: item[1]) for id_, of_agent in sums.items()}


def _latest_offers(agent_ids: Sequence[UUID], now: datetime) -> dict[UUID, Offer]:
    """The latest offer to each. An open one is the latest: who is being asked is asked nothing else."""
    return {offer.agent_id: offer for offer in Offer.objects.raw(_LATEST, [list(agent_ids), now - RINGS_AT_MOST])}


_LATEST = """
  select distinct on (agent_id) * from dispatch_offer
  where agent_id = any(%s::uuid[]) and offered_at > %s order by agent_id, offered_at desc"""


def _offer(latest: Offer | None, now: datetime) -> protocol.OfferCard | None:
    rings = latest is not None and latest.state == Offer.State.OPEN and latest.expires_at > now and not latest.automatic
    return cards.card_of(latest) if latest and rings else None


def _offer_end(latest: Offer | None, now: datetime) -> protocol.OfferEnd | None:
    """How it ended, while that is news."""
    if latest is None or latest.ended_at is None or latest.state == Offer.State.ACCEPTED:
        return None
    if now - latest.ended_at > SHOWN_AFTER_END:
        return None
    return protocol.OfferEnd(offer_id=latest.pk, state=latest.state, at=latest.ended_at)  # type: ignore[arg-type]


def _engaged(agent_ids: Sequence[UUID]) -> dict[UUID, list[protocol.Engaged]]:
    """Each agent's live chats, the oldest first; one query, but for pay plans not seen before."""
    engaged: dict[UUID, list[protocol.Engaged]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_ENGAGED, [list(agent_ids)])
        for agent_id, *row in cursor.fetchall():
            engaged.setdefault(agent_id, []).append(_chat(_Chat(*row)))
    return engaged


class _Chat(NamedTuple):
    engagement_id: UUID
    conversation_id: UUID
    brand: str
    customer: str
    topic: str
    topic_name: str
    language: str
    accepted_at: datetime
    customer_away_since: datetime | None
    dormant_since: datetime | None
    plan_id: UUID
    surge_cents: int
    by_staff: bool


_ENGAGED = """
  select e.agent_id, e.id, e.conversation_id, b.name, u.name, e.topic, coalesce(k.name, e.topic), e.language,
    e.accepted_at, e.customer_away_since, e.dormant_since, e.pay_plan_id, e.surge_cents, e.by_staff
  from conversations_engagement e
  join brands_brand b on b.id = e.brand_id
  join conversations_conversation c on c.id = e.conversation_id
  join conversations_customer u on u.id = c.customer_id
  left join brands_skill k on k.brand_id = e.brand_id and k.key = e.topic
  where e.agent_id = any(%s::uuid[]) and e.ended_at is null order by e.accepted_at"""


def _chat(row: _Chat) -> protocol.Engaged:
    money = cards.money(row.plan_id, row.surge_cents)
    return protocol.Engaged(
        engagement_id=row.engagement_id,
        conversation=row.conversation_id,
        brand=row.brand,
        customer_name=Customer(name=row.customer).first_name,
        topic=row.topic,
        topic_name=row.topic_name,
        language=row.language,
        accepted_at=row.accepted_at,
        customer_away_since=row.customer_away_since,
        dormant_since=row.dormant_since,
        currency=money["currency"],
        pay=[] if row.by_staff else [protocol.PayLine(**line) for line in money["pay"]],
    )
