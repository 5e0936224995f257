"""How a worker takes the loss of its broker: it stays, and asks again with longer and longer pauses."""

import time

from celery.worker.consumer import Consumer

# Celery calls six tries within a second trouble of the worker's own. No haste shortens these: a test's clock does not
# make a full Redis empty sooner.
FIRST_SECONDS = 0.25
MOST_SECONDS = 2.0
STEADY_SECONDS = 10.0  # a link that held so long was a good one: the next loss is a first one again


class Patient(Consumer):
    """A worker's consumer, which pauses before each new link: 0.25 s, twice as long each time, 2 s at most.

    Celery pauses by itself where nobody listens. A broker that answers, and refuses because it is full, it asks again
    at once and without end. The pause is short, so a worker that is told to end meanwhile ends soon.
    """

    _failures = 0
    _asked_at = float("-inf")  # of `time.monotonic`

    def on_connection_error_before_connected(self, exc: Exception) -> None:
        super().on_connection_error_before_connected(exc)
        self._pause()

    def on_connection_error_after_connected(self, exc: Exception) -> None:
        super().on_connection_error_after_connected(exc)
        self._pause()

    def _pause(self) -> None:
        steady = time.monotonic() - self._asked_at > STEADY_SECONDS
        self._failures = 0 if steady else self._failures + 1
        time.sleep(min(FIRST_SECONDS * 2.0 ** min(self._failures, 10), MOST_SECONDS))
        self._asked_at = time.monotonic()
