"""The operators' planning board over HTTP: what a day shows, filling up, the goal; and whose brand it is."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import Permission

from agents.models import Agent, User
from audit.models import Entry
from brands.models import Brand, Skill
from conversations import customers
from conversations.models import Customer
from marketplace import clock
from shifts import levels, outlooks, planning, policy, saying, seats, staffed
from shifts.models import Outlook, Planner, Shift, Staffing
from tests.doors import API, NO_TEXT, Browser, refusal
from tests.people import NOON, Hire

PLAN = f"{API}/operator/planning"
BY = "operator:noor"
ZONE = ZoneInfo("Europe/Stockholm")


@pytest.fixture
def browser(noor: User) -> Browser:
    return Browser(user=noor)


@pytest.fixture
def fjell(db: None) -> Brand:
    """Another brand, which is nobody's business here."""
    brand = Brand.objects.create(name="Fjell Outdoor", slug="fjell", assistant_name="Fia", created_at=NOON)
    Skill.objects.create(brand=brand, key="refunds", name="Refunds")
    return brand


@pytest.fixture
def pia(lumo: Brand, db: None) -> User:
    """Lumo's own planner: staff without any right, who may log in."""
    pia = User.objects.create_user("pia@lumo.example", is_staff=True)
    policy.appoint(pia, lumo, may_change=True, by=BY, reason="plans Lumo", now=NOON)
    return pia


def tomorrow() -> date:
    return clock.now().astimezone(ZONE).date() + timedelta(days=1)


def expected(brand: Brand, on: date, requests: float = 20.0, topic: str = "refunds") -> Outlook:
    """So many requests each half hour between ten and two, of 48."""
    times = outlooks.halves(on, ZONE)
    middle = [requests if 20 <= n < 28 else 0.0 for n in range(len(times))]
    return Outlook.objects.create(
        brand=brand, topic=topic, language="en", day=on, begins_at=times[0], made_at=NOON, method="arithmetic",
        days_known=30, days_ahead=1, dispersion=0.1, said=middle, middle=middle,
        low=[one / 2 for one in middle], high=[one * 2 for one in middle],
    )  # fmt: skip


def begins(half: int) -> datetime:
    """A half hour of tomorrow by the brand's clock."""
    return outlooks.halves(tomorrow(), ZONE)[half]


def drafted(brand: Brand, seat_count: int = 2) -> Shift:
    block = planning.Block("refunds", "en", begins(20), begins(28), seat_count, 1500)
    return planning.draft(brand.pk, block, by=BY, now=clock.now())


def day(browser: Browser, brand: Brand, **more: Any) -> Any:
    return browser.get(f"{PLAN}/day", brand=brand.pk, day=tomorrow().isoformat(), **more)


def test_a_day_shows_the_band_the_seats_and_the_service_that_is_expected(
    browser: Browser, lumo: Brand, hire: Hire
) -> None:
    expected(lumo, tomorrow())
    shift = drafted(lumo, seat_count=3)
    planning.publish(shift.pk, by=BY, now=clock.now())
    seats.take(hire("Olu").pk, shift.pk, way="claim", now=clock.now())

    shown = day(browser, lumo).json()

    half, before = shown["halves"][22], shown["halves"][10]
    assert (half["low"], half["middle"], half["high"]) == (10.0, 20.0, 40.0)
    assert (half["planned"], half["published"], half["held"]) == (3, 3, 1)
    assert half["needed"] > 3
    assert half["short"] == half["needed"] - 3
    assert 0 < half["served_held"] < half["served"] < 0.8
    assert (before["needed"], before["served"], before["short"]) == (0, 1.0, 0)
    assert shown["money"]["class_day"] == shown["money"]["week"] == 4 * 3 * 1500
    assert [(row["topic"], row["requests"]) for row in shown["classes"]] == [("refunds", 160.0)]
    assert len(shown["week"]) == 7
    assert [row["held"] for row in shown["shifts"]] == [1]


def test_a_higher_goal_asks_for_more_seats_and_money(browser: Browser, lumo: Brand) -> None:
    expected(lumo, tomorrow())
    Staffing.objects.create(brand=lumo, rate_cents=1500, set_by=BY, set_at=NOON)

    low, high = (day(browser, lumo, share=share, seconds=20).json() for share in (0.5, 0.95))

    assert low["money"]["needed_cents"] < high["money"]["needed_cents"]
    assert low["money"]["service_needed"] >= 0.5
    assert high["money"]["service_needed"] >= 0.95
    assert Staffing.objects.get().share == 0.80, "trying out changes nothing"


def test_topics_of_a_language_share_its_people(lumo: Brand) -> None:
    for topic in ("refunds", "fraud"):
        expected(lumo, tomorrow(), topic=topic)
    terms = staffed.terms_of(lumo, saying.staffing_of(lumo.pk), now=NOON)
    days = outlooks.days(lumo.pk, tomorrow(), tomorrow() + timedelta(days=1), zone=ZONE)

    together, alone = levels.of_language(lumo, days, terms)[22], levels.of_language(lumo, days[:1], terms)[22]

    assert sum(together.needed.values()) < 2 * sum(alone.needed.values())


def test_the_board_counts_seats_and_service_as_the_stored_staffing_does(browser: Browser, lumo: Brand) -> None:
    for topic in ("refunds", "fraud"):
        expected(lumo, tomorrow(), topic=topic)
    drafted(lumo, seat_count=2)
    staffed.staff(lumo, now=clock.now())

    shown = day(browser, lumo, topic="fraud", language="en").json()

    stored = Outlook.objects.get(topic="fraud")
    assert [half["needed"] for half in shown["halves"]] == stored.seats
    assert [half["served"] for half in shown["halves"]] == pytest.approx(stored.served_there, abs=1e-4)
    assert shown["classes"][0]["needed"] > 0


def test_filling_up_is_said_first_and_then_done_within_its_budget(browser: Browser, lumo: Brand) -> None:
    expected(lumo, tomorrow())
    of = {"brand": str(lumo.pk), "day": tomorrow().isoformat(), "topic": "refunds", "language": "en"}
    asked = {**of, "rate_cents": 1500, "budget_cents": 20_000}

    said = browser.post(f"{PLAN}/fill", {**asked, "preview": True}).json()
    nothing_yet = Shift.objects.count()
    done = browser.post(f"{PLAN}/fill", {**asked, "preview": False, "window_hours": 6}).json()
    again = browser.post(f"{PLAN}/fill", {**asked, "budget_cents": 0, "preview": True}).json()

    assert nothing_yet == 0
    assert (said["made"], said["pieces"]) == (False, done["pieces"])
    assert 0 < said["cents"] <= 20_000
    assert said["halves_open"] == again["halves_open"] > 0
    assert {shift.state for shift in Shift.objects.all()} == {"published"}
    assert day(browser, lumo).json()["money"]["class_day"] == said["cents"]


def test_a_shift_is_made_changed_published_and_called_off(browser: Browser, lumo: Brand) -> None:
    block = {"brand": str(lumo.pk), "topic": "refunds", "language": "en", "seat_count": 2, "rate_cents": 1200}
    times = {"begins_at": begins(20).isoformat(), "ends_at": begins(24).isoformat()}

    made = browser.post(f"{PLAN}/shifts", {**block, **times})
    refusal(browser.post(f"{PLAN}/shifts", {**block, **times}), 409)
    shift = f"{PLAN}/shifts/{made.json()['id']}"
    changed = browser.patch(shift, {"seat_count": 3}).json()
    published = browser.post(f"{shift}/publish", {"window_hours": 2}).json()
    refusal(browser.patch(shift, {"rate_cents": 1}), 409)
    refusal(browser.post(f"{shift}/call-off", {"reason": ""}), 400)
    off = browser.post(f"{shift}/call-off", {"reason": "The campaign was moved."}).json()

    assert (made.status_code, made.json()["state"], changed["seat_count"]) == (201, "draft", 3)
    assert (published["state"], off["state"]) == ("published", "closed")
    assert Entry.objects.filter(action="shift.called_off", reason="The campaign was moved.").exists()


def test_the_goal_is_set_with_a_reason(browser: Browser, lumo: Brand) -> None:
    asked = {"brand": str(lumo.pk), "share": 0.9, "seconds": 30}

    refusal(browser.post(f"{PLAN}/goal", asked), 400)
    kept = browser.post(f"{PLAN}/goal", {**asked, "reason": "Christmas"}).json()

    assert kept == {"share": 0.9, "target_seconds": 30}
    assert (Staffing.objects.get().share, Entry.objects.get(action="staffing.set").reason) == (0.9, "Christmas")


def test_a_run_of_the_matching_is_asked_for_once(browser: Browser) -> None:
    assert browser.get(f"{PLAN}/runs").json() == {"run": None}

    first, second = (browser.post(f"{PLAN}/runs", {}) for _ in range(2))

    assert (first.status_code, first.json()["run"]["state"]) == (202, "asked")
    assert first.json() == second.json() == browser.get(f"{PLAN}/runs").json()


def test_a_brands_planner_sees_her_brand_and_no_other(pia: User, lumo: Brand, fjell: Brand) -> None:
    browser, theirs = Browser(user=pia), drafted(fjell)
    body = {"brand": str(fjell.pk), "day": tomorrow().isoformat(), "topic": "refunds", "language": "en"}
    times = {"begins_at": begins(20).isoformat(), "ends_at": begins(24).isoformat()}

    assert [one["name"] for one in browser.get(PLAN).json()["brands"]] == ["Lumo Mobile"]
    assert day(browser, lumo).status_code == 200
    for answer in (
        day(browser, fjell),
        browser.post(f"{PLAN}/fill", {**body, "rate_cents": 1, "preview": True}),
        browser.post(f"{PLAN}/goal", {"brand": str(fjell.pk), "share": 0.1, "seconds": 1, "reason": "mine"}),
        browser.post(f"{PLAN}/shifts", {**body, **times, "seat_count": 1, "rate_cents": 1}),
        browser.patch(f"{PLAN}/shifts/{theirs.pk}", {"seat_count": 9}),
        browser.post(f"{PLAN}/shifts/{theirs.pk}/publish", {"window_hours": 0}),
        browser.post(f"{PLAN}/shifts/{theirs.pk}/call-off", {"reason": "theirs"}),
        browser.patch(f"{PLAN}/shifts/{uuid4()}", {"seat_count": 9}),
    ):
        refusal(answer, 404)
    refusal(browser.post(f"{PLAN}/runs", {}), 403)
    assert [(shift.brand, shift.state, shift.seat_count) for shift in Shift.objects.all()] == [(fjell, "draft", 2)]
    assert not Staffing.objects.exists()


def test_who_may_only_look_changes_nothing(pia: User, lumo: Brand) -> None:
    Planner.objects.update(may_change=False)
    browser, shift = Browser(user=pia), drafted(lumo)

    assert day(browser, lumo).status_code == 200
    refusal(browser.patch(f"{PLAN}/shifts/{shift.pk}", {"seat_count": 9}), 403)
    refusal(browser.post(f"{PLAN}/goal", {"brand": str(lumo.pk), "share": 0.1, "seconds": 1, "reason": "why"}), 403)
    assert not Staffing.objects.exists()


def test_staff_with_the_right_to_look_look_at_every_brand(db: None, lumo: Brand, fjell: Brand) -> None:
    sven = User.objects.create_user("sven@beckon.example", is_staff=True)
    sven.user_permissions.add(Permission.objects.get(codename="view_shift"))

    told = Browser(user=sven).get(PLAN).json()

    assert [(one["name"], one["may_change"]) for one in told["brands"]] == [
        ("Fjell Outdoor", False),
        ("Lumo Mobile", False),
    ]
    refusal(Browser(user=sven).patch(f"{PLAN}/shifts/{drafted(lumo).pk}", {"seat_count": 9}), 403)


def test_agents_customers_and_strangers_plan_nothing(lumo: Brand, dana: Agent, maja: Customer) -> None:
    refusal(day(Browser(user=dana.user), lumo), 404)
    for browser in (Browser(user=dana.user), Browser(token=customers._new_token(maja, now=NOON)), Browser()):
        refusal(browser.get(PLAN), 403)


@pytest.mark.parametrize(
    "wrong",
    [
        {"day": "soon"}, {"day": "2026-02-30"}, {"share": "nan"}, {"share": "1.5"}, {"seconds": "-1"},
        {"seconds": "inf"}, {"topic": "a b"}, {"language": "12"}, {"brand": "lumo"},
    ],
)  # fmt: skip
def test_a_day_that_makes_no_sense_is_refused(browser: Browser, lumo: Brand, wrong: dict[str, str]) -> None:
    asked = {"brand": str(lumo.pk), "day": tomorrow().isoformat()}

    refusal(browser.get(f"{PLAN}/day", **{**asked, **wrong}), 400)


def test_days_out_of_reach_and_bodies_that_are_none_are_refused(browser: Browser, lumo: Brand) -> None:
    refusal(browser.get(f"{PLAN}/day", brand=lumo.pk, day="9999-12-31"), 409)
    for bad in NO_TEXT:
        refusal(browser.post(f"{PLAN}/goal", {"brand": bad, "share": bad, "seconds": bad, "reason": bad}), 400)
        refusal(browser.post(f"{PLAN}/fill", {"brand": bad, "day": bad, "preview": bad}), 400)
