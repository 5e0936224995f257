"""A year of a small marketplace, lived in minutes through the product's own rooms, and judged by programs of others.

Usage: python -m tests.payouts.year [--weeks 52] [--agents 8] [--chats 8] [--seed 1] [--folder FOLDER]

Chats with every rule of pay, scores, tips, shifts with guarantees, corrections, holds, clawbacks and what is still owed
of them, points; each Monday a payout run approved by two people and answered by a bank that sends some back; cash-outs;
a root for every day; books closed every month and archived in the next. At the end the ledger proves itself, hledger
and beancount accept its journal, and each refuses the same journal with one cent altered. Exit status 0 if all do.
"""

import argparse
import json
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

FIRST_MONDAY = datetime(2025, 12, 1, 3, tzinfo=UTC)
WEEK, DAY = timedelta(days=7), timedelta(days=1)
NOOR, OMAR = "operator:noor", "operator:omar"
RULES: list[dict[str, Any]] = [
    {"kind": "per_chat", "rate_cents": 290, "outcomes": ["resolved", "left"]},
    {"kind": "per_minute", "rate_cents": 22},
    {"kind": "surge", "highest_percent": 50},
    {"kind": "quality_bonus", "rate_cents": 60, "least_score": 4},
    {"kind": "tip"},
    {"kind": "guarantee", "rate_cents": 1500},
    {"kind": "points", "units": 40, "outcomes": ["resolved"]},
]
FAULTS = {"lost_after": 0.1, "refused": 0.03, "returned": 0.05}


@dataclass(frozen=True)
class Judged:
    """What a year came to. `refused` is how many of the altered journals each program refused, out of `altered`."""

    postings: int
    payouts: int
    nights: int
    faults: dict[str, int]
    accepted: dict[str, bool]
    refused: dict[str, int]
    altered: int

    @property
    def holds(self) -> bool:
        whole = all(self.accepted.values()) and all(count == self.altered for count in self.refused.values())
        return not self.faults and whole and self.postings > 0 and self.payouts > 0


class Year:
    """One brand, its agents, a bank and a clock that goes from event to event."""

    def __init__(self, folder: Path, *, agents: int, chats: int, seed: int) -> None:
        from payouts.providers.fake import Fake

        self.chance, self.chats = random.Random(seed), chats
        self.now = FIRST_MONDAY
        self.bank = Fake(folder / "bank.db", seed=seed, faults=FAULTS)
        self._found(agents)

    def live(self, weeks: int) -> None:
        """So many weeks, from Monday to Monday, then some without chats, in which what is open comes to rest."""
        for number in range(weeks):
            self._work()
            self._decide()
            self._pay()
            if number % 4 == 3:
                self._close_books()
        for _ in range(3):
            self._pay()

    def _found(self, count: int) -> None:
        from brands.models import Brand
        from payouts import plans, pools
        from payouts.runs import cash_out
        from tests.payouts.conftest import hire
        from tests.payouts.payday import settle_at

        begins = FIRST_MONDAY - WEEK
        self.brand = Brand.objects.create(name="Lindenpay", slug="lindenpay", currency="EUR", created_at=begins)
        self.plan = plans.publish(
            self.brand.pk, tier="standard", currency="EUR", rules=RULES, valid_from=begins, by=NOOR, now=begins
        )
        pools.set_ceiling(self.brand.pk, "PTS", ceiling=10**9, by=NOOR, now=begins)
        cash_out.grant("fake", "EUR", each_at_most=10**6, daily_at_most=10**7, by=OMAR, now=begins)
        self.agents = [hire(f"Agent{number}") for number in range(count)]
        for agent in self.agents:
            settle_at(agent, now=begins)

    def _work(self) -> None:
        """A week of chats, in the order of time, with what customers give afterwards."""
        times = sorted(self.chance.uniform(0, 6.5) for _ in range(self.chats * len(self.agents)))
        monday = self.now
        for days in times:
            self.now = monday + timedelta(days=days)
            self._chat()
            if self.chance.random() < 0.02:
                self._cash_out()
        self.now = monday + WEEK - timedelta(hours=6)
        for agent in self.chance.sample(self.agents, max(1, len(self.agents) // 3)):
            self._shift(agent.pk)

    def _chat(self) -> None:
        from django.db import transaction

        from payouts import afterwards, corrections, earnings

        facts = self._facts()
        with transaction.atomic():
            earnings.record(facts, topic="Refund", now=self.now)
        if self.chance.random() < 0.5:
            afterwards.scored(facts.engagement_id, self.chance.randint(1, 5), now=self.now)
        if self.chance.random() < 0.1:
            cents = self.chance.randint(50, 900)
            payment = f"pay_{facts.engagement_id.hex}"
            afterwards.tipped(facts.engagement_id, payment=payment, tip_cents=cents, currency="EUR", now=self.now)
        if self.chance.random() < 0.03:
            changes = {"active_seconds": self.chance.choice([facts.active_seconds - 120, 1_200])}
            corrections.correct(facts.engagement_id, changes=changes, by=NOOR, reason="The clock ran on", now=self.now)

    def _facts(self) -> Any:
        from payouts import rating

        return rating.Facts(
            engagement_id=self._id(), brand_id=self.brand.pk, agent_id=self.chance.choice(self.agents).pk,
            plan_id=self.plan.pk, plan_version=self.plan.version, tier=self.plan.tier, outcome="resolved",
            accepted_at=self.now - timedelta(minutes=20), ended_at=self.now,
            active_seconds=self.chance.randint(180, 1_190), surge_percent=self.chance.choice([0, 0, 0, 25]),
        )  # fmt: skip

    def _shift(self, agent_id: UUID) -> None:
        from payouts import afterwards
        from payouts.late import Shift

        times = {"began_at": self.now - timedelta(hours=4), "ended_at": self.now, "absent_seconds": 0}
        shift = Shift(self._id(), agent_id, self.brand.pk, "EUR", rate_cents=1_500, **times)  # type: ignore[arg-type]
        afterwards.shift_over(shift, now=self.now)

    def _decide(self) -> None:
        """Holds, and clawbacks that may be more than is owed; decided in a later week."""
        from payouts import measures, pools
        from payouts.models import Clawback, Hold

        for hold in Hold.objects.filter(state="open"):
            measures.release(hold.pk, by=OMAR, reason="All is well", now=self.now)
        for case in Clawback.objects.filter(state="open", answer_by__lt=self.now):
            measures.take(case.pk, by=OMAR, reason="Paid twice elsewhere", now=self.now)
        agent = self.chance.choice(self.agents)
        with suppress(self._refused()):
            measures.hold(agent.pk, "EUR", amount=self.chance.randint(100, 900), by=NOOR, reason="Asked", now=self.now)
        other, amount = self.chance.choice(self.agents), self.chance.randint(500, 9_000)
        measures.announce_clawback(other.pk, "EUR", amount=amount, by=NOOR, reason="Paid twice", now=self.now)
        pools.give_due(now=self.now)

    def _pay(self) -> None:
        """The Monday after: nights, recoveries, and every run as far as it goes, with two people and a bank."""
        from payouts import debts, nights

        self.now = self.now - (self.now - FIRST_MONDAY) % WEEK + WEEK
        nights.make_due(now=self.now)
        debts.recover_due(now=self.now)
        for _ in range(6):
            self._advance()

    def _advance(self) -> None:
        from payouts.models import PayoutRun
        from payouts.runs import approving, clockwork, intake

        self.now += timedelta(minutes=3)
        clockwork.advance(now=self.now)
        for run in PayoutRun.objects.filter(state="proved"):
            approving.submit(run.pk, by=NOOR, now=self.now)
            approving.approve(run.pk, by=OMAR, digest=run.digest, now=self.now)
        self.bank.work()
        for headers, raw in self.bank.events():
            intake.receive(self.bank, headers, raw, now=self.now)

    def _cash_out(self) -> None:
        from payouts.runs import cash_out

        with suppress(self._refused()):
            agent = self.chance.choice(self.agents)
            cash_out.request(agent.pk, "EUR", now=self.now, request_id=self._id())

    def _close_books(self) -> None:
        """Closed up to a week ago; the month before goes to the archive."""
        from payouts import periods
        from payouts.models import Period

        until = (self.now - WEEK).replace(hour=0, minute=0, second=0, microsecond=0)
        earlier = Period.objects.filter(archiving=None).order_by("closed_at").first()
        periods.close(until=until, by=OMAR, now=self.now)
        if earlier is not None:
            periods.archive(earlier.pk, now=self.now)

    def _id(self) -> UUID:
        return UUID(int=self.chance.getrandbits(128), version=4)

    @staticmethod
    def _refused() -> type[Exception]:
        from marketplace.refusals import Refused

        return Refused


def judge(year: Year, folder: Path, *, altered: int = 5) -> Judged:
    """What the ledger says of itself, and two programs of its journal, whole and with one cent altered."""
    from payouts import ledger
    from payouts.export import journals
    from payouts.models import Night, Payout

    audit = ledger.audit(year.now)
    accepted, refused = {}, {}
    for form in (name for name, program in PROGRAMS.items() if shutil.which(program)):
        file = folder / f"books.{form}"
        with file.open("w", encoding="utf-8") as out:
            journals.write(out, form, until=year.now + DAY)
        accepted[form] = agrees(form, file)
        refused[form] = sum(not agrees(form, other) for other in spoiled(file, altered))
    return Judged(
        audit.postings, Payout.objects.count(), Night.objects.count(), audit.faults, accepted, refused, altered
    )


PROGRAMS = {"hledger": "hledger", "beancount": "bean-check"}


def agrees(form: str, file: Path) -> bool:
    """Whether the program, which shares no code with us, accepts the journal."""
    command = ["hledger", "-f", str(file), "check"] if form == "hledger" else ["bean-check", str(file)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def spoiled(file: Path, count: int) -> Iterator[Path]:
    """Copies of the journal in each of which one amount is a cent off."""
    text = file.read_text(encoding="utf-8")
    places = list(re.finditer(r"(?<=\d\.)\d\d(?= EUR\n)", text))
    for found in random.Random(3).sample(places, count):
        other = file.with_name(f"spoiled.{file.name}")
        cents = f"{(int(found[0]) + 1) % 100:02}"
        other.write_text(text[: found.start()] + cents + text[found.end() :], encoding="utf-8")
        yield other


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.payouts.year", description=__doc__)
    parser.add_argument("--weeks", type=int, default=52)
    parser.add_argument("--agents", type=int, default=8)
    parser.add_argument("--chats", type=int, default=8, help="of each agent in a week")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where the journals are left; by default nowhere")
    asked = parser.parse_args(words)
    from tests.payouts import crashes

    crashes.set_up_django()
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        told = play(folder, weeks=asked.weeks, agents=asked.agents, chats=asked.chats, seed=asked.seed)
    print(json.dumps(told.__dict__ | {"holds": told.holds}))
    return 0 if told.holds and set(told.accepted) == set(PROGRAMS) else 1


def play(folder: Path, *, weeks: int, agents: int, chats: int, seed: int) -> Judged:
    """The year on servers of its own."""
    from tests import databases

    began = time.monotonic()
    with (
        databases.migrated_servers() as urls,
        databases.copy(urls) as fresh,
        databases.pointing_at(fresh),
        paying_through(folder, seed=seed),
    ):
        year = Year(folder, agents=agents, chats=chats, seed=seed)
        year.live(weeks)
        print(f"{weeks} weeks lived after {time.monotonic() - began:.0f} s", file=sys.stderr)
        return judge(year, folder)


def paying_through(folder: Path, *, seed: int) -> Any:
    """This installation pays through the bank of the simulation inside the block."""
    from unittest import mock

    told = {"file": str(folder / "bank.db"), "seed": seed, "faults": FAULTS}
    return mock.patch.dict("os.environ", {"BECKON_PAYOUT_FAKE": json.dumps(told)})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
