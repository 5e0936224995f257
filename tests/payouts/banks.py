"""Each provider with its counterparty, in the form that the contract's tests ask: what was paid, what is told."""

import csv
import io
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4
from xml.etree import ElementTree

from payouts.providers.contract import Batch, Destination, Instruction, PayoutProvider, Status
from payouts.providers.fake import Fake
from payouts.providers.manual_csv import ManualCsv
from payouts.providers.sepa_file import Debtor, SepaFile
from payouts.providers.stripe_connect import StripeConnect
from tests.payouts import iso_files, stripe_api

DEBTOR = Debtor(name="Beckon Payouts", iban="NL42MOCK0000000001")
MONDAY = date(2026, 11, 30)
Message = tuple[dict[str, str], bytes]


class Bank(Protocol):
    """The other side of a provider."""

    provider: PayoutProvider

    def good(self) -> Destination: ...

    def bad(self) -> Destination: ...

    def paid(self, key: str) -> int:
        """Minor units that the counterparty has been told to pay, or has paid, under this key."""

    def lose_the_next_answer(self) -> None: ...

    def tell(self, key: str, status: Status) -> Message: ...


class FakeBank:
    def __init__(self, folder: Path) -> None:
        self.file = folder / "fake.db"
        self.provider: Any = Fake(self.file)

    def good(self) -> Destination:
        return Destination("Ilse Brandt", provider_account="1")

    def bad(self) -> Destination:
        return Destination("", provider_account="1")

    def paid(self, key: str) -> int:
        with self.provider._bank() as bank:
            row = bank.execute("select sum(amount) from payment where key = ?", [key]).fetchone()
        return row[0] or 0

    def lose_the_next_answer(self) -> None:
        self.provider = Fake(self.file, faults={"lost_after": 1.0})

    def tell(self, key: str, status: Status) -> Message:
        return Fake(self.file).event(key, status)


class StripeBank:
    def __init__(self, stripe: stripe_api.Stripe) -> None:
        self.stripe = stripe
        self.provider: Any = StripeConnect("sk_test_beckon", stripe_api.SECRET, address=stripe.address)

    def good(self) -> Destination:
        return Destination("Ilse Brandt", provider_account="acct_ilse")

    def bad(self) -> Destination:
        return Destination("Ilse Brandt", provider_account="acct_unknown")

    def paid(self, key: str) -> int:
        return sum(one["amount"] for one in self.stripe.listed(key)["data"])

    def lose_the_next_answer(self) -> None:
        self.stripe.lose_answers = 1

    def tell(self, key: str, status: Status) -> Message:
        transfer = self.stripe.of(key)
        if status is Status.RETURNED:
            transfer["reversed"] = True
            return self.stripe.event("transfer.reversed", transfer)
        return self.stripe.event("transfer.created", transfer)


class FolderDrop:
    """Files in a folder, `<message id>.<suffix>`, with a line per key in an index beside them."""

    def __init__(self, folder: Path, suffix: str) -> None:
        self._folder, self._suffix = folder, suffix

    def put(self, batch: Batch, content: bytes) -> bytes:
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{batch.message_id}.{self._suffix}"
        index = self._folder / f"{batch.message_id}.keys"
        index.write_text("\n".join(instruction.key for instruction in batch.instructions), encoding="ascii")
        draft = self._folder / f"{uuid4()}.draft"
        draft.write_bytes(content)
        try:
            os.link(draft, path)  # Fails where the name is taken: the first stands, however many try at once.
        except FileExistsError:
            pass
        finally:
            draft.unlink()
        return path.read_bytes()

    def holds(self, key: str) -> bool:
        return any(
            key in index.read_text(encoding="ascii").split()
            for index in self._folder.glob("*.keys")
            if index.with_suffix(f".{self._suffix}").exists()
        )


class LossyDrop(FolderDrop):
    """A folder over a line that may break once the file lies there."""

    lose = False

    def put(self, batch: Batch, content: bytes) -> bytes:
        laid = super().put(batch, content)
        if self.lose:
            self.lose = False
            raise OSError("The connection was reset after the file had been written.")
        return laid


class SepaBank:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.drop = LossyDrop(folder, "xml")
        self.provider: Any = SepaFile(DEBTOR, self.drop)

    def good(self) -> Destination:
        return Destination("Ilse Brandt", iban="DE89370400440532013000")

    def bad(self) -> Destination:
        return Destination("Ilse Brandt", iban="DE89370400440532013001")

    def paid(self, key: str) -> int:
        total = 0
        for file in self.folder.glob("*.xml"):
            for payment in ElementTree.parse(file).iter(f"{{{iso_files.PAIN001}}}CdtTrfTxInf"):
                if payment.findtext(f".//{{{iso_files.PAIN001}}}EndToEndId") == key:
                    amount = payment.findtext(f".//{{{iso_files.PAIN001}}}InstdAmt") or ""
                    total += int(amount.replace(".", ""))
        return total

    def lose_the_next_answer(self) -> None:
        self.drop.lose = True

    def tell(self, key: str, status: Status) -> Message:
        if status in (Status.ACCEPTED, Status.FAILED):
            return {}, iso_files.pain002(key, "ACSP" if status is Status.ACCEPTED else "RJCT", "AC04")
        return {}, iso_files.camt053(key, "DBIT" if status is Status.SETTLED else "CRDT")


class CsvBank:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.drop = LossyDrop(folder, "csv")
        self.provider: Any = ManualCsv(self.drop)

    def good(self) -> Destination:
        return Destination("Ilse Brandt", iban="DE89370400440532013000")

    def bad(self) -> Destination:
        return Destination("Ilse Brandt")

    def rows(self) -> Iterator[dict[str, str]]:
        for file in self.folder.glob("*.csv"):
            yield from csv.DictReader(io.StringIO(file.read_bytes().decode("utf-8-sig"), newline=""))

    def paid(self, key: str) -> int:
        return sum(int(row["amount"]) for row in self.rows() if row["key"] == key)

    def lose_the_next_answer(self) -> None:
        self.drop.lose = True

    def tell(self, key: str, status: Status) -> Message:
        words = {Status.SETTLED: "paid", Status.FAILED: "refused", Status.RETURNED: "returned", Status.ACCEPTED: ""}
        table = io.StringIO()
        (row,) = [row for row in self.rows() if row["key"] == key]
        writer = csv.DictWriter(table, fieldnames=list(row))
        writer.writeheader()
        writer.writerow(row | {"outcome": words[status]})
        return {}, table.getvalue().encode()


@contextmanager
def bank(name: str, folder: Path) -> Iterator[Bank]:
    if name == "stripe_connect":
        with stripe_api.running() as stripe:
            yield StripeBank(stripe)
    else:
        made: dict[str, Callable[[Path], Bank]] = {"fake": FakeBank, "sepa_file": SepaBank, "manual_csv": CsvBank}
        yield made[name](folder)


def batch(bank: Bank, *keys: str, message_id: str = "B1", amount: int = 12_345) -> Batch:
    text = "Payout 2026-48"
    return Batch(message_id, MONDAY, tuple(Instruction(key, amount, "EUR", bank.good(), text) for key in keys))


def all_at_once(times: int, act: Any) -> None:
    threads = [threading.Thread(target=act) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
