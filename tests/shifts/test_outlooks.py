"""What is expected of a day, read with the seats that are there; what operators say about days to come."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from audit.models import Entry
from brands.models import Brand
from marketplace.refusals import Refused
from shifts import outlooks, saying, seats
from shifts.models import Outlook, SpecialDay, Staffing
from tests.people import NOON, Hire
from tests.shifts.rota import BY, shift

STOCKHOLM = ZoneInfo("Europe/Stockholm")
TOMORROW = date(2026, 11, 25)


def outlook(lumo: Brand, on: date, **changes: object) -> Outlook:
    times = outlooks.halves(on, STOCKHOLM)
    flat = [4.0] * len(times)
    known = {
        "begins_at": times[0], "made_at": NOON, "method": "arithmetic", "days_known": 30, "days_ahead": 1,
        "dispersion": 0.1, "said": flat, "low": [1.0] * len(times), "middle": flat, "high": [8.0] * len(times),
    }  # fmt: skip
    return Outlook.objects.create(brand=lumo, topic="refunds", language="en", day=on, **{**known, **changes})


def test_days_on_which_clocks_change_have_two_half_hours_less_or_more() -> None:
    lengths = [len(outlooks.halves(on, STOCKHOLM)) for on in (date(2026, 3, 29), TOMORROW, date(2026, 10, 25))]

    assert lengths == [46, 48, 50]


def test_a_day_tells_what_is_expected_and_the_seats_that_are_there(lumo: Brand, hire: Hire) -> None:
    outlook(lumo, TOMORROW, seats=[2] * 48, served=[0.8] * 48, served_there=[0.5] * 48, staffed_at=NOON)
    published = shift(lumo, begins=24, lasts=2, seat_count=3)  # 12:00 UTC, 13:00 in Stockholm
    seats.take(hire("Olu").pk, published.pk, way="claim", now=NOON)

    found = outlooks.day(lumo.pk, "refunds", "en", TOMORROW, zone=STOCKHOLM)

    half = found.halves[26]
    assert half.begins_at == NOON + timedelta(days=1)
    assert (half.low, half.middle, half.high, half.seats_needed) == (1.0, 4.0, 8.0, 2)
    assert (half.seats_planned, half.seats_published, half.seats_held, half.cents) == (3, 3, 1, 3 * 1500 // 2)
    assert found.halves[25].seats_planned == 0
    assert found.cents == 4 * 3 * 1500 // 2
    assert outlooks.days(lumo.pk, TOMORROW, TOMORROW + timedelta(days=1), zone=STOCKHOLM) == [found]


def test_a_day_without_a_forecast_still_tells_its_seats(lumo: Brand) -> None:
    shift(lumo, begins=24, lasts=2, seat_count=3)

    found = outlooks.day(lumo.pk, "refunds", "en", TOMORROW, zone=STOCKHOLM)

    assert (found.made_at, found.halves[26].seats_planned, found.halves[26].middle) == (None, 3, 0.0)


def test_accuracy_is_of_the_days_judged(lumo: Brand) -> None:
    came = [5.0] * 48
    for day in (date(2026, 11, 22), date(2026, 11, 23)):
        outlook(lumo, day, came=came, missed=48.0, inside=36, judged_at=NOON)
    outlook(lumo, TOMORROW)

    (found,) = outlooks.accuracy(lumo.pk, until=date(2026, 11, 24))

    assert (found.days, found.came, found.wape, found.bias, found.cover) == (2, 480.0, 0.2, -0.2, 0.75)


def test_a_service_level_is_set_with_a_reason_and_kept_in_the_audit(lumo: Brand) -> None:
    saying.set_staffing(lumo.pk, by=BY, reason="Autumn", now=NOON, share=0.9, target_seconds=30)
    saying.set_staffing(lumo.pk, by=BY, reason="Later", now=NOON, rate_cents=1500)

    found = Staffing.objects.get(pk=lumo.pk)
    assert (found.share, found.target_seconds, found.rate_cents) == (0.9, 30, 1500)
    assert Entry.objects.filter(action="staffing.set", reason="Later").count() == 1


@pytest.mark.parametrize("bad", [{"share": 1.0}, {"share": -0.1}, {"automatic": "sometimes"}, {"window_hours": 0}])
def test_a_service_level_that_cannot_be_is_refused_and_nothing_changes(lumo: Brand, bad: dict[str, object]) -> None:
    with pytest.raises(Refused):
        saying.set_staffing(lumo.pk, by=BY, reason="Autumn", now=NOON, **bad)

    assert not Staffing.objects.exists()


def test_days_unlike_others_are_said_and_end(lumo: Brand) -> None:
    said = saying.say_special(
        lumo.pk, name="Black Friday", kind="campaign", first=TOMORROW, last=TOMORROW, multiplier=1.8, by=BY, now=NOON
    )
    saying.end_special(said.pk, by=BY, reason="It rains", now=NOON)

    assert SpecialDay.objects.get().ended_at == NOON


@pytest.mark.parametrize(
    "bad",
    [
        {"last": TOMORROW - timedelta(days=1)},
        {"last": TOMORROW + timedelta(days=400)},
        {"multiplier": -1.0},
        {"kind": "closed", "topic": "refunds"},
    ],
)
def test_days_that_cannot_be_are_refused(lumo: Brand, bad: dict[str, object]) -> None:
    known: dict[str, object] = {"name": "Sale", "kind": "campaign", "first": TOMORROW, "last": TOMORROW, **bad}

    with pytest.raises(Refused):
        saying.say_special(lumo.pk, by=BY, now=NOON, **known)  # type: ignore[arg-type]

    assert not SpecialDay.objects.exists()


def test_a_young_class_is_expected_as_an_operator_says(lumo: Brand) -> None:
    saying.expect(lumo.pk, "refunds", "fi", requests_a_day=40, by=BY, now=NOON)
    again = saying.expect(lumo.pk, "refunds", "fi", requests_a_day=60, by=BY, now=NOON)

    assert again.requests_a_day == 60
    with pytest.raises(Refused, match="no topic"):
        saying.expect(lumo.pk, "wheels", "fi", requests_a_day=40, by=BY, now=NOON)
