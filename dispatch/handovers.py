"""To whom an agent passes a chat on: anybody, another topic or language, a colleague, a supervisor."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet

from agents import certified, presence
from agents.models import Agent, Slot
from brands.models import Skill
from conversations.models import Conversation, Engagement
from dispatch.models import Escalation, Mode, Offer
from marketplace.refusals import Refused

SHOWN_MOST = 50


@dataclass(frozen=True, slots=True)
class Target:
    """Whom the next one should be; what is None stays as it is."""

    topic: str | None = None
    language: str | None = None
    colleague: UUID | None = None
    supervisor: bool = False

    @property
    def why(self) -> str:
        """How the customer's status tells it."""
        return "supervisor" if self.supervisor else "transferred"


ANYBODY = Target()


def aim(escalation: Escalation, conversation: Conversation, to: Target, *, by: UUID, now: datetime) -> None:
    """The request asks for whom `to` names. Raises Refused where nobody could ever come. The caller holds both.

    A colleague who could take it now is asked first, once; whoever fits is asked after her. For a supervisor it is kept
    a while, seen on the board, and then offered to anybody.
    """
    if to == ANYBODY:
        return
    topic, language = to.topic or escalation.topic, to.language or escalation.language
    others = able(escalation.brand_id, topic, language, now=now).exclude(pk=by)
    if (to.topic or to.language) and not others.exists():
        raise Refused("Nobody works in this topic and language. Please choose another.", code="nobody_there")
    if to.colleague:
        _demand_would_ring(escalation, to.colleague, others)
    escalation.topic, escalation.language = topic, language
    escalation.first_agent_id = to.colleague or escalation.first_agent_id
    if to.supervisor:
        escalation.held_until = now + timedelta(seconds=settings.BECKON_WAITS["supervisor_seconds"])
        escalation.held_why = "supervisor"
    escalation.save(update_fields=["topic", "language", "first_agent", "held_until", "held_why"])
    conversation.topic, conversation.language = topic, language
    conversation.save(update_fields=["topic", "language"])


def _demand_would_ring(escalation: Escalation, colleague: UUID, others: QuerySet[Agent]) -> None:
    """The next round asks this colleague before anybody else: else the chat would go to a stranger without a word. What
    changes between this look and the round is hers to change."""
    found = others.filter(pk=colleague).select_related("slot").first()
    if found is None:
        raise Refused("This colleague does not work in this topic and language.", code="not_certified")
    if not _has_room(found.slot) or not presence.is_connected(colleague):
        raise Refused(f"{found.display_name} has no room now. Please choose another.", code="no_room")
    if colleague in _asked(escalation.pk):
        raise Refused(f"{found.display_name} was asked for this customer already. Please choose another.", code="asked")
    if _is_plain(escalation.brand_id):
        words = "Chats are given first come, first served now: nobody can be chosen. Please pass it to anybody."
        raise Refused(words, code="served_plainly")


def _has_room(slot: Slot) -> bool:
    return slot.willing and slot.gone_since is None and slot.held == 0 and slot.active < slot.places


def _asked(escalation_id: UUID) -> set[UUID]:
    """Who was asked for this request before, or had it; the planner asks nobody of them first."""
    return set(Offer.objects.filter(escalation_id=escalation_id).values_list("agent_id", flat=True))


def _is_plain(brand_id: UUID) -> bool:
    plain = Mode.objects.filter(kind=Mode.Kind.PLAIN, ended_at=None)
    return plain.filter(Q(brand=None) | Q(brand=brand_id)).exists()


def able(brand_id: UUID, topic: str | None, language: str, *, now: datetime) -> QuerySet[Agent]:
    """Approved agents who are certified in the topic (None: any of the brand's) and speak the language, online or not,
    none of them by a certificate that has ended."""
    spoken = Q(languages__code=language) & certified.in_force(now, "languages")
    held = Q(skills__skill__brand_id=brand_id) & certified.in_force(now, "skills")
    if topic is not None:
        held &= Q(skills__skill__key=topic)
    return Agent.objects.filter(state=Agent.State.APPROVED, user__is_active=True).filter(spoken).filter(held).distinct()


def choices(engagement_id: UUID, *, by: UUID, now: datetime) -> dict[str, Any]:
    """What the agent who owns this chat may choose from: topics, languages, and colleagues who are online now."""
    live = Engagement.objects.filter(pk=engagement_id, agent_id=by, ended_at=None)
    engagement = live.select_related("conversation").first()
    if engagement is None:
        raise Refused("This conversation belongs to another agent.", code="not_yours")
    staffed = Skill.objects.filter(brand_id=engagement.brand_id, agents__agent__state=Agent.State.APPROVED)
    spoken = Agent.objects.filter(state=Agent.State.APPROVED, skills__skill__brand_id=engagement.brand_id)
    return {
        "topics": [{"key": skill.key, "name": skill.name} for skill in staffed.distinct()],
        "languages": sorted(set(spoken.values_list("languages__code", flat=True)) - {None}),
        "colleagues": _online(engagement, by=by, now=now),
    }


def _online(engagement: Engagement, *, by: UUID, now: datetime) -> list[dict[str, Any]]:
    """Colleagues who could take this very chat: connected, willing, the ones who would be asked now first."""
    fit = able(engagement.brand_id, engagement.topic, engagement.language, now=now).exclude(pk=by)
    here = list(fit.filter(slot__willing=True, slot__gone_since=None).select_related("slot")[:SHOWN_MOST])
    connected = presence.connected([agent.pk for agent in here])
    asked, plain = _asked(engagement.escalation_id), _is_plain(engagement.brand_id)
    found = [
        {
            "id": agent.pk,
            "name": agent.display_name,
            "free": not plain and agent.pk not in asked and _has_room(agent.slot),
        }
        for agent in here
        if agent.pk in connected
    ]
    return sorted(found, key=lambda one: (not one["free"], str(one["name"])))
