"""Whom a waiting request is offered to: properties of the plan, on worlds small enough to be full of ties."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dispatch.matching import (
    Candidate,
    Certificate,
    Certificates,
    Modes,
    Placement,
    Waiting,
    Weights,
    fitness,
    planner,
    reach,
)
from dispatch.matching.fitness import Ring

LUMO, FERNHOF = 1, 2
DANA, OLU, FEMKE = 11, 12, 13
AGAIN = 60.0
NOW = 1_000.0
FAMILIES = {"refunds": "money", "billing": "money", "fraud": "trust"}
PLAIN = Modes(plain=frozenset({LUMO, FERNHOF}))


def plan(waiting: Sequence[Waiting], agents: Sequence[Candidate], now: float = NOW, **more: Any) -> list[Placement]:
    return planner.plan(waiting, agents, now, more.pop("weights", Weights()), again_after_s=AGAIN, **more).placements


def waits(
    number: int = 100, *, since: float = 30, priority: int = 0, topic: str = "refunds", **asked: float
) -> Waiting:
    """Somebody who has wanted English help for `since` seconds; `asked` says how long ago Dana and Olu were rung."""
    names = {"dana": DANA, "olu": OLU}
    history = {names[name]: NOW - ago for name, ago in asked.items()}
    return Waiting(number, LUMO, topic, "en", priority, NOW - since, history, family=FAMILIES[topic])


def free(
    id_: int, *, idle: float = 10, active: int = 0, topic: int = 2, language: int = 3, of: str = "refunds", **more: Any
) -> Candidate:
    held = Certificates({(LUMO, of): Certificate(topic, family=FAMILIES[of])}, {"en": Certificate(language)})
    return Candidate(id_, held, active, 2, idle_since=None if active else NOW - idle, **more)


people = st.sampled_from([DANA, OLU, FEMKE, 14, 15])
brands = st.sampled_from([LUMO, FERNHOF])
topics = st.sampled_from(sorted(FAMILIES))
spoken = st.sampled_from(["en", "de"])
ages = st.sampled_from([0.0, 10.0, 44.0, 45.0, 60.0, 130.0, 300.0, 700.0])
ends = st.none() | st.sampled_from([NOW - 1, NOW, NOW + 1])


@st.composite
def requests(draw: st.DrawFn) -> Waiting:
    topic = draw(topics)
    return Waiting(
        id=draw(st.integers(100, 120)),
        brand_id=draw(brands),
        topic=topic,
        language=draw(spoken),
        priority=draw(st.sampled_from([0, 0, 3, 9])),
        queued_at=NOW - draw(ages),
        asked=draw(st.dictionaries(people, ages.map(lambda age: NOW - age), max_size=3)),
        first=draw(st.none() | people),
        family=FAMILIES[topic],
        tier=draw(st.sampled_from(["", "", "gold"])),
    )


@st.composite
def certificates(draw: st.DrawFn) -> Certificates:
    def held(family: str = "") -> Certificate:
        return Certificate(draw(st.integers(1, 4)), draw(ends), family)

    return Certificates(
        {key: held(FAMILIES[key[1]]) for key in draw(st.sets(st.tuples(brands, topics), max_size=4))},
        {code: held() for code in draw(st.sets(spoken, max_size=2))},
        draw(st.sampled_from(["", "gold"])),
    )


agents = st.builds(
    Candidate,
    agent_id=people,
    certificates=certificates(),
    active=st.integers(0, 3),
    capacity=st.integers(1, 3),
    held=st.sampled_from([0, 0, 1]),
    idle_since=st.none() | ages.map(lambda age: NOW - age),
    speed=st.sampled_from([0.8, 1.0, 1.3]),
    deficit=st.sampled_from([-2.0, 0.0, 0.5]),
    starved=st.booleans(),
    reserve=st.booleans(),
)
queues = st.lists(requests(), max_size=7, unique_by=lambda one: one.id)
supplies = st.lists(agents, max_size=5, unique_by=lambda one: one.agent_id)
modes = st.builds(Modes, plain=st.frozensets(brands), fair=st.frozensets(brands))


def ring_of(one: Waiting, supply: Sequence[Candidate]) -> int:
    """The ring in force, worked out the slow way."""
    here = [
        agent
        for agent in supply
        if (fitness.grade(replace(one, topic="?", family="", tier=""), agent.certificates, NOW)) is not None
    ]
    slots = sum(agent.capacity for agent in here)
    taken = sum(agent.active + agent.held for agent in here)
    return fitness.ring_in_force(NOW - one.queued_at, Weights(), slack=not slots or taken / slots < 0.88)


@given(queues, supplies, modes)
def test_nobody_is_offered_twice_and_nobody_unfit_is_asked(
    waiting: list[Waiting], supply: list[Candidate], switched: Modes
) -> None:
    placements = plan(waiting, supply, modes=switched)

    by_id = {one.id: one for one in waiting}
    by_agent = {one.agent_id: one for one in supply}
    assert len({made.escalation_id for made in placements}) == len(placements)
    assert len({made.agent_id for made in placements}) == len(placements)
    for made in placements:
        one, agent = by_id[made.escalation_id], by_agent[made.agent_id]
        assert made.ring == ring_of(one, supply)
        assert fitness.fits(one, agent, NOW, Ring(made.ring))
        assert agent.held == 0
        assert agent.active < agent.capacity


@given(queues, supplies, modes)
def test_nobody_waits_whom_somebody_idle_could_serve(
    waiting: list[Waiting], supply: list[Candidate], switched: Modes
) -> None:
    """With nobody asked before, who is left over fits nobody who is left over."""
    new = [replace(one, asked={}) for one in waiting]
    placements = plan(new, supply, modes=switched)

    served = {made.escalation_id for made in placements}
    busy = {made.agent_id for made in placements}
    for one in (one for one in new if one.id not in served):
        assert not any(
            fitness.fits(one, agent, NOW, ring_of(one, supply)) for agent in supply if agent.agent_id not in busy
        )


@given(queues, supplies, modes, st.randoms(use_true_random=False))
def test_the_order_of_reading_makes_no_difference(
    waiting: list[Waiting], supply: list[Candidate], switched: Modes, chance: Random
) -> None:
    before = plan(waiting, supply, modes=switched)
    chance.shuffle(waiting)
    chance.shuffle(supply)

    assert plan(waiting, supply, modes=switched) == before


@given(queues, supplies, modes)
def test_what_was_asked_long_ago_makes_no_difference(
    waiting: list[Waiting], supply: list[Candidate], switched: Modes
) -> None:
    """History is there to spare an agent the same ring twice; after a minute it is forgotten."""
    waiting = [replace(one, first=None) for one in waiting]  # who knows the customer is asked once, ever
    long_ago = [replace(one, asked=dict.fromkeys(one.asked, NOW - AGAIN)) for one in waiting]
    never = [replace(one, asked={}) for one in waiting]

    assert plan(long_ago, supply, modes=switched) == plan(never, supply, modes=switched)


@given(requests(), supplies, modes)
def test_nobody_is_asked_again_while_somebody_else_is_left(
    one: Waiting, supply: list[Candidate], switched: Modes
) -> None:
    placements = plan([one], supply, modes=switched)

    fresh = {
        agent.agent_id
        for agent in supply
        if fitness.fits(one, agent, NOW, ring_of(one, supply)) and NOW - one.asked.get(agent.agent_id, 0) >= AGAIN
    }
    assert {made.agent_id for made in placements} <= fresh or not fresh
    assert len(placements) == 1 or not fresh


def test_the_longest_idle_is_asked() -> None:
    (made,) = plan([waits()], [free(DANA, idle=10), free(OLU, idle=90)])

    assert made.agent_id == OLU


def test_who_has_no_chat_is_asked_before_who_has_one() -> None:
    (made,) = plan([waits()], [free(DANA, active=1, topic=3), free(OLU, idle=1)])

    assert made.agent_id == OLU


def test_between_equals_the_better_one_is_asked_and_then_the_smaller_id() -> None:
    assert plan([waits()], [free(DANA), free(OLU, topic=3)])[0].agent_id == OLU
    assert plan([waits()], [free(OLU), free(DANA)])[0].agent_id == DANA


def test_the_one_whose_agent_was_lost_comes_before_all_older_ones() -> None:
    (made,) = plan([waits(100, since=600), waits(101, since=60, priority=9)], [free(DANA)])

    assert made.escalation_id == 101


def test_who_was_just_asked_is_passed_over_for_somebody_else() -> None:
    (made,) = plan([waits(dana=30)], [free(DANA, idle=900), free(OLU)])

    assert made.agent_id == OLU


def test_who_was_just_asked_is_not_rung_again_in_one_breath() -> None:
    assert plan([waits(dana=9.9)], [free(DANA)]) == []


def test_where_nobody_else_is_left_whoever_was_asked_longest_ago_is_asked_again() -> None:
    (made,) = plan([waits(dana=15, olu=20)], [free(DANA, idle=900), free(OLU)])

    assert made.agent_id == OLU


def test_who_knows_the_customer_is_asked_first_and_once() -> None:
    known = replace(waits(), first=OLU)

    assert plan([known], [free(DANA, idle=900), free(OLU, active=1)])[0].why[0] == "knows"
    assert plan([replace(known, asked={OLU: NOW - 20})], [free(DANA), free(OLU, idle=900)])[0].agent_id == DANA


def test_the_agent_learns_why_she_is_asked() -> None:
    reasons = [
        plan([waits(since=50)], [free(DANA, topic=topic, language=language, active=active)])[0].why
        for topic, language, active in ((1, 1, 0), (2, 2, 1), (3, 3, 0), (4, 4, 0))
    ]

    assert reasons == [
        ("topic_learning", "language_gets_by", "free"),
        ("topic_certified", "language_good", "room"),
        ("topic_expert", "language_fluent", "free"),
        ("topic_expert", "language_fluent", "free"),
    ]


def test_rings_open_one_after_the_other() -> None:
    learner, near, far = free(DANA, topic=1), free(OLU, of="billing"), free(FEMKE, of="fraud")

    def asked(agent: Candidate) -> list[bool]:
        return [bool(plan([waits(since=since)], [agent])) for since in (44, 45, 119, 120, 239, 240)]

    assert asked(learner) == [False, True, True, True, True, True]
    assert asked(near) == [False, False, False, True, True, True]
    assert asked(far) == [False, False, False, False, False, True]


def test_in_one_class_everybody_has_her_own_ring() -> None:
    older, younger = waits(100, since=60), waits(101, since=10)

    def made(*agents: Candidate) -> dict[int, int]:
        return {one.escalation_id: one.agent_id for one in plan([older, younger], agents)}

    assert made(free(DANA, topic=1), free(OLU, topic=2)) == {100: DANA, 101: OLU}
    assert list(made(free(DANA, topic=1), free(OLU, topic=1))) == [100]


def test_rings_open_later_where_almost_everybody_is_busy() -> None:
    busy = [free(agent, active=2) for agent in range(20, 36)]

    assert plan([waits(since=60)], [free(DANA, topic=1), *busy]) == []
    assert len(plan([waits(since=90)], [free(DANA, topic=1), *busy])) == 1


def test_another_brands_topic_does_not_count() -> None:
    assert plan([replace(waits(since=700), brand_id=FERNHOF)], [free(DANA)]) == []


def test_who_is_full_or_being_asked_is_not_asked() -> None:
    assert plan([waits()], [free(DANA, active=2), free(OLU, held=1)]) == []


def test_a_certificate_counts_until_it_ends() -> None:
    ending = Certificates({(LUMO, "refunds"): Certificate(2, until=NOW + 5)}, {"en": Certificate(3)})
    agent = replace(free(DANA), certificates=ending)

    assert [len(plan([waits()], [agent], now=NOW + after)) for after in (0, 4, 5, 6, 3)] == [1, 1, 0, 0, 1]


def test_a_language_counts_until_it_ends() -> None:
    ending = Certificates({(LUMO, "refunds"): Certificate(2)}, {"en": Certificate(3, until=NOW + 5)})
    agent = replace(free(DANA), certificates=ending)

    assert [len(plan([waits()], [agent], now=NOW + after)) for after in (0, 4, 5, 6, 3)] == [1, 1, 0, 0, 1]


def test_a_scarce_speaker_is_kept_free_for_whom_nobody_else_understands() -> None:
    bilingual = free(OLU, idle=900)
    rare = Certificates(bilingual.certificates.skills, {"en": Certificate(3), "fi": Certificate(3)})
    arrivals = {(LUMO, "refunds", "en"): 5.0, (LUMO, "refunds", "fi"): 5.0}
    supply = [replace(bilingual, certificates=rare), *(free(agent) for agent in range(20, 26))]

    (made,) = plan([waits()], supply, arrivals=arrivals)

    assert made.agent_id != OLU


def test_to_be_scarce_counts_more_the_fewer_places_are_left() -> None:
    expert = free(OLU, topic=3, idle=60)
    rare = Certificates(expert.certificates.skills, {"en": Certificate(3), "fi": Certificate(3)})
    arrivals = {(LUMO, "refunds", "en"): 5.0, (LUMO, "refunds", "fi"): 5.0}
    supply = [replace(expert, certificates=rare), *(free(agent) for agent in range(20, 26))]
    elsewhere = Certificates({(LUMO, "fraud"): Certificate(2)}, {"sv": Certificate(3)})
    busy = [replace(free(agent), certificates=elsewhere, active=1, capacity=1) for agent in range(30, 60)]

    (on_an_empty_floor,) = plan([waits()], supply, arrivals=arrivals)
    (on_a_full_one,) = plan([waits()], [*supply, *busy], arrivals=arrivals)

    assert on_an_empty_floor.agent_id == OLU
    assert on_a_full_one.agent_id != OLU


def test_who_is_willing_only_if_needed_is_asked_only_then() -> None:
    reserve = free(OLU, idle=900, topic=3, reserve=True)

    assert plan([waits()], [free(DANA, active=1), reserve])[0].agent_id == DANA
    assert plan([waits()], [reserve])[0].agent_id == OLU


def test_plainly_the_first_who_came_goes_to_the_longest_idle() -> None:
    made = plan(
        [waits(100, since=50, priority=9), waits(101, since=60)],
        [free(DANA, idle=5, topic=3), free(OLU, idle=60)],
        modes=PLAIN,
    )

    assert {one.escalation_id: one.agent_id for one in made} == {101: OLU, 100: DANA}


def test_a_brand_that_is_served_plainly_takes_nothing_from_an_older_request_of_another() -> None:
    both = Certificates(
        {(LUMO, "refunds"): Certificate(2), (FERNHOF, "refunds"): Certificate(2)}, {"en": Certificate(3)}
    )
    dana = replace(free(DANA), certificates=both)
    flood = [waits(100 + n, since=30) for n in range(5)]
    elsewhere = replace(waits(200, since=40), brand_id=FERNHOF)
    switched = Modes(plain=frozenset({LUMO}))

    assert plan([*flood, elsewhere], [dana], modes=switched)[0].escalation_id == 200
    assert plan([*flood, replace(elsewhere, queued_at=NOW)], [dana], modes=switched)[0].escalation_id == 100


def test_what_customers_ask_for_is_not_remembered_for_ever() -> None:
    agents = [free(DANA)]
    plan([waits()], agents)
    known = len(reach._numbers)

    strange = [replace(waits(100 + n), topic=f"topic {n}", family=f"family {n}", language="zz") for n in range(20)]
    plan([*strange, replace(waits(200), language="yy")], agents)

    assert len(reach._numbers) == known
