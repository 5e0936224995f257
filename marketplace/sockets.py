"""Who may say what over a socket: the product's side of the wire.

One table for each face: frame -> function. A function reads the clock, makes one call into a room and returns the
frames that answer the asking socket. What it refuses, it refuses with `Refused`.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from agents import presence
from agents.models import Agent, User
from assistant import replies
from conversations import frames, lifecycle, policy, ratings, stream, transcript
from conversations.models import Conversation, Customer, Participant
from dispatch import absence, desk, escalations, offers, queue, snapshot
from marketplace import board, clock
from marketplace.refusals import Refused
from realtime import protocol
from realtime.ports import Held, Line, Product, Resumed, Verdict


def product() -> Product:
    return _Product()


# --- customers ---


def start(customer_id: UUID, frame: protocol.Start, now: datetime) -> list[protocol.Frame]:
    conversation = replies.welcome(_customer(customer_id), language=frame.language, now=now)
    return [transcript.snapshot(conversation, "talk"), protocol.Done(ref=frame.ref, conversation=conversation.pk)]


def ask_person(customer_id: UUID, frame: protocol.AskPerson, now: datetime) -> list[protocol.Frame]:
    _own(customer_id, frame.conversation)
    _demand_address(frame.email)
    replies.ask_person(frame.conversation, language=frame.language, topic=frame.topic, email=frame.email, now=now)
    return [protocol.Done(ref=frame.ref, conversation=frame.conversation)]


def leave_queue(customer_id: UUID, frame: protocol.LeaveQueue, now: datetime) -> list[protocol.Frame]:
    _own(customer_id, frame.conversation)
    desk.leave_queue(frame.conversation, now=now)
    return [protocol.Done(ref=frame.ref, conversation=frame.conversation)]


def leave(customer_id: UUID, frame: protocol.Leave, now: datetime) -> list[protocol.Frame]:
    _own(customer_id, frame.conversation)
    desk.leave(frame.conversation, now=now)
    return [protocol.Done(ref=frame.ref, conversation=frame.conversation)]


def rate(customer_id: UUID, frame: protocol.Rate, now: datetime) -> list[protocol.Frame]:
    ratings.rate(
        frame.engagement_id,
        customer_id=customer_id,
        score=frame.score,
        solved=frame.solved,
        words=frame.words,
        now=now,
    )
    return [protocol.Done(ref=frame.ref, conversation=None)]


# --- agents ---


def go_online(agent_id: UUID, frame: protocol.GoOnline, now: datetime) -> list[protocol.Frame]:
    presence.go_online(agent_id, now=now)
    escalations.wake()
    return [protocol.Done(ref=frame.ref, conversation=None)]


def go_offline(agent_id: UUID, frame: protocol.GoOffline, now: datetime) -> list[protocol.Frame]:
    presence.go_offline(agent_id, now=now)
    return [protocol.Done(ref=frame.ref, conversation=None)]


def set_capacity(agent_id: UUID, frame: protocol.SetCapacity, now: datetime) -> list[protocol.Frame]:
    presence.set_capacity(agent_id, frame.capacity)
    escalations.wake()
    return [protocol.Done(ref=frame.ref, conversation=None)]


def accept_offer(agent_id: UUID, frame: protocol.AcceptOffer, now: datetime) -> list[protocol.Frame]:
    engagement = desk.accept(frame.offer_id, by=agent_id, now=now)
    return [protocol.Done(ref=frame.ref, conversation=engagement.conversation_id)]


def decline_offer(agent_id: UUID, frame: protocol.DeclineOffer, now: datetime) -> list[protocol.Frame]:
    offers.decline(frame.offer_id, by=agent_id, now=now)
    return [protocol.Done(ref=frame.ref, conversation=None)]


def give_reason(agent_id: UUID, frame: protocol.GiveReason, now: datetime) -> list[protocol.Frame]:
    offers.give_reason(frame.offer_id, by=agent_id, reason=frame.reason)
    return [protocol.Done(ref=frame.ref, conversation=None)]


def add_note(agent_id: UUID, frame: protocol.AddNote, now: datetime) -> list[protocol.Frame]:
    if not policy.may_read(f"agent:{agent_id}", frame.conversation, "desk"):
        raise Refused("You are not part of this conversation.", code="forbidden")
    agent = Agent.objects.get(pk=agent_id)
    author = protocol.Author(role="agent", id=agent_id, name=agent.display_name)
    lifecycle.add_note(frame.conversation, author=author, text=frame.text, now=now)
    return [protocol.Done(ref=frame.ref, conversation=frame.conversation)]


def resolve(agent_id: UUID, frame: protocol.Resolve, now: datetime) -> list[protocol.Frame]:
    desk.resolve(frame.engagement_id, by=agent_id, outcome=frame.outcome, note=frame.note, tags=frame.tags, now=now)
    return [protocol.Done(ref=frame.ref, conversation=None)]


def transfer(agent_id: UUID, frame: protocol.Transfer, now: datetime) -> list[protocol.Frame]:
    desk.transfer(frame.engagement_id, by=agent_id, reason=frame.reason, now=now)
    return [protocol.Done(ref=frame.ref, conversation=None)]


HANDLERS: Mapping[str, Mapping[type[protocol.Frame], Callable[..., list[protocol.Frame]]]] = {
    "customer": {
        protocol.Start: start,
        protocol.AskPerson: ask_person,
        protocol.LeaveQueue: leave_queue,
        protocol.Leave: leave,
        protocol.Rate: rate,
    },
    "agent": {
        protocol.GoOnline: go_online,
        protocol.GoOffline: go_offline,
        protocol.SetCapacity: set_capacity,
        protocol.AcceptOffer: accept_offer,
        protocol.DeclineOffer: decline_offer,
        protocol.GiveReason: give_reason,
        protocol.AddNote: add_note,
        protocol.Resolve: resolve,
        protocol.Transfer: transfer,
    },
    "operator": {},
}


class _Product:
    """See `realtime.ports.Product`."""

    def write(self, lines: Sequence[Line], *, patient: bool) -> list[Verdict]:
        batch = [
            stream.Line(line.conversation, policy.person(line.principal)[1], line.client_id, line.text)
            for line in lines
        ]
        verdicts = stream.append_many(batch, now=clock.now(), patient=patient)
        return [Verdict(verdict.kind, verdict.seq, verdict.frame) for verdict in verdicts]  # type: ignore[arg-type]

    def missed(self, heads: Sequence[tuple[str, int]]) -> list[tuple[str, int, bytes]]:
        known = [(*_stream(key), head) for key, head in heads]
        return [
            (frames.key(conversation, which), seq, frame) for conversation, which, seq, frame in stream.since(known)
        ]

    def streams_of(self, principal: str) -> list[str]:
        return [] if principal.startswith("operator:") else policy.streams_of(principal)

    def resume(self, key: str, *, after: int | None, principal: str) -> Resumed | None:
        conversation, which = _stream(key)
        if not policy.may_read(principal, conversation, which):
            return None
        return transcript.resume(conversation, which, after=after)  # type: ignore[arg-type]

    def welcome(self, principal: str) -> protocol.Welcome:
        kind, id_ = policy.person(principal)
        name, conversation = {"customer": _greet_customer, "agent": _greet_agent, "operator": _greet_operator}[kind](
            id_
        )
        ping = max(1, round(settings.BECKON_WAITS["ping_seconds"]))
        return protocol.Welcome(
            principal=principal, name=name, conversation=conversation, ping_seconds=ping, now=clock.now()
        )

    def state(self, principal: str) -> tuple[int, bytes] | None:
        kind, id_ = policy.person(principal)
        if kind == "agent":
            _greet_agent(id_)  # whoever may not be here any more is told so, also when the closing bulletin was lost
            found = snapshot.desk(id_, now=clock.now())
            return found.version, msgspec.json.encode(found)
        if kind == "operator":
            _greet_operator(id_)
        return _place_in_queue(id_) if kind == "customer" else None

    def outdated(self, held: Sequence[Held]) -> list[str]:
        of_agents = {policy.person(each.principal)[1]: each for each in held if each.principal.startswith("agent:")}
        versions = snapshot.versions(list(of_agents))
        newer = [each.principal for id_, each in of_agents.items() if versions.get(id_, 0) > each.version]
        return [*newer, *policy.following_others(held), *_agents_without_right(held)]

    def handle(self, principal: str, frame: protocol.Frame) -> list[protocol.Frame]:
        kind, id_ = policy.person(principal)
        handler = HANDLERS[kind].get(type(frame))
        if handler is None:
            raise Refused("This is not something you can ask for here.", code="not_allowed")
        return handler(id_, frame, clock.now())

    def typing(self, principal: str, conversation: UUID) -> protocol.Typing | None:
        _, id_ = policy.person(principal)
        writer = Participant.objects.filter(conversation_id=conversation, person_id=id_, may_write=True).first()
        if writer is None:
            return None
        author = protocol.Author(role=writer.role, id=id_, name=writer.name)  # type: ignore[arg-type]
        return protocol.Typing(conversation=conversation, author=author)

    def arrived(self, principal: str) -> None:
        kind, id_ = policy.person(principal)
        if kind == "agent":
            absence.returned(id_, now=clock.now())
            escalations.wake()

    def departed(self, principal: str) -> None:
        kind, id_ = policy.person(principal)
        if kind == "agent":
            absence.noticed(id_, now=clock.now())

    def board(self) -> bytes:
        return msgspec.json.encode(board.look(now=clock.now()))


def _agents_without_right(held: Sequence[Held]) -> list[str]:
    """Agents among these who may not be here any more."""
    agents = {id_ for kind, id_ in map(policy.person, (each.principal for each in held)) if kind == "agent"}
    good = Agent.objects.filter(pk__in=agents, user__is_active=True).exclude(state=Agent.State.DEACTIVATED)
    return [f"agent:{id_}" for id_ in agents - set(good.values_list("pk", flat=True))]


def _place_in_queue(customer_id: UUID) -> tuple[int, bytes] | None:
    waiting = Conversation.objects.filter(customer_id=customer_id, state="open").values_list("pk", flat=True).first()
    place = queue.place_of(waiting, now=clock.now()) if waiting else None
    if waiting is None or place is None:
        return None
    return 0, msgspec.json.encode(protocol.Queue(conversation=waiting, place=place))


def _greet_customer(id_: UUID) -> tuple[str, UUID | None]:
    customer = _customer(id_)
    latest = Conversation.objects.filter(customer=customer).order_by("-opened_at").values_list("pk", flat=True).first()
    return customer.name, latest


def _greet_agent(id_: UUID) -> tuple[str, UUID | None]:
    agent = Agent.objects.select_related("user").filter(pk=id_).first()
    if agent is None or not agent.user.is_active or agent.state == Agent.State.DEACTIVATED:
        raise Refused("This account is not active.", code="not_active")
    return agent.display_name, None


def _greet_operator(id_: UUID) -> tuple[str, UUID | None]:
    user = User.objects.filter(pk=id_).first()
    if user is None or not user.watches_the_board:
        raise Refused("The live board is for operators.", code="forbidden")
    return str(user), None


def _customer(id_: UUID) -> Customer:
    customer = Customer.objects.select_related("brand").filter(pk=id_, brand__active=True).first()
    if customer is None:
        raise Refused("This chat is not available any more.", code="not_active")
    return customer


def _own(customer_id: UUID, conversation: UUID) -> None:
    if not policy.may_read(f"customer:{customer_id}", conversation, "talk"):
        raise Refused("There is no such conversation.", code="not_found")


def _demand_address(email: str | None) -> None:
    try:
        if email:
            validate_email(email)
    except ValidationError:
        raise Refused("This is not an e-mail address.", code="bad_email") from None


def _stream(key: str) -> tuple[UUID, str]:
    conversation, _, which = key.partition("/")
    return UUID(conversation), which
