"""A person's sockets are brought up to date one change after the other; an older picture never follows a newer one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
import pytest

from marketplace.refusals import Refused
from realtime import people as peopling
from realtime import protocol
from realtime.delivery import HELD_MOST, Delivery
from realtime.limits import OUTBOX_BYTES
from realtime.people import People
from realtime.ports import Resumed, Wanted
from realtime.threads import Pool

OWNER = UUID(int=7)
DANA = f"agent:{OWNER}"
TALK = "5b0f6c1e-9d5c-4a58-8c7e-0f7a1d1f2a11/talk"
DESK = "5b0f6c1e-9d5c-4a58-8c7e-0f7a1d1f2a11/desk"
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@dataclass
class Product:
    """A small product in memory."""

    version: int = 1
    keys: list[str] = field(default_factory=list)
    rows: list[tuple[str, int, bytes]] = field(default_factory=list)
    failures: int = 0
    unreadable: int = 0
    gone: bool = False
    reads: int = 0

    def streams_of(self, principals: Sequence[str]) -> list[list[str]]:
        if self.failures:
            self.failures -= 1
            raise ConnectionError("the database is away")
        return [self.keys for _ in principals]

    def missed(self, heads: Sequence[tuple[str, int]]) -> list[tuple[str, int, bytes]]:
        if self.unreadable:
            self.unreadable -= 1
            raise ConnectionError("the database is away")
        return [row for row in self.rows if row[1] > dict(heads).get(row[0], row[1])]

    def resume(self, wanted: Sequence[Wanted]) -> list[Resumed]:
        if self.unreadable:
            self.unreadable -= 1
            raise ConnectionError("the database is away")
        return [Resumed(head=3, frames=(b"reset",) if each.after is None else (b"missed",)) for each in wanted]

    def state(self, principals: Sequence[str]) -> list[tuple[int, bytes] | Refused]:
        if self.gone:
            return [Refused("This account is not active.") for _ in principals]
        self.reads += 1
        return [(self.version, f"desk {self.version}".encode()) for _ in principals]


class Socket:
    def __init__(self) -> None:
        self.principal = DANA
        self.keys: set[str] = set()
        self.log_in = ""
        self.session_key = ""
        self.got: list[str] = []
        self.bye: str | None = None
        self.backlog = 0
        self.room = asyncio.Event()

    def push(self, text: str) -> None:
        self.got.append(text)

    def say_bye(self, code: int, name: str, message: str, retry_seconds: int | None) -> None:
        self.bye = name

    def fall_behind(self) -> None:
        self.bye = "slow"

    async def drained(self) -> None:
        await self.room.wait()


@pytest.fixture
async def product() -> Product:
    return Product()


@pytest.fixture
async def people(product: Product, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[People]:
    monkeypatch.setattr("realtime.threads.close_old_connections", lambda: None)
    pool = Pool("people", 2)
    anything: Any = product
    made = People(anything, Delivery(lambda key: None, lambda text: made.part(text)), pool)
    yield made
    pool.stop()


@pytest.fixture
async def dana(people: People) -> Socket:
    """Dana's socket, up to date."""
    socket = Socket()
    people.add(socket)
    await people.enter(socket, {})
    return socket


async def test_a_newer_state_replaces_the_older_and_never_the_other_way_round(
    people: People, product: Product, dana: Socket
) -> None:
    for version in (5, 3, 5, 6):
        product.version = version
        people.changed(DANA)
        await people.settled(DANA)

    assert dana.got == ["desk 1", "desk 5", "desk 5", "desk 6"]


async def test_many_changes_at_once_are_brought_as_few(people: People, product: Product, dana: Socket) -> None:
    before = product.reads
    for _ in range(50):
        people.changed(DANA)
    await people.settled(DANA)

    assert product.reads - before <= 2


async def test_a_new_stream_begins_with_its_past_and_a_lost_one_ends_with_a_word(
    people: People, product: Product, dana: Socket
) -> None:
    product.keys = [TALK]
    people.changed(DANA)
    await people.settled(DANA)
    assert dana.got[-2:] == ["reset", "desk 1"]

    product.keys = []
    people.changed(DANA)
    await people.settled(DANA)
    assert '"left"' in dana.got[-2]
    assert dana.keys == set()


async def test_changes_that_cannot_be_read_are_read_again(
    people: People, product: Product, dana: Socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peopling, "AGAIN_SECONDS", 0.01)
    product.failures, product.version = 3, 2

    people.changed(DANA)

    async with asyncio.timeout(5):
        while dana.got[-1] != "desk 2":  # noqa: ASYNC110  (what is waited for sets no event)
            await asyncio.sleep(0.01)


async def test_a_new_stream_whose_past_cannot_be_read_is_read_again(
    people: People, product: Product, dana: Socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peopling, "AGAIN_SECONDS", 0.01)
    product.unreadable, product.keys = 2, [TALK]

    people.changed(DANA)

    async with asyncio.timeout(5):
        while "reset" not in dana.got:  # noqa: ASYNC110  (what is waited for sets no event)
            await asyncio.sleep(0.01)


def changed(seq: int, change: str, phase: str, author: UUID | None = None) -> bytes:
    role: Any = "agent" if author else "system"
    status = protocol.Status(phase=phase, why=change, since=NOON, person=None, to_rate=None)  # type: ignore[arg-type]
    frame = protocol.Changed(
        conversation=UUID(TALK.partition("/")[0]), stream="talk", seq=seq, change=change,
        author=protocol.Author(role=role, id=author, name=""), status=status, at=NOON,
    )  # fmt: skip
    return msgspec.json.encode(frame)


@pytest.mark.parametrize("change", ["lost", "transferred", "resolved", "left"])
async def test_an_agent_reads_nothing_after_the_number_that_ended_her_part(
    people: People, product: Product, dana: Socket, change: str
) -> None:
    """Nothing else was said: no news of her state, no answer of the database."""
    product.keys = [TALK, DESK]
    people.changed(DANA)
    await people.settled(DANA)
    product.failures = 1_000

    people._delivery.offer(TALK, 5, b"what the next person is told")  # early: it waits for its predecessor
    people._delivery.offer(TALK, 4, changed(4, change, "ended" if change in ("resolved", "left") else "queue"))
    people._delivery.offer(DESK, 4, b"a note for the next person")

    assert [text[:17] for text in dana.got[-2:]] == ['{"type":"changed"', '{"type":"left","c']
    assert dana.keys == set()


async def test_an_agent_whose_rights_are_gone_hears_why_first_and_nothing_after_it(
    people: People, product: Product, dana: Socket
) -> None:
    """Her rights are asked before the row that ended them has come: in a server that hears nothing."""
    product.keys = [TALK, DESK]
    people.changed(DANA)
    await people.settled(DANA)
    product.rows = [
        (TALK, 4, b"said while it was hers"),
        (TALK, 5, changed(5, "transferred", "queue")),
        (TALK, 6, b"what the next person is told"),
        (DESK, 4, b"a note for the next person"),
    ]

    product.keys = []
    people.changed(DANA)
    await people.settled(DANA)

    heard = [text[:17] for text in dana.got if text not in ("reset", "desk 1")]
    assert heard == ["said while it was", '{"type":"changed"', '{"type":"left","c']


async def test_an_agent_whose_rights_are_gone_leaves_when_nothing_can_be_read(
    people: People, product: Product, dana: Socket
) -> None:
    product.keys = [TALK]
    people.changed(DANA)
    await people.settled(DANA)

    product.keys, product.unreadable = [], 1
    people.changed(DANA)
    await people.settled(DANA)

    assert '"left"' in dana.got[-2]
    assert dana.keys == set()


async def test_a_socket_that_closed_before_it_was_sent_something_again_keeps_no_seat(
    people: People, product: Product, dana: Socket
) -> None:
    product.keys = [TALK]
    people.changed(DANA)
    await people.settled(DANA)
    again = people.send_again(dana, TALK, 2)

    people.remove(dana)
    await again

    people._delivery.offer(TALK, 4, changed(4, "transferred", "queue"))
    assert list(people._delivery.heads()) == []


async def test_who_owns_it_reads_on_and_whoever_did_before_does_not(
    people: People, product: Product, dana: Socket
) -> None:
    product.keys = [TALK, DESK]
    people.changed(DANA)
    await people.settled(DANA)

    people._delivery.offer(TALK, 4, changed(4, "away", "away"))
    people._delivery.offer(TALK, 5, changed(5, "back", "person"))
    people._delivery.offer(TALK, 6, changed(6, "joined", "person", OWNER))
    people._delivery.offer(TALK, 7, b"to her")
    assert dana.got[-1] == "to her"

    product.keys = []
    people._delivery.offer(TALK, 8, changed(8, "joined", "person", UUID(int=8)))
    people._delivery.offer(TALK, 9, b"to somebody else")
    assert "to somebody else" not in dana.got


async def test_an_old_end_takes_nothing_from_an_agent_who_is_back(
    people: People, product: Product, dana: Socket
) -> None:
    product.keys = [TALK]
    people.changed(DANA)
    await people.settled(DANA)

    people._delivery.offer(TALK, 4, changed(4, "lost", "queue"))
    await people.settled(DANA)

    assert dana.keys == {TALK}
    assert "reset" in dana.got[dana.got.index(next(text for text in dana.got if '"left"' in text)) :]


async def test_somebody_who_may_not_be_here_any_more_is_sent_away(
    people: People, product: Product, dana: Socket
) -> None:
    product.gone = True
    people.changed(DANA)
    await people.settled(DANA)

    assert dana.bye == "revoked"


async def test_a_socket_that_closes_while_it_is_brought_up_to_date_leaves_nothing_behind(
    people: People, product: Product
) -> None:
    product.keys = [TALK]
    socket = Socket()
    people.add(socket)
    entering = asyncio.create_task(people.enter(socket, {}))
    await asyncio.sleep(0)
    people.remove(socket)
    await entering

    assert socket.keys == set()
    assert len(people) == 0
    assert list(people._delivery.heads()) == []


async def test_a_tab_that_reads_slowly_holds_up_none_of_the_persons_others(
    people: People, product: Product, dana: Socket
) -> None:
    phone = Socket()
    phone.backlog = OUTBOX_BYTES
    people.add(phone)
    await people.enter(phone, {})

    product.keys, product.version = [TALK, DESK], 2
    people.changed(DANA)
    async with asyncio.timeout(1):
        await people.settled(DANA)

    assert dana.got[-3:] == ["reset", "reset", "desk 2"]
    assert phone.got == ["desk 1", "desk 2", "reset"]

    people._delivery.offer(TALK, 4, b"live")
    phone.room.set()
    for _ in range(5):
        await asyncio.sleep(0)
    assert phone.got == ["desk 1", "desk 2", "reset", "live", "reset"]


async def test_a_socket_that_never_catches_up_is_sent_away_instead_of_being_waited_for(
    people: People, product: Product, dana: Socket
) -> None:
    phone = Socket()
    phone.backlog = OUTBOX_BYTES
    people.add(phone)
    await people.enter(phone, {})
    product.keys = [TALK]
    people.changed(DANA)
    await people.settled(DANA)

    ends = []
    for seq in range(4, 5 + HELD_MOST):
        ends.append(phone.bye)
        people._delivery.offer(TALK, seq, b"live")

    assert (set(ends), phone.bye) == ({None}, "slow")
    assert dana.bye is None


async def test_a_socket_whose_past_cannot_be_read_hears_what_comes_all_the_same(
    people: People, product: Product, dana: Socket
) -> None:
    product.keys = [TALK]
    people.changed(DANA)
    await people.settled(DANA)
    product.unreadable = 1

    await people.send_again(dana, TALK, 1)
    people._delivery.offer(TALK, 4, b"live")

    assert dana.got[-1] == "live"
