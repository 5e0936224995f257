"""Six workers do everything that a ride is made of, at once and at random: with the guards nothing breaks, without them
it does.

The guards are the row locks, the conditional updates, the unique indexes and the CHECK of the slot's counts; they are
taken out of this test's own copy of the database, and of nothing else.
"""

import os
import random
import re
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
from django.db import OperationalError, connections
from django.db.models import QuerySet

from agents import presence
from agents.models import Agent
from brands.models import Brand
from conversations import customers, lifecycle
from conversations.models import Customer, Engagement
from dispatch import desk, offers, rounds
from dispatch.models import Escalation, Offer
from marketplace.refusals import Refused
from tests import truth
from tests.people import Hire, ask, at
from tests.races.test_races import at_once

pytestmark = pytest.mark.usefixtures("fresh_database")

WORKERS = 6
TURNS = int(os.environ.get("BECKON_RACE_TURNS", "60"))
SEEDS = [int(seed) for seed in os.environ.get("BECKON_RACE_SEEDS", "1").split(",")]
CUSTOMERS = 8
TABLES = ["dispatch_offer", "dispatch_escalation", "conversations_engagement"]
UNIQUE = """
  select i.indexrelid::regclass::text from pg_index i
  where i.indisunique and i.indpred is not null and i.indrelid = any(%s::regclass[])"""
BROKEN = {
    "a slot's counts are its open offers and live engagements",
    "a request is held out once where it is offered, and owned once where it is engaged",
    "an accepted offer made one engagement, on its terms; any other made none",
}
LOCKS = r"for no key update( of [es])?( skip locked)?|for share|for update( skip locked)?"


class Work:
    """What one worker does: whatever the dice say, at times that all of them share."""

    def __init__(self, seed: int, clock: Iterator[int], people: list[Customer], agents: list[Agent]) -> None:
        self.dice = random.Random(seed)
        self.clock, self.people, self.agents = clock, people, agents
        self.acts: list[Callable[[Any], object]] = [
            self.ask, self.ask, self.plan, self.plan, self.accept, self.accept, self.accept, self.decline,
            self.expire, self.resolve, self.resolve, self.transfer, self.leave, self.change_capacity,
        ]  # fmt: skip

    def __call__(self) -> list[Exception]:
        """Everything that went wrong but refusals and waits that were too long."""
        failed: list[Exception] = []
        for _ in range(TURNS):
            try:
                self.dice.choice(self.acts)(at(next(self.clock) / 2))
            except (Refused, Escalation.DoesNotExist):
                continue
            except Exception as error:
                failed.append(error)
        return failed

    def ask(self, now: Any) -> None:
        conversation, _ = lifecycle.start(self.dice.choice(self.people), language="en", now=now)
        ask(conversation, now=now)

    def plan(self, now: Any) -> None:
        rounds.match_waiting(now=now)

    def accept(self, now: Any) -> None:
        offer = self._one_of(Offer.objects.filter(state="open"))
        if offer:
            desk.accept(offer.pk, by=offer.agent_id, now=now)

    def decline(self, now: Any) -> None:
        offer = self._one_of(Offer.objects.filter(state="open"))
        if offer:
            offers.decline(offer.pk, by=offer.agent_id, now=now)

    def expire(self, now: Any) -> None:
        offers.expire_due(now=now)
        for agent in self.agents:
            presence.go_online(agent.pk, now=now)

    def resolve(self, now: Any) -> None:
        chat = self._one_of(Engagement.objects.filter(ended_at=None))
        if chat:
            desk.resolve(chat.pk, by=chat.agent_id, outcome="solved", now=now)

    def transfer(self, now: Any) -> None:
        chat = self._one_of(Engagement.objects.filter(ended_at=None))
        if chat:
            desk.transfer(chat.pk, by=chat.agent_id, reason="", now=now)

    def leave(self, now: Any) -> None:
        live = self._one_of(Escalation.objects.filter(state__in=Escalation.LIVE))
        if live:
            desk.leave(live.conversation_id, now=now)

    def change_capacity(self, now: Any) -> None:
        presence.set_capacity(self.dice.choice(self.agents).pk, self.dice.randint(1, 3))

    def _one_of(self, rows: Any) -> Any:
        return self.dice.choice(found) if (found := list(rows)) else None


def all_at_once(lumo: Brand, hire: Hire, seed: int) -> list[Exception]:
    agents = [hire(f"Agent {number}") for number in range(3)]
    people = [customers.anonymous(lumo, language="en", now=at(0))[0] for _ in range(CUSTOMERS)]
    clock = count(1)  # one thread at a time takes from it
    workers = [Work(seed * WORKERS + number, clock, people, agents) for number in range(WORKERS)]
    return [error for failed in at_once(*workers) for error in (failed if isinstance(failed, list) else [failed])]


@pytest.mark.parametrize("seed", SEEDS)
def test_six_workers_with_all_guards_break_nothing(lumo: Brand, hire: Hire, seed: int) -> None:
    failed = all_at_once(lumo, hire, seed)

    # A lock that was waited for too long is an answer; a deadlock, a broken constraint or an assertion is none.
    assert [error for error in failed if not _waited_too_long(error)] == []
    truth.holds()
    assert Offer.objects.exists()
    assert Engagement.objects.exists()


def test_six_workers_without_the_guards_break_the_invariants(
    lumo: Brand, hire: Hire, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_the_guards_out(monkeypatch)

    for seed in range(1, 6):
        all_at_once(lumo, hire, seed)
        if truth.faults():
            break

    assert BROKEN & set(truth.faults())


def take_the_guards_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def unlocked(rows: QuerySet[Any], *_: Any, **__: Any) -> QuerySet[Any]:
        return rows.all()

    def accept(offer: Offer, *, now: Any) -> None:
        Offer.objects.filter(pk=offer.pk).update(state="accepted", ended_at=now)

    monkeypatch.setattr(QuerySet, "select_for_update", unlocked)
    monkeypatch.setattr(offers, "accept", accept)
    with connections["owner"].cursor() as cursor:
        cursor.execute("alter table agents_slot drop constraint slot_counts_hold")
        cursor.execute(UNIQUE, [TABLES])
        for (index,) in cursor.fetchall():
            cursor.execute(f"drop index {index}")
        cursor.execute("select pg_get_functiondef(oid) from pg_proc where proname = 'dispatch_place'")
        for (definition,) in cursor.fetchall():
            cursor.execute(re.sub(LOCKS, "", definition))


def _waited_too_long(error: Exception) -> bool:
    return isinstance(error, OperationalError) and "lock timeout" in str(error)
