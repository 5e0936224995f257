"""Corrections, disputes, holds, clawbacks and debts: named people, written reasons, clocks, and new lines only."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction

from agents.models import Agent
from marketplace.refusals import Refused
from payouts import corrections, debts, disputes, earnings, ledger, measures, replay, tasks
from payouts.models import Clawback, Debt, EarningFact, Hold, PayPlan, Posting, Recovery
from tests.payouts.conftest import NOON, FactsMaker
from tests.payouts.test_invariants import both_roles, execute, refused
from tests.payouts.test_races import at_once

DAY = timedelta(days=1)
WHY: dict[str, Any] = {"by": "operator:noor", "reason": "The customer's own log says otherwise.", "now": NOON}


@pytest.fixture
def chat(facts: FactsMaker) -> UUID:
    """Ilse's chat, paid 290 for itself and 275 for its 750 active seconds."""
    closed = facts()
    with transaction.atomic():
        earnings.record(closed, topic="Refund", now=NOON)
    return closed.engagement_id


def owed(agent: Agent) -> int:
    (balance,) = ledger.balance(agent.pk)
    return balance.amount


def lines(chat: UUID) -> list[tuple[str, int]]:
    return [
        (p.source.removeprefix(f"engagement:{chat}:"), p.amount) for p in Posting.objects.filter(engagement_id=chat)
    ]


def test_a_correction_is_the_difference_in_a_new_line_with_the_next_revision(chat: UUID, ilse: Agent) -> None:
    corrections.correct(chat, changes={"active_seconds": 900}, **WHY)
    corrections.correct(chat, changes={"active_seconds": 600, "outcome": "transferred"}, **WHY)

    assert sorted(lines(chat)) == [
        ("per_chat:1", 290),
        ("per_chat:3", -290),
        ("per_minute:1", 275),
        ("per_minute:2", 55),
        ("per_minute:3", -110),
    ]
    assert owed(ilse) == 220
    told = EarningFact.objects.get(kind="corrected", revision=3).canonical
    assert "operator:noor" in told
    assert WHY["reason"] in told
    assert ledger.audit(NOON).balanced


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"active_seconds": 750}, "nothing to correct"),
        ({"active_seconds": 10_000}, "Active time lies between"),
        ({"outcome": "won"}, "Unknown outcome"),
        ({"agent_id": uuid4()}, "can be put right"),
        ({}, "can be put right"),
    ],
)
def test_a_correction_that_changes_nothing_or_too_much_is_refused(
    changes: dict[str, Any], sentence: str, chat: UUID
) -> None:
    with pytest.raises(Refused, match=sentence):
        corrections.correct(chat, changes=changes, **WHY)

    assert len(lines(chat)) == 2


def test_a_correction_beyond_the_balance_is_owed_and_recovered_by_a_fifth_a_week(
    chat: UUID, ilse: Agent, facts: FactsMaker
) -> None:
    ledger.post(ilse.pk, "EUR", ledger.Entry("tax:1", "withholding", -565, contra="withholding:skat"), now=NOON)
    corrections.correct(chat, changes={"active_seconds": 0}, **WHY)
    assert (owed(ilse), debts.owed(ilse.pk, "EUR")) == (0, 275)
    earnings.record(facts(), topic="Refund", now=NOON + 7 * DAY)

    recovered = [debts.recover_due(now=NOON + days * DAY) for days in (5, 6, 8, 13, 14)]

    assert recovered == [0, 1, 0, 1, 0]
    assert list(Recovery.objects.order_by("week").values_list("earned", "amount")) == [(290, 58), (565, 113)]
    assert (owed(ilse), debts.owed(ilse.pk, "EUR")) == (565 - 58 - 113, 275 - 58 - 113)
    assert ledger.audit(NOON).balanced


def test_a_dispute_is_decided_by_a_person_in_time_and_repaired_by_a_new_line(chat: UUID, ilse: Agent) -> None:
    line = Posting.objects.get(engagement_id=chat, kind="per_minute")
    dispute = disputes.begin(ilse.pk, line.pk, words="I wrote until 12:15.", now=NOON)
    assert disputes.begin(ilse.pk, line.pk, words="And again.", now=NOON) == dispute
    assert dispute.answer_by == NOON + 14 * DAY

    disputes.grant(dispute.pk, active_seconds=900, **WHY)

    dispute.refresh_from_db()
    assert (dispute.state, dispute.decided_by) == ("granted", "operator:noor")
    assert Posting.objects.get(source=dispute.repair_source).amount == 55
    with pytest.raises(Refused, match="decided already"):
        disputes.refuse(dispute.pk, **WHY)
    assert ledger.audit(NOON).balanced


def test_a_dispute_is_repaired_by_an_amount_where_no_chat_is_behind_it(ilse: Agent) -> None:
    line = ledger.post(ilse.pk, "EUR", ledger.Entry("x:1", "goodwill", 100), now=NOON)
    dispute = disputes.begin(ilse.pk, line.pk, words="It should be 250.", now=NOON)
    with pytest.raises(Refused, match="Only a chat"):
        disputes.grant(dispute.pk, active_seconds=900, **WHY)

    disputes.grant(dispute.pk, amount_cents=150, **WHY)

    assert owed(ilse) == 250


@pytest.mark.parametrize("words", ["", "  ", "ab", "x" * 1_001])
def test_a_dispute_says_why(words: str, chat: UUID, ilse: Agent) -> None:
    with pytest.raises(Refused, match="what is wrong"):
        disputes.begin(ilse.pk, Posting.objects.earliest("seq").pk, words=words, now=NOON)


def test_nobody_disputes_anothers_line_or_none(chat: UUID, jonas: Agent) -> None:
    for posting_id in (Posting.objects.earliest("seq").pk, uuid4()):
        with pytest.raises(Refused, match="no such line"):
            disputes.begin(jonas.pk, posting_id, words="Not mine.", now=NOON)


def test_a_dispute_waiting_ten_days_raises_one_alarm(chat: UUID, ilse: Agent, caplog: pytest.LogCaptureFixture) -> None:
    disputes.begin(ilse.pk, Posting.objects.earliest("seq").pk, words="Too little.", now=NOON)

    assert [measures.alarm_due(now=NOON + days * DAY) for days in (9, 10, 11)] == [0, 1, 0]


def test_the_hourly_watch_says_how_many_have_waited(chat: UUID, ilse: Agent, caplog: pytest.LogCaptureFixture) -> None:
    long_ago = NOON - 40 * DAY
    disputes.begin(ilse.pk, Posting.objects.earliest("seq").pk, words="Too little.", now=long_ago)

    tasks.watch_cases(sent_by="a newer version")
    tasks.watch_cases()

    assert [record.getMessage() for record in caplog.records if "about money" in record.getMessage()] == [
        "1 cases about money have waited ten days: four are left to decide them."
    ]


def test_what_is_held_is_not_owed_until_a_person_releases_it(chat: UUID, ilse: Agent) -> None:
    held = measures.hold(ilse.pk, "EUR", amount=300, **WHY)
    assert owed(ilse) == 265
    with pytest.raises(Refused, match="No more can be held"):
        measures.hold(ilse.pk, "EUR", amount=266, **WHY)
    assert ledger.audit(NOON).balanced

    measures.release(held.pk, **WHY)

    assert owed(ilse) == 565
    with pytest.raises(Refused, match="decided already"):
        measures.release(held.pk, **WHY)
    assert ledger.audit(NOON).balanced


def test_what_is_held_is_taken_only_once_the_agent_was_heard(chat: UUID, ilse: Agent, jonas: Agent) -> None:
    held = measures.hold(ilse.pk, "EUR", amount=300, **WHY)
    with pytest.raises(Refused, match="14 days left"):
        measures.take_held(held.pk, **WHY)
    with pytest.raises(Refused, match="nothing of yours"):
        measures.reply(jonas.pk, held.pk, words="It was me.", now=NOON)
    measures.reply(ilse.pk, held.pk, words="I can explain.", now=NOON)
    with pytest.raises(Refused, match="answered this already"):
        measures.reply(ilse.pk, held.pk, words="Otherwise.", now=NOON)

    measures.take_held(held.pk, **WHY)

    assert owed(ilse) == 265
    assert ledger.audit(NOON).balanced


def test_a_clawback_beyond_the_balance_becomes_a_debt(chat: UUID, ilse: Agent) -> None:
    found = measures.announce_clawback(ilse.pk, "EUR", amount=1_000, **WHY)
    assert owed(ilse) == 565
    with pytest.raises(Refused, match="left to answer"):
        measures.take(found.pk, **WHY)

    measures.take(found.pk, **(WHY | {"now": NOON + 14 * DAY}))

    assert (owed(ilse), debts.owed(ilse.pk, "EUR")) == (0, 435)
    assert ledger.audit(NOON).balanced


def test_a_clawback_can_be_dropped(chat: UUID, ilse: Agent) -> None:
    found = measures.announce_clawback(ilse.pk, "EUR", amount=100, **WHY)

    measures.drop(found.pk, **WHY)

    assert owed(ilse) == 565
    assert Clawback.objects.get().state == "dropped"


def test_what_a_year_rated_is_rated_again_to_the_byte(chat: UUID, facts: FactsMaker, plan: PayPlan) -> None:
    earnings.record(facts(outcome="lost", active_seconds=0), topic="Nothing", now=NOON)
    corrections.correct(chat, changes={"active_seconds": 900}, **WHY)

    first = replay.replay(NOON - DAY, NOON + DAY)
    second = replay.replay(NOON - DAY, NOON + DAY)

    assert (first.facts, first.lines, first.is_equal) == (3, 3, True)
    assert first == second


@pytest.mark.usefixtures("fresh_database")
class TestThroughSql:
    """Invariant 11, and what was decided, by the role that runs and by the owner."""

    MEASURES = ("hold", "clawback")

    @pytest.fixture(autouse=True)
    def opened(self, fresh_database: object, chat: UUID, ilse: Agent) -> None:
        measures.hold(ilse.pk, "EUR", amount=100, **WHY)
        measures.announce_clawback(ilse.pk, "EUR", amount=100, **WHY)
        disputes.begin(ilse.pk, Posting.objects.earliest("seq").pk, words="Too little.", now=NOON)

    @staticmethod
    def copy(table: str, **changes: str) -> str:
        names = (
            "agent_id, currency, amount, opened_by, reason, opened_at, answer_by, state, decided_by, decision, reply"
        )
        values = ", ".join(changes.get(name, name) for name in names.split(", "))
        return f"insert into payouts_{table} (id, {names}) select gen_random_uuid(), {values} from payouts_{table}"

    @both_roles
    @pytest.mark.parametrize("table", MEASURES)
    @pytest.mark.parametrize(
        "change",
        [
            {"opened_by": "''"},
            {"opened_by": "'system'"},
            {"opened_by": "'operator:'"},
            {"opened_by": "null"},
            {"reason": "''"},
            {"reason": "'   '"},
            {"reason": "null"},
            {"answer_by": "null"},
            {"answer_by": "opened_at"},
            {"answer_by": "opened_at + interval '15 days'"},
            {"amount": "0"},
            {"amount": "-1"},
            {"state": "'taken'"},
        ],
    )
    def test_11_no_measure_without_a_person_a_reason_and_a_clock(
        self, role: str, table: str, change: dict[str, str]
    ) -> None:
        with refused("violates check|violates not-null|begins open"):
            execute(role, self.copy(table, **change))
        execute(role, self.copy(table))

    @both_roles
    @pytest.mark.parametrize("table", ["hold", "clawback", "dispute"])
    @pytest.mark.parametrize(
        "change",
        [
            "state = 'refused'",
            "state = 'taken', decided_by = 'system', decision = 'Because.', decided_at = answer_by",
            "state = 'taken', decided_by = 'operator:noor', decision = ' ', decided_at = answer_by",
            "state = 'taken', decided_by = 'operator:noor', decision = 'Because.'",
            "opened_at = opened_at - interval '1 day'",
            "answer_by = answer_by + interval '1 day'",
        ],
    )
    def test_11_nothing_is_decided_without_them_either(self, role: str, table: str, change: str) -> None:
        with refused("violates check|stays as it is"):
            execute(role, f"update payouts_{table} set {change}")

    @both_roles
    @pytest.mark.parametrize("table", MEASURES)
    def test_11_nothing_is_taken_before_the_agent_was_heard(self, role: str, table: str) -> None:
        decided = "state = 'taken', decided_by = 'operator:noor', decision = 'Because.'"

        with refused("after_the_agent_was_heard"):
            execute(role, f"update payouts_{table} set {decided}, decided_at = answer_by - interval '1 second'")
        execute(role, f"update payouts_{table} set {decided}, decided_at = answer_by")

    @both_roles
    def test_a_decision_stays(self, role: str) -> None:
        measures.release(Hold.objects.get().pk, **WHY)

        with refused("stays as it is"):
            execute(role, "update payouts_hold set decision = 'Otherwise.'")

    @both_roles
    @pytest.mark.parametrize("table", ["hold", "clawback", "dispute", "debt", "recovery"])
    def test_none_of_it_is_deleted(self, role: str, table: str, ilse: Agent) -> None:
        Debt.objects.create(agent=ilse, currency="EUR", amount=5, source="x", incurred_at=NOON)

        with refused("its rows are never changed" if role == "owner" else "permission denied"):
            execute(role, f"delete from payouts_{table}")

    @both_roles
    def test_9_a_recovery_is_a_fifth_at_most_and_once_a_week(self, role: str, ilse: Agent) -> None:
        insert = (
            "insert into payouts_recovery (id, agent_id, currency, week, earned, amount, recovered_at)"
            " values (gen_random_uuid(), %s, 'EUR', %s, %s, %s, now())"
        )
        with refused("recovery_is_capped"):
            execute(role, insert, ilse.pk, "2026-11-16", 504, 101)
        with refused("recovery_begins_on_monday"):
            execute(role, insert, ilse.pk, "2026-11-17", 505, 101)
        execute(role, insert, ilse.pk, "2026-11-16", 505, 101)
        with refused("recovery_once_a_week"):
            execute(role, insert, ilse.pk, "2026-11-16", 505, 101)

    @both_roles
    @pytest.mark.parametrize("change", ["amount = 4", "recovered = 6", "recovered = 2", "source = 'y'"])
    def test_a_debt_changes_by_being_recovered_alone(self, role: str, change: str, ilse: Agent) -> None:
        Debt.objects.create(agent=ilse, currency="EUR", amount=5, recovered=3, source="x", incurred_at=NOON)

        with refused("A debt is recovered|debt_recovered_within"):
            execute(role, f"update payouts_debt set {change}")

    def test_two_people_decide_at_once_and_one_of_them_does(self) -> None:
        held = Hold.objects.get()

        results = at_once(*[lambda: measures.release(held.pk, **WHY)] * 4)

        assert sorted(type(result).__name__ for result in results) == ["NoneType", *["Refused"] * 3]
        assert Posting.objects.filter(kind="release").count() == 1
