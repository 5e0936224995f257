"""Shifts: made-up weeks in `weeks.py`, real data where it is beside the checkout."""

from pathlib import Path

import pytest

from benchmarks.real import real
from marketplace.local.state import Trouble


def beside(*parts: str) -> Path:
    """A file of the real data; the test is skipped where it is absent."""
    try:
        return real(*parts)
    except Trouble as absent:
        pytest.skip(str(absent))
