"""The whole product, as `make run` starts it, once for all journeys."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from marketplace.local import services
from marketplace.local.services import System
from tests.journeys.faces import FLAGS
from tests.real import real


@pytest.fixture(scope="session")
def system() -> Iterator[System]:
    """A running product with the demo's brands and people, on servers of its own."""
    with services.running(fast=True) as running:
        yield running


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Chromium, for the journeys of one file."""
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=chromium, args=FLAGS)


@pytest.fixture(scope="session")
def data() -> Path:
    """Real dialogues and hostile strings that none of us wrote."""
    return real()
