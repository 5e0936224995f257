"""HTTP in front of few threads: a slow browser holds none of them, and no body is larger than it may be."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterable
from typing import Any

import pytest
import uvicorn

from realtime import front
from realtime.front import Front
from realtime.limits import BODIES_BYTES, BODY_BYTES, HTTP_THREADS

Message = dict[str, Any]
CHUNK = b"x" * 8_192


def pages(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """A small site: how much was sent to it, or a large page."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    if environ["PATH_INFO"] == "/large":
        return [CHUNK] * 400
    return [str(len(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))).encode()]


class Browser:
    """One request: what it sends part by part, and what it has read of the answer."""

    def __init__(
        self, site: Front, path: str = "/", *, parts: Iterable[bytes] = (b"",), length: int | None = None
    ) -> None:
        self._parts = list(parts)
        self._headers = [] if length is None else [(b"content-length", str(length).encode())]
        self.reads = asyncio.Event()
        self.reads.set()
        self.sends = asyncio.Event()
        self.sends.set()
        self.got: list[Message] = []
        scope = {
            "type": "http", "http_version": "1.1", "method": "POST", "path": path, "query_string": b"",
            "headers": self._headers, "scheme": "http", "server": ("localhost", 80), "client": ("localhost", 1),
        }  # fmt: skip
        self.done = asyncio.create_task(site(scope, self._receive, self._send))

    async def _receive(self) -> Message:
        await self.sends.wait()
        part = self._parts.pop(0)
        return {"type": "http.request", "body": part, "more_body": bool(self._parts)}

    async def _send(self, message: Message) -> None:
        await self.reads.wait()
        self.got.append(message)

    @property
    def sent_all(self) -> bool:
        return not self._parts

    async def answer(self) -> tuple[int, bytes]:
        async with asyncio.timeout(5):
            await self.done
        return self.got[0]["status"], b"".join(message.get("body", b"") for message in self.got[1:])


@pytest.fixture
async def site() -> Front:
    return Front(pages)


async def test_a_body_arrives_whole_also_in_chunks_without_a_length(site: Front) -> None:
    assert await Browser(site, parts=[b"a" * 1_000, b"b" * 500], length=1_500).answer() == (200, b"1500")
    assert await Browser(site, parts=[b"a" * 1_000, b"b" * 500]).answer() == (200, b"1500")


async def test_a_body_that_says_it_is_too_large_is_thrown_away_and_refused(site: Front) -> None:
    browser = Browser(site, parts=[b"a" * 100_000] * 100, length=10_000_000)

    assert (await browser.answer())[0] == 413
    assert browser.sent_all


async def test_a_body_that_turns_out_too_large_is_refused(site: Front) -> None:
    parts = [b"a" * 500_000] * (BODY_BYTES // 500_000 + 1)

    assert (await Browser(site, parts=parts).answer())[0] == 413


async def test_all_bodies_together_have_a_bound_and_give_their_room_back(site: Front) -> None:
    large = [b"a" * (BODY_BYTES - 1), b""]
    browsers = [Browser(site, parts=large) for _ in range(BODIES_BYTES // BODY_BYTES + 5)]

    statuses = [(await browser.answer())[0] for browser in browsers]
    assert set(statuses) <= {200, 503}
    assert (await Browser(site, parts=large).answer())[0] == 200


class Stalled(Browser):
    """It sends its first part, and then nothing more."""

    async def _receive(self) -> Message:
        if len(self._parts) == 1:
            await asyncio.Event().wait()
        return await super()._receive()


async def test_whoever_fills_all_room_with_uploads_keeps_nobody_from_asking(site: Front) -> None:
    large = [b"a" * (BODY_BYTES - 1), b""]
    stalled = [Stalled(site, parts=large) for _ in range(BODIES_BYTES // (BODY_BYTES - 1) + 2)]
    await asyncio.sleep(0.1)
    refused = [upload for upload in stalled if upload._parts == [b""]]

    assert (await Browser(site, parts=(b"hello",)).answer()) == (200, b"5")
    assert (await Browser(site, parts=large).answer())[0] == 503
    assert site._held <= BODIES_BYTES, "a refused body's room is given back while its rest is thrown away"
    assert refused

    for upload in stalled:
        upload.done.cancel()
    await asyncio.gather(*(upload.done for upload in stalled), return_exceptions=True)
    assert site._held == 0


async def test_many_slow_uploads_hold_up_nobody(site: Front) -> None:
    slow = [Browser(site, parts=[b"a", b"b"], length=2) for _ in range(5 * HTTP_THREADS)]
    for browser in slow:
        browser.sends.clear()

    assert await Browser(site).answer() == (200, b"0")

    for browser in slow:
        browser.sends.set()
        assert await browser.answer() == (200, b"2")


async def test_many_readers_who_stand_still_hold_up_nobody(site: Front) -> None:
    stalled = [Browser(site) for _ in range(5 * HTTP_THREADS)]
    for browser in stalled:
        browser.reads.clear()

    assert await Browser(site).answer() == (200, b"0")

    for browser in stalled:
        browser.reads.set()
        assert await browser.answer() == (200, b"0")


async def test_a_large_answer_waits_for_its_reader_but_not_for_ever(
    site: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(front, "ANSWER_SECONDS", 0.1)
    stalled = [Browser(site, "/large") for _ in range(2 * HTTP_THREADS)]
    for browser in stalled:
        browser.reads.clear()

    assert await Browser(site).answer() == (200, b"0")
    for browser in stalled:
        async with asyncio.timeout(5):
            await browser.done


async def test_a_request_that_takes_too_long_to_arrive_is_refused(site: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front, "BODY_SECONDS", 0.05)
    browser = Browser(site, parts=[b"a"], length=1)
    browser.sends.clear()

    assert (await browser.answer())[0] == 408


async def test_a_slow_reader_gets_all_of_a_large_answer(site: Front) -> None:
    browser = Browser(site, "/large")
    status, body = await browser.answer()

    assert status == 200
    assert body == CHUNK * 400


async def test_who_has_left_before_a_thread_was_free_is_not_served(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front, "BODY_SECONDS", 0.05)
    served: list[str] = []
    at_work, doors = threading.Semaphore(0), threading.Event()

    def busy(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        served.append(environ["PATH_INFO"])
        at_work.release()
        doors.wait(5)
        start_response("200 OK", [("Content-Length", "0")])
        return []

    server = uvicorn.Server(uvicorn.Config(Front(busy), port=0, log_level="warning", lifespan="off"))
    listening = socket.create_server(("127.0.0.1", 0))
    running = asyncio.create_task(server.serve([listening]))
    port = listening.getsockname()[1]
    busy_ones = [await asked(port, "/holds") for _ in range(HTTP_THREADS)]
    for _ in busy_ones:
        await asyncio.to_thread(at_work.acquire, timeout=5)
    leaver, waiter = await asked(port, "/leaves"), await asked(port, "/waits")
    leaver[1].transport.abort()
    refused = await asked(port, "/large", length=BODY_BYTES + 1)
    assert (await refused[0].readline()).startswith(b"HTTP/1.1 413")  # without a thread: all before it was heard
    doors.set()

    assert (await waiter[0].readline()).startswith(b"HTTP/1.1 200")
    assert sorted(served) == ["/holds"] * HTTP_THREADS + ["/waits"]
    for _, writer in (*busy_ones, waiter, refused):
        writer.close()
    server.should_exit = True
    await running


async def asked(port: int, path: str, *, length: int = 0) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection that has sent one request, but for its body."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: here\r\nContent-Length: {length}\r\n\r\n".encode())
    await writer.drain()
    return reader, writer
