"""A bank simulator answers our files; every payout ends settled or returned without a hand."""

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from mockbank import server

from agents.models import Agent
from payouts import ledger
from payouts.models import BankEntry, Payout, PayoutAttempt, PayoutFile, PayoutRun
from payouts.providers.contract import Status
from payouts.providers.fake import Fake
from payouts.runs import clockwork, intake, outlets, reconciling
from tests.payouts import iso_files, payday
from tests.payouts.conftest import NOON, hire
from tests.payouts.payday import earn, owed, sent, settle_at

pytestmark = pytest.mark.usefixtures("fresh_database")  # No transaction of the test's own waits while the bank works.
bank = payday.bank
AGENTS = 24


class Bank:
    """The simulator behind its own HTTP door. What it says is fetched once, as from a mailbox."""

    def __init__(self, address: str) -> None:
        self.address = address

    def call(self, method: str, path: str, body: bytes | None = None) -> Any:
        asked = urllib.request.Request(self.address + path, data=body, method=method)
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return answer.read()

    def behave(self, **behaviour: Any) -> None:
        self.call("PATCH", "/_mock/accounts/ACME", json.dumps(behaviour).encode())

    def pay(self, file: bytes) -> dict[str, Any]:
        try:
            told: dict[str, Any] = json.loads(self.call("POST", "/payments", file))
        except urllib.error.HTTPError as refused:
            told = json.loads(refused.read())
        return told

    def days_pass(self, days: int) -> None:
        self.call("POST", f"/_mock/advance?days={days}")

    def mail(self) -> list[bytes]:
        """Every message waiting, in its own XML document. Interbank returns are told again by camt.054."""
        found = json.loads(self.call("GET", "/_mock/mailbox"))
        return [
            self.call("GET", f"/_mock/mailbox/{message['id']}")
            for message in found
            if not message["type"].startswith("pacs.")
        ]


@contextmanager
def simulator() -> Iterator[Bank]:
    served = server.make_server(server.Config(port=0, quiet=True, clock="2026-11-24T09:00"))
    thread = threading.Thread(target=served.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield Bank(f"http://127.0.0.1:{served.server_port}")
    finally:
        served.shutdown()
        served.server_close()
        thread.join()


@pytest.fixture
def acme(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bank]:
    with simulator() as made:
        accounts = json.loads(made.call("GET", "/_mock/accounts"))
        (iban,) = [account["iban"] for account in accounts if account["id"] == "ACME"]
        made.behave(balance=10**9)
        monkeypatch.setenv("BECKON_PAYOUT_SEPA_NAME", "Acme BV")
        monkeypatch.setenv("BECKON_PAYOUT_SEPA_IBAN", iban)
        yield made


def hear(bank: Bank) -> None:
    provider = outlets.required("sepa_file")
    for message in bank.mail():
        intake.receive(provider, {}, message, now=NOON)


def paid_out(count: int) -> PayoutRun:
    for number in range(count):
        agent = hire(f"Agent {number}")
        settle_at(agent, provider="sepa_file")
        earn(agent, 1_000 + number)
    return sent(provider="sepa_file")


@pytest.mark.parametrize("agents", [AGENTS, pytest.param(1_000, marks=pytest.mark.slow)])
def test_every_payout_of_a_run_settles_or_comes_back_without_a_hand(agents: int, bank: Fake, acme: Bank) -> None:
    run = paid_out(agents)
    returned = PayoutAttempt.objects.order_by("key")[3].key
    acme.behave(behaviour="return-later", parameters={"days": 3, "reason": "AC04", "end_to_end_id": returned})

    told = acme.pay(bytes(PayoutFile.objects.get().content))
    hear(acme)
    acme.days_pass(7)
    hear(acme)
    clockwork.advance(now=NOON)

    run.refresh_from_db()
    assert told["status"] == "ACCP"
    assert run.state == "closed"
    assert run.totals["ends"]["settled"]["payouts"] == agents - 1
    assert run.totals["ends"]["reversed"]["payouts"] == 1
    assert sum(owed(payout.account.agent) for payout in Payout.objects.filter(state="reversed")) > 0  # type: ignore[misc,arg-type]
    assert not reconciling.unmatched().exists()
    assert reconciling.drift() == {}
    assert ledger.audit(NOON).balanced


def test_the_same_file_sent_twice_pays_once(bank: Fake, acme: Bank) -> None:
    paid_out(3)
    file = bytes(PayoutFile.objects.get().content)

    first, again = acme.pay(file), acme.pay(file)
    hear(acme)
    acme.days_pass(3)
    hear(acme)

    assert (first["status"], again["status"]) == ("ACCP", "RJCT")
    assert set(Payout.objects.values_list("state", flat=True)) == {"settled"}
    assert sum(BankEntry.objects.values_list("amount", flat=True)) == -3_003
    assert not reconciling.unmatched().exists()


def test_a_file_that_the_bank_refuses_gives_everything_back(bank: Fake, acme: Bank) -> None:
    run = paid_out(3)
    acme.behave(behaviour="reject-file")

    acme.pay(bytes(PayoutFile.objects.get().content))
    hear(acme)

    assert set(Payout.objects.values_list("state", flat=True)) == {"reversed"}
    assert reconciling.close(run.pk, now=NOON).state == "closed"


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        (iso_files.camt053("STRANGER", "DBIT"), "No payout of ours has this key."),
        (iso_files.camt053("", "DBIT"), "No payout of ours has this key."),
    ],
)
def test_a_movement_that_nobody_here_caused_waits_for_a_person(
    entry: bytes, problem: str, bank: Fake, acme: Bank
) -> None:
    intake.receive(outlets.required("sepa_file"), {}, entry, now=NOON)

    (waiting,) = reconciling.unmatched()
    assert (waiting.amount, waiting.problem) == (-12_345, problem)


def test_a_movement_of_another_amount_waits_for_a_person(bank: Fake, acme: Bank) -> None:
    paid_out(1)
    key = PayoutAttempt.objects.get().key

    intake.receive(outlets.required("sepa_file"), {}, iso_files.camt053(key, "DBIT", "9.99"), now=NOON)

    (waiting,) = reconciling.unmatched()
    assert waiting.problem == "The payout is 10.00 EUR."


def test_the_bank_paying_twice_is_seen(bank: Fake, acme: Bank) -> None:
    paid_out(1)
    key = PayoutAttempt.objects.get().key
    provider = outlets.required("sepa_file")

    intake.receive(provider, {}, iso_files.camt053(key, "DBIT", "10.00"), now=NOON)
    intake.receive(provider, {}, iso_files.camt054(key, "DBIT", "10.00"), now=NOON)
    assert not reconciling.unmatched().exists()
    intake.receive(provider, {}, iso_files.camt053(key, "DBIT", "10.00", day="2026-12-02"), now=NOON)

    (waiting,) = reconciling.unmatched()
    assert waiting.problem == "The same movement has been told before, on another day."


def test_files_are_fetched_and_answers_taken_in_from_the_command_line(
    bank: Fake, acme: Bank, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paid_out(2)
    call_command("payouts", "files", str(tmp_path / "out"))
    call_command("payouts", "files", str(tmp_path / "out"))
    (file,) = (tmp_path / "out").glob("*.xml")

    acme.pay(file.read_bytes())
    acme.days_pass(3)
    for number, message in enumerate(acme.mail()):
        (tmp_path / f"{number}.xml").write_bytes(message)
    answers = [str(path) for path in sorted(tmp_path.glob("*.xml"))]
    call_command("payouts", "ingest", "sepa_file", *answers)
    call_command("payouts", "ingest", "sepa_file", answers[0])

    assert set(Payout.objects.values_list("state", flat=True)) == {"settled"}
    assert capsys.readouterr().out.count("known already") == 1


def test_a_signed_message_is_taken_in_at_the_door_once(bank: Fake, ilse: Agent) -> None:
    settle_at(ilse)
    earn(ilse, 300)
    sent()
    headers, raw = bank.event(PayoutAttempt.objects.get().key, Status.SETTLED)
    door, kind = "/api/v1/payouts/events/fake", "application/json"

    answers = [Client().post(door, raw, content_type=kind, headers=headers) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [204, 204]
    assert Payout.objects.get().state == "settled"


@pytest.mark.parametrize("provider", ["fake", "sepa_file", "manual_csv", "stripe_connect", "nobody"])
def test_an_unsigned_message_is_refused_at_the_door(provider: str, bank: Fake, ilse: Agent) -> None:
    settle_at(ilse)
    earn(ilse, 300)
    sent()
    _, raw = bank.event(PayoutAttempt.objects.get().key, Status.SETTLED)

    answer = Client().post(f"/api/v1/payouts/events/{provider}", raw, content_type="application/json")

    assert answer.status_code == (400 if provider == "fake" else 404)
    assert Payout.objects.get().state == "sent"
