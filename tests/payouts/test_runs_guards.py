"""What the database itself refuses of payout runs, attacked with plain SQL by the role that runs and by the owner."""

from uuid import uuid4

import pytest

from marketplace.refusals import Refused
from payouts.models import Payout, PayoutAttempt, PayoutRun
from payouts.runs import approving, draining, proving, sending
from tests.payouts import payday, raw
from tests.payouts.conftest import NOON
from tests.payouts.payday import NOOR, OMAR, computed, released, submitted
from tests.payouts.raw import both_roles, execute, refused

pytestmark = pytest.mark.usefixtures("fresh_database", "earned")
earned, one_claimed = raw.earned, raw.one_claimed
bank = payday.bank


# A payout with its draining posting, correct but for what is put in: the second one of the account.
CLAIM = """
with made as (
  insert into payouts_payout (id, run_id, account_id, currency, lo, hi, amount, drained_seq, destination_id, state,
                              created_at, changed_at, held_by, held_reason)
  select {id}, {run}, account_id, currency, {lo}, {hi}, {amount}, {drained_seq}, destination_id, {state}, created_at,
    changed_at, '', '' from payouts_payout)
insert into payouts_posting (id, account_id, contra_id, currency, amount, seq, balance_after, source, kind, receipt,
                             created_at)
select gen_random_uuid(), account_id, contra_id, currency, {taken}, 5, 100 + {taken}, {source}, kind, receipt,
  created_at
from payouts_posting where source like 'payout:%%'"""


def claim(role: str, **changes: str) -> None:
    """Postings 3 and 4 of Ilse's: 100 earned at noon, and the drain of the first payout. 100 is owed."""
    new = str(uuid4())
    parts = {
        "id": f"'{new}'",
        "run": "(select id from payouts_payoutrun order by prepared_at desc, due_key limit 1)",
        "lo": "3",
        "hi": "4",
        "amount": "100",
        "drained_seq": "5",
        "state": "'due'",
        "taken": "-100",
        "source": f"'payout:{new}'",
    }
    execute(role, CLAIM.format(**parts | changes))


@both_roles
@pytest.mark.usefixtures("one_claimed")
def test_a_correct_raw_claim_is_accepted_so_that_the_refusals_below_mean_something(role: str) -> None:
    claim(role)

    assert list(Payout.objects.order_by("lo").values_list("lo", "hi", "amount")) == [(1, 2, 500), (3, 4, 100)]


@both_roles
@pytest.mark.usefixtures("one_claimed")
@pytest.mark.parametrize(
    ("changes", "match"),
    [
        pytest.param({"lo": "2"}, "does not follow", id="7, a line in two payouts"),
        pytest.param({"lo": "1"}, "payout_lo_once", id="7, a range from the beginning again"),
        pytest.param({"lo": "4"}, "does not follow", id="7, a line in no payout"),
        pytest.param({"hi": "2", "lo": "2"}, "payout_hi_once", id="7, the same end again"),
        pytest.param({"hi": "3", "amount": "600"}, "does not follow", id="7, an end before what was drained"),
        pytest.param({"hi": "9", "drained_seq": "10"}, "does not follow", id="7, an end beyond the ledger"),
        pytest.param({"amount": "99", "taken": "-99"}, "does not follow", id="8, less than the balance"),
        pytest.param({"amount": "100", "taken": "-99"}, "does not follow", id="8, drained by less"),
        pytest.param({"amount": "100", "taken": "-1"}, "does not follow", id="8, hardly drained"),
        pytest.param({"source": "'payout:another'"}, "does not follow", id="8, drained by another's posting"),
        pytest.param({"amount": "0"}, "payout_is_positive", id="9, nothing"),
        pytest.param({"amount": "-100"}, "payout_is_positive", id="9, a negative payout"),
        pytest.param({"hi": "2"}, "payout_range_is_one|payout_hi_once", id="9, a range that ends before it begins"),
        pytest.param({"state": "'approved'"}, "does not follow", id="10, approved from the beginning"),
    ],
)
def test_a_claim_that_is_wrong_in_one_point_is_refused(role: str, changes: dict[str, str], match: str) -> None:
    with refused(match):
        claim(role, **changes)


@both_roles
@pytest.mark.parametrize(
    "change",
    ["amount = 501", "lo = 2", "hi = 3, drained_seq = 9", "run_id = gen_random_uuid()",
     "account_id = gen_random_uuid()", "destination_id = gen_random_uuid()", "currency = 'SEK'"],
)  # fmt: skip
def test_8_a_payout_is_never_changed(role: str, change: str) -> None:
    computed()

    with refused("never changed|foreign key"):
        execute(role, f"update payouts_payout set {change}")


@both_roles
@pytest.mark.parametrize("state", ["sent", "settled", "rejected", "returned"])
def test_a_payout_takes_no_short_cut(role: str, state: str) -> None:
    computed()

    with refused("does not go from due to"):
        execute(role, f"update payouts_payout set state = '{state}'")


@both_roles
def test_10_the_same_person_does_not_approve_by_way_of_sql(role: str) -> None:
    submitted()
    for person in ("prepared_by", "submitted_by"):
        with refused("run_approved_by_a_second_person"):
            execute(
                role,
                "update payouts_payoutrun set state = 'approved', approved_at = now(), approved_digest = digest,"
                f" approved_by = {person}",
            )


@both_roles
@pytest.mark.parametrize(
    "how",
    [
        "",
        ", refused_by = 'operator:omar', refused_reason = 'No'",
        ", approved_by = 'operator:omar', approved_at = now(), approved_digest = digest",
    ],
)
def test_10_a_run_that_pays_somebody_does_not_close_unseen(role: str, how: str) -> None:
    proving.prove(computed().pk, now=NOON)

    with refused("approved or refused before it is closed"):
        execute(role, f"update payouts_payoutrun set state = 'closed', closed_at = now(){how}")


@both_roles
@pytest.mark.parametrize("digest", ["''", "repeat('0', 64)"])
def test_10_an_approval_over_another_digest_is_refused(role: str, digest: str) -> None:
    submitted()

    with refused("run_approved_over_its_digest"):
        execute(
            role,
            "update payouts_payoutrun set state = 'approved', approved_at = now(), approved_by = 'operator:omar',"
            f" approved_digest = {digest}",
        )


@both_roles
@pytest.mark.parametrize(
    "change",
    ["approved_by = 'operator:other'", "digest = repeat('1', 64), approved_digest = repeat('1', 64)",
     "prepared_by = 'operator:other'", "cutoff = now()", "provider = 'manual_csv'", "minimum = 5"],
)  # fmt: skip
def test_10_what_was_approved_stays_what_it_is(role: str, change: str) -> None:
    released()

    with refused("never changed"):
        execute(role, f"update payouts_payoutrun set {change}")


@both_roles
@pytest.mark.parametrize("state", ["approved", "releasing", "closed", "draft"])
def test_10_a_run_skips_no_gate(role: str, state: str) -> None:
    computed()

    with refused("does not go from computed|run_approved|run_proved|approved or refused before"):
        execute(role, f"update payouts_payoutrun set state = '{state}'")


@both_roles
@pytest.mark.parametrize(
    "change", ["held_by = 'operator:noor'", "held_reason = 'Why'", "held_by = 'operator:noor', held_reason = 'Why'"]
)
def test_11_a_hold_has_a_person_a_reason_and_a_clock(role: str, change: str) -> None:
    computed()

    with refused("payout_hold_has_a_person_a_reason_and_a_clock"):
        execute(role, f"update payouts_payout set {change}")


@both_roles
def test_a_payout_that_is_held_does_not_leave(role: str) -> None:
    released()
    execute(role, "update payouts_payout set held_by = 'operator:noor', held_reason = 'Why', reply_by = now()")

    with refused("payout_held_stays"):
        execute(role, "update payouts_payout set state = 'sent'")


@both_roles
@pytest.mark.parametrize("tried", ["prepared", "sent", "unknown", "accepted", "settled", "returned"])
def test_no_second_attempt_while_the_first_may_succeed(role: str, tried: str) -> None:
    run = released()
    assert sending._fill(run.pk, now=NOON)
    for step in {"prepared": [], "sent": ["sent"], "unknown": ["sent", "unknown"]}.get(tried, ["sent", tried]):
        PayoutAttempt.objects.update(state=step)

    with refused("attempt_one_at_a_time"):
        execute(role, ANOTHER)


ANOTHER = """
insert into payouts_payoutattempt (id, payout_id, batch_id, number, key, state, reference, reason, prepared_at)
select gen_random_uuid(), payout_id, batch_id, 2, 'A2', 'prepared', '', '', prepared_at from payouts_payoutattempt"""


@both_roles
@pytest.mark.parametrize("spent", [["sent", "failed"], ["sent", "unknown", "absent"]])
def test_a_second_attempt_once_the_first_has_failed_or_never_arrived(role: str, spent: list[str]) -> None:
    run = released()
    assert sending._fill(run.pk, now=NOON)
    for step in spent:
        PayoutAttempt.objects.update(state=step)

    execute(role, ANOTHER)

    assert PayoutAttempt.objects.count() == 2


@both_roles
@pytest.mark.parametrize("change", ["state = 'absent'", "state = 'prepared'", "key = 'A1'", "number = 7"])
def test_an_attempt_that_was_sent_is_never_called_absent_without_asking(role: str, change: str) -> None:
    run = released()
    assert sending._fill(run.pk, now=NOON)
    PayoutAttempt.objects.update(state="sent", sent_at=NOON)

    with refused("does not go from sent|never changed"):
        execute(role, f"update payouts_payoutattempt set {change}")


@both_roles
@pytest.mark.parametrize(
    "table",
    ["payoutrun", "payout", "payoutbatch", "payoutattempt", "payoutdestination", "cashoutmandate", "bankentry",
     "payoutfile", "providerevent"],
)  # fmt: skip
def test_nothing_of_a_run_is_deleted(role: str, table: str) -> None:
    run = released()
    sending.send(run.pk, now=NOON)

    with refused("its rows are never changed and never deleted" if role == "owner" else "never deleted|denied"):
        execute(role, f"delete from payouts_{table}")


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        ("update payouts_payout set amount = amount + 1", "amount_is_not_its_lines"),
        ("update payouts_payout set hi = hi + 1, drained_seq = drained_seq + 1", "amount_is_not_its_lines"),
        ("update payouts_payout set lo = lo + 1", "range_does_not_follow"),
        ("update payouts_payout set drained_seq = 9", "drained_as_much"),
        ("update payouts_posting set amount = amount + 1 where seq = 1", "amount_is_not_its_lines"),
        ("delete from payouts_posting where seq = 1", "range_has_a_gap"),
        ("update payouts_payoutrun set totals = jsonb_set(totals, '{amount}', '1')", "totals_as_computed"),
    ],
)
def test_a_run_that_was_tampered_with_past_every_guard_is_not_proved(spoil: str, fault: str) -> None:
    run = computed()
    for table in ("payout", "payoutrun", "posting"):
        execute("owner", f"alter table payouts_{table} disable trigger user")
    execute("owner", spoil)

    run = proving.prove(run.pk, now=NOON)

    assert run.state == "computed"
    assert fault in run.faults
    with pytest.raises(Refused, match="Only a proved run"):
        approving.submit(run.pk, by=NOOR, now=NOON)


def test_a_run_changed_after_its_approval_is_not_released() -> None:
    run = submitted()
    approving.approve(run.pk, by=OMAR, digest=run.digest, now=NOON)
    execute("owner", "alter table payouts_payout disable trigger user")
    execute("owner", "update payouts_payout set amount = amount + 1")

    with pytest.raises(AssertionError, match="is not what operator:omar approved"):
        approving.release(run.pk, now=NOON)

    assert PayoutRun.objects.get().state == "approved"


def test_a_run_drained_otherwise_than_it_was_approved_is_not_released() -> None:
    run = submitted()
    approving.approve(run.pk, by=OMAR, digest=run.digest, now=NOON)
    draining.drain_run(run, now=NOON)
    execute("owner", "alter table payouts_posting disable trigger user")
    execute("owner", "update payouts_posting set amount = amount + 1 where source like 'payout:%%'")

    with pytest.raises(AssertionError, match="was not drained as it was approved"):
        approving.release(run.pk, now=NOON)

    assert PayoutRun.objects.get().state == "approved"
