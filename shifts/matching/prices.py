"""Prices for seats: with them, everybody's best week is found alone, and no plan can be worth more than all together.

Lagrangian relaxation of the seats. At prices p the bound is: for each slot, its seats sold at p; for each person, the
best choice of one pattern a day within her week's minutes, exactly, by dynamic programming over (day, minutes so far),
for all people at once. What else binds a person (rest over midnight, days in a row, further limits) is left out, which
can only raise the bound. It is far sharper than the linear relaxation, which splits shifts to fill a week to the brim;
the prices that make it least are sought by subgradient steps towards a level just below the best bound so far.
"""

from collections import defaultdict
from dataclasses import dataclass
from functools import reduce
from math import gcd

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from shifts.matching.model import Model
from shifts.matching.problem import WEEK_DAYS, Problem
from shifts.matching.program import Floats

Whole = NDArray[np.int64]

STEPS = 45
PATIENCE = 4  # steps without a better bound before the level is moved nearer
FIRST_LEVEL, LAST_LEVEL = 2e-3, 2e-6  # how far below the best bound, as a share of it
MEMORY = 0.3  # how much of the last direction is kept, against zigzags


@dataclass(frozen=True)
class Rank:
    """The n-th patterns of one day: whose they are, how long, and which rows of all patterns."""

    people: Whole
    length: Whole
    pattern: Whole


@dataclass(frozen=True)
class Bounded:
    """No plan is worth more than `bound`. A plan that uses pattern n is worth at most `bound - loss[n]`."""

    bound: float
    prices: Floats
    loss: Floats


class Relaxation:
    """A problem whose people have been parted by prices."""

    def __init__(self, model: Model) -> None:
        problem, choices = model.problem, model.choices
        self.unit = reduce(gcd, (slot.minutes for slot in problem.slots))
        self.most = np.array([_most(problem, model, n) // self.unit for n in range(len(problem.people))])
        self.wished = np.array([choice.wished for choice in choices])
        self.days = self._ranks(model)
        pairs = [(n, slot) for n, choice in enumerate(choices) for slot in choice.slots]
        rows, columns = zip(*pairs, strict=True)
        shape = (len(choices), len(problem.slots))
        self.within = csr_array((np.ones(len(pairs)), (rows, columns)), shape=shape)
        self.fair = self._fair(problem)
        steps = [(at, step.seats, step.worth) for at, slot in enumerate(problem.slots) for step in slot.steps]
        self.step_slot, self.step_seats, self.step_worth = (np.array(part) for part in zip(*steps, strict=True))

    def _ranks(self, model: Model) -> list[list[Rank]]:
        """For each day in order, its patterns by their number within their person's day."""
        found: dict[int, dict[int, list[tuple[int, int, int]]]] = defaultdict(lambda: defaultdict(list))
        counted: dict[tuple[int, int], int] = defaultdict(int)
        for n, choice in enumerate(model.choices):
            length = sum(model.problem.slots[slot].minutes for slot in choice.slots) // self.unit
            found[choice.day][counted[choice.person, choice.day]].append((choice.person, length, n))
            counted[choice.person, choice.day] += 1
        return [
            [Rank(*(np.array(part) for part in zip(*ranked, strict=True))) for _, ranked in sorted(found[day].items())]
            for day in sorted(found)
        ]

    def _fair(self, problem: Problem) -> Floats:
        """What so many units of new work are worth to the fairness of each person; minus infinity beyond her week."""
        fairness = problem.fairness
        units = np.arange(int(self.most.max()) + 1)
        rows = []
        for whom, most in zip(problem.people, self.most, strict=True):
            already = fairness.worth(whom.minutes_before)
            row = [fairness.worth(whom.minutes_before + int(n) * self.unit) - already for n in units[: most + 1]]
            rows.append(row + [-np.inf] * (len(units) - len(row)))
        return np.array(rows)

    def evaluate(self, prices: Floats) -> tuple[float, Floats]:
        """The bound at these prices, and how many more seats are wanted than sold in each slot."""
        values = self.wished + self.within @ prices
        table, chosen = self._forward(values)
        ends = table[-1] + self.fair
        best = ends.argmax(axis=1)
        wanted = self.within.T @ self._taken(chosen, best)
        margin = self.step_worth - prices[self.step_slot]
        sold = np.bincount(self.step_slot, np.where(margin > 0, self.step_seats, 0), minlength=len(prices))
        bound = float(ends[np.arange(len(best)), best].sum() + (self.step_seats * np.maximum(margin, 0)).sum())
        return bound, wanted - sold

    def _forward(self, values: Floats) -> tuple[list[Floats], list[Whole]]:
        """After each day, the best value at each number of units so far, and the pattern that led there (-1: none)."""
        table = [np.full(self.fair.shape, -np.inf)]
        table[0][:, 0] = 0.0
        chosen = []
        for ranks in self.days:
            now, pick = table[-1].copy(), np.full(self.fair.shape, -1, dtype=np.int64)
            for rank in ranks:
                arrived = _moved(table[-1][rank.people], rank.length) + values[rank.pattern][:, None]
                better = arrived > now[rank.people]
                now[rank.people] = np.where(better, arrived, now[rank.people])
                pick[rank.people] = np.where(better, rank.pattern[:, None], pick[rank.people])
            table.append(now)
            chosen.append(pick)
        return table, chosen

    def _taken(self, chosen: list[Whole], units: Whole) -> Floats:
        """One for each pattern on the best way to these numbers of units."""
        lengths = np.zeros(len(self.wished), dtype=np.int64)
        for ranks in self.days:
            for rank in ranks:
                lengths[rank.pattern] = rank.length
        taken = np.zeros(len(self.wished))
        everybody = np.arange(len(units))
        for pick in reversed(chosen):
            pattern = pick[everybody, units]
            taken[pattern[pattern >= 0]] = 1.0
            units = units - np.where(pattern >= 0, lengths[pattern], 0)
        return taken

    def losses(self, prices: Floats) -> Floats:
        """By how much a person's best week with each pattern falls short of her best week."""
        values = self.wished + self.within @ prices
        table, _ = self._forward(values)
        after = self.fair
        best = (table[-1] + after).max(axis=1)
        loss = np.zeros(len(values))
        for ranks, before in zip(reversed(self.days), reversed(table[:-1]), strict=True):
            earlier = after.copy()
            for rank in ranks:
                left = _moved(after[rank.people], -rank.length) + values[rank.pattern][:, None]
                loss[rank.pattern] = best[rank.people] - (before[rank.people] + left).max(axis=1)
                earlier[rank.people] = np.maximum(earlier[rank.people], left)
            after = earlier
        return loss


def lower(relaxation: Relaxation, prices: Floats) -> Bounded:
    """The least bound found from these prices on."""
    best, best_prices = np.inf, prices
    level, direction, waited = FIRST_LEVEL, np.zeros(len(prices)), 0
    for _ in range(STEPS):
        bound, surplus = relaxation.evaluate(prices)
        waited = 0 if bound < best else waited + 1
        if bound < best:
            best, best_prices = bound, prices
        direction = MEMORY * direction + (1 - MEMORY) * surplus
        length = float(direction @ direction)
        if length == 0 or level < LAST_LEVEL:
            break
        if waited >= PATIENCE:
            level, waited, prices = level / 2, 0, best_prices
            direction = np.zeros(len(prices))
            continue
        prices = prices - (bound - best + level * abs(best)) / length * direction
    return Bounded(best, best_prices, relaxation.losses(best_prices))


def _moved(values: Floats, by: Whole) -> Floats:
    """Each row shifted by so many places, upwards where positive; what comes from outside is impossible."""
    source = np.arange(values.shape[1])[None, :] - by[:, None]
    inside = (source >= 0) & (source < values.shape[1])
    return np.where(inside, np.take_along_axis(values, np.clip(source, 0, values.shape[1] - 1), axis=1), -np.inf)


def _most(problem: Problem, model: Model, person: int) -> int:
    """The most minutes a person could have in this plan: the limits of all her weeks, or all that is confirmed."""
    whom = problem.people[person]
    slots = model.slots.get(person, [])
    every = sum(problem.slots[slot].minutes for slot in slots)
    sure = sum(problem.slots[slot].minutes for slot in slots if (person, slot) in problem.confirmed)
    weeks = {whom.day(problem.slots[slot]) // WEEK_DAYS for slot in slots}
    limit = every if whom.week_minutes is None else whom.week_minutes * len(weeks)
    return min(every, max(limit, sure))
