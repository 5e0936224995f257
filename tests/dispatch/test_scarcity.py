"""What somebody rare costs never sends a request outwards: to a learner while somebody certified is free for it."""

import json
from dataclasses import replace
from random import Random

import msgspec
import pytest
from pytest_django import DjangoAssertNumQueries

from agents.models import AgentSkill
from brands.models import Brand
from dispatch import demand, replays, rounds
from dispatch.matching import Candidate, Certificate, Certificates, Modes, Waiting, Weights, fitness, planner, records
from dispatch.models import Escalation
from tests.boards import another_chat
from tests.people import Hire, ask, at

NOW, BRAND, HOUR = 1_000.0, 1, 3_600
TOPICS = {"refunds": "money", "billing": "money", "fraud": "trust", "theft": "trust"}


def agent(number: int, topics: dict[str, int], languages: dict[str, int], **more: object) -> Candidate:
    skills = {(BRAND, topic): Certificate(level, family=TOPICS[topic]) for topic, level in topics.items()}
    held = Certificates(skills, {code: Certificate(level) for code, level in languages.items()})
    return replace(Candidate(number, held, 0, 2, idle_since=NOW - 60), **more)  # type: ignore[arg-type]


def request(number: int, topic: str = "refunds", *, since: float = 50) -> Waiting:
    return Waiting(number, BRAND, topic, "en", 0, NOW - since, family=TOPICS[topic])


def test_a_certified_agent_who_is_rare_rings_before_a_learner() -> None:
    rare = agent(1, {"refunds": 2}, {"en": 3})
    learner = agent(2, {"refunds": 1}, {"en": 3})
    others = [agent(number, {"fraud": 2}, {"en": 3}, active=1) for number in range(10, 40)]
    busy = [agent(number, {"fraud": 2}, {"en": 3}, active=2) for number in range(40, 50)]

    (made,) = planner.plan([request(100)], [rare, learner, *others, *busy], NOW, Weights()).placements

    assert made.ring == fitness.Ring.LEARNING, "learners may be asked by now"
    assert made.agent_id == rare.agent_id


def world(seed: int) -> tuple[list[Waiting], list[Candidate], dict[tuple[int, str, str], float]]:
    """A few wait, long enough for wider rings; many are free, of whom some serve what many others ask for."""
    chance = Random(seed)
    waiting = [
        request(100 + number, chance.choice(list(TOPICS)), since=chance.choice([5, 50, 130, 300]))
        for number in range(chance.randint(1, 5))
    ]
    agents = [
        agent(
            number,
            {topic: chance.randint(1, 3) for topic in chance.sample(list(TOPICS), chance.randint(1, 3))},
            {code: chance.randint(1, 3) for code in ("en", *chance.sample(["fi", "sv", "de"], chance.randint(0, 2)))},
            active=chance.choice([0, 0, 1, 2]),
            idle_since=NOW - chance.choice([1, 60, 600]),
        )
        for number in range(chance.randint(3, 25))
    ]
    agents = [replace(one, idle_since=None) if one.active else one for one in agents]
    came = {(BRAND, topic, code): chance.choice([0.0, 1.0, 40.0]) for topic in TOPICS for code in ("en", "fi", "sv")}
    return waiting, agents, came


@pytest.mark.parametrize("counted", [True, False], ids=["by what came", "by who waits"])
def test_scarcity_alone_never_asks_somebody_further_from_the_topic(counted: bool) -> None:
    """In many worlds: whoever got it although somebody closer is left over would have got it without any price too."""
    outwards = 0
    for seed in range(400):
        waiting, agents, came = world(seed)
        made = planner.plan(waiting, agents, NOW, Weights(), arrivals=came if counted and any(came.values()) else None)
        free = planner.Table(made.table.crowd, waiting, 60, None, Modes())
        used = {placement.agent_id for placement in made.placements}
        known, asked = {one.agent_id: one for one in agents}, {one.id: one for one in waiting}
        for placement in made.placements:
            one, hers = asked[placement.escalation_id], known[placement.agent_id]
            left = [a for a in agents if a.agent_id not in used and is_closer(a, hers, one)]
            outwards += bool(left)
            best = max((worth(free, a, one) for a in left), default=-99.0)
            assert best <= worth(free, hers, one) + 0.02 * len(waiting), (seed, placement)
    assert outwards >= 10, "some do go to a learner with less to do, whatever anybody costs"


def is_closer(left: Candidate, chosen: Candidate, one: Waiting) -> bool:
    theirs, hers = (fitness.grade(one, who.certificates, NOW) for who in (left, chosen))
    assert hers is not None
    return left.has_room and theirs is not None and fitness.RING_OF[theirs] < fitness.RING_OF[hers]


def worth(table: planner.Table, who: Candidate, one: Waiting) -> float:
    """Her points for it without any price."""
    row = table.crowd.roster.row(who.agent_id)
    assert row is not None
    code = fitness.code(one, who.certificates, NOW)
    return float(table.crowd.fit[code] + table.crowd.part(fair=False)[row])


def test_the_points_say_what_brings_a_learner_behind_and_add_up() -> None:
    rare = agent(1, {"refunds": 2}, {"en": 3, "fi": 3})
    learner = agent(2, {"refunds": 1}, {"en": 3})
    came = {(BRAND, "refunds", "en"): 1.0, (BRAND, "refunds", "fi"): 30.0}

    plan = planner.plan([request(100)], [rare, learner], NOW, Weights(), arrivals=came)
    told = records.facts(plan)[100]

    assert told["chosen"]["agent"] == "1"
    (mine,) = told["next"]
    assert mine["ring"] < 0
    assert "ring" not in told["chosen"]
    parts = [value for name, value in mine.items() if name not in ("agent", "why", "placed", "total")]
    assert sum(parts) == pytest.approx(mine["total"], abs=1e-3)
    assert json.loads(msgspec.json.encode(records.inputs(plan)))["closer"][0][-1][1] > 0


def test_a_round_goes_by_what_came_in_the_last_hour_and_not_only_by_who_waits(lumo: Brand, hire: Hire) -> None:
    """An English request goes to others although Olu is an expert, since Finnish customers have nobody else."""
    rare = hire("Olu", languages=("en", "fi"))
    AgentSkill.objects.filter(agent=rare).update(level=3)
    for name in ("Dana", "Femke", "Jon", "Ada", "Sol"):
        hire(name)
    for second in range(12):
        over = ask(another_chat(lumo, seconds=second), language="fi", now=at(second))
        Escalation.objects.filter(pk=over.pk).update(state="abandoned", ended_at=at(second + 1))
    asked = ask(another_chat(lumo, seconds=20), now=at(20))

    assert demand.Lately().came(now=at(21)) == {(lumo.pk, "refunds", "fi"): 12, (lumo.pk, "refunds", "en"): 1}
    assert demand.Lately().came(now=at(HOUR + 12)) == {(lumo.pk, "refunds", "en"): 1}
    (offer,) = rounds.match_waiting(now=at(21))

    assert offer.escalation_id == asked.pk
    assert offer.agent_id != rare.pk
    assert replays.replay(asked.pk).is_same


def test_what_came_is_counted_anew_each_minute_and_not_within_a_round(
    lumo: Brand, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    lately = demand.Lately()
    lately.refresh(now=at(0))
    ask(another_chat(lumo), now=at(1))

    with django_assert_num_queries(0):
        assert lately.came(now=at(300)) == {}
        lately.refresh(now=at(59))
    lately.refresh(now=at(60))

    assert lately.came(now=at(61)) == {(lumo.pk, "refunds", "en"): 1}
