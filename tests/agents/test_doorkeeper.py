"""How often somebody may try to get in, by whichever page, and whatever the request says of itself."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client
from rest_framework.settings import api_settings

from agents.models import User
from brands.models import Brand

PASSWORD = "a-staff-password-2026"
PAGE = "/admin/login/"


@pytest.fixture(autouse=True)
def nothing_counted() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def vera(db: None) -> User:
    return User.objects.create_user("vera@beckon.example", PASSWORD, is_staff=True)


def tries(password: str, address: str = "203.0.113.1", **headers: str) -> bool:
    """Is Vera let in with this password?"""
    given = {"username": "vera@beckon.example", "password": password, "next": "/admin/"}
    return Client(REMOTE_ADDR=address).post(PAGE, given, headers=headers).status_code == 302


def test_staff_are_let_in_with_their_password(vera: User) -> None:
    assert tries(PASSWORD)


def test_the_staffs_page_waits_after_five_wrong_passwords_from_wherever(vera: User) -> None:
    assert not any(tries(f"wrong-{number}", f"203.0.113.{number}") for number in range(5))

    assert not tries(PASSWORD, "203.0.113.9")


def test_the_agents_page_and_the_staffs_page_count_together(vera: User) -> None:
    for number in range(5):
        wrong = {"email": "vera@beckon.example", "password": f"wrong-{number}"}
        Client().post("/_allauth/browser/v1/auth/login", wrong, content_type="application/json")

    assert not tries(PASSWORD)


def test_who_is_no_staff_is_not_let_in(db: None) -> None:
    User.objects.create_user("vera@beckon.example", PASSWORD)

    assert not tries(PASSWORD)


def test_an_address_that_a_client_makes_up_buys_no_patience(lumo: Brand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conversations.pace.NewcomerPace.rate", "3/min")

    answers = [
        Client(REMOTE_ADDR="203.0.113.1").post(
            "/api/v1/widget/session",
            {"key": lumo.widget_key},
            content_type="application/json",
            headers={"X-Forwarded-For": f"198.51.100.{number}"},
        )
        for number in range(4)
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]


def test_behind_a_proxy_the_address_that_the_proxy_saw_counts(lumo: Brand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conversations.pace.NewcomerPace.rate", "1/min")
    monkeypatch.setattr(api_settings, "NUM_PROXIES", 1)

    def asks(forwarded: str) -> int:
        headers = {"X-Forwarded-For": forwarded}
        body = {"key": lumo.widget_key}
        return (
            Client().post("/api/v1/widget/session", body, content_type="application/json", headers=headers).status_code
        )

    assert [asks("198.51.100.1, 203.0.113.1"), asks("198.51.100.2, 203.0.113.1"), asks("203.0.113.2")] == [
        200,
        429,
        200,
    ]
