"""Switches and budgets while everything moves: the kill switch governs the next round, a budget is never overdrawn."""

from contextlib import suppress
from datetime import datetime
from itertools import count
from threading import Condition
from threading import Event as Flag
from uuid import UUID, uuid4

import pytest
from django.db import connections, transaction
from django.db.models import QuerySet

from agents.models import Agent, User
from brands.models import Brand
from dispatch import desk, modes, rounds
from dispatch.models import Escalation, Mode, Offer, Round
from marketplace.refusals import Refused
from payouts import surges
from payouts.models import SurgeBudget, SurgeReservation
from tests import truth
from tests.admin.conftest import enter
from tests.boards import another_chat
from tests.people import Hire, ask, at
from tests.races.test_races import at_once

pytestmark = pytest.mark.usefixtures("fresh_database")

WHY = "The score sends everybody to one"
ROUNDS_AFTER = 5
MOST_WAITING = 20
LONGEST_S = 60
LOOKS = 100_000


@pytest.fixture
def crowd(hire: Hire) -> list[Agent]:
    return [hire(f"Agent {number}") for number in range(8)]


class Load:
    """Customers who ask, agents who answer and planners who plan, until told to stop.

    `stands` is how often the switch was thrown, None while it is: a round that began and ended while it stood at one
    number had that many throws before it.
    """

    def __init__(self, brand: Brand) -> None:
        self.brand, self.over, self.moments = brand, Flag(), count(1)
        self.stands: int | None = 0
        self.heard = Condition()
        self.rounds: list[tuple[int, datetime]] = []

    def now(self) -> datetime:
        return at(next(self.moments) / 4)

    def ask(self) -> None:
        while not self.over.is_set():
            if Escalation.objects.filter(state="waiting").count() < MOST_WAITING:
                ask(another_chat(self.brand), now=self.now())

    def answer(self) -> None:
        while not self.over.is_set():
            for offer in Offer.objects.filter(state="open"):
                with suppress(Refused):  # the other was quicker
                    chat = desk.accept(offer.pk, by=offer.agent_id, now=offer.offered_at)
                    desk.resolve(chat.pk, by=offer.agent_id, outcome="solved", now=self.now())

    def plan(self) -> None:
        while not self.over.is_set():
            before, moment = self.stands, self.now()
            made = rounds.match_waiting(now=moment)
            if made and before is not None and before == self.stands:
                with self.heard:
                    self.rounds.append((before, moment))
                    self.heard.notify_all()

    def throw(self, *, on: bool) -> None:
        """The switch, and some rounds after it."""
        thrown = self.stands or 0
        self.stands = None
        modes.switch("plain", self.brand.pk, on=on, by="operator:noor", reason=WHY, now=self.now())
        self.stands = thrown + 1
        with self.heard:
            enough = self.heard.wait_for(lambda: self._told(thrown + 1) >= ROUNDS_AFTER, timeout=LONGEST_S)
        assert enough, "the rounds go on"

    def _told(self, thrown: int) -> int:
        return sum(each == thrown for each, _ in self.rounds)


def test_a_brand_switched_under_load_is_served_plainly_from_the_next_round_and_back_likewise(
    lumo: Brand, crowd: list[Agent]
) -> None:
    load = Load(lumo)

    def operate() -> None:
        try:
            for on in (True, False, True, False):
                load.throw(on=on)
        finally:
            load.over.set()

    results = at_once(operate, load.ask, load.answer, load.answer, load.plan, load.plan)

    assert results == [None] * 6
    assert {thrown for thrown, _ in load.rounds} >= {1, 2, 3, 4}
    for thrown, moment in load.rounds:
        plain = [one.inputs["plain"] for one in Round.objects.filter(at=moment)]
        assert plain == [[str(lumo.pk)] if thrown % 2 else []]
    assert Mode.objects.exclude(ended_at=None).count() == 2
    truth.holds()


def reserve(brand: Brand, amount: int) -> bool:
    """One offer's bonus, as a round reserves it."""
    with transaction.atomic():
        return bool(surges.reserve({uuid4(): (brand.pk, amount)}, now=at(1)))


def test_twenty_planners_never_promise_more_than_the_budget(lumo: Brand) -> None:
    surges.set_limit(lumo.pk, limit_minor=100, by="operator:noor", reason=WHY, now=at(0))

    granted = at_once(*[lambda: reserve(lumo, 10)] * 20)

    assert sorted(granted) == [False] * 10 + [True] * 10
    assert SurgeBudget.objects.get().reserved_minor == 100
    truth.holds()


def test_promises_payments_releases_and_a_new_limit_at_once_leave_the_sums_right(lumo: Brand) -> None:
    surges.set_limit(lumo.pk, limit_minor=400, by="operator:noor", reason=WHY, now=at(0))
    held = [uuid4() for _ in range(20)]
    with transaction.atomic():
        surges.reserve(dict.fromkeys(held, (lumo.pk, 10)), now=at(1))

    def settle(id_: UUID) -> None:
        with transaction.atomic():
            surges.settle(id_, 10, now=at(2))

    results = at_once(
        *[lambda id_=id_: settle(id_) for id_ in held[:8]],
        *[lambda id_=id_: settle(id_) for id_ in held[:8]],  # each chat is closed once, and closed again
        *[lambda: surges.release(held[8:16], now=at(2))] * 3,
        *[lambda: reserve(lumo, 10)] * 6,
        lambda: surges.set_limit(lumo.pk, limit_minor=300, by="operator:noor", reason=WHY, now=at(2)),
    )

    assert not [error for error in results if isinstance(error, Exception)]
    surges.release(held[8:16], now=at(3))
    budget = SurgeBudget.objects.get()
    assert (budget.spent_minor, budget.reserved_minor) == (80, 100)
    truth.holds()


def test_without_lock_and_check_the_budget_is_overdrawn(lumo: Brand, monkeypatch: pytest.MonkeyPatch) -> None:
    """The proof that the race is real."""
    surges.set_limit(lumo.pk, limit_minor=100, by="operator:noor", reason=WHY, now=at(0))
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, *_, **__: rows.all())
    with connections["owner"].cursor() as cursor:
        cursor.execute("alter table payouts_surgebudget drop constraint surge_within_its_budget")

    for _ in range(20):
        at_once(*[lambda: reserve(lumo, 10)] * 20)
        if SurgeReservation.objects.filter(state="reserved").count() > 10:
            break

    assert SurgeReservation.objects.filter(state="reserved").count() > 10
    assert "a surge budget is what its reservations say" in truth.faults()


BLOCKED = "select count(*) from pg_locks where not granted"


def test_two_operators_who_switch_the_same_at_once_are_told_so(lumo: Brand, noor: User) -> None:
    page, told = "/admin/dispatch/mode/add/", {"kind": "plain", "brand": lumo.pk, "reason": WHY}
    second = enter(noor)
    first_is_in, answered = Flag(), []

    def switch() -> None:
        with transaction.atomic():
            modes.switch_on("plain", lumo.pk, by="operator:ines", reason=WHY, now=at(0))
            first_is_in.set()
            with connections["default"].cursor() as cursor:
                for _ in range(LOOKS):
                    cursor.execute(BLOCKED)
                    if cursor.fetchone()[0]:
                        return
            raise AssertionError("the second never came to wait for the first")

    def switch_too() -> None:
        first_is_in.wait(LONGEST_S)
        answered.append(second.post(page, told))

    assert at_once(switch, switch_too) == [None, None]

    assert answered[0].status_code == 302
    assert "switched on already" in second.get(page).content.decode()
    assert [mode.began_by for mode in Mode.objects.all()] == ["operator:ines"]
