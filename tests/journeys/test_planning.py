"""The planning board as an operator uses it: by keyboard, on a phone, and with a day tried out."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from marketplace.local.services import System
from tests.journeys.faces import DESKTOP, PASSWORD, PHONE, SECONDS, watched

pytestmark = pytest.mark.browser


def enter(page: Page, system: System) -> None:
    page.goto(f"{system.url}/admin/login/?next=/board/planning")
    page.locator("input[name=username]").fill("noor@beckon.example")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("button[type=submit]").click()
    expect(page.get_by_role("heading", name="Planning")).to_be_visible()


def seat_hours(page: Page) -> float:
    told = page.locator(".is-goal dd").first.inner_text()
    return float((re.match(r"[\d.]+", told) or [""])[0])


def test_an_operator_sets_a_goal_fills_up_and_tries_a_day_out(system: System, browser: Browser) -> None:
    faults: list[str] = []
    page = watched(browser, DESKTOP, faults)
    enter(page, system)
    page.get_by_role("button", name="The day after").press("Enter")
    expect(page.locator("svg.is-day")).to_have_count(3)
    before = seat_hours(page)

    page.get_by_label("Answered, % of all").first.fill("98")
    expect(page.get_by_text("tried out, not in force")).to_be_visible()
    expect(page.locator(".is-goal dd").first).not_to_contain_text(f"{before:g} h")
    assert seat_hours(page) > before

    page.get_by_role("button", name="Say what would be made").press("Enter")
    expect(page.get_by_text("would be made, seats in all")).to_be_visible()
    page.get_by_role("button", name="Draft them").press("Enter")
    expect(page.get_by_text(re.compile("(was|were) made, seats in all"))).to_be_visible()
    expect(page.locator(".shift-rows").get_by_text("Draft").first).to_be_visible()

    page.get_by_role("button", name="Simulate").press("Enter")
    asked = page.get_by_role("article", name="2 seats less from 14:00 to 16:00")
    expect(asked).to_be_visible()
    page.get_by_text("The day as a table").click()
    expect(page.get_by_role("columnheader", name="Needed")).to_be_visible()
    expect(asked.get_by_text("are answered within")).to_be_visible(timeout=150 * SECONDS)
    assert faults == []


def test_the_planning_board_fits_a_phone_from_either_side(system: System, browser: Browser) -> None:
    faults: list[str] = []
    page = watched(browser, PHONE, faults)
    enter(page, system)
    expect(page.locator("svg.is-day")).to_have_count(3)

    for side in ("ltr", "rtl"):
        page.evaluate("side => { document.documentElement.dir = side; }", side)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    small = "all => all.filter(one => one.getClientRects().length && one.getBoundingClientRect().height < 44).length"
    assert page.locator("main button, main select").evaluate_all(small) == 0
    assert faults == []
