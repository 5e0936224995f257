"""HTTP in front of the WSGI threads: a slow browser never holds one of them.

A request's body is read on the event loop, up to a bound, before a thread takes the request; the answer leaves the
thread into a buffer. Only an answer that is larger than its buffer waits for its reader, and not for ever.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import ContextVar
from typing import Any

from a2wsgi import WSGIMiddleware

from realtime.limits import (
    ANSWER_MESSAGES,
    ANSWER_SECONDS,
    BODIES_BYTES,
    BODY_BYTES,
    BODY_SECONDS,
    HTTP_THREADS,
    SMALL_BODY_BYTES,
    THROWN_AWAY_BYTES,
)

Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


# Whose request a thread works at. The threads' context is a copy of the task's that waits for them.
_asking: ContextVar[Receive] = ContextVar("_asking")


class _RefusedError(Exception):
    """The request is answered with `status`. `more`: its body is still being sent."""

    def __init__(self, status: int, words: bytes, *, more: bool) -> None:
        super().__init__(status)
        self.status = status
        self.words = words
        self.more = more


class _LeftError(Exception):
    """The browser is gone."""


class Front:
    """The ASGI application for HTTP."""

    def __init__(self, wsgi: Callable[..., Any]) -> None:
        self._wsgi: Any = WSGIMiddleware(_unless_left(wsgi), workers=HTTP_THREADS, send_queue_size=ANSWER_MESSAGES)
        self._held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = bytearray()
        try:
            if await self._taken(scope, receive, send, body):
                _asking.set(receive)
                await self._wsgi(_measured(scope, body), _replay(bytes(body)), _Patient(send))
        finally:
            self._held -= len(body)

    async def _taken(self, scope: Scope, receive: Receive, send: Send, body: bytearray) -> bool:
        """Is the body here, whole? If not, the request has been answered, or its browser has left."""
        try:
            async with asyncio.timeout(BODY_SECONDS):
                await self._read(scope, receive, body)
        except TimeoutError:
            await _answer(send, 408, b"The request took too long to arrive.")
        except _RefusedError as refused:
            self._held -= len(body)
            body.clear()
            if refused.more:
                await _throw_away(receive)
            await _answer(send, refused.status, refused.words)
        except _LeftError:
            return False
        else:
            return True
        return False

    async def _read(self, scope: Scope, receive: Receive, body: bytearray) -> None:
        """The whole body, or a refusal as soon as it is clear that there is no room for it."""
        length = dict(scope["headers"]).get(b"content-length", b"0")
        if length.isdigit() and int(length) > BODY_BYTES:
            raise _RefusedError(413, b"This is too large.", more=True)
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise _LeftError
            part = message.get("body", b"")
            body += part
            self._held += len(part)
            more = message.get("more_body", False)
            if len(body) > BODY_BYTES:
                raise _RefusedError(413, b"This is too large.", more=more)
            if self._held > BODIES_BYTES and len(body) > SMALL_BODY_BYTES:
                raise _RefusedError(503, b"Too much is being sent to us. Please try again.", more=more)


def _unless_left(wsgi: Callable[..., Any]) -> Callable[..., Any]:
    """`wsgi`, but for requests whose browser gave up before their turn came. After a standstill those would be a long
    queue in front of everybody who still waits."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        if getattr(getattr(_asking.get(), "__self__", None), "disconnected", False):
            start_response("408 Request Timeout", [("Content-Length", "0")])
            return []
        return wsgi(environ, start_response)

    return answer


def _measured(scope: Scope, body: bytearray) -> Scope:
    """WSGI reads as much as the length says: give one to a body that came in chunks."""
    headers = [
        (name, value) for name, value in scope["headers"] if name not in (b"content-length", b"transfer-encoding")
    ]
    if body:
        headers.append((b"content-length", str(len(body)).encode()))
    return {**scope, "headers": headers}


def _replay(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


class _Patient:
    """Sends to a slow reader with patience, to one that stalls or has left no more: the thread is free either way."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._given_up = False

    async def __call__(self, message: Message) -> None:
        if self._given_up:
            return
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._send(message)
        except Exception:  # the server's own errors for a reader that left, or the time-out
            self._given_up = True
            transport = getattr(getattr(self._send, "__self__", None), "transport", None)
            if transport is not None:
                transport.abort()


async def _throw_away(receive: Receive) -> None:
    """Read what is still being sent, up to a bound, and keep nothing of it."""
    left = THROWN_AWAY_BYTES
    with suppress(TimeoutError):
        async with asyncio.timeout(BODY_SECONDS):
            while left > 0:
                message = await receive()
                left -= len(message.get("body", b""))
                if not message.get("more_body", False):
                    return


async def _answer(send: Send, status: int, words: bytes) -> None:
    headers = [
        (b"content-type", b"text/plain"),
        (b"content-length", str(len(words)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": words})
