"""Arrivals from files: a table of customers, or counts of calls per interval. Bad rows end in one clear sentence.

Customers: `arrival` (seconds, or an ISO date and time), and any of `topic`, `language`, `patience` and `service` (both
in seconds; `service` is what the chat takes alone). Counts: `DateTime` and `Calls`; one day of them is read. What a
file leaves out, or a cell left empty, is drawn from the world by the seed.
"""

import csv
import itertools
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from dispatch.simulator.worlds import Given

MOST_ROWS = 1_000_000
LONGEST_NAME = 40
LONGEST_S = 31 * 86_400.0
CUSTOMERS = ("arrival", "topic", "language", "patience", "service")
COUNTS = ("DateTime", "Calls")


class BadArrivalsError(ValueError):
    """What is wrong with the file, and in which line."""


@dataclass(frozen=True, slots=True)
class Counted:
    """`calls` that came within an interval from `at` seconds after the day's first."""

    at: float
    seconds: float
    calls: int


def read(path: Path, *, day: date | None = None) -> list[Given] | list[Counted]:
    """The customers of a file in order of arrival, or a day's counts. Raises BadArrivalsError."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return _read(csv.DictReader(file, strict=True), day)
    except OSError as error:
        raise BadArrivalsError(f"{path}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise BadArrivalsError(f"{path} is not a table in UTF-8.") from error
    except csv.Error as error:
        raise BadArrivalsError(f"{path} is not a table: {error}.") from error


def _read(table: "csv.DictReader[str]", day: date | None) -> list[Given] | list[Counted]:
    columns = table.fieldnames or []
    if set(COUNTS) <= set(columns):
        return _counts(table, day)
    if day is not None:
        raise BadArrivalsError(f"A day is chosen from a file of counts, with the columns {' and '.join(COUNTS)}.")
    if "arrival" not in columns:
        raise BadArrivalsError(
            f"Line 1: the columns are {', '.join(CUSTOMERS)} (only arrival is needed), or {' and '.join(COUNTS)}."
        )
    if twice := sorted({column for column in columns if columns.count(column) > 1}):
        raise BadArrivalsError(f"Line 1: {twice[0]} is there twice.")
    return _customers(table)


def _customers(table: "csv.DictReader[str]") -> list[Given]:
    came = [(_moment(row["arrival"], line), _given(row, line)) for line, row in _rows(table)]
    came.sort(key=lambda pair: pair[0])
    first = came[0][0]
    if came[-1][0] - first > LONGEST_S:
        raise BadArrivalsError(f"The arrivals lie {(came[-1][0] - first) / 86_400:,.0f} days apart: 31 are the most.")
    return [
        Given(at - first, one.topic, one.language, one.patience_s, one.service_s) for at, one in came
    ]  # fmt: skip


def _given(row: Mapping[str, str], line: int) -> Given:
    return Given(
        at=0.0,
        topic=_name(row.get("topic"), "topic", line),
        language=_name(row.get("language"), "language", line),
        patience_s=_seconds(row.get("patience"), "patience", line, endless=True),
        service_s=_seconds(row.get("service"), "service", line),
    )


def _counts(table: "csv.DictReader[str]", day: date | None) -> list[Counted]:
    found: dict[date, list[tuple[float, int]]] = {}
    for line, row in _rows(table):
        at = _instant(row["DateTime"], line)
        found.setdefault(at.date(), []).append((at.timestamp(), _calls(row["Calls"], line)))
    chosen = day or min(found)
    if chosen not in found:
        raise BadArrivalsError(f"The file has no {chosen}: it runs from {min(found)} to {max(found)}.")
    rows = sorted(found[chosen])
    gaps = [after[0] - before[0] for before, after in itertools.pairwise(rows)]
    if min(gaps, default=300.0) <= 0:
        raise BadArrivalsError(f"The file has a moment of {chosen} twice.")
    width = min(gaps, default=300.0)
    return [Counted(at - rows[0][0], width, calls) for at, calls in rows]


def _rows(table: "csv.DictReader[str]") -> Iterator[tuple[int, dict[str, str]]]:
    """(line, row) of all that have as many cells as the head. At least one, at most `MOST_ROWS`."""
    count = 0
    for count, row in enumerate(table, start=1):
        line = table.line_num
        if count > MOST_ROWS:
            raise BadArrivalsError(f"Line {line}: more than {MOST_ROWS:,} rows.")
        if len(row) != len(table.fieldnames or ()) or None in row.values():
            raise BadArrivalsError(f"Line {line}: it has not as many cells as the first line.")
        yield line, {column: cell.strip() for column, cell in row.items()}
    if not count:
        raise BadArrivalsError("The file has no arrivals.")


def _moment(cell: str, line: int) -> float:
    try:
        seconds = float(cell)
    except ValueError:
        return _instant(cell, line).timestamp()
    if not math.isfinite(seconds):
        raise BadArrivalsError(f"Line {line}: arrival is seconds or an ISO date and time, not {cell[:40]!r}.")
    return seconds


def _instant(cell: str, line: int) -> datetime:
    try:
        at = datetime.fromisoformat(cell)
    except ValueError:
        raise BadArrivalsError(
            f"Line {line}: a moment is written 2026-11-22T09:30:00Z (or in seconds), not {cell[:40]!r}."
        ) from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _seconds(cell: str | None, column: str, line: int, *, endless: bool = False) -> float | None:
    """None where nothing is given. Endless patience may be written inf."""
    if not cell:
        return None
    try:
        seconds = float(cell)
    except ValueError:
        seconds = math.nan
    if math.isnan(seconds) or seconds <= 0 or (math.isinf(seconds) and not endless):
        raise BadArrivalsError(f"Line {line}: {column} is a number of seconds above 0, not {cell[:40]!r}.")
    return seconds


def _calls(cell: str, line: int) -> int:
    try:
        calls = int(cell)
    except ValueError:
        calls = -1
    if not 0 <= calls <= MOST_ROWS:
        raise BadArrivalsError(f"Line {line}: Calls is a whole number, not {cell[:40]!r}.")
    return calls


def _name(cell: str | None, column: str, line: int) -> str | None:
    if cell and len(cell) > LONGEST_NAME:
        raise BadArrivalsError(f"Line {line}: {column} is at most {LONGEST_NAME} letters long.")
    return cell or None


def named(customers: Sequence[Given], column: str) -> dict[str, int]:
    """How often each topic or language is named in the file, the most frequent first."""
    names = Counter(name for one in customers if (name := getattr(one, column)))
    return dict(sorted(names.items(), key=lambda pair: (-pair[1], pair[0])))
