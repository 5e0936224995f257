"""The two faces as a person uses them: what is pressed, what is written, what is waited for."""

import re
from dataclasses import dataclass

from playwright.sync_api import Browser, ConsoleMessage, FrameLocator, Page, expect

PASSWORD = "beckon-demo-2026"
SECONDS = 1_000
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}


def watched(browser: Browser, size: dict[str, int], faults: list[str]) -> Page:
    """A page of its own whose errors are collected."""
    page = browser.new_context(viewport=size).new_page()  # type: ignore[arg-type]
    page.set_default_timeout(20 * SECONDS)
    page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
    page.on("console", lambda said: _note(said, faults) if said.type == "error" else None)
    return page


def _note(said: ConsoleMessage, faults: list[str]) -> None:
    """A page's error. That nobody is logged in yet is an answer, not an error."""
    place = said.location["url"]
    if not (place.endswith(("/agent/me", "/auth/session", "/auth/login")) and re.search("40[13]", said.text)):
        faults.append(f"{place}: {said.text}")


@dataclass
class Customer:
    """A visitor of the shop with the widget on it."""

    page: Page

    @property
    def panel(self) -> FrameLocator:
        return self.page.frame_locator("iframe").first

    def opens_the_shop(self, url: str) -> None:
        self.page.goto(f"{url}/demo/shop")
        self.page.locator("a", has_text="Help").last.click()

    def writes(self, text: str) -> None:
        self.panel.get_by_role("textbox").first.fill(text)
        self.panel.get_by_role("textbox").first.press("Enter")

    def sees(self, text: str, seconds: float = 15) -> None:
        expect(self.panel.get_by_text(text).filter(visible=True).first).to_be_visible(timeout=seconds * SECONDS)

    def asks_for_a_person(self) -> None:
        self.panel.get_by_role("button", name="Talk to a person").click()
        self.panel.get_by_role("button", name=re.compile("Ask a person|Wait for a person")).click()

    def rates(self, number: int, words: str) -> None:
        self.panel.get_by_text("Yes", exact=True).click()
        self.panel.get_by_role("radio", name=re.compile(f"^{number}")).check(force=True)
        self.panel.get_by_label("In your words").fill(words)
        self.panel.get_by_role("button", name="Send").last.click()


@dataclass
class Worker:
    """An agent at her dashboard."""

    page: Page

    def logs_in(self, url: str, email: str) -> None:
        self.page.goto(f"{url}/agent/")
        self.page.get_by_role("link", name="Log in").or_(self.page.get_by_role("button", name="Log in")).first.click()
        self.page.get_by_label("E-mail").fill(email)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Log in").click()

    def goes_online(self) -> None:
        self.page.get_by_role("switch").click()
        expect(self.page.get_by_text("You are online").first).to_be_visible()

    def sees(self, text: str | re.Pattern[str], seconds: float = 15) -> None:
        expect(self.page.get_by_text(text).filter(visible=True).first).to_be_visible(timeout=seconds * SECONDS)

    def accepts(self) -> None:
        self.page.get_by_role("button", name="Accept").click()

    def writes(self, text: str) -> None:
        self.page.get_by_role("textbox", name="Your message").fill(text)
        self.page.get_by_role("textbox", name="Your message").press("Enter")

    def ends_the_chat(self) -> None:
        self.page.get_by_role("link", name=re.compile("^End")).first.click()
        self.page.get_by_text("Solved", exact=True).first.click()
        self.page.get_by_role("button", name="Finish and post my pay").click()
