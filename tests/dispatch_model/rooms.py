"""The same operations through the product's own rooms on a real PostgreSQL, and what then stands in its tables."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import connection

from agents import pace, presence
from agents.models import Agent, AgentLanguage, AgentSkill, Slot, User
from brands.models import Brand, Skill
from conversations import customers, lifecycle
from conversations.models import Customer, Engagement
from dispatch import absence, desk, emergency, escalations, leadership, modes, offers, rounds
from dispatch.matching import Placement
from dispatch.models import Escalation, Mode, Offer
from marketplace.refusals import Refused
from payouts import plans
from realtime.models import Connection
from tests.dispatch_model.cast import BEGAN, BRAND, CLASSES, CLASSES_OF, CUSTOMERS, FAMILIES, OTHER, WORKERS, Held
from tests.dispatch_model.house import House
from tests.dispatch_model.operations import MODES, Operation, meant_chat, meant_offer
from tests.dispatch_model.rows import Request
from tests.dispatch_model.slot import BREAK
from tests.dispatch_model.slot import Slot as Modelled
from tests.people import RULES, connect, disconnect, packet

OPERATOR = "operator:noor"
WHY = "so it was drawn"
State = tuple[Any, ...]


def at(now: float) -> datetime:
    return datetime.fromtimestamp(now, UTC)


class Rooms:
    """A house of rows. `take` carries out what the model is about to do; `state` reads as `standing` does."""

    def __init__(self) -> None:
        self.brands = {number: _brand(number) for number in (BRAND, OTHER)}
        self.agents = [_agent(number, self.brands) for number in range(len(WORKERS))]
        self.customers = [self._customer(number) for number in range(CUSTOMERS)]
        self.requests: dict[int, UUID] = {}  # the model's number of a request -> its row
        self._lead(0)

    def take(self, house: House, operation: Operation, now: float) -> bool:
        """The operation by its room; False where it was refused. `house` stands as it did before."""
        kind, one, other = operation
        try:
            if kind in ("accept", "accept_wrongly", "decline"):
                self._answer(house, operation, now)
            elif kind in ("resolve", "transfer"):
                self._finish(house, operation, now)
            elif kind in ("look", "place", "round", "beat", "lose_leader"):
                self._dispatch(house, operation, now)
            elif kind in ("disconnect", "reconnect"):
                self._link(kind, self.agents[one], noticed=bool(other), now=now)
            elif kind == "switch_mode":
                self._switch(one, now)
            else:
                self._act(house, operation, now)
        except Refused:
            return False
        return True

    def _act(self, house: House, operation: Operation, now: float) -> None:
        kind, one, other = operation
        when = at(now)
        match kind:
            case "escalate":
                self._escalate(house, one, other, now)
            case "abandon":
                if house.requests[one]:
                    desk.leave(self._row(house.requests[one]).conversation_id, now=when)
            case "leave_queue":
                desk.leave_queue(self._row(house.requests[one]).conversation_id, now=when)
            case "take_back":
                desk.take_back(self._row(house.requests[one]).pk, by=OPERATOR, reason=WHY, now=when)
            case "to_front":
                escalations.to_front(self._row(house.requests[one]).pk, by=OPERATOR, reason=WHY, now=when)
            case "go_online":
                presence.go_online(self.agents[one].pk, now=when)
            case "go_offline":
                presence.go_offline(self.agents[one].pk, now=when)
            case "change_capacity":
                presence.set_capacity(self.agents[one].pk, other)
            case "pause":
                pace.pause(self.agents[one].pk, reason=BREAK, now=when)
            case "last_one" | "one_more" | "reserve":
                getattr(pace, kind)(self.agents[one].pk, on=bool(other))
            case "emergency":
                emergency.stop(self.agents[one].pk, hand_back=bool(other), now=when)
            case "expire":
                offers.expire_due(now=when)
            case "sweep":
                absence.sweep(now=when)
            case "time_passes":
                pass
            case _:
                raise AssertionError(f"No room for {kind}.")

    def _escalate(self, house: House, customer: int, of: int, now: float) -> None:
        _, topic, language = CLASSES[of]
        conversation, _ = lifecycle.start(self.customers[customer], language=language, now=at(now))
        made, begun = escalations.begin(conversation.pk, packet=packet(topic, language), now=at(now))
        if begun:
            self.requests[house.count + 1] = made.pk

    def _answer(self, house: House, operation: Operation, now: float) -> None:
        meant = meant_offer(house, operation)
        if meant is None:
            raise Refused("There is no such offer.")
        held_out = Offer.objects.filter(
            escalation_id=self.requests[meant.request.number], agent=self.agents[meant.agent], state="open"
        )
        by = self.agents[operation.other if operation.kind == "accept_wrongly" else meant.agent].pk
        answer = offers.decline if operation.kind == "decline" else desk.accept
        answer(held_out.get().pk, by=by, now=at(now))

    def _finish(self, house: House, operation: Operation, now: float) -> None:
        meant = meant_chat(house, operation)
        if meant is None:
            raise Refused("There is no such chat.")
        live = Engagement.objects.get(escalation_id=self.requests[meant.request.number], ended_at=None)
        by = self.agents[meant.agent if operation.other < 0 else operation.other].pk
        if operation.kind == "resolve":
            desk.resolve(live.pk, by=by, outcome="solved", now=at(now))
        else:
            desk.transfer(live.pk, by=by, reason="", now=at(now))

    def _dispatch(self, house: House, operation: Operation, now: float) -> None:
        """A round is the product's own from end to end; a stale plan is the model's, which may have been overtaken."""
        if operation.kind == "lose_leader":
            self._lead(operation.one)
        if operation.kind == "round":
            rounds.match_waiting(now=at(now), epoch=house.led[operation.one])
        if operation.kind == "beat":
            rounds.match_waiting(now=at(now))
        if operation.kind == "place":
            plan = [self._placement(each) for each in house.plans[operation.one]]
            offers.make(plan, epoch=house.led[operation.one], now=at(now))

    def _placement(self, planned: Placement) -> Placement:
        agent = self.agents[planned.agent_id].pk
        return replace(planned, escalation_id=self.requests[planned.escalation_id], agent_id=agent)

    def _lead(self, dispatcher: int) -> None:
        """The lease of whoever leads is over and this one takes it, for as long as a slow machine needs."""
        with connection.cursor() as cursor:
            cursor.execute("update dispatch_leadership set until = clock_timestamp()")
            assert leadership.hold(f"dispatcher {dispatcher}") is not None
            cursor.execute("update dispatch_leadership set until = clock_timestamp() + interval '1 day'")

    def _link(self, kind: str, agent: Agent, *, noticed: bool, now: float) -> None:
        disconnect(agent)
        if kind == "reconnect":
            connect(agent)
        if noticed:
            (absence.returned if kind == "reconnect" else absence.noticed)(agent.pk, now=at(now))

    def _switch(self, wanted: int, now: float) -> None:
        for mode in Mode.objects.filter(ended_at=None):
            modes.switch_off(mode.pk, by=OPERATOR, reason=WHY, now=at(now))
        for kind, brands in (("plain", MODES[wanted].plain), ("fair", MODES[wanted].fair)):
            for number in brands:
                brand = self.brands[number].pk if number is not None else None
                modes.switch_on(kind, brand, by=OPERATOR, reason=WHY, now=at(now))

    def _row(self, request: Request | None) -> Escalation:
        if request is None:
            raise Refused("There is no such request.")
        return Escalation.objects.get(pk=self.requests[request.number])

    def _customer(self, number: int) -> Customer:
        brand = self.brands[CLASSES[CLASSES_OF[number][0]][0]]
        return customers.anonymous(brand, language="en", now=at(BEGAN))[0]

    def state(self) -> State:
        """What stands in the tables, in the model's terms."""
        agents = {agent.pk: number for number, agent in enumerate(self.agents)}
        people = {customer.pk: number for number, customer in enumerate(self.customers)}
        live = Escalation.objects.filter(state__in=["waiting", "offered", "engaged"])
        of = dict(live.values_list("pk", "conversation__customer_id"))
        rung = Offer.objects.filter(state="open").values_list("escalation_id", "agent_id", "expires_at")
        owned = Engagement.objects.filter(ended_at=None).values_list("escalation_id", "agent_id")
        here = set(Connection.objects.values_list("principal", flat=True))
        return (
            sorted(
                (people[row.conversation.customer_id], row.state, row.priority, row.queued_at.timestamp())
                for row in live.select_related("conversation")
            ),
            sorted((people[of[e]], agents[a], expires.timestamp()) for e, a, expires in rung),
            sorted((people[of[e]], agents[a]) for e, a in owned),
            [_slot(slot, f"agent:{slot.pk}" in here) for slot in Slot.objects.order_by("pk")],
        )


def _slot(slot: Slot, here: bool) -> State:
    idle, gone = (moment.timestamp() if moment else None for moment in (slot.idle_since, slot.gone_since))
    wishes = (slot.last_one, slot.last_begun, slot.one_more, slot.reserve, slot.pause_reason)
    return (slot.willing, here, slot.capacity, slot.active, slot.held, slot.missed_in_a_row, idle, gone, *wishes)


def _modelled(slot: Modelled) -> State:
    counts = (slot.capacity, slot.active, slot.held, slot.missed, slot.idle_since, slot.gone_since)
    return (
        slot.willing,
        slot.connected,
        *counts,
        slot.last_one,
        slot.last_begun,
        slot.one_more,
        slot.reserve,
        slot.pause,
    )


def standing(house: House) -> State:
    """The model's rows in the form of `Rooms.state`."""
    live = [one for one in house.requests if one is not None]
    return (
        sorted((one.customer, one.state, one.priority, one.queued_at) for one in live),
        sorted((offer.request.customer, offer.agent, offer.expires_at) for offer in house.offers),
        sorted((chat.request.customer, chat.agent) for chat in house.chats),
        [_modelled(slot) for slot in house.slots],
    )


def _brand(number: int) -> Brand:
    brand = Brand.objects.create(pk=UUID(int=number), name=f"Brand {number}", slug=f"brand-{number}", created_at=at(0))
    for key, family in FAMILIES.items():
        Skill.objects.create(brand=brand, key=key, name=key.capitalize(), family=family)
    start = at(BEGAN - 86_400)
    plans.publish(brand.pk, tier="standard", currency="EUR", rules=RULES, valid_from=start, by="system", now=start)
    return brand


def _agent(number: int, brands: dict[int, Brand]) -> Agent:
    """Hired, connected and online. The ids sort as the model's numbers do: ties are decided alike."""
    worker = WORKERS[number]
    user = User.objects.create_user(f"{worker.name.lower()}-{uuid4().hex[:6]}@beckon.example")
    known = {
        "kind": "student",
        "state": "approved",
        "decided_by": user,
        "decided_at": at(BEGAN),
        "created_at": at(BEGAN),
    }
    agent = Agent.objects.create(pk=UUID(int=1_000 + number), user=user, display_name=worker.name, **known)
    online = {"willing": True, "idle_since": at(BEGAN), "online_since": at(BEGAN)}
    Slot.objects.create(agent=agent, capacity=worker.capacity, **online)
    AgentLanguage.objects.bulk_create(
        AgentLanguage(agent=agent, code=code, **_held(held)) for code, held in worker.languages.items()
    )
    for (brand, topic), held in worker.topics.items():
        AgentSkill.objects.create(agent=agent, skill=Skill.objects.get(brand=brands[brand], key=topic), **_held(held))
    connect(agent)
    return agent


def _held(held: Held) -> dict[str, Any]:
    return {"level": held.level, "valid_until": None if held.until is None else at(held.until)}
