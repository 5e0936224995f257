"""Dialogues from files: tab-separated customers' turns (MultiDoGO) or both sides as JSON (ABCD)."""

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from realtime.protocol import MAX_TEXT

Side = Literal["customer", "agent"]
BEFORE_A_PERSON = 2  # lines the customer writes to the assistant first

# What an agent says when the file holds the customer's side only; our own words.
GREETING = "Hello, I have read your chat so far. I am with you now."
REPLIES = (
    "Thank you, I have noted that.",
    "Let me look at that for you.",
    "I see it here in front of me.",
    "That is done. What else can I do?",
    "Understood. One moment please.",
    "I have checked it and it is in order.",
    "Good. I will write that into the case.",
)


@dataclass(frozen=True, slots=True)
class Line:
    side: Side
    text: str


@dataclass(frozen=True, slots=True)
class Script:
    """One dialogue as it is played: what the customer writes to the assistant, then what both write to one another."""

    name: str
    to_assistant: tuple[str, ...]
    with_person: tuple[Line, ...]


@dataclass
class Reading:
    """What a file held. `skipped` counts rows that are no talk (ABCD's actions); `bad` names rows nobody can play."""

    scripts: list[Script] = field(default_factory=list)
    bad: list[str] = field(default_factory=list)
    skipped: int = 0


class UnreadableFileError(Exception):
    """The file holds no dialogues in a form that is known. The message is one sentence."""


def read(path: Path, *, most: int) -> Reading:
    """Up to `most` dialogues of a file, in its order; bad rows are reported and skipped."""
    try:
        text = path.read_bytes().decode("utf-8", errors="replace")
    except OSError as error:
        raise UnreadableFileError(f"{path} cannot be read: {error.strerror}.") from error
    reading = _read_json(text, path) if path.suffix == ".json" else _read_tsv(text, path)
    if not reading.scripts:
        raise UnreadableFileError(f"{path} holds no dialogue that can be played.")
    del reading.scripts[most:]
    return reading


# --- tab-separated ---

_COLUMNS = ("conversationId", "turnNumber", "utterance")
_BEGINS_A_ROW = re.compile(r"^[^\t]+\t[^\t]*\t<CONV>")


def _read_tsv(text: str, path: Path) -> Reading:
    physical = text.split("\n")
    header = physical[0].rstrip("\r").split("\t")
    if any(column not in header for column in _COLUMNS):
        raise UnreadableFileError(f"{path} is no table with the columns {', '.join(_COLUMNS)}.")
    reading = Reading()
    turns: dict[str, list[tuple[float, str]]] = {}
    for number, group in _rows(physical):
        _take_row(group, number, header, turns, reading)
    for name, said in turns.items():
        lines = [text for _, text in sorted(said, key=lambda turn: turn[0])]
        reading.scripts.append(_one_sided(name, lines))
    return reading


def _rows(physical: list[str]) -> Iterator[tuple[int, str]]:
    """(line number, text) of each row; a quoted cell may hold line breaks, so a row lasts until the next one begins."""
    held, start = "", 2
    for number, line in enumerate(physical[1:], 2):
        if _BEGINS_A_ROW.match(line) and held:
            yield start, held
            held, start = "", number
        held = f"{held}\n{line}" if held else line
    if held.strip():
        yield start, held


def _take_row(
    group: str, number: int, header: list[str], turns: dict[str, list[tuple[float, str]]], reading: Reading
) -> None:
    try:
        rows = [row for row in csv.reader(io.StringIO(group), delimiter="\t", strict=True) if row]
    except csv.Error:
        rows = []
    if len(rows) != 1 or len(rows[0]) != len(header):
        reading.bad.append(f"line {number}: not {len(header)} cells")
        return
    row = dict(zip(header, rows[0], strict=True))
    text = _clean(row["utterance"])
    try:
        turn = float(row["turnNumber"])
    except ValueError:
        reading.bad.append(f"line {number}: the turn has no number")
        return
    if not text or not row["conversationId"].strip():
        reading.bad.append(f"line {number}: {'nothing was said' if not text else 'no conversation is named'}")
        return
    turns.setdefault(row["conversationId"].strip(), []).append((turn, text))


def _one_sided(name: str, lines: list[str]) -> Script:
    """The agent greets, and answers each later line with one of ours."""
    with_person = [Line("agent", GREETING)]
    for number, text in enumerate(lines[BEFORE_A_PERSON:]):
        with_person += [Line("customer", text), Line("agent", REPLIES[number % len(REPLIES)])]
    return Script(name, tuple(lines[:BEFORE_A_PERSON]), tuple(with_person))


# --- JSON ---


def _read_json(text: str, path: Path) -> Reading:
    try:
        held = json.loads(text)
    except ValueError as error:
        raise UnreadableFileError(f"{path} is not JSON: {error}.") from error
    reading = Reading()
    dialogues = [each for part in held.values() for each in part] if isinstance(held, dict) else held
    for number, dialogue in enumerate(dialogues if isinstance(dialogues, list) else []):
        _take_dialogue(dialogue, number, reading)
    return reading


def _take_dialogue(dialogue: Any, number: int, reading: Reading) -> None:
    rows = dialogue.get("original") if isinstance(dialogue, dict) else None
    if not isinstance(rows, list):
        reading.bad.append(f"dialogue {number}: it has no turns")
        return
    name = str(dialogue.get("convo_id", number))
    lines = [line for row in rows if (line := _json_line(row, name, reading))]
    if any(line.side == "customer" for line in lines):
        reading.scripts.append(_two_sided(name, lines))


def _json_line(row: Any, name: str, reading: Reading) -> Line | None:
    if not (isinstance(row, list) and len(row) == 2 and all(isinstance(cell, str) for cell in row)):
        reading.bad.append(f"dialogue {name}: a turn is not [who, text]")
        return None
    side, text = row[0], _clean(row[1])
    if side == "action":
        reading.skipped += 1
        return None
    if side not in ("customer", "agent") or not text:
        reading.bad.append(f"dialogue {name}: {'nothing was said' if not text else f'nobody is called {side}'}")
        return None
    return Line(side, text)


def _two_sided(name: str, lines: list[Line]) -> Script:
    """The customer's first lines go to the assistant; the others are played in order once a person is there."""
    first = [index for index, line in enumerate(lines) if line.side == "customer"][:BEFORE_A_PERSON]
    rest = tuple(line for index, line in enumerate(lines) if index not in first)
    return Script(name, tuple(lines[index].text for index in first), rest or (Line("agent", GREETING),))


def _clean(text: str) -> str:
    """The text as a person could have typed it; empty where nothing is left or it is longer than a message may be."""
    text = text.replace("\x00", "").strip()
    return text if len(text) <= MAX_TEXT else ""
