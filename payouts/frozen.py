"""Facts as text: one canonical JSON for each, its hash, and the way back. Pure."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields
from datetime import UTC, datetime
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any, TypeVar, cast, get_type_hints
from uuid import UUID

Frozen = TypeVar("Frozen")
_TEXT = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def canonical(facts: Any) -> str:
    """The one JSON text of a dataclass of facts: keys sorted, no spaces, instants in UTC to the microsecond.

    A field marked `later`, added when facts of its kind had been frozen already, is left out while it says nothing.
    """
    kind: Any = type(facts)
    names, values_of, later = _shape(kind)
    told = dict(zip(names, map(_plain, values_of(facts)), strict=True))
    for name, nothing in later:
        if getattr(facts, name) == nothing:
            del told[name]
    return _TEXT(told)


def parse(kind: type[Frozen], text: str) -> Frozen:
    """The facts that this canonical text stands for: `canonical(parse(kind, text)) == text`."""
    readers = _readers(cast("Any", kind))
    return kind(**{name: readers[name](value) for name, value in json.loads(text).items()})


def digest(text: str) -> str:
    """SHA-256 of the text in UTF-8, as lower-case hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def utc(at: datetime) -> datetime:
    """In UTC, because two instants of one local zone subtract by their wall clocks."""
    if at.tzinfo is None:
        raise ValueError("An instant needs its time zone.")
    return at.astimezone(UTC)


@cache
def _shape(kind: type[Any]) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]], list[tuple[str, Any]]]:
    """The fields of a kind, what reads them all at once, and those left out at their default. Found out once."""
    parts: tuple[Field[Any], ...] = fields(kind)
    names = tuple(part.name for part in parts)
    later = [(part.name, part.default) for part in parts if "later" in part.metadata and part.default is not MISSING]
    return names, attrgetter(*names), later


def _plain(value: Any) -> Any:
    written = _WRITTEN.get(type(value))
    return value if written is None else written(value)


def _written_instant(value: datetime) -> str:
    return utc(value).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


# By exact type: facts hold no others. What is not among them is JSON as it stands, or JSON refuses it.
_WRITTEN: Mapping[type[Any], Callable[[Any], Any]] = {
    datetime: _written_instant,
    UUID: str,
    tuple: lambda values: [_plain(value) for value in values],
}
_READ: Mapping[Any, Callable[[str], Any]] = {
    UUID: lru_cache(maxsize=1_024)(UUID),  # brands and plans come again and again
    datetime: datetime.fromisoformat,
    datetime | None: datetime.fromisoformat,
}


@cache
def _readers(kind: type[Any]) -> Mapping[str, Callable[[Any], Any]]:
    """What makes the value of each field out of its JSON. Found out once for each kind."""
    return {name: _reader(hint) for name, hint in get_type_hints(kind).items()}


def _reader(hint: Any) -> Callable[[Any], Any]:
    made: Callable[[str], Any] | None = _READ.get(hint)
    return _as_it_is if made is None else lambda value: made(value) if isinstance(value, str) else value


def _as_it_is(value: Any) -> Any:
    """The value, with tuples for lists, one level deep."""
    if isinstance(value, list):
        return tuple(tuple(item) if isinstance(item, list) else item for item in value)
    return value
