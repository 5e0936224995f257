"""Movements posted a second, beside django-hordak: the same server, one connection a side, sides in turn."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID, uuid4

import psycopg
from psycopg import sql

from agents.models import Agent, User
from benchmarks.figures import Result, Scale, against_floor, say
from benchmarks.ground import Ground
from benchmarks.machine import Meter, between
from brands.models import Brand
from marketplace import clock
from marketplace.local import state
from payouts import ledger
from payouts.ledger import Entry, Into

AGENTS = 200
BATCH = 100
WAYS = (
    ("posting_per_s", "create", BATCH),
    ("posting_bulk_per_s", "bulk", BATCH),
    ("posting_alone_per_s", "create", 1),
)
RECEIPT = {"inputs": {"rate_cents": 290}, "formula": "flat", "plan_version": 1}


def measure(ground: Ground, scale: Scale) -> Iterator[Result]:
    """posting_per_s: a hundred movements a commit, beside hordak as documented; posting_bulk_per_s: beside its bulk
    inserts, which look up nothing, lock nothing and keep no balance; posting_alone_per_s: a commit each.
    """
    agents, brand_id = _agents()
    meter = Meter(ground.server_pids)
    with _hordak(ground) as hordak:
        for figure, way, many in WAYS:
            values, floors = [], []
            _ours(agents, brand_id, scale.warm_up_seconds, many)
            _theirs(hordak, way, scale.warm_up_seconds, many)
            for _ in range(scale.rounds):
                before = meter.read()
                values.append(_ours(agents, brand_id, scale.seconds, many))
                floors.append(_theirs(hordak, way, scale.seconds, many))
                rates = f"{values[-1]:8.0f} against {floors[-1]:8.0f} movements/s"
                say(f"{figure}, {many} a commit: {rates}; {between(before, meter.read())}")
            yield against_floor(figure, "1/s", values, floors)
    assert ledger.audit(clock.now()).totals["EUR"] > 0


def _ours(agents: list[UUID], brand_id: UUID, seconds: float, many: int) -> float:
    """Locked, numbered, balanced, once for each source, receipt and all."""
    posted, run, now = 0, uuid4(), clock.now()
    began = time.perf_counter()
    while (taken := time.perf_counter() - began) < seconds:
        batch = [_movement(agents[n % AGENTS], brand_id, f"{run}:{n}") for n in range(posted, posted + many)]
        ledger.post_many(batch, now=now)
        posted += many
    return posted / taken


def _movement(agent_id: UUID, brand_id: UUID, name: str) -> Into:
    return Into(agent_id, "EUR", Entry(f"engagement:{name}", "per_chat", 290, None, brand_id, RECEIPT))


def _theirs(hordak: "subprocess.Popen[str]", way: str, seconds: float, many: int) -> float:
    assert hordak.stdin is not None
    assert hordak.stdout is not None
    hordak.stdin.write(f"{way} {seconds} {many}\n")
    hordak.stdin.flush()
    return float(hordak.stdout.readline())


@contextmanager
def _hordak(ground: Ground) -> "Iterator[subprocess.Popen[str]]":
    """Its process, on an empty database of its own in the same server; both are gone after."""
    name = f"hordak_{uuid4().hex[:8]}"
    _owner(ground, "create database {}", name)
    command = [sys.executable, "-m", "benchmarks.payouts.hordak_side", ground.urls.owner, name]
    try:
        with subprocess.Popen(
            command, cwd=state.CHECKOUT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as child:
            assert child.stdout is not None
            if child.stdout.readline().strip() != "ready":
                raise state.Trouble("django-hordak did not start: its reason stands above.")
            yield child
            assert child.stdin is not None
            child.stdin.close()
    finally:
        _owner(ground, "drop database if exists {} with (force)", name)


def _owner(ground: Ground, statement: str, name: str) -> None:
    with psycopg.connect(ground.urls.owner, autocommit=True) as owner:
        owner.execute(sql.SQL(statement).format(sql.Identifier(name)))


def _agents() -> tuple[list[UUID], UUID]:
    now: datetime = clock.now()
    brand = Brand.objects.create(name="Lumo Mobile", slug=f"lumo-{uuid4().hex[:8]}", created_at=now)
    users = User.objects.bulk_create(User(email=f"{uuid4().hex}@beckon.example") for _ in range(AGENTS))
    agents = [Agent(user=user, kind="student", display_name="Dana", created_at=now) for user in users]
    return [agent.pk for agent in Agent.objects.bulk_create(agents)], brand.pk
