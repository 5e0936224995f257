"""A round is kept as far as it mattered, and comes out again the same: placements, points and runners-up."""

import json
from dataclasses import replace
from random import Random
from uuid import UUID

import msgspec
import pytest

from benchmarks.dispatch import worlds
from dispatch.matching import Candidate, Modes, Waiting, Weights, planner, records

PLAIN, FAIR = Modes(plain=frozenset({worlds.BRAND})), Modes(fair=frozenset({None}))


def scene(seed: int, waiting: int, agents: int) -> tuple[list[Waiting], list[Candidate]]:
    """A world in which some knew the customer before, some earned less, and some want to be asked only if needed."""
    chance = Random(seed)
    queue, supply = worlds.world(seed, waiting=waiting, agents=agents)
    queue = [replace(one, first=chance.choice([None, chance.choice(supply).agent_id])) for one in queue]
    supply = [
        replace(one, deficit=chance.uniform(-1, 1), starved=chance.random() < 0.1, reserve=chance.random() < 0.1)
        for one in supply
    ]
    return queue, supply


@pytest.mark.parametrize("modes", [Modes(), PLAIN, FAIR], ids=["scored", "plain", "fair"])
@pytest.mark.parametrize(("waiting", "agents"), [(1, 40), (6, 60), (40, 25), (30, 400)])
@pytest.mark.parametrize("seed", range(3))
def test_what_is_kept_makes_the_same_plan_again(modes: Modes, waiting: int, agents: int, seed: int) -> None:
    queue, supply = scene(seed, waiting, agents)
    weights = Weights(version=7)
    plan = planner.plan(queue, supply, worlds.NOW, weights.hastened(2), modes=modes)

    kept = json.loads(msgspec.json.encode(records.inputs(plan, haste=2)))
    again = records.replay(kept, weights)

    assert again.placements == plan.placements
    assert records.facts(again) == records.facts(plan)


def test_a_round_that_was_kept_before_classes_were_looked_at_by_depth_makes_the_same_plan_again() -> None:
    queue, supply = scene(2, 100, 900)
    plan = planner.plan(queue, supply, worlds.NOW, Weights(), depth=None)
    assert plan.placements != planner.plan(queue, supply, worlds.NOW, Weights()).placements, "equal totals differ"

    kept = json.loads(msgspec.json.encode(records.inputs(plan)))
    del kept["depth"]

    assert records.replay(kept, Weights()).placements == plan.placements


@pytest.mark.parametrize("seed", range(3))
def test_what_is_kept_makes_the_same_plan_again_where_few_are_looked_at_first(seed: int) -> None:
    queue, supply = scene(seed, 60, 900)
    plan = planner.plan(queue, supply, worlds.NOW, Weights(), depth=1)

    again = records.replay(json.loads(msgspec.json.encode(records.inputs(plan))), Weights())

    assert again.placements == plan.placements
    assert records.facts(again) == records.facts(plan)


def test_agents_who_could_not_matter_are_not_kept() -> None:
    queue, supply = scene(1, 1, 400)
    plan = planner.plan(queue, supply, worlds.NOW, Weights())

    assert len(records.inputs(plan)["agents"]) <= 1 + 1 + len(queue[0].asked) + 3 + 1


def test_the_points_add_up_and_the_next_come_in_order() -> None:
    queue, supply = scene(2, 20, 200)
    queue = [replace(one, first=None) for one in queue]
    plan = planner.plan(queue, supply, worlds.NOW, Weights())

    for told in records.facts(plan).values():
        for her in (told["chosen"], *told["next"]):
            parts = [value for name, value in her.items() if name not in ("agent", "why", "placed", "total")]
            assert sum(parts) == pytest.approx(her["total"], abs=1e-3)
        totals = [her["total"] for her in told["next"]]
        assert totals == sorted(totals, reverse=True)
        assert told["chosen"]["agent"] not in [her["agent"] for her in told["next"]]
        if told["next"] and told["next"][0]["total"] > told["chosen"]["total"] + 1e-3:
            assert told["next"][0]["placed"], "who would have fitted better went to somebody else"


def test_who_was_asked_because_she_knows_the_customer_stands_beside_nobody() -> None:
    queue, supply = scene(3, 1, 60)
    fitting = planner.plan([replace(queue[0], first=None)], supply, worlds.NOW, Weights()).placements[0].agent_id
    plan = planner.plan([replace(queue[0], first=fitting, asked={})], supply, worlds.NOW, Weights())

    (told,) = records.facts(plan).values()
    assert told["chosen"]["agent"] == str(fitting)
    assert told["next"] == []
    assert UUID(told["chosen"]["agent"]) == plan.placements[0].agent_id
