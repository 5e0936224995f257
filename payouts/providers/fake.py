"""A provider that misbehaves on purpose, the same way for the same seed. For tests, trials and demonstrations.

What it has "paid" lies in a file of its own, so that it outlives a killed worker as a real bank would.
"""

import hashlib
import hmac
import json
import random
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict
from datetime import date, datetime, timedelta
from pathlib import Path

from payouts.providers.contract import (
    Answer,
    Batch,
    Destination,
    Entry,
    Event,
    Instruction,
    NoAnswer,
    NotGenuine,
    Quote,
    Status,
)

SIGNATURE = "X-Fake-Signature"
SCHEMA = """
create table if not exists payment (key text primary key, amount integer, currency text, holder text, state text,
                                    reason text)"""


class Fake:
    """`faults`: how often each thing goes wrong, as shares of 1."""

    name = "fake"
    currencies = None
    batch_limit = 40
    absent_after_seconds = 60

    def __init__(self, file: Path, *, seed: int = 0, faults: Mapping[str, float] | None = None) -> None:
        self._file, self._seed = file, seed
        self._faults = {"lost_before": 0.0, "lost_after": 0.0, "deaf": 0.0, "refused": 0.0, "returned": 0.0}
        self._faults |= faults or {}

    def check_destination(self, destination: Destination) -> str:
        return "" if destination.holder.strip() else "The name of the account's holder is missing."

    def quote(self, amount: int, currency: str, *, on: date) -> Quote:
        return Quote(fee=0, arrives_on=on + timedelta(days=1))

    def submit(self, batch: Batch) -> Sequence[Answer]:
        if self._goes_wrong("lost_before", batch.message_id):
            raise NoAnswer("The line broke before the bank heard anything.")
        with self._bank() as bank:
            answers = [self._take(bank, instruction) for instruction in batch.instructions]
        if self._goes_wrong("lost_after", batch.message_id):
            raise NoAnswer("The line broke after the bank had taken everything in charge.")
        return answers

    def lookup(self, key: str) -> Answer:
        with self._bank() as bank:
            asked = bank.execute("select count(*) from payment").fetchone()[0]
            row = bank.execute("select state, reason from payment where key = ?", [key]).fetchone()
        if self._goes_wrong("deaf", f"{key}:{asked}"):
            raise NoAnswer("Nobody picks up.")
        return Answer(Status(row[0]), key=key, reason=row[1]) if row else Answer(Status.ABSENT, key=key)

    def parse_event(self, headers: Mapping[str, str], raw: bytes) -> Event:
        if not hmac.compare_digest(headers.get(SIGNATURE, ""), self._sign(raw)):
            raise NotGenuine("This event was not signed by the fake bank.")
        told = json.loads(raw)
        answers = tuple(Answer(**answer | {"status": Status(answer["status"])}) for answer in told["answers"])
        return Event(told["event_id"], answers)

    def statement(self, since: datetime) -> Sequence[Entry]:
        with self._bank() as bank:
            rows = bank.execute("select key, amount, currency, state from payment order by rowid").fetchall()
        entries = []
        for key, amount, currency, state in rows:
            signs = {Status.SETTLED: [-1], Status.RETURNED: [-1, 1]}.get(Status(state), [])
            entries += [Entry(f"{key}:{sign}", key, sign * amount, currency, since.date(), "") for sign in signs]
        return entries

    def work(self) -> None:
        """A banking day passes: what was accepted settles, and some of it comes back."""
        with self._bank() as bank:
            for (key,) in bank.execute("select key from payment where state = 'accepted'").fetchall():
                state = Status.RETURNED if self._goes_wrong("returned", key) else Status.SETTLED
                bank.execute("update payment set state = ?, reason = ? where key = ?", [state, "AC04", key])

    def events(self) -> list[tuple[dict[str, str], bytes]]:
        """The news of every payment, some told twice, none in order."""
        chance = random.Random(f"{self._seed}:events")  # noqa: S311  (a fault by seed is no secret)
        told = []
        with self._bank() as bank:
            for key, state, reason in bank.execute("select key, state, reason from payment").fetchall():
                states = ["accepted", state] if state in ("settled", "failed") else ["accepted", "settled", state]
                told += [self.event(key, Status(told_state), reason) for told_state in dict.fromkeys(states)]
        told += chance.choices(told, k=len(told) // 2) if told else []
        chance.shuffle(told)
        return told

    def event(self, key: str, status: Status, reason: str = "") -> tuple[dict[str, str], bytes]:
        answer = asdict(Answer(status, key=key, reason=reason))
        raw = json.dumps({"event_id": f"{key}:{status}", "answers": [answer]}).encode()
        return {SIGNATURE: self._sign(raw)}, raw

    def paid(self) -> dict[str, int]:
        """What every payee holds for good, by the name of the holder: to be compared with the books."""
        with self._bank() as bank:
            rows = bank.execute(
                "select holder, sum(amount) from payment where state in ('accepted', 'settled') group by holder"
            )
            return {str(holder): int(amount) for holder, amount in rows}

    def _take(self, bank: sqlite3.Connection, one: Instruction) -> Answer:
        """A key known already is answered as before; that is the whole of idempotency."""
        state = Status.FAILED if self._goes_wrong("refused", one.key) else Status.ACCEPTED
        reason = "AC01" if state is Status.FAILED else ""
        values = [one.key, one.amount, one.currency, one.destination.holder, state, reason]
        bank.execute("insert into payment values (?, ?, ?, ?, ?, ?) on conflict (key) do nothing", values)
        told = bank.execute("select state, reason from payment where key = ?", [one.key]).fetchone()
        return Answer(Status(told[0]), key=one.key, reason=told[1])

    @contextmanager
    def _bank(self) -> Iterator[sqlite3.Connection]:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self._file, timeout=20)) as bank, bank:
            bank.execute(SCHEMA)
            yield bank

    def _goes_wrong(self, fault: str, what: str) -> bool:
        chance = random.Random(f"{self._seed}:{fault}:{what}")  # noqa: S311  (a fault by seed is no secret)
        return chance.random() < self._faults[fault]

    def _sign(self, raw: bytes) -> str:
        return hmac.new(f"fake:{self._seed}".encode(), raw, hashlib.sha256).hexdigest()
