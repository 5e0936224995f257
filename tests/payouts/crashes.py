"""Payout runs under every kind of accident, by seed: nothing is lost and nothing is paid twice.

Usage: python -m tests.payouts.crashes [--seeds 1000] [--first 1] [--again]

What each seed came to is one line of a file in the state folder. Seeds that this very code has played already are left
out, so that a run that was broken off goes on where it was; the sums at the end are over all of them.

Workers are processes that work on until they are killed, with SIGKILL, at a statement that the seed chooses, before or
after it is carried out; another takes the place of each.
Their wake-ups lie in a real Valkey, which is emptied; they come twice and are taken by several workers at once. The
bank takes in charge what it never answers for, is deaf, refuses, and sends back; its news comes doubled and in no
order. At the end of each seed every cent earned is either at the bank or in the agent's balance, once.
"""

import argparse
import hashlib
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import redis

from tests.payouts.crew import CRASHED, GAVE_UP, KILLED, Act, Crew, Plan

MONDAY = datetime(2026, 11, 22, 23, tzinfo=UTC)  # 00:00 in Stockholm
WEEK = timedelta(days=7)
WEEKS = 2
ROUNDS = 10  # of each week, with accidents
QUIET_ROUNDS = 40  # and at most so many without, until all is done
BELL = "payouts-bell"
News = tuple[dict[str, str], bytes]  # as a bank sends it: headers and what they sign
MOST_NEWS = 12  # of a round with accidents: old ones come again and again
CASHES_OUT = 0.25  # of the rounds
MOST_GIVEN_UP = 0.25  # of the acts: where more wait in vain, a seed has shown too little
# What decides how a seed goes. Pages, plans and rating do not: what these agents earn is goodwill.
DECIDING = (
    *(f"payouts/{name}/**/*.py" for name in ("runs", "providers", "models", "migrations")),
    *(f"payouts/{name}.py" for name in ("ledger", "nights", "proofs")),
    *(f"tests/payouts/{name}.py" for name in ("crashes", "crew", "payday", "conftest")),
    "audit/journal.py",
    "requirements.lock",
)
FAULTS = {"lost_before": 0.25, "lost_after": 0.25, "deaf": 0.25, "refused": 0.1, "returned": 0.15}


@dataclass
class Outcome:
    """What one seed has shown; minor units."""

    seed: int
    earned: int = 0
    lost: int = 0
    doubled: int = 0
    open: int = 0
    acts: int = 0
    killed: int = 0
    gave_up: int = 0  # ended by the product's own limits, as on a machine that stands still: nothing changed
    flushed: int = 0
    cash_outs: int = 0
    attempts: int = 0
    looked_up: int = 0
    doubled_news: int = 0
    seconds: float = 0.0
    faults: dict[str, Any] = field(default_factory=dict)

    @property
    def sound(self) -> bool:
        idle = self.gave_up > MOST_GIVEN_UP * self.acts
        return not (self.lost or self.doubled or self.open or self.faults or idle)


class Seed:
    """One world: a database, a bank, a few agents, and accidents."""

    def __init__(self, number: int, folder: Path, valkey: "redis.Redis") -> None:
        self.chance = random.Random(number)
        self.valkey, self.folder = valkey, folder
        self.crew = Crew(self)
        self.told: set[bytes] = set()
        self.outcome = Outcome(number)
        self.now = MONDAY + timedelta(hours=2)
        self.misbehave(FAULTS)

    def misbehave(self, faults: dict[str, float]) -> None:
        from payouts.providers.fake import Fake

        told = {"file": str(self.folder / "bank.db"), "seed": self.outcome.seed, "faults": faults}
        os.environ["BECKON_PAYOUT_FAKE"] = json.dumps(told)
        self.bank = Fake(self.folder / "bank.db", seed=self.outcome.seed, faults=faults)

    def play(self) -> Outcome:
        self.people()
        for _ in range(WEEKS):
            self.earnings()
            for _ in range(ROUNDS):
                self.round(accidents=True)
            self.now += WEEK
            self.now -= (self.now - MONDAY) % WEEK - timedelta(hours=2)
        self.misbehave({"returned": FAULTS["returned"]})
        for _ in range(QUIET_ROUNDS):
            self.round(accidents=False)
            if self.finished():
                break
        self.judge()
        return self.outcome

    def people(self) -> None:
        from payouts.runs import cash_out
        from tests.payouts.conftest import hire
        from tests.payouts.payday import settle_at

        limits = {"each_at_most": 10**6, "daily_at_most": 10**7}
        cash_out.grant("fake", "EUR", **limits, by="operator:omar", now=self.now)

        self.agents = [hire(f"Agent{number}") for number in range(self.chance.randint(2, 6))]
        for agent in self.agents:
            settle_at(agent)

    def earnings(self) -> None:
        from tests.payouts.payday import earn

        for agent in self.agents:
            for _ in range(self.chance.randint(1, 4)):
                cents = self.chance.randint(1, 40_000)
                self.outcome.earned += cents
                earn(agent, cents, at=self.now - timedelta(hours=self.chance.randint(3, 20)))

    def round(self, *, accidents: bool) -> None:
        """Some time passes, bells ring and are lost, workers work and die, people approve, the bank tells."""
        self.now += timedelta(seconds=self.chance.randint(5, 150) if accidents else 130)
        for _ in range(self.chance.randint(1, 3) if accidents else 1):
            self.valkey.rpush(BELL, self.now.isoformat())
        if accidents and self.chance.random() < 0.15:
            self.valkey.flushall()
            self.outcome.flushed += 1
        workers = self.chance.randint(1, 3) if accidents else 1
        self.at_once([("bell", ())] * workers + self.cash_outs(accidents), accidents=accidents)
        self.approve()
        if self.chance.random() < 0.4:
            self.bank.work()
        if self.chance.random() < 0.5 or not accidents:
            told = self.some_news() if accidents else self.all_news()
            half = len(told) // 2
            self.outcome.doubled_news += half - half // 2
            self.at_once([("hear", (told[:half],)), ("hear", (told[half // 2 :],))], accidents=accidents)

    def some_news(self) -> list[News]:
        news = self.bank.events()
        return self.chance.sample(news, self.chance.randint(0, min(len(news), MOST_NEWS)))

    def all_news(self) -> list[News]:
        """What has not been told since the accidents ended, in no order."""
        news = [one for one in self.bank.events() if one[1] not in self.told]
        self.told |= {raw for _, raw in news}
        return news

    def cash_outs(self, accidents: bool) -> list[Act]:
        """Somebody wants her money now, and clicks twice."""
        if not accidents or self.chance.random() > CASHES_OUT:
            return []
        agent, request_id = self.chance.choice(self.agents), UUID(int=self.chance.getrandbits(128))
        self.outcome.cash_outs += 1
        return [("cash_out", (agent.pk, request_id))] * 2

    def cash_out(self, agent_id: UUID, request_id: UUID) -> None:
        from marketplace.refusals import Refused
        from payouts.runs import cash_out

        with suppress(Refused):
            cash_out.request(agent_id, "EUR", now=self.now, request_id=request_id)

    def answer_the_bell(self) -> None:
        """What a worker does with a wake-up: look at the database and do what is due."""
        from payouts.runs import clockwork

        rung = self.valkey.lpop(BELL)
        if rung is not None:
            clockwork.advance(now=datetime.fromisoformat(bytes(rung).decode()))  # type: ignore[arg-type]

    def hear(self, news: list[News]) -> None:
        from payouts.runs import intake

        for headers, raw in news:
            intake.receive(self.bank, headers, raw, now=self.now)

    def approve(self) -> None:
        from payouts.models import PayoutRun
        from payouts.runs import approving

        for run in PayoutRun.objects.filter(state__in=["proved", "submitted"]):
            if run.state == "proved":
                approving.submit(run.pk, by="operator:noor", now=self.now)
            approving.approve(run.pk, by="operator:omar", digest=run.digest, now=self.now)

    def at_once(self, acts: Sequence[Act], *, accidents: bool) -> None:
        """Each act by a worker of its own; some are killed on the way. Without accidents one after the other, here."""
        if not accidents:
            for act in acts:
                self.act(act)
            return
        plans = [self.plan() for _ in acts]
        self.outcome.acts += len(acts)
        for end in self.crew.work(acts, plans, now=self.now):
            self.outcome.killed += end == KILLED
            self.outcome.gave_up += end == GAVE_UP
            if end == CRASHED:
                self.outcome.faults["crashed_by_itself"] = self.outcome.faults.get("crashed_by_itself", 0) + 1

    def act(self, act: Act) -> None:
        """What a worker is told to do, and what happens here where there are no accidents."""
        known: dict[str, Callable[..., None]] = {
            "bell": self.answer_the_bell,
            "cash_out": self.cash_out,
            "hear": self.hear,
        }
        known[act[0]](*act[1])

    def plan(self) -> Plan | None:
        """Die at this statement, before or after it; or not at all."""
        if self.chance.random() < 0.4:
            return None
        return self.chance.choice([self.chance.randint(1, 30), self.chance.randint(1, 120)]), self.chance.random() < 0.5

    def finished(self) -> bool:
        from payouts.models import Payout, PayoutRun

        with self.bank._bank() as bank:
            waiting = bank.execute("select count(*) from payment where state = 'accepted'").fetchone()[0]
        done = ["settled", "reversed"]
        return not (
            waiting
            or PayoutRun.objects.exclude(state="closed").exclude(totals__payouts=0).exists()
            or Payout.objects.exclude(state__in=done).exists()
        )

    def judge(self) -> None:
        from payouts import ledger
        from payouts.models import BankEntry, Payout, PayoutAttempt
        from payouts.runs import reconciling
        from tests.payouts.payday import owed

        paid = self.bank.paid()
        names = {agent.display_name: agent for agent in self.agents}
        earned = {name: _earned(agent) for name, agent in names.items()}
        for name, agent in names.items():
            off = earned[name] - paid.get(name, 0) - owed(agent)
            self.outcome.lost += max(0, off)
            self.outcome.doubled += max(0, -off)
        audit = ledger.audit(self.now)
        found = {
            "audit": audit.faults,
            "drift": reconciling.drift(),
            "contradictions": BankEntry.objects.exclude(problem="").count(),
            "earned": sum(earned.values()) - self.outcome.earned,
        }
        self.outcome.faults |= {name: fault for name, fault in found.items() if fault}
        self.outcome.open = Payout.objects.exclude(state__in=["settled", "reversed"]).count()
        self.outcome.attempts = PayoutAttempt.objects.count()
        self.outcome.looked_up = PayoutAttempt.objects.exclude(asked_at=None).count()


def _earned(agent: Any) -> int:
    from payouts.models import Posting

    return sum(Posting.objects.filter(account__agent=agent, kind="goodwill").values_list("amount", flat=True))


def play(number: int, urls: Any) -> Outcome:
    """One seed in a fresh database on these servers. The bank's file lies in memory, where there is such a folder."""
    from marketplace.settings import GUARDS
    from payouts.runs import cash_out, clockwork, intake  # noqa: F401  (here, and not in each worker again)
    from tests import databases

    began, memory = time.monotonic(), Path("/dev/shm")
    with (
        tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder,
        databases.copy(urls) as fresh,
        databases.pointing_at(fresh, options=GUARDS),
        redis.Redis.from_url(urls.redis) as valkey,
    ):
        valkey.flushall()
        seed = Seed(number, Path(folder), valkey)
        try:
            outcome = seed.play()
        finally:
            seed.crew.dismiss()
    outcome.seconds = round(time.monotonic() - began, 2)
    return outcome


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.payouts.crashes", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1_000)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--again", action="store_true", help="play also what this code has played already")
    asked = parser.parse_args(words)
    set_up_django()
    from tests import databases

    played = {} if asked.again else kept()
    wanted = range(asked.first, asked.first + asked.seeds)
    with databases.migrated_servers() as urls:
        for number in wanted:
            if number not in played:
                played[number] = play(number, urls)
                keep(played[number])
                if not played[number].sound or number % 25 == 0:
                    print(played[number], file=sys.stderr, flush=True)
    outcomes = [played[number] for number in wanted]
    print(json.dumps(summary(outcomes)))
    return 0 if all(outcome.sound for outcome in outcomes) else 1


def results_file() -> Path:
    """In the state folder, only ever added to."""
    from marketplace.local import state

    return state.make(state.make_state(state.folder()) / "payout-crashes") / "results.jsonl"


def keep(outcome: Outcome) -> None:
    with results_file().open("a", encoding="utf-8") as lines:
        lines.write(json.dumps({"tree": tree()} | asdict(outcome)) + "\n")


def kept() -> dict[int, Outcome]:
    """What this very code has played, by seed; a line torn by a crash is passed over."""
    found = {}
    lines = results_file().read_text(encoding="utf-8").splitlines() if results_file().exists() else []
    for line in lines:
        with suppress(ValueError):
            told = json.loads(line)
            if told.pop("tree") == tree():
                found[told["seed"]] = Outcome(**told)
    return found


@cache
def tree() -> str:
    """A hash over the code that decides how a seed goes."""
    checkout = Path(__file__).resolve().parents[2]
    files = [file for name in DECIDING for file in sorted(checkout.glob(name))]
    digest = hashlib.sha256()
    for file in files:
        digest.update(str(file.relative_to(checkout)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def summary(outcomes: list[Outcome]) -> dict[str, int]:
    names = (
        "earned",
        "lost",
        "doubled",
        "open",
        "acts",
        "killed",
        "gave_up",
        "flushed",
        "cash_outs",
        "doubled_news",
        "attempts",
        "looked_up",
    )
    told = {name: sum(getattr(outcome, name) for outcome in outcomes) for name in names}
    calm = sum(not (outcome.killed and outcome.attempts) for outcome in outcomes)
    return {"seeds": len(outcomes), "unsound": sum(not one.sound for one in outcomes), "without_a_kill": calm} | told


def set_up_django() -> None:
    import logging

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    logging.disable(logging.ERROR)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
