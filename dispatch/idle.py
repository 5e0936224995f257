"""Conversations that everybody has left: closed after a day of silence. A line within seven days opens them again."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from conversations import lifecycle, stream
from conversations.models import Conversation
from dispatch import escalations

SILENCE = timedelta(hours=24)


def close_silent(*, now: datetime, limit: int = 500) -> int:
    """Close what has been silent for a day and waits for nobody; how many. Any number of sweepers."""
    with connection.cursor() as cursor:
        cursor.execute(_SILENT, [now - SILENCE, now - SILENCE, limit])
        silent = [row[0] for row in cursor.fetchall()]
    return sum(_close(conversation_id, now=now) for conversation_id in silent)


_SILENT = """
  select c.id from conversations_conversation c
  where c.state = 'open' and c.opened_at < %s
    and not exists (select 1 from dispatch_escalation e
                    where e.conversation_id = c.id and e.ended_at is null)
    and not exists (select 1 from conversations_event v
                    where v.conversation_id = c.id and v.stream = 'talk' and v.seq = c.talk_seq and v.at >= %s)
  order by c.opened_at limit %s"""


@transaction.atomic
def _close(conversation_id: UUID, *, now: datetime) -> bool:
    """open -> closed, unless somebody wrote or asked for a person meanwhile. Locks: the conversation."""
    conversation = stream.locked(conversation_id)
    latest = conversation.events.filter(stream=stream.TALK).order_by("-seq").values_list("at", flat=True).first()
    if conversation.state != Conversation.State.OPEN or escalations.under_way(conversation_id):
        return False
    if latest is not None and latest >= now - SILENCE:
        return False
    lifecycle.fell_silent(conversation, now=now)
    return True
