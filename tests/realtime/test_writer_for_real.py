"""The writer over a real PostgreSQL: a line that breaks its batch, and a conversation that stays locked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from conversations import customers, lifecycle
from conversations.models import Conversation, Event
from marketplace import sockets
from marketplace.local.services import Urls
from realtime.ports import Line, Verdict
from realtime.writer import Writer
from tests.people import at


class Senders:
    """A writer at work over the product, and what its senders were told, by text."""

    def __init__(self) -> None:
        self.told: dict[str, str] = {}
        self.writer = Writer(sockets.product(), lambda stored: None)

    async def put(self, chat: Conversation, text: str) -> None:
        line = Line(chat.pk, f"customer:{chat.customer_id}", uuid4(), text)
        await self.writer.put(line, lambda verdict: self._tell(text, verdict))

    def _tell(self, text: str, verdict: Verdict | None) -> None:
        assert text not in self.told, "a line has one verdict"
        self.told[text] = verdict.kind if verdict else "failed"


@pytest.fixture
async def senders() -> AsyncIterator[Senders]:
    senders = Senders()
    task = asyncio.create_task(senders.writer.run())
    yield senders
    task.cancel()
    senders.writer.stop()


def texts(chat: Conversation) -> list[str]:
    lines = Event.objects.filter(conversation=chat, kind="message").order_by("seq")
    return list(lines.values_list("text", flat=True))


async def off_the_loop(read: Callable[[Conversation], list[str]], chat: Conversation) -> list[str]:
    def work() -> list[str]:
        try:
            return read(chat)
        finally:
            connection.close()

    return await asyncio.to_thread(work)


async def test_a_line_that_postgresql_will_not_take_is_refused_alone(
    fresh_database: Urls, chat: Conversation, senders: Senders
) -> None:
    lines = [f"line {number}" if number != 41 else "a NUL: \0" for number in range(100)]
    for line in lines:
        await senders.put(chat, line)
    await senders.writer.drained()

    good = [line for line in lines if "\0" not in line]
    assert senders.told == {line: "new" if "\0" not in line else "failed" for line in lines}
    assert await off_the_loop(texts, chat) == good


async def test_a_conversation_that_stays_locked_is_given_up_in_time_and_holds_up_nobody(
    fresh_database: Urls, chat: Conversation, other: Conversation, senders: Senders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(settings.BECKON_WAITS, "parked_seconds", 1.0)
    async with await psycopg.AsyncConnection.connect(fresh_database.database) as holder:
        await holder.execute("select 1 from conversations_conversation where id = %s for no key update", [chat.pk])
        for number in range(5):
            await senders.put(chat, f"locked {number}")
            await senders.put(other, f"free {number}")

        async with asyncio.timeout(10):
            await senders.writer.drained()
        assert await off_the_loop(texts, chat) == []

    assert {senders.told[f"locked {number}"] for number in range(5)} == {"busy"}
    assert await off_the_loop(texts, other) == [f"free {number}" for number in range(5)]

    await senders.put(chat, "when the lock was gone")
    await senders.writer.drained()
    assert await off_the_loop(texts, chat) == ["when the lock was gone"]


@pytest.fixture
def other(chat: Conversation) -> Conversation:
    """Somebody else's conversation."""
    customer, _ = customers.anonymous(chat.brand, language="en", now=at(0))
    return lifecycle.start(customer, language="en", now=at(0))[0]
