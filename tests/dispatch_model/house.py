"""The ride as plain values: what each room of dispatch does to escalations, offers, slots and engagements. No database.

Offers and engagements are rows in tables, as in the product, so that two for one are expressible and can be found.
Whom to ask is not modelled: the product's own planner decides.
"""

from dispatch.matching import Candidate, Modes, Placement, Waiting, Weights, planner
from marketplace import waits
from tests.dispatch_model import rings
from tests.dispatch_model.cast import AGENTS, BEGAN, CLASSES, CUSTOMERS, DISPATCHERS, FAMILIES, WORKERS, certificates
from tests.dispatch_model.rings import Sight
from tests.dispatch_model.rows import ENGAGED, OFFERED, WAITING, Chat, Offer, Request
from tests.dispatch_model.slot import BREAK, EMERGENCY, GONE, MISSED, Slot

RING_S = waits.TRUE["offer_seconds"]
AGAIN_S = waits.TRUE["same_agent_again_seconds"]
TOLD_S = waits.TRUE["agent_gone_told_seconds"]
UNWILLING_S = waits.TRUE["agent_gone_unwilling_seconds"]
LOST_S = waits.TRUE["agent_gone_lost_seconds"]
BACK_S = waits.TRUE["agent_back_seconds"]
LOST_PRIORITY = 9
MISSES_THAT_PAUSE = waits.MISSES_THAT_PAUSE
WEIGHTS = Weights()


class Refused(Exception):  # noqa: N818  (as in the product: an answer, no mistake)
    """What the product refuses; nothing changed."""


class House:
    """All rows, and the acts that change them, each as one transaction of the product's."""

    def __init__(self) -> None:
        self.now = BEGAN
        self.slots = [Slot(worker.capacity) for worker in WORKERS]
        self.certificates = [certificates(agent) for agent in range(AGENTS)]
        self.requests: list[Request | None] = [None] * CUSTOMERS
        self.offers: list[Offer] = []  # open ones
        self.chats: list[Chat] = []  # live ones
        self.leader, self.epoch = 0, 1
        self.led = [1] + [0] * (DISPATCHERS - 1)  # the epoch in which each dispatcher believes to lead
        self.plans: list[list[Placement]] = [[] for _ in range(DISPATCHERS)]
        self.sights = [Sight(BEGAN, ())] * (DISPATCHERS + 1)  # what each plan was made from; the last is the sweep's
        self.modes = Modes()
        self.made: list[tuple[Offer, Placement]] = []  # by the latest act
        self.count = 0

    # --- customers ---

    def escalate(self, customer: int, of: int) -> None:
        """A second request is the first."""
        if self.requests[customer] is None:
            self.count += 1
            self.requests[customer] = Request(self.count, customer, of, self.now)

    def leave_queue(self, customer: int) -> None:
        request = self.requests[customer]
        if request is None or request.state == ENGAGED:
            raise Refused
        self._withdraw(request)
        self.requests[customer] = None

    def abandon(self, customer: int) -> None:
        """The customer ends it, wherever it stands."""
        request = self.requests[customer]
        if request is None:
            return
        self._withdraw(request)
        chat = self._chat_of(request)
        if chat:
            self._end_chat(chat, "left")
        self.requests[customer] = None

    # --- agents ---

    def accept(self, offer: Offer, *, by: int) -> None:
        if offer not in self.offers or not self._is_hers(offer, by) or not self._is_in_time(offer):
            raise Refused
        self.offers.remove(offer)
        offer.request.asked[by] = self.now
        offer.request.state = ENGAGED
        slot = self.slots[by]
        slot.held -= 1
        slot.take()
        slot.missed = 0
        self.chats.append(Chat(offer.request, by))

    def decline(self, offer: Offer, *, by: int) -> None:
        if offer not in self.offers or by != offer.agent:
            raise Refused
        self.slots[by].missed = 0
        self._end_offer(offer)

    def resolve(self, chat: Chat, *, by: int) -> None:
        self._demand(chat, by)
        self._end_chat(chat, "resolved")
        self.requests[chat.request.customer] = None

    def transfer(self, chat: Chat, *, by: int) -> None:
        self._demand(chat, by)
        self._give_back(chat, "transferred", chat.request.priority)

    def go_online(self, agent: int) -> None:
        self.slots[agent].start(self.now)

    def go_offline(self, agent: int) -> None:
        slot = self.slots[agent]
        if slot.willing or slot.pause:
            slot.stop("", self.now)

    def pause(self, agent: int) -> None:
        if self.slots[agent].willing:
            self.slots[agent].stop(BREAK, self.now)

    def last_one(self, agent: int, on: bool) -> None:
        slot = self.slots[agent]
        if on and not slot.willing:
            raise Refused
        if slot.last_one != on:
            slot.last_one = on
            slot.last_begun = on and slot.active > 0
            slot.one_more = slot.one_more and not on

    def one_more(self, agent: int, on: bool) -> None:
        slot = self.slots[agent]
        if on and (not slot.willing or slot.active != slot.capacity):
            raise Refused
        if slot.one_more != on:
            slot.one_more = on
            slot.last_one = slot.last_one and not on
            slot.last_begun = slot.last_begun and not on

    def reserve(self, agent: int, on: bool) -> None:
        if on and not self.slots[agent].willing:
            raise Refused
        self.slots[agent].reserve = on

    def emergency(self, agent: int, hand_back: bool) -> None:
        """Offers stop at once, the open one goes to somebody else; chats go on, or wait in front for a colleague."""
        slot = self.slots[agent]
        if slot.pause != EMERGENCY:
            slot.stop(EMERGENCY, self.now)
        if not slot.willing:
            for offer in [one for one in self.offers if one.agent == agent]:
                self._end_offer(offer)
        for chat in [one for one in self.chats if one.agent == agent] if hand_back else ():
            self._give_back(chat, "transferred", LOST_PRIORITY)

    def change_capacity(self, agent: int, capacity: int) -> None:
        """Chats under way stay."""
        self.slots[agent].capacity = capacity

    # --- operators ---

    def take_back(self, customer: int) -> None:
        request = self.requests[customer]
        chat = self._chat_of(request) if request else None
        if chat is None:
            raise Refused
        self._give_back(chat, "transferred", LOST_PRIORITY)

    def to_front(self, customer: int) -> None:
        request = self.requests[customer]
        if request is None or request.state == ENGAGED:
            raise Refused
        request.priority = LOST_PRIORITY

    # --- connections ---

    def disconnect(self, agent: int, *, noticed: bool) -> None:
        self.slots[agent].connected = False
        if noticed:
            self._notice(agent)

    def reconnect(self, agent: int, *, noticed: bool) -> None:
        self.slots[agent].connected = True
        if noticed:
            self._welcome(agent)

    def _notice(self, agent: int) -> None:
        slot = self.slots[agent]
        if slot.connected:
            return
        if slot.gone_since is None and (slot.willing or slot.active or slot.held):
            slot.gone_since = self.now
        if slot.gone_since is not None:
            for offer in [one for one in self.offers if one.agent == agent]:
                self._end_offer(offer)

    def _welcome(self, agent: int) -> None:
        slot = self.slots[agent]
        if not slot.connected:
            return
        slot.gone_since = None
        for request in self._lost_by(agent):
            self._reclaim(request, agent)

    def _lost_by(self, agent: int) -> list[Request]:
        """What she lost lately and nobody has taken since, if she has room at all."""
        slot = self.slots[agent]
        if slot.active >= slot.places:
            return []
        lost = [
            one
            for one in self.requests
            if one is not None
            and one.state != ENGAGED
            and one.ended is not None
            and one.ended[:2] == (agent, "lost")
            and one.ended[2] > self.now - BACK_S
        ]
        return sorted(lost, key=lambda one: one.queued_at)

    def _reclaim(self, request: Request, agent: int) -> None:
        slot = self.slots[agent]
        own = any(offer.agent == agent for offer in self.offers if offer.request is request)
        if slot.active + slot.held - own >= slot.places:
            return
        self._withdraw(request)
        request.state = ENGAGED
        request.asked[agent] = self.now
        slot.take()
        self.chats.append(Chat(request, agent))

    # --- sweeps ---

    def expire(self) -> int:
        """What nobody answered in time goes back; how many."""
        due = [offer for offer in self.offers if offer.expires_at <= self.now]
        for offer in due:
            slot = self.slots[offer.agent]
            slot.missed += not slot.last_begun
            if slot.willing and slot.missed >= MISSES_THAT_PAUSE:
                slot.stop(MISSED, self.now)
            self._end_offer(offer)
        return len(due)

    def sweep(self) -> None:
        """Presence: who is gone unnoticed, what is due for whom, who is back unnoticed."""
        for agent, slot in enumerate(self.slots):
            if slot.gone_since is None and not slot.connected and (slot.willing or slot.active or slot.held):
                self._notice(agent)
        gone = [(slot.gone_since, agent) for agent, slot in enumerate(self.slots) if slot.gone_since is not None]
        for since, agent in sorted(gone):
            if self.slots[agent].connected:
                self._welcome(agent)
            else:
                self._step(agent, self.now - since)
        for agent, slot in enumerate(self.slots):
            if slot.connected and self._lost_by(agent):
                self._welcome(agent)

    def _step(self, agent: int, gone_s: float) -> None:
        slot = self.slots[agent]
        if gone_s >= UNWILLING_S and slot.willing:
            slot.stop(GONE, self.now)
        if gone_s >= LOST_S:
            for chat in [one for one in self.chats if one.agent == agent]:
                self._give_back(chat, "lost", LOST_PRIORITY)
            if not slot.held:
                slot.gone_since = None

    # --- dispatchers ---

    def lose_leader(self, dispatcher: int) -> None:
        """The leader's lease is over, and this one takes it. Whoever led before does not know."""
        if dispatcher != self.leader:
            self.leader = dispatcher
            self.epoch += 1
        self.led[dispatcher] = self.epoch

    def look(self, dispatcher: int) -> None:
        """Read and plan; the plan may be carried out much later, or never."""
        self.sights[dispatcher] = self.sight()
        self.plans[dispatcher] = self.planned()

    def place(self, dispatcher: int) -> None:
        """Carry out what was planned, if the lead is still held and as far as it still holds."""
        placements, self.plans[dispatcher] = self.plans[dispatcher], []
        self.made = self._made(placements) if self._leads(dispatcher) else []

    def beat(self) -> None:
        """The sweep's round, where it saw no leader: it asks for no lead."""
        self.sights[DISPATCHERS] = self.sight()
        self.made = self._made(self.planned())

    def sight(self) -> Sight:
        """Who is there now, and how full."""
        here = [(agent, slot.active + slot.held, slot.places) for agent, slot in enumerate(self.slots) if slot.is_here]
        return Sight(self.now, tuple(here))

    def planned(self) -> list[Placement]:
        waiting = [self._waiting(one) for one in self.requests if one is not None and one.state == WAITING]
        if not waiting:
            return []
        agents = [
            Candidate(
                agent,
                self.certificates[agent],
                slot.active,
                slot.places,
                slot.held,
                slot.idle_since,
                reserve=slot.reserve,
            )
            for agent, slot in enumerate(self.slots)
            if slot.is_here
        ]
        return planner.plan(waiting, agents, self.now, WEIGHTS, again_after_s=AGAIN_S, modes=self.modes).placements

    def _waiting(self, one: Request) -> Waiting:
        brand, topic, language = CLASSES[one.of]
        family = FAMILIES[topic]
        return Waiting(one.number, brand, topic, language, one.priority, one.queued_at, one.asked, family=family)

    def _made(self, placements: list[Placement]) -> list[tuple[Offer, Placement]]:
        made: list[tuple[Offer, Placement]] = []
        by_number = {one.number: one for one in self.requests if one is not None}
        for placement in placements:
            request, slot = by_number.get(placement.escalation_id), self.slots[placement.agent_id]
            if request is None or not self._waits(request) or not self._may_be_asked(slot):
                continue
            if not self._is_certified(request, placement):
                continue
            request.state = OFFERED
            slot.held += 1
            offer = Offer(request, placement.agent_id, self.now + RING_S)
            self.offers.append(offer)
            made.append((offer, placement))
        return made

    # --- the guards ---

    def _leads(self, dispatcher: int) -> bool:
        return self.led[dispatcher] == self.epoch

    def _waits(self, request: Request) -> bool:
        return request.state == WAITING

    def _is_hers(self, offer: Offer, by: int) -> bool:
        return offer.agent == by

    def _is_in_time(self, offer: Offer) -> bool:
        return self.now < offer.expires_at

    def _may_be_asked(self, slot: Slot) -> bool:
        return slot.is_here and slot.held == 0 and slot.active < slot.places

    def _is_certified(self, request: Request, placement: Placement) -> bool:
        """Still, and for the ring of the plan."""
        needed = rings.needed(placement.agent_id, request.of, self.now)
        return needed is not None and needed <= placement.ring

    # --- what several acts do ---

    def _demand(self, chat: Chat, by: int) -> None:
        if chat not in self.chats or chat.agent != by:
            raise Refused

    def _chat_of(self, request: Request) -> Chat | None:
        return next((chat for chat in self.chats if chat.request is request), None)

    def _withdraw(self, request: Request) -> None:
        for offer in [one for one in self.offers if one.request is request]:
            self._close_offer(offer)

    def _end_offer(self, offer: Offer) -> None:
        self._close_offer(offer)
        offer.request.state = WAITING

    def _close_offer(self, offer: Offer) -> None:
        self.offers.remove(offer)
        offer.request.asked[offer.agent] = self.now
        self.slots[offer.agent].release(self.now)

    def _give_back(self, chat: Chat, how: str, priority: int) -> None:
        self._end_chat(chat, how)
        chat.request.state = WAITING
        chat.request.priority = priority

    def _end_chat(self, chat: Chat, how: str) -> None:
        self.chats.remove(chat)
        chat.request.ended = (chat.agent, how, self.now)
        chat.request.asked[chat.agent] = self.now
        self.slots[chat.agent].free(self.now)


assert len(WORKERS) == AGENTS
