"""What if: one change of a day or of a simulated company, as it is asked, kept and simulated. Pure and small, because
both the door that takes a question and the simulator that answers it speak of it."""

from dataclasses import dataclass

DAY_MINUTES = 1_440
FEWEST_TIMES, MOST_TIMES = 0.1, 10.0  # `speed` and `arrivals`: what may be asked


@dataclass(frozen=True, slots=True)
class Change:
    """So many seats more or less of a class (empty: any) between two minutes of the day; so many more people who speak
    a language, all day; so many customers more within five minutes; another countdown.

    `speed`: agents are so many times as quick; `arrivals`: so many times as many customers come. 1: as they are.
    """

    seats: int = 0
    seats_topic: str = ""
    seats_language: str = ""
    from_minute: int = 0
    until_minute: int = 0
    people: int = 0
    people_language: str = ""
    incident: int = 0
    incident_topic: str = ""
    incident_language: str = ""
    incident_minute: int = 0
    countdown_seconds: float | None = None
    speed: float = 1.0
    arrivals: float = 1.0

    @property
    def from_s(self) -> float:
        return 60.0 * self.from_minute

    @property
    def until_s(self) -> float:
        return 60.0 * self.until_minute

    @property
    def incident_at_s(self) -> float:
        return 60.0 * self.incident_minute

    @property
    def is_one(self) -> bool:
        """Is anything different?"""
        counts = self.seats or self.people or self.incident or self.countdown_seconds
        return bool(counts) or self.speed != 1.0 or self.arrivals != 1.0


NOTHING = Change()
