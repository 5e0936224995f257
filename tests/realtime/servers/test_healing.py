"""No news is lost for longer than one pass of healing, whatever kind it is and whoever failed to tell it."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import UUID

import pytest
import redis

from agents.models import Agent
from conversations import customers, lifecycle, policy
from conversations.models import Conversation, Customer, Participant
from dispatch import desk
from marketplace import clock
from marketplace.local.services import Urls
from realtime import wire
from realtime.ports import Held, streams_held
from tests.realtime.conftest import Tab, enter, serving
from tests.realtime.servers.conftest import House, append_silently, engage

ONE_PASS = 8 + 2  # and what a contended machine adds


@contextmanager
def untold() -> Iterator[None]:
    """What commits inside the block is told to nobody: every bulletin of it is lost."""
    nobody: list[object] = []
    wire.attach(nobody.append)
    try:
        yield
    finally:
        wire.detach(nobody.append)


def test_a_second_tab_learns_of_a_conversation_whose_news_was_lost(
    house: House, chat: Conversation, customer: str, tabs: ExitStack
) -> None:
    tab = tabs.enter_context(enter(house.right, customer))
    tab.next("reset")
    with untold():
        Conversation.objects.filter(pk=chat.pk).update(state="closed", closed_at=clock.now())
        second, _ = lifecycle.start(Customer.objects.get(pk=chat.customer_id), language="en", now=clock.now())

    assert tab.next("reset", within=ONE_PASS)["conversation"] == str(second.pk)


def test_an_agent_learns_of_a_chat_that_began_and_ended_without_a_word(
    house: House, chat: Conversation, dana: Agent, tabs: ExitStack
) -> None:
    tab = tabs.enter_context(enter(house.left, f"agent:{dana.pk}"))
    tab.next("desk")

    with untold():
        engagement = engage(chat, dana)
    assert tab.next("reset", within=ONE_PASS)["conversation"] == str(chat.pk)
    assert [one["conversation"] for one in tab.next("desk")["engagements"]] == [str(chat.pk)]

    with untold():
        desk.transfer(engagement, by=dana.pk, reason="not mine", now=clock.now())
    assert tab.next("left", within=ONE_PASS)["conversation"] == str(chat.pk)
    assert tab.next("desk")["engagements"] == []


def test_a_reader_whose_right_ended_reads_no_longer_than_a_pass_though_her_version_stands_still(
    house: House, chat: Conversation, dana: Agent, tabs: ExitStack
) -> None:
    engage(chat, dana)
    tab = tabs.enter_context(enter(house.left, f"agent:{dana.pk}"))
    tab.next("desk")

    Participant.objects.filter(conversation=chat, person_id=dana.pk).update(may_write=False)

    assert tab.next("left", within=ONE_PASS)["conversation"] == str(chat.pk)


def test_whoever_is_up_to_date_gets_no_byte_from_a_pass(
    house: House, chat: Conversation, customer: str, dana: Agent, tabs: ExitStack
) -> None:
    engage(chat, dana)
    maja, worker = (tabs.enter_context(enter(house.left, who)) for who in (customer, f"agent:{dana.pk}"))
    while any(tab.drained() for tab in (maja, worker)):  # that they came is recorded, and told, a moment later
        threading.Event().wait(1)

    passed = time.monotonic() + 9
    with pytest.raises(TimeoutError):
        maja.frame(within=passed - time.monotonic())

    assert worker.drained() == []


def test_the_comparison_in_the_database_is_the_one_in_the_process(
    house: House, chat: Conversation, customer: str, dana: Agent
) -> None:
    engage(chat, dana)
    stranger, _ = customers.anonymous(chat.brand, language="en", now=clock.now())
    people = [customer, f"agent:{dana.pk}", f"customer:{stranger.pk}", f"operator:{UUID(int=1)}"]
    true = [Held(each, 0, streams_held(policy.streams_of(each))) for each in people]
    false = [Held(each, 0, streams_held([f"{UUID(int=7)}/talk"])) for each in people]

    assert policy.following_others(true) == []
    assert policy.following_others(false) == people
    assert policy.following_others([]) == []


# --- while Redis is away ---------------------------------------------------------------------------------------------


def waits_for_untold_messages(tab: Tab, chat: Conversation, customer: str, count: int = 4) -> list[float]:
    """How many seconds each of some messages took that nobody was told of."""
    waits = []
    for number in range(count):
        written = time.monotonic()
        append_silently(chat, customer, f"unheard {number}")
        assert tab.next("message", within=ONE_PASS)["text"] == f"unheard {number}"
        waits.append(time.monotonic() - written)
    return waits


def test_a_process_without_redis_sweeps_every_second(
    fresh_database: Urls, chat: Conversation, customer: str, tmp_path: Path
) -> None:
    absent = dataclasses.replace(fresh_database, redis="redis://127.0.0.1:1/0")

    with serving(absent, tmp_path) as web, enter(web, customer) as tab:
        tab.next("reset")
        waits = waits_for_untold_messages(tab, chat, customer)

    assert max(waits) < 2.5, waits


def test_a_bus_that_looks_well_and_brings_nothing_is_not_trusted(
    house: House, chat: Conversation, customer: str, valkey: str, tabs: ExitStack
) -> None:
    tab = tabs.enter_context(enter(house.right, customer))
    tab.next("reset")

    with redis.Redis.from_url(valkey) as client, paused(client):
        waits = waits_for_untold_messages(tab, chat, customer)

    assert max(waits) < 5, waits


@contextmanager
def paused(client: redis.Redis) -> Iterator[None]:
    """Nobody can publish: links and subscriptions look well, and nothing arrives."""
    client.client_pause(60_000, all=False)
    try:
        yield
    finally:
        client.client_unpause()
