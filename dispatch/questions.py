"""A question to colleagues: they see the question, never the chat; their answer is a note that agents alone read."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from agents import presence, slots
from agents.models import Agent
from conversations import lifecycle, masking, stream
from conversations.models import Engagement
from dispatch import cards, handovers
from dispatch.models import Question
from marketplace.refusals import Refused
from realtime import protocol

ASKED_MOST = 8
LONGEST = 1_000


@transaction.atomic
def ask(conversation_id: UUID, *, by: UUID, text: str, now: datetime) -> UUID:
    """Put to certified colleagues who are online, those with fewest chats first. It takes the place of an open one.

    Locks: the colleagues' slots, conversation.
    """
    engagement = _owned(conversation_id, by)
    colleagues = _colleagues(engagement, by=by, now=now)
    if not colleagues:
        raise Refused("No colleague is online who knows this topic and language.", code="nobody_there")
    held = slots.locked_all(colleagues)
    conversation = stream.locked(conversation_id)
    _owned(conversation_id, by)
    text = masking.mask(text)[:LONGEST]
    Question.objects.filter(conversation=conversation, closed_at=None).update(closed_at=now)
    asked = Question.objects.create(
        brand_id=engagement.brand_id,
        conversation=conversation,
        asked_by_id=by,
        asked=colleagues,
        topic=engagement.topic,
        language=engagement.language,
        text=text,
        asked_at=now,
        open_until=now + timedelta(seconds=settings.BECKON_WAITS["question_seconds"]),
    )
    lifecycle.note(conversation, author=_author(engagement.agent), text=text, about="question", now=now)
    for slot in held.values():
        slots.changed(slot)
    return asked.pk


@transaction.atomic
def answer(question_id: UUID, *, by: UUID, text: str, now: datetime) -> None:
    """The first answer closes the question. Raises Refused where it is closed, or was not put to this agent.

    Locks: the slots of all who were asked, conversation, question.
    """
    known = Question.objects.filter(pk=question_id, asked__contains=[by]).first()
    if known is None or not presence.may_work(by):
        raise Refused("There is no such question.", code="not_found")
    held = slots.locked_all(known.asked)
    conversation = stream.locked(known.conversation_id)
    still = Question.objects.filter(pk=question_id, closed_at=None, open_until__gt=now)
    asker_there = Engagement.objects.filter(conversation=conversation, agent_id=known.asked_by_id, ended_at=None)
    if not asker_there.exists() or still.update(closed_at=now, answered_by_id=by) != 1:
        raise Refused("This question is closed already.", code="question_over")
    agent = Agent.objects.get(pk=by)
    lifecycle.note(conversation, author=_author(agent), text=text, about="answer", now=now)
    for slot in held.values():
        slots.changed(slot)


def may_be_put_sql(agent: str) -> str:
    """A condition without which `put_to` finds nothing for her, for a query that is given `now`."""
    return f"""exists (select from dispatch_question put
      where put.closed_at is null and put.open_until > %(now)s and put.asked @> array[{agent}])"""


def put_to(agent_ids: Sequence[UUID], *, now: datetime) -> dict[UUID, list[protocol.Question]]:
    """What each of these agents is asked now, the oldest first; one query where nothing is, none for nobody."""
    if not agent_ids:
        return {}
    goes_on = Engagement.objects.filter(
        conversation=OuterRef("conversation"), agent=OuterRef("asked_by"), ended_at=None
    )
    open_ = Question.objects.filter(Exists(goes_on), closed_at=None, open_until__gt=now, asked__overlap=list(agent_ids))
    found = list(open_.select_related("brand", "asked_by").order_by("asked_at"))
    topics = cards.topic_names_of({question.brand_id for question in found})
    wanted, put = set(agent_ids), dict[UUID, list[protocol.Question]]()
    for question in found:
        shown = _shown(question, topics.get((question.brand_id, question.topic), question.topic))
        for agent_id in wanted.intersection(question.asked):
            put.setdefault(agent_id, []).append(shown)
    return put


def _shown(question: Question, topic_name: str) -> protocol.Question:
    return protocol.Question(
        question_id=question.pk,
        brand=question.brand.name,
        topic_name=topic_name,
        language=question.language,
        asked_by=question.asked_by.display_name,
        text=question.text,
        asked_at=question.asked_at,
        open_until=question.open_until,
    )


def _owned(conversation_id: UUID, by: UUID) -> Engagement:
    live = Engagement.objects.filter(conversation_id=conversation_id, agent_id=by, ended_at=None)
    engagement = live.select_related("agent").first()
    if engagement is None:
        raise Refused("You are not part of this conversation.", code="forbidden")
    return engagement


def _colleagues(engagement: Engagement, *, by: UUID, now: datetime) -> list[UUID]:
    fit = handovers.able(engagement.brand_id, engagement.topic, engagement.language, now=now).exclude(pk=by)
    here = list(fit.filter(slot__gone_since=None, slot__willing=True).order_by("slot__active", "pk"))
    connected = presence.connected([agent.pk for agent in here])
    return sorted(agent.pk for agent in [one for one in here if one.pk in connected][:ASKED_MOST])


def _author(agent: Agent) -> protocol.Author:
    return protocol.Author(role="agent", id=agent.pk, name=agent.display_name)
