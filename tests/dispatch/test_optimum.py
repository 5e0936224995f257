"""The plan's total against the exact assignment, and what is done where the flow cannot be."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from dispatch.matching import Candidate, Certificate, Certificates, Modes, Waiting, Weights, planner, solving
from dispatch.matching.crowd import crowd
from dispatch.matching.solving import Group, Pair

NOW = 1_000.0
LANGUAGES = ("en", "de", "fr", "fi")
SPOKEN_BY = (44, 20, 14, 5)


def world(chance: Random, waiting: int, agents: int) -> tuple[list[Waiting], list[Candidate]]:
    """A brand of six topics in two families; some escalations were offered to somebody a moment ago."""
    supply = []
    for id_ in range(agents):
        topics = chance.sample(range(6), chance.randint(1, 3))
        skills = {
            (1, f"topic{topic}"): Certificate(chance.choice([1, 2, 2, 3]), family=f"family{topic // 3}")
            for topic in topics
        }
        spoken = {chance.choices(LANGUAGES, SPOKEN_BY)[0]: Certificate(chance.randint(1, 3)) for _ in range(2)}
        capacity = chance.randint(1, 3)
        active = chance.randrange(capacity)
        idle = None if active else NOW - chance.random() * 300
        held = Certificates(skills, spoken)
        supply.append(Candidate(id_, held, active, capacity, 0, idle, chance.lognormvariate(0, 0.25)))
    queue = []
    for id_ in range(waiting):
        topic = chance.randrange(6)
        asked = {chance.randrange(agents): NOW - chance.random() * 60 for _ in range(chance.choice([0, 0, 0, 1, 2]))}
        age = chance.random() * 300
        spoken_by = chance.choices(LANGUAGES, SPOKEN_BY)[0]
        queue.append(
            Waiting(id_, 1, f"topic{topic}", spoken_by, 0, NOW - age, asked, family=f"family{topic // 3}")
        )  # fmt: skip
    return queue, supply


def groups_of(waiting: Sequence[Waiting], agents: Sequence[Candidate]) -> list[Group]:
    """The classes as the planner sees them before anything is settled."""
    table = planner.Table(crowd(agents, NOW, Weights()), waiting, 60.0, None, Modes())
    return table.groups(plain=False)


def total(groups: Sequence[Group], pairs: Sequence[Pair]) -> float:
    worth = {
        (one.id, row): value
        for group in groups
        for one, of_one, ring in zip(group.members, group.worth.tolist(), group.rings.tolist(), strict=True)
        for row, value, need in zip(
            group.rows.tolist(), (of_one + group.points).tolist(), group.needs.tolist(), strict=True
        )
        if need <= ring and row not in group.barred.get(one.id, ())
    }
    return float(sum(worth[one.id, row] for one, row in pairs))


def exact(groups: Sequence[Group]) -> float:
    """The best total there is; everybody may also stay unserved, for nothing."""
    rows, columns, values = [], [], []
    wide = 1 + max(int(group.rows.max()) for group in groups)
    at = 0
    for group in groups:
        for one, worth, ring in zip(group.members, group.worth, group.rings, strict=True):
            may = (group.needs <= ring) & ~np.isin(group.rows, list(group.barred.get(one.id, ())))
            columns += [*group.rows[may].tolist(), wide + at]
            values += [*(worth + group.points[may]).tolist(), 0.0]
            rows += [at] * (int(may.sum()) + 1)
            at += 1
    shifted = np.array(values) - 10_000.0  # an entry of zero would be no entry
    table = csr_array((shifted, (rows, columns)), shape=(at, wide + at))
    chosen = min_weight_full_bipartite_matching(table, maximize=True)
    return float(table[chosen].sum() + 10_000.0 * at)


@pytest.mark.parametrize(("waiting", "agents"), [(3, 4), (20, 40), (60, 30), (150, 500), (200, 80)])
@pytest.mark.parametrize("seed", range(4))
def test_the_plan_is_as_good_as_the_exact_assignment(waiting: int, agents: int, seed: int) -> None:
    groups = groups_of(*world(Random(f"{waiting} {agents} {seed}"), waiting, agents))

    pairs, method = solving.best(solving.pruned(groups))

    assert method == "flow"
    assert total(groups, pairs) >= exact(groups) * (1 - 1e-4)


def units(groups: Sequence[Group], pairs: Sequence[Pair]) -> int:
    """The total as the solver counts it, exactly."""
    worth = {
        one.id: round(solving.POINTS * of)
        for group in groups
        for one, of in zip(group.members, group.worth.tolist(), strict=True)
    }
    points = {
        (one.id, row): round(solving.POINTS * of)
        for group in groups
        for one in group.members
        for row, of in zip(group.rows.tolist(), group.points.tolist(), strict=True)
    }
    return sum(worth[one.id] + points[one.id, row] for one, row in pairs)


@pytest.mark.parametrize(("waiting", "agents"), [(60, 90), (150, 600), (200, 250)])
@pytest.mark.parametrize("seed", range(4))
def test_however_few_are_looked_at_first_the_total_is_the_same(waiting: int, agents: int, seed: int) -> None:
    groups = solving.pruned(groups_of(*world(Random(f"{waiting} {agents} {seed}"), waiting, agents)))
    whole, _ = solving.best(groups, None)

    for depth in (1, 2, solving.DEPTH):
        pairs, method = solving.best(groups, depth)
        assert (method, len(pairs), units(groups, pairs)) == ("flow", len(whole), units(groups, whole))


@pytest.mark.parametrize("seed", range(4))
def test_taking_turns_serves_nobody_twice_and_is_not_far_from_the_best(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    groups = groups_of(*world(Random(seed), 80, 300))
    monkeypatch.setattr(solving, "MOST_ARCS", 10)

    pairs, method = solving.best(solving.pruned(groups))

    assert method == "in_turn"
    assert len({row for _, row in pairs}) == len({one.id for one, _ in pairs}) == len(pairs)
    assert total(groups, pairs) >= exact(groups) * 0.97


@given(st.integers(0, 10_000))
def test_small_worlds_are_solved_exactly(seed: int) -> None:
    chance = Random(seed)
    waiting, agents = world(chance, chance.randint(1, 8), chance.randint(1, 8))
    groups = groups_of(waiting, agents)

    if groups:
        assert total(groups, solving.best(solving.pruned(groups))[0]) >= exact(groups) - 0.02 * len(waiting)


def test_who_may_not_go_to_each_other_are_dealt_apart() -> None:
    """Two of one class and two agents: the better one is barred for both, in turn, then for one."""
    members = [Waiting(id_, 1, "t", "en", 0, NOW) for id_ in (1, 2)]
    whole = Group(
        members, np.array([110.0, 100.0]), np.zeros(2, np.int64), np.array([5, 6]), np.array([2.0, 1.0]),
        np.zeros(2, np.int64),
    )  # fmt: skip

    def dealt(**barred: set[int]) -> dict[int, int]:
        held = {int(name[1:]): frozenset(rows) for name, rows in barred.items()}
        return {one.id: row for one, row in solving.best(solving.pruned([replace(whole, barred=held)]))[0]}

    assert dealt() == {1: 5, 2: 6}
    assert dealt(_1={5}) == {1: 6, 2: 5}
    assert dealt(_2={6}) == {1: 6, 2: 5}
    assert dealt(_1={5}, _2={5}) in ({1: 6}, {2: 6})
    assert dealt(_1={5}, _2={5})[1] == 6, "the more urgent one is served"
    assert dealt(_1={5, 6}) == {2: 5}


def test_where_the_solver_cannot_count_so_far_the_most_urgent_choose_first() -> None:
    """Weights beyond all reason: the flow gives up, and everybody is served all the same."""
    solving.load()
    far = [
        Group(
            [Waiting(id_, 1, "t", "en", 0, NOW)], np.array([1e16]), np.zeros(1, np.int64), np.array([5, 6]),
            np.array([2.0, 1.0]), np.zeros(2, np.int64),
        )
        for id_ in (1, 2)
    ]  # fmt: skip

    pairs, method = solving.best(far)

    assert method == "in_turn"
    assert {one.id: row for one, row in pairs} == {1: 5, 2: 6}
