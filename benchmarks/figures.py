"""What can be measured, how much of it, and the one form in which a figure is printed. Knows no server."""

import json
import statistics
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Figure:
    """`measured_by` is a module with `measure(ground, scale)`; figures of one module are measured together."""

    name: str
    unit: str
    promise: str
    measured_by: str
    needs_servers: bool = True


BENCHMARKS: dict[str, tuple[Figure, ...]] = {
    "realtime": (
        Figure("message_rate", "1/s", "ratio >= 2.0", "benchmarks.realtime.messages"),
        Figure("message_cpu_us", "us", "ratio <= 0.40", "benchmarks.realtime.messages"),
        Figure("message_rate_two", "1/s", "ratio >= 1.7", "benchmarks.realtime.messages_two"),
        Figure("message_cpu_two_us", "us", "reported", "benchmarks.realtime.messages_two"),
        Figure("deliver_p50_ms", "ms", "ratio <= 1.5", "benchmarks.realtime.deliveries"),
        Figure("deliver_p99_ms", "ms", "ratio <= 2", "benchmarks.realtime.deliveries"),
        Figure("fanout_cpu_us", "us", "ratio <= 1.5", "benchmarks.realtime.fanout"),
        Figure("echo_cpu_us", "us", "ratio <= 1.6", "benchmarks.realtime.echoes"),
        Figure("idle_socket_kib", "KiB", "<= 35", "benchmarks.realtime.idle"),
        Figure("connect_cpu_ms", "ms", "<= 2.5", "benchmarks.realtime.idle"),
        Figure("stalled_rss_mb", "MB", "<= 64", "benchmarks.realtime.stalled"),
        Figure("stalled_peer_p99_ratio", "ratio", "<= 2", "benchmarks.realtime.stalled"),
        Figure("reconnect_storm_p99_s", "s", "<= 10", "benchmarks.realtime.storm"),
        Figure("resume_queries", "queries", "<= 3", "benchmarks.realtime.storm"),
        Figure("http_view_cpu_ms", "ms", "ratio <= 3", "benchmarks.realtime.views"),
    ),
    "dispatch": (
        Figure("offer_p50_ms", "ms", "ratio <= 3; <= 10 reported", "benchmarks.dispatch.latency"),
        Figure("offer_p99_ms", "ms", "ratio <= 3; <= 40 reported", "benchmarks.dispatch.latency"),
        Figure("round_2000x10000_ms", "ms", "<= 100", "benchmarks.dispatch.planning", needs_servers=False),
        Figure("round_gap", "share", "<= 0.001", "benchmarks.dispatch.planning", needs_servers=False),
        Figure("offers_per_s", "1/s", "ratio >= 10 over one by one", "benchmarks.dispatch.batches"),
        Figure("failover_s", "s", "<= 2", "benchmarks.dispatch.failover"),
        Figure("sim70_sl20", "share", "clear of 1; goal 1.02", "benchmarks.dispatch.sim70", needs_servers=False),
        Figure("sim70_p95_s", "s", "clear of 1; goal 0.88", "benchmarks.dispatch.sim70", needs_servers=False),
        Figure("sim70_abandon", "share", "clear of 1; goal 0.95", "benchmarks.dispatch.sim70", needs_servers=False),
        Figure("sim70_language_mismatch", "share", "0", "benchmarks.dispatch.sim70", needs_servers=False),
        Figure("sim85_sl20", "share", "clear of 1; goal 1.08", "benchmarks.dispatch.sim85", needs_servers=False),
        Figure("sim85_p95_s", "s", "clear of 1; goal 0.72", "benchmarks.dispatch.sim85", needs_servers=False),
        Figure("sim85_abandon", "share", "clear of 1; goal 0.86", "benchmarks.dispatch.sim85", needs_servers=False),
        Figure("sim85_language_mismatch", "share", "0", "benchmarks.dispatch.sim85", needs_servers=False),
        Figure("fair_gini", "Gini", "<= 0.18", "benchmarks.dispatch.fair", needs_servers=False),
        Figure("eta_calibration", "share", ">= 0.80", "benchmarks.dispatch.ranges", needs_servers=False),
    ),
    "busy_hour": (Figure("busy_hours_held", "busy hours", ">= 5; 10 reported", "benchmarks.busy_hour.held"),),
    "payouts": (
        # First, while the ledger holds nothing else: the floor adds up whatever is there.
        Figure("run_1m_lines", "s", "ratio <= 5", "benchmarks.payouts.runs"),
        Figure("run_few_due", "s", "ratio <= 1.5", "benchmarks.payouts.runs"),
        Figure("release_1m_lines", "s", "reported: all claimed amounts leave the accounts", "benchmarks.payouts.runs"),
        Figure("audit_1m_s", "s", "<= 10", "benchmarks.payouts.audits"),
        Figure("posting_per_s", "1/s", "ratio >= 3 over django-hordak", "benchmarks.payouts.postings"),
        Figure("posting_bulk_per_s", "1/s", "reported", "benchmarks.payouts.postings"),
        Figure("posting_alone_per_s", "1/s", "reported: a commit each", "benchmarks.payouts.postings"),
        Figure("balance_read_p99_ms", "ms", "<= 5", "benchmarks.payouts.balances"),
        Figure("rate_per_s", "1/s", ">= 20000", "benchmarks.payouts.rates", needs_servers=False),
    ),
    "shifts": (
        Figure("match_1000_s", "s", "<= 5", "benchmarks.shifts.seats", needs_servers=False),
        Figure("match_1000_gap", "share", "<= 0.0001", "benchmarks.shifts.seats", needs_servers=False),
        Figure("match_4000_s", "s", "<= 60, full run only", "benchmarks.shifts.seats_4000", needs_servers=False),
        Figure(
            "match_4000_gap", "share", "<= 0.0001, full run only", "benchmarks.shifts.seats_4000", needs_servers=False
        ),
        Figure("curtois_1", "points", "607, proven", "benchmarks.shifts.proven", needs_servers=False),
        Figure("curtois_2", "points", "828, proven", "benchmarks.shifts.proven", needs_servers=False),
        Figure("forecast_wape", "share", "<= 0.070", "benchmarks.shifts.arrivals", needs_servers=False),
        Figure("forecast_intraday_wape", "share", "<= 0.050", "benchmarks.shifts.arrivals", needs_servers=False),
        Figure("interval_cover", "share", "0.88 to 0.92", "benchmarks.shifts.arrivals", needs_servers=False),
    ),
}


@dataclass(frozen=True)
class Scale:
    """How long and how much. Seconds are those of one side of one round, without its warm-up."""

    rounds: int
    seconds: float
    warm_up_seconds: float
    conversations: int
    deliveries: int
    idle_sockets: int
    idle_seconds: float
    stalled_sockets: int
    stalled_rounds: int
    storm_sockets: int
    postings: int
    reads: int
    run_lines: int
    people: int  # of the week that is matched to seats; those of the full run's large week
    people_large: int
    simulated_seeds: int
    simulated_minutes: float
    replayed_hours: float  # of a real day, from its opening on
    offers: int
    busy_hours: tuple[float, ...]  # stages, one after the other until one is not held
    busy_seconds: float  # each stage is held
    busy_settle_seconds: float  # and rests after it has been opened


FULL = Scale(
    rounds=7, seconds=8.0, warm_up_seconds=1.5, conversations=400, deliveries=2_100, idle_sockets=5_000,
    idle_seconds=600.0, stalled_sockets=1_000, stalled_rounds=3, storm_sockets=2_000, postings=10_000_000, reads=20_000,
    run_lines=1_000_000, people=1_000, people_large=4_000,
    simulated_seeds=30, simulated_minutes=90.0, replayed_hours=24.0, offers=2_000,
    busy_hours=(1, 2, 3, 4, 5, 6, 8, 10), busy_seconds=300.0, busy_settle_seconds=30.0,
)  # fmt: skip
QUICK = Scale(
    rounds=3, seconds=2.2, warm_up_seconds=0.7, conversations=400, deliveries=270, idle_sockets=5_000,
    idle_seconds=20.0, stalled_sockets=1_000, stalled_rounds=1, storm_sockets=2_000, postings=200_000, reads=4_000,
    run_lines=100_000, people=1_000, people_large=0,
    simulated_seeds=6, simulated_minutes=60.0, replayed_hours=2.0, offers=2_000,
    busy_hours=(1, 2, 5, 10), busy_seconds=30.0, busy_settle_seconds=5.0,
)  # fmt: skip
# Shows that everything still works; its numbers mean nothing.
SMOKE = Scale(
    rounds=3, seconds=0.2, warm_up_seconds=0.05, conversations=4, deliveries=12, idle_sockets=20,
    idle_seconds=0.5, stalled_sockets=4, stalled_rounds=3, storm_sockets=20, postings=2_000, reads=100,
    run_lines=2_000, people=20, people_large=30,
    simulated_seeds=3, simulated_minutes=6.0, replayed_hours=0.2, offers=20,
    busy_hours=(0.05, 0.1), busy_seconds=4.0, busy_settle_seconds=0.5,
)  # fmt: skip


@dataclass(frozen=True)
class Result:
    """One printed line. `low` and `high` spread the ratio where there is one, else the value; `n` counts rounds."""

    figure: str
    value: float
    unit: str
    floor: float | None
    ratio: float | None
    low: float
    high: float
    n: int

    def line(self) -> str:
        return json.dumps({name: _short(held) for name, held in asdict(self).items()})


def against_floor(figure: str, unit: str, values: Sequence[float], floors: Sequence[float]) -> Result:
    """The median of the rounds' own ratios: both sides of a round have seen the same neighbours on the machine."""
    ratios = [value / floor for value, floor in zip(values, floors, strict=True)]
    return Result(
        figure=figure,
        value=statistics.median(values),
        unit=unit,
        floor=statistics.median(floors),
        ratio=statistics.median(ratios),
        low=min(ratios),
        high=max(ratios),
        n=len(ratios),
    )


def alone(figure: str, unit: str, values: Sequence[float]) -> Result:
    """A figure that is promised as it is."""
    return Result(figure, statistics.median(values), unit, None, None, min(values), max(values), len(values))


def within(figure: str, unit: str, value: float, parts: Sequence[float]) -> Result:
    """A figure of the whole, with the spread of its parts."""
    return Result(figure, value, unit, None, None, min([value, *parts]), max([value, *parts]), len(parts))


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of all do not exceed."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def say(prose: str) -> None:
    """Progress and prose, apart from the figures."""
    print(prose, file=sys.stderr, flush=True)


def _short(held: object) -> object:
    """Four significant digits at least, whole numbers where there are more."""
    if not isinstance(held, float):
        return held
    return round(held) if abs(held) >= 1_000 else float(f"{held:.4g}")
