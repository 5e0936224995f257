"""Random rides: whatever happens in whatever order, the tables agree, every reader knows, and everybody is helped.

One state machine does what customers, agents, their connections, the sweeps and time can do; most acts come at the
wrong moment and are refused.
"""

import os
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from agents import pace, presence
from agents.models import Agent, Slot
from brands.models import Brand
from conversations import customers, lifecycle, ratings, stream
from conversations.models import Conversation, Engagement
from dispatch import absence, customer_absence, desk, dormancy, emergency, offers, rounds
from dispatch.models import Escalation, Offer
from marketplace.refusals import Refused
from realtime.models import Connection
from tests import readers, truth
from tests.people import NOON, Hire, ask, connect, disconnect, say

CUSTOMERS = 3
AGENTS = 2
DOORS = (
    rounds.match_waiting,
    absence.sweep,
    customer_absence.sweep,
    offers.expire_due,
    dormancy.wake_spoken,
    dormancy.rest_silent,
)
who = st.integers(0, CUSTOMERS - 1)
whom = st.integers(0, AGENTS - 1)


class Rides(RuleBasedStateMachine):
    """Three customers, two agents, one clock that only goes on."""

    lumo: Brand
    hire: Hire

    def __init__(self) -> None:
        super().__init__()
        self.now = NOON
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.listening = readers.listening()
        self.ear = self.listening.__enter__()

    @initialize()
    def people_come(self) -> None:
        self.agents: list[Agent] = [
            self.hire("Dana"),
            self.hire("Olu", languages=("en", "de"), topics=("fraud", "refunds")),
        ]
        self.customers = [customers.anonymous(self.lumo, language="en", now=NOON)[0] for _ in range(CUSTOMERS)]
        self.talks: dict[str, readers.Talk] = {}
        self.taken: dict[str, int] = {}
        for customer in range(CUSTOMERS):
            self.start(customer)
            self.a_customer_asks_for_a_person(customer, "refunds", "en")

    @rule(customer=who)
    def start(self, customer: int) -> None:
        with readers.committing():
            conversation, _ = lifecycle.start(self.customers[customer], language="en", now=self.now)
        for which in readers.STREAMS:
            key = f"{conversation.pk}/{which}"
            self.talks.setdefault(key, readers.fold(readers.empty(conversation.pk, which), self._fresh(key)))
            self.taken.setdefault(key, len(self.ear.heard.get(key, [])))

    @rule(seconds=st.sampled_from([0.5, 3, 11, 13, 31, 61, 700]))
    def time_passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    @rule()
    def sweeps_run(self) -> None:
        self._act(offers.expire_due)
        self._act(absence.sweep)
        self._act(customer_absence.sweep)
        self._act(dormancy.wake_spoken)
        self._act(dormancy.rest_silent)

    @rule()
    def a_round_is_planned(self) -> None:
        self._act(rounds.match_waiting)

    @rule(customer=who, text=st.sampled_from(["Hello?", "My card is 4111 1111 1111 1111", "مرحبا"]))
    def a_customer_writes(self, customer: int, text: str) -> None:
        self._act(lambda now: say(self._talk_of(customer), self.customers[customer].pk, text, now=now))

    @rule(agent=whom, customer=who)
    def an_agent_writes(self, agent: int, customer: int) -> None:
        self._act(lambda now: say(self._talk_of(customer), self.agents[agent].pk, "I am looking.", now=now))

    @rule(customer=who)
    def the_assistant_answers(self, customer: int) -> None:
        def answer(now: datetime) -> None:
            with transaction.atomic():
                lifecycle.answer(stream.locked(self._talk_of(customer).pk), text="See here.", sources=[], now=now)

        self._act(answer)

    @rule(customer=who, topic=st.sampled_from(["refunds", "fraud"]), language=st.sampled_from(["en", "de"]))
    def a_customer_asks_for_a_person(self, customer: int, topic: str, language: str) -> None:
        self._act(lambda now: ask(self._talk_of(customer), topic=topic, language=language, now=now))

    @rule(customer=who)
    def a_customer_stops_waiting(self, customer: int) -> None:
        self._act(lambda now: desk.leave_queue(self._talk_of(customer).pk, now=now))

    @rule(customer=who)
    def a_customer_leaves(self, customer: int) -> None:
        self._act(lambda now: desk.leave(self._talk_of(customer).pk, now=now))

    @rule(customer=who, score=st.integers(1, 5))
    def a_customer_rates(self, customer: int, score: int) -> None:
        last = Engagement.objects.filter(conversation=self._talk_of(customer)).order_by("-accepted_at").first()
        if last:
            rating: dict[str, Any] = {"score": score, "solved": None, "words": ""}
            id_ = self.customers[customer].pk
            self._act(lambda now: ratings.rate(last.pk, customer_id=id_, **rating, now=now))

    @rule(agent=whom)
    def an_agent_accepts(self, agent: int) -> None:
        """Her latest offer, whatever has become of it."""
        self._with_offer(agent, lambda offer, now: desk.accept(offer.pk, by=self.agents[agent].pk, now=now))

    @rule(agent=whom)
    def an_agent_accepts_in_time(self, agent: int) -> None:
        """The same, once it is offered what it can: else few random rides come this far."""
        self._act(rounds.match_waiting)
        self.an_agent_accepts(agent)

    @rule(agent=whom)
    def an_agent_declines_in_time(self, agent: int) -> None:
        self._act(rounds.match_waiting)
        self.an_agent_declines(agent)

    @rule(agent=whom)
    def an_agent_declines(self, agent: int) -> None:
        self._with_offer(agent, lambda offer, now: offers.decline(offer.pk, by=self.agents[agent].pk, now=now))

    @rule(agent=whom, thief=whom)
    def an_agent_reaches_for_anothers(self, agent: int, thief: int) -> None:
        if agent != thief:
            by = self.agents[thief].pk
            self._with_offer(agent, lambda offer, now: desk.accept(offer.pk, by=by, now=now))
            self._with_chat(agent, lambda chat, now: desk.resolve(chat.pk, by=by, outcome="solved", now=now))

    @rule(agent=whom)
    def an_agent_resolves(self, agent: int) -> None:
        by = self.agents[agent].pk
        self._with_chat(agent, lambda chat, now: desk.resolve(chat.pk, by=by, outcome="solved", now=now))

    @rule(agent=whom)
    def an_agent_gives_back(self, agent: int) -> None:
        by = self.agents[agent].pk
        self._with_chat(agent, lambda chat, now: desk.transfer(chat.pk, by=by, reason="", now=now))

    @rule(customer=who, noticed=st.booleans())
    def a_customers_connection_breaks(self, customer: int, noticed: bool) -> None:
        disconnect(self.customers[customer])
        if noticed:
            self._act(lambda now: customer_absence.noticed_all([self.customers[customer].pk], now=now))

    @rule(customer=who, noticed=st.booleans())
    def a_customers_connection_comes_back(self, customer: int, noticed: bool) -> None:
        if not Connection.objects.filter(principal=f"customer:{self.customers[customer].pk}").exists():
            connect(self.customers[customer])
        if noticed:
            self._act(lambda now: customer_absence.returned_all([self.customers[customer].pk], now=now))

    @rule(agent=whom)
    def an_agent_is_shown_out_and_let_in_again(self, agent: int) -> None:
        Agent.objects.filter(pk=self.agents[agent].pk).update(state="deactivated")
        self._act(lambda now: absence.dismissed(self.agents[agent].pk, now=now))
        assert not Engagement.objects.filter(agent=self.agents[agent], ended_at=None).exists()
        Agent.objects.filter(pk=self.agents[agent].pk).update(state="approved")

    @rule(agent=whom, noticed=st.booleans())
    def a_connection_breaks(self, agent: int, noticed: bool) -> None:
        disconnect(self.agents[agent])
        if noticed:
            self._act(lambda now: absence.noticed(self.agents[agent].pk, now=now))

    @rule(agent=whom, noticed=st.booleans())
    def a_connection_comes_back(self, agent: int, noticed: bool) -> None:
        if not presence.is_connected(self.agents[agent].pk):
            connect(self.agents[agent])
        if noticed:
            self._act(lambda now: absence.returned(self.agents[agent].pk, now=now))

    @rule(agent=whom)
    def an_agent_goes_online(self, agent: int) -> None:
        self._act(lambda now: presence.go_online(self.agents[agent].pk, now=now))

    @rule(agent=whom)
    def an_agent_goes_offline(self, agent: int) -> None:
        self._act(lambda now: presence.go_offline(self.agents[agent].pk, now=now))

    @rule(agent=whom, wish=st.sampled_from([pace.last_one, pace.one_more, pace.reserve]), on=st.booleans())
    def an_agent_wishes(self, agent: int, wish: Any, on: bool) -> None:
        self._act(lambda now: wish(self.agents[agent].pk, on=on))

    @rule(agent=whom, reason=st.sampled_from(pace.OWN_PAUSES))
    def an_agent_pauses(self, agent: int, reason: str) -> None:
        self._act(lambda now: pace.pause(self.agents[agent].pk, reason=reason, now=now))

    @rule(agent=whom, hand_back=st.booleans())
    def an_agent_stops_everything(self, agent: int, hand_back: bool) -> None:
        self._act(lambda now: emergency.stop(self.agents[agent].pk, hand_back=hand_back, now=now))

    @rule(agent=whom, capacity=st.integers(0, 6))
    def an_agent_chooses_a_capacity(self, agent: int, capacity: int) -> None:
        self._act(lambda now: presence.set_capacity(self.agents[agent].pk, capacity))

    @invariant()
    def the_tables_agree(self) -> None:
        truth.holds()

    @invariant()
    def every_reader_knows(self) -> None:
        for key, talk in getattr(self, "talks", {}).items():
            heard = self.ear.heard.get(key, [])
            self.talks[key] = readers.folded(talk, *heard[self.taken[key] :])
            self.taken[key] = len(heard)
            assert self.talks[key] == readers.fold(talk, self._fresh(key))

    def teardown(self) -> None:
        try:
            if hasattr(self, "agents"):
                self._everybody_is_helped()
        finally:
            self.listening.__exit__(None, None, None)
            transaction.set_rollback(True)
            self.undo.__exit__(None, None, None)

    def _everybody_is_helped(self) -> None:
        """With all agents back, no request stays behind."""
        self.now += timedelta(seconds=700)
        Connection.objects.all().delete()
        for agent_ in self.agents:
            connect(agent_)
        for customer in self.customers:
            connect(customer)
        self.sweeps_run()
        for agent in range(AGENTS):
            self.an_agent_goes_online(agent)
        for _ in range(4):
            for agent in range(AGENTS):
                self.an_agent_accepts_in_time(agent)
                for _ in range(CUSTOMERS):
                    self.an_agent_resolves(agent)
            self.time_passes(13)
            self.sweeps_run()
            self._all_come_online()
        assert not Escalation.objects.filter(state__in=Escalation.LIVE).exists()
        assert not Slot.objects.exclude(active=0, held=0).exists()
        truth.holds()

    def _all_come_online(self) -> None:
        for agent in range(AGENTS):
            self.an_agent_goes_online(agent)

    def _act(self, act: Any) -> None:
        with readers.committing(), suppress(Refused):
            act(now=self.now) if act in DOORS else act(self.now)

    def _with_offer(self, agent: int, act: Any) -> None:
        offer = Offer.objects.filter(agent=self.agents[agent]).order_by("-offered_at").first()
        if offer:
            self._act(lambda now: act(offer, now))

    def _with_chat(self, agent: int, act: Any) -> None:
        chat = Engagement.objects.filter(agent=self.agents[agent]).order_by("ended_at", "accepted_at").last()
        if chat:
            self._act(lambda now: act(chat, now))

    def _talk_of(self, customer: int) -> Conversation:
        return Conversation.objects.filter(customer=self.customers[customer]).latest("opened_at")

    def _fresh(self, key: str) -> readers.Frame:
        conversation, _, which = key.partition("/")
        return readers.fresh(UUID(conversation), which)  # type: ignore[arg-type]


@pytest.mark.usefixtures("db")
def test_rides_of_every_kind_keep_the_house_in_order(lumo: Brand, hire: Hire) -> None:
    machine = type("RidesOfLumo", (Rides,), {"lumo": lumo, "hire": staticmethod(hire)})
    many = int(os.environ.get("BECKON_RIDES", "20"))
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=many,
            stateful_step_count=40,
            deadline=None,
            database=None,
            derandomize="BECKON_RIDES" not in os.environ,
            suppress_health_check=list(HealthCheck),
        ),
    )
