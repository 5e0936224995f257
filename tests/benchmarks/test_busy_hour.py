"""When a stage of busy hours counts as held, and that its load keeps the pace it claims."""

from dataclasses import replace

import pytest

from benchmarks.busy_hour import unit
from benchmarks.busy_hour.unit import Stage

GOOD = Stage(
    hours=5, seconds=300.0, messages=[20.0] * 1_990 + [251.0] * 10, offers=[40.0] * 99 + [251.0], rounds=[9.0] * 100,
    answers=[60.0], lost=0, faults=(), memory=[500.0] * 300, others=0.0, cores="",
)  # fmt: skip


def test_a_stage_within_every_bound_is_held() -> None:
    assert GOOD.failures == []
    assert "held" in str(GOOD)


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        ({"messages": [20.0] * 1_970 + [251.0] * 30}, "message p99 251 ms"),
        ({"messages": [20.0] * 94 + [251.0] * 6}, "message p95 251 ms"),
        ({"offers": [251.0]}, "offer p95 251 ms"),
        ({"offers": []}, "offer p95 inf ms"),
        ({"messages": []}, "message p95 inf ms"),
        ({"lost": 1}, "1 lost, 0 faults"),
        ({"faults": ("agent: number 7 came after 5",)}, "0 lost, 1 faults (agent: number 7 came after 5)"),
        ({"memory": [500.0] * 280 + [530.0] * 20}, "memory grew by"),
    ],
)
def test_one_bound_that_is_passed_is_said_and_fails_the_stage(seen: dict[str, object], words: str) -> None:
    stage = replace(GOOD, **seen)  # type: ignore[arg-type]

    assert len(stage.failures) == 1
    assert stage.failures[0].startswith(words)
    assert words in str(stage)


def test_growth_before_the_last_part_of_a_stage_does_not_count() -> None:
    filling = [300.0 + at for at in range(100)] + [400.0] * 200

    assert replace(GOOD, memory=filling).growth == 0.0


def test_others_disturb_a_stage_above_a_fifth_of_the_machine() -> None:
    assert not replace(GOOD, others=0.20).is_disturbed
    assert replace(GOOD, others=0.21).is_disturbed


def test_a_busy_hour_is_the_one_that_was_promised() -> None:
    messages_per_s = unit.STARTED_PER_S * (unit.KEPT * 2 * unit.KEPT_LINES + (1 - unit.KEPT) * (2 + unit.TALKED_LINES))

    assert messages_per_s == pytest.approx(55, rel=0.05)
    assert pytest.approx(900, rel=0.05) == unit.TALKS
    assert unit.AGENTS == 1_200
