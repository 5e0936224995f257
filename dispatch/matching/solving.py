"""Who of each class goes to whom: the best total by a min-cost flow, or nearly the best by taking turns."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dispatch.matching.facts import Waiting
from dispatch.matching.reach import Floats, Ints

POINTS = 1_000  # a point is so many units of cost: the solver counts in whole numbers
MOST_ARCS = 400_000  # beyond it the flow would not be done within its time: take turns instead
SOURCE, SINK = 0, 1


@dataclass(frozen=True, slots=True)
class Group:
    """Escalations of one class, the most urgent first, with what serving each is worth; the agents who may be asked
    for any of them, as rows of the crowd, with the points of each."""

    members: Sequence[Waiting]
    worth: Floats
    rows: Ints
    points: Floats


Pairs = list[tuple[Waiting, int]]


def best(groups: Sequence[Group]) -> tuple[Pairs, str]:
    """((escalation, row) pairs, how they were found): as many as can be served, and the best of those in total."""
    groups = pruned(groups)
    if not groups:
        return [], "nothing"
    if len(groups) == 1:
        return _dealt(groups[0], groups[0].rows[np.argsort(-groups[0].points, kind="stable")]), "sorted"
    if sum(len(group.rows) for group in groups) > MOST_ARCS:
        return in_turn(groups), "in_turn"
    return _flow(groups), "flow"


def pruned(groups: Sequence[Group]) -> list[Group]:
    """Without what no best answer needs: with n escalations in all, nobody needs more than her n best agents, and of
    those who share m agents only the m most urgent can be served."""
    groups = [group for group in groups if len(group.rows)]
    escalations = sum(len(group.members) for group in groups)
    return [_pruned(group, escalations) for group in groups]


def _pruned(group: Group, most: int) -> Group:
    rows, points = group.rows, group.points
    if len(rows) > most:
        keep = np.sort(np.argsort(-points, kind="stable")[:most])
        rows, points = rows[keep], points[keep]
    return Group(group.members[: len(group.rows)], group.worth[: len(group.rows)], rows, points)


def in_turn(groups: Sequence[Group], taken: NDArray[np.bool_] | None = None) -> Pairs:
    """The most valuable first, each to the best agent who is left. `taken` rows are left alone."""
    used = set() if taken is None else set(np.flatnonzero(taken).tolist())
    best_first = [iter(group.rows[np.argsort(-group.points, kind="stable")].tolist()) for group in groups]
    turns = [
        (-worth, at, place, member)
        for at, group in enumerate(groups)
        for place, (member, worth) in enumerate(zip(group.members, group.worth.tolist(), strict=True))
    ]
    pairs = []
    for _, at, _, member in sorted(turns, key=lambda turn: turn[:3]):
        row = next((row for row in best_first[at] if row not in used), None)
        if row is not None:
            used.add(row)
            pairs.append((member, row))
    return pairs


def _flow(groups: Sequence[Group]) -> Pairs:
    """Source -> class (an arc for each member, the most urgent cheapest) -> agent -> sink."""
    from ortools.graph.python import min_cost_flow  # a second to load: where something is planned, nowhere else

    agents, heads = np.unique(np.concatenate([group.rows for group in groups]), return_inverse=True)
    sizes = [len(group.members) for group in groups]
    widths = [len(group.rows) for group in groups]
    classes = np.arange(2, 2 + len(groups))
    first_agent = 2 + len(groups)
    tails = (np.full(sum(sizes), SOURCE), np.repeat(classes, widths), np.arange(first_agent, first_agent + len(agents)))
    ends = (np.repeat(classes, sizes), first_agent + heads, np.full(len(agents), SINK))
    worth = np.concatenate([group.worth for group in groups])
    points = np.concatenate([group.points for group in groups])
    costs = np.concatenate((_cost(worth), _cost(points), np.zeros(len(agents), np.int64)))

    flow = min_cost_flow.SimpleMinCostFlow()
    arcs = flow.add_arcs_with_capacity_and_unit_cost(
        np.concatenate(tails).astype(np.int32),
        np.concatenate(ends).astype(np.int32),
        np.ones(len(costs), np.int64),
        costs,
    )
    most = min(sum(sizes), len(agents))
    flow.set_nodes_supplies(np.array([SOURCE, SINK], np.int32), np.array([most, -most], np.int64))
    if flow.solve_max_flow_with_min_cost() != flow.OPTIMAL:
        return in_turn(groups)
    used = flow.flows(arcs)[sum(sizes) : sum(sizes) + sum(widths)] > 0
    return _read(groups, used)


def _cost(points: Floats) -> Ints:
    return np.rint(-points * POINTS).astype(np.int64)


def _read(groups: Sequence[Group], used: NDArray[np.bool_]) -> Pairs:
    """Inside a class everybody fits equally: the most urgent goes to the agent with the most points."""
    pairs: Pairs = []
    at = 0
    for group in groups:
        chosen = np.flatnonzero(used[at : at + len(group.rows)])
        at += len(group.rows)
        pairs += _dealt(group, group.rows[chosen[np.argsort(-group.points[chosen], kind="stable")]])
    return pairs


def _dealt(group: Group, rows: Ints) -> Pairs:
    return list(zip(group.members, rows.tolist(), strict=False))
