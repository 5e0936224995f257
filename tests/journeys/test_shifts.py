"""An agent and her shifts in a real Chromium: a wish, its answer on her screen, the seat, and giving it back."""

import os
import re
import subprocess
import sys

import psycopg
import pytest
from playwright.sync_api import Browser, expect

from marketplace.local.services import System
from tests.journeys.faces import DESKTOP, SECONDS, Worker, watched

pytestmark = pytest.mark.browser

ANSWER = """
from marketplace import clock
from shifts import allotment, asking
asking.ask("window", by="system", now=clock.now())
allotment.run(allotment.take_up(now=clock.now()), now=clock.now())
"""


def a_wish_is_gathered(system: System) -> str:
    """The id of a shift of the demo whose window is open and for which nobody has wished yet."""
    with psycopg.connect(system.urls.database) as connection:
        (found,) = connection.execute(
            "select s.id from shifts_shift s where s.window_ends_at > now() and s.allotted_at is null"
            " and s.language = 'en' and not exists (select 1 from shifts_wish w where w.shift_id = s.id)"
            " and not exists (select 1 from shifts_seat t where t.ends_at > s.begins_at - interval '12 hours'"
            " and t.begins_at < s.ends_at + interval '12 hours')"
            " order by s.begins_at limit 1"
        ).fetchone() or (None,)
        assert found is not None
        return str(found)


def the_window_ends(system: System, shift: str) -> None:
    """Its wishes are answered now, by the run that the heavy queue would do within a minute."""
    with psycopg.connect(system.urls.database) as connection:
        connection.execute(
            "update shifts_shift set window_ends_at = now() - interval '1 second' where id = %s", [shift]
        )
    command = [sys.executable, "manage.py", "shell", "-c", ANSWER]
    subprocess.run(command, env=os.environ | system.urls.environment(), check=True, capture_output=True, timeout=120)


def test_a_wish_is_answered_on_her_screen_and_the_seat_can_be_given_back(system: System, browser: Browser) -> None:
    faults: list[str] = []
    tomek = Worker(watched(browser, DESKTOP, faults))
    shift = a_wish_is_gathered(system)

    tomek.logs_in(system.url, "tomek@beckon.example")
    tomek.page.get_by_role("link", name=re.compile("^Shifts")).filter(visible=True).click()
    tomek.page.goto(f"{system.url}/agent/shifts/{shift}")
    tomek.page.get_by_text("Above all", exact=True).filter(visible=True).click()
    tomek.sees("Your wish is noted.")
    tomek.page.get_by_role("link", name="Home").filter(visible=True).click()
    the_window_ends(system, shift)
    tomek.sees("Your wish was granted.", 30)
    tomek.page.get_by_role("link", name="See it").click()
    tomek.sees(re.compile("Give back without a trace until"))
    tomek.page.get_by_role("button", name="Give back").filter(visible=True).first.click()
    tomek.page.get_by_role("button", name="Yes, give it back").click()
    tomek.sees("The seat is given back.")

    expect(tomek.page.get_by_text("Your wish was granted.")).to_have_count(0, timeout=15 * SECONDS)
    with psycopg.connect(system.urls.database) as connection:
        seats = connection.execute("select state, way from shifts_seat where shift_id = %s", [shift]).fetchall()
    assert seats == [("given_back", "allotment")]
    assert faults == []
