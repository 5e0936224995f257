"""Random operations of the modelled ride: no invariant breaks; each is seen to break when something is; and the same
histories through the product's rooms leave the same rows.
"""

import json
import os
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from dispatch.matching import Placement, Weights, fitness, reach
from tests import truth
from tests.dispatch_model import __main__ as command
from tests.dispatch_model import house as modelled
from tests.dispatch_model import invariants, operations, rings
from tests.dispatch_model.cast import CLASSES_OF, CUSTOMERS
from tests.dispatch_model.house import House
from tests.dispatch_model.operations import SPANS_S, Operation
from tests.dispatch_model.play import LENGTH, InvariantError, Tally, play
from tests.dispatch_model.rooms import Rooms, standing
from tests.dispatch_model.rows import Chat, Offer
from tests.dispatch_model.slot import Slot

# More of both: BECKON_MODEL_OPERATIONS=10000000 or python -m tests.dispatch_model; BECKON_SQL_OPERATIONS=5000
# and BECKON_SQL_SEEDS=11,12.
HISTORIES = -(-int(os.environ.get("BECKON_MODEL_OPERATIONS", "20000")) // LENGTH)
SQL_OPERATIONS = int(os.environ.get("BECKON_SQL_OPERATIONS", "150"))
SQL_SEEDS = [int(seed) for seed in os.environ.get("BECKON_SQL_SEEDS", "1,2").split(",")]
LOOKED_AT_EVERY = 25


def test_no_operation_of_any_history_breaks_an_invariant() -> None:
    tally = Tally()

    for seed in range(HISTORIES):
        play(seed, LENGTH, tally)

    assert set(tally.operations) == set(operations.SHARES)
    assert tally.placed > HISTORIES * 100, "a history in which nobody is asked shows nothing"
    assert all(tally.refused[kind] < many for kind, many in tally.operations.items())


def test_the_command_says_in_one_line_what_was_played_goes_on_where_it_ended_and_fails_where_something_broke(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BECKON_STATE_DIR", str(tmp_path / "state"))
    asked = ["--operations", "1", "--processes", "1", "--seed", "7"]

    ends = [command.main(asked), command.main(asked)]
    first, again = map(json.loads, capsys.readouterr().out.splitlines())
    monkeypatch.setattr(fitness, "ring_in_force", _early)
    broken = command.main([*asked, "--fresh"])
    told = json.loads(capsys.readouterr().out)

    assert ends == [0, 0]
    assert (first["asked"], first["operations"], first["violations"]) == (LENGTH, LENGTH, 0)
    assert again == first, "with the same processor time: nothing was played again"
    assert (broken, told["violations"]) == (1, 1)


# What is taken out or done wrongly, and the invariant that then breaks in some history.
def _yes(*_: Any) -> bool:
    return True


def _has_room(house: House, slot: Slot) -> bool:
    return slot.is_here and slot.active + slot.held < slot.places


def _decline_to_the_end_of_the_line(house: House, offer: Offer, *, by: int) -> None:
    DECLINE(house, offer, by=by)
    house.slots[by].idle_since = house.now


def _decline_with_a_new_wait(house: House, offer: Offer, *, by: int) -> None:
    DECLINE(house, offer, by=by)
    offer.request.queued_at = house.now


def _decline_of_the_request(house: House, offer: Offer, *, by: int) -> None:
    DECLINE(house, offer, by=by)
    house.requests[offer.request.customer] = None


def _lower_capacity_at_once(house: House, agent: int, capacity: int) -> None:
    house.slots[agent].capacity = capacity
    for chat in [one for one in house.chats if one.agent == agent][capacity - 1 :]:
        house._give_back(chat, "transferred", 0)


def _asked_after_her_last(slot: Slot, now: float) -> None:
    """What rang beside her last chats is over, and she is as willing as before."""
    slot.held -= 1
    if slot.active == 0 and slot.idle_since is None:
        slot.idle_since = now


def _slow_expiry(house: House) -> int:
    late = [offer for offer in house.offers if offer.expires_at <= house.now - 5]
    for offer in late:
        house._end_offer(offer)
    return len(late)


def _freed_twice(house: House, chat: Chat, how: str) -> None:
    END_CHAT(house, chat, how)
    house.slots[chat.agent].active -= 1


def _idle_beside_a_chat(house: House, offer: Offer, *, by: int) -> None:
    ACCEPT(house, offer, by=by)
    house.slots[by].idle_since = house.now


def _expired_into_nowhere(house: House, offer: Offer) -> None:
    house._close_offer(offer)


DECLINE, ACCEPT, END_CHAT = House.decline, House.accept, House._end_chat
UNGUARDED: dict[str, tuple[str, Any]] = {
    "two live offers for one agent": ("_may_be_asked", _has_room),
    "a live offer after the customer left": ("_withdraw", lambda house, request: None),
    "a slot's counts are not its open offers and live engagements": ("_end_chat", _freed_twice),
    "an agent is not idle when, and only when, she has no chat": ("accept", _idle_beside_a_chat),
    "an escalation without either a deadline or an owner": ("_end_offer", _expired_into_nowhere),
    "waiting time forgotten": ("decline", _decline_with_a_new_wait),
    "a lost escalation": ("decline", _decline_of_the_request),
    "a late accept": ("_is_in_time", _yes),
    "an accept by another": ("_is_hers", _yes),
    "a decline that lowers an agent's rank": ("decline", _decline_to_the_end_of_the_line),
    "an offer outlives its time": ("expire", _slow_expiry),
    "a lower capacity ended something under way": ("change_capacity", _lower_capacity_at_once),
    "a dispatcher that lost the lead places offers": ("_leads", _yes),
}


def breaks(fault: str, *, histories: int = 100) -> bool:
    """Does some history end with this fault?"""
    for seed in range(histories):
        try:
            play(seed, 1_000, Tally())
        except InvariantError as broken:
            if broken.fault == fault:
                return True
    return False


@pytest.mark.parametrize("fault", UNGUARDED)
def test_a_guard_taken_out_is_missed(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name, wrongly = UNGUARDED[fault]
    monkeypatch.setattr(House, name, wrongly)

    assert breaks(fault)


ACTS = (
    Operation("accept", 0, 0), Operation("decline", 0, 0), Operation("time_passes", SPANS_S.index(12.0), 0),
    Operation("expire", 0, 0), Operation("resolve", 0, -1), Operation("round", 0, 0), Operation("last_one", 0, 0),
)  # fmt: skip


def _finishing() -> House:
    """One agent alone is there: she is in a chat, another request rings, two wait, and this is to be her last one."""
    house = House()
    for agent in range(1, len(house.slots)):
        house.go_offline(agent)
    able = [customer for customer in range(CUSTOMERS) if CLASSES_OF[customer][0] == CLASSES_OF[0][0]]
    for customer in able[:4]:
        operations.apply(house, Operation("escalate", customer, CLASSES_OF[customer][0]))
    for operation in (Operation("round", 0, 0), Operation("accept", 0, 0), Operation("round", 0, 0)):
        assert operations.apply(house, operation)
    assert (house.slots[0].active, house.slots[0].held) == (1, 1)
    house.last_one(0, True)
    return house


def _asked_after_hers() -> bool:
    """Does some order of four things after her wish end in an offer to her?"""
    for order in product(ACTS, repeat=4):
        house = _finishing()
        for operation in order:
            was = invariants.before(house, operation)
            done = operations.apply(house, operation)
            fault = invariants.broken_by(house, operation, done, was) or invariants.broken(house)
            if fault == "an offer to somebody who has had her last one":
                return True
            assert not fault, f"{fault}: {order}"
    return False


def test_whatever_comes_after_her_wish_nobody_is_asked_after_her_last_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not _asked_after_hers()

    monkeypatch.setattr(Slot, "release", _asked_after_her_last)
    assert _asked_after_hers(), "a guard taken out is missed"


def _planned_for_all(house: House) -> list[Placement]:
    """A planner that looks at nothing: whoever comes first in the rows."""
    waiting = [one for one in house.requests if one is not None and one.state == "waiting"]
    return [Placement(one.number, agent, ()) for one, agent in zip(waiting, range(len(house.slots)), strict=False)]


def _planned_by_youth(house: House) -> list[Placement]:
    for one in house.requests:
        if one is not None:
            one.queued_at = -one.queued_at
    try:
        return PLANNED(house)
    finally:
        for one in house.requests:
            if one is not None:
                one.queued_at = -one.queued_at


PLANNED, MAY_BE_ASKED = House.planned, House._may_be_asked
MISPLANNED: dict[str, tuple[str, Any]] = {
    "an uncertified or wrong-language agent outside the ring in force": ("planned", _planned_for_all),
    "an agent who could be asked, and a customer who waits for her": ("planned", lambda house: []),
    "first come is not first served": ("planned", _planned_by_youth),
    "an offer to someone who is not connected and willing": (
        "_may_be_asked", lambda house, slot: slot.held == 0 and slot.active < slot.places,
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", MISPLANNED)
def test_a_plan_that_is_wrong_is_found_out(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name, wrongly = MISPLANNED[fault]
    monkeypatch.setattr(House, name, wrongly)

    assert breaks(fault)


def _early(waited_s: float, weights: Weights, *, slack: bool) -> int:
    return min(RING_IN_FORCE(waited_s, weights, slack=slack) + 1, fitness.Ring.BRAND)


def _late(waited_s: float, weights: Weights, *, slack: bool) -> int:
    return max(RING_IN_FORCE(waited_s, weights, slack=slack) - 1, fitness.Ring.CERTIFIED)


def _without_gate(waited_s: float, weights: Weights, *, slack: bool) -> int:
    return RING_IN_FORCE(waited_s, weights, slack=True)


def _behind_the_gate(waited_s: float, weights: Weights, *, slack: bool) -> int:
    return RING_IN_FORCE(waited_s, weights, slack=False)


UNFIT = "an uncertified or wrong-language agent outside the ring in force"
IDLE = "an agent who could be asked, and a customer who waits for her"
RING_IN_FORCE = fitness.ring_in_force


@pytest.mark.parametrize(
    ("wrongly", "fault"), [(_early, UNFIT), (_without_gate, UNFIT), (_late, IDLE), (_behind_the_gate, IDLE)]
)
def test_rings_that_open_at_another_time_are_found_out(
    wrongly: Callable[..., int], fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fitness, "ring_in_force", wrongly)

    assert breaks(fault)


def test_a_planner_and_a_placing_that_serve_an_ended_certificate_are_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    for room in (fitness, reach):
        monkeypatch.setattr(room, "holds", _yes)
    assert not breaks(UNFIT, histories=3), "placing looks again"

    monkeypatch.setattr(House, "_is_certified", _yes)
    assert breaks(UNFIT)


def test_the_rings_that_are_looked_for_are_the_published_ones() -> None:
    published = Weights()

    assert (published.rings_s, published.rings_tight_s) == (rings.OPEN_S, rings.OPEN_TIGHT_S)
    assert round(100 * published.slack_below) == rings.SLACK_BELOW_PERCENT


def _planned_beyond_capacity(house: House) -> list[Placement]:
    capacities = [slot.capacity for slot in house.slots]
    for slot in house.slots:
        slot.capacity += 5
    plan = PLANNED(house)
    for slot, capacity in zip(house.slots, capacities, strict=True):
        slot.capacity = capacity
    return plan


def test_a_planner_and_a_placing_that_forget_capacity_are_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(House, "planned", _planned_beyond_capacity)
    assert not breaks("an agent placed above capacity", histories=3), "placing looks again"

    monkeypatch.setattr(
        House, "_may_be_asked", lambda house, slot: slot.willing and not slot.gone_since and not slot.held
    )
    assert breaks("an agent placed above capacity")


def _planned_again(house: House) -> list[Placement]:
    rung = [offer.request for offer in house.offers]
    for request in rung:
        request.state = "waiting"
    plan = PLANNED(house)
    for request in rung:
        request.state = "offered"
    return plan


def test_a_planner_and_a_placing_that_forget_who_is_rung_are_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(House, "planned", _planned_again)
    assert not breaks("two live offers for one escalation", histories=3), "placing looks again"

    monkeypatch.setattr(House, "_waits", lambda house, request: request.state != "engaged")
    assert breaks("two live offers for one escalation")


def test_a_planner_without_memory_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(modelled, "AGAIN_S", 0.0)

    assert breaks("the same agent asked again at once")


@pytest.mark.parametrize(
    ("planted", "fault"),
    [
        (lambda house: house.chats.append(house.chats[0]), "two owners of one conversation"),
        (lambda house: house.requests.__setitem__(house.chats[0].request.customer, None), "is over"),
        (lambda house: setattr(house.slots[0], "held", -1), "counts are not"),
    ],
)
def test_rows_that_contradict_each_other_are_found(planted: Callable[[House], None], fault: str) -> None:
    house = next(found for seed in range(20) if (found := play(seed, 300, Tally())).chats)
    assert invariants.broken(house) is None

    planted(house)

    assert fault in str(invariants.broken(house))


@pytest.mark.usefixtures("fresh_database")
@pytest.mark.parametrize("seed", SQL_SEEDS)
def test_the_rooms_do_what_the_model_does(seed: int) -> None:
    house, rooms, bits = House(), Rooms(), operations.history(seed)

    for number in range(SQL_OPERATIONS):
        operation = operations.draw(house, bits.getrandbits(32))
        moment = house.now + operations.passes(operation)
        in_rooms = rooms.take(house, operation, moment)
        in_model = operations.apply(house, operation)

        assert in_rooms == in_model, f"operation {number}: {operation}"
        for rows, values in zip(rooms.state(), standing(house), strict=True):
            told = f"operation {number}: {operation}\nrows:     {rows}\nmodelled: {values}"
            assert rows == values, told
        if number % LOOKED_AT_EVERY == 0:
            truth.holds()
    truth.holds()
