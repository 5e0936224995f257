"""A whole chat with a client that knows nothing but docs/protocol.md, against the whole product."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from marketplace.local import services
from marketplace.local.services import System
from marketplace.local.state import CHECKOUT
from tests.stranger.client import Client, Credentials, Diary

SECONDS = 30.0
QUESTION = {"language": "en", "topic": None, "email": None}


@pytest.fixture(scope="module")
def system() -> Iterator[System]:
    with services.running(fast=True, seed=False) as running:
        yield running


@pytest.fixture(scope="module")
def people(system: System) -> Any:
    """One brand with two agents and two customers."""
    environment = os.environ | system.urls.environment() | {"BECKON_STATE_DIR": str(system.state_dir)}
    environment |= {"DJANGO_SETTINGS_MODULE": "marketplace.settings", "BECKON_ENV": "demo"}
    command = [sys.executable, "-m", "tests.chaos.load_cast", "--brands", "1", "--agents", "2", "--customers", "2"]
    made = subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, timeout=120)
    assert made.returncode == 0, made.stderr
    return json.loads(made.stdout)["brands"][0]


def customer(system: System, person: Any, diary: Diary, tab: str = "1") -> Client:
    return Client([system.url], Credentials.customer(person["token"]), diary, person=person["id"], tab=tab)


def agent(system: System, person: Any, diary: Diary) -> Client:
    return Client([system.url], Credentials.agent(person["session_key"]), diary, person=person["id"])


@pytest.mark.slow
async def test_a_whole_chat_with_cuts_on_both_sides(system: System, people: Any) -> None:
    diary = Diary()
    async with (
        customer(system, people["customers"][0], diary) as guest,
        agent(system, people["agents"][0], diary) as ana,
    ):
        assert (await ana.ask("go_online", seconds=SECONDS))["type"] == "done"
        conversation = (await guest.ask("start", language="en", seconds=SECONDS))["conversation"]
        assert (await guest.ask("ask_person", conversation=conversation, **QUESTION, seconds=SECONDS))["type"] == "done"
        desk = await ana.until(lambda: ana.desk and ana.desk["offer"] and ana.desk, SECONDS, "an offer")
        accepted = await ana.ask("accept_offer", offer_id=desk["offer"]["offer_id"], seconds=SECONDS)
        assert accepted["conversation"] == conversation
        talk = guest.reader(conversation)
        await guest.until(lambda: (talk.status or {}).get("phase") == "person", SECONDS, "a person")

        letters = []
        for number in range(12):
            letters.append(guest.say(conversation, f"Question {number} of a stranger"))
            letters.append(ana.say(conversation, f"Answer {number} to a stranger"))
            if number % 4 == 2:
                (guest if number % 8 == 2 else ana).cut()
        for letter in letters:
            await guest.settled(letter, SECONDS)

        mine = ana.reader(conversation)
        await guest.until(lambda: _said(guest, conversation) == 24, SECONDS, "all lines at the customer's")
        await ana.until(lambda: _said(ana, conversation) == 24, SECONDS, "all lines at the agent's")
        shared = mine.events.keys() & talk.events.keys()
        assert [mine.events[seq] for seq in shared] == [talk.events[seq] for seq in shared]
        assert sorted(letter.acknowledged[0][1] for letter in letters) == sorted(_numbers(guest, conversation))

        engagement = ana.desk["engagements"][0]["engagement_id"] if ana.desk else ""
        ended = await ana.ask("resolve", engagement_id=engagement, outcome="solved", note="", tags=[], seconds=SECONDS)
        assert ended["type"] == "done"
        await ana.until(lambda: (conversation, "talk") not in ana.readers, SECONDS, "having left")
        await guest.until(lambda: (talk.status or {}).get("to_rate") == engagement, SECONDS, "something to rate")
        rated = await guest.ask("rate", engagement_id=engagement, score=5, solved=True, words="", seconds=SECONDS)
        assert rated["type"] == "done"
    assert diary.acknowledged == 24
    assert sum(1 for sitting in diary.sittings if sitting.entered_at > 0) >= 4, "the cuts were no cuts"


@pytest.mark.slow
async def test_a_second_tab_and_a_return_after_a_while_hold_the_same(system: System, people: Any) -> None:
    diary = Diary()
    guest = people["customers"][1]
    async with customer(system, guest, diary) as phone, customer(system, guest, diary, tab="2") as laptop:
        conversation = (await phone.ask("start", language="en", seconds=SECONDS))["conversation"]
        await laptop.until(lambda: laptop.reader(conversation).head, SECONDS, "the conversation on the laptop")
        await laptop.go_away(politely=False)
        for number in range(5):
            await phone.settled(phone.say(conversation, f"Line {number}"), SECONDS)
        late = laptop.say(conversation, "Written without a link")
        laptop.come_back()
        await laptop.settled(late, SECONDS)
        await phone.until(lambda: _said(phone, conversation) == 6, SECONDS, "the line of the other tab")
        await laptop.until(lambda: _said(laptop, conversation) == 6, SECONDS, "what was missed")
        assert _numbers(phone, conversation) == _numbers(laptop, conversation)


@pytest.mark.slow
async def test_a_stranger_without_rights_is_told_so_and_stays_away(system: System) -> None:
    async with Client([system.url], Credentials.customer("no-such-token"), Diary(), person="nobody") as nobody:
        await nobody.until(lambda: nobody.over, SECONDS, "being refused")


def _numbers(client: Client, conversation: str) -> list[int]:
    events = client.reader(conversation).events
    return [seq for seq, event in events.items() if event["type"] == "message"]


def _said(client: Client, conversation: str) -> int:
    return len(_numbers(client, conversation))
