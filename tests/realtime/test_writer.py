"""Group commit: one verdict for every line, whatever happens to its batch."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from uuid import UUID, uuid4

import psycopg.errors
import pytest
from django.conf import settings
from django.db import IntegrityError, OperationalError

from realtime import writer as writing
from realtime.ports import Line, Verdict
from realtime.writer import Writer

CHAT, OTHER = UUID(int=1), UUID(int=2)


class Ledger:
    """A small product in memory that can be locked, poisoned or absent."""

    def __init__(self) -> None:
        self.rows: dict[UUID, list[str]] = {}
        self.batches: list[int] = []
        self.locked: set[UUID] = set()
        self.poison = ""
        self.absent = 0

    def write(self, lines: Sequence[Line], *, patient: bool) -> list[Verdict]:
        if self.absent:
            self.absent -= 1
            raise OperationalError("the server is away")
        if any(line.text == self.poison for line in lines):
            raise IntegrityError("this row cannot be")
        if patient and any(line.conversation in self.locked for line in lines):
            raise OperationalError("lock") from psycopg.errors.LockNotAvailable()
        self.batches.append(len(lines))
        return [self._one(line) for line in lines]

    def _one(self, line: Line) -> Verdict:
        if line.conversation in self.locked:
            return Verdict("busy", 0, b"")
        rows = self.rows.setdefault(line.conversation, [])
        rows.append(line.text)
        return Verdict("new", len(rows), line.text.encode())


class Desk:
    """A writer at work, and what its senders were told."""

    def __init__(self) -> None:
        self.ledger = Ledger()
        self.told: list[tuple[str, str, int]] = []
        self.stored: list[str] = []
        self.writer = Writer(self.ledger, lambda rows: self.stored.extend(line.text for line, _ in rows))  # type: ignore[arg-type]

    async def put(self, text: str, conversation: UUID = CHAT) -> None:
        line = Line(conversation, "customer:maja", uuid4(), text)
        await self.writer.put(
            line,
            lambda verdict: self.told.append(
                (text, verdict.kind if verdict else "failed", verdict.seq if verdict else 0)
            ),
        )

    def kinds(self) -> Counter[str]:
        return Counter(kind for _, kind, _ in self.told)


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    desk = Desk()
    task = asyncio.create_task(desk.writer.run())
    yield desk
    task.cancel()
    desk.writer.stop()


async def test_lines_that_arrive_while_a_batch_is_under_way_share_the_next(desk: Desk) -> None:
    for number in range(300):
        await desk.put(str(number))
    await desk.writer.drained()

    assert desk.ledger.rows[CHAT] == [str(number) for number in range(300)]
    assert desk.told == [(str(number), "new", number + 1) for number in range(300)]
    assert len(desk.ledger.batches) < 30
    assert max(desk.ledger.batches) <= 128


async def test_readers_hear_of_a_line_before_its_sender_does(desk: Desk) -> None:
    seen: list[list[str]] = []
    line = Line(CHAT, "customer:maja", uuid4(), "hello")

    await desk.writer.put(line, lambda _: seen.append(list(desk.stored)))
    await desk.writer.drained()

    assert seen == [["hello"]]


async def test_a_locked_conversation_waits_alone_and_keeps_its_order(desk: Desk) -> None:
    desk.ledger.locked.add(CHAT)
    for number in range(20):
        await desk.put(f"locked {number}")
        await desk.put(f"free {number}", OTHER)
    await _until(lambda: len(desk.ledger.rows.get(OTHER, [])) == 20)
    assert CHAT not in desk.ledger.rows

    desk.ledger.locked.clear()
    await desk.put("locked 20")
    await desk.writer.drained()

    assert desk.ledger.rows[CHAT] == [f"locked {number}" for number in range(21)]
    assert desk.ledger.rows[OTHER] == [f"free {number}" for number in range(20)]
    assert desk.kinds() == {"new": 41}


async def test_a_conversation_that_stays_locked_is_given_up(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(settings.BECKON_WAITS, "parked_seconds", 0.1)
    desk.ledger.locked.add(CHAT)

    await desk.put("one")
    await desk.put("two")
    await desk.writer.drained()

    assert desk.kinds() == {"busy": 2}
    assert CHAT not in desk.ledger.rows


async def test_a_line_that_breaks_its_batch_is_refused_alone(desk: Desk) -> None:
    desk.ledger.poison = "77"
    for number in range(128):
        await desk.put(str(number))
    await desk.writer.drained()

    assert desk.ledger.rows[CHAT] == [str(number) for number in range(128) if number != 77]
    assert [text for text, kind, _ in desk.told if kind == "failed"] == ["77"]
    assert desk.kinds() == {"new": 127, "failed": 1}


async def test_lines_outlast_a_database_that_is_away_for_a_moment(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "AGAIN_SECONDS", 0.01)
    desk.ledger.absent = 5

    await desk.put("one")
    await desk.writer.drained()

    assert desk.told == [("one", "new", 1)]


async def test_lines_are_given_back_when_the_database_stays_away(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "AGAIN_SECONDS", 0.01)
    monkeypatch.setitem(settings.BECKON_WAITS, "parked_seconds", 0.1)
    desk.ledger.absent = 1_000_000

    await desk.put("one")
    await desk.writer.drained()

    assert desk.told == [("one", "busy", 0)]


async def test_a_full_queue_makes_the_sender_wait(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "PUT_SECONDS", 0.05)
    desk.writer._room = asyncio.Semaphore(2)
    desk.ledger.locked.add(CHAT)

    for number in range(3):
        await desk.put(str(number))

    assert desk.told == [("2", "busy", 0)]


async def _until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110  (what is waited for sets no event)
            await asyncio.sleep(0.01)
