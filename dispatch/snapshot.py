"""An agent's own state, whole: what her screens show, with the slot's version."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count

from agents import paid_hours
from agents.models import AgentSkill, Slot
from conversations.models import Engagement
from dispatch import askable, cards, questions, queue
from dispatch.models import Offer
from marketplace import waits
from payouts import earnings, plans
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
    """The same fifteen queries for any number of agents, and none for none.

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
    hindered = askable.hindrances(ids, now=now)
    paid = paid_hours.in_them(ids, now=now)
    asked = questions.put_to(ids, now=now)
    told = news.shown(ids, now=now)
    closed = Engagement.objects.filter(agent_id__in=ids, ended_at__gte=today)
    chats = dict(closed.order_by("agent_id").values_list("agent_id").annotate(Count("pk")))
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
            pace=_pace(slot, paid=id_ in paid),
            online_since=slot.online_since,
            offer=_offer(latest.get(id_), now),
            offer_end=_offer_end(latest.get(id_), now),
            engagements=engaged.get(id_, []),
            demand=[
                protocol.Demand(topic=t, topic_name=n, language=s, waiting=w) for t, n, s, w in demand.get(id_, [])
            ],
            earned_today_minor=earned[id_][1],
            chats_today=chats.get(id_, 0),
            currency=earned[id_][0],
            at=now,
            questions=asked.get(id_, []),
            shift_news=told.get(id_, []),
            hindrance=hindered.get(id_, ""),
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


def versions(agent_ids: Sequence[UUID]) -> dict[UUID, int]:
    return dict(Slot.objects.filter(pk__in=agent_ids).values_list("pk", "version"))


def _earned(agent_ids: Sequence[UUID], today: datetime, now: datetime) -> dict[UUID, tuple[str, int]]:
    """The currency in which most was earned today, and how much; several currencies are shown on the earnings page."""
    sums = earnings.earned_by(agent_ids, today, now + timedelta(seconds=1))
    without = [id_ for id_ in agent_ids if id_ not in sums]
    brands = AgentSkill.objects.filter(agent_id__in=without).values_list("agent_id", "skill__brand__currency")
    currencies = dict(brands.order_by("-pk")) if without else {}
    most = {id_: max(of_agent.items(), key=lambda item: item[1]) for id_, of_agent in sums.items()}
    return {id_: most.get(id_) or (currencies.get(id_, "EUR"), 0) for id_ in agent_ids}


def _latest_offers(agent_ids: Sequence[UUID], now: datetime) -> dict[UUID, Offer]:
    """The latest offer to each. An open one is the latest: who is being asked is asked nothing else."""
    lately = Offer.objects.filter(agent_id__in=agent_ids, offered_at__gt=now - RINGS_AT_MOST)
    return {offer.agent_id: offer for offer in lately.order_by("agent_id", "-offered_at").distinct("agent_id")}


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
    """Each agent's live chats, the oldest first."""
    live = Engagement.objects.filter(agent_id__in=agent_ids, ended_at=None)
    found = list(live.select_related("brand", "pay_plan", "conversation__customer").order_by("accepted_at"))
    topics = cards.topic_names_of({engagement.brand_id for engagement in found})
    engaged: dict[UUID, list[protocol.Engaged]] = {}
    for engagement in found:
        engaged.setdefault(engagement.agent_id, []).append(_chat(engagement, topics))
    return engaged


def _chat(engagement: Engagement, topics: Mapping[tuple[UUID, str], str]) -> protocol.Engaged:
    card = plans.card(engagement.pay_plan, surge_cents=engagement.surge_cents)
    return protocol.Engaged(
        engagement_id=engagement.pk,
        conversation=engagement.conversation_id,
        brand=engagement.brand.name,
        customer_name=engagement.conversation.customer.first_name,
        topic=engagement.topic,
        topic_name=topics.get((engagement.brand_id, engagement.topic), engagement.topic),
        language=engagement.language,
        accepted_at=engagement.accepted_at,
        customer_away_since=engagement.customer_away_since,
        dormant_since=engagement.dormant_since,
        currency=card["currency"],
        pay=[
            protocol.PayLine(kind=line["kind"], words=line["words"], amount_minor=line["rate"])
            for line in card["lines"]
            if not engagement.by_staff
        ],
    )
