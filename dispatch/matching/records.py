"""Why a plan came out as it did: its inputs as far as they mattered, the points of each pair, and the same again."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

import numpy as np

from dispatch.matching import fitness, planner, solving
from dispatch.matching.facts import Candidate, Certificate, Certificates, Climate, Id, Modes, Waiting
from dispatch.matching.planner import Plan, Table
from dispatch.matching.weights import Weights

DIGITS = 4
Json = dict[str, Any]


def inputs(plan: Plan, *, haste: float = 1.0) -> Json:
    """All that the plan was made from, without the agents who could not have mattered. Plain JSON."""
    table = plan.table
    rows = sorted(_rows_that_mattered(table))
    agents = [table.crowd.agents[row] for row in rows]
    return {
        "now": table.crowd.now,
        "haste": haste,
        "again_after_s": table.again_after_s,
        "plain": [_text(id_) for id_ in table.modes.plain],
        "fair": [_text(id_) for id_ in table.modes.fair],
        "occupancy": [[str(brand), language, share] for (brand, language), share in table.occupancy.items()],
        "prices": [float(table.prices[row]) for row in rows],
        "waiting": [_waiting(one) for one in table.waiting],
        "agents": [_agent(agent) for agent in agents],
    }


def replay(given: Json, weights: Weights) -> Plan:
    """The plan that these inputs make under these weights: the same one, if they are the ones that ran."""
    agents = [_read_agent(one) for one in given["agents"]]
    prices = {agent.agent_id: price for agent, price in zip(agents, given["prices"], strict=True)}
    occupancy = {(UUID(brand), language): share for brand, language, share in given["occupancy"]}
    return planner.plan(
        [_read_waiting(one) for one in given["waiting"]],
        agents,
        given["now"],
        weights.hastened(given["haste"]),
        again_after_s=given["again_after_s"],
        modes=Modes(frozenset(map(_id, given["plain"])), frozenset(map(_id, given["fair"]))),
        climate=Climate(occupancy, prices),
    )


def facts(plan: Plan) -> dict[Id, Json]:
    """For each escalation placed: the points of its agent, part by part, and of who would have been next."""
    table = plan.table
    placed = {placement.agent_id for placement in plan.placements}
    told = {}
    for one in table.waiting:
        if one.id in table.pairs:
            row = table.pairs[one.id]
            others = [
                {**_points(table, one, other), "placed": table.crowd.agents[other].agent_id in placed}
                for other in _next(table, one, row)
            ]
            told[one.id] = {
                "topic": one.topic,
                "language": one.language,
                "waited_s": round(table.crowd.now - one.queued_at, DIGITS),
                "worth": round(table.worth[one.id], DIGITS),
                "chosen": _points(table, one, row),
                "next": others,
            }
    return told


def _rows_that_mattered(table: Table) -> set[int]:
    rows = {row for group in table.looked_at for row in group.rows.tolist()} | set(table.pairs.values())
    for one in table.waiting:
        rows |= {table.row_of[agent] for agent in (*one.asked, one.first) if agent in table.row_of}
    return rows


def _next(table: Table, one: Waiting, row: int) -> Sequence[int]:
    """Who would have been asked had the chosen one not been there, in order."""
    group = table.group_of.get(one.id)
    if group is None:
        return []  # she was asked because she knows the customer: nobody was beside her
    barred = [row, *group.barred.get(one.id, ())]
    may = np.flatnonzero((group.needs <= table.ring[one.id]) & ~np.isin(group.rows, barred))
    best = may[np.argsort(-group.points[may], kind="stable")][: solving.NEXT]
    return [int(other) for other in group.rows[best]]


def _points(table: Table, one: Waiting, row: int) -> Json:
    """The parts of the score, as they add up; served plainly, only idle time and chats count."""
    crowd, by = table.crowd, table.crowd.weights
    agent = crowd.agents[row]
    known = {"agent": str(agent.agent_id), "why": list(fitness.why(one, agent, crowd.now))}
    if table.modes.is_plain(one.brand_id):
        return {**known, "idle_s": round(float(crowd.idle_s[row]), DIGITS), "active": agent.active}
    fair = by.deficit_fair if table.modes.is_fair(one.brand_id) else by.deficit
    parts = {
        "fit": float(crowd.fit[fitness.code(one, agent.certificates, crowd.now)]),
        "speed": -by.speed * agent.speed,
        "load": -by.load_share * agent.active / max(agent.capacity, 1) - by.load * agent.active,
        "idle": by.idle * min(float(crowd.idle_s[row]) / by.idle_unit_s, by.idle_most),
        "deficit": fair * float(crowd.deficit[row]),
        "starved": by.starved * agent.starved,
        "reserve": -by.reserve * agent.reserve,
        "price": -by.price * float(table.prices[row]),
    }
    return {
        **known,
        **{name: round(value, DIGITS) for name, value in parts.items()},
        "total": round(sum(parts.values()), DIGITS),
    }


def _waiting(one: Waiting) -> Json:
    return {
        **{name: getattr(one, name) for name in ("topic", "language", "priority", "queued_at", "family", "tier")},
        "id": str(one.id),
        "brand_id": str(one.brand_id),
        "first": _text(one.first),
        "asked": {str(agent): at for agent, at in one.asked.items()},
    }


def _read_waiting(given: Mapping[str, Any]) -> Waiting:
    ids = {"id": UUID(given["id"]), "brand_id": UUID(given["brand_id"]), "first": _id(given["first"])}
    return Waiting(**{**given, **ids, "asked": {UUID(agent): at for agent, at in given["asked"].items()}})


def _agent(agent: Candidate) -> Json:
    held = agent.certificates
    names = ("active", "capacity", "held", "idle_since", "speed", "deficit", "starved", "reserve")
    return {
        **{name: getattr(agent, name) for name in names},
        "agent_id": str(agent.agent_id),
        "tier": held.tier,
        "skills": [[str(brand), topic, asdict(one)] for (brand, topic), one in held.skills.items()],
        "languages": [[code, asdict(one)] for code, one in held.languages.items()],
    }


def _read_agent(given: Mapping[str, Any]) -> Candidate:
    held = Certificates(
        {(UUID(brand), topic): Certificate(**one) for brand, topic, one in given["skills"]},
        {code: Certificate(**one) for code, one in given["languages"]},
        given["tier"],
    )
    rest = {name: value for name, value in given.items() if name not in ("agent_id", "tier", "skills", "languages")}
    return Candidate(agent_id=UUID(given["agent_id"]), certificates=held, **rest)


def _text(id_: Id | None) -> str | None:
    return None if id_ is None else str(id_)


def _id(text: str | None) -> UUID | None:
    return None if text is None else UUID(text)
