"""A small month through the product's own rooms; `python -m tests.shifts.month` lives a large one."""

from datetime import date
from pathlib import Path

from django.db import connection, connections

from tests.shifts import month, month_reader

# What the reader would not see if it read nothing: each spoils one thing, and names the fault that it is.
SPOILED = {
    "seats oversold": "update shifts_seat set number = number + 500",
    "seats never looked at": "update shifts_seat set state = 'confirmed', settled_at = null where state = 'over'",
    "rests too short": "update shifts_seat set ends_at = begins_at + interval '14 hours'",
    "days too long": "update shifts_seat set ends_at = begins_at + interval '14 hours'",
    "weeks too long": "update shifts_terms set week_minutes_most = 60",
    "weeks without rest on end": "update shifts_seat set begins_at = begins_at - interval '7 days'",
    "in two places": "update shifts_seat set begins_at = begins_at - interval '7 days'",
    "seats without a certificate": "delete from agents_agentskill",
    "absences that presence does not show": "delete from agents_onlinestretch",
    "guarantees of another sum": "update shifts_seat set absent_seconds = absent_seconds + 600 where state = 'over'",
    "guarantees unsettled": "update shifts_seat set settled_at = null",
    "half hours counted wrong": "update shifts_arrivals set came = came + 1 where not imported",
    "days without a forecast": "delete from shifts_outlook",
    "payouts not at rest": "update payouts_payout set state = 'sent' where state = 'settled'",
}

# Among a dozen people, in three days.
RARE = {"given back", "refused", "stood in", "swapped", "waits"}


def test_a_small_month_over_a_change_of_clocks_and_a_periods_end_breaks_nothing(
    fresh_database: object, tmp_path: Path
) -> None:
    told = month.lived(tmp_path, agents=12, days=3, seed=3, first=date(2026, 10, 23), known_days=21, ahead=2)

    assert told["wrong"] == {}, told
    assert set(told["never happened"]) <= RARE, told
    assert told["seats by state"]["over"] > 10
    assert told["guarantees"] > 5
    assert told["payouts"]["settled"] > 3
    assert [fault for fault, spoil in SPOILED.items() if not _spoiled(spoil, fault)] == []


def _spoiled(spoil: str, fault: str) -> int:
    """How often the reader finds this fault afterwards: the owner may spoil without a guard; undone again."""
    connection.close()
    owner = connections["owner"]
    with owner.cursor() as cursor:
        cursor.execute("begin")
        cursor.execute(_UNGUARDED)
        cursor.execute(spoil)
        found = month_reader.count(fault, cursor)
        cursor.execute("rollback")
    return found


_UNGUARDED = """
alter table shifts_seat disable trigger user;
alter table shifts_shift disable trigger user;
alter table payouts_payout disable trigger user;
alter table shifts_seat drop constraint seat_one_place_at_a_time;
drop index seat_held_once;
alter table shifts_seat drop constraint seat_present_has_come, drop constraint seat_settled_is_over
"""
