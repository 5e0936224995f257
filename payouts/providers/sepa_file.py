"""SEPA credit transfers in a file: pain.001.001.09 out; pain.002, camt.053 and camt.054 in.

No postal address is sent: a SEPA bank takes structured ones only, and a payout needs none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import schwifty
from sepaxml import SepaTransfer

from payouts.providers import iso20022
from payouts.providers.contract import Answer, Batch, Destination, Drop, Entry, Event, NoAnswer, Quote, Status

SCHEMA = "pain.001.001.09"
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Debtor:
    """The account that pays."""

    name: str
    iban: str
    bic: str = ""


class SepaFile:
    """A file is laid in the drop; whoever carries it to the bank lays the bank's files before `parse_event`."""

    name = "sepa_file"
    currencies = frozenset({"EUR"})
    batch_limit = 5_000
    absent_after_seconds = 60

    def __init__(self, debtor: Debtor, drop: Drop) -> None:
        self._debtor, self._drop = debtor, drop

    def check_destination(self, destination: Destination) -> str:
        if not destination.holder.strip():
            return "The name of the account's holder is missing."
        return iban_problem(destination.iban)

    def quote(self, amount: int, currency: str, *, on: date) -> Quote:
        return Quote(fee=0, arrives_on=next_business_day(on))

    def submit(self, batch: Batch) -> Sequence[Answer]:
        content = self.render(batch)
        try:
            self._drop.put(batch, content)
        except OSError as error:
            raise NoAnswer("The file may or may not lie in the drop.") from error
        return [Answer(Status.ACCEPTED, key=instruction.key) for instruction in batch.instructions]

    def lookup(self, key: str) -> Answer:
        return Answer(Status.ACCEPTED if self._drop.holds(key) else Status.ABSENT, key=key)

    def parse_event(self, headers: Mapping[str, str], raw: bytes) -> Event:
        """The files carry no signature: what proves them is who may lay them here, a door's business."""
        return iso20022.read(raw)

    def statement(self, since: datetime) -> Sequence[Entry]:
        return []  # Statements are files too: they arrive as events.

    def render(self, batch: Batch) -> bytes:
        """The file, validated against the schema of ISO 20022."""
        config = {"name": self._debtor.name, "IBAN": self._debtor.iban, "batch": True, "currency": "EUR"}
        file = _File(config | ({"BIC": self._debtor.bic} if self._debtor.bic else {}), batch.message_id)
        for instruction in batch.instructions:
            assert instruction.currency == "EUR", instruction.key
            payment = {
                "name": instruction.destination.holder,
                "IBAN": instruction.destination.iban,
                "amount": instruction.amount,
                "execution_date": batch.execution_date,
                "description": instruction.text,
                "endtoend_id": instruction.key,
            }
            file.add_payment(payment)
        return bytes(file.export(validate=True))


class _File(SepaTransfer):  # type: ignore[misc]  # the library is untyped
    """The library gives each file an id of its own making; ours is the one by which the bank knows a twin."""

    def __init__(self, config: dict[str, object], message_id: str) -> None:
        self._ours = message_id
        super().__init__(config, schema=SCHEMA)

    def _create_header(self) -> None:
        self.msg_id = self._ours
        super()._create_header()


def iban_problem(iban: str) -> str:
    """An empty string for an IBAN with the right length, form and check digits; else one sentence."""
    try:
        schwifty.IBAN(iban)
    except ValueError:
        return "This is not a valid IBAN: check it digit by digit."
    return ""


def next_business_day(day: date) -> date:
    """The next day on which SEPA settles, holidays aside: a bank moves those on by itself."""
    day += timedelta(days=1)
    while day.weekday() >= SATURDAY:
        day += timedelta(days=1)
    return day
