"""Money in a real browser: an agent follows, disputes and takes out hers; two operators let a run go, less one."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from marketplace.local.services import System
from tests.journeys.faces import DESKTOP, FLAGS, PASSWORD, PHONE, SECONDS, Worker, watched
from tools import verify_statement

pytestmark = pytest.mark.browser
MONEY = re.compile(r"-?[\d,]+\.\d\d EUR")


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=chromium, args=FLAGS)


def cents(words: str) -> int:
    found = MONEY.search(words.replace("\xa0", " "))
    assert found, words
    return int(re.sub(r"[^\d-]", "", found[0].removesuffix(" EUR")))


def where(page: Page, name: str) -> Locator:
    """What the card "Where the money is" says of this place."""
    return page.locator(".places > li").filter(has_text=name).locator(".place-line > .number")


def of_the_week(page: Page) -> None:
    """Whatever the hour: what the demo's people earned two hours ago may have been yesterday."""
    page.locator("label", has_text="7 days").click()


def test_an_agent_follows_every_cent_disputes_a_line_and_takes_out_the_rest(system: System, browser: Browser) -> None:
    faults: list[str] = []
    ilse = Worker(watched(browser, PHONE, faults))
    page = ilse.page
    ilse.logs_in(system.url, "ilse@beckon.example")
    expect(page.get_by_role("switch")).to_be_visible()

    page.goto(f"{system.url}/agent/earnings")
    available = cents(where(page, "Available").inner_text())
    page.locator(".made-of > summary").first.click()
    lines = page.locator(".made-of").first
    expect(lines.locator(".made-of-sum")).to_be_visible()
    assert cents(lines.locator(".made-of-sum").inner_text()) == available > 0
    assert sum(cents(line.locator("> .number").inner_text()) for line in lines.locator("li").all()) == available

    with page.expect_download() as file:
        page.get_by_role("link", name=re.compile("as JSON$")).first.click()
    told = json.loads(file.value.path().read_text())
    assert list(verify_statement.verify(told)) == []

    of_the_week(page)  # what was earned yesterday, late at night
    page.locator(".paid-asked").first.click()
    page.get_by_role("button", name=re.compile("ispute")).first.click()
    page.get_by_role("textbox").last.fill("I wrote for longer than that.")
    page.get_by_role("button", name=re.compile("Send|Ask")).last.click()
    page.get_by_role("navigation").get_by_role("link", name="Earnings").filter(visible=True).click()
    of_the_week(page)
    ilse.sees(re.compile("Asked, answer by"))
    ilse.sees("I wrote for longer than that.")

    page.get_by_role("button", name=re.compile("^Take out")).click()
    page.get_by_role("button", name="Yes, take it out").click()
    ilse.sees(re.compile("is leaving"))
    expect(where(page, "Available")).to_contain_text("0.00")
    assert faults == []


def schedules_day() -> bool:
    """On a Monday of the demo's pay zone the schedule itself makes a run of all that is due."""
    return datetime.now(ZoneInfo("Europe/Berlin")).weekday() == 0


class Operator:
    """Somebody of the staff at the admin."""

    def __init__(self, page: Page, url: str, name: str) -> None:
        self.page, self.url = page, url
        page.goto(f"{url}/admin/")
        page.locator("input[name=username]").fill(f"{name}@beckon.example")
        page.locator("input[type=password]").fill(PASSWORD)
        page.locator("button[type=submit]").first.click()
        page.wait_for_url(f"{url}/admin/")

    def prepares_a_run(self) -> None:
        self.page.goto(f"{self.url}/admin/payouts/payoutrun/prepare/")
        self.page.get_by_label("Until").fill((datetime.now(UTC) - timedelta(days=1)).date().isoformat())
        self.presses("Prepare")

    def opens_the_run(self) -> None:
        kind, name = ("weekly", "^Weekly EUR") if schedules_day() else ("manual", "^By hand EUR")
        for _ in range(30):
            self.page.goto(f"{self.url}/admin/payouts/payoutrun/?kind__exact={kind}")
            link = self.page.get_by_role("link", name=re.compile(name))
            if link.count():
                break
            self.page.wait_for_timeout(2 * SECONDS)
        link.first.click()

    def waits_for(self, step: str) -> None:
        """Until the run is so far: beat moves it, within a quarter of a minute."""
        here = self.page.locator(".run-now").filter(has_text=step)
        for _ in range(30):
            if here.count():
                return
            self.page.wait_for_timeout(2 * SECONDS)
            self.page.reload()
        raise AssertionError(self.page.locator(".run-steps").inner_text())

    def presses(self, name: str) -> None:
        self.page.locator("#content-main").get_by_role("button", name=name, exact=True).click()


def test_one_prepares_another_holds_one_payout_and_approves_the_rest(system: System, browser: Browser) -> None:
    faults: list[str] = []
    noor = Operator(watched(browser, DESKTOP, faults), system.url, "noor")
    ines = Operator(watched(browser, DESKTOP, faults), system.url, "ines")

    if not schedules_day():
        noor.prepares_a_run()
    noor.opens_the_run()
    noor.waits_for("Proved")
    noor.page.get_by_role("link", name=re.compile("^Submit .* payouts?,")).click()
    noor.presses("Submit")
    noor.opens_the_run()
    expect(noor.page.get_by_text("not you")).to_be_visible()

    ines.opens_the_run()
    ending = ines.page.locator(".run-ending").inner_text()
    ines.page.get_by_role("link", name="All payouts of this run").click()
    ines.page.get_by_role("link", name="Tomek").click()
    ines.page.get_by_role("link", name="Hold", exact=True).click()
    ines.page.get_by_label("Reason").fill("The name of the account differs.")
    ines.presses("Hold")
    ines.opens_the_run()
    expect(ines.page.get_by_text("The name of the account differs.")).to_be_visible()
    ines.page.get_by_role("link", name=re.compile("^Approve")).last.click()
    ines.page.get_by_label("Last four signs").fill(ending)
    ines.presses("Approve")
    ines.opens_the_run()
    ines.waits_for("Being paid")

    tomek = Worker(watched(browser, DESKTOP, faults))
    tomek.logs_in(system.url, "tomek@beckon.example")
    expect(tomek.page.get_by_role("switch")).to_be_visible()
    tomek.page.goto(f"{system.url}/agent/earnings")
    tomek.sees(re.compile("By Ines: The name of the account differs"))
    assert faults == []
