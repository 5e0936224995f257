"""Who takes part in a modelled house: few agents and customers, so that they meet in every way, and often."""

from dataclasses import dataclass
from functools import cache

from dispatch.matching import Certificate, Certificates

BEGAN = 1_795_608_000.0  # noon of a day in seconds; quarters of a second beyond it are exact
STEP_S = 0.25
BRAND, OTHER = 1, 2
CUSTOMERS = 8
DISPATCHERS = 3
HIGHEST_CAPACITY = 5


@dataclass(frozen=True, slots=True)
class Worker:
    """An agent as hired: topics are (brand, topic) -> level."""

    name: str
    topics: dict[tuple[int, str], int]
    languages: tuple[str, ...]
    capacity: int = 2


WORKERS = (
    Worker("Asha", {(BRAND, "refunds"): 2, (BRAND, "fraud"): 2}, ("en", "de")),
    Worker("Ben", {(BRAND, "refunds"): 3}, ("en",), capacity=1),
    Worker("Chi", {(BRAND, "fraud"): 2, (OTHER, "refunds"): 2}, ("de",)),
    Worker("Dana", {(OTHER, "refunds"): 1}, ("en",), capacity=3),
    Worker("Edo", {(BRAND, "refunds"): 1, (OTHER, "refunds"): 3}, ("en", "de"), capacity=1),
)
AGENTS = len(WORKERS)
# What is asked for: brand, topic, language. The last can be served in a wider ring only.
CLASSES = (
    (BRAND, "refunds", "en"),
    (BRAND, "fraud", "de"),
    (BRAND, "refunds", "de"),
    (OTHER, "refunds", "en"),
    (OTHER, "refunds", "de"),
    (OTHER, "fraud", "en"),
)
# A customer belongs to one brand.
CLASSES_OF = tuple(
    tuple(at for at, (brand, _, _) in enumerate(CLASSES) if brand == (BRAND if customer % 8 < 5 else OTHER))
    for customer in range(CUSTOMERS)
)


@cache
def certificates(agent: int) -> Certificates:
    """As the planner reads them: one object for each agent."""
    worker = WORKERS[agent]
    skills = {topic: Certificate(level) for topic, level in worker.topics.items()}
    return Certificates(skills, {code: Certificate(3) for code in worker.languages}, "standard")
