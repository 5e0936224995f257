"""Facts as text: one canonical JSON for each, its hash, and the way back. Pure."""

import hashlib
import json
from dataclasses import MISSING, Field, fields
from datetime import UTC, datetime
from typing import Any, TypeVar, get_type_hints
from uuid import UUID

Frozen = TypeVar("Frozen")
_HINTS: dict[type[Any], dict[str, Any]] = {}  # what each kind's fields are typed as, found out once


def canonical(facts: Any) -> str:
    """The one JSON text of a dataclass of facts: keys sorted, no spaces, instants in UTC to the microsecond.

    A field marked `later`, added when facts of its kind had been frozen already, is left out while it says nothing.
    """
    told = {part.name: _plain(getattr(facts, part.name)) for part in fields(facts) if not _is_silent(facts, part)}
    return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def parse(kind: type[Frozen], text: str) -> Frozen:
    """The facts that this canonical text stands for: `canonical(parse(kind, text)) == text`."""
    hints = _HINTS.get(kind) or _HINTS.setdefault(kind, get_type_hints(kind))
    return kind(**{name: _typed(hints[name], value) for name, value in json.loads(text).items()})


def digest(text: str) -> str:
    """SHA-256 of the text in UTF-8, as lower-case hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def utc(at: datetime) -> datetime:
    """In UTC, because two instants of one local zone subtract by their wall clocks."""
    if at.tzinfo is None:
        raise ValueError("An instant needs its time zone.")
    return at.astimezone(UTC)


def _is_silent(facts: Any, part: Field[Any]) -> bool:
    return "later" in part.metadata and part.default is not MISSING and getattr(facts, part.name) == part.default


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return utc(value).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, UUID) else value


def _typed(hint: Any, value: Any) -> Any:
    if isinstance(value, list):
        return tuple(tuple(item) if isinstance(item, list) else item for item in value)
    if isinstance(value, str) and hint is UUID:
        return UUID(value)
    if isinstance(value, str) and hint in (datetime, datetime | None):
        return datetime.fromisoformat(value)
    return value
