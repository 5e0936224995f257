"""Nights attacked by plain SQL, and past every guard."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connections

from agents.models import Agent
from payouts import ledger
from payouts.models import Night, Posting
from tests.payouts import test_nights
from tests.payouts.payday import earn
from tests.payouts.test_nights import A_DAY, MORNING

pytestmark = pytest.mark.usefixtures("fresh_database", "three_days")
both_roles = pytest.mark.parametrize("role", ["default", "owner"])
three_days = test_nights.three_days


def execute(role: str, sql: str) -> None:
    with connections[role].cursor() as cursor:
        cursor.execute(sql)


@both_roles
@pytest.mark.parametrize("change", ["update payouts_night set postings = 9", "delete from payouts_night"])
def test_a_night_is_never_changed(role: str, change: str) -> None:
    before = list(Night.objects.values())
    with pytest.raises(DatabaseError, match=r"never changed and never deleted|permission denied"):
        execute(role, change)
    assert list(Night.objects.values()) == before


@both_roles
@pytest.mark.parametrize(
    ("day", "previous", "sha256"),
    [
        ("'2026-11-25'", "sha256", "{right}"),
        ("'2026-11-23'", "sha256", "{right}"),
        ("'2026-11-24'", "previous", "{right}"),
        ("'2026-11-24'", "sha256", "repeat('a', 64)"),
    ],
)
def test_a_night_that_does_not_follow_is_refused(role: str, day: str, previous: str, sha256: str) -> None:
    right = f"encode(sha256(convert_to(concat_ws('|', {day}, 0, tree, {previous}), 'UTF8')), 'hex')"
    insert = (
        "insert into payouts_night (day, postings, leaves, tree, previous, sha256, made_at)"
        f" select {day}, 0, '', tree, {previous}, {sha256.format(right=right)}, '2026-12-01'"
        " from payouts_night order by payouts_night.day desc limit 1"
    )
    with pytest.raises(DatabaseError, match=r"does not follow|night_follows_one|payouts_night_pkey"):
        execute(role, insert)
    assert Night.objects.count() == 3


def test_nothing_is_posted_into_a_day_that_is_proved(ilse: Agent) -> None:
    with pytest.raises(DatabaseError, match="the nights are proved until"):
        earn(ilse, 100, at=MORNING - timedelta(hours=4))

    assert Posting.objects.count() == 4


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        ("update payouts_posting set receipt = '{}', kind = 'tip'", "4_night_and_its_postings"),
        ("update payouts_posting set created_at = created_at - interval '1 hour'", "4_night_and_its_postings"),
        ("update payouts_night set tree = previous", "4_night_altered"),
        ("delete from payouts_night where postings = 0", "4_night_altered"),
        ("delete from payouts_night where day = '2026-11-23'", None),
    ],
)  # fmt: skip
def test_the_nightly_proof_finds_what_was_changed_past_every_guard(spoil: str, fault: str | None) -> None:
    for table in ("posting", "night"):
        execute("owner", f"alter table payouts_{table} disable trigger user")
    execute("owner", spoil)
    for table in ("posting", "night"):
        execute("owner", f"alter table payouts_{table} enable trigger user")

    assert set(ledger.audit(MORNING).faults) == ({fault} if fault else set())  # A night late is forgiven, ...
    assert "4_night_missing" in ledger.audit(MORNING + 2 * A_DAY).faults  # ... and two are not.
