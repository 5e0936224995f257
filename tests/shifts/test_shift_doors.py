"""An agent's shifts over HTTP: lists, wishes, claims, hours, the calendar; and bad input."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from agents.models import Agent
from brands.models import Brand
from marketplace import clock
from shifts import claims, lists, news, planning
from shifts.models import DayHours, Hours, News, Seat, Shift, Wish
from tests.doors import API, Browser, refusal
from tests.people import Hire
from tests.shifts.rota import BY


@pytest.fixture
def browser(dana: Agent) -> Browser:
    return Browser(user=dana.user)


def soon(brand: Brand, hours: float = 24, *, window: float = 0, at: datetime | None = None) -> Shift:
    """A shift of four hours, so many hours from the real now: doors read the clock."""
    now = clock.now()
    begins_at = at or now + timedelta(hours=hours)
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


def test_the_next_shift_is_the_first_of_hers_that_is_not_over(lumo: Brand, browser: Browser, dana: Agent) -> None:
    assert browser.get(f"{API}/agent/next-shift").json() == {"seat": None, "timezone": "UTC"}
    later, first = soon(lumo, 60 * 24), soon(lumo, 24)
    soon(lumo, 2)  # nobody's
    for shift in (later, first):
        browser.post(f"{API}/agent/shifts/{shift.pk}/claim", {})

    seat = browser.get(f"{API}/agent/next-shift").json()["seat"]
    claims.give_back(dana.pk, Seat.objects.get(shift=first).pk, now=clock.now())
    after = browser.get(f"{API}/agent/next-shift").json()["seat"]

    assert (seat["shift"], seat["brand"], seat["rate_cents"]) == (str(first.pk), lumo.name, 1500)
    assert after["shift"] == str(later.pk)


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


def test_the_list_says_what_stands_against_a_claim_and_her_place_in_the_line(
    lumo: Brand, browser: Browser, dana: Agent, hire: Hire
) -> None:
    begin = clock.now() + timedelta(hours=30)
    mine, beside = (soon(lumo, 30, at=begin + timedelta(hours=shift)) for shift in (0, 2))
    gathering = soon(lumo, 30, at=begin + timedelta(hours=1), window=4)
    full = soon(lumo, 200)
    claims.claim(hire("Before").pk, full.pk, now=clock.now())
    for agent in (hire("First"), dana):
        claims.wait(agent.pk, full.pk, now=clock.now())
    browser.post(f"{API}/agent/shifts/{mine.pk}/claim", {})

    listed = {one["id"]: one for one in browser.get(f"{API}/agent/shifts").json()["shifts"]}
    later = browser.get(f"{API}/agent/shifts", since=(begin + timedelta(days=6)).isoformat()).json()["shifts"]

    assert "You have a shift at that time" in listed[str(beside.pk)]["why_not"]
    assert (listed[str(mine.pk)]["why_not"], listed[str(gathering.pk)]["why_not"]) == ("", "")  # a wish may be made
    assert (
        refusal(browser.post(f"{API}/agent/shifts/{beside.pk}/claim", {}), 409)["detail"]
        == (listed[str(beside.pk)]["why_not"])
    )
    assert [(one["place"], one["topic_name"]) for one in later] == [(2, "Refunds")]


def test_whoever_is_not_certified_then_is_told_so_in_the_list(lumo: Brand, browser: Browser, dana: Agent) -> None:
    shift = soon(lumo)
    dana.skills.update(valid_until=shift.begins_at)

    (listed,) = browser.get(f"{API}/agent/shifts").json()["shifts"]

    assert listed["why_not"] == "It asks for what you are not certified for yet: refunds."
    assert refusal(browser.post(f"{API}/agent/shifts/{shift.pk}/claim", {}), 409)["detail"] == listed["why_not"]


def test_a_seat_is_held_out_to_colleagues_who_could_take_it(
    lumo: Brand, browser: Browser, olu: Agent, hire: Hire
) -> None:
    shift = soon(lumo)
    seat = browser.post(f"{API}/agent/shifts/{shift.pk}/claim", {}).json()["seat"]["id"]
    hire("Silent", languages=("de",))
    busy = hire("Busy")
    claims.claim(busy.pk, soon(lumo, 25).pk, now=clock.now())

    found = browser.get(f"{API}/agent/seats/{seat}/colleagues").json()
    made = browser.post(f"{API}/agent/seats/{seat}/swap", {"colleague": found[0]["id"]})
    others = Browser(user=olu.user).get(f"{API}/agent/shifts").json()["swaps"]

    assert found == [{"id": str(olu.pk), "name": "Olu"}]
    assert made.status_code == 201
    assert [(one["from"], one["to_me"], one["why_not"]) for one in others] == [("Dana", True, "")]
    assert refusal(Browser(user=olu.user).get(f"{API}/agent/seats/{seat}/colleagues"), 404)["code"] == "not_found"
    assert Browser(user=busy.user).get(f"{API}/agent/shifts").json()["swaps"] == []  # it is held out to Olu alone


def test_fair_is_told_in_minutes_and_of_few_colleagues_nothing(
    lumo: Brand, browser: Browser, dana: Agent, hire: Hire
) -> None:
    now = clock.now()
    block = planning.Block("refunds", "en", now + timedelta(hours=1), now + timedelta(hours=3), 6, 1500)
    past = planning.publish(planning.draft(lumo.pk, block, by=BY, now=now).pk, window_ends_at=None, by=BY, now=now)
    others = [hire(name) for name in "PQRST"]
    for agent in (dana, *others[:3]):
        claims.claim(agent.pk, past.pk, now=now)

    def seen(agents: int) -> tuple[int, int | None]:
        for one in others[agents:]:
            one.skills.all().delete()
        told = lists.fairness(dana, now=now + timedelta(hours=2))
        return told["own_minutes"], told["middle_minutes"]

    assert seen(5) == (120, 120)
    assert seen(4) == (120, None)
    assert browser.get(f"{API}/agent/shift-fairness").json()["own_minutes"] == 0  # none of it has begun yet


def test_the_feeds_address_is_shown_again(browser: Browser) -> None:
    assert browser.get(f"{API}/agent/shift-terms").json()["feed"] is None
    made = browser.post(f"{API}/agent/shift-feed", {}).json()["address"]

    assert browser.get(f"{API}/agent/shift-terms").json()["feed"] == made


def test_news_is_put_away_over_http(lumo: Brand, browser: Browser, dana: Agent) -> None:
    now = clock.now()
    news.add(dana.pk, soon(lumo), News.Kind.NEAR, until=now + timedelta(hours=1), now=now)
    row = News.objects.get()

    gone = browser.client.delete(f"{API}/agent/shift-news/{row.pk}", headers=browser.headers)

    assert gone.status_code == 204
    assert news.shown([dana.pk], now=now) == {}
