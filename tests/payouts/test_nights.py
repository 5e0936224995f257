"""Nights: the root over each day of the ledger, by which an agent's own computer finds what was altered later."""

import json
import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection

from agents.models import Agent
from payouts import ledger, nights, statement_files, statements
from payouts.models import Night
from tests.payouts.conftest import NOON
from tests.payouts.payday import earn
from tools import verify_statement

A_DAY = timedelta(days=1)
MORNING = NOON - timedelta(hours=9)  # Tuesday, 03:00 UTC
pytestmark = pytest.mark.django_db


@pytest.fixture
def three_days(ilse: Agent, jonas: Agent) -> None:
    """Ilse earned on Saturday and twice on Monday, Jonas on Monday, nobody on Sunday. It is Tuesday morning."""
    earn(ilse, 300, at=MORNING - 3 * A_DAY)
    earn(ilse, 200, at=MORNING - A_DAY)
    earn(jonas, 700, at=MORNING - A_DAY)
    earn(ilse, 150, at=MORNING - A_DAY + timedelta(hours=5))
    assert nights.make_due(now=MORNING) == 3


def told(agent: Agent) -> dict[str, Any]:
    statement = statements.of(agent.pk, "EUR", "2026-11", now=MORNING)
    found: dict[str, Any] = json.loads(statement_files.as_json(statement, locale="en"))
    return found


@pytest.mark.usefixtures("three_days")
def test_every_day_that_is_over_has_a_root_chained_to_the_one_before() -> None:
    assert nights.make_due(now=MORNING) == 0

    saturday, sunday, monday = Night.objects.order_by("day")
    assert [night.postings for night in (saturday, sunday, monday)] == [1, 0, 3]
    assert (saturday.previous, sunday.previous, monday.previous) == (nights.FIRST, saturday.sha256, sunday.sha256)
    assert len(nights.leaves_of(monday)) == 2
    assert ledger.audit(MORNING).balanced


def test_a_day_has_no_root_before_it_is_over_for_an_hour(ilse: Agent) -> None:
    earn(ilse, 300, at=MORNING - A_DAY)
    midnight = MORNING - timedelta(hours=3)

    assert nights.make_due(now=midnight + timedelta(minutes=59)) == 0
    assert nights.make_due(now=midnight + timedelta(hours=1)) == 1


@pytest.mark.parametrize("accounts", range(1, 18))
def test_every_account_finds_its_way_to_the_root(accounts: int) -> None:
    leaves = [nights.leaf(f"agent:{number}", ["1|a line"]) for number in range(accounts)]

    for number in range(accounts):
        path = [{"side": step.side, "sha256": step.sha256} for step in nights.path(leaves, number)]
        assert verify_statement.climbed(f"agent:{number}", ["1|a line"], path) == nights.root(leaves).hex()
        assert verify_statement.climbed(f"agent:{number}", ["1|another"], path) != nights.root(leaves).hex()


@pytest.mark.usefixtures("three_days")
def test_a_statement_shows_its_nights_and_a_stranger_computes_them_again(ilse: Agent) -> None:
    statement = told(ilse)

    assert [night["day"] for night in statement["nights"]] == ["2026-11-21", "2026-11-22", "2026-11-23"]
    assert list(verify_statement.verify(statement)) == []


def taken_away(lines: dict[str, Any]) -> None:
    """A cent less for Saturday, and everything that can be recomputed from it put right."""
    lines["lines"][0]["amount"] -= 1
    for line in lines["lines"]:
        line["balance_after"] -= 1
    lines["closing"]["balance"] -= 1
    lines["totals"]["goodwill"] -= 1


def rechained(lines: dict[str, Any]) -> None:
    """The same, with a root made anew for Saturday: the nights after it hold the old one."""
    taken_away(lines)
    night, line = lines["nights"][0], lines["lines"][0]
    night["tree"] = verify_statement.climbed(lines["account"], [verify_statement.as_hashed(line)], night["path"])
    chained = nights.chained(date(2026, 11, 21), night["postings"], night["tree"], night["previous"])
    night["sha256"] = chained


def without(place: int) -> Callable[[dict[str, Any]], None]:
    return lambda statement: statement["nights"].pop(place)


@pytest.mark.usefixtures("three_days")
@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        pytest.param(taken_away, "2026-11-21: the lines of this day are not those that were proved", id="a cent"),
        pytest.param(rechained, "2026-11-22: a night is missing before it, or the one", id="a cent and its night"),
        pytest.param(without(0), "2026-11-21: it is missing", id="the first night"),
        pytest.param(without(1), "2026-11-23: a night is missing before it", id="a night without lines"),
        pytest.param(lambda told: told["nights"][2].update(postings=4), "2026-11-23: its root was altered", id="count"),
        pytest.param(lambda told: told["nights"][2]["path"].clear(), "2026-11-23: the lines of this day", id="no way"),
    ],
)
def test_a_missing_or_altered_night_is_found_offline(
    ilse: Agent, spoil: Callable[[dict[str, Any]], None], found: str
) -> None:
    statement = told(ilse)

    spoil(statement)

    assert found in " ".join(verify_statement.verify(statement))


def test_a_day_that_two_statements_share_is_proved_by_both(ilse: Agent) -> None:
    end = statements.month("2026-11", "UTC").since
    earn(ilse, 100, at=end + timedelta(milliseconds=2))  # this server's clock is ahead
    earn(ilse, 200, at=end - timedelta(milliseconds=2))
    earn(ilse, 300, at=end + timedelta(hours=1))
    nights.make_due(now=MORNING)

    for month in ("2026-10", "2026-11"):
        statement = json.loads(statement_files.as_json(statements.of(ilse.pk, "EUR", month, now=MORNING), locale="en"))
        assert len(statement["nights"]) > 1
        assert list(verify_statement.verify(statement)) == []


def test_a_receipt_is_hashed_as_the_ledger_writes_it() -> None:
    chance = random.Random(2026)
    receipts = [_receipt(chance) for _ in range(300)]

    with connection.cursor() as cursor:
        cursor.execute("select told::jsonb::text from unnest(%s::text[]) told", [[json.dumps(r) for r in receipts]])
        written = [row[0] for row in cursor.fetchall()]

    assert [verify_statement.receipt_text(json.loads(text)) for text in written] == written


def _receipt(chance: random.Random) -> dict[str, Any]:
    letters = 'abzé"\\\n\t\x01\x1f\x7f/|€𝄞ß '
    words = ["".join(chance.choices(letters, k=chance.randint(0, 6))) for _ in range(9)]
    return {
        word: chance.choice([chance.randint(-(10**12), 10**12), word, None, True, {word: [word, 1]}]) for word in words
    }
