"""A client that reads from its socket only when it is told to: in between it stands still, as a sleeping phone does."""

from __future__ import annotations

import json
import socket
from typing import Self

from websockets.client import ClientProtocol
from websockets.frames import Frame as Piece
from websockets.frames import Opcode
from websockets.uri import parse_uri

from marketplace import clock
from realtime import tickets
from tests.realtime.conftest import PATHS, Frame, Web


class Still:
    """One socket that has been welcomed. Nothing is read, and no ping is answered, outside of `next` and `rest`."""

    def __init__(self, web: Web, principal: str) -> None:
        path = PATHS[principal.partition(":")[0]]
        self._protocol = ClientProtocol(parse_uri(web.address(path)), origin=web.origin)  # type: ignore[arg-type]
        self._plug = socket.create_connection(("127.0.0.1", web.port), timeout=10)
        self._frames: list[Frame] = []
        self._protocol.send_request(self._protocol.connect())
        secret = tickets.issue(principal, session_key="", origin=web.origin, now=clock.now())
        self._flush()
        while self._protocol.handshake_exc is None and self._protocol.state.name != "OPEN":
            self._read()
        self._protocol.send_text(json.dumps({"type": "enter", "ticket": secret, "have": []}).encode())
        self._flush()
        assert self.next("welcome")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._plug.close()

    def next(self, kind: str) -> Frame:
        """The next frame of this kind."""
        while True:
            while self._frames:
                if (frame := self._frames.pop(0))["type"] == kind:
                    return frame
            assert self._read(), f"the link ended before a {kind} came"

    def rest(self) -> tuple[list[Frame], int | None]:
        """Everything up to the end of the link, and the code it was closed with: None where nothing was said."""
        while self._read():
            continue
        closed = self._protocol.close_rcvd
        return self._frames, closed.code if closed else None

    def _read(self) -> bool:
        """One piece of what lies ready; False at the end."""
        try:
            data = self._plug.recv(65_536)
        except ConnectionResetError:
            return False
        if not data:
            return False
        self._protocol.receive_data(data)
        pieces = [event for event in self._protocol.events_received() if isinstance(event, Piece)]
        self._frames += [json.loads(bytes(piece.data)) for piece in pieces if piece.opcode is Opcode.TEXT]
        self._flush()
        return True

    def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            try:
                self._plug.sendall(data)
            except OSError:
                return  # what it would say interests nobody any more
