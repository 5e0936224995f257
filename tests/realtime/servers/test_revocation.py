"""Whoever lost a right loses it in a server that hears nothing, and in one that was asleep, too."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

import pytest
from django.contrib.sessions.models import Session

from agents import approval
from agents.models import Agent, User
from conversations.models import Conversation
from dispatch import desk
from marketplace import clock
from marketplace.local.services import Urls
from realtime import leases
from tests.realtime.conftest import Tab, Web, enter, serving
from tests.realtime.servers.conftest import append, engage, say
from tests.realtime.servers.test_access import arrive, logged_in, vera  # noqa: F401  (a fixture)

NOBODY_ANSWERS = "redis://127.0.0.1:1/0"


@pytest.fixture(scope="module")
def deaf(fresh_database: Urls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """A server process without Redis."""
    with serving(replace(fresh_database, redis=NOBODY_ANSWERS), tmp_path_factory.mktemp("deaf")) as web:
        yield web


@pytest.fixture(scope="module")
def sleeper(fresh_database: Urls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """A server process that will be frozen; its lease lasts four seconds."""
    with serving(fresh_database, tmp_path_factory.mktemp("sleeper"), haste=2) as web:
        yield web


@contextmanager
def asleep(web: Web) -> Iterator[None]:
    os.kill(web.child.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(web.child.pid, signal.SIGCONT)


def why_it_ended(tab: Tab) -> tuple[str, int]:
    """Within five seconds, whatever else is still sent meanwhile."""
    until = time.monotonic() + 5
    while (frame := tab.frame(within=5))["type"] != "bye":
        assert time.monotonic() < until, f"still there: {frame['type']}"
    return frame["code"], tab.end()[1]


def heard_until_left(tab: Tab, chat: Conversation) -> list[str]:
    """Kinds and changes of the frames of this chat that came before `left`, and texts of any that came after it."""
    before: list[str] = []
    while (frame := tab.frame(within=5))["type"] != "left":
        if frame.get("conversation") == str(chat.pk):
            before.append(frame.get("change") or frame["type"])
    threading.Event().wait(1.5)
    after = [frame["type"] for frame in tab.drained() if frame.get("conversation") == str(chat.pk)]
    return [*before, "left", *after]


def test_a_deactivated_agent_is_shown_out_of_a_deaf_server(
    deaf: Web,
    dana: Agent,
    vera: User,  # noqa: F811
    tabs: ExitStack,
) -> None:
    tab = tabs.enter_context(enter(deaf, f"agent:{dana.pk}"))
    tab.drained()

    approval.deactivate(dana.pk, by=vera, reason="A test", now=clock.now())

    assert why_it_ended(tab) == ("revoked", 4010)


@pytest.mark.parametrize("change", [{"is_staff": False}, {"is_active": False}])
def test_an_operator_who_lost_the_right_silently_is_shown_out_of_a_deaf_server(
    deaf: Web,
    vera: User,  # noqa: F811
    tabs: ExitStack,
    change: dict[str, Any],
) -> None:
    tab = tabs.enter_context(enter(deaf, f"operator:{vera.pk}"))
    tab.drained()

    User.objects.filter(pk=vera.pk).update(**change)

    assert why_it_ended(tab) == ("revoked", 4010)


def test_a_new_password_ends_the_sockets_of_old_log_ins_in_a_deaf_server(
    deaf: Web, dana: Agent, tabs: ExitStack
) -> None:
    thief = tabs.enter_context(arrive(deaf, f"agent:{dana.pk}", logged_in(dana.user)))
    assert thief.frame()["type"] == "welcome"

    dana.user.set_password("a new one, and long")
    dana.user.save()

    assert why_it_ended(thief) == ("revoked", 4010)


def test_a_log_out_ends_its_own_sockets_in_a_deaf_server_and_no_others(deaf: Web, dana: Agent, tabs: ExitStack) -> None:
    phone, laptop = logged_in(dana.user), logged_in(dana.user)
    gone, stays = (tabs.enter_context(arrive(deaf, f"agent:{dana.pk}", client)) for client in (phone, laptop))
    for tab in (gone, stays):
        assert tab.frame()["type"] == "welcome"

    Session.objects.get(pk=phone.session.session_key).delete()

    assert why_it_ended(gone) == ("revoked", 4010)
    assert "bye" not in [frame["type"] for frame in stays.drained()]


def test_a_former_agent_hears_nothing_more_in_a_deaf_server(
    deaf: Web, chat: Conversation, customer: str, dana: Agent, tabs: ExitStack
) -> None:
    engagement = engage(chat, dana)
    hers, maja = tabs.enter_context(enter(deaf, f"agent:{dana.pk}")), tabs.enter_context(enter(deaf, customer))
    hers.drained()

    desk.transfer(engagement, by=dana.pk, reason="", now=clock.now())
    for number in range(5):
        say(maja, chat, f"Is anybody there? {number}")
    append(chat, "Somebody comes soon.")

    assert heard_until_left(hers, chat) == ["transferred", "left"]


def test_a_former_agent_hears_nothing_more_from_a_server_that_slept_for_a_moment(
    sleeper: Web, chat: Conversation, dana: Agent, tabs: ExitStack
) -> None:
    engagement = engage(chat, dana)
    hers = tabs.enter_context(enter(sleeper, f"agent:{dana.pk}"))
    hers.drained()

    with asleep(sleeper):
        desk.transfer(engagement, by=dana.pk, reason="", now=clock.now())
        for number in range(20):
            append(chat, f"Somebody comes soon. {number}")
        threading.Event().wait(1)

    assert heard_until_left(hers, chat) == ["transferred", "left"]


def test_a_server_that_slept_beyond_its_lease_says_nothing_but_goodbye(
    sleeper: Web, chat: Conversation, customer: str, dana: Agent, tabs: ExitStack
) -> None:
    engage(chat, dana)
    principal = f"agent:{dana.pk}"
    hers, maja = tabs.enter_context(enter(sleeper, principal)), tabs.enter_context(enter(sleeper, customer))
    hers.drained()
    maja.drained()

    with asleep(sleeper):
        while leases.connected([principal, customer]):
            threading.Event().wait(0.1)
        for number in range(20):
            append(chat, f"Said while she counts as gone. {number}")

    for tab in (hers, maja):
        heard = []
        while (frame := tab.frame(within=10))["type"] != "bye":
            heard.append(frame["type"])
        assert (heard, frame["code"], tab.end()[1]) == ([], "restart", 1012)
