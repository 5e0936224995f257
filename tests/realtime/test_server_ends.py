"""Server processes come and go: politely, or not."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from websockets.exceptions import ConnectionClosed

from agents.models import Agent, Slot
from conversations.models import Conversation
from dispatch import absence
from marketplace import clock, sockets
from marketplace.local.services import Urls
from realtime import leases
from realtime.hub import Hub
from realtime.models import Connection, ServerLease
from tests.realtime.conftest import SentAwayError, Tab, Web, enter, serving


@pytest.fixture
def dana_alone(fresh_database: Urls, dana: Agent) -> str:
    """Dana, connected by her own sockets only."""
    Connection.objects.all().delete()
    ServerLease.objects.all().delete()
    return f"agent:{dana.pk}"


def test_a_server_that_stops_says_bye_and_takes_its_rows_with_it(
    fresh_database: Urls, dana_alone: str, tmp_path: Path, tabs: ExitStack
) -> None:
    with serving(fresh_database, tmp_path) as web:
        tab = tabs.enter_context(enter(web, dana_alone))
        assert leases.connected([dana_alone]) == {dana_alone}

        web.child.send_signal(signal.SIGTERM)

        last, code = tab.end()
        assert (last or {})["code"] == "restart"
        assert (last or {})["retry_seconds"] is not None
        assert code == 1012
        web.child.wait(8)
    assert not Connection.objects.exists()
    assert not ServerLease.objects.exists()


def test_whoever_a_stopping_server_leaves_behind_is_found_gone_by_the_next_sweep(
    fresh_database: Urls, dana_alone: str, tmp_path: Path, tabs: ExitStack
) -> None:
    dana = Slot.objects.get(pk=UUID(dana_alone.partition(":")[2]))
    with serving(fresh_database, tmp_path) as web:
        tabs.enter_context(enter(web, dana_alone))
        absence.sweep(now=clock.now())
        dana.refresh_from_db()
        assert dana.gone_since is None

        web.stop()

    absence.sweep(now=clock.now())
    dana.refresh_from_db()
    assert dana.gone_since is not None


async def test_the_many_who_are_sent_away_come_back_over_several_seconds() -> None:
    hub = Hub(sockets.product())
    waits: Counter[int | None] = Counter()

    class Tab:
        def say_bye(self, code: int, name: str, message: str, retry_seconds: int | None) -> None:
            waits[retry_seconds] += 1

    for _ in range(600):
        tab: Any = Tab()
        hub.welcome(tab)
    hub._send_away()

    assert waits == {2: 250, 3: 250, 4: 100}


def test_a_message_taken_in_before_the_stop_is_stored(
    fresh_database: Urls, chat: Conversation, tmp_path: Path, tabs: ExitStack
) -> None:
    with serving(fresh_database, tmp_path) as web:
        tab = tabs.enter_context(enter(web, f"customer:{chat.customer_id}"))
        for number in range(30):
            tab.send("say", conversation=str(chat.pk), client_id=f"{number:032x}", text="last words")
        acknowledged = [tab.next("message")["client_id"] for _ in range(30)]
        web.stop()

    with connection.cursor() as cursor:
        cursor.execute("select count(*) from conversations_event where client_id = any(%s::uuid[])", [acknowledged])
        assert cursor.fetchone() == (30,)


def test_a_server_whose_lease_was_taken_from_it_sends_everybody_away(
    fresh_database: Urls, dana_alone: str, tmp_path: Path, tabs: ExitStack
) -> None:
    with serving(fresh_database, tmp_path) as web:
        tab = tabs.enter_context(enter(web, dana_alone))

        Connection.objects.all().delete()
        ServerLease.objects.all().delete()

        last, code = tab.end(within=6)  # sooner than the lease would have ended
        assert (last or {}).get("code") == "restart"
        assert code == 1012
        tabs.enter_context(enter_again(web, dana_alone))
        assert leases.connected([dana_alone]) == {dana_alone}


@pytest.mark.slow
def test_a_killed_servers_people_are_gone_when_its_lease_ends(
    fresh_database: Urls, dana_alone: str, tmp_path: Path
) -> None:
    with serving(fresh_database, tmp_path) as web:
        tab = enter(web, dana_alone)
        web.child.kill()
        killed_at = time.monotonic()
        while leases.connected([dana_alone]):
            threading.Event().wait(0.1)
            assert time.monotonic() - killed_at < 10
        tab.link.close_socket()

    assert Connection.objects.filter(principal=dana_alone).exists(), "the rows are cleared away later"


@pytest.mark.slow
def test_a_server_that_was_frozen_beyond_its_lease_sends_everybody_away(
    fresh_database: Urls, dana_alone: str, tmp_path: Path, tabs: ExitStack
) -> None:
    with serving(fresh_database, tmp_path) as web:
        tab = tabs.enter_context(enter(web, dana_alone))
        os.kill(web.child.pid, signal.SIGSTOP)
        try:
            while leases.connected([dana_alone]):
                threading.Event().wait(0.1)
        finally:
            os.kill(web.child.pid, signal.SIGCONT)

        last, code = tab.end(within=15)
        assert (last or {}).get("code") == "restart"
        assert code == 1012

        tabs.enter_context(enter_again(web, dana_alone))
        assert leases.connected([dana_alone]) == {dana_alone}


def enter_again(web: Web, principal: str) -> Tab:
    """As a client comes back: until the server is ready for it. Sent away meanwhile: it says `bye` or only closes."""
    for _ in range(50):
        try:
            return enter(web, principal)
        except (ConnectionClosed, SentAwayError):
            threading.Event().wait(0.2)
    raise AssertionError("the server did not let anybody in again")
