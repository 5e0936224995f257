"""Solves a problem: relax, price, fix, and decide what is left by branch and bound (HiGHS).

1. The linear relaxation gives every seat a price.
2. From these prices a bound B is lowered that hardly any plan misses by much (`prices.py`); it also tells, for each
   pattern of a person's day, how much any plan that uses it must fall short of B: its loss. Where the relaxation's own
   value is lower, because rules count that prices leave out, it is B, and its reduced costs are the losses.
3. Patterns with a loss above a slack are left out; a small program is left, and gives a plan of value V. Where B - V is
   still too much, the slack is widened.
4. As soon as it would be wider than B - V, it becomes B - V: no better plan uses what is then left out, so what that
   last program cannot exceed, no plan can.
A small problem, or one whose days have too many patterns, goes to branch and bound as a whole.
"""

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import vstack

from shifts.matching import greedy, prices, scorer
from shifts.matching.model import Model, build
from shifts.matching.problem import Plan, Problem, Seat
from shifts.matching.program import Floats

GAP = 1e-4
# Branch and bound aims beyond the promise, because what is left out may cost a part of it; not in the end.
AIM, LAST_AIM = 0.3, 0.95
SMALL = 4_000  # whole columns
FIRST_SLACK = 0.0007  # as a share of the dearest column
WIDENING = 16.0
SURE = 1e-6
HALF = 0.5
INFEASIBLE = 2


def solve(problem: Problem, *, gap: float = GAP, seconds: float = 60.0) -> Plan:
    """The best plan found within the time, with its bound. The same problem gives the same plan if time suffices."""
    began = time.perf_counter()
    model = build(problem)
    if not model.columns:
        return Plan(frozenset(), 0.0, 0.0, time.perf_counter() - began)
    search = Search(model, gap, began + seconds)
    search.run()
    if search.best is None:  # no time for a first plan: one that is quick to make
        seats = greedy.fill(problem)
        value, bound = scorer.score(problem, seats).value, min(search.bound, _everything(problem))
        return Plan(seats, value, max(value, bound), time.perf_counter() - began, finished=False)
    seats = frozenset(seat for seat, own in model.columns.items() if search.best[own].sum() > HALF)
    if search.finished:
        return Plan(seats, search.value, search.bound, time.perf_counter() - began)
    value, best = max(_scored(problem, some) for some in (seats, greedy.fill(problem)))
    return Plan(frozenset(best), value, max(value, search.bound), time.perf_counter() - began, finished=False)


@dataclass(frozen=True)
class Relaxed:
    """The optimum of the linear relaxation, the price of each slot's seats, and how far any plan with a column that is
    nothing here falls short of the optimum."""

    value: float
    prices: Floats
    loss: Floats


class Search:
    """A model on its way to a plan. Maximises; scipy minimises, hence the signs."""

    def __init__(self, model: Model, gap: float, deadline: float) -> None:
        program = model.program
        self.model, self.gap, self.deadline = model, gap, deadline
        self.worth, self.low, self.high = np.array(program.worth), np.array(program.low), np.array(program.high)
        self.whole = np.array(program.whole, dtype=bool)
        self.matrix = program.matrix()
        self.row_low, self.row_high = np.array(program.row_low), np.array(program.row_high)
        self.best: Floats | None = None
        self.value, self.bound = -np.inf, np.inf
        self.finished = True

    def run(self) -> None:
        """Afterwards `best` is the best plan there was time for, and no plan is worth more than `bound`."""
        everything = np.zeros(len(self.worth), dtype=bool)
        if self.whole.sum() <= SMALL or not self.model.patterned:
            self.bound = self._decide(everything, AIM * self.gap)
            return
        relaxed = self._relax()
        if relaxed is None:
            self.finished = False
            return
        priced = prices.lower(prices.Relaxation(self.model), relaxed.prices, self.deadline)
        if priced.bound < relaxed.value:
            self.bound, loss = priced.bound, np.zeros(len(self.worth))
            loss[[choice.column for choice in self.model.choices]] = priced.loss
        else:  # what prices leave out counts for more here than shifts split in two
            self.bound, loss = relaxed.value, np.where(self.whole, relaxed.loss, 0.0)
        self._narrow(loss)

    def _narrow(self, loss: Floats) -> None:
        """Decides with few patterns, then, where that was not near enough to the bound, with more, and at last with all
        that could help."""
        slack = FIRST_SLACK * float(np.abs(self.worth).max())
        widest = WIDENING * (float(loss.max(where=np.isfinite(loss), initial=0.0)) + 1)
        while self.finished and not self._near() and slack < min(widest, self.bound - self.value):
            self._decide(loss > slack, AIM * self.gap)
            slack *= WIDENING
        if self.best is None:
            self.finished = False
        elif self.finished and not self._near():
            reached = self._decide(loss > self.bound - self.value + SURE, LAST_AIM * self.gap)
            self.bound = min(self.bound, max(self.value, reached))

    def _near(self) -> bool:
        """Whether the plan is as near to the bound as was asked."""
        return self.best is not None and self.bound - self.value <= self.gap * abs(self.bound)

    def _relax(self) -> Relaxed | None:
        """The optimum without whole numbers; None where time or feasibility is lacking."""
        equal = self.row_low == self.row_high
        above, below = np.isfinite(self.row_high) & ~equal, np.isfinite(self.row_low) & ~equal
        given: dict[str, Any] = {
            "A_ub": vstack([self.matrix[above], -self.matrix[below]]),
            "b_ub": np.concatenate([self.row_high[above], -self.row_low[below]]),
            "A_eq": self.matrix[equal],
            "b_eq": self.row_high[equal],
            "bounds": np.column_stack([self.low, self.high]),
            "options": {"time_limit": self._seconds_left()},
        }
        found = linprog(-self.worth, method="highs", **given)
        if found.status != 0 or found.fun is None:
            return None
        marginal = np.zeros(len(self.row_low))
        marginal[equal] = found.eqlin.marginals
        marginal[above] += np.asarray(found.ineqlin.marginals)[: int(above.sum())]
        return Relaxed(float(-found.fun), self._prices(marginal), np.asarray(found.lower.marginals))

    def _prices(self, marginal: Floats) -> Floats:
        """What one more person in each slot is worth beyond her own points: the dual of its row of seats."""
        slots = self.model.problem.slots
        found = np.array([slot.steps[0].worth if slot.steps else 0.0 for slot in slots])
        for at, row in self.model.seat_row.items():
            folded = self.row_low[row] != self.row_high[row]
            found[at] = (slots[at].steps[0].worth if folded else 0.0) + marginal[row]
        return found

    def _decide(self, left_out: NDArray[np.bool_], aim: float) -> float:
        """Branch and bound without these columns, until its own gap is so small; keeps a better plan, and returns what
        none such exceeds."""
        found = milp(
            -self.worth,
            integrality=self.whole.astype(np.int8),
            bounds=Bounds(self.low, np.where(left_out, 0.0, self.high)),
            constraints=LinearConstraint(self.matrix, self.row_low, self.row_high),
            options={"time_limit": self._seconds_left(), "mip_rel_gap": aim},
        )
        self.finished = found.status in (0, INFEASIBLE)
        if found.x is not None and -found.fun > self.value:
            self.best, self.value = np.asarray(found.x), float(-found.fun)
        if found.status == INFEASIBLE:
            return -np.inf
        return np.inf if found.mip_dual_bound is None else float(-found.mip_dual_bound)

    def _seconds_left(self) -> float:
        return max(0.01, self.deadline - time.perf_counter())


def _scored(problem: Problem, seats: frozenset[Seat]) -> tuple[float, list[Seat]]:
    """What a plan is worth as the scorer counts: a search that was broken off had not yet counted all of its own."""
    return scorer.score(problem, seats).value, sorted(seats)


def _everything(problem: Problem) -> float:
    """More than any plan can be worth: every wish and every seat."""
    wished = sum(max(0.0, points) for whom in problem.people for points in whom.wishes.values())
    filled = sum(step.seats * max(0.0, step.worth) for slot in problem.slots for step in slot.steps)
    fair = len(problem.people) * problem.fairness.worth(problem.fairness.bands * problem.fairness.band_minutes)
    return wished + filled + fair
