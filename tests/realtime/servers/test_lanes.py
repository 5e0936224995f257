"""A slow request holds up what belongs to it, and nothing else of its socket."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from uuid import UUID

import psycopg
import pytest
from psycopg import sql

from agents.models import Agent
from brands.models import Brand
from conversations import customers, lifecycle
from conversations.models import Conversation, Engagement
from marketplace import clock
from marketplace.local.services import Urls
from tests.realtime.conftest import Tab, enter
from tests.realtime.servers.conftest import House, engage, is_said, say

LONG = 0.4  # seconds: several tries of a message whose conversation is locked


@pytest.fixture
def other_chat(lumo: Brand) -> Conversation:
    customer, _ = customers.anonymous(lumo, language="en", now=clock.now())
    return lifecycle.start(customer, language="en", now=clock.now())[0]


@pytest.fixture
def worker(house: House, chat: Conversation, other_chat: Conversation, dana: Agent, tabs: ExitStack) -> Tab:
    """Dana's tab; she has two chats."""
    dana.slot.capacity = 2
    dana.slot.save()
    engage(chat, dana)
    engage(other_chat, dana)
    tab = tabs.enter_context(enter(house.left, f"agent:{dana.pk}"))
    tab.drained()
    return tab


@contextmanager
def locked(urls: Urls, table: str, id_: UUID) -> Iterator[None]:
    """Somebody else holds this row, and whoever wants it waits."""
    with psycopg.connect(urls.owner) as connection:
        row = sql.SQL("select 1 from {} where id = %s for update").format(sql.Identifier(table))
        assert connection.execute(row, [id_]).fetchone()
        yield


def test_a_message_elsewhere_does_not_wait_for_a_slow_end_of_a_chat(
    fresh_database: Urls, chat: Conversation, other_chat: Conversation, worker: Tab
) -> None:
    ending = Engagement.objects.get(conversation=chat)

    with locked(fresh_database, "dispatch_escalation", ending.escalation_id):
        worker.send("resolve", ref="over", engagement_id=str(ending.pk), outcome="solved", note="", tags=[])
        said = say(worker, other_chat, "And now to you.")
        assert is_said(worker.next("message", "done", "refused"), said)

    assert worker.next("done", "refused")["ref"] == "over"


def test_a_message_waits_for_the_request_that_names_its_conversation(
    fresh_database: Urls, chat: Conversation, other_chat: Conversation, worker: Tab
) -> None:
    ending = Engagement.objects.get(conversation=chat)

    with locked(fresh_database, "dispatch_escalation", ending.escalation_id):
        worker.send("resolve", ref="over", engagement_id=str(ending.pk), outcome="solved", note="", tags=[])
        worker.send("add_note", ref="note", conversation=str(other_chat.pk), text="Calm.")
        said = say(worker, other_chat, "After the note.")
        assert not any(is_said(frame, said) for frame in worker.drained())

    assert worker.next("done", "refused")["ref"] == "over"
    assert worker.next("done", "refused")["ref"] == "note"
    assert is_said(worker.next("message"), said)


def test_a_request_waits_for_the_messages_before_it(fresh_database: Urls, chat: Conversation, worker: Tab) -> None:
    ending = Engagement.objects.get(conversation=chat)

    with locked(fresh_database, "conversations_conversation", chat.pk):
        said = say(worker, chat, "All done, then.")
        worker.send("resolve", ref="over", engagement_id=str(ending.pk), outcome="solved", note="", tags=[])
        threading.Event().wait(LONG)

    assert is_said(worker.next("message", "refused"), said)
    assert worker.next("done", "refused")["type"] == "done"
