"""Each invariant of the ledger, attacked with plain SQL by the role that runs and by the role that owns."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connections, transaction

from agents.models import Agent
from payouts import earnings, ledger, plans
from payouts.models import Account, EarningFact, LedgerAudit, PayPlan, Posting
from tests.payouts.conftest import NOON, RULES, FactsMaker

ROLES = ["default", "owner"]
pytestmark = pytest.mark.usefixtures("fresh_database")
ENDED = "tstzrange(lower(valid), '2027-01-01T00:00Z')"  # The one change that a published plan allows.
both_roles = pytest.mark.parametrize("role", ROLES)


@pytest.fixture(autouse=True)
def paid(fresh_database: object, facts: FactsMaker) -> tuple[Posting, ...]:
    """Ilse's first chat: two postings, 565 cents."""
    with transaction.atomic():
        return earnings.record(facts(), topic="Refund", now=NOON)


def execute(role: str, sql: str, *values: Any) -> None:
    with connections[role].cursor() as cursor:
        cursor.execute(sql, values)


@contextmanager
def refused(match: str) -> Iterator[None]:
    """The database says no, for this reason, and the ledger is exactly what it was."""
    before = state()
    with pytest.raises(DatabaseError, match=match):
        yield
    assert state() == before


def state() -> list[list[dict[str, Any]]]:
    models = [Account, Posting, EarningFact, PayPlan, LedgerAudit]
    return [list(model._default_manager.order_by("pk").values()) for model in models]


def insert(role: str, like: Posting, **changes: object) -> None:
    """A raw posting behind Ilse's second one, correct but for `changes`."""
    row: dict[str, Any] = {
        "id": uuid4(),
        "account_id": like.account_id,
        "contra_id": like.contra_id,
        "currency": "EUR",
        "amount": 100,
        "seq": 3,
        "balance_after": 665,
        "source": f"engagement:{uuid4()}:per_chat:1",
        "kind": "per_chat",
        "receipt": json.dumps({}),
        "engagement_id": uuid4(),
        "brand_id": like.brand_id,
        "created_at": NOON,
    }
    row |= changes
    names, marks = ", ".join(row), ", ".join(["%s"] * len(row))
    execute(role, f"insert into payouts_posting ({names}) values ({marks})", *row.values())


@both_roles
def test_a_correct_raw_posting_is_accepted_so_that_the_refusals_below_mean_something(
    role: str, paid: tuple[Posting, ...], ilse: Agent
) -> None:
    insert(role, paid[0])

    assert ledger.balance(ilse.pk) == (ledger.Balance("EUR", 665, 3),)


@both_roles
def test_1_a_movement_of_nothing_is_refused(role: str, paid: tuple[Posting, ...]) -> None:
    with refused("posting_moves_something"):
        insert(role, paid[0], amount=0, balance_after=565)


@both_roles
def test_1_a_movement_from_an_account_to_itself_is_refused(role: str, paid: tuple[Posting, ...]) -> None:
    with refused("posting_has_two_sides"):
        insert(role, paid[0], contra_id=paid[0].account_id)


@both_roles
def test_1_a_movement_without_its_other_side_is_refused(role: str, paid: tuple[Posting, ...]) -> None:
    with refused("posting_contra_of_its_currency"):
        insert(role, paid[0], contra_id=uuid4())


@both_roles
@pytest.mark.parametrize("side", ["account_id", "contra_id"])
def test_2_a_posting_between_currencies_is_refused(
    role: str, side: str, paid: tuple[Posting, ...], ilse: Agent
) -> None:
    with transaction.atomic():
        in_crowns = ledger.post(ilse.pk, "SEK", an_entry(paid[0].brand_id), now=NOON)

    with refused("of_its_currency"):
        insert(
            role,
            paid[0],
            **{side: getattr(in_crowns, side)},
            **({"seq": 2, "balance_after": 190} if side == "account_id" else {}),
        )


@both_roles
def test_2_a_posting_in_another_currency_than_both_its_accounts_is_refused(
    role: str, paid: tuple[Posting, ...]
) -> None:
    with refused("of_its_currency"):
        insert(role, paid[0], currency="SEK")


@both_roles
def test_3_a_fact_paid_twice_is_refused(role: str, paid: tuple[Posting, ...]) -> None:
    with refused("posting_source_once"):
        insert(role, paid[0], source=paid[0].source)


@both_roles
@pytest.mark.parametrize("table", ["posting", "earningfact", "ledgeraudit"])
@pytest.mark.parametrize("attack", ["update {} set created_at = now()", "delete from {}", "truncate {} cascade"])
def test_4_history_is_neither_rewritten_nor_deleted_nor_emptied(role: str, table: str, attack: str) -> None:
    ledger.audit(NOON)

    with refused("its rows are never changed" if role == "owner" else "permission denied"):
        execute(role, attack.format(f"payouts_{table}"))


def test_4_the_trigger_alone_keeps_history_when_rights_were_granted_by_mistake() -> None:
    execute("owner", "grant all on payouts_posting to public")

    with refused("its rows are never changed"):
        execute("default", "update payouts_posting set amount = 1000000")


@both_roles
def test_4_a_posting_is_not_replaced_by_way_of_a_conflict(role: str, paid: tuple[Posting, ...]) -> None:
    with refused("its rows are never changed" if role == "owner" else "permission denied"):
        execute(
            role,
            "insert into payouts_posting select * from payouts_posting where id = %s"
            " on conflict (source) do update set amount = 999999",
            paid[0].pk,
        )


@both_roles
@pytest.mark.parametrize("table", ["account", "payplan"])
def test_4_accounts_and_plans_are_not_deleted(role: str, table: str) -> None:
    with refused("its rows are never changed" if role == "owner" else "its rows are never changed|permission denied"):
        execute(role, f"delete from payouts_{table}")


@both_roles
@pytest.mark.parametrize("seq", [2, 1, 4, 0, -1])
def test_5_a_gap_or_a_fork_in_an_agents_history_is_refused(role: str, seq: int, paid: tuple[Posting, ...]) -> None:
    with refused("posting_seq_once|posting_seq_from_one|does not follow"):
        insert(role, paid[0], seq=seq)


@both_roles
def test_5_a_gap_inside_one_statement_is_refused(role: str, paid: tuple[Posting, ...]) -> None:
    with refused("does not follow"):
        execute(
            role,
            """
            insert into payouts_posting select gen_random_uuid(), currency, amount, n,
              565 + 290 * row_number() over (order by n),
              'test:' || n, kind, receipt, engagement_id, created_at, account_id, brand_id, contra_id
            from payouts_posting, unnest(array[3, 4, 6]) n where seq = 1
            """,
        )


@both_roles
def test_5_a_contra_side_has_no_history_of_its_own(role: str, paid: tuple[Posting, ...]) -> None:
    with refused("does not follow"):
        insert(role, paid[0], account_id=paid[0].contra_id, contra_id=paid[1].contra_id, seq=1, balance_after=100)


@both_roles
def test_5_an_agents_account_is_nobodys_contra_side(role: str, paid: tuple[Posting, ...], jonas: Agent) -> None:
    with transaction.atomic():
        of_jonas = ledger.lock(jonas.pk, "EUR", now=NOON)

    with refused("does not follow"):
        insert(role, paid[0], contra_id=of_jonas.pk)


@both_roles
@pytest.mark.parametrize("balance_after", [565, 664, 666, 100, -665])
def test_6_a_wrong_running_balance_is_refused(role: str, balance_after: int, paid: tuple[Posting, ...]) -> None:
    with refused("does not follow"):
        insert(role, paid[0], balance_after=balance_after)


@both_roles
@pytest.mark.parametrize(
    "change", ["balance = 999999", "last_seq = 7", "last_seq = 1, balance = 290", "last_seq = 0, balance = 0"]
)
def test_6_an_accounts_balance_is_that_of_its_last_posting(role: str, change: str) -> None:
    with refused("number and balance of its last posting"):
        execute(role, f"update payouts_account set {change} where sequenced")


@both_roles
@pytest.mark.parametrize(
    "change", ["name = 'x:EUR'", "currency = 'SEK', name = 'x:SEK'", "sequenced = false", "agent_id = null"]
)
def test_6_an_account_keeps_what_it_is(role: str, change: str) -> None:
    with refused("keeps its name, currency and owner"):
        execute(role, f"update payouts_account set {change} where sequenced")


@both_roles
def test_6_an_account_begins_empty(role: str, jonas: Agent) -> None:
    with refused("cannot begin with a balance"):
        execute(
            role,
            "insert into payouts_account (id, name, currency, agent_id, sequenced, last_seq, balance, created_at)"
            " values (gen_random_uuid(), 'x:EUR', 'EUR', %s, true, 1, 100, now())",
            jonas.pk,
        )


@both_roles
def test_6_a_table_of_the_same_name_in_the_session_does_not_mislead_the_trigger(
    role: str, paid: tuple[Posting, ...]
) -> None:
    execute("owner", "grant temporary on database {} to public".format(connections["owner"].settings_dict["NAME"]))
    execute(role, "create temp table payouts_account as select * from public.payouts_account")
    execute(role, "update pg_temp.payouts_account set balance = 1000000 where sequenced")

    with refused("does not follow"):
        insert(role, paid[0], balance_after=1_000_100)


@both_roles
def test_two_plans_at_one_instant_are_refused(role: str, plan: PayPlan) -> None:
    with refused("pay_plan_one_at_a_time"):
        execute(
            role,
            "insert into payouts_payplan select gen_random_uuid(), tier, currency, 2, valid, rules, published_at,"
            " published_by, brand_id, prepared_by from payouts_payplan",
        )


@both_roles
def test_10_a_plan_written_and_published_by_one_person_is_refused(role: str, plan: PayPlan) -> None:
    with refused("pay_plan_by_two"):
        execute(
            role,
            "insert into payouts_payplan (id, tier, currency, version, valid, rules, published_at, published_by,"
            " prepared_by, brand_id) select gen_random_uuid(), 'expert', currency, 1, valid, rules, published_at,"
            " 'operator:noor', 'operator:noor', brand_id from payouts_payplan",
        )


@both_roles
@pytest.mark.parametrize(
    "change",
    [
        "valid = tstzrange(lower(valid) - interval '1 day', null)",
        f'valid = {ENDED}, rules = \'[{{"kind": "per_minute", "rate_cents": 1}}]\'',
        f"valid = {ENDED}, version = 9",
        f"valid = {ENDED}, published_by = 'system'",
        f"valid = {ENDED} * tstzrange(lower(valid) + interval '1 day', null)",
    ],
)
def test_a_published_plan_is_frozen(role: str, change: str) -> None:
    with refused("A published pay plan is frozen"):
        execute(role, f"update payouts_payplan set {change}")


@both_roles
@pytest.mark.parametrize(
    "valid", ["tstzrange(lower(valid), null)", "tstzrange(lower(valid), upper(valid) - interval '1 day')"]
)
def test_a_plan_that_has_ended_ends_then_for_good(role: str, valid: str, plan: PayPlan) -> None:
    publish_next(plan)

    with refused("A published pay plan is frozen"):
        execute(role, f"update payouts_payplan set valid = {valid} where version = 1")


@both_roles
def test_an_open_plan_can_be_ended_so_that_the_refusals_above_mean_something(role: str, plan: PayPlan) -> None:
    execute(role, f"update payouts_payplan set valid = {ENDED}")

    plan.refresh_from_db()
    assert plan.valid.upper.year == 2027


@both_roles
@pytest.mark.parametrize("canonical", ["[]", "null", "{", ""])
def test_facts_that_are_no_object_are_refused(role: str, canonical: str) -> None:
    with refused("earning_fact_is_an_object|invalid input syntax|earning_fact_hash"):
        freeze(role, canonical, "encode(sha256(convert_to(%s, 'UTF8')), 'hex')", canonical)


@both_roles
def test_facts_under_a_foreign_hash_are_refused(role: str) -> None:
    with refused("earning_fact_hash_is_its_own"):
        freeze(role, '{"active_seconds":9999}', "sha256")


@both_roles
def test_an_audit_cannot_claim_a_balance_beside_faults(role: str) -> None:
    with refused("audit_says_what_it_found"):
        execute(
            role,
            "insert into payouts_ledgeraudit (id, created_at, postings, facts, totals, faults, balanced)"
            " values (gen_random_uuid(), now(), 0, 0, '{}', '{\"3_paid_twice\": 1}', true)",
        )


def freeze(role: str, canonical: str, sha256: str, *values: Any) -> None:
    execute(
        role,
        "insert into payouts_earningfact"
        " (id, engagement_id, kind, revision, topic, canonical, sha256, created_at, agent_id, plan_id)"
        f" select gen_random_uuid(), gen_random_uuid(), kind, 1, topic, %s, {sha256}, created_at, agent_id, plan_id"
        " from payouts_earningfact",
        canonical,
        *values,
    )


def publish_next(plan: PayPlan) -> PayPlan:
    later = NOON + timedelta(days=1)
    return plans.publish(
        plan.brand_id, tier="standard", currency="EUR", rules=RULES, valid_from=later, by="operator:noor", now=NOON
    )


def an_entry(brand_id: UUID | None) -> ledger.Entry:
    engagement_id = uuid4()
    return ledger.Entry(f"engagement:{engagement_id}:per_chat:1", "per_chat", 90, engagement_id, brand_id, {})
