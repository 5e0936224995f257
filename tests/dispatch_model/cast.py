"""Who takes part in a modelled house: few agents and customers, so that they meet in every way, and often."""

from dataclasses import dataclass

from dispatch.matching import Certificate, Certificates

BEGAN = 1_795_608_000.0  # noon of a day in seconds; quarters of a second beyond it are exact
STEP_S = 0.25
BRAND, OTHER = 1, 2
CUSTOMERS = 8
DISPATCHERS = 3
HIGHEST_CAPACITY = 5


FAMILIES = {"refunds": "money", "fraud": "money", "login": "access"}


@dataclass(frozen=True, slots=True)
class Held:
    """A certificate: its level, and until when it is good (None: no end)."""

    level: int
    until: float | None = None

    def is_good(self, now: float) -> bool:
        return self.until is None or now < self.until


FLUENT = Held(3)


@dataclass(frozen=True, slots=True)
class Worker:
    """An agent as hired: topics are (brand, topic) -> certificate."""

    name: str
    topics: dict[tuple[int, str], Held]
    languages: dict[str, Held]
    capacity: int = 2


# Some certificates end on the way: a history of five thousand operations takes about three hours of its own clock.
WORKERS = (
    Worker(
        "Asha",
        {(BRAND, "refunds"): Held(2), (BRAND, "fraud"): Held(2, until=BEGAN + 1_500)},
        {"en": FLUENT, "de": FLUENT},
    ),
    Worker("Ben", {(BRAND, "refunds"): Held(3)}, {"en": FLUENT}, capacity=1),
    Worker(
        "Chi",
        {(BRAND, "fraud"): Held(2), (OTHER, "refunds"): Held(2)},
        {"de": FLUENT, "en": Held(3, until=BEGAN + 700)},
    ),
    Worker(
        "Dana",
        {(OTHER, "refunds"): Held(1), (OTHER, "login"): Held(2), (BRAND, "login"): Held(2)},
        {"en": FLUENT},
        capacity=3,
    ),
    Worker(
        "Edo",
        {(BRAND, "refunds"): Held(1, until=BEGAN + 4_000), (OTHER, "refunds"): Held(3, until=BEGAN + 2_500)},
        {"en": FLUENT, "de": FLUENT},
        capacity=1,
    ),
)
AGENTS = len(WORKERS)
# What is asked for: brand, topic, language. The last can be served in a wider ring only.
CLASSES = (
    (BRAND, "refunds", "en"),
    (BRAND, "fraud", "de"),
    (BRAND, "refunds", "de"),
    (BRAND, "login", "en"),
    (OTHER, "refunds", "en"),
    (OTHER, "refunds", "de"),
    (OTHER, "fraud", "en"),
)
# A customer belongs to one brand.
CLASSES_OF = tuple(
    tuple(at for at, (brand, _, _) in enumerate(CLASSES) if brand == (BRAND if customer % 8 < 5 else OTHER))
    for customer in range(CUSTOMERS)
)


def certificates(agent: int) -> Certificates:
    """As the planner reads them: one object for an agent in a house, in which it keeps what it made of it."""
    worker = WORKERS[agent]
    skills = {of: Certificate(held.level, held.until, FAMILIES[of[1]]) for of, held in worker.topics.items()}
    languages = {code: Certificate(held.level, held.until) for code, held in worker.languages.items()}
    return Certificates(skills, languages, "standard")
