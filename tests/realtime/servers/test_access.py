"""Who was in comes back; who logs out, or is shown out, is gone from the sockets and stays away."""

from __future__ import annotations

from contextlib import ExitStack
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.contrib.sessions.models import Session
from django.test import Client

from agents.models import Agent, User
from brands.models import Brand
from marketplace import clock
from realtime import tickets
from tests.realtime.conftest import PATHS, Tab, Web, enter
from tests.realtime.servers.conftest import House

LOG_OUT = "/_allauth/browser/v1/auth/session"


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def arrive(web: Web, principal: str, client: Client) -> Tab:
    """A tab with the cookie of this log-in, its ticket handed in and not yet answered."""
    cookie = str(client.session.session_key)
    secret = tickets.issue(principal, session_key=cookie, origin=web.origin, now=clock.now())
    tab = Tab(web, PATHS[principal.partition(":")[0]], additional_headers={"Cookie": f"sessionid={cookie}"})
    tab.send("enter", ticket=secret, have=[])
    return tab


@pytest.fixture
def vera(lumo: Brand) -> User:
    vera = User.objects.create_user(f"vera-{uuid4().hex[:6]}@beckon.example", is_staff=True)
    vera.user_permissions.add(Permission.objects.get(codename="view_escalation"))
    return vera


def test_a_log_out_ends_the_sockets_of_that_log_in_and_no_others(
    house: House,
    dana: Agent,
    tabs: ExitStack,
) -> None:
    phone, laptop = logged_in(dana.user), logged_in(dana.user)
    principal = f"agent:{dana.pk}"
    gone, stays = (tabs.enter_context(arrive(house.left, principal, client)) for client in (phone, laptop))
    for tab in (gone, stays):
        assert tab.frame()["type"] == "welcome"

    phone.delete(LOG_OUT)

    last, code = gone.end()
    assert ((last or {})["code"], code) == ("revoked", 4010)
    assert [frame["type"] for frame in stays.drained() if frame["type"] == "bye"] == []


def test_a_ticket_from_before_the_log_out_lets_nobody_in(
    house: House,
    dana: Agent,
    tabs: ExitStack,
) -> None:
    client = logged_in(dana.user)
    cookie = str(client.session.session_key)
    secret = tickets.issue(f"agent:{dana.pk}", session_key=cookie, origin=house.left.origin, now=clock.now())

    client.delete(LOG_OUT)

    tab = tabs.enter_context(Tab(house.left, "/ws/agent", additional_headers={"Cookie": f"sessionid={cookie}"}))
    tab.send("enter", ticket=secret, have=[])
    last, code = tab.end()
    assert ((last or {})["code"], code) == ("ticket", 4001)


def test_who_was_welcomed_comes_back_with_that_ticket_each_time(house: House, customer: str, tabs: ExitStack) -> None:
    secret = tickets.issue(customer, session_key="", origin=house.left.origin, now=clock.now())

    for _ in range(3):
        tab = tabs.enter_context(Tab(house.left, "/ws/customer"))
        tab.send("enter", ticket=secret, have=[])
        welcome = tab.frame()
        assert (welcome["type"], welcome["principal"]) == ("welcome", customer)
        secret = welcome["ticket"]


@pytest.mark.parametrize("silently", [False, True])
def test_nobody_comes_back_after_the_log_out(house: House, dana: Agent, tabs: ExitStack, silently: bool) -> None:
    client = logged_in(dana.user)
    cookie = {"Cookie": f"sessionid={client.session.session_key}"}
    first = tabs.enter_context(arrive(house.left, f"agent:{dana.pk}", client))
    ticket = first.frame()["ticket"]

    Session.objects.all().delete() if silently else client.delete(LOG_OUT)

    tab = tabs.enter_context(Tab(house.left, "/ws/agent", additional_headers=cookie))
    tab.send("enter", ticket=ticket, have=[])
    last, code = tab.end()
    assert ((last or {})["code"], code) == (("logged_out", 4010) if silently else ("ticket", 4001))


@pytest.mark.parametrize("change", [{"is_active": False}, {"password": "a new one, and long"}])
def test_nobody_comes_back_whose_log_in_was_taken_away(
    house: House, dana: Agent, tabs: ExitStack, change: dict[str, object]
) -> None:
    first = tabs.enter_context(enter(house.left, f"agent:{dana.pk}"))

    for name, value in change.items():
        dana.user.set_password(str(value)) if name == "password" else setattr(dana.user, name, value)
    dana.user.save()

    tab = tabs.enter_context(Tab(house.left, "/ws/agent"))
    tab.send("enter", ticket=first.welcome["ticket"], have=[])
    last, code = tab.end()
    assert ((last or {})["code"], code) == ("ticket", 4001)


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_staff": False}, {"password": "a new one, and long"}])
def test_the_board_ends_for_who_may_not_see_it_any_more(
    house: House,
    vera: User,
    tabs: ExitStack,
    change: dict[str, object],
) -> None:
    tab = tabs.enter_context(enter(house.right, f"operator:{vera.pk}"))
    tab.next("board")

    for name, value in change.items():
        vera.set_password(str(value)) if name == "password" else setattr(vera, name, value)
    vera.save()

    last, code = tab.end()
    assert ((last or {})["code"], code) == ("revoked", 4010)


@pytest.mark.parametrize("change", [{"is_active": False}, {"password": "a new one, and long"}])
def test_an_agents_sockets_end_with_her_log_in(
    house: House,
    dana: Agent,
    tabs: ExitStack,
    change: dict[str, object],
) -> None:
    tab = tabs.enter_context(enter(house.right, f"agent:{dana.pk}"))

    for name, value in change.items():
        dana.user.set_password(str(value)) if name == "password" else setattr(dana.user, name, value)
    dana.user.save()

    last, code = tab.end()
    assert ((last or {})["code"], code) == ("revoked", 4010)


def test_an_ordinary_change_of_a_log_in_ends_nothing(
    house: House,
    dana: Agent,
    tabs: ExitStack,
) -> None:
    tab = tabs.enter_context(enter(house.right, f"agent:{dana.pk}"))

    dana.user.first_name = "Dana"
    dana.user.save()

    assert "bye" not in [frame["type"] for frame in tab.drained()]


def test_who_changes_her_password_stays_logged_in_where_she_is_and_nowhere_else(dana: Agent) -> None:
    dana.user.set_password("the old one, and long")
    dana.user.save()
    here, elsewhere = logged_in(dana.user), logged_in(dana.user)

    changed = here.post(
        "/_allauth/browser/v1/account/password/change",
        {"current_password": "the old one, and long", "new_password": "a new one, and longer"},
        content_type="application/json",
    )

    assert changed.status_code == 200, changed.content
    assert [client.get("/api/v1/agent/me").status_code for client in (here, elsewhere)] == [200, 403]
    assert Session.objects.filter(pk=here.session.session_key).exists()
