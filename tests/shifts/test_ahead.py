"""From what came to seats: outlooks made once a day, judged, moved by the day so far, staffed; shifts made of them."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

import numpy as np
import pytest

from brands.models import Brand
from marketplace import clock
from shifts import forecasting, histories, measured, outlooks, rescaling, saying, staffed, tasks
from shifts.models import Arrivals, Outlook, Shift
from tests.people import NOON
from tests.shifts.past import STOCKHOLM, TODAY, arrived, rate
from tests.shifts.rota import BY

MORNING = datetime(2026, 11, 24, 0, 10, tzinfo=NOON.tzinfo)


def expected(lumo: Brand, day: date, *, topic: str = "refunds") -> Outlook:
    return Outlook.objects.get(brand=lumo, topic=topic, day=day)


def true_day(weekday: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([rate(n, weekday) for n in range(48)])


@pytest.fixture
def ahead(lumo: Brand) -> Brand:
    """Five weeks of requests, forecast just after midnight."""
    arrived(lumo, 35)
    forecasting.forecast_due(now=MORNING)
    return lumo


def test_a_class_is_forecast_three_weeks_ahead_and_its_days_before_are_kept(ahead: Brand) -> None:
    rows = list(Outlook.objects.filter(brand=ahead, day__gte=TODAY).order_by("day"))
    assert [row.day for row in rows] == [TODAY + timedelta(days=n) for n in range(forecasting.DAYS)]
    true = true_day(TODAY.weekday())
    told = np.array(rows[0].middle)
    assert np.abs(told - true).sum() / true.sum() < 0.25
    assert all(low <= high for low, high in zip(rows[0].low, rows[0].high, strict=True))

    forecasting.judge_due(now=MORNING)

    (found,) = outlooks.accuracy(ahead.pk, until=TODAY)
    assert found.wape is not None
    assert found.cover is not None
    assert found.days >= 20
    assert found.wape < 0.6  # a true forecast of counts of about five misses by a third
    assert found.cover > 0.85


def test_what_was_forecast_today_is_not_forecast_again(ahead: Brand) -> None:
    assert forecasting.forecast_due(now=MORNING + timedelta(hours=5)) == 0
    assert forecasting.forecast_due(now=MORNING + timedelta(days=1)) == 1


def test_a_run_that_is_cut_off_leaves_the_rest_to_the_next(lumo: Brand) -> None:
    arrived(lumo, 10)
    arrived(lumo, 10, topic="fraud")

    assert forecasting.forecast_due(now=MORNING, seconds=-1) == 0
    assert forecasting.forecast_due(now=MORNING) == 2


def test_a_judged_day_tells_what_was_said_before_it_and_late_roll_ups_are_judged_again(ahead: Brand) -> None:
    arrived(ahead, 1, until=TODAY + timedelta(days=1), seed=5)
    said = expected(ahead, TODAY).said
    rescaling.rescale_due(now=NOON)
    next_night = MORNING + timedelta(days=1)

    forecasting.judge_due(now=next_night)
    first = expected(ahead, TODAY)
    Arrivals.objects.filter(brand=ahead, begins_at__gte=first.begins_at, begins_at__lt=NOON).update(came=50)
    forecasting.judge_due(now=next_night)

    assert first.said == first.middle == said
    assert first.missed == pytest.approx(np.abs(np.array(first.said) - np.array(first.came)).sum())
    again = expected(ahead, TODAY).missed
    assert again is not None
    assert first.missed is not None
    assert again > first.missed


def test_a_busy_morning_lifts_the_rest_of_the_day(ahead: Brand) -> None:
    forecasting.judge_due(now=MORNING)
    before = expected(ahead, TODAY)
    for at in outlooks.halves(TODAY, STOCKHOLM)[:26]:
        number = round(2 * before.said[outlooks.halves(TODAY, STOCKHOLM).index(at)])
        Arrivals.objects.create(brand=ahead, topic="refunds", language="en", begins_at=at, came=number, counted_at=NOON)

    rescaling.rescale_due(now=NOON)  # 13:00 in Stockholm: 26 half hours are over

    after = expected(ahead, TODAY)
    assert after.middle[:26] == [round(2 * told) for told in before.said[:26]]
    assert sum(after.middle[26:]) > 1.05 * sum(before.said[26:])
    assert after.said == before.said


def test_a_closed_day_expects_nothing_and_a_campaign_more(ahead: Brand) -> None:
    tomorrow, later = TODAY + timedelta(days=1), TODAY + timedelta(days=2)
    plain = sum(expected(ahead, later).said)
    for name, kind, day, times in (("Closed", "closed", tomorrow, None), ("Sale", "campaign", later, 2.0)):
        saying.say_special(ahead.pk, name=name, kind=kind, first=day, last=day, multiplier=times, by=BY, now=MORNING)

    forecasting.forecast_due(now=MORNING + timedelta(days=1))

    assert not Outlook.objects.filter(brand=ahead, day=tomorrow, made_at__gt=MORNING).exists()
    assert sum(expected(ahead, later).said) == pytest.approx(2 * plain, rel=0.35)


def test_a_class_without_a_past_is_shaped_after_its_sibling(lumo: Brand) -> None:
    arrived(lumo, 14)
    saying.expect(lumo.pk, "fraud", "en", requests_a_day=24, shaped_after_topic="refunds", by=BY, now=MORNING)

    forecasting.forecast_due(now=MORNING)

    row = expected(lumo, TODAY, topic="fraud")
    assert row.method == "cold start"
    assert sum(row.middle) == pytest.approx(24)
    assert sum(row.middle[:14]) == 0  # nobody comes before seven


@pytest.mark.parametrize(("day", "length"), [(date(2026, 3, 29), 46), (date(2026, 10, 25), 50)])
def test_a_day_on_which_clocks_change_is_forecast_hour_by_hour_of_the_wall(lumo: Brand, day: date, length: int) -> None:
    arrived(lumo, 28, until=day)
    midnight = outlooks.midnight(day, STOCKHOLM)

    forecasting.forecast_due(now=midnight + timedelta(minutes=10))

    row = expected(lumo, day)
    assert len(row.middle) == length
    busiest = outlooks.halves(day, STOCKHOLM)[row.middle.index(max(row.middle))].astimezone(STOCKHOLM)
    assert 11 <= busiest.hour <= 16
    arrived(lumo, 1, until=day + timedelta(days=1))
    past = histories.past(lumo, now=midnight + timedelta(days=2))
    assert past.history(("refunds", "en")).counts.shape[1] == 48
    assert past.days["refunds", "en"][day][24] == Arrivals.objects.get(begins_at=_wall(day, 12)).came


def test_seats_follow_what_is_expected_and_what_was_measured(ahead: Brand) -> None:
    arrived(ahead, 35, topic="fraud", level=2.0, seed=3)
    forecasting.forecast_due(now=MORNING)

    staffed.staff_due(now=MORNING)
    calm = sum(expected(ahead, TODAY).seats)
    saying.set_staffing(ahead.pk, by=BY, reason="Better", now=MORNING, share=0.95, target_seconds=10)
    staffed.staff(ahead, now=MORNING)

    row, small = expected(ahead, TODAY), expected(ahead, TODAY, topic="fraud")
    assert max(row.seats) > max(small.seats) >= 0
    assert sum(row.seats) > calm
    assert min(row.served) >= 0.95
    assert row.served_there[24] == 0.0  # nobody is planned
    assert row.seats[4] == 0  # nobody is expected at two in the night
    facts = measured.facts(ahead.pk, now=NOON)
    assert facts.handling_of("refunds", "en").value == pytest.approx(400)
    assert facts.patience.value == pytest.approx(60 + 10 * 9, rel=0.25)
    assert not facts.shrinkage.measured


def test_an_automatic_brand_gets_its_shifts_once_within_its_budget(ahead: Brand) -> None:
    wanted = {"automatic": "publish", "rate_cents": 1500, "window_hours": 24, "days_ahead": 6}
    saying.set_staffing(ahead.pk, by=BY, reason="Go", now=MORNING, week_budget_cents=30_000, **wanted)
    staffed.staff_due(now=MORNING)

    assert staffed.fill_due(now=MORNING) == 1
    assert staffed.fill_due(now=MORNING) == 0

    made = list(Shift.objects.filter(brand=ahead))
    assert made
    assert {shift.state for shift in made} == {"published"}
    assert min(shift.begins_at for shift in made) >= MORNING + timedelta(hours=24)
    for monday in (date(2026, 11, 23), date(2026, 11, 30)):
        assert 0 < _price(made, monday) <= 30_000
    saying.set_staffing(ahead.pk, by=BY, reason="More", now=MORNING, week_budget_cents=None)
    staffed.fill(saying.staffing_of(ahead.pk), now=MORNING)
    day = outlooks.day(ahead.pk, "refunds", "en", TODAY + timedelta(days=3), zone=STOCKHOLM)
    assert all(half.seats_planned >= (half.seats_needed or 0) for half in day.halves)
    assert not any(found.pieces for found in staffed.fill(saying.staffing_of(ahead.pk), now=MORNING))


def _wall(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=STOCKHOLM)


def _price(made: Iterable[Shift], monday: date) -> int:
    days = [monday + timedelta(days=n) for n in range(7)]
    own = [shift for shift in made if shift.begins_at.astimezone(STOCKHOLM).date() in days]
    return sum(
        shift.seat_count * 1500 * int((shift.ends_at - shift.begins_at).total_seconds()) // 3600 for shift in own
    )


def test_seats_split_by_weight_lose_none() -> None:
    assert staffed.apportioned(7, [3.0, 2.0, 1.0]) == [4, 2, 1]
    assert staffed.apportioned(1, [1.0, 1.0]) == [1, 0]
    assert staffed.apportioned(2, [0.0, 0.0]) == [2, 0]


def test_the_tasks_do_what_is_due_by_the_clock(lumo: Brand) -> None:
    today = clock.now().astimezone(STOCKHOLM).date()
    arrived(lumo, 8, until=today)

    tasks.look_ahead()
    tasks.rescale_today()

    row = expected(lumo, today)
    assert row.staffed_at is not None
    assert row.rescaled_at is not None
