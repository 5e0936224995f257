"""A browser without a network, and a server that dies: nothing is lost, and the page never claims what is not so."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator

import psycopg
import pytest
from playwright.sync_api import Browser, Error, Page, expect

from marketplace.local import services
from marketplace.local.services import System
from tests.journeys.faces import DESKTOP, PHONE, SECONDS, Customer, Worker, watched

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# What a browser says in its console when there is no network or no server.
CUT = re.compile("ERR_INTERNET_DISCONNECTED|ERR_CONNECTION|ERR_NETWORK|WebSocket|Failed to load resource|ERR_EMPTY")


@pytest.fixture(scope="module")
def own_system() -> Iterator[System]:
    """A product of this module's own: one of its processes is killed."""
    with services.running(fast=True) as running:
        yield running


@pytest.fixture
def faults() -> Iterator[list[str]]:
    """Errors of the pages; those that a cut brings with it are none."""
    found: list[str] = []
    yield found
    assert [fault for fault in found if not CUT.search(fault)] == []


def chatting(system: System, browser: Browser, faults: list[str]) -> tuple[Customer, Worker]:
    """Maja and Ilse in one chat."""
    maja, ilse = Customer(watched(browser, DESKTOP, faults)), Worker(watched(browser, PHONE, faults))
    ilse.logs_in(system.url, "ilse@beckon.example")
    ilse.goes_online()
    maja.opens_the_shop(system.url)
    maja.writes("How long does a refund take?")
    maja.sees("Help article")
    maja.asks_for_a_person()
    ilse.sees(re.compile("At least"))
    ilse.accepts()
    maja.sees("Ilse joined")
    return maja, ilse


def stored(system: System, text: str) -> int:
    with psycopg.connect(system.urls.database) as connection:
        (count,) = connection.execute(
            "select count(*) from conversations_event where text = %s", [text]
        ).fetchone() or (0,)
        return int(count)


def reload_when_the_server_is_back(page: Page) -> None:
    """As a person does: again and again."""
    for _ in range(80):
        try:
            page.reload()
        except Error:
            page.wait_for_timeout(SECONDS / 2)
        else:
            return
    raise AssertionError("the server did not come back")


def test_a_cut_of_twenty_five_seconds_and_a_killed_server_lose_nothing(
    own_system: System, browser: Browser, faults: list[str]
) -> None:
    maja, ilse = chatting(own_system, browser, faults)
    ilse.writes("Hello Maja.")
    maja.sees("Hello Maja.")
    ilse.sees("Seen")
    maja.writes("Hello Ilse.")
    maja.sees("Seen")

    maja.page.context.set_offline(True)
    maja.writes("Written in a tunnel")
    maja.sees("You are offline")
    maja.sees("Waiting to be sent")
    ilse.writes("Are you still there?")
    maja.page.wait_for_timeout(25 * SECONDS)  # the fault itself
    expect(maja.panel.get_by_text("Are you still there?")).to_have_count(0)
    expect(ilse.page.get_by_text("Written in a tunnel")).to_have_count(0)
    maja.page.context.set_offline(False)

    maja.sees("Are you still there?", seconds=20)
    ilse.sees("Written in a tunnel", seconds=20)
    expect(maja.panel.get_by_text("You are offline")).to_have_count(0)

    os.kill(own_system.process("web"), signal.SIGKILL)
    maja.writes("Written to a dead server")
    reload_when_the_server_is_back(maja.page)
    maja.page.locator("a", has_text=re.compile("Help|Ilse")).last.click(timeout=40 * SECONDS)
    ilse.sees("Written to a dead server", seconds=40)
    maja.sees("Written to a dead server", seconds=40)

    for text in ("Written in a tunnel", "Are you still there?", "Written to a dead server"):
        assert stored(own_system, text) == 1
        expect(maja.panel.get_by_text(text)).to_have_count(1)
