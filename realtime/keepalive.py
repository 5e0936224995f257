"""The transport's own ping, for those only who are silent: whoever was heard lately is alive.

A page pings every ten seconds by itself (`protocol.Ping`); a second ping of the transport beside it would be half of
what a quiet socket costs. A link that is gone is still found as soon after the last byte that came: the pause before a
ping is a little longer than a page's own, and the answer has so much less time.
"""

from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

SLACK = 0.1  # of the interval: the page's ping, which is due as ours is, may come first


class PatientProtocol(WebSocketsSansIOProtocol):
    """uvicorn's protocol; `--ws realtime.keepalive:PatientProtocol` puts it in place."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._heard_at = self.loop.time()
        if self.ping_interval is not None and self.ping_timeout is not None:
            slack = SLACK * self.ping_interval
            self.ping_interval, self.ping_timeout = self.ping_interval + slack, self.ping_timeout - slack

    def data_received(self, data: bytes) -> None:
        self._heard_at = self.loop.time()
        super().data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """A parser that waits for more holds the handshake, half a frame and itself: it ends with its connection."""
        super().connection_lost(exc)
        self.conn.parser.close()

    def send_keepalive_ping(self) -> None:
        """Ask whoever has been silent for the interval; look again when somebody else could have been."""
        assert self.ping_interval is not None
        left = self._heard_at + self.ping_interval - self.loop.time()
        if left > 0:
            self.ping_timer = self.loop.call_later(left, self.send_keepalive_ping)
        else:
            super().send_keepalive_ping()
