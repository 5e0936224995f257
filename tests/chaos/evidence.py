"""What a seed that broke leaves behind for whoever looks for the cause: all that clients did and heard, and the rows.

One JSON line each: `sitting` (a socket and every frame it heard), `letter`, `act`, `glance`, and `row` by its table.
Times are seconds since the load's beginning.
"""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.chaos import oracle_truth
from tests.chaos.contract import Happened
from tests.chaos.load_record import Record

NAME = "evidence.jsonl.gz"


async def keep(home: Path, record: Record, database_url: str, happened: Happened) -> None:
    """All of it stands in one compressed file of this folder."""
    agents = [person.partition(":")[2] for person in record.agents]
    truth = await oracle_truth.read(database_url, record.brands, agents)
    await asyncio.to_thread(_write, home, _lines(record, truth, happened))


def _write(home: Path, lines: Iterator[dict[str, Any]]) -> None:
    home.mkdir(parents=True, exist_ok=True)
    with gzip.open(home / NAME, "wt", compresslevel=3) as file:
        for line in lines:
            file.write(json.dumps(line, default=str) + "\n")


def _lines(record: Record, truth: oracle_truth.Truth, happened: Happened) -> Iterator[dict[str, Any]]:
    zero = record.began
    marks = {"calm_from": happened.calm_from, "began": happened.began, "ended": happened.ended}
    yield {"kind": "seed", "faults": happened.faults} | {name: at - zero for name, at in marks.items()}
    for sitting in record.diary.sittings:
        yield {
            "kind": "sitting", "person": sitting.person, "tab": sitting.tab, "number": sitting.number,
            "began": sitting.began_at - zero, "entered": sitting.entered_at - zero, "ended": sitting.ended_at - zero,
            "code": sitting.code, "why": sitting.why, "url": sitting.url, "have": sitting.have,
            "heard": [(round(at - zero, 3), frame) for at, frame in sitting.heard],
        }  # fmt: skip
    for letter in record.diary.letters:
        yield {
            "kind": "letter", "person": letter.person, "tab": letter.tab, "key": letter.key, "frame": letter.frame,
            "written": letter.written_at - zero, "sent": [(at - zero, number) for at, number in letter.sent],
            "acknowledged": [(at - zero, seq, by) for at, seq, by in letter.acknowledged],
            "refused": [(at - zero, code) for at, code in letter.refused], "final": letter.final,
        }  # fmt: skip
    for act in record.acts:
        yield {"kind": "act", **vars(act), "began": act.began - zero, "ended": act.ended - zero}
    for glance in record.glances:
        yield {"kind": "glance", "at": glance.at - zero, "differ": sorted(glance.really ^ glance.called)}
    for table in oracle_truth.TABLES:
        for row in getattr(truth, table):
            moments = {name: at - zero for name, at in vars(row).items() if name.endswith("at") and at is not None}
            yield {"kind": "row", "table": table, **vars(row), **moments}
