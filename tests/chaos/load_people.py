"""Customers and agents of the load: what a person of each kind does, moment by moment, until the house is closed.

Choices come from each person's own `random.Random`; only the moments depend on the machine.
"""

import asyncio
import random
from collections.abc import Coroutine, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.stranger.client import Client, Credentials, GivenUpError
from tests.stranger.diary import Diary, Frame, now

SENTENCES = (
    "the parcel with my order came back again and nobody at home saw a note about it so please look where it went "
    "thank you for waiting I am reading what you wrote and will answer in a moment we have it here on the list"
)
WORDS = tuple(SENTENCES.split())
QUESTION = {"language": "en", "topic": None, "email": None}
PATIENCE = 600.0  # bounded by the load, which ends everybody


@dataclass
class House:
    """What all people of one load share. `rate` is the pace: messages a second that one speaking side writes."""

    urls: tuple[str, ...]
    haste: float
    open: bool = True
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    rate: float = 3.0
    races: int = 0  # offers still to be raced for
    marathons: set[str] = field(default_factory=set)  # conversations that go on until the house closes
    agents: "list[AgentPlayer]" = field(default_factory=list)
    customers: "list[CustomerPlayer]" = field(default_factory=list)

    def close(self) -> None:
        """Nothing new begins."""
        self.open = False
        self.closing.set()

    async def rest(self, seconds: float) -> None:
        """A silence, which ends with the house."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.closing.wait()

    @property
    def speaking(self) -> int:
        return 2 * sum(not task.done() for agent in self.agents for task in agent.serving.values())


class Player:
    """One person with one or more tabs."""

    def __init__(self, house: House, chance: random.Random, tabs: list[Client]) -> None:
        self.house, self.chance, self.tabs = house, chance, tabs
        self.away = False  # on purpose, with every tab
        self.pried = asyncio.Lock()  # while somebody uses her log-in for what is not hers she does not leave
        self.dismissed = False  # her log-in ended: nothing but the server is to end her sockets

    @property
    def main(self) -> Client:
        return self.tabs[0]

    @property
    def over(self) -> str:
        return self.main.over

    def text(self) -> str:
        return " ".join(self.chance.choices(WORDS, k=self.chance.randint(3, 24)))

    async def nap(self, shortest: float, longest: float) -> None:
        await asyncio.sleep(self.chance.uniform(shortest, longest))

    async def burst(self, conversation: str, speaker: Client) -> None:
        """Some lines in a row, then the silence that keeps the pace. Does not wait for their acknowledgement."""
        lines = self.chance.choice((1, 1, 1, 2, 2, 3, 5, 8))
        if self.chance.random() < 0.3:
            speaker.write(conversation)
        if speaker.unanswered < 60:
            for _ in range(lines):
                speaker.say(conversation, self.text())
        await self.house.rest(lines / self.house.rate * self.chance.uniform(0.6, 1.4))

    async def stumble(self) -> None:
        """Until the house closes: now and then a tab's link breaks, or it is closed for a moment."""
        while self.house.open:
            await self.nap(2.0, 14.0)
            tab = self.chance.choice(self.tabs)
            if self.away or self.dismissed or not self.house.open:
                continue
            if self.chance.random() < 0.6:
                tab.cut()
            else:
                await tab.go_away(politely=self.chance.random() < 0.5)
                await self.nap(0.1, 1.5)
                if not self.away:
                    tab.come_back()

    async def leave_for(self, seconds: float, *, politely: bool) -> None:
        """Every tab is closed for so long."""
        self.away = True
        async with self.pried:
            await asyncio.gather(*(tab.go_away(politely=politely) for tab in self.tabs))
        await asyncio.sleep(seconds)
        for tab in self.tabs:
            tab.come_back()
        self.away = False


class CustomerPlayer(Player):
    """One customer: asks, waits, talks, rates, and begins again."""

    marathon = False
    conversation = ""
    doing = "about to begin"

    async def play(self) -> None:
        with suppress(GivenUpError):
            while self.house.open and not self.over:
                await self._chat()
                await self.nap(0.0, 0.8)

    @property
    def phase(self) -> str:
        status = self.main.reader(self.conversation).status if self.conversation else None
        return str((status or {}).get("phase", "ended"))

    def whereabouts(self) -> str:
        """Where she is in the house, in words."""
        reader = self.main.reader(self.conversation)
        link = "connected" if self.main.is_in else "not connected"
        return f"{self.doing}; {self.conversation} at {reader.head}, phase {self.phase}, {link}"

    async def _chat(self) -> None:
        """One conversation from its beginning to its end, whatever happens on the way."""
        self.doing = "asking for a conversation"
        answer = await self.main.ask("start", language="en", seconds=PATIENCE)
        if answer["type"] != "done":
            return
        self.conversation = answer["conversation"]
        if self.marathon:
            self.house.marathons.add(self.conversation)
        lines = self.chance.choice((0, 1, 1, 2))
        for _ in range(lines):
            self.main.say(self.conversation, self.text())
        self.doing = "waiting for her conversation's first frame"
        await self.main.until(lambda: self.phase != "ended", PATIENCE, "the conversation")
        self.doing = "in her conversation"
        await self._go_through()
        await self._afterwards()

    async def _go_through(self) -> None:
        while self.phase != "ended" and not self.over:
            match self.phase:
                case "assistant":
                    await self._with_the_assistant()
                case "queue":
                    await self._wait()
                case _:
                    await self._talk()

    async def _with_the_assistant(self) -> None:
        if not self.house.open:
            await self._request("leave")
        elif self.chance.random() < 0.9 or self.marathon:
            await self._request("ask_person", **QUESTION)
        else:
            self.main.say(self.conversation, self.text())
            await self.nap(0.3, 1.0)
        await self._moved("assistant", 1.0)

    async def _wait(self) -> None:
        if self.chance.random() < 0.04 and not self.marathon:
            await self._request("leave_queue")
        elif self.chance.random() < 0.1:
            self.main.say(self.conversation, self.text())
        await self._moved("queue", 1.0)

    async def _talk(self) -> None:
        if self.chance.random() < 0.01 and self.house.open and not self.marathon:
            await self._request("leave")
        elif self.house.open and self.marathon:
            await self._run_far()
        elif self.house.open:
            await self.burst(self.conversation, self._speaker())
        else:
            await self._moved(self.phase, 1.0)

    async def _run_far(self) -> None:
        """All tabs but the one that sleeps write as fast as they may: the chat becomes a very long one."""
        for tab in self.tabs[:-1]:
            if tab.unanswered < 40:
                for _ in range(4):
                    tab.say(self.conversation, self.text())
        await self.nap(0.25, 0.35)

    def _speaker(self) -> Client:
        return self.tabs[-1] if self.chance.random() < 0.2 else self.main

    async def _request(self, kind: str, **fields: object) -> Frame:
        return await self.main.ask(kind, conversation=self.conversation, seconds=PATIENCE, **fields)

    async def _moved(self, phase: str, seconds: float) -> None:
        with suppress(GivenUpError):
            await self.main.until(lambda: self.phase != phase or self.over, seconds, "something new")

    async def _afterwards(self) -> None:
        """Rates what there is to rate; sometimes one more word opens the conversation again."""
        self.doing = "rating, or writing once more"
        status = self.main.reader(self.conversation).status or {}
        if status.get("to_rate") and self.chance.random() < 0.7:
            rating = {"score": self.chance.randint(1, 5), "solved": True, "words": ""}
            await self.main.ask("rate", engagement_id=status["to_rate"], seconds=PATIENCE, **rating)
        if self.house.open and self.chance.random() < 0.15:
            self.main.say(self.conversation, self.text())
            with suppress(GivenUpError):
                await self.main.until(lambda: self.phase != "ended", 5.0, "the conversation opened again")
            await self._go_through()

    async def end(self) -> None:
        """Whatever is open is ended from this side: for whoever waited too long in a closed house."""
        with suppress(GivenUpError):
            while self.phase != "ended" and not self.over:
                await self._request("leave")
                await self._moved(self.phase, 2.0)


class AgentPlayer(Player):
    """One agent: answers offers, serves what she owns, goes offline now and then."""

    def __init__(self, house: House, chance: random.Random, tabs: list[Client]) -> None:
        super().__init__(house, chance, tabs)
        self.serving: dict[str, asyncio.Task[None]] = {}
        self.answered: set[str] = set()
        self.deeds: set[asyncio.Task[None]] = set()
        self.offline_until = 0.0

    async def play(self) -> None:
        """Until cancelled: looks at the desk whenever something came."""
        with suppress(GivenUpError):
            await self.main.ask("set_capacity", capacity=self.chance.randint(3, 5), seconds=PATIENCE)
            await self.main.ask("go_online", seconds=PATIENCE)
        while not self.over:
            with suppress(GivenUpError):
                await self.main.until(self._news, 0.5, "work")
            desk = self._desk()
            if desk is None:
                continue
            if desk["offer"] and desk["offer"]["offer_id"] not in self.answered:
                self.answered.add(desk["offer"]["offer_id"])
                self._spawn(self._answer(desk["offer"]))
            for engaged in desk["engagements"]:
                if engaged["engagement_id"] not in self.serving:
                    self.serving[engaged["engagement_id"]] = asyncio.create_task(self._serve(engaged))
            await self._mind_being_online(desk)

    def _desk(self) -> Frame | None:
        """The newest that any of her tabs holds."""
        held = [tab.desk for tab in self.tabs if tab.desk is not None]
        return max(held, key=lambda desk: int(desk["version"]), default=None)

    def _news(self) -> bool:
        desk = self._desk()
        if desk is None:
            return bool(self.over)
        offer = desk["offer"]
        fresh = (each["engagement_id"] not in self.serving for each in desk["engagements"])
        return bool(self.over) or bool(offer and offer["offer_id"] not in self.answered) or any(fresh)

    def _spawn(self, deed: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(deed)
        self.deeds.add(task)
        task.add_done_callback(self.deeds.discard)

    async def _mind_being_online(self, desk: Frame) -> None:
        """Comes back from pauses; goes offline for a moment at random; in a closed house always online."""
        if not desk["willing"] and now() >= self.offline_until and self.main.is_in:
            await self._try("go_online")
            await self.main.until(lambda: (self._desk() or desk)["willing"] or self.over, 2.0, "being online")
        elif desk["willing"] and self.house.open and self.chance.random() < 0.01:
            self.offline_until = now() + self.chance.uniform(0.5, 2.0)
            await self._try("go_offline")

    async def _try(self, kind: str, **fields: object) -> None:
        with suppress(GivenUpError):
            await self.main.ask(kind, seconds=5.0, **fields)

    async def _answer(self, offer: Frame) -> None:
        """Mostly yes, sometimes twice at once, sometimes no, sometimes nothing, sometimes too late."""
        await self.nap(0.05, 0.5)
        mood = self.chance.random() if self.house.open else 0.0
        if self.house.races > 0:
            self.house.races -= 1
            await self._race(offer["offer_id"])
        elif mood < 0.86:
            await self._try("accept_offer", offer_id=offer["offer_id"])
        elif mood < 0.92:
            await self._race(offer["offer_id"])
        elif mood < 0.97:
            await self._try("decline_offer", offer_id=offer["offer_id"])
            await self._try("give_reason", offer_id=offer["offer_id"], reason="busy")
        elif mood < 0.985:
            await asyncio.sleep(rings_for(offer) * self.chance.uniform(0.9, 1.1))
            await self._try("accept_offer", offer_id=offer["offer_id"])

    async def _race(self, offer_id: str) -> None:
        """All her tabs, and another agent who has no right to it, answer the same offer at once."""
        others = [agent for agent in self.house.agents if agent is not self and agent.main.is_in]
        racers = [*self.tabs, self.main, *[self.chance.choice(others).main][: len(others)]] if others else self.tabs
        letters = [tab.request("accept_offer", offer_id=offer_id) for tab in racers]
        for letter in letters:
            with suppress(GivenUpError):
                await self.main.settled(letter, 5.0)

    def owns(self, engagement_id: str) -> bool:
        desk = self._desk() or {"engagements": []}
        return any(held["engagement_id"] == engagement_id for held in desk["engagements"]) and not self.over

    async def _serve(self, engaged: Frame) -> None:
        """Talks for a while, then resolves or hands on, for as long as the engagement is hers."""
        engagement, conversation = engaged["engagement_id"], engaged["conversation"]
        until = now() + self.chance.uniform(4.0, 9.0)
        with suppress(GivenUpError):
            while self.owns(engagement) and self.house.open and (now() < until or conversation in self.house.marathons):
                await self.burst(conversation, self.chance.choice(self.tabs))
                if self.chance.random() < 0.05:
                    await self._try("add_note", conversation=conversation, text=self.text())
            while self.owns(engagement):
                await self._finish(engagement)

    async def _finish(self, engagement: str) -> None:
        if self.chance.random() < 0.12 and self.house.open:
            await self._try("transfer", engagement_id=engagement, reason=self.text())
        else:
            await self._try("resolve", engagement_id=engagement, outcome="solved", note=self.text(), tags=["load"])
        with suppress(GivenUpError):
            await self.main.until(lambda: not self.owns(engagement), 1.0, "the end of the chat")

    def tasks(self) -> Iterator[asyncio.Task[None]]:
        yield from self.serving.values()
        yield from self.deeds


def rings_for(offer: Frame) -> float:
    """Seconds from the offer to its end."""
    begins, ends = (datetime.fromisoformat(offer[name]) for name in ("offered_at", "expires_at"))
    return (ends - begins).total_seconds()


def tabs_of(
    house: House, person: str, who: Credentials, diary: Diary, count: int, chance: random.Random
) -> list[Client]:
    """`count` tabs of one person; each has its own chance, so that what one does moves no other's choices."""
    seeds = [chance.getrandbits(64) for _ in range(count)]
    return [
        Client(house.urls, who, diary, person=person, tab=str(number), haste=house.haste, chance=random.Random(seed))
        for number, seed in enumerate(seeds, start=1)
    ]
