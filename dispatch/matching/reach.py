"""Agents as arrays: who may be asked in which class, found without looking at each pair.

A key stands for a topic, a family of topics or a whole brand, in one language. Each agent has a few; a class of
escalations accepts a few; those who share one fit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dispatch.matching.facts import Certificates
from dispatch.matching.fitness import CERTIFIED, LANGUAGE_LEVELS, Grade, holds

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_numbers: dict[tuple[Any, ...], int] = {}
NOBODYS = -1
NEVER = float("inf")
CODES = 16  # more than there are: a key and a code are packed into one number


def number(*key: Any) -> int:
    """A small number that stands for the key in this process, always the same one."""
    return _numbers.setdefault(key, len(_numbers))


def known(*key: Any) -> int:
    """The key's number, or one that nobody has: what is only asked for is not remembered."""
    return _numbers.get(key, NOBODYS)


@dataclass(frozen=True, slots=True)
class Reach:
    """The keys of one agent, each with its code (grade and language level in one number), and how long this holds.

    Packed into bytes, key times CODES plus code: those of ten thousand agents are joined five times as fast as arrays
    would be, and one piece of memory is fetched for each of them.
    """

    held: bytes
    good_from: float
    good_until: float


def packed(numbers: Iterable[int]) -> bytes:
    """The numbers in a row, as `joined` reads them."""
    return np.fromiter(numbers, np.int64).tobytes()


def joined(parts: Iterable[bytes]) -> Ints:
    """What was packed, one part after the other."""
    return np.frombuffer(b"".join(parts), np.int64)


def counts(parts: Sequence[bytes]) -> Ints:
    """How many numbers each part holds."""
    return np.fromiter(map(len, parts), np.int64, len(parts)) // np.dtype(np.int64).itemsize


def reach_of(certificates: Certificates, now: float) -> Reach:
    """Worked out once for as long as no certificate ends."""
    known = certificates.reach
    if isinstance(known, Reach) and known.good_from <= now < known.good_until:
        return known
    certificates.reach = found = _reach(certificates, now)
    return found


def _reach(certificates: Certificates, now: float) -> Reach:
    found: dict[int, int] = {}
    skills = {key: held for key, held in certificates.skills.items() if holds(held, now)}
    for language, spoken in certificates.languages.items():
        if not holds(spoken, now):
            continue
        level = min(spoken.level, 3) - 1
        for (brand_id, topic), held in skills.items():
            own = number(brand_id, "topic", topic, language)
            found[own] = (min(held.level, 3) - 1) * LANGUAGE_LEVELS + level
            if held.level >= CERTIFIED:
                if held.family:
                    found[number(brand_id, "family", held.family, language)] = Grade.FAMILY * LANGUAGE_LEVELS + level
                found[number(brand_id, "brand", "", language)] = Grade.BRAND * LANGUAGE_LEVELS + level
    ends = [one.until for one in (*skills.values(), *certificates.languages.values()) if one.until and one.until > now]
    return Reach(
        held=packed(key * CODES + code for key, code in found.items()),
        good_from=now,
        good_until=min(ends, default=NEVER),
    )
