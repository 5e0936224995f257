"""An agent's shifts over HTTP: lists, wishes, claims, hours, the calendar; and bad input."""

from datetime import date
from typing import Any

import pytest
from icalendar import Calendar

from agents.models import Agent
from brands.models import Brand
from marketplace import clock
from shifts import planning
from shifts.models import DayHours, Hours, Seat, Shift, Wish
from tests.doors import API, Browser, refusal
from tests.shifts.rota import BY


@pytest.fixture
def browser(dana: Agent) -> Browser:
    return Browser(user=dana.user)


def soon(brand: Brand, hours: float = 24, *, window: float = 0) -> Shift:
    """A shift of four hours, so many hours from the real now: doors read the clock."""
    from datetime import timedelta

    now = clock.now()
    begins_at = now + timedelta(hours=hours)
    block = planning.Block("refunds", "en", begins_at, begins_at + timedelta(hours=4), 1, 1500)
    ends = now + timedelta(hours=window) if window else None
    return planning.publish(planning.draft(brand.pk, block, by=BY, now=now).pk, window_ends_at=ends, by=BY, now=now)


def test_a_shift_is_listed_claimed_given_back_and_listed_again(lumo: Brand, browser: Browser) -> None:
    shift = soon(lumo)

    (listed,) = browser.get(f"{API}/agent/shifts").json()["shifts"]
    claimed = browser.post(f"{API}/agent/shifts/{shift.pk}/claim", {}).json()["seat"]
    full = browser.get(f"{API}/agent/shifts").json()
    back = browser.post(f"{API}/agent/seats/{claimed['id']}/give-back", {}).json()

    assert (listed["free"], listed["seat"], listed["wish"], listed["wishes_until"]) == (1, None, None, None)
    assert (full["shifts"][0]["free"], full["shifts"][0]["seat"]) == (0, claimed["id"])
    assert full["seats"][0]["state"] == "confirmed"
    assert back["state"] == "given_back"


def test_a_wish_is_made_and_withdrawn(lumo: Brand, browser: Browser) -> None:
    shift = soon(lumo, window=4)

    made = browser.post(f"{API}/agent/shifts/{shift.pk}/claim", {"strength": 3}).json()
    refusal(browser.post(f"{API}/agent/shifts/{shift.pk}/claim", {"strength": 9}), 409)
    gone = browser.client.delete(f"{API}/agent/shifts/{shift.pk}/claim", headers=browser.headers)

    assert made["wish"] == {"state": "open", "strength": 3, "reason": "", "sentence": ""}
    assert gone.status_code == 204
    assert Wish.objects.get().state == "withdrawn"


def test_hours_are_kept_whole_or_not_at_all(browser: Browser, dana: Agent) -> None:
    address = f"{API}/agent/shift-terms"
    week = [{"weekday": 2, "begins": 540, "ends": 1020}]
    days = [{"day": "2026-12-24", "hours": []}]

    kept = browser.patch(address, {"timezone": "Asia/Kolkata", "week": week, "days": days, "stand_by": False})
    assert kept.status_code == 200, kept.content
    overlapping = [*week, {"weekday": 2, "begins": 600, "ends": 700}]
    assert refusal(browser.patch(address, {"remind_minutes": 5, "week": overlapping}), 409)["code"] == "bad_hours"
    bad: Any
    for bad in ({"timezone": "Mars/Base"}, {"remind_minutes": -1}, {"week_minutes_most": 99_999}):
        refusal(browser.patch(address, bad), 409)
    for bad in ({"week": "x"}, {"stand_by": "yes"}, {"days": [{"day": "soon", "hours": None}]}):
        refusal(browser.patch(address, bad), 400)

    shown = browser.get(address).json()
    assert (shown["timezone"], shown["remind_minutes"], shown["week"]) == ("Asia/Kolkata", 60, week)
    assert Hours.objects.count() == 1
    assert DayHours.objects.get().day == date(2026, 12, 24)


def test_the_calendar_opens_by_its_secret_alone(lumo: Brand, browser: Browser) -> None:
    shift = soon(lumo)
    browser.post(f"{API}/agent/shifts/{shift.pk}/claim", {})
    first = browser.post(f"{API}/agent/shift-feed", {}).json()["address"]

    stranger = Browser()
    events = Calendar.from_ical(stranger.get(first).content).walk("VEVENT")
    second = browser.post(f"{API}/agent/shift-feed", {}).json()["address"]

    assert [event["UID"] for event in events] == [f"{Seat.objects.get().pk}@beckon"]
    assert events[0].decoded("DTSTART") == shift.begins_at.replace(microsecond=0)
    assert stranger.get(first).status_code == 404
    assert stranger.get(second).status_code == 200


def test_strangers_and_other_agents_get_nothing(lumo: Brand, browser: Browser, olu: Agent) -> None:
    shift = soon(lumo)
    seat = browser.post(f"{API}/agent/shifts/{shift.pk}/claim", {}).json()["seat"]["id"]

    assert Browser().get(f"{API}/agent/shifts").status_code in (401, 403)
    other = Browser(user=olu.user)
    assert refusal(other.post(f"{API}/agent/seats/{seat}/give-back", {}), 404)["code"] == "not_found"
    refusal(other.post(f"{API}/agent/seats/{seat}/swap", {}), 404)
    assert Seat.objects.get().state == "confirmed"
