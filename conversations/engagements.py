"""One agent's stretch with one conversation: its beginning, and its end with the facts that are paid."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from agents.models import Agent
from brands.models import Skill
from conversations import masking
from conversations.models import Conversation, Engagement, Event
from payouts import earnings, rating

NOTE_LONGEST = 1_000  # masking can make a text longer


def begin(
    conversation: Conversation,
    *,
    agent: Agent,
    escalation_id: UUID,
    offer_id: UUID,
    plan_id: UUID,
    topic: str,
    language: str,
    offered_at: datetime,
    surge_cents: int = 0,
    now: datetime,
    by_staff: bool = False,
) -> Engagement:
    """The agent owns the conversation. The caller holds its lock; a second owner is refused by the database.

    `now` was read before that lock was had. Nobody is paid for a moment that was still somebody else's, or her own.
    """
    before = Engagement.objects.filter(conversation=conversation).aggregate(Max("ended_at"))["ended_at__max"]
    return Engagement.objects.create(
        brand_id=conversation.brand_id,
        conversation=conversation,
        agent=agent,
        escalation_id=escalation_id,
        offer_id=offer_id,
        pay_plan_id=plan_id,
        topic=topic,
        language=language,
        offered_at=offered_at,
        surge_cents=surge_cents,
        accepted_at=max(now, before or now),
        by_staff=by_staff,
    )


def again(
    conversation: Conversation, lost: Engagement, *, offer_id: UUID, surge_cents: int = 0, now: datetime
) -> Engagement:
    """The agent who lost the conversation owns it again, on the same terms: a stretch of its own, paid by itself."""
    return begin(
        conversation,
        agent=lost.agent,
        escalation_id=lost.escalation_id,
        offer_id=offer_id,
        plan_id=lost.pay_plan_id,
        topic=lost.topic,
        language=lost.language,
        offered_at=now,
        surge_cents=surge_cents,
        now=now,
        by_staff=lost.by_staff,
    )


def end(engagement: Engagement, *, state: str, now: datetime) -> None:
    """live -> `state`, and paid in the same transaction, but for a supervisor's, whose wage is no matter of the chat's.
    Locks: the agent's ledger account, last of all.

    Card numbers in what the agent wrote about it are masked.
    """
    assert transaction.get_connection().in_atomic_block
    assert engagement.state == Engagement.State.LIVE, "only a live engagement ends"
    engagement.state = state
    engagement.ended_at = max(now, engagement.accepted_at)
    engagement.away_since = engagement.customer_away_since = None
    engagement.dormant_since = engagement.dormant_seq = None
    engagement.note = masking.mask(engagement.note)[:NOTE_LONGEST]
    engagement.tags = [masking.mask(tag) for tag in engagement.tags]
    engagement.save(update_fields=_ENDED)
    if not engagement.by_staff:
        earnings.record(
            _facts(engagement),
            plan=engagement.pay_plan,
            topic=_topic_name(engagement),
            offer_id=engagement.offer_id,
            now=now,
        )


_ENDED = [
    "state", "ended_at", "away_since", "customer_away_since", "dormant_since", "dormant_seq", "outcome", "note", "tags",
]  # fmt: skip


def _topic_name(engagement: Engagement) -> str:
    """What the earnings page calls the chat."""
    named = Skill.objects.filter(brand_id=engagement.brand_id, key=engagement.topic).values_list("name", flat=True)
    return named.first() or engagement.topic


def _facts(engagement: Engagement) -> rating.Facts:
    """What is known when it closes, from the rows themselves."""
    assert engagement.ended_at is not None
    lines = Event.objects.filter(
        conversation_id=engagement.conversation_id,
        stream="talk",
        kind=Event.Kind.MESSAGE,
        at__gte=engagement.accepted_at,
        at__lte=engagement.ended_at,
    ).order_by("seq")
    written = list(lines.values_list("at", "author_id"))
    replies = [at for at, author in written if author == engagement.agent_id]
    return rating.Facts(
        engagement_id=engagement.pk,
        brand_id=engagement.brand_id,
        agent_id=engagement.agent_id,
        plan_id=engagement.pay_plan_id,
        plan_version=engagement.pay_plan.version,
        tier=engagement.pay_plan.tier,
        outcome=engagement.state,
        accepted_at=engagement.accepted_at,
        ended_at=engagement.ended_at,
        active_seconds=rating.active_seconds([at for at, _ in written], engagement.accepted_at, engagement.ended_at),
        first_reply_at=replies[0] if replies else None,
        surge_cents=engagement.surge_cents,
    )
