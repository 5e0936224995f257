"""Every figure prints one JSON object in the promised form. So short a run means nothing: no number is asserted."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.figures import BENCHMARKS
from marketplace.local.services import Urls

ROOT = Path(__file__).resolve().parents[2]
FIELDS = ["figure", "value", "unit", "floor", "ratio", "low", "high", "n"]
TO_A_FLOOR = {
    "message_rate", "message_cpu_us", "message_rate_two", "message_cpu_two_us", "deliver_p50_ms", "deliver_p99_ms",
    "fanout_cpu_us", "echo_cpu_us", "http_view_cpu_ms", "posting_per_s", "posting_bulk_per_s", "posting_alone_per_s",
    "run_1m_lines", "run_few_due", "release_1m_lines", "forecast_wape", "forecast_intraday_wape",
    "offer_p50_ms", "offer_p99_ms", "offers_per_s",
    "sim70_sl20", "sim70_p95_s", "sim70_abandon", "sim85_sl20", "sim85_p95_s", "sim85_abandon",
}  # fmt: skip


def measure(urls: Urls | None, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks", *words]
    given = os.environ | (urls.environment() if urls else {})
    return subprocess.run(command, cwd=ROOT, env=given, capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.slow
@pytest.mark.parametrize("name", BENCHMARKS)
def test_every_figure_prints_one_json_object_and_nothing_else(name: str, fresh_database: Urls) -> None:
    done = measure(fresh_database, name, "--smoke")

    if "is not beside this checkout" in done.stderr:
        pytest.skip(done.stderr.splitlines()[-1])
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["figure"] for line in lines] == [figure.name for figure in BENCHMARKS[name]]
    for line in lines:
        assert list(line) == FIELDS
        assert line["value"] >= 0
        assert 0 <= line["low"] <= (line["ratio"] or line["value"]) <= line["high"]
        assert line["n"] >= 3
        assert (line["floor"] is not None) == (line["ratio"] is not None) == (line["figure"] in TO_A_FLOOR)


def test_without_a_name_it_lists_what_can_be_measured() -> None:
    done = measure(None)

    assert done.returncode == 0, done.stderr
    assert all(figure.name in done.stdout for figures in BENCHMARKS.values() for figure in figures)


def test_an_unknown_figure_is_refused_with_the_known_ones() -> None:
    done = measure(None, "realtime", "--figure", "speed")

    assert done.returncode == 2
    assert "message_rate" in done.stderr
    assert done.stdout == ""
