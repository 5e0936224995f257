"""What the tests of payout runs share: money earned, a place to pay it to, and a run taken as far as asked."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from agents.models import Agent
from payouts import ledger
from payouts.models import Payout, PayoutAttempt, PayoutDestination, PayoutRun
from payouts.providers.contract import Answer, Destination, Status
from payouts.providers.fake import Fake
from payouts.runs import approving, destinations, intake, preparing, proving, sending
from tests.payouts.conftest import NOON

MONDAY = NOON - timedelta(days=1, hours=13)  # Monday 2026-11-23, 00:00 in Stockholm
STOCKHOLM = "Europe/Stockholm"
NOOR, OMAR = "operator:noor", "operator:omar"
SEPA = {"BECKON_PAYOUT_SEPA_NAME": "Beckon Payouts", "BECKON_PAYOUT_SEPA_IBAN": "NL42MOCK0000000001"}
IBAN = "DE89370400440532013000"


@pytest.fixture
def bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fake:
    """The fake bank that this installation pays through, and nothing wrong with it."""
    return misbehaving(tmp_path, monkeypatch)


def misbehaving(folder: Path, monkeypatch: pytest.MonkeyPatch, *, seed: int = 0, **faults: float) -> Fake:
    told = {"file": str(folder / "bank.db"), "seed": seed, "faults": faults}
    monkeypatch.setenv("BECKON_PAYOUT_FAKE", json.dumps(told))
    return Fake(folder / "bank.db", seed=seed, faults=faults)


def earn(agent: Agent, cents: int, *, at: datetime = MONDAY - timedelta(hours=5)) -> None:
    entry = ledger.Entry(source=f"goodwill:{uuid4()}", kind="goodwill", amount=cents)
    ledger.post(agent.pk, "EUR", entry, now=at)


def settle_at(
    agent: Agent,
    *,
    account: str = IBAN,
    provider: str = "fake",
    zone: str = STOCKHOLM,
    now: datetime = MONDAY - timedelta(days=30),
) -> PayoutDestination:
    """Where the agent wants to be paid, told long ago."""
    to = Destination(agent.display_name, iban=account, provider_account="acct_1")
    return destinations.change(agent.pk, "EUR", to, provider=provider, zone=zone, by=f"agent:{agent.pk}", now=now)


def computed(*, cutoff: datetime = MONDAY, provider: str = "fake", now: datetime = NOON, **fields: object) -> PayoutRun:
    run = preparing.open_run(
        due_key=f"manual:{uuid4()}",
        prepared_by="system",
        now=now,
        kind=PayoutRun.Kind.MANUAL,
        provider=provider,
        currency="EUR",
        cutoff=cutoff,
        **fields,
    )
    return preparing.prepare(run.pk, now=now)


def submitted(*, now: datetime = NOON, **fields: object) -> PayoutRun:
    run = proving.prove(computed(now=now, **fields).pk, now=now)  # type: ignore[arg-type]
    return approving.submit(run.pk, by=NOOR, now=now)


def released(*, now: datetime = NOON, **fields: object) -> PayoutRun:
    run = submitted(now=now, **fields)
    approving.approve(run.pk, by=OMAR, digest=run.digest, now=now)
    return approving.release(run.pk, now=now)


def sent(*, now: datetime = NOON, **fields: object) -> PayoutRun:
    run = released(now=now, **fields)
    sending.send(run.pk, now=now)
    return run


def owed(agent: Agent) -> int:
    return sum(balance.amount for balance in ledger.balance(agent.pk))


def the_payout() -> Payout:
    return Payout.objects.get()


def tell(status: Status, *, key: str = "", reason: str = "") -> int:
    key = key or PayoutAttempt.objects.latest("prepared_at").key
    return intake.apply("fake", [Answer(status, key=key, reason=reason)], now=NOON)
