"""A marketplace's week, made up from a seed: slots with seats, and people with skills, wishes, limits and a past.

Six languages and twelve topics, spoken and asked for unevenly; shifts of two, three and four hours between seven and
twenty-two; about four and a half seats for each person, wishes for about three times the hours anybody may work.
"""

import random

from shifts.matching.problem import DAY_MINUTES, WEEK_DAYS, Fairness, Person, Problem, Runs, Slot, Step

LANGUAGES = (("en", 44), ("sv", 20), ("de", 14), ("fi", 10), ("pl", 7), ("ar", 5))
TOPICS = tuple(f"topic {n}" for n in range(12))
SEATS_A_PERSON = 4.5
LENGTHS_MINUTES = (120, 180, 240)
FIRST_START, LAST_END = 7 * 60, 22 * 60
WORTH_AN_HOUR = 100.0
WISHES = (8.0, 16.0, 24.0)  # points an hour: would do, would like, would love
FAIR = Fairness(points_an_hour=20.0)


def week(people: int, seed: int) -> Problem:
    """The same number of people and the same seed give the same week."""
    chance = random.Random(f"{people}:{seed}")
    slots = _slots(chance, round(people * SEATS_A_PERSON))
    return Problem(slots, tuple(_person(chance, n, slots) for n in range(people)), FAIR)


def _slots(chance: random.Random, seats: int) -> tuple[Slot, ...]:
    slots: list[Slot] = []
    open_seats = 0
    while open_seats < seats:
        language = chance.choices([name for name, _ in LANGUAGES], [share for _, share in LANGUAGES])[0]
        length = chance.choice(LENGTHS_MINUTES)
        begins = chance.randrange(FIRST_START, LAST_END - length + 1, 30)
        starts = chance.randrange(WEEK_DAYS) * DAY_MINUTES + begins
        needed = min(seats - open_seats, chance.randint(1, 6))
        urgency = chance.uniform(0.8, 1.6) * WORTH_AN_HOUR * length / 60
        steps = (Step(needed, urgency),) if needed < 3 else (Step(needed - 1, urgency), Step(1, 0.6 * urgency))
        asks = frozenset({language, chance.choice(TOPICS)})
        slots.append(Slot(f"slot {len(slots)}", starts, starts + length, asks, steps))
        open_seats += needed
    return tuple(slots)


def _person(chance: random.Random, number: int, slots: tuple[Slot, ...]) -> Person:
    names, shares = [name for name, _ in LANGUAGES], [share for _, share in LANGUAGES]
    languages = set(chance.choices(names, shares, k=chance.randint(1, 3)))
    skills = frozenset(languages | set(chance.sample(TOPICS, chance.randint(2, 6))))
    week_minutes = chance.choice((10, 15, 20, 25, 30, 40)) * 60
    open_hours = {
        (day, part) for day in range(WEEK_DAYS) for part in range(3) if chance.random() < 0.55
    }  # parts of the day: morning, afternoon, evening
    able = [
        at for at, slot in enumerate(slots)
        if slot.asks <= skills and (slot.starts // DAY_MINUTES, _part(slot)) in open_hours
    ]  # fmt: skip
    chance.shuffle(able)
    wishes: dict[int, float] = {}
    wished = 0
    for at in able:
        if wished > 3 * week_minutes:
            break
        wishes[at] = chance.choice(WISHES) * slots[at].minutes / 60
        wished += slots[at].minutes
    return Person(
        key=f"person {number}",
        skills=skills,
        wishes=wishes,
        rest_minutes=30 if chance.random() < 0.5 else 60,
        day_minutes=chance.choice((5, 6, 8)) * 60,
        week_minutes=week_minutes,
        minutes_before=chance.randrange(0, 4 * week_minutes, 30),
        runs=(Runs(most=6),),
    )


def _part(slot: Slot) -> int:
    return min(2, max(0, (slot.starts % DAY_MINUTES - FIRST_START) // 300))
