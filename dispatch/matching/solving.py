"""Who of each class goes to whom: the best total by a min-cost flow, or nearly the best by taking turns."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dispatch.matching.facts import Id, Waiting
from dispatch.matching.reach import Floats, Ints

POINTS = 100  # a point is so many units of cost: the solver counts in whole numbers
MOST_ARCS = 400_000  # beyond it the flow would not be done within its time: take turns instead
SOURCE, SINK = 0, 1
NEXT = 3  # so many runners-up are told of
DEPTH = 6  # of each class so many times as many agents as members are looked at first
DEEPER = 4  # and so many times more of those classes for which that was too few


@dataclass(frozen=True, slots=True)
class Group:
    """Escalations of one class, the most urgent first, and the agents who may be asked, as rows of the crowd.

    `worth` is what serving each member is worth, `points` what each row adds. A member whose ring is `rings` may go to
    the rows whose `needs` is no wider, but not to those `barred` for it.
    """

    members: Sequence[Waiting]
    worth: Floats
    rings: Ints
    rows: Ints
    points: Floats
    needs: Ints
    barred: Mapping[Id, frozenset[int]] = field(default_factory=dict)

    @property
    def is_uniform(self) -> bool:
        """Everybody may go to everybody."""
        return not self.barred and (len(self.needs) == 0 or int(self.needs.max()) <= int(self.rings.min()))

    @property
    def best_first(self) -> Ints:
        """Places of the rows, by falling points."""
        return np.argsort(-self.points, kind="stable")


Pair = tuple[Waiting, int]


def best(groups: Sequence[Group], depth: int | None = DEPTH) -> tuple[list[Pair], str]:
    """((escalation, row) pairs, how they were found): as many as can be served, and the best of those in total.

    No group is without rows, as `pruned` leaves them. `depth` (None: all at once) changes the time it takes and, among
    equal totals, which one comes out.
    """
    if not groups:
        return [], "nothing"
    if len(groups) == 1 and groups[0].is_uniform:
        return list(zip(groups[0].members, groups[0].rows[groups[0].best_first].tolist(), strict=False)), "sorted"
    pairs = _flow(groups) if depth is None else _by_depth(groups, depth)
    return (in_turn(groups), "in_turn") if pairs is None else (pairs, "flow")


def _by_depth(groups: Sequence[Group], depth: int) -> list[Pair] | None:
    """`_flow` over the best rows of each class: deeper where that could have been too few, until nobody left out could
    have made the total better."""
    most = [depth * (len(group.members) + NEXT + 1) for group in groups]
    while True:
        keeps = [_best_rows(group, many) for group, many in zip(groups, most, strict=True)]
        pairs = _flow([keeping(group, keep) for group, keep in zip(groups, keeps, strict=True)])
        if pairs is None:
            return None
        used = np.zeros(1 + max(int(group.rows.max()) for group in groups), np.bool_)
        used[[row for _, row in pairs]] = True
        shallow = [at for at, group in enumerate(groups) if not _is_deep_enough(group, keeps[at], used)]
        if not shallow:
            return pairs
        for at in shallow:
            most[at] *= DEEPER


def _is_deep_enough(group: Group, keep: NDArray[np.bool_], used: NDArray[np.bool_]) -> bool:
    """Could none of the rows left out make the total better?

    By duality: a row that nobody uses is worth nothing beyond this class. Where one was kept that everybody of a ring
    may go to and that is as good as the best left out, what it costs to go there bounds what the others could bring.
    """
    if keep.all():
        return True
    free = keep & ~used[group.rows] & ~np.isin(group.rows, [row for rows in group.barred.values() for row in rows])
    for ring in set(group.rings.tolist()):
        within = group.needs <= ring
        out = group.points[within & ~keep]
        if len(out) and group.points[within & free].max(initial=-np.inf) < out.max():
            return False
    return True


def in_turn(groups: Sequence[Group]) -> list[Pair]:
    """The most valuable first, each to the best agent who is left."""
    used: set[int] = set()
    lines = [_Line(group) for group in groups]
    turns = sorted(
        (-worth, at, place)
        for at, group in enumerate(groups)
        for place, worth in enumerate(group.worth.tolist())
    )  # fmt: skip
    pairs = []
    for _, at, place in turns:
        row = lines[at].first_free(place, used)
        if row is not None:
            used.add(row)
            pairs.append((groups[at].members[place], row))
    return pairs


class _Line:
    """One class's agents, best first, with those at its head dropped once they are taken."""

    def __init__(self, group: Group) -> None:
        order = group.best_first
        self._group = group
        self._rows = group.rows[order].tolist()
        self._needs = group.needs[order].tolist()
        self._from = 0

    def first_free(self, place: int, used: set[int]) -> int | None:
        while self._from < len(self._rows) and self._rows[self._from] in used:
            self._from += 1
        ring = int(self._group.rings[place])
        barred = self._group.barred.get(self._group.members[place].id, frozenset())
        for at in range(self._from, len(self._rows)):
            row = self._rows[at]
            if row not in used and row not in barred and self._needs[at] <= ring:
                return int(row)
        return None


def pruned(groups: Sequence[Group]) -> list[Group]:
    """Without the rows that no answer needs: with n escalations in all nobody needs more than her n best agents, those
    barred for her, and those who would have been next."""
    barred = max((len(rows) for group in groups for rows in group.barred.values()), default=0)
    most = sum(len(group.members) for group in groups) + barred + NEXT
    return [keeping(group, _best_rows(group, most)) for group in groups if len(group.rows)]


def _best_rows(group: Group, most: int) -> NDArray[np.bool_]:
    """Marks the best `most` rows for each ring of its members; among equals the first ones."""
    keep = np.zeros(len(group.rows), np.bool_)
    for ring in set(group.rings.tolist()):
        open_to = np.flatnonzero(group.needs <= ring)
        if len(open_to) > most:
            points = group.points[open_to]
            last = np.partition(points, len(points) - most)[len(points) - most]
            better = points > last
            keep[open_to[points == last][: most - np.count_nonzero(better)]] = True
            open_to = open_to[better]
        keep[open_to] = True
    return keep


def _flow(groups: Sequence[Group]) -> list[Pair] | None:
    """The flow knows classes, not who is barred for whom. Inside a class that is settled by swapping; where no swap
    helps, those concerned become classes of their own and it is solved once more. None: too large, or unsolved."""
    solved = _solve(groups) if sum(len(group.rows) for group in groups) <= MOST_ARCS else None
    if solved is None:
        return None
    dealt = [_deal(group, members, places) for group, (members, places) in zip(groups, solved, strict=True)]
    if None in dealt:
        apart = [[group] if found is not None else _apart(group) for group, found in zip(groups, dealt, strict=True)]
        return _flow([group for group in chain(*apart) if len(group.rows)])
    return [pair for pairs in dealt if pairs for pair in pairs]


def _apart(group: Group) -> list[Group]:
    """Those for whom somebody is barred, each a class of its own, and the rest."""
    alone = [place for place, one in enumerate(group.members) if one.id in group.barred]
    rest = [place for place, one in enumerate(group.members) if one.id not in group.barred]
    parts = [replace(only(group, rest), barred={})] if rest else []
    for place in alone:
        one = replace(only(group, [place]), barred={})
        parts.append(keeping(one, ~np.isin(one.rows, list(group.barred[group.members[place].id]))))
    return parts


def only(group: Group, places: Sequence[int]) -> Group:
    """The class with these of its members, and the rows within their reach."""
    rings = group.rings[places]
    members = [group.members[place] for place in places]
    fewer = replace(group, members=members, worth=group.worth[places], rings=rings)
    return keeping(fewer, group.needs <= rings.max())


def keeping(group: Group, keep: NDArray[np.bool_]) -> Group:
    """The class with these of its rows."""
    if keep.all():
        return group
    return replace(group, rows=group.rows[keep], points=group.points[keep], needs=group.needs[keep])


def reaches(group: Group, row: int, ring: int) -> bool:
    """May somebody of the class whose ring this is go to the row? Rows are in order."""
    place = int(np.searchsorted(group.rows, row))
    return place < len(group.rows) and bool(group.rows[place] == row and group.needs[place] <= ring)


def load() -> None:
    """The solver is there: loading it takes a second, which nobody who waits should be the one to spend."""
    _solver()


def _solver() -> Any:
    from ortools.graph.python import min_cost_flow  # where something is planned, nowhere else

    return min_cost_flow.SimpleMinCostFlow()


Solved = list[tuple[Sequence[int], Sequence[int]]]


def _solve(groups: Sequence[Group]) -> Solved | None:
    """For each group the places of the members and of the rows that the best flow uses; None where there is none.

    Source -> member's ring of its class (an arc each) -> narrower rings of the class; ring -> agent -> sink.
    """
    network = _Network(groups)
    flow = _solver()
    arcs = flow.add_arcs_with_capacity_and_unit_cost(*network.arcs)
    flow.set_nodes_supplies(
        np.array([SOURCE, SINK], np.int32), np.array([network.most, -network.most], np.int64)
    )  # fmt: skip
    if flow.solve_max_flow_with_min_cost() != flow.OPTIMAL:
        return None
    return list(network.read(flow.flows(arcs) > 0))


class _Network:
    """The arcs of a round: first those to members, then those to agents, then those between rings and into the sink."""

    def __init__(self, groups: Sequence[Group]) -> None:
        self._groups = groups
        self._sizes = [len(group.members) for group in groups]
        self._widths = [len(group.rows) for group in groups]
        agents, self._heads = np.unique(np.concatenate([group.rows for group in groups]), return_inverse=True)
        self._agents = len(agents)
        self.most = min(sum(self._sizes), self._agents)

    @property
    def arcs(self) -> tuple[NDArray[np.int32], NDArray[np.int32], Ints, Ints]:
        """(tails, heads, capacities, costs)"""
        node = SINK + 1
        to_members, from_rings, down = [], [], []
        for group in self._groups:
            levels = np.unique(group.rings)
            to_members.append(node + np.searchsorted(levels, group.rings))
            from_rings.append(node + np.searchsorted(levels, group.needs))
            down.append(np.arange(node + 1, node + len(levels)))
            node += len(levels)
        members, rings, wider = (np.concatenate(part) for part in (to_members, from_rings, down))
        agents = np.arange(node, node + self._agents)
        tails = (np.full(len(members), SOURCE), rings, wider, agents)
        heads = (members, node + self._heads, wider - 1, np.full(self._agents, SINK))
        capacities = np.ones(sum(map(len, tails)), np.int64)
        at = len(members) + len(rings)
        capacities[at : at + len(wider)] = len(members)
        worth = np.concatenate([group.worth for group in self._groups])
        points = np.concatenate([group.points for group in self._groups])
        costs = np.zeros(len(capacities), np.int64)
        costs[:at] = np.rint(-POINTS * np.concatenate((worth, points)))
        return np.concatenate(tails).astype(np.int32), np.concatenate(heads).astype(np.int32), capacities, costs

    def read(self, used: NDArray[np.bool_]) -> Iterator[tuple[Sequence[int], Sequence[int]]]:
        """(places of members, places of rows) that carry flow, for each group."""
        member, row = 0, sum(self._sizes)
        for size, width in zip(self._sizes, self._widths, strict=True):
            yield (
                np.flatnonzero(used[member : member + size]).tolist(),
                np.flatnonzero(used[row : row + width]).tolist(),
            )
            member, row = member + size, row + width


def _deal(group: Group, members: Sequence[int], places: Sequence[int]) -> list[Pair] | None:
    """The most urgent goes to the agent with the most points who is open to her; None where somebody is left over."""
    order = sorted(places, key=lambda place: (-group.points[place], place))
    if group.is_uniform:
        rows = [int(group.rows[place]) for place in order]
        return [(group.members[member], row) for member, row in zip(members, rows, strict=True)]
    dealt = _Deal(group, order)
    narrow_first = sorted(members, key=lambda member: int(group.rings[member]))
    if not all(dealt.give(member) for member in narrow_first):
        return None
    holders = sorted((member, place) for place, member in dealt.holder.items())
    return [(group.members[member], int(group.rows[place])) for member, place in holders]


class _Deal:
    """A pairing inside one class, made one by one; who comes later may move who came earlier to another row."""

    def __init__(self, group: Group, order: Sequence[int]) -> None:
        self._group = group
        self._order = order
        self._free = list(order)
        self._rows, self._needs, self._rings = group.rows.tolist(), group.needs.tolist(), group.rings.tolist()
        self.holder: dict[int, int] = {}  # place of the row -> place of the member

    def give(self, member: int) -> bool:
        """Does the member have a row now?"""
        ring, barred = self._bounds(member)
        for at, place in enumerate(self._free):
            if self._needs[place] <= ring and self._rows[place] not in barred:
                del self._free[at]
                self.holder[place] = member
                return True
        return self._by_moving(member, set())

    def _by_moving(self, member: int, tried: set[int]) -> bool:
        """An augmenting path, as in bipartite matching: somebody gives up a row that she can replace."""
        ring, barred = self._bounds(member)
        for place in self._order:
            if place in tried or self._needs[place] > ring or self._rows[place] in barred:
                continue
            tried.add(place)
            if place not in self.holder or self._by_moving(self.holder[place], tried):
                if place in self._free:
                    self._free.remove(place)
                self.holder[place] = member
                return True
        return False

    def _bounds(self, member: int) -> tuple[int, frozenset[int]]:
        """(the member's ring, the rows barred for it)"""
        barred = self._group.barred.get(self._group.members[member].id) if self._group.barred else None
        return self._rings[member], barred or frozenset()
