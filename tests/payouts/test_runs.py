"""A payout run, from what is owed to what the bank has settled."""

from datetime import timedelta

import pytest

from agents.models import Agent
from marketplace.refusals import Refused
from payouts import debts, earnings, ledger, measures
from payouts.models import Payout, PayoutRun, Posting
from payouts.providers.fake import Fake
from payouts.runs import approving, clockwork, draining, intake, preparing, proving, reconciling, sending
from tests.payouts import payday
from tests.payouts.conftest import NOON, FactsMaker
from tests.payouts.payday import (
    MONDAY,
    NOOR,
    OMAR,
    computed,
    earn,
    owed,
    released,
    sent,
    settle_at,
    submitted,
    the_payout,
)

pytestmark = pytest.mark.django_db
bank = payday.bank
AN_HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def destinations(bank: Fake, ilse: Agent, jonas: Agent) -> None:
    settle_at(ilse)
    settle_at(jonas)


def test_a_run_claims_what_is_owed_up_to_the_cutoff(ilse: Agent) -> None:
    earn(ilse, 300)
    earn(ilse, 265)
    earn(ilse, 100, at=MONDAY)

    run = computed()

    payout = the_payout()
    assert (payout.lo, payout.hi, payout.amount, payout.drained_seq) == (1, 2, 565, None)
    assert owed(ilse) == 100
    assert run.state == "computed"
    assert run.totals == {"payouts": 1, "amount": 565, "lines": 2, "below_minimum": 0, "cooling_off": 0}


def test_what_was_claimed_leaves_the_account_when_the_run_is_released(ilse: Agent) -> None:
    earn(ilse, 300)
    earn(ilse, 100, at=MONDAY)

    released()

    assert the_payout().drained_seq == 3
    assert list(Posting.objects.order_by("seq").values_list("amount", "balance_after")) == [
        (300, 300), (100, 400), (-300, 100)
    ]  # fmt: skip
    assert owed(ilse) == 100
    assert reconciling.drift() == {}


def test_what_is_claimed_is_not_taken_by_anything_else(ilse: Agent) -> None:
    earn(ilse, 300)
    earn(ilse, 100, at=MONDAY)
    run = submitted()

    with pytest.raises(Refused, match="No more can be held"):
        measures.hold(ilse.pk, "EUR", amount=101, by=NOOR, reason="Two accounts", now=NOON)
    taken = ledger.Entry("goodwill:wrong", "goodwill", -250)
    debts.post(ilse.pk, "EUR", [taken], now=NOON)

    assert (owed(ilse), debts.owed(ilse.pk, "EUR")) == (0, 150)
    approving.approve(run.pk, by=OMAR, digest=run.digest, now=NOON)
    approving.release(run.pk, now=NOON)
    assert (owed(ilse), the_payout().amount) == (0, 300)
    assert ledger.audit(NOON).balanced


def test_a_release_that_broke_off_goes_on(ilse: Agent, jonas: Agent) -> None:
    earn(ilse, 300)
    earn(jonas, 200)
    run = submitted()
    approving.approve(run.pk, by=OMAR, digest=run.digest, now=NOON)
    draining.drain([Payout.objects.earliest("id").account_id], now=NOON)

    approving.release(run.pk, now=NOON)
    again = approving.release(run.pk, now=NOON)

    assert again.state == "releasing"
    assert not Payout.objects.filter(drained_seq=None).exists()
    assert Posting.objects.filter(kind="payout").count() == 2
    assert ledger.audit(NOON).balanced


def test_a_week_that_nobody_approved_does_not_hold_up_the_next(ilse: Agent) -> None:
    earn(ilse, 300)
    first = submitted()
    earn(ilse, 50, at=MONDAY + AN_HOUR)

    computed(cutoff=NOON + 5 * AN_HOUR, now=NOON + 5 * AN_HOUR)

    ranges = Payout.objects.order_by("lo").values_list("lo", "hi", "amount", "drained_seq")
    assert list(ranges) == [(1, 1, 300, 3), (2, 2 + 1, 50, None)]
    approving.refuse(first.pk, by=OMAR, reason="Too late", now=NOON + 6 * AN_HOUR)
    assert owed(ilse) == 300
    assert ledger.audit(NOON + 6 * AN_HOUR).balanced


def test_a_draft_that_broke_off_claims_nobody_twice(ilse: Agent, jonas: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparing, "CHUNK_ACCOUNTS", 1)
    earn(ilse, 300)
    earn(jonas, 200)
    run = preparing.open_run(
        due_key="manual:broken", prepared_by="system", now=NOON, kind="manual", provider="fake", currency="EUR",
        cutoff=MONDAY,
    )  # fmt: skip
    assert preparing._chunk(run.pk, after="", now=NOON)[1] is not None
    earn(ilse, 40, at=NOON)
    earn(jonas, 40, at=NOON)

    run = preparing.prepare(run.pk, now=NOON)

    assert run.totals["payouts"] == 2
    assert sorted(Payout.objects.values_list("amount", flat=True)) == [200, 300]


def test_the_next_range_begins_where_the_last_one_ended(ilse: Agent) -> None:
    earn(ilse, 300)
    computed()
    earn(ilse, 200, at=MONDAY + AN_HOUR)

    computed(cutoff=NOON + AN_HOUR, now=NOON + AN_HOUR)

    ranges = Payout.objects.order_by("lo").values_list("lo", "hi", "amount")
    assert list(ranges) == [(1, 1, 300), (2, 3, 200)]
    assert owed(ilse) == 0


def test_a_run_asked_for_twice_is_made_once(ilse: Agent) -> None:
    earn(ilse, 300)
    run = computed()

    again = preparing.prepare(run.pk, now=NOON)

    assert again.totals == run.totals
    assert Payout.objects.count() == 1


def test_two_runs_over_the_same_money_pay_it_once(ilse: Agent) -> None:
    earn(ilse, 300)

    computed()
    second = computed()

    assert second.totals["payouts"] == 0
    assert owed(ilse) == 0


def test_an_earlier_cutoff_never_pays_what_a_later_one_has_drained(ilse: Agent) -> None:
    earn(ilse, 300)
    earn(ilse, 200, at=MONDAY + AN_HOUR)
    computed(cutoff=NOON)

    second = computed(cutoff=MONDAY + 2 * AN_HOUR)

    assert second.totals["payouts"] == 0


def test_less_than_the_minimum_waits(ilse: Agent, jonas: Agent) -> None:
    earn(ilse, 499)
    earn(jonas, 500)

    run = computed(minimum=500)

    assert [payout.account.agent_id for payout in run.payouts.all()] == [jonas.pk]
    assert run.totals["below_minimum"] == 1
    assert owed(ilse) == 499


def test_a_deduction_after_the_cutoff_leaves_what_is_left_to_be_paid(ilse: Agent) -> None:
    earn(ilse, 500)
    taken = ledger.Entry(source="clawback:1", kind="clawback", amount=-200, contra=f"agent:{ilse.pk}:recoverable")
    ledger.post(ilse.pk, "EUR", taken, now=MONDAY + AN_HOUR)

    computed()

    payout = the_payout()
    assert (payout.lo, payout.hi, payout.amount) == (1, 2, 300)
    assert owed(ilse) == 0


def test_a_destination_that_cools_off_is_not_paid(ilse: Agent) -> None:
    earn(ilse, 300)
    settle_at(ilse, account="DE02120300000000202051", now=NOON)

    run = computed()

    assert (run.totals["payouts"], run.totals["cooling_off"]) == (0, 1)
    assert owed(ilse) == 300


def test_a_proved_run_has_a_digest_over_every_payout(ilse: Agent, jonas: Agent) -> None:
    earn(ilse, 300)
    earn(jonas, 200)

    run = proving.prove(computed().pk, now=NOON)

    assert run.state == "proved"
    assert len(run.digest) == 64
    assert run.faults == {}


def test_whoever_submitted_or_prepared_a_run_does_not_approve_it(ilse: Agent) -> None:
    earn(ilse, 300)
    run = submitted()

    for person in (NOOR, "system"):
        with pytest.raises(Refused, match="second person"):
            approving.approve(run.pk, by=person, digest=run.digest, now=NOON)

    run.refresh_from_db()
    assert (run.state, run.approved_by) == ("submitted", "")


def test_an_approval_is_over_the_digest_that_was_seen(ilse: Agent) -> None:
    earn(ilse, 300)
    run = submitted()

    with pytest.raises(Refused, match="not the one you have seen"):
        approving.approve(run.pk, by=OMAR, digest="0" * 64, now=NOON)

    assert the_payout().state == "due"


def test_an_approved_run_is_paid_once_and_settles(ilse: Agent, jonas: Agent, bank: Fake) -> None:
    earn(ilse, 300)
    earn(jonas, 200)
    run = sent()
    sending.send(run.pk, now=NOON)

    bank.work()
    for headers, raw in bank.events():
        intake.receive(bank, headers, raw, now=NOON)
    reconciling.close(run.pk, now=NOON)

    run.refresh_from_db()
    assert bank.paid() == {"Ilse": 300, "Jonas": 200}
    assert run.state == "closed"
    assert run.totals["ends"] == {"settled": {"payouts": 2, "amount": 500}}
    assert reconciling.drift() == {}
    assert ledger.audit(NOON).balanced


def test_one_payout_is_held_and_the_rest_goes(ilse: Agent, jonas: Agent, bank: Fake) -> None:
    earn(ilse, 300)
    earn(jonas, 200)
    run = submitted()
    of_ilse = run.payouts.get(account__agent=ilse)
    approving.hold(of_ilse.pk, by=NOOR, reason="A new name on the account", reply_by=NOON + AN_HOUR, now=NOON)

    approving.approve(run.pk, by=OMAR, digest=run.digest, now=NOON)
    clockwork.advance(now=NOON)

    assert bank.paid() == {"Jonas": 200}
    approving.lift(of_ilse.pk, by=OMAR, now=NOON)
    clockwork.advance(now=NOON)
    assert bank.paid() == {"Ilse": 300, "Jonas": 200}


def test_a_payout_held_after_its_batch_was_filled_stays_behind(ilse: Agent, bank: Fake) -> None:
    earn(ilse, 300)
    run = released()
    batch = sending._fill(run.pk, now=NOON)
    assert batch is not None
    payout = the_payout()
    approving.hold(payout.pk, by=NOOR, reason="Asked to wait", reply_by=NOON + AN_HOUR, now=NOON)

    sending.hand_over(batch.pk, now=NOON)

    assert bank.paid() == {}
    assert list(payout.attempts.values_list("state", flat=True)) == ["absent"]
    approving.give_back(payout.pk, by=NOOR, reason="The agent asked for it", now=NOON)
    assert owed(ilse) == 300


@pytest.mark.parametrize(("reason", "hours"), [("", 1), ("  ", 1), ("Why", 0), ("Why", -1), ("Why", 24 * 15)])
def test_a_hold_without_a_reason_or_a_clock_is_refused(reason: str, hours: int, ilse: Agent) -> None:
    earn(ilse, 300)
    submitted()

    with pytest.raises(Refused, match="needs its reason"):
        approving.hold(the_payout().pk, by=NOOR, reason=reason, reply_by=NOON + hours * AN_HOUR, now=NOON)


def test_a_refused_run_gives_everything_back(ilse: Agent) -> None:
    earn(ilse, 300)
    run = submitted()

    approving.refuse(run.pk, by=OMAR, reason="The cut-off is wrong", now=NOON)

    assert owed(ilse) == 300
    assert the_payout().state == "reversed"
    assert reconciling.drift() == {}
    assert computed(cutoff=NOON + AN_HOUR, now=NOON).totals["amount"] == 300


def test_money_on_its_way_is_counted_by_age(ilse: Agent) -> None:
    earn(ilse, 300)
    sent()

    (row,) = reconciling.ageing(now=NOON + timedelta(days=8))

    assert (row.provider, row.days_at_least, row.payouts, row.amount) == ("fake", 7, 1, 300)


def test_a_run_of_nothing_closes_by_itself(ilse: Agent) -> None:
    run = submitted()
    approving.approve(run.pk, by=OMAR, digest=run.digest, now=NOON)

    clockwork.advance(now=NOON)

    run.refresh_from_db()
    assert (run.state, run.totals["amount"]) == (PayoutRun.State.CLOSED, 0)


def test_a_sample_of_rated_lines_is_rated_again_before_a_run_is_proved(ilse: Agent, facts: FactsMaker) -> None:
    for _ in range(3):
        earnings.record(facts(), topic="Refund", now=MONDAY - AN_HOUR)

    run = proving.prove(computed().pk, now=NOON)

    assert (run.state, run.totals["lines"]) == ("proved", 6)
