"""Real server processes and real sockets for the tests of the wire."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from marketplace import clock
from marketplace.local import processes
from marketplace.local.services import Urls
from realtime import tickets

ROOT = Path(__file__).resolve().parents[2]
PATHS = {"customer": "/ws/customer", "agent": "/ws/agent", "operator": "/ws/board"}
Frame = dict[str, Any]


@dataclass
class Web:
    """One server process of the product."""

    port: int
    child: subprocess.Popen[bytes]

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def address(self, path: str) -> str:
        return f"ws://127.0.0.1:{self.port}{path}"

    def stop(self) -> int:
        self.child.send_signal(signal.SIGTERM)
        return self.child.wait(10)


@contextmanager
def serving(urls: Urls, state: Path, *, haste: float = 1, **options: str) -> Iterator[Web]:
    """The web process as `make run` starts it, on a free port; `options` replace some of the server's."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "DATABASE_URL": urls.database,
        "DATABASE_OWNER_URL": urls.owner,
        "REDIS_URL": urls.redis,
        "BECKON_ENV": "test",
        "BECKON_HASTE": str(haste),
        "BECKON_PORT": str(port),
        "BECKON_STATE_DIR": str(state),
        "DJANGO_SETTINGS_MODULE": "marketplace.settings",
    }
    command = [sys.executable, *processes.commands(host="127.0.0.1", port=port, haste=haste)["web"]]
    for name, value in options.items():
        command[command.index(f"--{name.replace('_', '-')}") + 1] = value
    with subprocess.Popen(command, cwd=ROOT, env=environment) as child:
        try:
            _wait_until_open(port, child)
            yield Web(port, child)
        finally:
            child.kill()


def _wait_until_open(port: int, child: subprocess.Popen[bytes]) -> None:
    """Until the port answers; each attempt waits a little by itself."""
    pause = threading.Event()
    for _ in range(600):
        assert child.poll() is None, "the web process ended while starting"
        with socket.socket() as probe:
            probe.settimeout(0.1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        pause.wait(0.05)
    raise AssertionError("the web process did not start within 30 s")


class Tab:
    """A browser tab: one socket, its frames as dictionaries."""

    welcome: Frame

    def __init__(self, web: Web, path: str, **headers: Any) -> None:
        self._open = ExitStack()
        origin = headers.pop("origin", web.origin)
        self.link: ClientConnection = self._open.enter_context(
            connect(web.address(path), origin=origin, compression=None, **headers)
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def send(self, kind: str, **fields: Any) -> None:
        self.link.send(json.dumps({"type": kind, **fields}))

    def frame(self, *, within: float = 10) -> Frame:
        """The next frame."""
        got: Frame = json.loads(self.link.recv(timeout=within))
        return got

    def next(self, *kinds: str, within: float = 10) -> Frame:
        """The next frame of one of these kinds; others are passed over."""
        while (got := self.frame(within=within))["type"] not in kinds:
            pass
        return got

    def drained(self) -> list[Frame]:
        """All that has been sent to this tab so far: what comes before the answer to a ping."""
        self.send("ping", have=[])
        got = []
        while (frame := self.frame())["type"] != "pong":
            got.append(frame)
        return got

    def end(self, *, within: float = 10) -> tuple[Frame | None, int]:
        """The last frame before the server closed the socket, and the code it closed it with."""
        last = None
        try:
            while True:
                last = self.frame(within=within)
        except ConnectionClosed as closed:
            return last, closed.rcvd.code if closed.rcvd else 1006


def enter(web: Web, principal: str, *, have: Sequence[tuple[object, str, int]] = (), **how: Any) -> Tab:
    """A tab of this person that has been welcomed. `how`: for the client's library."""
    kind = principal.partition(":")[0]
    secret = tickets.issue(principal, session_key="", origin=web.origin, now=clock.now())
    tab = Tab(web, PATHS[kind], **how)
    held = [{"conversation": str(chat), "stream": stream, "seq": seq} for chat, stream, seq in have]
    tab.send("enter", ticket=secret, have=held)
    tab.welcome = tab.frame()
    if tab.welcome["type"] == "bye":
        tab.link.close()
        raise SentAwayError(tab.welcome)
    assert tab.welcome["type"] == "welcome"
    return tab


class SentAwayError(AssertionError):
    """The server said `bye` instead of `welcome`."""


@pytest.fixture
def tabs() -> Iterator[ExitStack]:
    """Closes what was opened: `tabs.enter_context(enter(web, principal))`."""
    with ExitStack() as stack:
        yield stack
