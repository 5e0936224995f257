"""What if the day were another: asked, simulated before and after, told in words, cancelled; and whose brand it is."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from agents.models import User
from brands.models import Brand
from dispatch import what_if_runs, what_ifs
from dispatch.changes import NOTHING, Change
from dispatch.models import WhatIf
from dispatch.simulator import days
from dispatch.simulator.days import DayPlan, Expected, Known, Planned
from marketplace import clock
from marketplace.refusals import Refused
from shifts import outlooks, planning, policy, seats
from shifts.models import Outlook, Shift
from tests.doors import API, Browser, refusal
from tests.people import NOON, Hire, at

DOOR = f"{API}/operator/what-ifs"
BY = "operator:noor"
HOUR_S = 3_600.0
TOMORROW = date(2026, 11, 25)
LESS = Change(seats=-2, from_minute=14 * 60, until_minute=16 * 60)

WIDE = Known({"refunds": 2, "fraud": 2}, {"en": 3, "fi": 3}, 2)
PLAN = DayPlan(
    families={"money": ("refunds", "fraud")},
    expected=tuple(Expected(n * 1_800.0, topic, "en", 5.0) for n in range(24, 34) for topic in ("refunds", "fraud")),
    planned=tuple(Planned(12 * HOUR_S, 17 * HOUR_S, "refunds", "en") for _ in range(4)),
    pool=(WIDE,),
    handling_s={("refunds", "en"): 300.0, ("fraud", "en"): 600.0},
    patience_s=240.0,
    concurrency=2,
    shrinkage=0.15,
    countdown_s=12.0,
    target_s=20.0,
)


def told_by(moments: list[float]) -> Callable[[], datetime]:
    """A clock that says these seconds after noon, one after the other, and the last one from then on."""
    left = list(moments)
    return lambda: at(left.pop(0) if len(left) > 1 else left[0])


def planned_day(brand: Brand) -> None:
    """Tomorrow between noon and five, UTC: thirty requests each half hour, and four seats."""
    times = outlooks.halves(TOMORROW, ZoneInfo(brand.timezone))
    middle = [30.0 if 12 <= one.astimezone(UTC).hour < 17 else 0.0 for one in times]
    Outlook.objects.create(
        brand=brand, topic="refunds", language="en", day=TOMORROW, begins_at=times[0], made_at=NOON, method="level",
        days_known=30, days_ahead=1, dispersion=0.1, said=middle, low=middle, middle=middle, high=middle,
    )  # fmt: skip
    noon = NOON + timedelta(days=1)
    block = planning.Block("refunds", "en", noon, noon + timedelta(hours=5), 4, 1500)
    planning.publish(planning.draft(brand.pk, block, by=BY, now=NOON).pk, by=BY, now=NOON)


# The simulated day, which needs no database.


def test_the_same_day_is_the_same_and_a_change_leaves_the_customers() -> None:
    once, again = (days.simulate(PLAN, NOTHING, 1) for _ in range(2))
    changed = days.simulate(PLAN, Change(seats=-2, from_minute=14 * 60, until_minute=16 * 60), 1)

    assert once == again
    assert changed.came == once.came
    assert sum(changed.in_time[28:32]) < sum(once.in_time[28:32])
    assert changed.in_time[:28] == once.in_time[:28]


def test_quicker_agents_reach_more_of_the_same_customers_and_slower_ones_fewer() -> None:
    usual, quick, slow = (days.simulate(PLAN, Change(speed=speed), 1) for speed in (1.0, 1.5, 0.5))

    assert quick.came == usual.came == slow.came
    assert sum(quick.in_time) > sum(usual.in_time) > sum(slow.in_time)
    staff, same = days.people(PLAN, Change(speed=2.0), 1), days.people(PLAN, NOTHING, 1)
    assert [2 * one.pace for one in staff] == pytest.approx([one.pace for one in same])


def test_more_or_fewer_customers_leave_the_others_as_they_were() -> None:
    busy = replace(PLAN, expected=tuple(replace(one, mean=40.0) for one in PLAN.expected))
    world = days._world(busy, NOTHING)
    usual, half, double, most = (
        days.customers(busy, Change(arrivals=times), world, 1) for times in (1.0, 0.5, 2.0, 2.5)
    )

    assert set(half) < set(usual) < set(double)
    assert len(double) == 2 * len(usual)
    assert len(half) == pytest.approx(0.5 * len(usual), rel=0.15)
    assert len(most) == pytest.approx(2.5 * len(usual), rel=0.05)
    assert double == sorted(double, key=lambda one: one.at)
    assert {(one.topic, one.language) for one in double} == {(one.topic, one.language) for one in usual}


def test_nobody_is_asked_before_her_time_or_after_it() -> None:
    early = replace(PLAN, planned=(Planned(15 * HOUR_S, 16 * HOUR_S, "refunds", "en"),), shrinkage=0.0)

    outcome = days.simulate(early, NOTHING, 3)

    assert sum(outcome.came[24:30]) > 0
    assert sum(outcome.in_time[24:29]) == 0
    assert sum(outcome.in_time[30:32]) > 0
    assert sum(outcome.in_time[33:]) == 0


def test_who_is_there_less_is_there_as_much_less_as_shrinkage_says() -> None:
    many = replace(PLAN, planned=PLAN.planned * 40)

    staff = days.people(many, NOTHING, 1)

    there_s = sum(one.places_s(0.0, 86_400.0) / one.capacity for one in staff)
    assert there_s / (len(staff) * 5 * HOUR_S) == pytest.approx(0.85, abs=0.02)


def test_seats_are_taken_from_their_class_and_time_only() -> None:
    fewer = Change(seats=-3, seats_language="en", seats_topic="refunds", from_minute=14 * 60, until_minute=16 * 60)
    nobody = replace(fewer, seats_topic="fraud")
    still = replace(PLAN, shrinkage=0.0)

    hours = [
        sum(one.places_s(13 * HOUR_S, 17 * HOUR_S) / one.capacity for one in days.people(still, change, 1)) / HOUR_S
        for change in (NOTHING, fewer, nobody)
    ]

    assert hours == [16.0, 10.0, 16.0]


def test_more_people_more_customers_and_a_longer_ring_show() -> None:
    base = days.simulate(PLAN, NOTHING, 2)
    incident = Change(incident=60, incident_topic="fraud", incident_language="fi", incident_minute=14 * 60)

    helped = days.simulate(PLAN, Change(people=20, people_language="en"), 2)
    burst = days.simulate(PLAN, incident, 2)
    slow = days.simulate(PLAN, Change(countdown_seconds=60), 2)

    assert helped.figures.sl20 > base.figures.sl20
    assert burst.figures.customers == base.figures.customers + 60
    assert burst.figures.abandon > base.figures.abandon
    assert slow.came == base.came


def test_a_sure_difference_is_told_and_an_unsure_one_is_said_to_be_none() -> None:
    clear = {"before": 0.83, "after": 0.71, "difference": -0.12, "low": -0.15, "high": -0.09}
    none = {"before": 0.04, "after": 0.041, "difference": 0.001, "low": -0.01, "high": 0.012}

    words = what_if_runs.sentence({"days": 10, "figures": {"sl20": clear, "abandon": none}}, 20.0)

    assert "71% are answered within 20 s instead of 83% (-12.0 points, surely between -15.0 and -9.0)" in words
    assert "4.1% give up instead of 4.0% (no difference that is sure)" in words


# Rows.


def test_a_question_is_asked_taken_up_once_and_answered(lumo: Brand, hire: Hire) -> None:
    planned_day(lumo)
    seats.take(hire("Olu").pk, Shift.objects.get().pk, way="claim", now=NOON)
    asked = what_ifs.ask(lumo, TOMORROW, LESS, by=BY, now=NOON)

    taken = what_ifs.take_up(now=at(3))
    assert taken is not None
    assert what_ifs.take_up(now=at(4)) is None
    done = what_if_runs.run(taken, clock=told_by([5.0, 6.0, 7.0, 100.0]))

    assert (done.pk, done.state, done.question) == (asked.pk, "done", "2 seats less from 14:00 to 16:00")
    assert done.result is not None
    assert done.result["days"] == done.days_done == 3, "time was over after the fewest days"
    assert done.result["figures"]["sl20"]["after"] < done.result["figures"]["sl20"]["before"]
    assert len(done.result["halves"]) == 48
    assert "are answered within 20 s instead of" in done.sentence
    holders = [seat[4] for seat in done.inputs["planned"]]
    assert [bool(holder) for holder in holders] == [True, False, False, False]
    assert "Olu" not in str(done.inputs)


def test_a_cancelled_question_is_let_go_of_and_stays_cancelled(lumo: Brand) -> None:
    planned_day(lumo)
    what_ifs.ask(lumo, TOMORROW, LESS, by=BY, now=NOON)
    taken = what_ifs.take_up(now=at(3))
    assert taken is not None

    what_ifs.cancel(taken.pk, now=at(4))
    ended = what_if_runs.run(taken, clock=told_by([5.0]))

    assert (ended.state, ended.result, ended.days_done) == ("cancelled", None, 0)
    assert what_ifs.cancel(taken.pk, now=at(9)).ended_at == at(4)


def test_a_question_whose_process_died_is_taken_up_again_three_times_at_most(lumo: Brand) -> None:
    planned_day(lumo)
    what_ifs.ask(lumo, TOMORROW, LESS, by=BY, now=NOON)

    taken = [what_ifs.take_up(now=NOON + n * 2 * what_ifs.LEASE) for n in range(4)]

    assert [one and one.tries for one in taken] == [1, 2, 3, None]
    assert WhatIf.objects.get().state == "failed"
    assert not what_ifs.go_on(taken[0], days_done=1, now=NOON), "the first process may say nothing more"  # type: ignore[arg-type]


def test_a_day_that_cannot_be_simulated_fails_in_a_sentence(lumo: Brand) -> None:
    planned_day(lumo)
    what_ifs.ask(lumo, TOMORROW, LESS, by=BY, now=NOON)
    WhatIf.objects.update(inputs={})
    taken = what_ifs.take_up(now=at(3))
    assert taken is not None

    failed = what_if_runs.run(taken, clock=told_by([5.0]))

    assert (failed.state, failed.sentence) == ("failed", "This day could not be simulated.")


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (Change(), "no_change"),
        (Change(seats=-2, from_minute=60, until_minute=60), "bad_time"),
        (Change(seats=2, from_minute=0, until_minute=9_999), "bad_time"),
        (Change(people=10_000), "too_much"),
        (Change(people=-1), "too_much"),
        (Change(countdown_seconds=1), "too_much"),
        (Change(speed=0.0), "too_much"),
        (Change(arrivals=10.5), "too_much"),
        (Change(speed=1.0, arrivals=1.0), "no_change"),
        (Change(incident=9), "unknown_topic"),
        (Change(incident=9, incident_topic="moon"), "unknown_topic"),
    ],
)
def test_questions_that_make_no_sense_are_refused(lumo: Brand, asked: Change, code: str) -> None:
    planned_day(lumo)

    with pytest.raises(Refused) as refused:
        what_ifs.ask(lumo, TOMORROW, asked, by=BY, now=NOON)

    assert refused.value.code == code
    assert not WhatIf.objects.exists()


def test_an_empty_day_and_a_sixth_open_question_are_refused(lumo: Brand) -> None:
    with pytest.raises(Refused, match="Nothing is forecast"):
        what_ifs.ask(lumo, TOMORROW, LESS, by=BY, now=NOON)
    planned_day(lumo)
    for _ in range(what_ifs.MOST_OPEN):
        what_ifs.ask(lumo, TOMORROW, LESS, by=BY, now=NOON)
    with pytest.raises(Refused, match="wait already"):
        what_ifs.ask(lumo, TOMORROW, LESS, by=BY, now=NOON)


def test_questions_are_forgotten_when_decisions_are(lumo: Brand) -> None:
    planned_day(lumo)
    what_ifs.ask(lumo, TOMORROW, LESS, by=BY, now=NOON)

    assert what_ifs.forget(now=NOON + what_ifs.KEPT) == 0
    assert what_ifs.forget(now=NOON + what_ifs.KEPT + timedelta(seconds=1)) == 1


# Doors.


def body(brand: Brand, **change: Any) -> dict[str, Any]:
    return {"brand": str(brand.pk), "day": TOMORROW.isoformat(), "change": change}


def test_an_operator_asks_looks_and_cancels(noor: User, lumo: Brand) -> None:
    planned_day(lumo)
    browser = Browser(user=noor)

    asked = browser.post(DOOR, body(lumo, countdown_seconds=20))
    one = f"{DOOR}/{asked.json()['id']}"
    looked = browser.get(one).json()
    gone = browser.client.delete(one, headers=browser.headers).json()

    assert (asked.status_code, looked["state"], looked["days_done"]) == (202, "asked", 0)
    assert (gone["state"], "inputs" in gone) == ("cancelled", False)
    assert [row["id"] for row in browser.get(DOOR, brand=lumo.pk, day=TOMORROW).json()["what_ifs"]] == [gone["id"]]
    nonsense = (
        {"seats": "2"},
        {"people": True},
        {"countdown_seconds": 1.5},
        {"speed": "fast"},
        {"seats_language": "?"},
    )
    for bad in nonsense:
        refusal(browser.post(DOOR, body(lumo, **bad)), 400)
    refusal(browser.post(DOOR, {"brand": str(lumo.pk), "day": "soon", "change": []}), 400)


def test_another_brands_questions_are_none(lumo: Brand) -> None:
    planned_day(lumo)
    asked = what_ifs.ask(lumo, TOMORROW, LESS, by=BY, now=NOON)
    other = Brand.objects.create(name="Fjell Outdoor", slug="fjell", assistant_name="Fia", created_at=NOON)
    pia = User.objects.create_user("pia@fjell.example", is_staff=True)
    policy.appoint(pia, other, may_change=True, by=BY, reason="plans Fjell", now=clock.now())
    browser = Browser(user=pia)

    refusal(browser.get(DOOR, brand=lumo.pk), 404)
    refusal(browser.post(DOOR, body(lumo, countdown_seconds=20)), 404)
    refusal(browser.get(f"{DOOR}/{asked.pk}"), 404)
    refusal(browser.client.delete(f"{DOOR}/{asked.pk}", headers=browser.headers), 404)
    assert WhatIf.objects.get().state == "asked"
