"""Whoever does not read is cut off with a word about it, and costs nobody else anything."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import psutil
import pytest

from brands.models import Brand
from conversations import customers, frames, lifecycle, stream
from conversations.models import Conversation
from marketplace import clock
from marketplace.local.services import Urls
from realtime import wire
from realtime.limits import SLOW
from realtime.models import Connection
from tests.realtime.conftest import Web, enter, serving
from tests.realtime.servers.conftest import House, until
from tests.realtime.still import Still

MEGABYTE = 1024 * 1024


@pytest.fixture
def chats(lumo: Brand) -> list[Conversation]:
    """Thirty customers' open conversations."""
    now = clock.now()
    people = [customers.anonymous(lumo, language="en", now=now)[0] for _ in range(30)]
    return [lifecycle.start(person, language="en", now=now)[0] for person in people]


@pytest.fixture
def web(fresh_database: Urls, tmp_path: Path) -> Iterator[Web]:
    """A server that does not end by its pings what it should end by itself."""
    with serving(fresh_database, tmp_path, ws_ping_timeout="120") as web:
        yield web


def write(chats: Sequence[Conversation], count: int, *, size: int = 32_000) -> None:
    """`count` long messages into each of the conversations, told to their readers."""
    for _ in range(count):
        lines = [stream.Line(chat.pk, chat.customer_id, uuid4(), "x" * size) for chat in chats]
        verdicts = stream.append_many(lines, now=clock.now())
        assert {verdict.kind for verdict in verdicts} == {"new"}
        told = [
            (frames.key(line.conversation, "talk"), verdict.seq, verdict.frame)
            for line, verdict in zip(lines, verdicts, strict=True)
        ]
        wire.after_commit(events=told)


@pytest.mark.slow
@pytest.mark.parametrize("count", [16, 40])  # the link blocks; the outbox overflows
def test_readers_that_stand_still_are_cut_off_with_a_hint_and_the_others_notice_nothing(
    house: House, web: Web, chats: list[Conversation], tabs: ExitStack, count: int
) -> None:
    who = [f"customer:{chat.customer_id}" for chat in chats]
    readers = [tabs.enter_context(enter(web, principal, max_queue=None)) for principal in who]
    stalled = [tabs.enter_context(Still(web, principal)) for principal in who]
    for still, reader in zip(stalled, readers, strict=True):
        assert still.next("reset")["head"] == reader.next("reset")["head"] == 0
    before = psutil.Process(web.child.pid).memory_info().rss

    began = time.monotonic()
    write(chats, count)
    written = time.monotonic()
    for reader in readers:
        seqs = [reader.next("message")["seq"] for _ in range(count)]
        assert seqs == list(range(seqs[0], seqs[0] + count))

    until(lambda: Connection.objects.filter(principal__in=who).count() == len(who), within=15 - (written - began))
    assert psutil.Process(web.child.pid).memory_info().rss - before < 32 * MEGABYTE
    for tab, principal, chat in zip(stalled, who, chats, strict=True):
        got, code = tab.rest()
        assert code == SLOW  # though it reads only now
        assert got[-1]["code"] == "slow"
        assert got[-1]["retry_seconds"] is not None
        held = max(int(frame["seq"]) for frame in got if frame["type"] == "message")
        back = tabs.enter_context(enter(house.right, principal, have=[(chat.pk, "talk", held)]))
        assert [back.next("message")["seq"] for _ in range(held, count)] == list(range(held + 1, count + 1))


@pytest.mark.slow
def test_a_link_that_is_open_on_one_side_only_is_noticed_within_twenty_five_seconds(
    house: House, customer: str
) -> None:
    with Still(house.left, customer):  # answers no ping, and nothing is written to it
        assert Connection.objects.filter(principal=customer).exists()

        until(lambda: not Connection.objects.filter(principal=customer).exists(), within=25)
