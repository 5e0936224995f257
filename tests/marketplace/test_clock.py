"""The one clock: the database's, never the host's."""

import pytest
from django.db import OperationalError, connection

from marketplace import clock


@pytest.fixture
def no_time_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock._Offset, "value", None)
    monkeypatch.setattr(clock._Offset, "taken_at", 0.0)


@pytest.mark.django_db
def test_the_first_reading_asks_the_database(no_time_yet: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select clock_timestamp()")
        (told,) = cursor.fetchone()

    assert abs((clock.now() - told).total_seconds()) < 1


async def test_nobody_guesses_by_the_hosts_clock(no_time_yet: None) -> None:
    with pytest.raises(OperationalError, match="not told its time"):
        clock.now()


def test_a_slow_answer_does_not_move_a_clock_that_is_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock._Offset, "value", 1_000.0)
    monkeypatch.setattr(clock._Offset, "taken_at", 50.0)

    clock._take(1_055.0, before=52.0, after=55.0)
    assert clock._Offset.value == 1_000.0
    clock._take(1_055.05, before=55.0, after=55.02)
    assert clock._Offset.value == pytest.approx(1_000.04)
    clock._take(1_200.0, before=200.0, after=203.0)
    assert clock._Offset.value == pytest.approx(998.5)
