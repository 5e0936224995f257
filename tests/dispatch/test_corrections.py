"""How many times Erlang's places it takes: found on a simulated day, kept for the staffing, once a week."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from brands.models import Brand, Skill
from dispatch import corrections
from dispatch.changes import NOTHING
from dispatch.corrections import GRID, Seats
from dispatch.simulator import days
from dispatch.simulator.days import DayPlan, Expected, Known, Planned
from shifts import saying, staffed
from shifts.models import Staffing
from tests.dispatch.test_what_ifs import TOMORROW, planned_day
from tests.people import NOON, Hire, at

BUSY = DayPlan(
    families={"money": ("refunds",)},
    expected=tuple(Expected(n * 1_800.0, "refunds", "en", 30.0) for n in range(20, 30)),
    planned=(),
    pool=(Known({"refunds": 2}, {"en": 3}, 2),),
    handling_s={("refunds", "en"): 420.0},
    patience_s=240.0,
    concurrency=2,
    shrinkage=0.15,
    countdown_s=12.0,
    target_s=20.0,
)


def seats(correction: float) -> Seats:
    return {("refunds", "en"): [round(6 * correction) if 20 <= n < 30 else 0 for n in range(48)]}


def level(correction: float) -> float:
    outcome = days.simulate(replace(BUSY, planned=corrections.stretches(seats(correction))), NOTHING, 1)
    return sum(outcome.in_time) / sum(outcome.came)


@pytest.fixture(autouse=True)
def one_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """Simulated for each correction: enough to tell them apart here."""
    monkeypatch.setattr(corrections, "MOST_DAYS", 1)


def test_a_seat_is_sat_in_for_as_long_as_half_hours_in_a_row_ask_for_it() -> None:
    assert corrections.stretches({("refunds", "en"): [1, 2, 2, 0, 1], ("fraud", "fi"): [0, 0]}) == (
        Planned(0.0, 5_400.0, "refunds", "en"),
        Planned(7_200.0, 9_000.0, "refunds", "en"),
        Planned(1_800.0, 5_400.0, "refunds", "en"),
    )


def test_the_least_correction_that_holds_the_level_is_found() -> None:
    found = corrections.find(BUSY, seats, 0.80)

    assert found.level == round(level(found.correction), 4) >= 0.80
    assert level(GRID[GRID.index(found.correction) - 1]) < 0.80
    assert found.erlang_level == round(level(1.0), 4)


def test_what_nobody_can_hold_asks_for_no_more_than_helps() -> None:
    plenty = corrections.find(BUSY, lambda correction: {("refunds", "en"): [20] * 48}, 0.80)
    beyond = corrections.find(BUSY, lambda correction: {("refunds", "en"): [20] * 48}, 0.99)

    assert plenty.correction == beyond.correction == GRID[0]
    assert 0.80 <= beyond.level < 0.99


@pytest.fixture
def asked(lumo: Brand, hire: Hire) -> Staffing:
    """A brand that asked for a level, with a forecast for tomorrow and somebody who could come."""
    hire("Maj")
    planned_day(lumo)
    return saying.set_staffing(lumo.pk, share=0.8, by="operator:noor", reason="a test", now=NOON)


def test_seats_follow_what_was_simulated_until_an_operator_says_otherwise(lumo: Brand, asked: Staffing) -> None:
    assert corrections.measure_due(now=at(5)) == 1

    kept = Staffing.objects.get(pk=lumo.pk)
    terms = staffed.terms_of(lumo, kept, now=at(6))
    assert kept.simulated in GRID
    assert terms.aim.correction == kept.simulated
    assert kept.simulated_level is not None
    assert kept.simulated_level >= 0.8 or kept.simulated == GRID[-1]
    assert max(seats_of(lumo, TOMORROW)) > 0

    said = saying.set_staffing(lumo.pk, correction=1.5, by="operator:noor", reason="a test", now=at(7))
    assert staffed.terms_of(lumo, said, now=at(8)).aim.correction == 1.5
    assert corrections.measure_due(now=at(9) + 2 * corrections.AGAIN) == 0


def seats_of(brand: Brand, on: date) -> list[int]:
    terms = staffed.terms_of(brand, saying.staffing_of(brand.pk), now=at(6))
    return staffed.seats_by_class(brand, on, terms)["refunds", "en"]


def test_it_is_simulated_once_a_week_and_only_where_something_is_forecast(lumo: Brand, asked: Staffing) -> None:
    assert corrections.measure_due(now=NOON + timedelta(days=3)) == 0, "the only forecast day is over"
    assert corrections.measure_due(now=at(5)) == 1
    assert corrections.measure_due(now=at(6)) == 0


def test_another_level_is_simulated_anew_and_not_a_week_later(lumo: Brand, asked: Staffing) -> None:
    corrections.measure_due(now=at(5))

    saying.set_staffing(lumo.pk, share=0.6, by="operator:noor", reason="a test", now=at(6))

    assert corrections.measure_due(now=at(7)) == 1
    assert corrections.measure_due(now=at(8)) == 0


def test_a_brand_whose_day_cannot_be_simulated_keeps_no_other_waiting(
    lumo: Brand, asked: Staffing, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    other = Brand.objects.create(name="Aurea", slug="aurea", currency="EUR", created_at=NOON)
    Skill.objects.create(brand=other, key="refunds", name="Refunds")
    planned_day(other)
    saying.set_staffing(other.pk, share=0.8, by="operator:noor", reason="a test", now=NOON)
    whole = corrections.measure

    def breaks(row: Staffing, *, now: datetime) -> bool:
        if row.brand_id == min(lumo.pk, other.pk):
            raise ValueError("planted")
        return whole(row, now=now)

    monkeypatch.setattr(corrections, "measure", breaks)

    assert corrections.measure_due(now=at(5)) == 1
    assert "cannot be simulated" in caplog.text
