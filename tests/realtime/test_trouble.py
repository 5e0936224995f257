"""What a log says of trouble: a line where it passes by itself, a traceback where it is our mistake."""

import logging

import pytest
from django.db import OperationalError, ProgrammingError
from redis.exceptions import ConnectionError as RedisConnectionError

from realtime import trouble
from realtime.bus import Bus

log = logging.getLogger("realtime.test")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OperationalError("server closed the connection\n\tThis probably means"), "server closed the connection"),
        (RedisConnectionError("Connection reset"), "Connection reset"),
        (TimeoutError(), "TimeoutError"),
    ],
)
def test_trouble_that_passes_is_one_line(error: Exception, said: str, caplog: pytest.LogCaptureFixture) -> None:
    trouble.tell(log, error, "The state of %s could not be read", "Dana")

    (record,) = caplog.records
    assert (record.levelname, record.exc_info) == ("WARNING", None)
    assert record.getMessage() == f"The state of Dana could not be read: {said}"


def test_a_mistake_of_ours_is_an_error_with_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    trouble.tell(log, ProgrammingError("no such column"), "The state of %s could not be read", "Dana")

    (record,) = caplog.records
    assert record.levelname == "ERROR"
    assert record.exc_info is not None


def test_what_a_client_garbled_is_a_line_in_the_servers_log_and_no_traceback(caplog: pytest.LogCaptureFixture) -> None:
    server = logging.getLogger("uvicorn.error")
    for sentence in ("Invalid UTF-8 sequence received from client.", "A mistake of ours"):
        try:
            b"\xff".decode()
        except UnicodeDecodeError:
            server.exception(sentence)

    theirs, ours = caplog.records
    assert (theirs.levelname, theirs.exc_info) == ("WARNING", None)
    assert ours.levelname == "ERROR"
    assert ours.exc_info is not None


async def test_a_link_that_uvloop_calls_closed_is_a_broken_one() -> None:
    """uvloop refuses to write to a transport that has gone with a RuntimeError, which is no OSError."""

    class Gone:
        async def publish(self, channel: str, data: bytes) -> None:
            raise RuntimeError("unable to perform operation on <TCPTransport closed=True>; the handler is closed")

    bus = Bus("one", url="redis://127.0.0.1:1", channel="bus", hear=lambda news: None, turned=lambda: None)

    assert await bus._published(Gone(), b"") is False  # type: ignore[arg-type]
