"""What every provider of payouts can do, and the words in which it answers.

A provider is told what to pay (`submit`), asked what became of it (`lookup`), and heard (`parse_event`, `statement`).
It keeps nothing of ours: every answer names the instruction's own key, and the same answer may come any number of
times, in any order. Amounts are integers in the currency's minor unit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

KEY_LENGTH = 35  # ISO 20022's Max35Text, the shortest that any provider allows
TEXT_LENGTH = 140


class ProviderError(Exception):
    """A provider could not be understood; nothing is known to have happened."""


class NoAnswer(ProviderError):  # noqa: N818  (an answer that is missing)
    """The provider may or may not have acted: each instruction of the batch has to be looked up."""


class NotGenuine(ProviderError):  # noqa: N818  (said of a message)
    """What claims to come from the provider does not carry its signature, or cannot be read."""


class Status(StrEnum):
    ACCEPTED = "accepted"  # taken in charge; money may move
    SETTLED = "settled"  # left our account for good
    FAILED = "failed"  # will never be paid; no money moved
    RETURNED = "returned"  # left our account and came back
    ABSENT = "absent"  # the provider has never heard of it


@dataclass(frozen=True, slots=True)
class Destination:
    """Where the money goes: an IBAN with its holder, or an account at the provider itself."""

    holder: str
    iban: str = ""
    provider_account: str = ""


@dataclass(frozen=True, slots=True)
class Instruction:
    """Pay `amount` once. `key` is ours, unique for ever, and comes back in every answer."""

    key: str
    amount: int
    currency: str
    destination: Destination
    text: str  # what the payee reads

    def __post_init__(self) -> None:
        assert 0 < len(self.key) <= KEY_LENGTH, self.key
        assert self.key.isascii(), self.key
        assert self.key.isalnum(), self.key
        assert self.amount > 0, self.key
        assert len(self.text) <= TEXT_LENGTH, self.key


@dataclass(frozen=True, slots=True)
class Batch:
    """Instructions that leave together, in one file where the provider takes files."""

    message_id: str
    execution_date: date
    instructions: tuple[Instruction, ...]

    @property
    def total(self) -> int:
        return sum(instruction.amount for instruction in self.instructions)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the provider says of one instruction, or, with `message_id` in place of a key, of a whole batch."""

    status: Status
    key: str = ""
    message_id: str = ""
    reference: str = ""  # the provider's own
    reason: str = ""  # a code where the provider has one


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a bank statement: money that really moved. Out of our account is negative."""

    reference: str  # unique for this provider
    key: str
    amount: int
    currency: str
    booked_on: date
    text: str


@dataclass(frozen=True, slots=True)
class Event:
    """One message from the provider. `event_id` is the same whenever the same message is sent again."""

    event_id: str
    answers: tuple[Answer, ...] = ()
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Quote:
    """What a payout costs us, and the first day on which the payee can have it."""

    fee: int
    arrives_on: date


class Drop(Protocol):
    """Where payment files are laid for whoever carries them to the bank: each name once, whole, never changed."""

    def put(self, batch: Batch, content: bytes) -> bytes:
        """The file that stands under the batch's message id: this one, or the one laid there before."""

    def holds(self, key: str) -> bool:
        """Whether a file with this instruction has been laid."""


class PayoutProvider(Protocol):
    """One way out of the house. An adapter without a look-up is no adapter."""

    @property
    def name(self) -> str: ...

    @property
    def currencies(self) -> frozenset[str] | None:
        """None: any."""

    @property
    def batch_limit(self) -> int: ...

    @property
    def absent_after_seconds(self) -> int:
        """For how long after `submit` a look-up that finds nothing may still be wrong."""

    def check_destination(self, destination: Destination) -> str:
        """An empty string where it can be paid, else one sentence that says why not."""

    def quote(self, amount: int, currency: str, *, on: date) -> Quote: ...

    def submit(self, batch: Batch) -> Sequence[Answer]:
        """Each instruction that is answered for is ACCEPTED, SETTLED or FAILED; of the others nothing is known.

        Raises NoAnswer where nothing is known of any. A batch or an instruction given twice is paid once.
        """

    def lookup(self, key: str) -> Answer:
        """What became of the instruction; ABSENT where the provider has none. Raises NoAnswer."""

    def parse_event(self, headers: Mapping[str, str], raw: bytes) -> Event:
        """A message, proved to be the provider's. Raises NotGenuine."""

    def statement(self, since: datetime) -> Sequence[Entry]:
        """What moved on our account since then, where the provider can be asked; else nothing."""
