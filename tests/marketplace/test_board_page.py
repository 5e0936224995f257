"""Who may see the live board: operators with the right to the queue; the planning board: who plans for a brand."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import Permission
from django_vite.core.asset_loader import DjangoViteAssetLoader

from agents.models import Agent, User
from brands.models import Brand
from conversations import customers
from conversations.models import Customer
from shifts import policy
from tests.doors import API, Browser, refusal
from tests.people import NOON


@pytest.fixture
def built(tmp_path: Path, settings: LazySettings) -> Iterator[None]:
    """The board's front end as the build leaves it."""
    manifest = tmp_path / "manifest.json"
    faces = {
        f"{face}/main.tsx": {"file": f"{face}-1.js", "css": [f"{face}-1.css"], "isEntry": True}
        for face in ("board", "planning")
    }
    manifest.write_text(json.dumps(faces))
    settings.DJANGO_VITE = {"default": {"dev_mode": False, "manifest_path": manifest}}
    DjangoViteAssetLoader._instance = None  # it reads the manifest once
    yield
    DjangoViteAssetLoader._instance = None


def test_an_operator_gets_the_page_and_the_rooms_she_may_see(noor: User, built: None) -> None:
    page = Browser(user=noor).get("/board")

    assert page.status_code == 200
    assert page.context["rooms"]["Conversation"] == "/admin/conversations/conversation/"
    assert 'style="' not in page.content.decode()
    assert "no-store" in page["Cache-Control"]


def test_staff_with_no_further_right_get_the_page_without_other_rooms(db: None, built: None) -> None:
    sven = User.objects.create_user("sven@beckon.example", is_staff=True)
    sven.user_permissions.add(Permission.objects.get(codename="view_escalation"))

    page = Browser(user=sven).get("/board")

    assert page.status_code == 200
    assert list(page.context["rooms"]) == ["Escalation"]


@pytest.mark.parametrize("who", ["a stranger", "an agent"])
def test_nobody_but_staff_sees_the_page(dana: Agent, who: str) -> None:
    browser = Browser(user=dana.user) if who == "an agent" else Browser()

    answer = browser.get("/board")

    assert answer.status_code == 302
    assert answer["Location"] == "/admin/login/?next=/board"


def test_staff_get_a_ticket_to_the_board_and_an_agent_does_not(noor: User, dana: Agent) -> None:
    ticket = Browser(user=noor).post(f"{API}/ticket", {"kind": "operator"})
    assert (ticket.status_code, ticket.json()["url"]) == (200, "/ws/board")

    refusal(Browser(user=dana.user).post(f"{API}/ticket", {"kind": "operator"}), 403)


def test_a_customer_gets_no_ticket_to_the_board(maja: Customer) -> None:
    token = customers._new_token(maja, now=NOON)

    answer: Any = Browser(token=token).post(f"{API}/ticket", {"kind": "operator"})

    assert answer.json().get("kind") != "operator"


def test_staff_without_the_right_to_the_queue_see_no_board(db: None, built: None) -> None:
    clerk = User.objects.create_user("clerk@beckon.example", is_staff=True)
    browser = Browser(user=clerk)

    assert browser.get("/board").status_code == 403
    refusal(browser.post(f"{API}/ticket", {"kind": "operator"}), 403)


def test_who_plans_for_a_brand_gets_the_planning_board_and_nothing_else(lumo: Brand, built: None) -> None:
    pia = User.objects.create_user("pia@lumo.example", is_staff=True)
    browser = Browser(user=pia)
    assert browser.get("/board/planning").status_code == 403
    policy.appoint(pia, lumo, may_change=True, by="operator:noor", reason="plans Lumo", now=NOON)

    page = browser.get("/board/planning")

    assert page.status_code == 200
    assert (page.context["watches"], page.context["rooms"]) == (False, {})
    assert 'style="' not in page.content.decode()
    assert browser.get("/board").status_code == 403


def test_an_operator_finds_each_board_from_the_other(noor: User, lumo: Brand, built: None) -> None:
    browser = Browser(user=noor)

    assert browser.get("/board").context["plans"] is True
    assert browser.get("/board/planning").context["watches"] is True


def test_nobody_who_plans_nothing_gets_the_planning_board(dana: Agent) -> None:
    for browser in (Browser(user=dana.user), Browser()):
        assert browser.get("/board/planning")["Location"] == "/admin/login/?next=/board/planning"
