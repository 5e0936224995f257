"""What happens to a conversation, each step told to its readers in the talk stream. Nothing else changes its state.

Every function runs inside the caller's transaction. Where it takes a `Conversation`, the caller holds its lock
(`stream.locked`); the lock order of the house puts the conversation after escalation, slot and offer.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from brands.models import Brand
from conversations import engagements, frames, stream
from conversations.models import Conversation, Customer, Engagement, Event, Participant
from marketplace.refusals import Refused
from realtime import protocol, wire

SYSTEM = protocol.Author(role="system", id=None, name="")


@transaction.atomic
def start(customer: Customer, *, language: str, now: datetime) -> tuple[Conversation, bool]:
    """The customer's open conversation, and whether it was begun just now. Locks: the customer.

    One begun just now is nobody else's before the commit: the caller holds it as if it were locked.
    """
    Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
    found = Conversation.objects.filter(brand_id=customer.brand_id, customer=customer, state="open").first()
    if found:
        return found, False
    conversation = Conversation.objects.create(
        brand=customer.brand,
        customer=customer,
        language=language,
        opened_at=now,
        status=frames.stored_status(status("assistant", "", now)),
    )
    _join(conversation, person=customer.pk, role="customer", name=customer.first_name, now=now)
    wire.after_commit(changed=[f"customer:{customer.pk}"])
    return conversation, True


def asked(conversation: Conversation, *, why: str, packet: protocol.Packet | None, now: datetime) -> None:
    """The customer waits for a person from here on. The packet goes to the desk stream."""
    customer = Participant.objects.get(conversation=conversation, role="customer")
    _tell(conversation, "asked", author=_author(customer), status=status("queue", why, now), now=now)
    if packet:
        _hand_over(conversation, packet, now=now)
    wire.after_commit(changed=[f"customer:{conversation.customer_id}"])


def _hand_over(conversation: Conversation, packet: protocol.Packet, *, now: datetime) -> None:
    assistant = assistant_of(conversation.brand)
    data = {"packet": stored_packet(packet)}
    stream.append(conversation, stream=stream.DESK, kind=Event.Kind.HAND_OFF, author=assistant, data=data, now=now)


def promised(
    conversation: Conversation, *, why: str, due: datetime, packet: protocol.Packet | None, now: datetime
) -> None:
    """A person answers her message, or comes back to her (`why`: message or callback), by then; the assistant goes on.

    A packet goes to the desk stream: the first one of this request.
    """
    change = {"message": "message_left", "callback": "callback_chosen"}[why]
    told = status("assistant", why, now, due=due)
    _tell(conversation, change, author=_customer(conversation), status=told, now=now)
    if packet:
        _hand_over(conversation, packet, now=now)
    wire.after_commit(changed=[f"customer:{conversation.customer_id}"])


def due(conversation: Conversation, *, why: str, due: datetime | None, now: datetime) -> None:
    """People are rung for what was promised."""
    _tell(conversation, "due", author=SYSTEM, status=status("queue", why, now, due=due), now=now)
    wire.after_commit(changed=[f"customer:{conversation.customer_id}"])


def late(conversation: Conversation, *, why: str, due: datetime, now: datetime) -> None:
    """Nobody came by the time that was promised. She is told so, and the next one."""
    _tell(conversation, "late", author=SYSTEM, status=status("queue", why, now, due=due), now=now)


def cancelled(conversation: Conversation, *, now: datetime) -> None:
    """The customer stopped waiting: back to the assistant."""
    customer = Participant.objects.get(conversation=conversation, role="customer")
    _tell(conversation, "cancelled", author=_author(customer), status=status("assistant", "cancelled", now), now=now)
    wire.after_commit(changed=[f"customer:{conversation.customer_id}"])


def joined(conversation: Conversation, engagement: Engagement, *, languages: list[str], now: datetime) -> None:
    """The agent of this live engagement is here."""
    agent = engagement.agent
    _join(conversation, person=agent.pk, role="agent", name=agent.display_name, now=now)
    card = protocol.PersonCard(name=agent.display_name, languages=languages)
    _tell(
        conversation,
        "joined",
        author=_of(engagement),
        status=status("person", "joined", now, person=card),
        now=now,
    )
    wire.after_commit(changed=[f"agent:{agent.pk}", f"customer:{conversation.customer_id}"])


def away(conversation: Conversation, engagement: Engagement, *, now: datetime) -> None:
    """The customer is told that the agent's connection broke. Undone by `back`."""
    engagement.away_since = now
    engagement.save(update_fields=["away_since"])
    card = frames.status_of(conversation.status).person
    _tell(conversation, "away", author=SYSTEM, status=status("away", "lost", now, person=card), now=now)


def back(conversation: Conversation, engagement: Engagement, *, now: datetime) -> None:
    """The agent is here again, before anything was taken from her."""
    engagement.away_since = None
    engagement.save(update_fields=["away_since"])
    card = frames.status_of(conversation.status).person
    _tell(conversation, "back", author=SYSTEM, status=status("person", "back", now, person=card), now=now)


def rejoined(conversation: Conversation, engagement: Engagement, *, now: datetime) -> None:
    """The agent who had lost the conversation owns it again: nobody else had come."""
    agent = engagement.agent
    _join(conversation, person=agent.pk, role="agent", name=agent.display_name, now=now)
    card = protocol.PersonCard(name=agent.display_name, languages=list(agent.languages.values_list("code", flat=True)))
    _tell(conversation, "back", author=SYSTEM, status=status("person", "back", now, person=card), now=now)
    wire.after_commit(changed=[f"agent:{agent.pk}", f"customer:{conversation.customer_id}"])


def fell_dormant(conversation: Conversation, engagement: Engagement, *, now: datetime) -> None:
    """The customer has not answered for long: the agent goes on to others, and is hers again with her next line."""
    card = frames.status_of(conversation.status).person
    told = status("person", "dormant", now, person=card)
    _tell(conversation, "dormant", author=_of(engagement), status=told, now=now)
    engagement.dormant_since, engagement.dormant_seq = now, conversation.talk_seq
    engagement.save(update_fields=["dormant_since", "dormant_seq"])
    wire.after_commit(changed=[f"customer:{conversation.customer_id}"])


def has_written(conversation: Conversation, *, after: int) -> bool:
    """Has the customer said something after that number of the talk?"""
    lines = Event.objects.filter(conversation=conversation, stream=stream.TALK, kind=Event.Kind.MESSAGE)
    return lines.filter(author_role="customer", seq__gt=after).exists()


def woke(conversation: Conversation, engagement: Engagement, *, now: datetime) -> None:
    """The customer wrote again, and the agent is there."""
    engagement.dormant_since = engagement.dormant_seq = None
    engagement.save(update_fields=["dormant_since", "dormant_seq"])
    card = frames.status_of(conversation.status).person
    told = status("person", "resumed", now, person=card)
    _tell(conversation, "resumed", author=_of(engagement), status=told, now=now)
    wire.after_commit(changed=[f"customer:{conversation.customer_id}"])


def woke_in_vain(conversation: Conversation, engagement: Engagement, *, now: datetime) -> None:
    """The customer wrote again, but her agent has no place for her: she is paid, and the customer waits in front."""
    engagement.outcome = "dormant"
    engagements.end(engagement, state="transferred", now=now)
    _part(conversation, engagement)
    _tell(conversation, "waits_again", author=_of(engagement), status=status("queue", "dormant", now), now=now)
    wire.after_commit(changed=[f"customer:{conversation.customer_id}"])


def slept_on(conversation: Conversation, engagement: Engagement, *, now: datetime) -> None:
    """The customer stayed silent until the agent was gone, or for hours: the agent is paid. The conversation stays
    open; the customer was told when it fell dormant, and with her next line she is brought to a person."""
    engagement.outcome = "dormant"
    engagements.end(engagement, state="left", now=now)
    _part(conversation, engagement)
    _tell(conversation, "slept_on", author=_of(engagement), status=status("assistant", "dormant", now), now=now)
    wire.after_commit(changed=[f"customer:{conversation.customer_id}"])


def leave_word(conversation: Conversation, engagement: Engagement, text: str, *, now: datetime) -> None:
    """What the agent leaves for whoever comes next, as a note in the desk stream."""
    if text.strip():
        author = _of(engagement)
        stream.append(conversation, stream=stream.DESK, kind=Event.Kind.NOTE, author=author, text=text.strip(), now=now)


def released(
    conversation: Conversation, engagement: Engagement, *, state: str, now: datetime, why: str | None = None
) -> None:
    """The agent gave the conversation back (transferred) or vanished (lost): it waits again, and she reads no more."""
    engagements.end(engagement, state=state, now=now)
    _part(conversation, engagement)
    _tell(conversation, state, author=SYSTEM, status=status("queue", why or state, now), now=now)
    wire.after_commit(changed=[f"customer:{conversation.customer_id}"])


def resolved(conversation: Conversation, engagement: Engagement, *, outcome: str, now: datetime) -> None:
    """The agent finished: the conversation is closed, the customer may rate, the earning is posted."""
    engagement.outcome = outcome
    _finished(conversation, engagement, state="resolved", now=now)


def left(conversation: Conversation, engagement: Engagement | None, *, now: datetime) -> None:
    """The customer ended it. An engagement under way ends with it, paid."""
    if engagement:
        _finished(conversation, engagement, state="left", now=now)
        return
    _close(conversation, now=now)
    _tell(conversation, "left", author=_customer(conversation), status=status("ended", "left", now), now=now)
    wire.after_commit(changed=[f"customer:{conversation.customer_id}"])


def stopped(conversation: Conversation, engagement: Engagement, *, again: datetime, now: datetime) -> None:
    """The agent left because of how she was treated, and is paid as for any chat seen through. The customer is told,
    and from when a person may come again."""
    engagements.end(engagement, state="left", now=now)
    _part(conversation, engagement)
    _close(conversation, now=now)
    author = protocol.Author(role="agent", id=engagement.agent_id, name=engagement.agent.display_name)
    _tell(conversation, "stopped", author=author, status=status("ended", "stopped", now, due=again), now=now)
    wire.after_commit(changed=[f"customer:{conversation.customer_id}"])


def customer_gone(conversation: Conversation, engagement: Engagement, *, now: datetime) -> None:
    """The customer was gone for minutes: the agent is paid and goes on to others. The conversation stays open; when the
    customer is back she reads what happened, and goes on."""
    engagements.end(engagement, state="left", now=now)
    _part(conversation, engagement)
    _tell(conversation, "gone", author=_of(engagement), status=status("assistant", "gone", now), now=now)
    wire.after_commit(changed=[f"customer:{conversation.customer_id}"])


def unreached(conversation: Conversation, *, now: datetime) -> None:
    """The customer was gone for long while she waited: nobody is looked for any more. She is told when she is back."""
    _tell(conversation, "unreached", author=SYSTEM, status=status("assistant", "unreached", now), now=now)
    wire.after_commit(changed=[f"customer:{conversation.customer_id}"])


def fell_silent(conversation: Conversation, *, now: datetime) -> None:
    """Nobody has written for a long time and nobody is waited for: closed, to be opened by the next line."""
    _close(conversation, now=now)
    _tell(conversation, "idle", author=SYSTEM, status=status("ended", "idle", now), now=now)
    wire.after_commit(changed=[f"customer:{conversation.customer_id}"])


def rated(conversation: Conversation, *, now: datetime) -> None:
    """Nothing is left to rate."""
    held = frames.status_of(conversation.status)
    status_now = protocol.Status(phase=held.phase, why=held.why, since=held.since, person=held.person, to_rate=None)
    _tell(conversation, "rated", author=_customer(conversation), status=status_now, now=now)


@transaction.atomic
def add_note(conversation_id: UUID, *, author: protocol.Author, text: str, now: datetime) -> None:
    """A note in the desk stream. Locks: the conversation."""
    note(stream.locked(conversation_id), author=author, text=text, now=now)


def note(conversation: Conversation, *, author: protocol.Author, text: str, now: datetime, about: str = "") -> None:
    """A note in the desk stream; `about`: question or answer, where it is one of colleagues."""
    data = {"about": about} if about else None
    stream.append(conversation, stream=stream.DESK, kind=Event.Kind.NOTE, author=author, text=text, data=data, now=now)


def answer(conversation: Conversation, *, text: str, sources: list[protocol.Source], now: datetime) -> None:
    """The assistant says something."""
    data: dict[str, Any] = {"sources": [{"slug": source.slug, "title": source.title} for source in sources]}
    author = assistant_of(conversation.brand)
    stream.append(conversation, kind=Event.Kind.ANSWER, author=author, text=text, data=data, now=now)


def assistant_of(brand: Brand) -> protocol.Author:
    return protocol.Author(role="assistant", id=brand.pk, name=brand.assistant_name)


def status(
    phase: protocol.Phase,
    why: str,
    since: datetime,
    *,
    person: protocol.PersonCard | None = None,
    to_rate: UUID | None = None,
    due: datetime | None = None,
) -> protocol.Status:
    return protocol.Status(phase=phase, why=why, since=since, person=person, to_rate=to_rate, due=due)


def live_engagement(conversation_id: UUID) -> Engagement | None:
    """The one who owns the conversation now."""
    live = Engagement.objects.select_related("agent", "pay_plan")
    return live.filter(conversation_id=conversation_id, ended_at=None).first()


def open_one(conversation: Conversation) -> Conversation:
    if conversation.state != Conversation.State.OPEN:
        raise Refused("This conversation has ended.", code="closed")
    return conversation


def _finished(conversation: Conversation, engagement: Engagement, *, state: str, now: datetime) -> None:
    engagements.end(engagement, state=state, now=now)
    _part(conversation, engagement)
    _close(conversation, now=now)
    card = frames.status_of(conversation.status).person
    author = _of(engagement) if state == "resolved" else _customer(conversation)
    ended = status("ended", state, now, person=card, to_rate=engagement.pk)
    _tell(conversation, state, author=author, status=ended, now=now)
    wire.after_commit(changed=[f"customer:{conversation.customer_id}"])


def _close(conversation: Conversation, *, now: datetime) -> None:
    """Closed, with nothing left for the assistant to answer. The customer may still write: that opens it again."""
    conversation.state = Conversation.State.CLOSED
    conversation.closed_at = now
    conversation.answered_seq = conversation.asked_seq
    conversation.save(update_fields=["state", "closed_at", "answered_seq"])


def _join(conversation: Conversation, *, person: UUID, role: str, name: str, now: datetime) -> None:
    """She may read and write from here on, for the first time or again; what she has seen stays known."""
    joins = Participant(conversation=conversation, person_id=person, role=role, name=name, joined_at=now)
    Participant.objects.bulk_create(
        [joins],
        update_conflicts=True,
        unique_fields=["conversation", "person_id"],
        update_fields=["role", "name", "may_write", "joined_at"],
    )


def _part(conversation: Conversation, engagement: Engagement) -> None:
    """The agent may write and read no more. Her sockets leave the streams when they hear of the change."""
    Participant.objects.filter(conversation=conversation, person_id=engagement.agent_id).update(may_write=False)
    wire.after_commit(changed=[f"agent:{engagement.agent_id}"])


def _tell(
    conversation: Conversation, change: str, *, author: protocol.Author, status: protocol.Status, now: datetime
) -> None:
    data = {"change": change}
    stream.append(conversation, kind=Event.Kind.CHANGED, author=author, data=data, status=status, now=now)


def _customer(conversation: Conversation) -> protocol.Author:
    return _author(Participant.objects.get(conversation=conversation, role="customer"))


def _of(engagement: Engagement) -> protocol.Author:
    return protocol.Author(role="agent", id=engagement.agent_id, name=engagement.agent.display_name)


def _author(participant: Participant) -> protocol.Author:
    return protocol.Author(role="customer", id=participant.person_id, name=participant.name)


def stored_packet(packet: protocol.Packet) -> dict[str, Any]:
    """A packet as it is stored."""
    return {name: getattr(packet, name) for name in packet.__struct_fields__}
