"""A browser is found where the machine has one, and its absence is told with the line that helps."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import browsers


def program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


@pytest.fixture(autouse=True)
def bare_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing on the path, nothing in a cache, no apt."""
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "cache"))


def test_the_variable_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program(tmp_path / "bin/chromium")
    mine = program(tmp_path / "mine")
    monkeypatch.setenv("CHROMIUM", str(mine))

    assert browsers.find() == str(mine)


def test_the_path_comes_before_the_cache(tmp_path: Path) -> None:
    cached = program(tmp_path / "cache/chromium-1200/chrome-linux/chrome")
    assert browsers.find() == str(cached)

    installed = program(tmp_path / "bin/google-chrome")
    assert browsers.find() == str(installed)


def test_without_a_browser_the_line_that_installs_one_is_told() -> None:
    with pytest.raises(browsers.NoBrowser, match="apt install chromium"):
        browsers.find()
