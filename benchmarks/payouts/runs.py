"""A payout run with every proof on, beside the least SQL that adds up the same lines."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID, uuid4

import psycopg
from django.db import connection
from psycopg import sql

from benchmarks.figures import Result, Scale, against_floor, say
from benchmarks.ground import Ground
from benchmarks.machine import Meter, between
from benchmarks.payouts import balances
from marketplace import clock
from payouts.models import PayoutDestination, PayoutRun
from payouts.runs import approving, preparing, proving, vault

FEW = 2_000
ALL, SOME, RELEASE = "run_1m_lines", "run_few_due", "release_1m_lines"
FLOOR = "select account_id, sum(amount) from payouts_posting group by account_id"


def measure(ground: Ground, scale: Scale) -> Iterator[Result]:
    """Over the same lines everybody's payout is due, or that of one agent in ten; then all that was claimed is drained.

    Each side of each round works on a fresh copy of the loaded database, and commits. The floor goes first, twice, so
    that the lines lie in memory for both.
    """
    agents = balances.write_ledger(ground, scale.run_lines // balances.POSTINGS_OF_EACH, with_facts=True)
    _destinations(agents, few=min(FEW, len(agents) // 10))
    ground.analyze()
    times: dict[str, tuple[list[float], list[float]]] = {figure: ([], []) for figure in (ALL, SOME, RELEASE)}
    meter = Meter(ground.server_pids)
    for _ in range(scale.rounds):
        for figure in (ALL, SOME):
            with _copy(ground):
                before, now = meter.read(), clock.now()
                floor = _floor()
                took = _run(figure, now=now)
                spent = between(before, meter.read())
                if figure == ALL:
                    times[RELEASE][0].append(_release(now=now))
                    times[RELEASE][1].append(floor)
            times[figure][0].append(took)
            times[figure][1].append(floor)
            say(f"{figure}: {took:.3f} s, floor {floor:.3f} s, {took / floor:.2f}; {spent}")
    for figure, (values, floors) in times.items():
        yield against_floor(figure, "s", values, floors)


def _run(figure: str, *, now: datetime) -> float:
    """Seconds from nothing to a proved run."""
    began = time.perf_counter()
    run = preparing.open_run(
        due_key=figure,
        prepared_by="system",
        now=now,
        kind=PayoutRun.Kind.MANUAL,
        provider="manual_csv",
        currency="EUR",
        zone="Europe/Stockholm" if figure == SOME else "",
        cutoff=now,
    )
    preparing.prepare(run.pk, now=now)
    run = proving.prove(run.pk, now=now)
    took = time.perf_counter() - began
    assert run.state == PayoutRun.State.PROVED, run.faults
    assert run.totals["lines"] == run.totals["payouts"] * balances.POSTINGS_OF_EACH, run.totals
    return took


def _release(*, now: datetime) -> float:
    """Seconds from an approved run until all that it claimed has left the accounts."""
    run = PayoutRun.objects.get()
    approving.submit(run.pk, by="operator:noor", now=now)
    approving.approve(run.pk, by="operator:omar", digest=run.digest, now=now)
    began = time.perf_counter()
    run = approving.release(run.pk, now=now)
    took = time.perf_counter() - began
    assert run.state == PayoutRun.State.RELEASING, run.state
    return took


def _floor() -> float:
    for _ in range(2):
        began = time.perf_counter()
        with connection.cursor() as cursor:
            cursor.execute(FLOOR)
            cursor.fetchall()
    return time.perf_counter() - began


def _destinations(agents: list[UUID], *, few: int) -> None:
    now = clock.now()
    rows = [  # made before the transaction begins, which may not wait for it
        PayoutDestination(
            agent_id=agent,
            currency="EUR",
            provider="manual_csv",
            zone="Europe/Stockholm" if number < few else "UTC",
            sealed=vault.seal("{}", bound_to=str(agent)),
            fingerprint=agent.hex,
            ending=agent.hex[-4:],
            created_at=now,
            created_by=f"agent:{agent}",
            usable_from=now,
        )
        for number, agent in enumerate(agents)
    ]
    PayoutDestination.objects.bulk_create(rows, batch_size=1_000)


@contextmanager
def _copy(ground: Ground) -> Iterator[None]:
    """Django leads to a copy of the database inside the block."""
    loaded, name = str(connection.settings_dict["NAME"]), f"bench_{uuid4().hex[:12]}"
    _leave()
    with psycopg.connect(_maintenance(ground.urls.owner), autocommit=True) as owner:
        statement = sql.SQL("create database {} template {} strategy file_copy")
        owner.execute(statement.format(sql.Identifier(name), sql.Identifier(loaded)))
        connection.settings_dict["NAME"] = name
        try:
            yield
        finally:
            _leave()
            connection.settings_dict["NAME"] = loaded
            owner.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def _leave() -> None:
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]  # the PostgreSQL backend's own


def _maintenance(url: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path="/postgres"))
