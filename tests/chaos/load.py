"""The load of one seed: two brands' customers and agents who live in the world while the rig breaks it.

People are made in the database beforehand; everything they do goes through public doors and into the record. Choices
follow from the seed, moments from the machine. See contract.py for who calls what when.
"""

import asyncio
import json
import random
import sys
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from typing import Any

import psycopg

from marketplace.local.state import CHECKOUT
from tests.chaos import load_incidents as incidents
from tests.chaos.children import until
from tests.chaos.contract import Disturbance, Order
from tests.chaos.load_operator import Operator
from tests.chaos.load_people import AgentPlayer, CustomerPlayer, House, Player, tabs_of
from tests.chaos.load_record import Glance, Record
from tests.chaos.load_snoop import snoop
from tests.stranger.client import Client
from tests.stranger.diary import Frame, now
from tests.stranger.door import Credentials

CAST_SECONDS = 60.0
CONNECT_SECONDS = 30.0
PACE_SECONDS = 0.5
WARM_SECONDS, LIVELY_SHARE = 8.0, 0.5  # how long the house may take to fill, and when it is full
SLOWEST, FASTEST = 0.5, 8.0  # messages a second of one speaking side
SERVED_SHARE = 0.5  # of the time to settle: so long whoever waits may still be served; then she leaves
GLANCE_SECONDS = 6.0
MARATHON_TABS = 4
CONNECTED = """
  select c.principal from realtime_connection c join realtime_serverlease s on s.id = c.server_id
  where s.expires_at > clock_timestamp() and c.principal = any(%s) group by 1"""


class Load:
    """See `contract.Load`."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.chance = random.Random(order.seed)
        self.record = Record(order.seed, order.haste)
        self.house = House(order.urls, order.haste)
        self.people: dict[str, Frame] = {}  # who they are over HTTP, by principal
        self._cast: dict[str, Any] = {}
        self._stack = AsyncExitStack()
        self._playing: list[asyncio.Task[None]] = []
        self._working: list[asyncio.Task[None]] = []
        self._beside: list[asyncio.Task[None]] = []

    @property
    def players(self) -> list[Player]:
        return [*self.house.agents, *self.house.customers]

    @property
    def clients(self) -> list[Client]:
        return [tab for player in self.players for tab in player.tabs]

    def credentials(self, person: str) -> Credentials:
        held = self.people[person]
        return Credentials.agent(held["session_key"]) if "session_key" in held else Credentials.customer(held["token"])

    @property
    def operator(self) -> Operator:
        return Operator(self.order.urls, self._cast["operator"]["session_key"], self.record)

    # --- before ---

    async def prepare(self) -> None:
        """The cast stands in the database; its people have their tabs, not yet opened."""
        order = self.order
        command = ["-m", "tests.chaos.load_cast", "--brands", str(order.brands), "--agents", str(order.agents)]
        child = await asyncio.create_subprocess_exec(
            sys.executable, *command, "--customers", str(order.customers), cwd=CHECKOUT, env=dict(order.environment),
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        try:
            async with asyncio.timeout(CAST_SECONDS):
                made, trouble = await child.communicate()
        finally:
            if child.returncode is None:
                child.kill()
        if child.returncode:
            raise RuntimeError(f"The cast could not be made:\n{trouble.decode()[-3000:]}")
        self._cast = json.loads(made)
        self._give_parts()

    def _give_parts(self) -> None:
        brand_of: dict[str, str] = {}
        for brand in self._cast["brands"]:
            for person in brand["agents"]:
                name, who = f"agent:{person['id']}", Credentials.agent(person["session_key"])
                brand_of[name] = brand["brand_id"]
                self.house.agents.append(AgentPlayer(self.house, *self._part(who, name, (1, 1, 2))))
                self.people[name] = person
            for person in brand["customers"]:
                name, who = f"customer:{person['id']}", Credentials.customer(person["token"])
                brand_of[name] = brand["brand_id"]
                self.people[name] = person
                runs_far = not self.house.customers
                tabs = (MARATHON_TABS,) if runs_far else (1, 1, 2)
                self.house.customers.append(CustomerPlayer(self.house, *self._part(who, name, tabs)))
                self.house.customers[-1].marathon = runs_far
        self.record.brand_of = brand_of
        self.record.agents = tuple(name for name in brand_of if name.startswith("agent:"))
        self.record.customers = tuple(name for name in brand_of if name.startswith("customer:"))

    def _part(self, who: Credentials, name: str, counts: tuple[int, ...]) -> tuple[random.Random, list[Client]]:
        """A person's own chance and tabs. The last of several tabs may stand in the background."""
        chance = random.Random(self.chance.getrandbits(64))
        tabs = tabs_of(self.house, name, who, self.record.diary, chance.choice(counts), chance)
        tabs[-1].shows = len(tabs) == 1 or chance.random() < 0.5
        return chance, tabs

    # --- during ---

    async def start(self) -> None:
        """Everybody is connected, people play, the pace is kept and a few of them have their mishaps."""
        for client in self.clients:
            await self._stack.enter_async_context(client)
        for client in self.clients:
            await client.until(_welcomed(client), CONNECT_SECONDS, "a first welcome")
        self.record.began = now()
        self._playing = [asyncio.create_task(player.play()) for player in self.house.customers]
        self._working = [asyncio.create_task(player.play()) for player in self.house.agents]
        steady = [player for player in self.players if not getattr(player, "marathon", False)]
        mishaps = (self._keep_pace(), incidents.vanish(self), incidents.oversleep(self), snoop(self))
        for mishap in (*(player.stumble() for player in steady), *mishaps):
            self.beside(mishap)

    async def lively(self) -> None:
        """The house is full: most customers are in a chat, so that what follows is measured under its whole load."""

        async def full() -> bool:
            return self.house.speaking >= LIVELY_SHARE * 2 * len(self.house.customers)

        await until(full, WARM_SECONDS)

    async def _keep_pace(self) -> None:
        """So many messages are written that those asked for are acknowledged when the time is over."""
        ends = self.record.began + WARM_SECONDS + self.order.seconds
        while self.house.open:
            missing = max(0, self.order.messages - self.record.acked)
            a_second = missing / max(1.0, ends - now())
            speaking = max(12, self.house.speaking)
            self.house.rate = min(FASTEST, max(SLOWEST, a_second / speaking))
            await asyncio.sleep(PACE_SECONDS)

    async def disturb(self, kind: Disturbance) -> str:
        """See `contract.Load`."""
        async with asyncio.timeout(incidents.LONGEST_SECONDS):
            return await incidents.disturb(self, kind)

    def beside(self, mishap: Coroutine[Any, Any, None]) -> None:
        """It goes on beside everything else, until it is over or the load is closed."""
        self._beside.append(asyncio.create_task(mishap))

    async def escalation_of(self, conversation: str) -> str | None:
        """What an operator reads in her list: the request behind a chat."""
        query = "select id from dispatch_escalation where conversation_id = %s and state = 'engaged'"
        async with await psycopg.AsyncConnection.connect(self.order.database_url, autocommit=True) as database:
            row = await (await database.execute(query, [conversation])).fetchone()
        return str(row[0]) if row else None

    # --- the end ---

    async def settle(self, seconds: float) -> list[str]:
        """Nothing new begins. Chats are resolved, whoever still waits is served or leaves, letters are answered."""
        deadline = now() + seconds
        self.house.close()
        _, late = await asyncio.wait(self._playing, timeout=seconds * SERVED_SHARE)
        ending = [player.end() for player in self.house.customers if player.phase != "ended"]
        if ending:
            await asyncio.wait([asyncio.create_task(each) for each in ending], timeout=deadline - now() - 2)
        _, late = await asyncio.wait(self._playing, timeout=1)
        players = zip(self.house.customers, self._playing, strict=True)
        trouble = [f"STUCK: {player.main.person} is {player.whereabouts()}" for player, task in players if task in late]
        trouble += await self._unanswered(deadline)
        trouble += self._sent_away()
        await self._glance(max(deadline, now() + GLANCE_SECONDS))
        self.record.settled = now()
        return trouble

    async def _unanswered(self, deadline: float) -> list[str]:
        """Every letter was answered; those of clients that were sent away for good never are."""
        waiting = [client for client in self.clients if client.unanswered and not client.over]
        done = [client.until(_answered(client), max(0.1, deadline - now()), "answers") for client in waiting]
        await asyncio.gather(*done, return_exceptions=True)
        return [_complaint(client) for client in waiting if client.unanswered and not client.over]

    def _sent_away(self) -> list[str]:
        """Nobody was told to stay away but those whose log-in had ended; a try of that without an answer may have."""
        ended = {act.subject for act in self.record.acts if act.kind in ("deactivate", "take_away", "log_out")}
        away = [client for client in self.clients if client.over and client.person not in ended]
        return [f"SENT AWAY: {client.person}, tab {client.tab}: {client.over}" for client in away]

    async def _glance(self, deadline: float) -> None:
        """Every other agent leaves; who is connected is looked at until client and product agree, or time is up."""
        for task in self._working:
            task.cancel()
        await asyncio.gather(*self._working, return_exceptions=True)
        for agent in self.house.agents[::2]:
            for tab in agent.tabs:
                await tab.go_away(politely=self.chance.random() < 0.5)
        async with await psycopg.AsyncConnection.connect(self.order.database_url, autocommit=True) as database:
            while True:
                rows = await (await database.execute(CONNECTED, [list(self.record.agents)])).fetchall()
                really = frozenset(tab.person for agent in self.house.agents for tab in agent.tabs if tab.is_in)
                glance = Glance(now(), really, frozenset(name for (name,) in rows))
                self.record.glances.append(glance)
                if glance.really == glance.called or now() > deadline:
                    return
                await asyncio.sleep(0.1)

    async def close(self) -> None:
        """Every socket is closed and no task is left."""
        self.house.close()
        tasks = [
            *self._playing,
            *self._working,
            *self._beside,
            *(t for agent in self.house.agents for t in agent.tasks()),
        ]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._stack.aclose()


def _welcomed(client: Client) -> Callable[[], bool]:
    return lambda: client.is_in


def _answered(client: Client) -> Callable[[], bool]:
    return lambda: bool(client.over) or not client.unanswered


def _complaint(client: Client) -> str:
    """Which letters of a tab nobody answered, and whether it was there to hear."""
    letters = [f"{letter.frame['type']} sent {len(letter.sent)} times" for letter in client.letters]
    last = max((at for letter in client.letters for at, _ in letter.sent), default=now())
    where = "connected" if client.is_in else "not connected"
    told = f"{', '.join(letters[:5])}; {where}, last sent {now() - last:.1f} s ago"
    return f"{client.person}, tab {client.tab}, has {len(letters)} letters without an answer: {told}"
