"""The proof of the whole ledger, over a million postings with the frozen facts behind them."""

import time
from collections.abc import Iterator

import psycopg

from benchmarks.figures import Result, Scale, alone, say
from benchmarks.ground import Ground
from benchmarks.machine import Meter, between
from benchmarks.payouts.balances import POSTINGS_OF_EACH, write_ledger
from marketplace import clock
from payouts import ledger

AUDITED = 1_000_000


def measure(ground: Ground, scale: Scale) -> Iterator[Result]:
    """audit_1m_s: every invariant and every hash, wall clock around `ledger.audit`."""
    write_ledger(ground, min(scale.postings, AUDITED) // POSTINGS_OF_EACH, with_facts=True)
    with psycopg.connect(ground.urls.owner, autocommit=True) as owner:
        owner.execute("vacuum analyze payouts_posting, payouts_earningfact, payouts_account")
    meter = Meter(ground.server_pids)
    values = []
    for _ in range(min(scale.rounds, 3)):
        before, began = meter.read(), time.perf_counter()
        report = ledger.audit(clock.now())
        values.append(time.perf_counter() - began)
        assert report.balanced, report.faults
        say(f"{report.postings} postings, {report.facts} facts: {values[-1]:.2f} s; {between(before, meter.read())}")
    yield alone("audit_1m_s", "s", values)
