"""The whole story in a real Chromium: a customer in the shop and an agent at her dashboard, side by side."""

import re

import psycopg
import pytest
from playwright.sync_api import Browser, expect

from marketplace.local.services import System
from tests.journeys.faces import DESKTOP, PHONE, Customer, Worker, watched
from tests.realtime.servers.conftest import until

pytestmark = pytest.mark.browser


def earned(system: System) -> int:
    with psycopg.connect(system.urls.database) as connection:
        (total,) = connection.execute("select coalesce(sum(amount), 0) from payouts_posting").fetchone() or (0,)
        return int(total)


def test_from_the_first_question_to_the_paid_chat(system: System, browser: Browser) -> None:
    faults: list[str] = []
    maja = Customer(watched(browser, DESKTOP, faults))
    ilse = Worker(watched(browser, PHONE, faults))
    before = earned(system)

    ilse.logs_in(system.url, "ilse@beckon.example")
    ilse.goes_online()
    maja.opens_the_shop(system.url)
    maja.writes("How long does a refund take?")
    maja.sees("Help article")
    maja.asks_for_a_person()
    ilse.sees(re.compile("At least"))
    ilse.accepts()
    maja.sees("Ilse joined")
    ilse.writes("Hello, I am Ilse. I have read your chat.")
    maja.sees("I have read your chat.")
    maja.writes("Thank you. My card is 4111 1111 1111 1111.")
    ilse.sees(re.compile("card number removed"))
    maja.page.reload()
    maja.page.locator("a", has_text=re.compile("Help|Ilse")).last.click()
    maja.sees("I have read your chat.")
    ilse.ends_the_chat()
    ilse.sees("Thank you, Ilse")
    maja.sees("Is it solved?")
    maja.rates(5, "Quick and kind.")
    maja.sees("Thank you, ")  # her own words were "Thank you."

    assert earned(system) >= before + 290
    with psycopg.connect(system.urls.database, autocommit=True) as connection:
        words = "select score, solved, words from conversations_rating where words <> ''"
        until(lambda: connection.execute(words).fetchall())  # she is thanked at once, while it is on its way
        rated = connection.execute(words).fetchall()
        card = connection.execute("select count(*) from conversations_event where text like '%4111%'").fetchone()
    assert rated == [(5, True, "Quick and kind.")]
    assert card == (0,)
    assert faults == []


def test_a_second_tab_and_a_cut_link_show_the_same_chat(system: System, browser: Browser) -> None:
    faults: list[str] = []
    first = Customer(watched(browser, DESKTOP, faults))
    first.opens_the_shop(system.url)
    first.writes("Can I pay in three parts?")
    first.sees("Help article")
    second = Customer(first.page.context.new_page())
    second.page.goto(f"{system.url}/demo/shop")
    second.page.locator("a", has_text="Help").last.click()
    second.sees("Can I pay in three parts?")

    first.page.context.set_offline(True)
    first.writes("Written in a tunnel")
    first.sees("Written in a tunnel")
    first.page.context.set_offline(False)

    second.sees("Written in a tunnel", seconds=40)
    expect(first.panel.get_by_text("Written in a tunnel")).to_have_count(1)
