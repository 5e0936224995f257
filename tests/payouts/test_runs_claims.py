"""What a run has claimed belongs to it alone: attacked with plain SQL by the role that runs and by the owner."""

from datetime import timedelta

import pytest
from django.db import DatabaseError

from agents.models import Agent
from payouts import periods
from payouts.models import Payout, Posting
from payouts.runs import draining, preparing, proving
from tests.payouts import payday, raw
from tests.payouts.conftest import NOON
from tests.payouts.payday import NOOR, computed, earn
from tests.payouts.raw import both_roles, execute, refused

pytestmark = pytest.mark.usefixtures("fresh_database", "earned")
bank, earned, one_claimed = payday.bank, raw.earned, raw.one_claimed

TAKE = """
insert into payouts_posting (id, account_id, contra_id, currency, amount, seq, balance_after, source, kind, receipt,
                             created_at)
select gen_random_uuid(), a.id, c.id, 'EUR', {taken}, a.last_seq + 1, a.balance + {taken}, '{source}', 'clawback',
  '{{}}', now() from payouts_account a join payouts_account c on c.name = 'expense:goodwill:EUR'
where a.sequenced and a.balance > 0"""


@both_roles
def test_8_nothing_takes_what_a_payout_has_claimed(role: str) -> None:
    computed()

    execute(role, TAKE.format(taken=-100, source="clawback:free"))
    before = list(Posting.objects.order_by("seq").values())
    with pytest.raises(DatabaseError, match="has claimed 500, and 499 would be left"):
        execute(role, TAKE.format(taken=-1, source="clawback:claimed"))

    assert list(Posting.objects.order_by("seq").values()) == before


@both_roles
@pytest.mark.parametrize("lo", ["1", "3"])
def test_7_an_account_with_an_undrained_payout_is_not_claimed_again(role: str, lo: str) -> None:
    run = computed()
    preparing.open_run(
        due_key="manual:another", prepared_by=NOOR, now=NOON + timedelta(minutes=1), kind="manual", provider="fake",
        currency="EUR", cutoff=NOON,
    )  # fmt: skip

    with refused("does not follow|payout_lo_once|claims_one_at_a_time"):
        execute(role, UNDRAINED.format(lo=lo, hi="3", amount="600"))

    assert Payout.objects.get().run_id == run.pk


# As a run does it: claimed, and still in the balance.
UNDRAINED = """
insert into payouts_payout (id, run_id, account_id, currency, lo, hi, amount, destination_id, state, created_at,
                            changed_at, held_by, held_reason)
select gen_random_uuid(), (select id from payouts_payoutrun order by prepared_at desc, due_key limit 1), account_id,
  currency, {lo}, {hi}, {amount}, destination_id, 'due', created_at, changed_at, '', '' from payouts_payout"""


@both_roles
@pytest.mark.usefixtures("one_claimed")
@pytest.mark.parametrize("since", [0, 50], ids=["up to the last", "not up to the last"])
@pytest.mark.parametrize(
    ("amount", "balance"), [("100", None), ("101", "does not follow"), ("99", "does not follow")], ids=str
)
def test_8_a_claim_is_the_balance_after_its_last_posting(
    role: str, amount: str, balance: str | None, since: int, ilse: Agent
) -> None:
    if since:
        earn(ilse, since, at=NOON + timedelta(minutes=2))
    claims = UNDRAINED.format(lo="3", hi="4", amount=amount)
    if balance is None:
        execute(role, claims)
        assert Payout.objects.filter(drained_seq=None).get().amount == 100
        return

    with refused(balance):
        execute(role, claims)


@pytest.mark.parametrize("archived", [False, True], ids=["closed", "archived"])
def test_a_cutoff_in_closed_books_claims_what_was_owed_then(archived: bool) -> None:
    later = NOON + timedelta(hours=3)
    period = periods.close(until=NOON + timedelta(hours=1), by=NOOR, now=later)
    if archived:
        periods.archive(period.pk, now=later)

    run = proving.prove(computed(now=later).pk, now=later)

    assert (run.state, list(Payout.objects.values_list("lo", "hi", "amount"))) == ("proved", [(1, 2, 500)])


@both_roles
def test_8_what_the_account_no_longer_holds_is_not_claimed(role: str) -> None:
    computed()
    draining.drain(Payout.objects.values_list("account_id", flat=True), now=NOON)
    execute(role, TAKE.format(taken=-60, source="clawback:late"))
    computed(cutoff=payday.MONDAY - timedelta(days=9), now=NOON + timedelta(minutes=1))

    with refused("does not follow"):
        execute(role, UNDRAINED.format(lo="3", hi="4", amount="100"))


@both_roles
@pytest.mark.parametrize("drained", ["1", "3", "4", "9"])
def test_8_a_payout_is_drained_by_its_own_posting_alone(role: str, drained: str) -> None:
    computed()

    with refused("does not follow|payout_range_is_one"):
        execute(role, f"update payouts_payout set drained_seq = {drained}")
