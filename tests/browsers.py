"""Where the browser is that the journeys drive, and what is said when there is none."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
INSTALL = "apt install chromium (or: .venv/bin/playwright install chromium, or set CHROMIUM)"


class NoBrowser(Exception):  # noqa: N818  (said to a person)
    """No browser was found; install one with the line in the message."""


def find() -> str:
    """The path of a Chromium: the variable CHROMIUM, the PATH, Playwright's cache, or, for root, apt."""
    if named := os.environ.get("CHROMIUM"):
        if shutil.which(named) is None:
            raise NoBrowser(f"CHROMIUM names {named}, which cannot be run")
        return named
    return on_path() or in_cache() or from_apt()


def on_path() -> str | None:
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def in_cache() -> str | None:
    """The newest Chromium that Playwright has fetched for this user."""
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    patterns = ("chromium-*/chrome-linux*/chrome", "chromium-*/chrome-mac*/*.app/Contents/MacOS/*")
    found = [path for pattern in patterns for path in cache.glob(pattern) if os.access(path, os.X_OK)]
    return str(max(found, key=lambda path: path.stat().st_mtime)) if found else None


def from_apt() -> str:
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise NoBrowser(f"no browser was found: {INSTALL}")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    packages = ["chromium", "fonts-dejavu-core", "fonts-noto-color-emoji"]
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages]):
        subprocess.run(["apt-get", *command], env=environment, check=False, stdout=subprocess.DEVNULL)
    if found := on_path():
        return found
    raise NoBrowser(f"apt could not install a browser: {INSTALL}")
