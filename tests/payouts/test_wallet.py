"""The wallet: where every cent of an agent's is, why it is there, and until when."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from agents.models import Agent
from brands.models import Brand
from payouts import earnings, measures, plans, wallet
from payouts.models import Payout, PayoutDestination, PayoutRun
from payouts.providers.fake import Fake
from payouts.runs import approving, cash_out, sending
from tests.payouts import payday
from tests.payouts.conftest import NOON, RULES, FactsMaker
from tests.payouts.payday import MONDAY, NOOR, STOCKHOLM, earn, released, sent, settle_at, submitted

bank = payday.bank
OTHER_IBAN = "NL91ABNA0417164300"


def euros(agent: Agent) -> wallet.Wallet:
    (found,) = [each for each in wallet.of(agent.pk, now=NOON) if each.currency == "EUR"]
    return found


def everything(told: wallet.Wallet) -> int:
    """Available, pending, held and on its way: all that is hers and not paid yet."""
    waits = sum(each.amount_cents for each in told.pending) + sum(each.amount_cents for each in told.held)
    return told.available_cents + waits + sum(each.amount_cents for each in told.on_its_way)


def test_what_is_earned_waits_for_an_account_to_be_paid_to(ilse: Agent) -> None:
    earn(ilse, 900)

    told = euros(ilse)

    assert (told.available_cents, told.pending) == (0, (wallet.Pending(900, "no_account"),))
    assert told.cash_out is not None
    assert (told.cash_out.closed, told.next) == ("no_account", None)


def test_with_an_account_it_is_available_and_comes_next_monday(ilse: Agent) -> None:
    settle_at(ilse)
    earn(ilse, 900)

    told = euros(ilse)

    assert (told.available_cents, told.pending) == (900, ())
    assert told.next == wallet.Next(MONDAY + timedelta(days=7), 900)


def test_after_a_change_of_account_it_is_pending_until_the_cooling_off_is_over(ilse: Agent) -> None:
    settle_at(ilse)
    settle_at(ilse, account=OTHER_IBAN, now=NOON - timedelta(hours=1))
    earn(ilse, 900)

    told = euros(ilse)

    assert told.pending == (wallet.Pending(900, "cooling_off", NOON + timedelta(hours=47)),)
    assert told.place is not None
    assert (told.place.masked, told.place.cooling_off) == ("•••• 4300", True)


def test_a_week_that_ends_within_the_cooling_off_is_left_out(ilse: Agent) -> None:
    settle_at(ilse)
    settle_at(ilse, account=OTHER_IBAN, now=MONDAY + timedelta(days=6))
    earn(ilse, 900)

    (told,) = wallet.of(ilse.pk, now=MONDAY + timedelta(days=6, hours=1))

    assert told.next == wallet.Next(MONDAY + timedelta(days=14), 900)


def test_every_cent_is_somewhere_at_each_step_of_a_payout(ilse: Agent, bank: Fake) -> None:
    settle_at(ilse)
    earn(ilse, 5_000)
    measures.hold(ilse.pk, "EUR", amount=300, by=NOOR, reason="Two people on one log-in.", now=NOON)
    assert everything(euros(ilse)) == 5_000

    run = submitted(cutoff=NOON + timedelta(seconds=1))
    told = euros(ilse)
    assert (told.available_cents, [each.state for each in told.on_its_way]) == (0, ["due"])
    assert everything(told) == 5_000

    approving.approve(run.pk, by="operator:omar", digest=run.digest, now=NOON)
    approving.release(run.pk, now=NOON)
    sending.send(run.pk, now=NOON)
    told = euros(ilse)
    assert [(each.state, each.amount_cents) for each in told.on_its_way] == [("sent", 4_700)]
    assert everything(told) == 5_000

    Payout.objects.update(state="settled")
    told = euros(ilse)
    assert (told.on_its_way, told.paid_cents, everything(told)) == ((), 4_700, 300)


def test_held_money_names_its_reason_and_its_clock(ilse: Agent) -> None:
    settle_at(ilse)
    earn(ilse, 900)
    held = measures.hold(ilse.pk, "EUR", amount=300, by=NOOR, reason="Two people on one log-in.", now=NOON)

    (told,) = euros(ilse).held

    assert told == wallet.Held(300, "Two people on one log-in.", held.answer_by, held.pk, replied=False)


def test_a_payout_that_one_person_holds_is_held_and_not_on_its_way(ilse: Agent) -> None:
    settle_at(ilse)
    earn(ilse, 900)
    run = submitted()
    by = NOON + timedelta(days=3)
    approving.hold(run.payouts.get().pk, by=NOOR, reason="The name differs.", reply_by=by, now=NOON)

    told = euros(ilse)

    assert (told.held, told.on_its_way) == (
        (wallet.Held(900, "The name differs.", by, None, replied=False, payout=run.payouts.get().pk),),
        (),
    )


def test_what_was_sent_says_when_it_arrives(ilse: Agent, bank: Fake) -> None:
    settle_at(ilse)
    earn(ilse, 900)
    sent()

    (told,) = euros(ilse).on_its_way

    assert (told.masked, told.arrives_on) == ("•••• 3000", date(2026, 11, 25))


def test_points_are_units_that_may_wait_for_their_pool(ilse: Agent, facts: FactsMaker, lindenpay: Brand) -> None:
    rules = [*RULES, {"kind": "points", "units": 40, "outcomes": ["resolved"]}]
    plan = plans.publish(
        lindenpay.pk, tier="gold", currency="EUR", rules=rules, valid_from=NOON, by=NOOR, now=NOON - timedelta(days=1)
    )
    earnings.record(facts(plan_id=plan.pk, plan_version=1, tier="gold"), topic="Refund", now=NOON)

    told = {each.currency: each for each in wallet.of(ilse.pk, now=NOON)}["PTS"]

    assert (told.units, told.available_cents, told.pending) == (True, 0, (wallet.Pending(40, "pool"),))
    assert (told.next, told.cash_out, told.place) == (None, None, None)


class TestCashOut:
    def test_it_is_closed_until_a_person_has_opened_it(self, ilse: Agent) -> None:
        settle_at(ilse)
        earn(ilse, 900)

        told = euros(ilse).cash_out

        assert told is not None
        assert told.closed == "not_open"

    @pytest.mark.parametrize(("each", "closed"), [(900, ""), (899, "limit")])
    def test_it_says_what_arrives_when_or_that_it_is_too_much(
        self, ilse: Agent, bank: Fake, each: int, closed: str
    ) -> None:
        settle_at(ilse)
        earn(ilse, 900)
        cash_out.grant("fake", "EUR", each_at_most=each, daily_at_most=5_000, by=NOOR, now=NOON)

        told = euros(ilse).cash_out

        assert told == wallet.CashOut(closed, 900, each, date(2026, 11, 25))


def browser(agent: Agent) -> Client:
    client = Client()
    client.force_login(agent.user)
    return client


def put(client: Client, **changes: Any) -> Any:
    body = {
        "currency": "EUR",
        "provider": "manual_csv",
        "holder": "Ilse Berg",
        "account": "DE89 3704 0044 0532 0130 00",
    }
    return client.put("/api/v1/agent/payout-account", {**body, "zone": STOCKHOLM, **changes}, "application/json")


def test_an_agent_says_where_to_be_paid_and_sees_four_characters_of_it(ilse: Agent) -> None:
    hers = browser(ilse)

    answer = put(hers)

    assert (answer.status_code, answer.json()["masked"], answer.json()["cooling_off"]) == (200, "•••• 3000", False)
    told = hers.get("/api/v1/agent/money")
    assert "DE89" not in told.content.decode()
    assert put(hers, account=OTHER_IBAN).json()["cooling_off"] is True
    assert PayoutDestination.objects.filter(replaced_at=None).count() == 1


@pytest.mark.parametrize(
    "changes",
    [{"account": "DE00 3704"}, {"zone": "Mars/Olympus"}, {"provider": "shells"}, {"currency": "euro"}, {"holder": ""}],
)
def test_an_account_that_cannot_be_paid_is_refused_with_a_sentence(ilse: Agent, changes: dict[str, str]) -> None:
    answer = put(browser(ilse), **changes)

    assert answer.status_code in (400, 409)
    assert answer.json()["detail"]
    assert not PayoutDestination.objects.exists()


def test_a_cash_out_asked_for_twice_is_one(ilse: Agent, bank: Fake) -> None:
    long_ago = NOON - timedelta(days=400)  # this door reads the clock of the wall
    settle_at(ilse, now=long_ago)
    earn(ilse, 900, at=long_ago)
    cash_out.grant("fake", "EUR", each_at_most=2_000, daily_at_most=2_000, by=NOOR, now=long_ago)
    hers, body = browser(ilse), {"currency": "EUR", "request_id": str(uuid4())}

    codes = [hers.post("/api/v1/agent/cash-out", body, "application/json").status_code for _ in range(2)]

    assert codes == [204, 204]
    assert PayoutRun.objects.get().state == "releasing"
    assert Payout.objects.get().amount == 900


def test_nobody_sees_anothers_money(ilse: Agent, jonas: Agent) -> None:
    settle_at(ilse)
    earn(ilse, 900)
    released()

    assert browser(jonas).get("/api/v1/agent/money").json()["wallets"] == []
    assert Client().get("/api/v1/agent/money").status_code == 403
    assert (
        browser(jonas)
        .post("/api/v1/agent/cash-out", {"currency": "EUR", "request_id": str(uuid4())}, "application/json")
        .status_code
        == 409
    )
