"""Needs become shifts, by hand and over random needs; hours of a week cover what lies in them; dated laws."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from brands.models import Brand
from shifts import automatic, limits
from shifts.cover import HALF_HOUR, LONGEST_HALVES, SHORTEST_HALVES, cover
from shifts.models import Shift
from shifts.terms import Availability, Stretch
from tests.people import NOON
from tests.shifts.rota import BY, hour

DAY = datetime(2026, 11, 25, 8, tzinfo=UTC)
NEEDS = st.lists(st.integers(0, 4), min_size=1, max_size=48)


def needs(*seats: int) -> dict[datetime, int]:
    """Seats for each half hour of a day from eight on."""
    return {DAY + number * HALF_HOUR: each for number, each in enumerate(seats)}


def test_equal_layers_are_one_shift_with_two_seats() -> None:
    found = cover(needs(2, 2, 2, 2, 3, 3, 3, 3), {}, rate_cents=1500)

    assert [(piece.begins_at.hour, piece.ends_at.hour, piece.seats) for piece in found.pieces] == [
        (8, 12, 2),
        (10, 12, 1),
    ]
    assert found.cents == 10 * 1500


def test_a_budget_buys_the_surest_seats_and_tells_what_stays_open() -> None:
    found = cover(needs(2, 2, 2, 2), {}, rate_cents=1500, budget_cents=2 * 1500)

    assert (found.pieces[0].seats, found.cents, found.halves_open) == (1, 3000, 4)


@settings(max_examples=200, deadline=None)
@given(NEEDS, NEEDS, st.integers(0, 40_000))
def test_without_a_budget_nothing_stays_open_and_with_one_it_is_kept(
    wanted: list[int], have: list[int], budget: int
) -> None:
    needed, there = needs(*wanted), needs(*have)
    whole, bounded = (cover(needed, there, rate_cents=1500, budget_cents=most) for most in (None, budget))
    seats: Counter[datetime] = Counter(there)
    for piece in whole.pieces:
        halves = (piece.ends_at - piece.begins_at) // HALF_HOUR
        assert SHORTEST_HALVES <= halves <= LONGEST_HALVES
        for number in range(halves):
            seats[piece.begins_at + number * HALF_HOUR] += piece.seats

    assert all(seats[at] >= count for at, count in needed.items())
    assert whole.cents == sum(piece.cents for piece in whole.pieces)
    assert bounded.cents == sum(piece.cents for piece in bounded.pieces) <= budget


def test_filled_again_nothing_is_added(lumo: Brand) -> None:
    needed = needs(2, 2, 2, 2, 2, 2)
    for _ in range(2):
        automatic.fill(
            lumo.pk, "refunds", "en", needed, rate_cents=1500, window_ends_at=hour(12), by=BY, now=NOON
        )  # fmt: skip
    automatic.fill(lumo.pk, "refunds", "en", needs(3, 3, 3, 3, 3, 3), rate_cents=1500, by=BY, now=NOON)

    assert Shift.objects.values_list("seat_count", "state").get() == (3, "published")


def test_hours_cover_what_lies_in_them_also_over_midnight() -> None:
    zone = ZoneInfo("Europe/Stockholm")
    week = {2: [Stretch(20 * 60, 24 * 60)], 3: [Stretch(0, 120), Stretch(120, 240)]}
    hers = Availability(week, {date(2026, 12, 2): []}, zone)
    begins = datetime(2026, 11, 25, 22, tzinfo=zone)  # a Wednesday

    assert hers.covers(begins, begins + timedelta(hours=6))
    assert not hers.covers(begins, begins + timedelta(hours=6, minutes=1))
    assert not hers.covers(begins - timedelta(hours=3), begins)
    assert not hers.covers(begins + timedelta(weeks=1), begins + timedelta(weeks=1, hours=1))  # a day off


def test_where_no_law_is_known_the_one_for_all_holds() -> None:
    assert limits.law("ZZ", date(2026, 1, 1)).country == ""
    assert limits.law("ES", date(2026, 1, 1)).rest_minutes == 12 * 60
    assert limits.law("ES", date(2010, 1, 1)).country == ""  # before the row holds
    days = [limits.law("IN", on).day_minutes for on in (date(2025, 11, 20), date(2025, 11, 21))]
    assert days == [9 * 60, 8 * 60]


def test_a_week_keeps_its_rest_on_end_even_where_hours_are_few() -> None:
    bounds = limits.Bounds(limits.law("SE", DAY.date()), ZoneInfo("Europe/Stockholm"))
    monday = datetime(2026, 11, 23, 10, tzinfo=ZoneInfo("Europe/Stockholm"))
    daily = [(monday + timedelta(days=n), monday + timedelta(days=n, hours=1)) for n in range(7)]

    sixth = limits.hindrance(daily[:5], daily[5], bounds)
    seventh = limits.hindrance(daily[:6], daily[6], bounds)
    next_week = limits.hindrance(daily[:6], (monday + timedelta(days=7), monday + timedelta(days=7, hours=1)), bounds)

    assert sixth is None
    assert next_week is None
    assert seventh is not None
    assert seventh.sentence == "It would leave you nowhere 36 h of rest on end in that week."
    assert limits.faults(daily, bounds) == ["too little rest on end in the week of 2026-11-23"]


TIMES = st.lists(st.tuples(st.integers(0, 14 * 48), st.integers(1, 16)), min_size=1, max_size=40)


@settings(max_examples=200, deadline=None)
@given(TIMES, st.sampled_from(["", "SE", "DE", "ES", "FR", "IN"]))
def test_whatever_is_asked_in_whatever_order_what_was_let_through_breaks_no_limit(
    asked: list[tuple[int, int]], country: str
) -> None:
    bounds = limits.Bounds(limits.law(country, DAY.date()), ZoneInfo("Europe/Stockholm"), 30 * 60)
    held: list[limits.Time] = []
    for begins, halves in asked:
        time = (DAY + begins * HALF_HOUR, DAY + (begins + halves) * HALF_HOUR)
        if limits.hindrance(held, time, bounds) is None:
            held.append(time)

    assert limits.faults(held, bounds) == []
