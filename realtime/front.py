"""HTTP in front of the WSGI threads: a slow browser never holds one of them.

A request's body is read on the event loop, up to a bound, before a thread takes the request; the answer leaves the
thread into a buffer. Only an answer that is larger than its buffer waits for its reader, and not for ever.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from a2wsgi import WSGIMiddleware

from realtime.limits import HTTP_THREADS

BODY_BYTES = 12_000_000
BODY_SECONDS = 30.0
BUFFERED_MESSAGES = 64
WRITE_SECONDS = 30.0

Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class _RefusedError(Exception):
    def __init__(self, status: int, words: bytes) -> None:
        super().__init__(status)
        self.status = status
        self.words = words


class _LeftError(Exception):
    """The browser is gone."""


class Front:
    """The ASGI application for HTTP."""

    def __init__(self, wsgi: Callable[..., Any]) -> None:
        self._wsgi: Any = WSGIMiddleware(wsgi, workers=HTTP_THREADS, send_queue_size=BUFFERED_MESSAGES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body = await asyncio.wait_for(_body(scope, receive), BODY_SECONDS)
        except TimeoutError:
            await _answer(send, 408, b"The request took too long to arrive.")
        except _RefusedError as refused:
            await _answer(send, refused.status, refused.words)
        except _LeftError:
            return
        else:
            await self._wsgi(_measured(scope, body), _replay(body), _Patient(send))


async def _body(scope: Scope, receive: Receive) -> bytes:
    """The whole body, or a refusal as soon as it is clear that it is too large."""
    length = dict(scope["headers"]).get(b"content-length", b"0")
    if length.isdigit() and int(length) > BODY_BYTES:
        raise _RefusedError(413, b"This is too large.")
    parts = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _LeftError
        parts += message.get("body", b"")
        if len(parts) > BODY_BYTES:
            raise _RefusedError(413, b"This is too large.")
        if not message.get("more_body", False):
            return bytes(parts)


def _measured(scope: Scope, body: bytes) -> Scope:
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
            await asyncio.wait_for(self._send(message), WRITE_SECONDS)
        except Exception:  # the server's own errors for a reader that left, or the time-out
            self._given_up = True
            transport = getattr(getattr(self._send, "__self__", None), "transport", None)
            if transport is not None:
                transport.abort()


async def _answer(send: Send, status: int, words: bytes) -> None:
    headers = [
        (b"content-type", b"text/plain"),
        (b"content-length", str(len(words)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": words})
