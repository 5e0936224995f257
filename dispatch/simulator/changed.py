"""What a change makes of people and customers: the same for a company of the simulator and for a planned day.

Whoever is there is the same before and after; what is added is drawn from a stream of its own.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from dispatch.simulator import worlds
from dispatch.simulator.worlds import Arrival, Given, Person

STAY, OTHERS = 30, 31  # streams of their own
INCIDENT_S = 300.0
NEAR_S = 300.0  # whoever comes beside somebody comes within so long of her
Draw = Callable[[list[Given], int], list[Arrival]]  # customers of whom this is known, out of streams with this salt


def quicker(staff: Sequence[Person], speed: float) -> list[Person]:
    """Everybody takes so many times less for each chat."""
    return [replace(person, pace=person.pace / speed) for person in staff] if speed != 1.0 else list(staff)


def burst(chance: np.random.Generator, *, count: int, at_s: float) -> NDArray[np.float64]:
    """When the customers of an incident come, in order."""
    return np.sort(at_s + INCIDENT_S * chance.random(count))


def scaled(arrivals: Sequence[Arrival], factor: float, seed: int, draw: Draw) -> list[Arrival]:
    """So many times as many, in order of time. Fewer: each stays with that probability. More: beside each come others
    with her topic and language, within five minutes before or after, who are people of their own, drawn by `draw`."""
    if factor == 1.0:
        return list(arrivals)
    if factor < 1.0:
        stays = worlds.stream(seed, STAY).random(len(arrivals)) < factor
        return [one for one, stay in zip(arrivals, stays.tolist(), strict=True) if stay]
    chance = worlds.stream(seed, OTHERS)
    whole, part = divmod(factor - 1.0, 1.0)
    counts = int(whole) + (chance.random(len(arrivals)) < part).astype(int)
    rows = [
        Given(max(0.0, one.at + NEAR_S * float(offset)), one.topic, one.language)
        for one, count in zip(arrivals, counts.tolist(), strict=True)
        for offset in chance.uniform(-1.0, 1.0, size=count)
    ]
    more = draw(sorted(rows, key=lambda row: row.at), OTHERS)
    return sorted([*arrivals, *more], key=lambda one: one.at)
