"""Why a plan came out as it did: its inputs as far as they mattered, the points of each pair, and the same again."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
import numpy as np

from dispatch.matching import fitness, planner, solving
from dispatch.matching.facts import Candidate, Certificate, Certificates, Climate, Id, Modes, Waiting
from dispatch.matching.planner import Plan, Table
from dispatch.matching.weights import Weights

DIGITS = 4
PARTS = ("fit", "speed", "load", "idle", "deficit", "starved", "reserve", "price")
Json = dict[str, Any]


def inputs(plan: Plan, *, haste: float = 1.0) -> Json:
    """All that the plan was made from, without the agents who could not have mattered. For msgspec, which writes ids
    and certificates faster than they could be turned into plain values; `replay` reads what comes back from JSON."""
    table = plan.table
    rows = sorted(_rows_that_mattered(table))
    agents = [table.crowd.agents[row] for row in rows]
    places: dict[int, int] = {}  # agents who hold the same share what is kept of it
    held = {places.setdefault(id(agent.certificates), len(places)): agent.certificates for agent in agents}
    return {
        "now": table.crowd.now,
        "haste": haste,
        "again_after_s": table.again_after_s,
        "depth": table.depth,
        "plain": list(table.modes.plain),
        "fair": list(table.modes.fair),
        "occupancy": [[brand, language, share] for (brand, language), share in table.occupancy.items()],
        "prices": table.prices[rows].tolist(),
        "closer": [[*of, table.closer(of).tolist()] for of in table.classes if not table.modes.is_plain(of[0])],
        "waiting": [_waiting(one) for one in table.waiting],
        "certificates": [_written(one) for one in held.values()],
        "agents": [_agent(agent, places[id(agent.certificates)]) for agent in agents],
    }


def replay(given: Json, weights: Weights) -> Plan:
    """The plan that these inputs make under these weights: the same one, if they are the ones that ran."""
    held = [_read_certificates(*one) for one in given["certificates"]]
    agents = [_read_agent(one, held) for one in given["agents"]]
    prices = {agent.agent_id: price for agent, price in zip(agents, given["prices"], strict=True)}
    occupancy = {(UUID(brand), language): share for brand, language, share in given["occupancy"]}
    closer = {(UUID(brand), *of): prices for brand, *of, prices in given.get("closer", ())}
    return planner.plan(
        [_read_waiting(one) for one in given["waiting"]],
        agents,
        given["now"],
        weights.hastened(given["haste"]),
        again_after_s=given["again_after_s"],
        depth=given.get("depth"),
        modes=Modes(frozenset(map(_id, given["plain"])), frozenset(map(_id, given["fair"]))),
        climate=Climate(occupancy, prices, closer),
    )


def facts(plan: Plan) -> dict[Id, Json]:
    """For each escalation placed: the points of its agent, part by part, and of who would have been next."""
    table = plan.table
    told = _Told(table, {placement.agent_id for placement in plan.placements})
    return {
        one.id: {
            "topic": one.topic,
            "language": one.language,
            "waited_s": round(table.crowd.now - one.queued_at, DIGITS),
            "worth": round(table.worth[one], DIGITS),
            "chosen": told.points(one, table.pairs[one], table.codes[one]),
            "next": [told.beside(one, other) for other in told.next(one, table.pairs[one])],
        }
        for one in table.waiting
        if one in table.pairs
    }


def _rows_that_mattered(table: Table) -> set[int]:
    rows = {row for group in table.looked_at for row in group.rows.tolist()} | set(table.pairs.values())
    for one in table.waiting:
        known = [*one.asked] if one.first is None else [*one.asked, one.first]
        rows.update(row for agent in known if (row := table.crowd.roster.row(agent)) is not None)
    return rows


class _Told:
    """What one round tells of pairs. Those of one class have the same agents next, who are worked out once."""

    def __init__(self, table: Table, placed: set[Id]) -> None:
        self._table = table
        self._placed = placed
        self._best: dict[tuple[int, int], list[int]] = {}
        self._beside: dict[tuple[int, int], Json] = {}

    def next(self, one: Waiting, row: int) -> list[int]:
        """Who would have been asked had the chosen one not been there, in order."""
        group = self._table.group_of.get(one)
        if group is None:
            return []  # she was asked because she knows the customer: nobody was beside her
        ring, barred = self._table.ring[one], group.barred.get(one.id, ())
        if barred:
            return _best(group, ring, [row, *barred])
        if (id(group), ring) not in self._best:
            self._best[id(group), ring] = _best(group, ring, ())
        return [other for other in self._best[id(group), ring] if other != row][: solving.NEXT]

    def beside(self, one: Waiting, row: int) -> Json:
        """The points of who would have been next, and whether another chat of this round went to her."""
        if one.first is not None:
            return self._told_beside(one, row)  # whether it is she who knows the customer
        key = (id(self._table.group_of[one]), row)
        if key not in self._beside:
            self._beside[key] = self._told_beside(one, row)
        return self._beside[key]

    def _told_beside(self, one: Waiting, row: int) -> Json:
        agent = self._table.crowd.agents[row]
        held = fitness.code(one, agent.certificates, self._table.crowd.now)
        return {**self.points(one, row, held), "placed": agent.agent_id in self._placed}

    def points(self, one: Waiting, row: int, code: int) -> Json:
        """The parts of the score, as they add up; served plainly, only idle time and chats count. `code` is what the
        agent holds. `ring`: what brings her behind whoever is closer to the topic; only where there is something."""
        table, crowd, by = self._table, self._table.crowd, self._table.crowd.weights
        agent, idle_s = crowd.agents[row], float(crowd.idle_s[row])
        known = {"agent": str(agent.agent_id), "why": list(fitness.why_of(code, one, agent))}
        if table.modes.is_plain(one.brand_id):
            return {**known, "idle_s": round(idle_s, DIGITS), "active": agent.active}
        price = float(table.prices[row])
        further = max(float(table.closer(one.of)[crowd.needs[code]]) - price, 0.0)
        fair = by.deficit_fair if table.modes.is_fair(one.brand_id) else by.deficit
        parts = (
            float(crowd.fit[code]),
            -by.speed * agent.speed,
            -by.load_share * agent.active / max(agent.capacity, 1) - by.load * agent.active,
            by.idle * min(idle_s / by.idle_unit_s, by.idle_most),
            fair * float(crowd.deficit[row]),
            by.starved * agent.starved,
            -by.reserve * agent.reserve,
            -by.price * price,
        )
        told = {name: round(value, DIGITS) for name, value in zip(PARTS, parts, strict=True)}
        if further:
            told["ring"] = round(-by.price * further, DIGITS)
        return {**known, **told, "total": round(sum(parts) - by.price * further, DIGITS)}


def _best(group: solving.Group, ring: int, without: Sequence[int]) -> list[int]:
    """The best rows that are open within the ring, one more than are told of."""
    may = np.flatnonzero((group.needs <= ring) & ~np.isin(group.rows, without))
    best = may[np.argsort(-group.points[may], kind="stable")][: solving.NEXT + (not without)]
    return [int(row) for row in group.rows[best]]


def _waiting(one: Waiting) -> Json:
    names = ("id", "brand_id", "topic", "language", "priority", "queued_at", "family", "tier", "first", "asked")
    return {name: getattr(one, name) for name in names}


def _read_waiting(given: Mapping[str, Any]) -> Waiting:
    ids = {"id": UUID(given["id"]), "brand_id": UUID(given["brand_id"]), "first": _id(given["first"])}
    return Waiting(**{**given, **ids, "asked": {UUID(agent): at for agent, at in given["asked"].items()}})


def _agent(agent: Candidate, held: int) -> list[Any]:
    """Her own values after the place of her certificates, in the order of the fields."""
    return [
        *(agent.agent_id, held, agent.active, agent.capacity, agent.held, agent.idle_since),
        *(agent.speed, agent.deficit, agent.starved, agent.reserve),
    ]


def _read_agent(given: Sequence[Any], held: Sequence[Certificates]) -> Candidate:
    id_, place, *rest = given
    return Candidate(UUID(id_), held[place], *rest)


def _written(held: Certificates) -> msgspec.Raw:
    """[tier, topics, languages], written once for as long as they are held."""
    if not isinstance(held.written, msgspec.Raw):
        topics = [[brand, topic, one.level, one.until, one.family] for (brand, topic), one in held.skills.items()]
        languages = [[code, one.level, one.until] for code, one in held.languages.items()]
        held.written = msgspec.Raw(msgspec.json.encode([held.tier, topics, languages]))
    return held.written


def _read_certificates(tier: str, topics: Sequence[Any], languages: Sequence[Any]) -> Certificates:
    return Certificates(
        {(UUID(brand), topic): Certificate(*one) for brand, topic, *one in topics},
        {code: Certificate(*one) for code, *one in languages},
        tier,
    )


def _id(text: str | None) -> UUID | None:
    return None if text is None else UUID(text)
