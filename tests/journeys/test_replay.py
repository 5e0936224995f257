"""Real dialogues through the public doors, calm and under kill -9: nothing lost, doubled, reordered or unpaid."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from marketplace.local import services
from marketplace.local.services import System
from marketplace.local.state import CHECKOUT
from marketplace.replay import dialogues

KILLED = ("web", "dispatcher", "worker", "valkey")


def command(system: System, path: Path, *arguments: str) -> subprocess.Popen[str]:
    environment = os.environ | system.urls.environment() | {"BECKON_STATE_DIR": str(system.state_dir)}
    environment |= {"DJANGO_SETTINGS_MODULE": "marketplace.settings", "BECKON_ENV": "demo"}
    line = [sys.executable, "manage.py", "replay", str(path), *arguments, "--url", system.url, "--json"]
    return subprocess.Popen(
        line, cwd=CHECKOUT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def outcome(playing: subprocess.Popen[str], seconds: float) -> dict[str, Any]:
    printed, progress = playing.communicate(timeout=seconds)
    assert playing.returncode == 0, f"{printed}\n{progress[-3000:]}"
    told: dict[str, Any] = json.loads(printed)
    return told


def assert_clean(told: dict[str, Any], number: int) -> None:
    assert [told[name] for name in ("dialogues", "escalated", "resolved", "rated", "earnings_posted")] == [number] * 5
    assert [told[name] for name in ("messages_lost", "messages_duplicated", "out_of_order", "faults")] == [0] * 4
    assert told["messages_sent"] == told["messages_received"] > number * 3
    assert told["ledger_balanced"] is True


@pytest.mark.slow
def test_two_hundred_dialogues_arrive_whole(system: System, data: Path) -> None:
    playing = command(system, data / "multidogo" / "finance.train.tsv", "--dialogues", "200", "--agents", "40")

    assert_clean(outcome(playing, 300), 200)


@pytest.mark.slow
def test_dialogues_of_both_sides_are_played_in_their_order(system: System, data: Path) -> None:
    told = outcome(command(system, data / "abcd" / "abcd_sample.json", "--dialogues", "3", "--agents", "2"), 120)

    assert_clean(told, 3)
    assert told["skipped_rows"] > 0


@pytest.fixture
def own_system() -> Iterator[System]:
    """A product of this test's own: its processes are killed."""
    with services.running(fast=True, seed=False) as running:
        yield running


@pytest.mark.slow
def test_killing_each_process_in_the_middle_loses_nothing(own_system: System, data: Path) -> None:
    path = data / "multidogo" / "software.train.tsv"
    playing = command(own_system, path, "--dialogues", "80", "--agents", "10", "--speed", "40")
    for name in KILLED:
        time.sleep(5)  # the play goes on between two kills
        assert playing.poll() is None, "the play was over before the last kill"
        os.kill(own_system.process(name), signal.SIGKILL)

    assert_clean(outcome(playing, 400), 80)


def test_bad_rows_are_reported_and_skipped(tmp_path: Path) -> None:
    header = "conversationId\tturnNumber\tutteranceId\tutterance\tslot-labels\tintent"
    rows = [
        "a\t0.0\t<CONV>a<TURN>0\thello\tO\tgreet",
        "a\tsecond\t<CONV>a<TURN>1\tno number\tO\tgreet",
        "a\t2.0\t<CONV>a<TURN>2\t\tO\tnothing",
        "a\t3.0\t<CONV>a<TURN>3\ttoo few cells",
        'a\t4.0\t<CONV>a<TURN>4\t"two\nlines"\tO\task',
        "b\t0.0\t<CONV>b<TURN>0\tonly one\tO\task",
    ]
    file = tmp_path / "rows.tsv"
    file.write_text("\n".join([header, *rows]))

    reading = dialogues.read(file, most=10)

    assert [script.to_assistant for script in reading.scripts] == [("hello", "two\nlines"), ("only one",)]
    assert len(reading.bad) == 3


@pytest.mark.parametrize("content", ["", "a,b,c\n1,2,3", "{]"])
def test_a_file_of_another_kind_ends_in_one_sentence(tmp_path: Path, content: str) -> None:
    file = tmp_path / ("x.json" if content.startswith("{") else "x.tsv")
    file.write_text(content)

    with pytest.raises(dialogues.UnreadableFileError, match=str(file)):
        dialogues.read(file, most=10)
