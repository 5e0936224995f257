"""The reader's rule of docs/protocol.md, for one stream, without any I/O."""

from typing import Any

Frame = dict[str, Any]
NUMBERED = frozenset({"message", "answer", "changed", "hand_off", "note"})


class Reader:
    """What one client holds of one stream: `events` by number up to `head`, and where its conversation stands."""

    __slots__ = ("earlier", "events", "head", "status")

    def __init__(self) -> None:
        self.head = 0
        self.events: dict[int, Frame] = {}
        self.status: Frame | None = None
        self.earlier = False  # true: REST has events before the first one held

    def take(self, event: Frame) -> bool:
        """One numbered event. False where something before it is missing: it was dropped and must be asked for."""
        if event["seq"] > self.head + 1:
            return False
        if event["seq"] == self.head + 1:
            self.head += 1
            self._keep(event)
        return True

    def reset(self, frame: Frame) -> None:
        """All that was held is replaced."""
        self.events = {}
        for event in frame["events"]:
            self._keep(event)
        self.head, self.earlier = frame["head"], frame["earlier"]
        self.status = frame["status"]

    def _keep(self, event: Frame) -> None:
        self.events[event["seq"]] = event
        self.status = event.get("status") or self.status
