"""Real data for tests. Where it is absent they are skipped and say so; `BECKON_DATA` names another place for it."""

from pathlib import Path

import pytest

from benchmarks import real as place
from marketplace.local.state import Trouble


def real(*parts: str) -> Path:
    """A file or folder of it; skips the test without."""
    try:
        return place.real(*parts)
    except Trouble as absent:
        pytest.skip(str(absent))


def documents() -> list[Path]:
    """The documents of the JSON suite, for parametrised tests: without them there is nothing to run."""
    try:
        return sorted(place.real("jsontestsuite", "test_parsing").glob("*.json"))
    except Trouble:
        return []
