"""How fast one socket may talk: a bucket of frames that refills, and a patience that wears out."""

from realtime.limits import FRAMES_AT_ONCE, FRAMES_PER_SECOND, PATIENCE


class Pace:
    """All times are the loop's clock, in seconds."""

    __slots__ = ("_annoyance", "_annoyed_at", "_counted_at", "_frames")

    def __init__(self, now: float) -> None:
        self._frames = float(FRAMES_AT_ONCE)
        self._counted_at = now
        self._annoyance = 0.0
        self._annoyed_at = now

    def allows(self, now: float) -> bool:
        """May one more frame be read now? Counts it if so."""
        self._frames = min(FRAMES_AT_ONCE, self._frames + (now - self._counted_at) * FRAMES_PER_SECOND)
        self._counted_at = now
        if self._frames < 1:
            return False
        self._frames -= 1
        return True

    def annoyed(self, now: float) -> bool:
        """Something was wrong with a frame. Is it enough now? One a second is forgiven."""
        self._annoyance = max(0.0, self._annoyance - (now - self._annoyed_at)) + 1
        self._annoyed_at = now
        return self._annoyance > PATIENCE
