"""Python's cyclic collector, kept away from what lives long.

A full collection over the objects of thousands of sockets stops the process for half a second; left to its thresholds
it comes either then or, with thresholds that spare us this, so late that circles pile up by the megabyte. Here it comes
often and small: whatever is alive after a look is set aside (`gc.freeze`), so that the next look sees only what came
since. Now and then all of it is looked at again, for circles among what was once set aside.
"""

import gc

LOOK_SECONDS = 30
FULL_LOOKS = 60
# When so many sockets have come, for the first time or again, they are looked at and set aside at once: the next look
# would have a long way through them, and everybody waits meanwhile.
NEW_SOCKETS = 250


class Collector:
    def __init__(self) -> None:
        self._seconds = 0
        self._came = 0
        gc.set_threshold(2_000, 10, 1_000)
        self._look()

    def tick(self, came: int) -> None:
        """To be called every second, with how many sockets have come so far."""
        self._seconds += 1
        if self._seconds % (LOOK_SECONDS * FULL_LOOKS) == 0:
            gc.unfreeze()
        if self._seconds % LOOK_SECONDS == 0 or came >= self._came + NEW_SOCKETS:
            self._came = came
            self._look()

    def _look(self) -> None:
        gc.collect()
        gc.freeze()
