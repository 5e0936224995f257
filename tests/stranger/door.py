"""The HTTP doors that lead to a socket, spoken with nothing but the standard library."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

Frame = dict[str, Any]
REQUEST_SECONDS = 10.0


class RefusedError(Exception):
    """The server said no: to come again with the same credentials is of no use."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who somebody is over HTTP. `kind` is customer, agent or operator."""

    kind: str
    headers: Mapping[str, str]

    @classmethod
    def customer(cls, token: str) -> "Credentials":
        return cls("customer", {"Authorization": f"Bearer {token}"})

    @classmethod
    def agent(cls, session_key: str, kind: str = "agent") -> "Credentials":
        csrf = "stranger" * 4  # any 32 letters: the cookie and the header only have to be the same
        return cls(kind, {"Cookie": f"sessionid={session_key}; csrftoken={csrf}", "X-CSRFToken": csrf})

    @property
    def cookie(self) -> dict[str, str]:
        return {name: value for name, value in self.headers.items() if name == "Cookie"}


async def ticket(url: str, who: Credentials, *, origin: str, seconds: float = REQUEST_SECONDS) -> tuple[str, str]:
    """(ticket, path of the socket). Raises RefusedError, or OSError and TimeoutError where trying again may help."""
    body = {} if who.kind == "customer" else {"kind": who.kind}
    status, answer = await request(url, "POST", "/api/v1/ticket", who.headers, body, origin=origin, seconds=seconds)
    if status in (400, 401, 403):
        raise RefusedError(f"no ticket: {status} {answer}")
    if status not in (200, 201) or not isinstance(answer, dict):
        raise ConnectionError(f"no ticket: {status}")
    return answer["ticket"], answer["url"]


async def request(
    url: str,
    method: str,
    path: str,
    headers: Mapping[str, str],
    body: Frame | bytes | None = None,
    *,
    origin: str,
    seconds: float = REQUEST_SECONDS,
) -> tuple[int, Any]:
    """(status, answer) over a connection of its own; a body of bytes is a form. Raises OSError, TimeoutError."""
    parts = urlsplit(url)
    assert parts.hostname, f"an address has a host: {url}"
    data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    lines = [f"{method} {path} HTTP/1.1", f"Host: {parts.netloc}", f"Origin: {origin}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    form = "application/x-www-form-urlencoded" if isinstance(body, bytes) else "application/json"
    lines += [f"Content-Type: {form}", f"Content-Length: {len(data)}", "", ""]
    async with asyncio.timeout(seconds):
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port or 80)
        try:
            writer.write("\r\n".join(lines).encode() + data)
            await writer.drain()
            return _answer(await reader.read())
        finally:
            writer.close()


def _answer(raw: bytes) -> tuple[int, Any]:
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    words = first.split(" ", 2)
    if len(words) < 2 or not words[0].startswith("HTTP/") or not words[1].isdigit():
        raise ConnectionError(f"no answer in HTTP: {first[:60]!r}")
    fields = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    if "chunked" in fields.get("transfer-encoding", ""):
        body = _unchunked(body)
    elif len(body) < int(fields.get("content-length") or 0):
        raise ConnectionError("the answer was cut off")
    if "json" not in fields.get("content-type", ""):
        return int(words[1]), body.decode(errors="replace")
    try:
        return int(words[1]), json.loads(body)
    except ValueError:
        raise ConnectionError("the answer is no JSON") from None


def _unchunked(body: bytes) -> bytes:
    whole = b""
    while body:
        size, _, body = body.partition(b"\r\n")
        length = int(size or b"0", 16)
        if not length:
            return whole
        whole, body = whole + body[:length], body[length + 2 :]
    raise ConnectionError("the answer was cut off")
