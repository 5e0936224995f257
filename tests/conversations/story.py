"""One conversation in which everything happens that can, and what each listener heard of it."""

from collections.abc import Callable
from typing import Any

from django.db import transaction

from agents import presence
from agents.models import Agent, Slot
from conversations import lifecycle, ratings, stream
from conversations.models import Conversation, Customer, Engagement
from dispatch import absence, abuse, appointments, customer_absence, desk, dormancy, idle, promises
from dispatch.models import Escalation
from realtime import protocol
from tests import readers, truth
from tests.people import NOON, ask, at, connect, disconnect, offer_to, packet, say


class Story:
    """One long ride through all that can happen to a conversation, with a reader who came at each of its moments."""

    def __init__(self, chat: Conversation, maja: Customer, dana: Agent, olu: Agent) -> None:
        self.chat, self.maja, self.dana, self.olu = chat, maja, dana, olu
        self.second = 0.0
        self.moments: dict[str, list[tuple[readers.Frame, int]]] = {"talk": [], "desk": []}
        self.heard: dict[str, list[readers.Frame]] = {"talk": [], "desk": []}

    def happens(self, *, after: float = 1) -> float:
        self.second += after
        return self.second

    def step(self, ear: readers.Ear, act: Callable[[], object]) -> None:
        with readers.committing():
            act()
        truth.holds()
        for which in readers.STREAMS:
            self.heard[which] = ear.heard.get(f"{self.chat.pk}/{which}", [])
            self.moments[which].append((readers.fresh(self.chat.pk, which), len(self.heard[which])))

    def now(self) -> Any:
        return at(self.happens())

    def is_told(self, ear: readers.Ear) -> None:
        for act in (
            self.assistant_answers, self.customer_writes, self.customer_asks, self.customer_stops_waiting,
            self.customer_asks, self.agent_joins, self.agent_writes, self.note_is_added, self.agent_is_away,
            self.agent_is_back, self.agent_gives_back, self.agent_joins, self.agent_is_lost, self.agent_resolves,
            self.customer_rates, self.customer_writes, self.customer_asks, self.agent_joins,
            self.customer_is_gone, self.customer_is_back, self.customer_waits_elsewhere, self.customer_asks,
            self.agent_joins, self.customer_leaves, self.customer_writes, self.nothing_happens, self.customer_writes,
            self.customer_leaves,
            # Silence, and what wakes her person.
            self.customer_writes, self.customer_asks, self.agent_joins, self.agent_writes, self.customer_is_silent,
            self.customer_writes, self.somebody_wakes, self.agent_writes, self.customer_is_silent,
            self.agent_has_no_place, self.customer_writes, self.somebody_wakes, self.agent_has_a_place,
            self.agent_joins, self.agent_writes, self.customer_is_silent, self.customer_stays_silent,
            # What was promised, late and then kept, and how it ended.
            self.customer_leaves_a_message, self.promise_is_due, self.promise_is_late, self.customer_stops_waiting,
            self.customer_chooses_a_time, self.promise_is_due, self.agent_joins, self.agent_stops,
        ):  # fmt: skip
            self.step(ear, act)

    def assistant_answers(self) -> None:
        with transaction.atomic():
            source = protocol.Source(slug="refund-times", title="Refund times")
            lifecycle.answer(stream.locked(self.chat.pk), text="Within days.", sources=[source], now=self.now())

    def customer_writes(self) -> None:
        say(self.chat, self.maja.pk, "Where is it? <b>4111 1111 1111 1111</b>", now=self.now())

    def customer_asks(self) -> None:
        ask(self.chat, now=self.now())

    def customer_stops_waiting(self) -> None:
        desk.leave_queue(self.chat.pk, now=self.now())

    def agent_joins(self) -> None:
        offer = offer_to(Escalation.objects.get(state="waiting"), self.dana, now=self.now())
        desk.accept(offer.pk, by=self.dana.pk, now=self.now())

    def agent_writes(self) -> None:
        say(self.chat, self.dana.pk, "I am looking.", now=self.now())

    def note_is_added(self) -> None:
        author = protocol.Author(role="agent", id=self.dana.pk, name="Dana")
        lifecycle.add_note(self.chat.pk, author=author, text="Bank holiday.", now=self.now())

    def agent_is_away(self) -> None:
        disconnect(self.dana)
        absence.noticed(self.dana.pk, now=self.now())
        absence.sweep(now=at(self.happens(after=10)))

    def agent_is_back(self) -> None:
        connect(self.dana)
        absence.returned(self.dana.pk, now=self.now())

    def agent_gives_back(self) -> None:
        desk.transfer(self.owner(), by=self.dana.pk, reason="", now=self.now())

    def agent_is_lost(self) -> None:
        """And comes back before anybody else has accepted."""
        disconnect(self.dana)
        absence.noticed(self.dana.pk, now=self.now())
        absence.sweep(now=at(self.happens(after=61)))
        connect(self.dana)
        absence.returned(self.dana.pk, now=self.now())
        self.goes_online()

    def goes_online(self) -> None:
        presence.go_online(self.dana.pk, now=self.now())

    def agent_resolves(self) -> None:
        desk.resolve(self.owner(), by=self.dana.pk, outcome="solved", now=self.now())

    def customer_is_gone(self) -> None:
        """For longer than her agent waits for her."""
        self.vanishes()
        customer_absence.sweep(now=at(self.happens(after=181)))

    def customer_is_back(self) -> None:
        connect(self.maja)
        customer_absence.returned_all([self.maja.pk], now=self.now())

    def customer_waits_elsewhere(self) -> None:
        self.vanishes()
        customer_absence.sweep(now=at(self.happens(after=601)))

    def vanishes(self) -> None:
        disconnect(self.maja)
        customer_absence.noticed_all([self.maja.pk], now=self.now())

    def customer_rates(self) -> None:
        last = Engagement.objects.get(state="resolved").pk
        ratings.rate(last, customer_id=self.maja.pk, score=5, solved=True, words="", now=self.now())

    def customer_leaves(self) -> None:
        desk.leave(self.chat.pk, now=self.now())

    def nothing_happens(self) -> None:
        """For a day and an hour."""
        idle.close_silent(now=at(self.happens(after=25 * 3600)))

    def customer_is_silent(self) -> None:
        dormancy.rest_silent(now=at(self.happens(after=721)))

    def customer_stays_silent(self) -> None:
        dormancy.rest_silent(now=at(self.happens(after=7_201)))

    def somebody_wakes(self) -> None:
        dormancy.wake_spoken(now=self.now())

    def agent_has_no_place(self) -> None:
        Slot.objects.filter(pk=self.dana.pk).update(willing=False)

    def agent_has_a_place(self) -> None:
        Slot.objects.filter(pk=self.dana.pk).update(willing=True)

    def customer_leaves_a_message(self) -> None:
        promises.leave_message(self.chat.pk, packet=packet(), now=self.now())

    def customer_chooses_a_time(self) -> None:
        now = self.now()
        first = appointments.times(self.chat.brand, topic="refunds", language="en", now=now)[0]
        promises.call_back(self.chat.pk, at=first, packet=packet(), now=now)

    def promise_is_due(self) -> None:
        parked = Escalation.objects.get(state__in=Escalation.PARKED)
        assert parked.due_at
        self.second = (parked.due_at - NOON).total_seconds() - 60
        promises.keep(now=at(self.second))

    def promise_is_late(self) -> None:
        promises.keep(now=at(self.happens(after=61)))

    def agent_stops(self) -> None:
        abuse.stop(self.owner(), by=self.dana.pk, reason="insults", words="", now=self.now())

    def owner(self) -> Any:
        return Engagement.objects.get(ended_at=None).pk
