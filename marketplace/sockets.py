"""Who may say what over a socket: the product's side of the wire.

One table for each face: frame -> function. A function reads the clock, makes one call into a room and returns the
frames that answer the asking socket. What it refuses, it refuses with `Refused`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from django.conf import settings

from agents import access, pace, presence
from agents.models import Agent, User
from assistant import replies
from conversations import customers, frames, lifecycle, marks, policy, ratings, stream, transcript
from conversations.models import Customer, Participant
from dispatch import (
    absence,
    customer_absence,
    desk,
    emergency,
    escalations,
    offers,
    queue,
    snapshot,
)
from marketplace import board, clock, handing, wishes
from marketplace.refusals import Refused
from realtime import protocol
from realtime.ports import Comer, Held, Line, Mark, Product, Resumed, State, Verdict, Wanted

Greeting = tuple[str, UUID | None]


def product() -> Product:
    return _Product()


# --- customers ---


def start(customer_id: UUID, frame: protocol.Start, now: datetime) -> list[protocol.Frame]:
    conversation = replies.welcome(_customer(customer_id), language=frame.language, now=now)
    return [transcript.snapshot(conversation, "talk"), protocol.Done(ref=frame.ref, conversation=conversation.pk)]


def ask_person(customer_id: UUID, frame: protocol.AskPerson, now: datetime) -> list[protocol.Frame]:
    wishes.demand_own(customer_id, frame.conversation)
    wishes.demand_address(frame.email)
    replies.ask_person(frame.conversation, language=frame.language, topic=frame.topic, email=frame.email, now=now)
    return [protocol.Done(ref=frame.ref, conversation=frame.conversation)]


def leave_queue(customer_id: UUID, frame: protocol.LeaveQueue, now: datetime) -> list[protocol.Frame]:
    wishes.demand_own(customer_id, frame.conversation)
    desk.leave_queue(frame.conversation, now=now)
    return [protocol.Done(ref=frame.ref, conversation=frame.conversation)]


def leave(customer_id: UUID, frame: protocol.Leave, now: datetime) -> list[protocol.Frame]:
    wishes.demand_own(customer_id, frame.conversation)
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


def pause(agent_id: UUID, frame: protocol.Pause, now: datetime) -> list[protocol.Frame]:
    pace.pause(agent_id, reason=frame.reason, now=now)
    return [protocol.Done(ref=frame.ref, conversation=None)]


def stop_now(agent_id: UUID, frame: protocol.StopNow, now: datetime) -> list[protocol.Frame]:
    emergency.stop(agent_id, hand_back=frame.hand_back, now=now)
    return [protocol.Done(ref=frame.ref, conversation=None)]


def wish(room: Callable[..., None]) -> Callable[..., list[protocol.Frame]]:
    """A door to one of the agent's wishes that is on or off. More may be offered after it."""

    def door(agent_id: UUID, frame: protocol.LastOne | protocol.Reserve, now: datetime) -> list[protocol.Frame]:
        room(agent_id, on=frame.on)
        escalations.wake()
        return [protocol.Done(ref=frame.ref, conversation=None)]

    return door


def ring_for(agent_id: UUID, frame: protocol.RingFor, now: datetime) -> list[protocol.Frame]:
    pace.ring_for(agent_id, seconds=frame.seconds)
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


HANDLERS: Mapping[str, Mapping[type[protocol.Frame], Callable[..., list[protocol.Frame]]]] = {
    "customer": {
        protocol.Start: start,
        protocol.AskPerson: ask_person,
        protocol.LeaveMessage: wishes.leave_message,
        protocol.CallBack: wishes.call_back,
        protocol.LeaveQueue: leave_queue,
        protocol.Leave: leave,
        protocol.Rate: rate,
    },
    "agent": {
        protocol.GoOnline: go_online,
        protocol.GoOffline: go_offline,
        protocol.Pause: pause,
        protocol.StopNow: stop_now,
        protocol.LastOne: wish(pace.last_one),
        protocol.OneMore: wish(pace.one_more),
        protocol.Reserve: wish(pace.reserve),
        protocol.AutoAccept: wish(pace.auto_accept),
        protocol.RingFor: ring_for,
        protocol.SetCapacity: set_capacity,
        protocol.AcceptOffer: accept_offer,
        protocol.DeclineOffer: decline_offer,
        protocol.GiveReason: give_reason,
        protocol.AddNote: add_note,
        protocol.Resolve: resolve,
        protocol.Transfer: handing.transfer,
        protocol.AskColleagues: handing.ask_colleagues,
        protocol.AnswerColleague: handing.answer_colleague,
        protocol.StopAbuse: handing.stop_abuse,
    },
    "operator": {},
}


class _Product:
    """See `realtime.ports.Product`."""

    def __init__(self) -> None:
        self._lookout = queue.Lookout()

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

    def streams_of(self, principals: Sequence[str]) -> list[list[str]]:
        return policy.streams_of_all(principals)

    def resume(self, wanted: Sequence[Wanted]) -> list[Resumed | None]:
        streams = [_stream(each.key) for each in wanted]
        asked = [(each.principal, *stream) for each, stream in zip(wanted, streams, strict=True)]
        allowed = policy.may_read_all(asked)
        wants = [
            transcript.Want(conversation, which, each.after)  # type: ignore[arg-type]
            for each, (conversation, which), may in zip(wanted, streams, allowed, strict=True)
            if may
        ]
        resumed = iter(transcript.resume_all(wants))
        return [next(resumed) if may else None for may in allowed]

    def welcome(self, comers: Sequence[Comer]) -> list[protocol.Welcome | Refused]:
        greetings, now = _greetings([comer.principal for comer in comers]), clock.now()
        log_ins = {comer.session_key for comer in comers if comer.session_key}
        over = access.ended(log_ins, now=now) if log_ins else ()
        return [
            _logged_out() if comer.session_key in over else _welcome(comer, found, now)
            for comer, found in zip(comers, greetings, strict=True)
        ]

    def state(self, principals: Sequence[str]) -> list[State | Refused]:
        """Whoever may not be here any more is told so, also when the closing bulletin was lost."""
        now = clock.now()
        people = [policy.person(principal) for principal in principals]
        places = queue.places_of([id_ for kind, id_ in people if kind == "customer"], lookout=self._lookout, now=now)
        desks = snapshot.desks([id_ for kind, id_ in people if kind == "agent"], now=now)
        staff = [principal for principal in principals if not principal.startswith("customer:")]
        refused = {
            principal: found
            for principal, found in zip(staff, _greetings(staff), strict=True)
            if isinstance(found, Refused)
        }
        return [
            refused.get(f"{kind}:{id_}") or (_place(places, id_) if kind == "customer" else _desk(desks, id_))
            for kind, id_ in people
        ]

    def outdated(self, held: Sequence[Held]) -> list[str]:
        of_agents = {policy.person(each.principal)[1]: each for each in held if each.principal.startswith("agent:")}
        versions = snapshot.versions(list(of_agents))
        newer = [each.principal for id_, each in of_agents.items() if versions.get(id_, 0) > each.version]
        return [*newer, *policy.following_others(held), *_agents_without_right(held)]

    def shown_out(self, principals: Sequence[str], session_keys: Sequence[str]) -> tuple[set[str], set[str]]:
        ids = [policy.person(principal) for principal in principals]
        working = access.working_agents([id_ for kind, id_ in ids if kind == "agent"])
        watching = access.watchers([id_ for kind, id_ in ids if kind == "operator"])
        gone = {f"{kind}:{id_}" for kind, id_ in ids if id_ not in (working if kind == "agent" else watching)}
        return gone, access.ended(session_keys, now=clock.now())

    def mark(self, given: Sequence[Mark]) -> tuple[list[Mark], list[Mark]]:
        places = {(_stream(mark.key)[0], policy.person(mark.principal)[1]): mark for mark in given}
        moved, left = marks.keep([(*place, mark.seq) for place, mark in places.items()])
        return moved, [places[conversation, person] for conversation, person, _ in left]

    def unknown_marks(self, known: Sequence[tuple[str, int]]) -> list[Mark]:
        return marks.unknown([(_stream(key)[0], total) for key, total in known if key.endswith("/talk")])

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

    def arrived(self, principals: Sequence[str]) -> None:
        agents = _ids(principals, "agent")
        if agents:
            absence.returned_all(agents, now=clock.now())
            escalations.wake()
        if people := _ids(principals, "customer"):
            customer_absence.returned_all(people, now=clock.now())

    def departed(self, principals: Sequence[str]) -> None:
        agents = _ids(principals, "agent")
        if agents:
            absence.noticed_all(agents, now=clock.now())
        if people := _ids(principals, "customer"):
            customer_absence.noticed_all(people, now=clock.now())

    def board(self) -> bytes:
        return msgspec.json.encode(board.look(now=clock.now()))


def _welcome(comer: Comer, found: Greeting | Refused, now: datetime) -> protocol.Welcome | Refused:
    if isinstance(found, Refused):
        return found
    name, conversation = found
    ping = max(1, round(settings.BECKON_WAITS["ping_seconds"]))
    return protocol.Welcome(
        principal=comer.principal, name=name, conversation=conversation, ticket=comer.ticket, ping_seconds=ping, now=now
    )


def _logged_out() -> Refused:
    return Refused("Please log in again.", code="logged_out")


def _agents_without_right(held: Sequence[Held]) -> list[str]:
    """Agents among these who may not be here any more."""
    agents = {each.principal for each in held if each.principal.startswith("agent:")}
    return sorted(agents - _greet_agents(_ids(agents, "agent")).keys())


def _ids(principals: Iterable[str], kind: str) -> list[UUID]:
    return [id_ for of, id_ in map(policy.person, principals) if of == kind]


def _place(places: Mapping[UUID, tuple[UUID, protocol.Place]], customer_id: UUID) -> State:
    if customer_id not in places:
        return None
    conversation, place = places[customer_id]
    return 0, msgspec.json.encode(protocol.Queue(conversation=conversation, place=place))


def _desk(desks: Mapping[UUID, protocol.Desk], agent_id: UUID) -> State:
    found = desks.get(agent_id)
    return (found.version, msgspec.json.encode(found)) if found else None


def _greetings(principals: Sequence[str]) -> list[Greeting | Refused]:
    """Name and conversation of each, or why she may not be here. A query for each kind that is among them."""
    found = {
        **_greet_customers(_ids(principals, "customer")),
        **_greet_agents(_ids(principals, "agent")),
        **_greet_operators(_ids(principals, "operator")),
    }
    return [found.get(principal) or _gone(policy.person(principal)[0]) for principal in principals]


def _gone(kind: str) -> Refused:
    words, code = {
        "customer": ("This chat is not available any more.", "not_active"),
        "agent": ("This account is not active.", "not_active"),
        "operator": ("The live board is for operators.", "forbidden"),
    }[kind]
    return Refused(words, code=code)


def _greet_customers(ids: Sequence[UUID]) -> dict[str, Greeting]:
    known = customers.greetings(ids) if ids else {}
    return {f"customer:{id_}": greeting for id_, greeting in known.items()}


def _greet_agents(ids: Sequence[UUID]) -> dict[str, Greeting]:
    if not ids:
        return {}
    good = Agent.objects.filter(pk__in=ids, user__is_active=True).exclude(state=Agent.State.DEACTIVATED)
    return {f"agent:{id_}": (name, None) for id_, name in good.values_list("pk", "display_name")}


def _greet_operators(ids: Sequence[UUID]) -> dict[str, Greeting]:
    users = User.objects.filter(pk__in=ids) if ids else ()
    return {f"operator:{user.pk}": (str(user), None) for user in users if user.watches_the_board}


def _customer(id_: UUID) -> Customer:
    customer = Customer.objects.select_related("brand").filter(pk=id_, brand__active=True).first()
    if customer is None:
        raise _gone("customer")
    return customer


def _stream(key: str) -> tuple[UUID, str]:
    conversation, _, which = key.partition("/")
    return UUID(conversation), which
