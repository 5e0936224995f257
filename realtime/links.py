"""The server's end of one connection, as far as we can see through its `send` (Uvicorn): how much it may hold, and how
it ends when its peer no longer reads. Through another server's `send` nothing is seen and nothing happens here.
"""

import logging
import socket
from collections.abc import Awaitable, Callable
from typing import Any

from realtime.limits import KERNEL_BYTES, TRANSPORT_BYTES

log = logging.getLogger(__name__)

Send = Callable[[dict[str, Any]], Awaitable[None]]


def transport_of(send: Send) -> Any:
    """The transport, or None."""
    return getattr(getattr(send, "__self__", None), "transport", None)


def narrow(send: Send) -> None:
    """A reader who stands still is noticed after some dozens of kilobytes instead of some megabytes."""
    transport = transport_of(send)
    if transport is None:
        return
    transport.set_write_buffer_limits(high=TRANSPORT_BYTES)
    plug = transport.get_extra_info("socket")
    if plug is not None:
        plug.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BYTES)


def say_last(send: Send, text: str, code: int) -> bool:
    """`text` and a close frame follow what the transport holds, past the flow control that the reader has shut.

    The link ends when its reader has taken them. One that is ending already is left to that. False where nothing could
    be said.
    """
    protocol: Any = getattr(send, "__self__", None)
    transport = transport_of(send)
    if transport is None or not hasattr(protocol, "conn"):
        return False
    if transport.is_closing():
        return True
    try:
        protocol.conn.send_text(text.encode())
        protocol.conn.send_close(code)
        protocol.close_sent = True
        transport.write(b"".join(protocol.conn.data_to_send()))
    except Exception:
        log.exception("A slow reader could not be told why it is cut off")
        return False
    transport.close()
    return True


def is_closing(send: Send) -> bool:
    transport = transport_of(send)
    return transport is not None and bool(transport.is_closing())


def abort(send: Send) -> None:
    """Nothing of the connection is left in this process."""
    transport = transport_of(send)
    if transport is not None:
        transport.abort()
