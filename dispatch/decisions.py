"""Why an agent was asked, and not another: read, said in a sentence, and kept for six months."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q

from brands.models import Brand
from dispatch import cards, explanations
from dispatch.models import Decision, Offer
from marketplace.refusals import Refused

MONTHS_KEPT = 6
MONTHS_AHEAD = 2


def one(id_: UUID) -> Decision:
    """The latest decision with this id, of this offer, or on this escalation. Raises Refused where there is none."""
    found = Decision.objects.filter(Q(pk=id_) | Q(offer=id_) | Q(escalation=id_)).order_by("-at").first()
    if found is None:
        raise Refused("There is no such decision, or it is older than six months.", code="not_found")
    return found


def of_agent(agent_id: UUID, *, since: datetime, before: UUID | None = None, limit: int = 50) -> list[dict[str, Any]]:
    """The agent's latest decisions: offers to her, and those for which she would have been next, with one sentence.

    `before` is the last one of the page before. Refused where she has no such decision.
    """
    mine = Decision.objects.filter(Q(agent=agent_id) | Q(others__contains=[agent_id]), at__gte=since)
    if before is not None:
        last = mine.filter(pk=before).values_list("at", flat=True).first()
        if last is None:
            raise Refused("There is no such decision of yours.", code="not_found")
        mine = mine.filter(Q(at__lt=last) | Q(at=last, pk__lt=before))
    found = list(mine.order_by("-at", "-pk")[:limit])
    around = _around(found, agent_id)
    return [told(decision, agent_id) | around[decision.pk] for decision in found]


def _around(found: Sequence[Decision], agent_id: UUID) -> dict[UUID, dict[str, str]]:
    """For each decision the names of brand and topic, and what became of the offer where it was this agent's."""
    brand_ids = {decision.brand for decision in found}
    brands = dict(Brand.objects.filter(pk__in=brand_ids).values_list("pk", "name"))
    topics = cards.topic_names_of(brand_ids)
    offers = [decision.offer for decision in found if decision.agent == agent_id]
    ends = dict(Offer.objects.filter(pk__in=offers, agent_id=agent_id).values_list("pk", "state"))
    return {
        decision.pk: {
            "brand": brands.get(decision.brand, ""),
            "topic_name": topics.get((decision.brand, decision.facts["topic"]), decision.facts["topic"]),
            "outcome": ends.get(decision.offer, ""),
        }
        for decision in found
    }


def told(decision: Decision, agent_id: UUID) -> dict[str, Any]:
    """One decision as this agent may read it: her own points and the chosen one's, never who the other is."""
    facts = decision.facts
    mine = next((her for her in (facts["chosen"], *facts["next"]) if her["agent"] == str(agent_id)), None)
    return {
        "id": str(decision.pk),
        "at": decision.at.isoformat(),
        "topic": facts["topic"],
        "language": facts["language"],
        "waited_s": facts["waited_s"],
        "ring": decision.ring,
        "weights": decision.weights,
        "offered_to_me": decision.agent == agent_id,
        "sentence": explanations.sentence(facts, str(agent_id)),
        "change": explanations.change(facts, str(agent_id)),
        "my_points": _points(mine),
        "chosen_points": _points(facts["chosen"]),
    }


def _points(facts: dict[str, Any] | None) -> dict[str, float]:
    return {name: value for name, value in (facts or {}).items() if name not in ("agent", "why", "placed")}


def keep_months(*, now: datetime, kept: int = MONTHS_KEPT) -> int:
    """Tables for the months to come are there, those out of retention are gone; how many changed."""
    with connection.cursor() as cursor:
        cursor.execute("select dispatch_keep_months(%s, %s, %s)", [now, MONTHS_AHEAD, kept])
        return int(cursor.fetchone()[0])
