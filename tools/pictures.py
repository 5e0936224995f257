"""Takes the README's picture from a running demo: python -m tools.pictures (needs the development packages)."""

import base64
import re
import sys

from playwright.sync_api import Browser, sync_playwright

from marketplace.local import services
from marketplace.local.state import CHECKOUT
from tests import browsers
from tests.journeys.faces import FLAGS, PHONE, Customer, Worker, watched

SHOP = {"width": 1120, "height": 844}
STORY = CHECKOUT / "docs" / "images" / "story.png"


def main() -> None:
    with services.running(fast=True) as system, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browsers.find(), args=FLAGS)
        shots = _story(browser, system.url)
        STORY.parent.mkdir(parents=True, exist_ok=True)
        STORY.write_bytes(_side_by_side(browser, shots))
    print(f"written: {STORY.relative_to(CHECKOUT)}", file=sys.stderr)


def _story(browser: Browser, url: str) -> list[bytes]:
    """The customer with a person, that person's phone as it rang, and her phone now."""
    faults: list[str] = []
    maja, ilse = Customer(watched(browser, SHOP, faults)), Worker(watched(browser, PHONE, faults))
    ilse.logs_in(url, "ilse@beckon.example")
    ilse.goes_online()
    maja.opens_the_shop(url)
    maja.writes("I returned the can. Is the next payment still due tomorrow?")
    maja.sees("Help article")
    maja.asks_for_a_person()
    ilse.sees(re.compile("At least"))
    ringing = ilse.page.screenshot()
    ilse.accepts()
    maja.sees("Ilse joined")
    ilse.writes("Hello Maja, I have read the chat, so no need to tell it again. I paused the payment for 21 days.")
    maja.sees("paused the payment")
    maja.writes("Thank you! Will there be a fee?")
    ilse.sees("Will there be a fee?")
    ilse.writes("No fee. Once Fernhof confirms the return, 43.00 EUR go back to your card.")
    maja.sees("No fee.")
    return [maja.page.screenshot(), ringing, ilse.page.screenshot()]


def _side_by_side(browser: Browser, shots: list[bytes]) -> bytes:
    pictures = "".join(f'<img src="data:image/png;base64,{base64.b64encode(shot).decode()}">' for shot in shots)
    page = browser.new_page(viewport={"width": 2060, "height": 940})
    page.set_content(
        "<style>body{margin:0;padding:48px;display:flex;gap:40px;background:#e4ddd1}"
        f"img{{height:844px;border-radius:16px;box-shadow:0 8px 28px #22302d33}}</style>{pictures}"
    )
    page.wait_for_timeout(300)
    return page.screenshot()


if __name__ == "__main__":
    main()
