"""People with a right to be here who try what is not theirs. The oracle wants every try refused and nothing heard."""

from __future__ import annotations

import asyncio
import json
import random
from contextlib import suppress
from typing import TYPE_CHECKING

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException
from websockets.typing import Origin

from tests.chaos.load_people import AgentPlayer, Player, tabs_of
from tests.chaos.load_record import Act
from tests.stranger import door
from tests.stranger.client import Client, GivenUpError
from tests.stranger.diary import Frame, now
from tests.stranger.door import Credentials, RefusedError

if TYPE_CHECKING:
    from tests.chaos.load import Load

EVERY_SECONDS = 4.0
PATIENCE_SECONDS = 3.0
GONE = (OSError, TimeoutError, WebSocketException, ValueError, GivenUpError, RefusedError)


async def snoop(load: Load) -> None:
    """Until the house closes: one person after the other tries all that is wrong."""
    chance = random.Random(f"snoop {load.order.seed}")
    while load.house.open:
        await asyncio.sleep(chance.uniform(0.5, 1.0) * EVERY_SECONDS)
        player = chance.choice(load.players)
        who = load.credentials(player.main.person)
        if player.over or player.away or not load.house.open:
            continue
        async with player.pried:
            with suppress(*GONE):
                await _pry(load, player, who, chance)
            with suppress(*GONE):
                await _enter_twice(load, player.main.person, who, chance)


async def _pry(load: Load, player: Player, who: Credentials, chance: random.Random) -> None:
    """A tab that claims to hold others' conversations, writes into one, and acts on what is somebody else's."""
    foreign = [other.conversation for other in load.house.customers if other.conversation and other is not player]
    if not foreign:
        return
    (tab,) = tabs_of(load.house, player.main.person, who, load.record.diary, 1, chance)
    tab.tab = f"pry {now():.3f}"
    for conversation in chance.sample(foreign, min(5, len(foreign))):
        tab.reader(conversation)
        tab.reader(conversation, "desk")
    async with tab:
        await tab.until(lambda: tab.is_in, PATIENCE_SECONDS, "a welcome")
        await _ask_for_others(load, tab, player, chance.choice(foreign), chance)


async def _ask_for_others(load: Load, tab: Client, player: Player, foreign: str, chance: random.Random) -> None:
    if foreign not in _own(player):
        letter = tab.say(foreign, "This is not my chat")
        with suppress(GivenUpError):
            await tab.settled(letter, PATIENCE_SECONDS)
    desks = [(agent.main.person, engaged) for agent in load.house.agents
             for engaged in (agent.main.desk or {"engagements": []})["engagements"]]  # fmt: skip
    others = [engaged for person, engaged in desks if person != player.main.person]
    if others and isinstance(player, AgentPlayer):
        theirs = chance.choice(others)["engagement_id"]
        began = now()
        answer = await tab.ask("transfer", engagement_id=theirs, reason="not mine", seconds=PATIENCE_SECONDS)
        held = answer["type"] == "done"
        load.record.acts.append(Act("wrong:transferring another's chat", tab.person, began, now(), held, theirs))


def _own(player: Player) -> set[str]:
    """Conversations that the player may just now be part of."""
    held = {conversation for tab in player.tabs for conversation, _ in tab.readers}
    desks = [tab.desk for tab in player.tabs if tab.desk is not None]
    return held | {each["conversation"] for desk in desks for each in desk["engagements"]}


async def _enter_twice(load: Load, person: str, who: Credentials, chance: random.Random) -> None:
    """One ticket, two sockets at once: one must not be let in. Nor with the ticket that the other was given."""
    urls, origin = load.order.urls, load.order.urls[0]
    secret, path = await door.ticket(chance.choice(urls), who, origin=origin, seconds=PATIENCE_SECONDS)
    while secret:
        began = now()
        addresses = [chance.choice(urls).replace("http", "ws", 1) + path for _ in range(2)]
        answers = await asyncio.gather(*(_enter(address, secret, who, origin) for address in addresses))
        let_in = [answer for answer in answers if answer["type"] == "welcome"]
        act = Act("wrong:one ticket for two sockets", person, began, now(), len(let_in) == 2, str(answers))
        load.record.acts.append(act)
        secret = let_in[0]["ticket"] if let_in and chance.random() < 0.5 else ""


async def _enter(address: str, secret: str, who: Credentials, origin: str) -> Frame:
    """What a socket with this ticket is told first. It is closed at once."""
    enter = {"type": "enter", "ticket": secret, "have": []}
    async with asyncio.timeout(PATIENCE_SECONDS):
        async with connect(
            address, origin=Origin(origin), additional_headers=who.cookie, compression=None, close_timeout=1
        ) as socket:
            await socket.send(json.dumps(enter))
            told: Frame = json.loads(await socket.recv())
            return told
