"""What the assistant does in a conversation: greet, answer, hand over. Called by the doors and by its sweep.

A reply is thought up outside any lock and written under the conversation's: whoever else wrote, handed over or ended
meanwhile comes first, and a late answer is dropped.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F

from assistant import handoff, knowledge, phrases, providers
from conversations import lifecycle, stream, transcript
from conversations.models import Conversation, Customer, Engagement, Event
from dispatch import customer_absence, escalations, promises
from dispatch.models import Escalation
from marketplace.refusals import Refused
from realtime import protocol, trouble

log = logging.getLogger(__name__)
BATCH = 100
Clock = Callable[[], datetime]


def welcome(customer: Customer, *, language: str | None, now: datetime) -> Conversation:
    """The customer's open conversation; a new one begins with the assistant saying what it is."""
    spoken = (language or customer.language or customer.brand.locale)[:2].lower()
    with transaction.atomic():
        conversation, begun = lifecycle.start(customer, language=spoken, now=now)
        if begun:
            brand = customer.brand
            text = phrases.say("greeting", spoken, assistant=brand.assistant_name, brand=brand.name)
            lifecycle.answer(conversation, text=text, sources=[], now=now)
    return conversation


def ask_person(
    conversation_id: UUID, *, language: str | None, topic: str | None, email: str | None, now: datetime
) -> None:
    """The customer asks for a person by the button; what she did not say is guessed. Never argued with."""
    conversation = Conversation.objects.select_related("brand", "customer").get(pk=conversation_id)
    if email:
        Customer.objects.filter(pk=conversation.customer_id).update(email=email)
    packet = handoff.packet(_turn(conversation), reason="asked", language=language, topic=topic)
    given = _as_protocol(packet, conversation)
    with transaction.atomic():
        held = stream.locked(conversation_id)
        _, begun = escalations.begin_in(held, packet=given, now=now)
        _dealt_with(held, held.asked_seq)
        if begun:
            lifecycle.answer(held, text=phrases.say("asked_for_person", packet.language), sources=[], now=now)


def leave_message(
    conversation_id: UUID,
    *,
    language: str | None,
    topic: str | None,
    email: str | None,
    now: datetime,
    said: stream.Line | None = None,
) -> None:
    """What the customer wrote, `said` included, is for a person, who answers later; the assistant leaves it alone.

    The words stay said where the promise is refused: then a person is there, or the chat is over.
    """
    if said:
        with transaction.atomic():
            stream.say(said, now=now)
            _leave_it(conversation_id)
    packet = _later(conversation_id, "message", language=language, topic=topic, email=email)
    promises.leave_message(conversation_id, packet=packet, now=now)
    _leave_it(conversation_id)


def call_back(
    conversation_id: UUID, *, at: datetime, language: str | None, topic: str | None, email: str | None, now: datetime
) -> None:
    """A person comes at the time the customer chose."""
    packet = _later(conversation_id, "callback", language=language, topic=topic, email=email)
    promises.call_back(conversation_id, at=at, packet=packet, now=now)
    _leave_it(conversation_id)


def _later(
    conversation_id: UUID, reason: str, *, language: str | None, topic: str | None, email: str | None
) -> protocol.Packet:
    conversation = Conversation.objects.select_related("brand", "customer").get(pk=conversation_id)
    if email:
        Customer.objects.filter(pk=conversation.customer_id).update(email=email)
    packet = handoff.packet(_turn(conversation), reason=reason, language=language, topic=topic)
    if reason == "message" and not packet.goal:
        raise Refused("Write your message first.", code="nothing_said")
    return _as_protocol(packet, conversation)


def _leave_it(conversation_id: UUID) -> None:
    """Whatever was asked so far is a person's to answer."""
    Conversation.objects.filter(pk=conversation_id).update(answered_seq=F("asked_seq"))


def answer_waiting(*, clock: Clock) -> int:
    """Reply wherever a customer wrote and nobody has looked yet; how many were looked at. May run twice at once: what
    another thread of this process replies to is left to it. Each reply carries the time at which it is said."""
    waiting = Conversation.objects.filter(asked_seq__gt=F("answered_seq"))
    looked_at = 0
    for conversation_id in waiting.order_by("pk").values_list("pk", flat=True)[:BATCH]:
        with _in_hand.taken(conversation_id) as mine:
            if mine:
                _reply_somehow(conversation_id, clock=clock)
                looked_at += 1
    return looked_at


def _reply_somehow(conversation_id: UUID, *, clock: Clock) -> None:
    """A reply, or a person, or later another try."""
    try:
        reply(conversation_id, clock=clock)
    except (OperationalError, InterfaceError) as away:  # of the database: the next sweep tries again
        trouble.tell(log, away, "Conversation %s is answered later", conversation_id)
    except Exception:  # one conversation that fails must not keep the others waiting
        log.exception("The assistant failed in conversation %s; a person is asked.", conversation_id)
        _give_up(conversation_id, now=clock())


class _InHand:
    """Conversations that some thread of this process replies to now. Wake-ups that come together share the work, where
    each would otherwise think up every reply and wait for the lock of the one who is first."""

    def __init__(self) -> None:
        self._changing = threading.Lock()
        self._held: set[UUID] = set()

    @contextmanager
    def taken(self, conversation_id: UUID) -> Iterator[bool]:
        """True for one thread at a time."""
        with self._changing:
            mine = conversation_id not in self._held
            self._held.add(conversation_id)
        try:
            yield mine
        finally:
            if mine:
                self._held.discard(conversation_id)


_in_hand = _InHand()


def _give_up(conversation_id: UUID, *, now: datetime) -> None:
    """Whatever went wrong, the customer gets a person. Uses nothing but her own lines."""
    conversation = Conversation.objects.select_related("brand").get(pk=conversation_id)
    said = transcript.lines(conversation_id)
    latest = next((text for role, text in reversed(said) if role == "customer"), "")
    packet = protocol.Packet(
        summary=latest[:240],
        reason="failure",
        reason_words=handoff.REASONS["failure"],
        topic=escalations.DEFAULT_TOPIC,
        language=(conversation.language or conversation.brand.locale)[:2],
        tried=[],
        goal=latest[:240],
    )
    with transaction.atomic():
        held = stream.locked(conversation_id)
        if _is_assistants_turn(held):
            _, begun = escalations.begin_in(held, packet=packet, now=now)
            if begun:
                text = phrases.say("failure", packet.language)
                lifecycle.answer(held, text=text, sources=[], now=now)
        _dealt_with(held, held.asked_seq)


def reply(conversation_id: UUID, *, clock: Clock) -> None:
    """Answer the latest line, or hand over. Twice, or late, it changes nothing.

    The clock is read after the thinking, which may take seconds: what is said then was not said before it.
    """
    conversation = Conversation.objects.select_related("brand", "customer").get(pk=conversation_id)
    asked = conversation.asked_seq
    if asked <= conversation.answered_seq:
        return
    if _goes_on(conversation, now=clock()):
        return
    said = providers.safe_reply(_turn(conversation))
    with transaction.atomic():
        held = stream.locked(conversation_id)
        if held.answered_seq >= asked or not _is_assistants_turn(held):
            _dealt_with(held, asked)
            return
        _speak(held, said, now=clock())
        _dealt_with(held, asked)


def _goes_on(conversation: Conversation, *, now: datetime) -> bool:
    """A customer who had been cut off from a person writes again: she goes on with a person, not with the assistant."""
    if not customer_absence.may_go_on(conversation.pk, now=now):
        return False
    with transaction.atomic():
        if not customer_absence.go_on(conversation.pk, now=now):
            return False
        held = stream.locked(conversation.pk)
        text = phrases.say("asked_for_person", conversation.language or conversation.brand.locale)
        lifecycle.answer(held, text=text, sources=[], now=now)
        _dealt_with(held, held.asked_seq)
        return True


def _speak(held: Conversation, said: providers.Reply, *, now: datetime) -> None:
    """Say it, and hand over where the reply says so. While she waits in line, only real answers are worth saying."""
    request = escalations.under_way(held.pk)
    if request and (said.hand_off or not said.sources) and not _comes_at_once(request, said):
        return
    sources = [protocol.Source(slug=source.slug, title=source.title) for source in said.sources]
    if said.hand_off:
        escalations.begin_in(held, packet=_as_protocol(said.hand_off, held), now=now)
    if said.text:
        lifecycle.answer(held, text=said.text, sources=sources, now=now)
    if said.language and said.language != held.language and not said.hand_off:
        held.language = said.language
        held.save(update_fields=["language"])


def _comes_at_once(request: Escalation, said: providers.Reply) -> bool:
    """She asks for a person now, to whom one was promised for later; or is in danger, and was to wait a while."""
    if said.hand_off is None:
        return False
    if request.state in Escalation.PARKED:
        return said.hand_off.reason in escalations.COMES_AT_ONCE
    return escalations.rests(request) and said.hand_off.reason == escalations.DANGER


def _is_assistants_turn(held: Conversation) -> bool:
    open_ = held.state == Conversation.State.OPEN
    return open_ and not Engagement.objects.filter(conversation=held, ended_at=None).exists()


def _dealt_with(held: Conversation, seq: int) -> None:
    """The assistant owes nothing up to this line. The caller holds the conversation."""
    if held.answered_seq >= seq:
        return
    Conversation.objects.filter(pk=held.pk, answered_seq__lt=seq).update(answered_seq=seq)


def _turn(conversation: Conversation) -> providers.Turn:
    """All that the assistant may know: the brand's articles and what was said."""
    brand = conversation.brand
    said = transcript.told(conversation.pk)
    return providers.Turn(
        brand=brand.name,
        assistant=brand.assistant_name,
        language=conversation.language or brand.locale,
        lines=tuple((role, text) for role, text, _ in said[-transcript.LINES :]),
        index=knowledge.index_of(brand),
        shown=tuple(source["slug"] for _, _, sources in said for source in sources),
        topics=tuple(brand.skills.values_list("key", flat=True)),
    )


def _as_protocol(packet: handoff.Packet, conversation: Conversation) -> protocol.Packet:
    """The packet as people read it: articles by their titles."""
    shown = Event.objects.filter(conversation=conversation, kind=Event.Kind.ANSWER).values_list("data", flat=True)
    titles = {source["slug"]: source["title"] for data in shown for source in data.get("sources", [])}
    return protocol.Packet(
        summary=packet.summary,
        reason=packet.reason,
        reason_words=packet.reason_words,
        topic=packet.topic,
        language=packet.language,
        tried=[titles.get(slug, slug) for slug in packet.tried],
        goal=packet.goal,
    )
