"""What a customer says of the person who helped."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from conversations import lifecycle, masking, stream
from conversations.models import Engagement, Event, Rating
from marketplace.refusals import Refused
from payouts import afterwards

WORDS_LONGEST = 1_000  # masking can make a text longer


@transaction.atomic
def rate(engagement_id: UUID, *, customer_id: UUID, score: int, solved: bool | None, words: str, now: datetime) -> None:
    """One rating for an engagement that has ended, and the bonus it earns: none for a supervisor, whose chats pay
    nothing. The same rating again changes nothing.

    Card numbers in the words are masked. Locks: the conversation, then the agent's ledger account.
    """
    words = masking.mask(words)[:WORDS_LONGEST]
    engagement = Engagement.objects.filter(pk=engagement_id, conversation__customer_id=customer_id).first()
    if engagement is None:
        raise Refused("There is no such chat to rate.", code="not_found")
    conversation = stream.locked(engagement.conversation_id)
    if engagement.state not in (Engagement.State.RESOLVED, Engagement.State.LEFT):
        raise Refused("A chat is rated when it has ended.", code="too_early")
    rating, created = Rating.objects.get_or_create(
        engagement=engagement,
        defaults={"brand_id": engagement.brand_id, "score": score, "solved": solved, "words": words, "at": now},
    )
    if created:
        if not engagement.by_staff:
            _earn(engagement, score, now=now)
        if conversation.status.get("to_rate") == str(engagement.pk):
            lifecycle.rated(conversation, now=now)
    elif (rating.score, rating.solved, rating.words) != (score, solved, words):
        raise Refused("You have rated this chat already. Thank you.", code="already_rated")


def _earn(engagement: Engagement, score: int, *, now: datetime) -> None:
    if _taken_up_again(engagement):
        afterwards.reopened(engagement.pk, now=now)
    afterwards.scored(engagement.pk, score, now=now)


def _taken_up_again(engagement: Engagement) -> bool:
    """Whether the customer had to come back, by a line that opened the closed conversation after this engagement."""
    assert engagement.ended_at is not None, "what is rated has ended"
    later = Event.objects.filter(conversation_id=engagement.conversation_id, stream="talk", at__gte=engagement.ended_at)
    return later.filter(kind=Event.Kind.MESSAGE, data__status__why="reopened").exists()
