"""Cash-out: at once, free, within limits that a named person approved; never twice, never too much."""

from datetime import timedelta
from uuid import uuid4

import pytest

from agents.models import Agent
from marketplace.refusals import Refused
from payouts.models import CashOutMandate, Payout, PayoutRun
from payouts.providers.fake import Fake
from payouts.runs import cash_out, clockwork, reconciling
from tests.payouts import payday
from tests.payouts.conftest import NOON
from tests.payouts.payday import OMAR, earn, owed, settle_at
from tests.payouts.test_races import at_once

bank = payday.bank


@pytest.fixture
def mandate(bank: Fake, ilse: Agent) -> CashOutMandate:
    settle_at(ilse)
    return cash_out.grant("fake", "EUR", each_at_most=20_000, daily_at_most=30_000, by=OMAR, now=NOON)


def test_the_whole_balance_leaves_with_the_next_sending(mandate: CashOutMandate, ilse: Agent, bank: Fake) -> None:
    earn(ilse, 1_234, at=NOON)

    run = cash_out.request(ilse.pk, "EUR", now=NOON)
    clockwork.advance(now=NOON)

    assert bank.paid() == {"Ilse": 1_234}
    assert owed(ilse) == 0
    assert (run.prepared_by, run.approved_by) == (f"agent:{ilse.pk}", OMAR)


def test_the_same_request_again_is_the_same_cash_out(mandate: CashOutMandate, ilse: Agent) -> None:
    earn(ilse, 1_234, at=NOON)
    request_id = uuid4()
    first = cash_out.request(ilse.pk, "EUR", now=NOON, request_id=request_id)
    earn(ilse, 100, at=NOON)

    again = cash_out.request(ilse.pk, "EUR", now=NOON, request_id=request_id)

    assert again.pk == first.pk
    assert owed(ilse) == 100


@pytest.mark.parametrize("cents", [20_001, 10**15])
def test_more_than_one_cash_out_may_be_is_refused_and_nothing_has_moved(
    cents: int, mandate: CashOutMandate, ilse: Agent
) -> None:
    earn(ilse, cents, at=NOON)

    with pytest.raises(Refused, match=r"at most 200\.00 EUR"):
        cash_out.request(ilse.pk, "EUR", now=NOON)

    assert owed(ilse) == cents
    assert not PayoutRun.objects.exists()


def test_more_than_a_day_may_be_is_refused_until_the_next(mandate: CashOutMandate, ilse: Agent) -> None:
    earn(ilse, 20_000, at=NOON)
    cash_out.request(ilse.pk, "EUR", now=NOON)
    earn(ilse, 10_001, at=NOON)

    with pytest.raises(Refused, match="at most"):
        cash_out.request(ilse.pk, "EUR", now=NOON + timedelta(hours=24) - timedelta(seconds=1))

    cash_out.request(ilse.pk, "EUR", now=NOON + timedelta(hours=24))
    assert owed(ilse) == 0


def test_nothing_is_not_paid_out(mandate: CashOutMandate, ilse: Agent) -> None:
    with pytest.raises(Refused, match="nothing to pay out"):
        cash_out.request(ilse.pk, "EUR", now=NOON)


def test_without_a_mandate_or_a_destination_there_is_no_cash_out(bank: Fake, ilse: Agent, jonas: Agent) -> None:
    earn(ilse, 300, at=NOON)
    with pytest.raises(Refused, match="where you want to be paid"):
        cash_out.request(ilse.pk, "EUR", now=NOON)
    settle_at(ilse)
    with pytest.raises(Refused, match="not open just now"):
        cash_out.request(ilse.pk, "EUR", now=NOON)


def test_an_account_changed_lately_is_not_cashed_out_to(mandate: CashOutMandate, ilse: Agent) -> None:
    earn(ilse, 300, at=NOON)
    settle_at(ilse, account="DE02120300000000202051", now=NOON)

    with pytest.raises(Refused, match="48 hours"):
        cash_out.request(ilse.pk, "EUR", now=NOON + timedelta(hours=47, minutes=59))

    cash_out.request(ilse.pk, "EUR", now=NOON + timedelta(hours=48))
    assert owed(ilse) == 0


def test_a_mandate_that_is_replaced_ends(mandate: CashOutMandate, ilse: Agent) -> None:
    earn(ilse, 300, at=NOON)
    cash_out.grant("fake", "EUR", each_at_most=100, daily_at_most=100, by=OMAR, now=NOON)

    with pytest.raises(Refused, match=r"at most 1\.00 EUR"):
        cash_out.request(ilse.pk, "EUR", now=NOON)


@pytest.mark.usefixtures("fresh_database")
def test_ten_cash_outs_at_once_pay_once(fresh_database: object, mandate: CashOutMandate, ilse: Agent) -> None:
    earn(ilse, 300, at=NOON)

    results = at_once(*[lambda: cash_out.request(ilse.pk, "EUR", now=NOON)] * 10)

    assert sum(isinstance(result, PayoutRun) for result in results) == 1
    assert [payout.amount for payout in Payout.objects.all()] == [300]
    assert reconciling.drift() == {}
