"""Agents and escalations for the pure plan: twelve topics in four families, six languages."""

from random import Random
from uuid import UUID

from dispatch.matching import Candidate, Certificate, Certificates, Waiting

TOPICS = [f"topic{number}" for number in range(12)]
LANGUAGES = ("en", "de", "fr", "es", "it", "fi")
SPOKEN_BY = (44, 20, 14, 10, 7, 5)
BRAND = UUID(int=1)
NOW = 1_000_000.0


def world(seed: int, *, waiting: int, agents: int) -> tuple[list[Waiting], list[Candidate]]:
    """The queue after a burst and everybody who is online, each with room; a tenth was offered to somebody before."""
    chance = Random(seed)
    supply = [_agent(chance) for _ in range(agents)]
    return [_waiting(chance, supply) for _ in range(waiting)], supply


def _agent(chance: Random) -> Candidate:
    topics = chance.sample(range(len(TOPICS)), chance.randint(1, 6))
    skills = {
        (BRAND, TOPICS[topic]): Certificate(chance.choice((1, 2, 2, 3)), family=f"family{topic // 3}")
        for topic in topics
    }
    spoken = {chance.choices(LANGUAGES, SPOKEN_BY)[0] for _ in range(chance.randint(1, 3))}
    languages = {code: Certificate(chance.randint(1, 3)) for code in sorted(spoken)}
    capacity = chance.randint(1, 3)
    active = chance.randrange(capacity)
    return Candidate(
        agent_id=UUID(int=chance.getrandbits(128)),
        certificates=Certificates(skills, languages),
        active=active,
        capacity=capacity,
        idle_since=None if active else NOW - chance.random() * 300,
        speed=chance.lognormvariate(0, 0.25),
    )


def _waiting(chance: Random, supply: list[Candidate]) -> Waiting:
    topic = chance.randrange(len(TOPICS))
    before = [chance.choice(supply).agent_id] if chance.random() < 0.1 else []
    return Waiting(
        id=UUID(int=chance.getrandbits(128)),
        brand_id=BRAND,
        topic=TOPICS[topic],
        language=chance.choices(LANGUAGES, SPOKEN_BY)[0],
        priority=3 if chance.random() < 0.05 else 0,
        queued_at=NOW - chance.random() * 100,
        asked={agent: NOW - chance.random() * 60 for agent in before},
        family=f"family{topic // 3}",
    )
