"""A small month through the product's own rooms; `python -m tests.shifts.month` lives a large one."""

from datetime import date
from pathlib import Path

from tests.shifts import month


def test_a_small_month_over_a_change_of_clocks_and_a_periods_end_breaks_nothing(
    fresh_database: object, tmp_path: Path
) -> None:
    told = month.lived(tmp_path, agents=10, days=4, seed=3, first=date(2026, 10, 22))

    assert told["wrong"] == {}, told
    assert told["seats by state"]["over"] > 10
    assert told["guarantees"] > 5
    assert told["payouts"]["settled"] > 5
