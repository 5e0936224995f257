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
