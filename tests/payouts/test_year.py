"""A few weeks of the simulated year; `python -m tests.payouts.year` lives all of it."""

from pathlib import Path

import pytest

from tests.payouts import year
from tests.payouts.test_export import HAS_HLEDGER, NO_HLEDGER


@pytest.mark.skipif(not HAS_HLEDGER, reason=NO_HLEDGER)
def test_other_programs_accept_weeks_of_a_marketplace_and_refuse_one_altered_cent(
    fresh_database: object, tmp_path: Path
) -> None:
    with year.paying_through(tmp_path, seed=7):
        lived = year.Year(tmp_path, agents=3, chats=4, seed=7)
        lived.live(5)
        told = year.judge(lived, tmp_path, altered=2)

    assert told.holds, told
    assert told.nights > 30
    assert told.payouts > 10
