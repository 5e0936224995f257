"""Weeks of every zone end when they end there, clock changes included; each is paid by one run."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.models import Agent
from audit.models import Entry
from payouts.models import PayoutRun
from payouts.providers.fake import Fake
from payouts.runs import clockwork, reconciling, schedule
from tests.payouts import payday
from tests.payouts.payday import MONDAY, STOCKHOLM, earn, owed, settle_at

bank = payday.bank
ZONES = [STOCKHOLM, "UTC", "Asia/Kolkata", "America/St_Johns", "Africa/Cairo", "Asia/Beirut", "Pacific/Apia",
         "America/Santiago", "Australia/Lord_Howe", "America/Asuncion"]  # fmt: skip


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("now", "ended", "hours"),
    [
        pytest.param(utc(2026, 11, 24, 12), utc(2026, 11, 22, 23), 168, id="an ordinary week"),
        pytest.param(utc(2026, 3, 30, 12), utc(2026, 3, 29, 22), 167, id="the clocks went forward on Sunday"),
        pytest.param(utc(2026, 10, 26, 12), utc(2026, 10, 25, 23), 169, id="the clocks went back on Sunday"),
        pytest.param(utc(2026, 11, 22, 22, 59, 59), utc(2026, 11, 15, 23), 168, id="a second before midnight"),
        pytest.param(utc(2026, 11, 22, 23), utc(2026, 11, 22, 23), 168, id="at midnight itself"),
    ],
)
def test_a_week_ends_on_monday_at_midnight_of_the_pay_zone(now: datetime, ended: datetime, hours: int) -> None:
    assert schedule.cutoff(STOCKHOLM, now=now) == ended

    before = schedule.cutoff(STOCKHOLM, now=ended - timedelta(seconds=1))
    assert ended - before == timedelta(hours=hours)
    assert schedule.next_cutoff(STOCKHOLM, now=before) == ended


def test_where_the_clocks_leave_midnight_out_the_day_begins_as_they_jump() -> None:
    """Beirut jumps from 00:00 to 01:00 on 29 March 2026, a Sunday; Cairo on 24 April, a Friday."""
    assert schedule.midnight(datetime(2026, 3, 29).date(), "Asia/Beirut") == utc(2026, 3, 28, 22)  # noqa: DTZ001
    assert schedule.midnight(datetime(2026, 4, 24).date(), "Africa/Cairo") == utc(2026, 4, 23, 22)  # noqa: DTZ001


@given(
    zone=st.sampled_from(ZONES),
    now=st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_every_instant_lies_in_exactly_one_week(zone: str, now: datetime) -> None:
    begun, ends = schedule.cutoff(zone, now=now), schedule.next_cutoff(zone, now=now)

    assert begun <= now < ends
    assert schedule.cutoff(zone, now=ends - timedelta(microseconds=1)) == begun
    assert schedule.cutoff(zone, now=ends) == ends


@pytest.mark.django_db
def test_each_zone_is_paid_for_its_own_week_once(bank: Fake, ilse: Agent, jonas: Agent) -> None:
    settle_at(ilse, zone=STOCKHOLM)
    settle_at(jonas, zone="America/St_Johns")  # Monday begins there 4 h 30 min after Stockholm's.
    for agent in (ilse, jonas):
        earn(agent, 300, at=MONDAY - timedelta(seconds=1))
        earn(agent, 100, at=MONDAY)

    for _ in range(3):
        clockwork.advance(now=MONDAY + timedelta(hours=1))

    assert owed(ilse) == 100
    assert owed(jonas) == 400
    clockwork.advance(now=MONDAY + timedelta(hours=5))
    assert owed(jonas) == 0
    assert PayoutRun.objects.filter(totals__payouts=1).count() == 2


@pytest.mark.django_db
def test_nothing_leaves_before_a_person_has_approved_it(bank: Fake, ilse: Agent) -> None:
    settle_at(ilse)
    earn(ilse, 300)

    clockwork.advance(now=MONDAY)
    clockwork.advance(now=MONDAY + timedelta(days=1))

    (run,) = PayoutRun.objects.filter(totals__payouts=1)
    assert run.state == "proved"
    assert bank.paid() == {}


@pytest.mark.django_db
def test_a_run_that_pays_nobody_closes_itself_and_says_why(bank: Fake, ilse: Agent) -> None:
    settle_at(ilse)

    clockwork.advance(now=MONDAY)
    clockwork.advance(now=MONDAY + timedelta(minutes=1))

    (run,) = PayoutRun.objects.all()
    assert (run.state, run.totals["payouts"], run.closed_at) == ("closed", 0, MONDAY)
    told = Entry.objects.get(subject=f"payout_run:{run.pk}")
    assert (told.action, told.actor, told.reason) == ("payout_run.close", "system", reconciling.NOBODY)
