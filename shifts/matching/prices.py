"""Prices for seats: with them, everybody's best week is found alone, and no plan can be worth more than all together.

Lagrangian relaxation of the seats. At prices p the bound is: for each slot, its seats sold at p; for each person, the
best choice of one pattern a day within her week's minutes, exactly, by dynamic programming over (day, minutes so far,
whether there was a day off yet), for all people at once. That says how many days may be worked in a row from the first
day on, which is all of the rule in a plan of a week. What else binds a person (rest over midnight, later days in a row,
further limits) is left out, which can only raise the bound. It is far sharper than the linear relaxation, which splits
shifts to fill a week to the brim; the prices that make it least are sought by subgradient steps towards a level just
below the best bound so far.
"""

import time
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

RESTED, UNBROKEN = 0, 1  # whether a person has had a day off since the plan began

STEPS = 300  # at most; the level is mostly reached after a quarter
PATIENCE = 4  # steps without a better bound before the level is moved nearer
FIRST_LEVEL, LAST_LEVEL = 2e-3, 2e-6  # how far below the best bound, as a share of it
MEMORY = 0.3  # how much of the last direction is kept, against zigzags


@dataclass(frozen=True)
class Group:
    """The patterns of one length on one day, by person: of each of `people` those from `starts` on."""

    length: int
    people: Whole
    starts: Whole
    pattern: Whole
    whose: Whole

    def best(self, values: Floats, everybody: int) -> Floats:
        """The most that one of these patterns is worth to each person; minus infinity to who has none."""
        found = np.full(everybody, -np.inf)
        found[self.people] = np.maximum.reduceat(values[self.pattern], self.starts)
        return found

    def first(self, values: Floats, gain: Floats, here: NDArray[np.bool_]) -> Whole:
        """Of each person marked the first pattern that is worth this gain."""
        fits = np.flatnonzero(here[self.whose] & (values[self.pattern] == gain[self.whose]))
        return self.pattern[fits[np.unique(self.whose[fits], return_index=True)[1]]]


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
        pairs = [(n, slot) for n, choice in enumerate(choices) for slot in choice.slots]
        rows, columns = zip(*pairs, strict=True)
        shape = (len(choices), len(problem.slots))
        self.within = csr_array((np.ones(len(pairs)), (rows, columns)), shape=shape)
        self.fair = self._fair(problem)
        self.days = self._groups(model)
        self.unbroken = self._unbroken(model)
        steps = [(at, step.seats, step.worth) for at, slot in enumerate(problem.slots) for step in slot.steps]
        self.step_slot, self.step_seats, self.step_worth = (np.array(part) for part in zip(*steps, strict=True))

    def _groups(self, model: Model) -> list[list[Group]]:
        """For each day in order, its patterns by length: of those of one length a person takes the one worth most."""
        keys = np.array([(choice.day, choice.person) for choice in model.choices])
        lengths = (self.within @ np.array([slot.minutes // self.unit for slot in model.problem.slots])).astype(np.int64)
        order = np.lexsort((keys[:, 1], lengths, keys[:, 0]))
        days = range(min(0, keys[:, 0].min()), keys[:, 0].max() + 1)
        found: dict[int, list[Group]] = {day: [] for day in days}
        for part in np.split(order, np.flatnonzero(np.diff(keys[order, 0]) | np.diff(lengths[order])) + 1):
            people, starts = np.unique(keys[part, 1], return_index=True)
            length, day = int(lengths[part[0]]), int(keys[part[0], 0])
            if length < len(self.fair):
                found[day].append(Group(length, people, starts, part, keys[part, 1]))
        return list(found.values())

    def _unbroken(self, model: Model) -> Whole:
        """How many days each person may work from the first on without a day off. Who has confirmed seats on more days
        than that may have them all."""
        confirmed: dict[int, set[int]] = {}
        for person, slot in model.problem.confirmed:
            whom = model.problem.people[person]
            confirmed.setdefault(person, set()).add(whom.day(model.problem.slots[slot]))
        found = np.full(len(self.most), len(self.days))
        for person, whom in enumerate(model.problem.people):
            for rule in whom.runs:
                if rule.most is not None and rule.price is None and rule.kind is None and not rule.off:
                    most = max(0, rule.most - (rule.before or 0))
                    if len(confirmed.get(person, ())) <= most:
                        found[person] = min(found[person], most)
        return found

    def _fair(self, problem: Problem) -> Floats:
        """What so many units of new work are worth to the fairness of each person; minus infinity beyond her week.
        It has a row for each number of units and a column for each person."""
        fairness = problem.fairness
        edges = np.arange(fairness.bands + 1) * fairness.band_minutes
        points = [fairness.worth(int(edge)) for edge in edges]
        before = np.array([whom.minutes_before for whom in problem.people])
        units = np.arange(int(self.most.max()) + 1)[:, None]
        worth = np.interp(before + units * self.unit, edges, points) - np.interp(before, edges, points)
        return np.where(units <= self.most, worth, -np.inf)

    def evaluate(self, prices: Floats) -> tuple[float, Floats]:
        """The bound at these prices, and how many more seats are wanted than sold in each slot."""
        values = self.wished + self.within @ prices
        gains, table = self._forward(values)
        ends = table[-1].max(axis=0) + self.fair
        best = ends.argmax(axis=0)
        wanted = self.within.T @ self._taken(values, gains, table, best)
        margin = self.step_worth - prices[self.step_slot]
        sold = np.bincount(self.step_slot, np.where(margin > 0, self.step_seats, 0), minlength=len(prices))
        bound = float(ends[best, np.arange(len(best))].sum() + (self.step_seats * np.maximum(margin, 0)).sum())
        return bound, wanted - sold

    def _forward(self, values: Floats) -> tuple[list[list[Floats]], list[Floats]]:
        """What each group of each day is worth to everybody, and, before the first and after each day, the best value
        for each person at each number of units so far: with a day off among them, and without one."""
        gains = [[group.best(values, len(self.most)) for group in groups] for groups in self.days]
        table = [np.full((2, *self.fair.shape), -np.inf)]
        table[0][UNBROKEN, 0] = 0.0
        for day, (groups, worth) in enumerate(zip(self.days, gains, strict=True)):
            now = np.full_like(table[-1], -np.inf)
            now[RESTED] = table[-1].max(axis=0)
            for group, gain in zip(groups, worth, strict=True):
                later = now[:, group.length :]
                np.maximum(later, table[-1][:, : -group.length] + gain, out=later)
            now[UNBROKEN][:, self.unbroken <= day] = -np.inf
            table.append(now)
        return gains, table

    def _taken(self, values: Floats, gains: list[list[Floats]], table: list[Floats], units: Whole) -> Floats:
        """One for each pattern on a best way to these numbers of units."""
        taken = np.zeros(len(self.wished))
        everybody = np.arange(len(units))
        state = table[-1][:, units, everybody].argmax(axis=0)
        for day in reversed(range(len(self.days))):
            before, reached = table[day], table[day + 1][state, units, everybody]
            off = before[:, units, everybody]
            open_still = (state == UNBROKEN) | (off.max(axis=0) != reached)
            state = np.where(open_still, state, off.argmax(axis=0))
            for group, gain in zip(self.days[day], gains[day], strict=True):
                came = np.where(units >= group.length, before[state, units - group.length, everybody] + gain, -np.inf)
                here = open_still & (came == reached)
                open_still &= ~here
                units = units - group.length * here
                taken[group.first(values, gain, here)] = 1.0
        return taken

    def losses(self, prices: Floats) -> Floats:
        """By how much a person's best week with each pattern falls short of her best week; without end where no week
        of hers has room for it."""
        values = self.wished + self.within @ prices
        gains, table = self._forward(values)
        after = np.stack([self.fair, self.fair])
        best = (table[-1] + after).max(axis=(0, 1))
        loss = np.full(len(values), np.inf)
        for day in reversed(range(len(self.days))):
            after[UNBROKEN][:, self.unbroken <= day] = -np.inf
            earlier = np.stack([after[RESTED], after[RESTED]])
            for group, gain in zip(self.days[day], gains[day], strict=True):
                later, sooner = after[:, group.length :], table[day][:, : -group.length]
                short = best - (sooner + later).max(axis=(0, 1))
                loss[group.pattern] = short[group.whose] - values[group.pattern]
                np.maximum(earlier[:, : -group.length], later + gain, out=earlier[:, : -group.length])
            after = earlier
        return loss


def lower(relaxation: Relaxation, prices: Floats, deadline: float = np.inf) -> Bounded:
    """The least bound found from these prices on, until this moment of `perf_counter`; one step is always made."""
    best, best_prices = np.inf, prices
    level, direction, waited = FIRST_LEVEL, np.zeros(len(prices)), 0
    for _ in range(STEPS):
        bound, surplus = relaxation.evaluate(prices)
        waited = 0 if bound < best else waited + 1
        if bound < best:
            best, best_prices = bound, prices
        direction = MEMORY * direction + (1 - MEMORY) * surplus
        length = float(direction @ direction)
        if length == 0 or level < LAST_LEVEL or time.perf_counter() > deadline:
            break
        if waited >= PATIENCE:
            level, waited, prices = level / 2, 0, best_prices
            direction = np.zeros(len(prices))
            continue
        prices = prices - (bound - best + level * abs(best)) / length * direction
    return Bounded(best, best_prices, relaxation.losses(best_prices))


def _most(problem: Problem, model: Model, person: int) -> int:
    """The most minutes a person could have in this plan: the limits of all her weeks, or all that is confirmed."""
    whom = problem.people[person]
    slots = model.slots.get(person, [])
    every = sum(problem.slots[slot].minutes for slot in slots)
    sure = sum(problem.slots[slot].minutes for slot in slots if (person, slot) in problem.confirmed)
    weeks = {whom.day(problem.slots[slot]) // WEEK_DAYS for slot in slots}
    limit = every if whom.week_minutes is None else whom.week_minutes * len(weeks)
    return min(every, max(limit, sure))
