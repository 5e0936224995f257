"""Whoever pushes never waits; whoever does not read is cut off and costs nobody else anything."""

import asyncio

import pytest
from django.conf import settings

from realtime.limits import OUTBOX_BYTES, OUTBOXES_BYTES, RESTART, REVOKED, SLOW
from realtime.outbox import SLOW_BYE, Outbox, Outboxes


class Link:
    """The server's end of one connection, which may be stalled."""

    def __init__(self) -> None:
        self.sent: list[dict[str, object]] = []
        self.flowing = asyncio.Event()
        self.flowing.set()
        self.abandoned = 0

    async def send(self, message: dict[str, object]) -> None:
        await self.flowing.wait()
        self.sent.append(message)

    def abandon(self) -> None:
        self.abandoned += 1


@pytest.fixture
async def link() -> Link:
    return Link()


@pytest.fixture
async def watch() -> Outboxes:
    return Outboxes()


@pytest.fixture
async def outbox(link: Link, watch: Outboxes) -> Outbox:
    return Outbox(link.send, watch, link.abandon)


def texts(link: Link) -> list[object]:
    return [message.get("text", message.get("code")) for message in link.sent]


async def test_frames_are_sent_in_the_order_they_were_pushed(link: Link, outbox: Outbox) -> None:
    for number in range(100):
        outbox.push(str(number))
    await outbox.flushed()

    assert texts(link) == [str(number) for number in range(100)]
    assert outbox.backlog == 0


async def test_a_farewell_comes_after_what_was_pushed_before_and_nothing_comes_after_it(
    link: Link, outbox: Outbox
) -> None:
    outbox.push("one")
    outbox.close(1012, farewell="bye")
    outbox.push("two")
    await outbox.flushed()

    assert texts(link) == ["one", "bye", 1012]


async def test_a_reader_for_whom_too_much_waits_is_closed_as_slow(link: Link, watch: Outboxes, outbox: Outbox) -> None:
    link.flowing.clear()
    for _ in range(40):
        outbox.push("x" * 10_000)
    assert outbox.backlog <= OUTBOX_BYTES + 10_000

    link.flowing.set()
    await outbox.flushed()

    assert texts(link)[1:] == [SLOW_BYE, SLOW]
    assert outbox.backlog == watch.waiting_bytes == 0


async def test_one_frame_of_any_size_fits_into_an_empty_outbox(link: Link, outbox: Outbox) -> None:
    outbox.push("x" * (3 * OUTBOX_BYTES))
    await outbox.flushed()

    assert len(link.sent) == 1
    assert not outbox.closed


async def test_a_write_that_blocks_too_long_is_cut_off(link: Link, watch: Outboxes, outbox: Outbox) -> None:
    link.flowing.clear()
    outbox.push("one")
    await asyncio.sleep(0)
    now = asyncio.get_running_loop().time()

    watch.watch(now + settings.BECKON_WAITS["blocked_seconds"] - 1)
    assert link.abandoned == 0

    watch.watch(now + settings.BECKON_WAITS["blocked_seconds"] + 1)
    assert link.abandoned == 1
    assert outbox.closed
    assert outbox.backlog == 0


async def test_what_waits_is_measured_in_bytes(link: Link, watch: Outboxes, outbox: Outbox) -> None:
    link.flowing.clear()
    outbox.push("é" * 1_000)
    outbox.push("ascii")

    assert outbox.backlog == watch.waiting_bytes == 2_005

    link.flowing.set()
    await outbox.flushed()
    assert outbox.backlog == watch.waiting_bytes == 0


async def test_all_outboxes_together_have_a_bound_and_those_who_stood_still_longest_pay_for_it(watch: Outboxes) -> None:
    links = [Link() for _ in range(OUTBOXES_BYTES // OUTBOX_BYTES + 50)]
    outboxes = [Outbox(link.send, watch, link.abandon) for link in links]
    for link in links:
        link.flowing.clear()

    for outbox in outboxes:
        outbox.push("x" * OUTBOX_BYTES)
        assert watch.waiting_bytes <= OUTBOXES_BYTES

    cut = [outbox.closed for outbox in outboxes]
    assert cut == sorted(cut, reverse=True)  # the first to stand still, and no other
    assert cut.count(True) == 50
    assert [link.abandoned for link in links] == [int(gone) for gone in cut]


async def test_a_polite_close_that_nobody_takes_ends_as_well(link: Link, watch: Outboxes, outbox: Outbox) -> None:
    link.flowing.clear()
    outbox.close(1012, farewell="bye")
    await asyncio.sleep(0)

    watch.watch(asyncio.get_running_loop().time() + settings.BECKON_WAITS["blocked_seconds"] + 1)

    assert link.abandoned == 1
    assert watch.waiting_bytes == 0


async def test_waiting_for_room_ends_when_the_reader_reads_or_is_cut_off(
    link: Link, watch: Outboxes, outbox: Outbox
) -> None:
    link.flowing.clear()
    outbox.push("x" * OUTBOX_BYTES)
    waiting = asyncio.create_task(outbox.drained())
    await asyncio.sleep(0)
    assert not waiting.done()

    outbox.abort()
    async with asyncio.timeout(1):
        await waiting


async def test_a_peer_that_has_left_ends_the_socket_quietly(watch: Outboxes) -> None:
    abandoned = []

    async def gone(_: object) -> None:
        raise ConnectionResetError

    outbox = Outbox(gone, watch, lambda: abandoned.append(True))
    outbox.push("one")
    await outbox.flushed()

    assert outbox.closed
    assert abandoned == [True]


@pytest.mark.parametrize("before", [None, RESTART])
async def test_who_may_not_be_here_any_more_is_cut_off_however_slowly_she_reads(
    link: Link, outbox: Outbox, watch: Outboxes, before: int | None
) -> None:
    link.flowing.clear()
    for number in range(3):
        outbox.push(str(number))
    if before is not None:
        outbox.close(before)

    outbox.close(REVOKED, farewell="bye")

    assert (outbox.closed, outbox.ending, outbox.revoked, link.abandoned) == (True, True, True, 1)
    assert (outbox.backlog, watch.waiting_bytes) == (0, 0)


async def test_who_may_not_be_here_any_more_gets_her_last_word_where_the_link_flows(link: Link, outbox: Outbox) -> None:
    outbox.push("one")
    outbox.close(REVOKED, farewell="bye")
    outbox.push("two")
    await outbox.flushed()

    assert texts(link) == ["one", "bye", REVOKED]
    assert outbox.revoked
