"""Whom a waiting request is offered to: properties of the plan, on worlds small enough to be full of ties."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from dispatch import matching
from dispatch.matching import Candidate, Placement, Waiting
from tests.people import NOON, at

LUMO, FERNHOF = UUID(int=1), UUID(int=2)
DANA, OLU, FEMKE = UUID(int=11), UUID(int=12), UUID(int=13)
AGAIN = timedelta(seconds=60)


def plan(waiting: Sequence[Waiting], agents: Sequence[Candidate], now: float = 0) -> list[Placement]:
    return matching.plan(waiting, agents, at(now), again_after=AGAIN)


def waits(number: int = 100, *, since: float = -60, priority: int = 0, **asked: float) -> Waiting:
    """Somebody who wants English help with refunds; `asked` says when Dana and Olu were rung, after noon."""
    names = {"dana": DANA, "olu": OLU}
    history = {names[name]: at(second) for name, second in asked.items()}
    return Waiting(UUID(int=number), LUMO, "refunds", "en", priority, at(since), history)


def free(id_: UUID, *, idle: float = -10, active: int = 0, topic: int = 2, language: int = 3) -> Candidate:
    since = None if active else at(idle)
    return Candidate(id_, {(LUMO, "refunds"): topic}, {"en": language}, active, 2, since)


moments = st.sampled_from([NOON - timedelta(seconds=s) for s in (0, 5, 10, 59, 60, 61, 300)])
people = st.sampled_from([DANA, OLU, FEMKE])
brands = st.sampled_from([LUMO, FERNHOF])
topics = st.sampled_from(["refunds", "fraud"])
spoken = st.sampled_from(["en", "de"])
requests = st.builds(
    Waiting,
    id=st.integers(100, 200).map(lambda number: UUID(int=number)),
    brand_id=brands,
    topic=topics,
    language=spoken,
    priority=st.sampled_from([0, 0, 3, 9]),
    queued_at=moments,
    asked=st.dictionaries(people, moments, max_size=3),
)
levels = st.integers(1, 3)
agents = st.builds(
    Candidate,
    agent_id=people,
    skills=st.dictionaries(st.tuples(brands, topics), levels, max_size=4),
    languages=st.dictionaries(spoken, levels, max_size=2),
    active=st.integers(0, 3),
    capacity=st.integers(1, 3),
    idle_since=st.none() | moments,
)
queues = st.lists(requests, max_size=6, unique_by=lambda one: one.id)
supplies = st.lists(agents, max_size=3, unique_by=lambda one: one.agent_id)


@given(queues, supplies)
def test_nobody_is_offered_twice_and_nobody_unfit_is_asked(waiting: list[Waiting], supply: list[Candidate]) -> None:
    placements = plan(waiting, supply)

    by_id = {one.id: one for one in waiting}
    by_agent = {one.agent_id: one for one in supply}
    assert len({made.escalation_id for made in placements}) == len(placements)
    assert len({made.agent_id for made in placements}) == len(placements)
    assert all(matching.fits(by_id[made.escalation_id], by_agent[made.agent_id]) for made in placements)


@given(queues, supplies)
def test_the_more_urgent_chooses_first_then_the_older(waiting: list[Waiting], supply: list[Candidate]) -> None:
    placements = plan(waiting, supply)

    order = {one.id: (-one.priority, one.queued_at, one.id) for one in waiting}
    assert [made.escalation_id for made in placements] == sorted((m.escalation_id for m in placements), key=order.get)  # type: ignore[arg-type]


@given(queues, supplies)
def test_who_is_passed_over_could_not_be_served(waiting: list[Waiting], supply: list[Candidate]) -> None:
    """With nobody asked before, a request stays only when each agent who fits goes to a more urgent or older one."""
    new = [replace(one, asked={}) for one in waiting]
    placements = plan(new, supply)

    taken_by = {made.agent_id: made.escalation_id for made in placements}
    rank = {one.id: (-one.priority, one.queued_at, one.id) for one in new}
    served = {made.escalation_id for made in placements}
    for left in (one for one in new if one.id not in served):
        for agent in (one for one in supply if matching.fits(left, one)):
            assert rank[taken_by[agent.agent_id]] < rank[left.id]


@given(queues, supplies, st.randoms(use_true_random=False))
def test_the_order_of_reading_makes_no_difference(
    waiting: list[Waiting], supply: list[Candidate], chance: Random
) -> None:
    before = plan(waiting, supply)
    chance.shuffle(waiting)
    chance.shuffle(supply)

    assert plan(waiting, supply) == before


@given(queues, supplies)
def test_what_was_asked_long_ago_makes_no_difference(waiting: list[Waiting], supply: list[Candidate]) -> None:
    """History is there to spare an agent the same ring twice; after a minute it is forgotten."""
    long_ago = [replace(one, asked=dict.fromkeys(one.asked, NOON - AGAIN)) for one in waiting]
    never = [replace(one, asked={}) for one in waiting]

    assert plan(long_ago, supply) == plan(never, supply)


@given(queues, supplies)
def test_nobody_is_asked_again_while_somebody_else_is_left(waiting: list[Waiting], supply: list[Candidate]) -> None:
    for one in waiting:  # each alone, so that everybody who fits is left
        placements = plan([one], supply)
        fresh = [
            agent
            for agent in supply
            if matching.fits(one, agent) and NOON - one.asked.get(agent.agent_id, NOON - AGAIN) >= AGAIN
        ]
        if fresh:
            assert placements[0].agent_id in {agent.agent_id for agent in fresh}


def test_the_longest_idle_is_asked() -> None:
    (made,) = plan([waits()], [free(DANA, idle=-10), free(OLU, idle=-90)])

    assert made.agent_id == OLU


def test_who_has_no_chat_is_asked_before_who_has_one() -> None:
    (made,) = plan([waits()], [free(DANA, active=1, topic=3), free(OLU, idle=-1)])

    assert made.agent_id == OLU


def test_between_equals_the_better_one_is_asked_and_then_the_smaller_id() -> None:
    assert plan([waits()], [free(DANA), free(OLU, topic=3)])[0].agent_id == OLU
    assert plan([waits()], [free(OLU), free(DANA)])[0].agent_id == DANA


def test_the_one_whose_agent_was_lost_comes_before_all_older_ones() -> None:
    (made,) = plan([waits(100, since=-600), waits(101, since=-60, priority=9)], [free(DANA)])

    assert made.escalation_id == UUID(int=101)


def test_who_was_just_asked_is_passed_over_for_somebody_else() -> None:
    (made,) = plan([waits(dana=0)], [free(DANA, idle=-900), free(OLU)], now=30)

    assert made.agent_id == OLU


def test_who_was_just_asked_is_not_rung_again_in_one_breath() -> None:
    assert plan([waits(dana=0)], [free(DANA)], now=9.9) == []


def test_where_nobody_else_is_left_whoever_was_asked_longest_ago_is_asked_again() -> None:
    (made,) = plan([waits(dana=5, olu=0)], [free(DANA, idle=-900), free(OLU)], now=20)

    assert made.agent_id == OLU


def test_the_agent_learns_why_she_is_asked() -> None:
    reasons = [
        plan([waits()], [free(DANA, topic=topic, language=language, active=active)])[0].why
        for topic, language, active in ((1, 1, 0), (2, 2, 1), (3, 3, 0), (4, 4, 0))
    ]

    assert reasons == [
        ("topic_learning", "language_gets_by", "free"),
        ("topic_certified", "language_good", "room"),
        ("topic_expert", "language_fluent", "free"),
        ("topic_expert", "language_fluent", "free"),
    ]


def test_another_brands_topic_does_not_count() -> None:
    assert plan([replace(waits(), brand_id=FERNHOF)], [free(DANA)]) == []


def test_who_is_full_is_not_asked() -> None:
    assert plan([waits()], [replace(free(DANA, active=1), active=2)]) == []
