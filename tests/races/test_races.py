"""Races on a real PostgreSQL: many threads, each with a connection of its own, let go at the same moment.

Each race is first shown to happen where the lock is taken out.
"""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from threading import Event as Flag
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError

from agents import slots
from agents.models import Agent, Slot
from brands.models import Brand
from conversations import customers, lifecycle, stream
from conversations.models import Conversation, Customer, Engagement, Event
from dispatch import absence, desk, escalations, leadership, offers, rounds, tasks
from dispatch.models import Escalation, Offer
from marketplace.refusals import Refused
from payouts.models import Posting
from tests.people import Hire, ask, at, disconnect

pytestmark = pytest.mark.usefixtures("fresh_database")


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Run all of them in threads that start together; results or what they raised, in order."""
    ready = Barrier(len(acts))

    def act(call: Callable[[], Any]) -> Any:
        try:
            ready.wait()
            return call()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(act, acts))


def test_a_hundred_accepts_of_one_offer_make_one_engagement(offer: Offer, dana: Agent) -> None:
    results = at_once(*[lambda: desk.accept(offer.pk, by=dana.pk, now=at(5)).pk] * 100)

    assert len(set(results)) == 1
    assert Engagement.objects.count() == 1
    assert Slot.objects.get(pk=dana.pk).active == 1


def test_without_the_locks_accepts_do_collide(offer: Offer, dana: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    """The proof that the race is real: the same accepts, with the three locks taken out of `offers.locked`."""

    looked = Barrier(40)

    def unlocked(offer_id: Any, *, by: Any = None) -> Any:
        found = Offer.objects.select_related("escalation").get(pk=offer_id)
        slot = Slot.objects.select_related("agent").get(pk=dana.pk)
        looked.wait()
        return found.escalation, slot, found

    monkeypatch.setattr(offers, "locked", unlocked)
    results = at_once(*[lambda: desk.accept(offer.pk, by=dana.pk, now=at(5)).pk] * 40)

    assert any(isinstance(result, Exception) for result in results)


@pytest.mark.parametrize("round_", range(5))
def test_accept_against_expiry_has_one_winner(offer: Offer, dana: Agent, round_: int) -> None:
    accepted, expired = at_once(
        lambda: desk.accept(offer.pk, by=dana.pk, now=at(11.9)), lambda: offers.expire_due(now=at(12))
    )

    offer.refresh_from_db()
    escalation = Escalation.objects.get()
    slot = Slot.objects.get(pk=dana.pk)
    if isinstance(accepted, Engagement):
        assert (expired, offer.state, escalation.state, slot.active, slot.held) == (0, "accepted", "engaged", 1, 0)
    else:
        assert isinstance(accepted, Refused)
        assert (expired, offer.state, escalation.state, slot.active, slot.held) == (1, "expired", "waiting", 0, 0)


@pytest.mark.parametrize("round_", range(5))
def test_accept_against_withdrawal_has_one_winner(offer: Offer, dana: Agent, chat: Conversation, round_: int) -> None:
    accepted, left = at_once(
        lambda: desk.accept(offer.pk, by=dana.pk, now=at(5)), lambda: desk.leave_queue(chat.pk, now=at(5))
    )

    assert isinstance(accepted, Refused) != isinstance(left, Refused)
    slot = Slot.objects.get(pk=dana.pk)
    assert (slot.held, slot.active) == (0, int(isinstance(left, Refused)))


@pytest.mark.parametrize("round_", range(5))
def test_a_customer_leaving_while_she_is_accepted_ends_clean(
    offer: Offer, dana: Agent, chat: Conversation, round_: int
) -> None:
    accepted, left = at_once(
        lambda: desk.accept(offer.pk, by=dana.pk, now=at(5)), lambda: desk.leave(chat.pk, now=at(6))
    )

    assert left is None
    slot = Slot.objects.get(pk=dana.pk)
    assert (slot.held, slot.active) == (0, 0)
    assert Conversation.objects.get().state == "closed"
    assert not Engagement.objects.filter(ended_at=None).exists()
    assert Posting.objects.filter(kind="per_chat").count() == int(isinstance(accepted, Engagement))


@pytest.mark.parametrize("round_", range(5))
def test_a_line_that_opens_a_closed_chat_and_a_new_chat_make_one_open_chat(
    chat: Conversation, maja: Customer, round_: int
) -> None:
    desk.leave(chat.pk, now=at(1))
    line = stream.Line(chat.pk, maja.pk, uuid4(), "One more thing")

    said, started = at_once(
        lambda: stream.append_many([line], now=at(2))[0].kind, lambda: lifecycle.start(maja, language="en", now=at(2))
    )

    opened = Conversation.objects.get(state="open")
    assert started[0] == opened
    assert said in (("new",) if opened == chat else ("closed", "busy"))


def test_a_line_waits_for_whoever_is_opening_a_chat_for_its_customer(chat: Conversation, maja: Customer) -> None:
    """The same race, its worst moment held still: another has looked, found no open chat, and not yet committed."""
    desk.leave(chat.pk, now=at(1))
    looked, said = Flag(), Flag()

    def start() -> None:
        with transaction.atomic():
            lifecycle.start(maja, language="en", now=at(2))
            looked.set()
            assert said.wait(5)

    def say() -> str:
        assert looked.wait(5)
        try:
            return stream.append_many([stream.Line(chat.pk, maja.pk, uuid4(), "Still there?")], now=at(2))[0].kind
        finally:
            said.set()

    assert at_once(start, say) == [None, "busy"]


def test_two_planners_place_one_escalation_once(request_: Escalation, hire: Hire) -> None:
    for number in range(6):
        hire(f"Agent {number}")

    at_once(*[lambda: rounds.match_waiting(now=at(1))] * 6)

    assert Offer.objects.filter(state="open").count() == 1
    assert sum(Slot.objects.values_list("held", flat=True)) == 1


def test_one_agent_is_never_asked_twice_at_once(lumo: Brand, dana: Agent) -> None:
    for _ in range(8):
        customer, _token = customers.anonymous(lumo, language="en", now=at(0))
        conversation, _begun = lifecycle.start(customer, language="en", now=at(0))
        ask(conversation)

    at_once(*[lambda: rounds.match_waiting(now=at(1))] * 6)

    assert Offer.objects.filter(state="open", agent=dana).count() == 1
    assert Slot.objects.get(pk=dana.pk).held == 1


def test_a_planner_waits_for_no_slot(lumo: Brand, hire: Hire, request_: Escalation) -> None:
    """Whom somebody holds is left for the next round: a planner that waits would hold up all whom it holds itself."""
    busy = hire("Olu")
    held, planned = Flag(), Flag()

    def hold() -> None:
        with transaction.atomic():
            slots.locked(busy.pk)
            held.set()
            assert planned.wait(5)

    def plan() -> list[Offer]:
        assert held.wait(5)
        try:
            return rounds.match_waiting(now=at(1))
        finally:
            planned.set()

    assert at_once(hold, plan) == [None, []]
    (offer,) = rounds.match_waiting(now=at(2))
    assert offer.agent == busy


def test_a_planner_whose_time_is_over_places_nothing(request_: Escalation, dana: Agent) -> None:
    epoch = leadership.hold("first")
    leadership.let_go("first")
    assert leadership.hold("second") != epoch

    assert rounds.match_waiting(now=at(1), epoch=epoch) == []
    assert len(rounds.match_waiting(now=at(1), epoch=leadership.hold("second"))) == 1


def test_one_planner_leads_whoever_asks_first(lumo: Brand) -> None:
    held = at_once(*[lambda number=number: leadership.hold(f"planner {number}") for number in range(8)])

    assert Counter(type(epoch) for epoch in held)[int] == 1


def test_fifty_starts_of_one_visitor_make_one_conversation(maja: Customer) -> None:
    started = at_once(*[lambda: lifecycle.start(maja, language="en", now=at(0))] * 50)

    assert len({conversation.pk for conversation, _ in started}) == 1
    assert [begun for _, begun in started].count(True) == 1


def test_without_the_lock_starts_do_collide(maja: Customer) -> None:
    """The proof that the race is real: look, then create, as `lifecycle.start` does without its lock."""

    looked = Barrier(50)

    def start() -> Any:
        found = Conversation.objects.filter(customer=maja, state="open").first()
        looked.wait()
        return found or Conversation.objects.create(
            brand_id=maja.brand_id, customer=maja, opened_at=at(0), status={"phase": "assistant"}
        )

    assert any(isinstance(result, IntegrityError) for result in at_once(*[start] * 50))


def test_twenty_requests_for_a_person_are_one(chat: Conversation) -> None:
    at_once(*[lambda: ask(chat)] * 20)

    assert Escalation.objects.count() == 1
    assert Event.objects.filter(conversation=chat, kind="changed").count() == 1


def test_a_double_resolve_pays_once(engagement: Engagement, dana: Agent) -> None:
    results = at_once(*[lambda: desk.resolve(engagement.pk, by=dana.pk, outcome="solved", now=at(60))] * 20)

    assert results == [None] * 20
    assert Posting.objects.filter(kind="per_chat").count() == 1
    assert Slot.objects.get(pk=dana.pk).active == 0


def test_resolve_against_loss_has_one_end(engagement: Engagement, dana: Agent) -> None:
    resolved, lost = at_once(
        lambda: desk.resolve(engagement.pk, by=dana.pk, outcome="solved", now=at(60)),
        lambda: desk.lose(engagement.pk, now=at(60)),
    )

    engagement.refresh_from_db()
    assert (resolved is None) != (lost is True)
    assert engagement.state == ("resolved" if resolved is None else "lost")
    assert Slot.objects.get(pk=dana.pk).active == 0


def test_batches_and_ordinary_transactions_number_one_stream_without_gap(
    chat: Conversation, maja: Customer, engagement: Engagement, dana: Agent
) -> None:
    mine = [stream.Line(chat.pk, maja.pk, uuid4(), f"line {number}") for number in range(60)]

    def batches() -> None:
        for start in range(0, 60, 6):
            while any(told.kind == "busy" for told in stream.append_many(mine[start : start + 6], now=at(10))):
                pass  # somebody held the conversation for longer than a batch waits: said again, as the hub does

    def ordinary() -> None:
        for _ in range(30):
            with transaction.atomic():
                lifecycle.answer(stream.locked(chat.pk), text="An answer", sources=[], now=at(10))

    at_once(batches, batches, ordinary, ordinary)

    numbers = list(Event.objects.filter(conversation=chat, stream="talk").order_by("seq").values_list("seq", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    assert Event.objects.filter(client_id__isnull=False).count() == 60
    assert Conversation.objects.get().talk_seq == len(numbers)


def test_twins_in_racing_batches_are_told_one_result(chat: Conversation, maja: Customer) -> None:
    shared = [stream.Line(chat.pk, maja.pk, uuid4(), f"line {number}") for number in range(20)]

    told = at_once(*[lambda: stream.append_many(shared, now=at(10))] * 8)

    numbers = {tuple(verdict.seq for verdict in verdicts if verdict.kind != "busy") for verdicts in told}
    assert {numbers_ for numbers_ in numbers if numbers_} == {tuple(range(1, 21))}
    assert Event.objects.filter(conversation=chat).count() == 20


def test_leaving_against_asking_leaves_nothing_behind(chat: Conversation) -> None:
    asked, _left = at_once(lambda: ask(chat), lambda: desk.leave(chat.pk, now=at(1)))

    conversation = Conversation.objects.get()
    if conversation.state == "closed":
        assert isinstance(asked, Refused) or escalations.live(chat.pk) is None
    else:
        assert escalations.live(chat.pk) is not None


def test_a_slot_that_somebody_holds_is_waited_for_alone_when_many_links_break(dana: Agent, olu: Agent) -> None:
    for agent in (dana, olu):
        disconnect(agent)
    holds, noted = Flag(), Flag()

    def hold() -> None:
        with transaction.atomic():
            slots.locked(dana.pk)
            holds.set()
            assert noted.wait(5), "nobody waits for another's slot"

    def break_all() -> None:
        assert holds.wait(5)
        with ThreadPoolExecutor(1) as looking:
            breaking = looking.submit(_noticed, [dana.pk, olu.pk])
            while Slot.objects.get(pk=olu.pk).gone_since is None:
                assert not breaking.done()
            noted.set()
            breaking.result()

    at_once(hold, break_all)

    assert [slot.gone_since for slot in Slot.objects.all()] == [at(9), at(9)]


def _noticed(agent_ids: list[Any]) -> None:
    try:
        absence.noticed_all(agent_ids, now=at(9))
    finally:
        connection.close()


BLOCKED = "select count(*) from pg_locks where not granted"
LOOKS = 100_000
LONGEST_S = 60


def wait_for_waiting(count: int) -> None:
    with connection.cursor() as cursor:
        for _ in range(LOOKS):
            cursor.execute(BLOCKED)
            if cursor.fetchone()[0] == count:
                return
    raise AssertionError(f"there were never {count} who waited for a lock")


def test_sweeps_do_not_queue_behind_each_other_for_one_row(dana: Agent) -> None:
    """The row is held by somebody; one sweep waits for it, and who is rung meanwhile goes about other work."""
    disconnect(dana)

    def sweep() -> None:
        try:
            tasks.sweep_presence()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        with transaction.atomic():
            slots.locked(dana.pk)
            first = pool.submit(sweep)
            wait_for_waiting(1)
            pool.submit(sweep).result(LONGEST_S)
            assert not first.done()
        first.result(LONGEST_S)

    assert Slot.objects.get(pk=dana.pk).gone_since is not None
