"""Payouts that a person makes by hand: a table out, the same table with its outcome filled in back."""

import csv
import hashlib
import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from payouts.providers.contract import (
    Answer,
    Batch,
    Destination,
    Drop,
    Entry,
    Event,
    NoAnswer,
    NotGenuine,
    Quote,
    Status,
)
from payouts.providers.sepa_file import next_business_day

COLUMNS = ("key", "holder", "account", "amount", "currency", "text", "outcome", "reference", "reason")
OUTCOMES = {"": None, "paid": Status.SETTLED, "refused": Status.FAILED, "returned": Status.RETURNED}
RISKY = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes for the beginning of a formula
LARGEST_BYTES = 8 * 1024 * 1024


class ManualCsv:
    """The table is laid in the drop. Amounts are minor units, so that no reader's decimal point can move them."""

    name = "manual_csv"
    currencies = None
    batch_limit = 500
    absent_after_seconds = 60

    def __init__(self, drop: Drop) -> None:
        self._drop = drop

    def check_destination(self, destination: Destination) -> str:
        if not destination.holder.strip() or not (destination.iban or destination.provider_account):
            return "A payout by hand needs the holder's name and an account."
        return ""

    def quote(self, amount: int, currency: str, *, on: date) -> Quote:
        return Quote(fee=0, arrives_on=next_business_day(on))

    def submit(self, batch: Batch) -> Sequence[Answer]:
        content = render(batch)
        try:
            self._drop.put(batch, content)
        except OSError as error:
            raise NoAnswer("The file may or may not lie in the drop.") from error
        return [Answer(Status.ACCEPTED, key=instruction.key) for instruction in batch.instructions]

    def lookup(self, key: str) -> Answer:
        return Answer(Status.ACCEPTED if self._drop.holds(key) else Status.ABSENT, key=key)

    def parse_event(self, headers: Mapping[str, str], raw: bytes) -> Event:
        """The table with `outcome` filled in; rows left empty say nothing yet."""
        if len(raw) > LARGEST_BYTES:
            raise NotGenuine("The table is larger than any that was sent.")
        try:
            table = csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline=""), strict=True)
            if not {"key", "outcome", "reference", "reason"} <= set(table.fieldnames or ()):
                raise NotGenuine("The table lacks a column of the one that was sent.")
            answers = tuple(answer for row in table if (answer := _answer(row)) is not None)
        except (UnicodeDecodeError, csv.Error, KeyError, AttributeError) as error:
            raise NotGenuine("The table is not the one that was sent: an outcome is unknown.") from error
        return Event(hashlib.sha256(raw).hexdigest(), answers)

    def statement(self, since: datetime) -> Sequence[Entry]:
        return []


def render(batch: Batch) -> bytes:
    table = io.StringIO()
    writer = csv.writer(table, quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    for one in batch.instructions:
        account = one.destination.iban or one.destination.provider_account
        cells = (one.key, one.destination.holder, account, str(one.amount), one.currency, one.text, "", "", "")
        writer.writerow([safe(cell) for cell in cells])
    return table.getvalue().encode("utf-8-sig")


def safe(cell: str) -> str:
    """The same text, never a formula."""
    return f"'{cell}" if cell.startswith(RISKY) else cell


def _answer(row: Mapping[str, str]) -> Answer | None:
    status = OUTCOMES[row["outcome"].strip().lower()]
    if status is None:
        return None
    return Answer(status, key=row["key"].strip(), reference=row["reference"].strip(), reason=row["reason"].strip()[:35])
