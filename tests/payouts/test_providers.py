"""One contract for every provider: what is told twice is paid once, what is not known can be found out."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from payouts.providers.contract import Destination, Instruction, NoAnswer, NotGenuine, Status
from tests.payouts import banks
from tests.payouts.banks import Bank, batch

PROVIDERS = ["fake", "sepa_file", "manual_csv", "stripe_connect"]
TAKEN = {Status.ACCEPTED, Status.SETTLED}


@pytest.fixture(params=PROVIDERS)
def bank(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bank]:
    with banks.bank(request.param, tmp_path) as made:
        yield made


def test_what_is_submitted_is_taken_in_charge_with_its_amount(bank: Bank) -> None:
    answers = bank.provider.submit(batch(bank, "A1", "A2"))

    assert {answer.key: answer.status in TAKEN for answer in answers} == {"A1": True, "A2": True}
    assert bank.paid("A1") == bank.paid("A2") == 12_345


def test_the_same_batch_twice_is_paid_once(bank: Bank) -> None:
    bank.provider.submit(batch(bank, "A1"))

    answers = bank.provider.submit(batch(bank, "A1"))

    assert answers[0].status in TAKEN
    assert bank.paid("A1") == 12_345


def test_the_same_batch_many_times_at_once_is_paid_once(bank: Bank) -> None:
    def submit() -> None:
        bank.provider.submit(batch(bank, "A1"))

    banks.all_at_once(8, submit)

    assert bank.paid("A1") == 12_345
    assert bank.provider.lookup("A1").status in TAKEN


def test_an_answer_that_is_lost_is_found_by_looking_up(bank: Bank) -> None:
    bank.lose_the_next_answer()
    told: list[Any] = []
    with suppress(NoAnswer):
        told = list(bank.provider.submit(batch(bank, "A1")))

    assert told == [], "nothing is claimed of what is not known"
    assert bank.paid("A1") == 12_345
    assert bank.provider.lookup("A1").status in TAKEN


def test_what_was_never_submitted_is_absent(bank: Bank) -> None:
    bank.provider.submit(batch(bank, "A1"))

    assert bank.provider.lookup("A2").status is Status.ABSENT
    assert bank.provider.absent_after_seconds > 0


@pytest.mark.parametrize("status", [Status.SETTLED, Status.RETURNED])
def test_the_same_message_is_the_same_event_however_often_it_comes(bank: Bank, status: Status) -> None:
    bank.provider.submit(batch(bank, "A1"))
    headers, raw = bank.tell("A1", status)

    first, again = bank.provider.parse_event(headers, raw), bank.provider.parse_event(headers, raw)

    assert first == again
    assert [(answer.key, answer.status) for answer in first.answers] == [("A1", status)]


@pytest.mark.parametrize("status", [Status.SETTLED, Status.RETURNED])
def test_two_different_messages_are_two_events(bank: Bank, status: Status) -> None:
    bank.provider.submit(batch(bank, "A1", "A2"))

    events = [bank.provider.parse_event(*bank.tell(key, status)) for key in ("A1", "A2")]

    assert events[0].event_id != events[1].event_id


@pytest.mark.parametrize(
    "raw", [b"", b"\x00", b"not what you expect", b"<Document/>", b'{"id": "evt_1"}', b"key\r\nA1\r\n", b"\xff" * 99]
)
def test_what_the_provider_cannot_have_sent_is_refused(bank: Bank, raw: bytes) -> None:
    with pytest.raises(NotGenuine):
        bank.provider.parse_event({}, raw)


def test_a_destination_is_judged_before_money_leaves(bank: Bank) -> None:
    assert bank.provider.check_destination(bank.good()) == ""
    assert bank.provider.check_destination(bank.bad()).endswith(".")


def test_a_quote_says_what_it_costs_and_when_it_arrives(bank: Bank) -> None:
    quote = bank.provider.quote(12_345, "EUR", on=date(2026, 11, 27))

    assert quote.fee == 0
    assert quote.arrives_on >= date(2026, 11, 27)


def test_a_statement_holds_only_what_moved(bank: Bank) -> None:
    bank.provider.submit(batch(bank, "A1"))

    entries = bank.provider.statement(datetime(2026, 11, 1, tzinfo=UTC))

    assert all(entry.key == "A1" and entry.amount == -12_345 for entry in entries)


@pytest.mark.parametrize("wrong", [{"amount": 0}, {"amount": -1}, {"key": ""}, {"key": "a-b"}, {"key": "x" * 36}])
def test_an_instruction_that_no_bank_would_take_cannot_be_made(wrong: dict[str, Any]) -> None:
    given: dict[str, Any] = {"key": "A1", "amount": 1, "currency": "EUR", "text": ""}
    with pytest.raises(AssertionError):
        Instruction(**given | wrong, destination=Destination("Ilse"))
