"""A month of decisions begins while rounds are placed: no row is refused, none is lost, and nobody stands for long."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Event
from time import monotonic
from uuid import uuid4

import psycopg
import pytest
from django.db import OperationalError, connection

from dispatch import decisions
from marketplace.local.services import Urls

AHEAD = datetime(2031, 5, 20, tzinfo=UTC)  # nobody made this month
INSERT = "insert into dispatch_round (id, at, weights, method, packed) values (%s, %s, 1, 'sorted', '')"
WAITING = """
  select count(*) from pg_locks
  where not granted and database = (select oid from pg_database where datname = current_database())"""
SECONDS = 20.0


@contextmanager
def in_threads() -> Iterator[Callable[[Callable[[], object]], Future[object]]]:
    """Runs what it is given in a thread, whose connection is closed afterwards."""

    def alone(act: Callable[[], object]) -> object:
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        yield lambda act: pool.submit(alone, act)


def until_waiting(watcher: psycopg.Connection, many: int, *, or_done: Future[object]) -> None:
    """Returns once so many wait for a lock in this database, or the future is there. Raises after `SECONDS`."""
    pause, end = Event(), monotonic() + SECONDS
    while monotonic() < end:
        (waiting,) = watcher.execute(WAITING).fetchone() or (0,)
        if waiting >= many or or_done.done():
            return
        pause.wait(0.005)
    raise AssertionError("Nobody waits for a lock")


def begin_months() -> str:
    """What became of the sweep: it worked, or somebody was in its way for longer than it waits."""
    try:
        return f"{decisions.keep_months(now=AHEAD)} made"
    except OperationalError as error:
        return "not now" if "lock timeout" in str(error) else str(error)


def place() -> str:
    """One row of the month, and where it came to lie."""
    with connection.cursor() as cursor:
        cursor.execute(f"{INSERT} returning tableoid::regclass::text", [uuid4(), AHEAD])
        return str(cursor.fetchone()[0])


def test_who_waits_for_a_month_that_begins_is_not_refused(fresh_database: Urls) -> None:
    with psycopg.connect(fresh_database.owner) as reader, in_threads() as start:
        reader.execute("select count(*) from dispatch_round")  # holds every partition that is there, until it ends
        with psycopg.connect(fresh_database.owner, autocommit=True) as watcher:
            sweep = start(begin_months)
            until_waiting(watcher, 1, or_done=sweep)
            placed = start(place)
            until_waiting(watcher, 2, or_done=sweep)
            reader.rollback()
        lies_in, swept = placed.result(SECONDS), sweep.result(SECONDS)

    # On a slow machine the sweep may have stopped waiting before the row was placed; the next one moves it.
    assert lies_in == ("dispatch_round_rest" if swept == "not now" else "dispatch_round_2031_05")


def test_a_month_takes_along_what_landed_elsewhere(fresh_database: Urls) -> None:
    assert place() == "dispatch_round_rest"
    begin_months()

    assert place() == "dispatch_round_2031_05"
    with connection.cursor() as cursor:
        cursor.execute("select tableoid::regclass::text, count(*) from dispatch_round group by 1")
        assert cursor.fetchall() == [("dispatch_round_2031_05", 2)]


def test_a_month_that_cannot_begin_soon_lets_everybody_by(fresh_database: Urls) -> None:
    with psycopg.connect(fresh_database.owner) as reader, in_threads() as start:
        reader.execute("select count(*) from dispatch_round")
        assert start(begin_months).result(SECONDS) == "not now"
        assert start(place).result(SECONDS) == "dispatch_round_rest"
        told = reader.execute("select proconfig from pg_proc where proname = 'dispatch_keep_months'").fetchone()
        assert told is not None
        assert "lock_timeout=300ms" in told[0], "all that place stand in line behind the sweep while it waits"


@pytest.mark.usefixtures("fresh_database")
def test_months_begin_under_the_feet_of_those_who_place() -> None:
    over = Event()

    def keep_placing() -> int:
        rows = 0
        while not over.is_set():
            place()
            rows += 1
        return rows

    with in_threads() as start:
        placing = [start(keep_placing) for _ in range(4)]
        try:
            came_to = [begin_months() for _ in range(20)]
        finally:
            over.set()
        rows = sum(int(str(each.result(SECONDS))) for each in placing)

    assert set(came_to) <= {"6 made", "0 made", "not now"}
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from dispatch_round")
        assert cursor.fetchone() == (rows,)


def test_the_first_months_stand_ready_before_the_first_sweep(fresh_database: Urls) -> None:
    with psycopg.connect(fresh_database.owner) as owner:
        made = "select count(*) from pg_inherits where inhparent = %s::regclass"
        for parent in ("dispatch_round", "dispatch_decision"):
            (parts,) = owner.execute(made, [parent]).fetchone() or (0,)
            assert parts == 1 + 1 + decisions.MONTHS_AHEAD, "the one without bounds, this month and those ahead"
