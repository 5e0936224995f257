"""A part of a page that did not come, which a browser never asks for again: it comes all the same."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from marketplace.local.services import System
from tests.journeys.faces import DESKTOP, PHONE, Customer, Worker, watched

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MISSED = re.compile("ERR_FAILED|Failed to load resource")


@pytest.fixture
def faults() -> Iterator[list[str]]:
    """Errors of the pages; that a part did not come is none."""
    found: list[str] = []
    yield found
    assert [fault for fault in found if not MISSED.search(fault)] == []


def cut_once(page: Page, part: str) -> list[str]:
    """The first request for this part breaks; the addresses of all that were made."""
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) == 1:
            route.abort()
        else:
            route.continue_()

    page.route(f"**/static/assets/{part}-*.js", answer)
    return asked


def test_a_screen_of_the_dashboard(system: System, browser: Browser, faults: list[str]) -> None:
    tomek = Worker(watched(browser, PHONE, faults))
    tomek.logs_in(system.url, "tomek@beckon.example")
    asked = cut_once(tomek.page, "dashboard-page")
    tomek.page.get_by_role("link", name="Earnings").click()
    tomek.sees("The server did not answer")

    tomek.page.get_by_role("button", name="Try now").click()

    expect(tomek.page.get_by_role("heading", name="Earnings")).to_be_visible()
    assert len(asked) == 2


def test_the_rest_of_the_panel(system: System, browser: Browser, faults: list[str]) -> None:
    visitor = Customer(watched(browser, DESKTOP, faults))
    asked = cut_once(visitor.page, "widget-later")
    visitor.opens_the_shop(system.url)
    visitor.panel.get_by_role("textbox").first.fill("Half a line")

    styles = visitor.panel.locator("head link[rel=stylesheet]")
    expect(styles).to_have_count(2, timeout=30_000)  # it brings the second
    expect(visitor.panel.get_by_role("textbox").first).to_have_value("Half a line")
    assert len(asked) == 2
