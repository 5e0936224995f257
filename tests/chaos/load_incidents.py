"""What happens to people beside the rig's faults: agents who vanish, a tab that oversleeps, and what operators do."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from tests.chaos.contract import Disturbance
from tests.chaos.load_operator import log_out
from tests.chaos.load_people import AgentPlayer
from tests.stranger.client import GivenUpError

if TYPE_CHECKING:
    from tests.chaos.load import Load

LONGEST_SECONDS = 10.0
# How long the vanished stay away, at true scale: the phone that loses nothing, the pause that ends being online,
# and the absence after which the chats are given away.
ABSENCES = (25.0, 42.0, 85.0)
LOST_SECONDS = 110.0  # at true scale: who vanishes by a fault stays away until her chats have been given away
VANISH_TOGETHER = 4


async def vanish(load: Load) -> None:
    """Three agents of the seed lose every link while they work, each for one of the absences."""
    chosen = load.chance.sample(load.house.agents, len(ABSENCES))
    politely = [load.chance.random() < 0.3 for _ in ABSENCES]
    starts = [load.chance.uniform(0.1, 0.25) * load.order.seconds for _ in ABSENCES]
    await asyncio.gather(
        *(
            _vanish(agent, start, seconds / load.order.haste, polite)
            for agent, start, seconds, polite in zip(chosen, starts, ABSENCES, politely, strict=True)
        )
    )


async def _vanish(agent: AgentPlayer, start: float, seconds: float, politely: bool) -> None:
    await asyncio.sleep(start)
    with suppress(GivenUpError):
        await agent.main.until(lambda: (agent.main.desk or {}).get("engagements"), start, "a chat to be lost")
    if not agent.away:
        await agent.leave_for(seconds, politely=politely)


async def oversleep(load: Load) -> None:
    """One tab of the customer with the longest chat is away until the house closes: it has missed very much then."""
    sleeper = load.house.customers[0].tabs[-1]
    sleeper.shows = True
    with suppress(GivenUpError):
        await sleeper.until(lambda: sleeper.readers, load.order.seconds / 4, "something to have read")
    await sleeper.go_away()
    await load.house.closing.wait()
    sleeper.come_back()


async def disturb(load: Load, kind: Disturbance) -> str:
    """See `contract.Load.disturb`."""
    match kind:
        case "race":
            load.house.races += 5
            return "the next five offers"
        case "reconnect":
            chosen = load.chance.sample(load.clients, len(load.clients) // 2)
            for client in chosen:
                client.cut()
            return f"{len(chosen)} clients"
        case "reassign":
            return await _reassign(load)
        case "vanish":
            return _vanish_together(load)
        case "deactivate" | "log_out":
            return await _end_log_in(load, kind)


def _vanish_together(load: Load) -> str:
    """Busy agents lose every link at once, without a word, and come back when their chats are somebody else's."""
    busy = [agent for agent in load.house.agents if agent.serving and agent.main.is_in and not agent.away]
    assert busy, "nobody had a chat to be lost"
    chosen = load.chance.sample(busy, min(VANISH_TOGETHER, len(busy)))
    for agent in chosen:
        load.beside(agent.leave_for(LOST_SECONDS / load.order.haste, politely=False))
    return ", ".join(agent.main.person for agent in chosen)


async def _reassign(load: Load) -> str:
    """An operator takes a chat back, or an offer, from whoever has one."""
    busy = [agent for agent in load.house.agents if agent.main.desk and agent.main.desk["engagements"]]
    if not busy:
        return "nobody had a chat"
    agent = load.chance.choice(busy)
    engaged = load.chance.choice((agent.main.desk or {})["engagements"])
    escalation = await load.escalation_of(engaged["conversation"])
    done = bool(escalation) and await load.operator.take_back(str(escalation))
    return f"{agent.main.person}: {'taken back' if done else 'not taken back'}"


async def _end_log_in(load: Load, kind: Disturbance) -> str:
    """One busy agent's right to be here ends: by an operator's decision or by her own log-out."""
    here = [agent for agent in load.house.agents if agent.main.is_in and not agent.away]
    if not here:
        return "nobody was here"
    busy = [agent for agent in here if agent.serving] or here
    agent = load.chance.choice(busy)
    person = load.people[agent.main.person]
    agent.dismissed = True
    if kind == "log_out":
        done = await log_out(load.order.urls, person, load.record)
    else:
        done = await load.operator.take_away(person)
    return f"{agent.main.person}: {'done' if done else 'not done'}"
