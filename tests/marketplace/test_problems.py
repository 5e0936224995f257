"""What HTTP says when it is not the request's fault."""

import pytest
from django.db import OperationalError

from marketplace import problems


def test_a_database_that_is_away_is_said_so_with_a_time_to_come_again(caplog: pytest.LogCaptureFixture) -> None:
    answer = problems.handler(OperationalError("server closed the connection\n\tThis probably means"), {})

    assert answer is not None
    assert (answer.status_code, answer["Retry-After"], answer.data["code"]) == (503, "2", "unavailable")
    (record,) = caplog.records
    assert (record.levelname, record.exc_info) == ("WARNING", None)
