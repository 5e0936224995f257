"""A WebSocket client that costs little beside the server it measures: text frames, answers to pings, nothing else.

Browsers must mask what they send; a mask of zeros leaves the payload as it is and the server's work the same.
"""

import asyncio
import socket
import struct
from collections.abc import Callable
from typing import cast

UPGRADE = (
    "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nOrigin: {origin}\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n{more}\r\n"
)
TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA
NO_MASK = bytes(4)
NORMALLY = struct.pack("!H", 1000)
OPEN_SECONDS = 30.0


class Socket(asyncio.Protocol):
    """`hear` gets the payload of each text frame. `ended` holds why the link is gone, or nothing."""

    def __init__(self, path: str, origin: str, hear: Callable[[bytes], None], cookie: str = "") -> None:
        more = f"Cookie: {cookie}\r\n" if cookie else ""
        self._request = UPGRADE.format(path=path, origin=origin, more=more).encode()
        self._hear = hear
        self._rest = b""
        self._transport: asyncio.Transport | None = None
        self._upgraded = False
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.gone = asyncio.Event()
        self.ended = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(self._request)

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended = self.ended or f"cut: {exc}"
        self.gone.set()
        if not self.opened.done():
            self.opened.set_exception(ConnectionError(self.ended))

    def send(self, text: bytes) -> None:
        self._write(TEXT, text)

    def close(self) -> None:
        """Say goodbye; the server cuts the link."""
        self._write(CLOSE, NORMALLY)

    def cut(self) -> None:
        """The link is gone, without a word."""
        self._held().abort()

    def stop_reading(self) -> None:
        """From now on nothing is taken from the link, and little waits on this side of it."""
        self._held().pause_reading()

    def read_again(self) -> None:
        self._held().resume_reading()

    def data_received(self, data: bytes) -> None:
        data = self._rest + data if self._rest else data
        if not self._upgraded:
            head, found, data = data.partition(b"\r\n\r\n")
            if not found:
                self._rest = head
                return
            self._begin(head)
        self._rest = self._frames(data)

    def _begin(self, head: bytes) -> None:
        self._upgraded = True
        if self.opened.done():
            return  # nobody waits any more
        if b" 101 " in head.split(b"\r\n", 1)[0]:
            self.opened.set_result(None)
        else:
            self.opened.set_exception(ConnectionError(head.decode("latin-1")))

    def _frames(self, data: bytes) -> bytes:
        """Hand on every whole frame; what is left is the beginning of the next."""
        at, size = 0, len(data)
        while size - at >= 2:
            length, start = data[at + 1], at + 2
            if length == 126 and size - at >= 4:
                (length,), start = struct.unpack_from("!H", data, start), at + 4
            elif length == 127 and size - at >= 10:
                (length,), start = struct.unpack_from("!Q", data, start), at + 10
            elif length > 125:
                break
            if size < start + length:
                break
            self._take(data[at], data[start : start + length])
            at = start + length
        return data[at:]

    def _take(self, first: int, payload: bytes) -> None:
        if first == 0x80 | TEXT:
            self._hear(payload)
        elif first == 0x80 | PING:
            self._write(PONG, payload)
        elif first == 0x80 | CLOSE:
            self.ended = f"closed by the server: {payload!r}"
        else:
            raise AssertionError(f"an unexpected kind of frame: {first:#x}")

    def _write(self, kind: int, payload: bytes) -> None:
        length = len(payload)
        head = struct.pack("!BB", 0x80 | kind, 0x80 | length) if length < 126 else _long_head(kind, length)
        self._held().write(head + NO_MASK + payload)

    def _held(self) -> asyncio.Transport:
        assert self._transport is not None
        return self._transport


def _long_head(kind: int, length: int) -> bytes:
    assert length < 65_536, "no frame of a benchmark is that large"
    return struct.pack("!BBH", 0x80 | kind, 0x80 | 126, length)


async def open_socket(
    port: int, path: str, origin: str, hear: Callable[[bytes], None], *, cookie: str = "", receive_bytes: int = 0
) -> Socket:
    """A socket whose handshake is done. `receive_bytes` bounds what the kernel holds for it (0: as it likes)."""
    loop = asyncio.get_running_loop()
    link = socket.socket()
    link.setblocking(False)
    if receive_bytes:
        link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
    await loop.sock_connect(link, ("127.0.0.1", port))
    _, opened = await loop.create_connection(lambda: Socket(path, origin, hear, cookie), sock=link)
    async with asyncio.timeout(OPEN_SECONDS):
        await opened.opened
    return opened


class Page:
    """One kept-alive HTTP connection, one request at a time: as little as a browser's that costs nothing."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def ask(self, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> tuple[int, bytes]:
        """(status, body) of the answer."""
        lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self._writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        _, _, length = head.partition("content-length:")
        answer = await self._reader.readexactly(int(length.split("\r\n", 1)[0]))
        return int(head.split(" ", 2)[1]), answer

    def close(self) -> None:
        self._writer.close()


async def open_page(port: int, *, address: str = "127.0.0.1") -> Page:
    """A connection from one of this machine's own addresses: paces are counted for each."""
    return Page(*await asyncio.open_connection("127.0.0.1", port, local_addr=(address, 0)))
