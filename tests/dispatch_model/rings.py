"""How far from the topic an agent may be: written anew from the design and the published weights, no planner's code.

Ring 0: certified in the topic; 1: learning it; 2: certified in its family; 3: certified in anything of the brand.
"""

from typing import NamedTuple

from tests.dispatch_model.cast import CLASSES, FAMILIES, WORKERS, Worker

CERTIFIED = 2
OPEN_S = (45.0, 120.0, 240.0)  # where there is slack
OPEN_TIGHT_S = (90.0, 240.0, 480.0)
SLACK_BELOW_PERCENT = 88  # of the places of the brand's agents in the language


class Sight(NamedTuple):
    """What somebody who plans has before her: the moment, and (agent, taken or being offered, places) of all who are
    connected and willing."""

    at: float
    here: tuple[tuple[int, int, int], ...]


def needed(agent: int, of: int, now: float) -> int | None:
    """The narrowest ring in which she may be asked for this class; None: in none."""
    brand, topic, language = CLASSES[of]
    worker = WORKERS[agent]
    if language not in worker.languages or not worker.languages[language].is_good(now):
        return None
    rings = []
    for (its_brand, its_topic), held in worker.topics.items():
        if its_brand != brand or not held.is_good(now):
            continue
        if its_topic == topic:
            rings.append(0 if held.level >= CERTIFIED else 1)
        elif held.level >= CERTIFIED:
            rings.append(2 if FAMILIES[its_topic] == FAMILIES[topic] else 3)
    return min(rings, default=None)


def in_force(of: int, waited_s: float, sight: Sight) -> int:
    """The widest ring that is open, in this sight, for somebody of the class who has waited so long."""
    opens = OPEN_S if _has_slack(of, sight) else OPEN_TIGHT_S
    return sum(waited_s >= after for after in opens)


def _has_slack(of: int, sight: Sight) -> bool:
    """So few places are taken of those who are certified for the brand in the language."""
    brand, _, language = CLASSES[of]
    theirs = [each for each in sight.here if _is_certified_for(WORKERS[each[0]], brand, language, sight.at)]
    taken, places = sum(each[1] for each in theirs), sum(each[2] for each in theirs)
    return 100 * taken < SLACK_BELOW_PERCENT * places or not places


def _is_certified_for(worker: Worker, brand: int, language: str, now: float) -> bool:
    spoken = worker.languages.get(language)
    if spoken is None or not spoken.is_good(now):
        return False
    certified = (held for (its, _), held in worker.topics.items() if its == brand and held.level >= CERTIFIED)
    return any(held.is_good(now) for held in certified)
