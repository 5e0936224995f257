"""The published weights of the score. A version never changes; another one gets another number."""

from dataclasses import dataclass, replace

Rings = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Weights:
    """Points: higher is better. A pair scores what fits, less what it costs the agent and the others.

    `topic_levels` and `language_levels` turn the levels 1 to 3 into shares of the best; `family_level` and
    `brand_level` stand for a topic that the agent does not hold, reached by a wider ring.
    """

    version: int = 1
    # the pair
    fit: float = 6.0
    topic_levels: tuple[float, float, float] = (0.6, 0.85, 1.0)
    language_levels: tuple[float, float, float] = (0.6, 0.85, 1.0)
    family_level: float = 0.4
    brand_level: float = 0.2
    # the agent
    speed: float = 1.2
    load_share: float = 0.5
    load: float = 1.5
    idle: float = 0.25
    idle_unit_s: float = 120.0
    idle_most: float = 2.0
    deficit: float = 0.3
    deficit_fair: float = 6.0
    price: float = 1.8
    price_most: float = 4.0
    starved: float = 5.0
    reserve: float = 40.0
    # the escalation: serving more and older always beats choosing better
    served: float = 100.0
    age_per_s: float = 0.08
    age_most_s: float = 600.0
    priority: float = 30.0
    # rings: learners of the topic, its family, anybody of the brand; opened early only below this occupancy
    rings_s: Rings = (45.0, 120.0, 240.0)
    rings_tight_s: Rings = (90.0, 240.0, 480.0)
    slack_below: float = 0.88

    def hastened(self, haste: float) -> "Weights":
        """The same choice in a clockwork that runs `haste` times as fast."""
        return replace(
            self,
            idle_unit_s=self.idle_unit_s / haste,
            age_per_s=self.age_per_s * haste,
            age_most_s=self.age_most_s / haste,
            rings_s=_shorter(self.rings_s, haste),
            rings_tight_s=_shorter(self.rings_tight_s, haste),
        )


def _shorter(seconds: Rings, haste: float) -> Rings:
    first, second, third = seconds
    return first / haste, second / haste, third / haste
