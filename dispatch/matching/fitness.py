"""May this agent be asked for this escalation, and how well does she fit: one pair at a time, for one ring."""

from bisect import bisect_right
from collections.abc import Sequence
from enum import IntEnum

from dispatch.matching.facts import Candidate, Certificate, Certificates, Waiting
from dispatch.matching.weights import Weights

CERTIFIED = 2
LANGUAGE_LEVELS = 3
ONE_BREATH = 6  # nobody is rung again within this part of the time after which she may be asked again


class Ring(IntEnum):
    """How far from the topic an agent may be. Each contains those before it; the language is never given up."""

    CERTIFIED = 0
    LEARNING = 1
    FAMILY = 2
    BRAND = 3


class Grade(IntEnum):
    """What an agent holds of a topic, worst to best after the three levels of a certificate."""

    LEARNING = 0
    CERTIFIED = 1
    EXPERT = 2
    FAMILY = 3
    BRAND = 4


TOPIC_FACTS = tuple(f"topic_{grade.name.lower()}" for grade in Grade)
LANGUAGE_FACTS = ("language_gets_by", "language_good", "language_fluent")
GRADES = (Grade.LEARNING, Grade.CERTIFIED, Grade.EXPERT)
RING_OF = {
    Grade.LEARNING: Ring.LEARNING,
    Grade.CERTIFIED: Ring.CERTIFIED,
    Grade.EXPERT: Ring.CERTIFIED,
    Grade.FAMILY: Ring.FAMILY,
    Grade.BRAND: Ring.BRAND,
}


def ring_in_force(waited_s: float, weights: Weights, *, slack: bool) -> int:
    """The widest ring that is open for somebody who has waited so long."""
    return bisect_right(weights.rings_s if slack else weights.rings_tight_s, waited_s)


def grade(escalation: Waiting, certificates: Certificates, now: float) -> Grade | None:
    """What the agent holds of the topic; None where she may not be asked in any ring."""
    if escalation.tier not in ("", certificates.tier) or language_level(escalation, certificates, now) == 0:
        return None
    exact = certificates.skills.get((escalation.brand_id, escalation.topic))
    if exact is not None and holds(exact, now):
        return GRADES[min(exact.level, 3) - 1]
    of_brand = [
        held for (brand_id, _), held in certificates.skills.items() if brand_id == escalation.brand_id
    ]  # fmt: skip
    certified = [held for held in of_brand if held.level >= CERTIFIED and holds(held, now)]
    if not certified:
        return None
    near = escalation.family and any(held.family == escalation.family for held in certified)
    return Grade.FAMILY if near else Grade.BRAND


def language_level(escalation: Waiting, certificates: Certificates, now: float) -> int:
    """1 to 3; 0: she does not speak it, and is not asked in any ring."""
    spoken = certificates.languages.get(escalation.language)
    return min(spoken.level, 3) if spoken is not None and holds(spoken, now) else 0


def holds(certificate: Certificate, now: float) -> bool:
    return certificate.until is None or now < certificate.until


def fits(escalation: Waiting, agent: Candidate, now: float, ring: int) -> bool:
    """She has room, speaks the language, and what she holds of the topic is within the ring."""
    held = grade(escalation, agent.certificates, now)
    return agent.has_room and held is not None and RING_OF[held] <= ring


def code(escalation: Waiting, certificates: Certificates, now: float) -> int:
    """Grade and language level in one number. She may be asked, in some ring."""
    held = grade(escalation, certificates, now)
    assert held is not None, "nobody is asked who may not be"
    return held * LANGUAGE_LEVELS + language_level(escalation, certificates, now) - 1


def shares(weights: Weights) -> Sequence[float]:
    """What each grade is worth, as a share of an expert's."""
    return (*weights.topic_levels, weights.family_level, weights.brand_level)


def why(escalation: Waiting, agent: Candidate, now: float) -> tuple[str, ...]:
    """The facts of a placement, as the agent is shown them."""
    return why_of(code(escalation, agent.certificates, now), escalation, agent)


def why_of(code_: int, escalation: Waiting, agent: Candidate) -> tuple[str, ...]:
    """`why`, where grade and level are known."""
    held, level = divmod(code_, LANGUAGE_LEVELS)
    known = ("knows",) if escalation.first is not None and agent.agent_id == escalation.first else ()
    return (*known, TOPIC_FACTS[held], LANGUAGE_FACTS[level], "room" if agent.active else "free")
