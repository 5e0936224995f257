"""The virtual clock: nobody is lost or overloaded, the same seed is the same run, and queueing theory agrees."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from dispatch.matching import Weights
from dispatch.matching.fitness import Ring
from dispatch.simulator import intervals, measures, worlds
from dispatch.simulator.desks import longest_idle
from dispatch.simulator.engine import Engine, Policy, Record
from dispatch.simulator.floor import Floor, Request, Seat
from dispatch.simulator.measures import Span
from dispatch.simulator.policies import POLICIES
from dispatch.simulator.scenes import Added, Incident, Scene
from dispatch.simulator.worlds import Arrival, Person, World

SHORT = Span(warm_s=120.0, measured_s=480.0, cool_s=60.0)
SMALL = Scene(World(agents=40, load=0.9), SHORT)


def played(scene: Scene, policy: str, seed: int) -> tuple[Engine, list[Record]]:
    staff, customers = scene.cast(seed)
    engine = Engine(scene.world, staff, customers, POLICIES[policy](), seed=seed)
    return engine, engine.run(until_s=scene.span.end_s)


@pytest.mark.parametrize("policy", POLICIES)
def test_the_same_seed_is_the_same_run(policy: str) -> None:
    first, again, other = (played(SMALL, policy, seed)[1] for seed in (7, 7, 8))

    assert first == again
    assert first != other


@pytest.mark.parametrize("policy", POLICIES)
def test_every_customer_is_served_leaves_or_still_waits(policy: str) -> None:
    engine, records = played(SMALL, policy, 3)

    came = [number for number, one in enumerate(engine.arrivals) if one.at <= SHORT.end_s]
    assert [one.number for one in records] == came
    assert {one.end for one in records} <= {"served", "abandoned", "waiting"}
    still = [*engine.waiting, *engine.ringing()]
    assert sorted(one.number for one in records if one.end == "waiting") == sorted(still)


def test_nobody_waits_longer_than_her_patience() -> None:
    engine, records = played(SMALL, "longest idle", 3)

    for one in records:
        assert one.wait_s <= engine.arrivals[one.number].patience_s + 1e-9
        if one.end == "abandoned":
            assert one.wait_s == pytest.approx(engine.arrivals[one.number].patience_s)


class Watched:
    """Asserts of every choice that it may be made."""

    def __init__(self, policy: Policy) -> None:
        self.name = policy.name
        self.policy = policy
        self.choices = 0

    def choose(self, waiting: Sequence[Request], floor: Floor, now: float) -> Sequence[tuple[Request, Seat]]:
        made = self.policy.choose(waiting, floor, now)
        for request, seat in made:
            assert seat.willing
            assert not seat.held
            assert seat.active < seat.capacity <= 3
            assert request.language in seat.languages
            self.choices += 1
            if request.topic not in seat.topics:
                assert now - request.queued_at >= Weights().rings_s[Ring.FAMILY - 1]
        assert len({seat.number for _, seat in made}) == len(made)
        return made


@pytest.mark.parametrize("policy", POLICIES)
def test_no_choice_breaks_capacity_language_or_the_ring_in_force(policy: str) -> None:
    staff, customers = SMALL.cast(5)
    watched = Watched(POLICIES[policy]())

    Engine(SMALL.world, staff, customers, watched, seed=5).run(until_s=SHORT.end_s)

    assert watched.choices > 100


def deaf_after(seconds: float) -> Seat:
    """The only agent, who answers nothing, so long after the only customer has come."""
    deaf = Person(0, {"refund": 3}, {"en": 3}, 1, 1.0, accepts=1.0, ignores=1.0)
    customer = Arrival(0.0, "refund", "en", 10_000.0, 60.0, rolls=((0.5, 0.0),))
    engine = Engine(World(agents=1, break_s=30.0), [deaf], [customer], longest_idle(), seed=1)
    engine.run(until_s=seconds)
    return engine.floor.seats[0]


def test_two_missed_offers_pause_and_a_break_ends_it() -> None:
    """Rung for 12 s, spared for 10 s, rung for 12 s more."""
    assert (deaf_after(11.9).missed_in_a_row, deaf_after(11.9).held) == (0, True)
    assert (deaf_after(12.1).missed_in_a_row, deaf_after(12.1).held) == (1, False)
    assert deaf_after(33.9).willing
    assert not deaf_after(34.1).willing
    assert deaf_after(34.1).online_s == pytest.approx(34.0)
    assert any(deaf_after(34.0 + later).willing for later in (60, 120, 240))


def test_chats_side_by_side_slow_each_other_down() -> None:
    """Two chats of 100 s from the same second, 18 % slower each: both end after 118 s."""
    world = World(agents=1)
    dana = Person(0, {"refund": 3}, {"en": 3}, 2, 1.0, accepts=1.0, ignores=0.0, opens_at_once=True)
    customers = [Arrival(0.0, "refund", "en", 1_000.0, 100.0, rolls=((0.5, 0.0),)) for _ in range(2)]

    records = Engine(world, [dana], customers, longest_idle(), seed=1).run(until_s=200.0)

    assert [one.handled_s for one in records] == pytest.approx([118.0, 118.0])


def erlang_a(*, servers: int, arrivals: float, service: float, patience: float) -> tuple[float, float]:
    """(share that leaves, mean number waiting) of M/M/n+M, from its birth and death rates (Palm 1957; Garnett,
    Mandelbaum and Reiman, Designing a call center with impatient customers, 2002). All rates per second."""
    weights = [1.0]
    for k in range(1, 4_000):
        out = min(k, servers) * service + max(0, k - servers) * patience
        weights.append(weights[-1] * arrivals / out)
    chance = np.array(weights) / sum(weights)
    waiting = float(sum(p * max(0, k - servers) for k, p in enumerate(chance)))
    return patience * waiting / arrivals, waiting


def plain_call_center(seed: int, *, customers: int) -> list[Record]:
    """Ten agents who take a chat at once, one at a time; everything exponential."""
    chance = np.random.default_rng(seed)
    staff = [Person(n, {"refund": 3}, {"en": 3}, 1, 1.0, 1.0, 0.0, opens_at_once=True) for n in range(10)]
    times = np.cumsum(chance.exponential(10.0, customers))
    patience, work = chance.exponential(200.0, customers), chance.exponential(100.0, customers)
    arrivals = [
        Arrival(float(times[i]), "refund", "en", float(patience[i]), float(work[i]), rolls=((0.5, 0.0),))
        for i in range(customers)
    ]
    world = replace(World(), agents=10)
    return Engine(world, staff, arrivals, longest_idle(), seed=seed).run(until_s=float(times[-1]))[customers // 10 :]


def test_a_plain_call_center_is_what_erlang_a_says() -> None:
    leave, waiting = erlang_a(servers=10, arrivals=0.1, service=0.01, patience=0.005)
    left, queued = [], []

    for seed in range(8):
        records = plain_call_center(seed, customers=3_000)
        ended = [one for one in records if one.end != "waiting"]
        left.append(sum(one.end == "abandoned" for one in ended) / len(ended))
        queued.append(0.1 * sum(one.wait_s for one in ended) / len(ended))  # Little: number = rate x wait

    assert intervals.mean(left).low < leave < intervals.mean(left).high
    assert intervals.mean(queued).low < waiting < intervals.mean(queued).high
    assert intervals.mean(left).high - intervals.mean(left).low < 0.4 * leave


def test_more_agents_and_an_incident_leave_everybody_else_as_they_were() -> None:
    staff, customers = SMALL.cast(4)

    more, burst = replace(
        SMALL, added=(Added(20, "fi"),), incident=Incident(60, "refund", 200.0)
    ).cast(4)  # fmt: skip

    assert more[:40] == staff
    assert [next(iter(one.languages)) for one in more[40:]] == ["fi"] * 20
    assert [one.number for one in more] == list(range(60))
    extra = [one for one in burst if one not in customers]
    assert len(burst) == len(customers) + 60
    assert {one.topic for one in extra} == {"refund"}
    assert all(200.0 <= one.at < 500.0 for one in extra)


def test_the_nominal_load_is_met() -> None:
    world = World(load=0.7)
    staff, customers = Scene(world, Span()).cast(2)

    slots = sum(one.capacity for one in staff)
    expected = 0.7 * slots * Span().end_s / worlds.nominal_s(world)
    assert len(customers) == pytest.approx(expected, abs=4 * expected**0.5)


def test_figures_of_an_empty_span_are_nothing_and_not_an_error() -> None:
    scene = replace(SMALL, span=Span(warm_s=0.0, measured_s=0.001, cool_s=0.0))
    engine, records = played(scene, "longest idle", 1)

    figures = measures.of(engine, records, scene.span)

    assert (figures.customers, figures.sl20, figures.abandon) == (0, 0.0, 0.0)


def test_an_interval_over_seeds_is_students() -> None:
    found = intervals.ratio([1.1, 1.2, 1.3], [1.0, 1.0, 1.0])

    logs = np.log([1.1, 1.2, 1.3])
    reach = 4.302653 * logs.std(ddof=1) / 3**0.5
    assert found is not None
    assert found.value == pytest.approx(float(np.exp(logs.mean())))
    assert (found.low, found.high) == pytest.approx(
        (float(np.exp(logs.mean() - reach)), float(np.exp(logs.mean() + reach)))
    )
    assert intervals.ratio([0.0, 1.0], [1.0, 1.0]) is None
