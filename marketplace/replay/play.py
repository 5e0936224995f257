"""The play: every dialogue through customer and agent sockets, line by line, each line seen by the other side."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from marketplace.replay.cast import Cast, Player
from marketplace.replay.dialogues import Line, Script
from marketplace.replay.link import GivenUpError, Link, post

AT_ONCE = 120
ANSWER_SECONDS = 20.0
READ_SECONDS_PER_CHARACTER = 1 / 25
TYPE_SECONDS_PER_CHARACTER = 1 / 5
CSRF = "replay" * 5 + "ok"  # 32 letters, as Django makes them


@dataclass
class Course:
    """One dialogue under way. `said` holds the client_id of each line that was acknowledged, in order."""

    script: Script
    conversation: str = ""
    customer: Link | None = None
    agent: Link | None = None
    said: list[tuple[str, str]] = field(default_factory=list)
    with_person: int = 0
    escalated: bool = False
    resolved: bool = False
    rated: bool = False
    fault: str = ""
    moved: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def advance(self) -> None:
        async with self.moved:
            self.with_person += 1
            self.moved.notify_all()


@dataclass
class Play:
    """All dialogues, and who plays them."""

    url: str
    cast: Cast
    speed: float | None
    report: Callable[["Play"], None]
    courses: dict[str, Course] = field(default_factory=dict)
    all: list[Course] = field(default_factory=list)
    agents: list[Link] = field(default_factory=list)
    answered: set[str] = field(default_factory=set)
    accepted: set[str] = field(default_factory=set)

    async def run(self, scripts: list[Script]) -> None:
        """Play every script; afterwards each course says what became of it."""
        self.all = [Course(script) for script in scripts]
        gate = asyncio.Semaphore(AT_ONCE)
        showing = asyncio.create_task(self._show())
        working = [asyncio.create_task(self._work(player)) for player in self.cast.players]
        try:
            await asyncio.gather(*(self._one(course, gate) for course in self.all))
        finally:
            showing.cancel()
            for task in working:
                task.cancel()
            await asyncio.gather(*working, return_exceptions=True)
        self.report(self)

    async def _show(self) -> None:
        while True:
            await asyncio.sleep(2)
            self.report(self)

    async def _pause(self, read: str, write: str) -> None:
        """A person's time to read the last line and to type the next one, `speed` times as fast."""
        if self.speed:
            seconds = len(read) * READ_SECONDS_PER_CHARACTER + len(write) * TYPE_SECONDS_PER_CHARACTER
            await asyncio.sleep(seconds / self.speed)

    # --- customers ---

    async def _one(self, course: Course, gate: asyncio.Semaphore) -> None:
        async with gate:
            try:
                await self._customer(course)
            except GivenUpError as fault:
                course.fault = str(fault)

    async def _customer(self, course: Course) -> None:
        session = await self._session()
        headers = {"Authorization": f"Bearer {session['token']}"}

        async def authorised() -> dict[str, str]:
            return headers

        async with Link(self.url, "/ws/customer", authorised, {}) as link:
            course.customer = link
            course.conversation = (await link.ask({"type": "start", "language": "en"}))["conversation"]
            self.courses[course.conversation] = course
            await self._to_assistant(course, link)
            await self._to_person(course, link)
            await self._end(course, link)

    async def _session(self) -> dict[str, Any]:
        for attempt in range(60):
            try:
                return await post(self.url, "/api/v1/widget/session", {"key": self.cast.widget_key}, {})
            except OSError:
                await asyncio.sleep(min(0.2 * 2**attempt, 2))
        raise GivenUpError("no session with the widget")

    async def _to_assistant(self, course: Course, link: Link) -> None:
        """The assistant first; a person is asked for after the second line, or the only one."""
        talk = link.talk(course.conversation)
        for text in course.script.to_assistant:
            await self._ask_assistant(course, link, text)
        if not _was_asked(talk.events.values()):
            answer = await link.ask(
                {
                    "type": "ask_person",
                    "conversation": course.conversation,
                    "language": None,
                    "topic": None,
                    "email": None,
                }
            )
            if answer["type"] == "refused":
                raise GivenUpError(f"a person was refused: {answer['code']}")
        await link.until(lambda: _was_asked(talk.events.values()), "the hand-over")
        course.escalated = True

    async def _ask_assistant(self, course: Course, link: Link, text: str) -> None:
        """One line to the assistant, until it has answered or handed over."""
        talk = link.talk(course.conversation)
        await self._pause("", text)
        client_id = await link.say(course.conversation, text)
        course.said.append((client_id, "customer"))
        await link.until(lambda: client_id in talk.by_client_id, "the own line")
        mine = talk.by_client_id[client_id]
        await link.until(
            lambda: (
                _was_asked(talk.events.values())
                or any(event["type"] == "answer" and event["seq"] > mine for event in talk.events.values())
            ),
            "the assistant's answer",
        )

    async def _to_person(self, course: Course, link: Link) -> None:
        await link.until(lambda: link.talk(course.conversation).status.get("phase") == "person", "a person", 600)
        await self._speak(course, link, "customer", lambda: True)

    async def _speak(self, course: Course, link: Link, side: str, mine: Callable[[], bool]) -> None:
        """Say this side's lines, each after the line before it was seen here; ends with the script or with `mine`."""
        talk = link.talk(course.conversation)
        lines = course.script.with_person
        while mine():
            async with course.moved:
                await _wait_for(course.moved, lambda: not mine() or course.with_person >= len(lines) or
                                lines[course.with_person].side == side)  # fmt: skip
            if course.with_person >= len(lines) or not mine():
                return
            await self._say_next(course, link, lines[course.with_person], talk, mine)

    async def _say_next(self, course: Course, link: Link, line: Line, talk: Any, mine: Callable[[], bool]) -> None:
        last = course.said[-1][0]
        await link.until(lambda: last in talk.by_client_id or not mine(), "the line before")
        if not mine():
            return
        before = talk.events.get(talk.by_client_id[last], {}).get("text", "")
        await self._pause(before, line.text)
        try:
            client_id = await link.say(course.conversation, line.text)
        except GivenUpError:
            if mine():
                raise
            return  # the conversation was given to somebody else; she says it
        course.said.append((client_id, line.side))
        await course.advance()

    async def _end(self, course: Course, link: Link) -> None:
        talk = link.talk(course.conversation)
        await link.until(lambda: talk.status.get("phase") == "ended", "the end")
        course.resolved = any(event.get("change") == "resolved" for event in talk.events.values())
        engagement = talk.status["to_rate"]
        rate = {"type": "rate", "engagement_id": engagement, "score": 5, "solved": True, "words": ""}
        course.rated = engagement is not None and (await link.ask(rate))["type"] == "done"

    # --- agents ---

    async def _work(self, player: Player) -> None:
        """One agent: online, accepts whatever is offered, serves what she owns."""
        cookies = {"Cookie": f"sessionid={player.session_key}; csrftoken={CSRF}", "X-CSRFToken": CSRF}

        async def logged_in() -> dict[str, str]:
            return cookies

        serving: dict[str, asyncio.Task[None]] = {}
        async with Link(self.url, "/ws/agent", logged_in, {"kind": "agent"}) as link:
            self.agents.append(link)
            await link.ask({"type": "go_online"})
            while True:
                desk = await link.until(lambda: self._news(link, serving), "work", 86_400)
                if not desk["willing"]:
                    await link.ask({"type": "go_online"})
                if desk["offer"] and desk["offer"]["offer_id"] not in self.answered:
                    await self._accept(link, desk["offer"]["offer_id"])
                for engaged in (link.desk or desk)["engagements"]:
                    if engaged["engagement_id"] not in serving:
                        task = asyncio.create_task(self._serve(link, engaged))
                        serving[engaged["engagement_id"]] = task

    def _news(self, link: Link, serving: dict[str, Any]) -> Any:
        """The desk, where it asks for an answer to an offer, for the service of a chat or for going online again."""
        desk = link.desk
        if desk is None:
            return None
        new_offer = desk["offer"] and desk["offer"]["offer_id"] not in self.answered
        new_chat = any(engaged["engagement_id"] not in serving for engaged in desk["engagements"])
        return desk if new_offer or new_chat or not desk["willing"] else None

    async def _accept(self, link: Link, offer_id: str) -> None:
        self.answered.add(offer_id)
        answer = await link.ask({"type": "accept_offer", "offer_id": offer_id})
        if answer["type"] == "done":
            self.accepted.add(offer_id)

    async def _serve(self, link: Link, engaged: dict[str, Any]) -> None:
        """Say the agent's lines and resolve, for as long as the engagement is hers."""
        engagement, conversation = engaged["engagement_id"], engaged["conversation"]

        def mine() -> bool:
            return any(
                held["engagement_id"] == engagement for held in (link.desk or {"engagements": []})["engagements"]
            )

        course = self.courses.get(conversation)
        if course is None:
            return
        course.agent = link
        watching = asyncio.create_task(self._tell_course(link, course, mine))
        try:
            await self._speak(course, link, "agent", mine)
            talk = link.talk(conversation)
            await link.until(lambda: not mine() or course.said[-1][0] in talk.by_client_id, "the last line")
            customer = course.customer
            assert customer is not None
            seen = customer.talk(conversation)
            await customer.until(lambda: not mine() or course.said[-1][0] in seen.by_client_id, "the customer's sight")
            if mine():
                await link.ask(
                    {"type": "resolve", "engagement_id": engagement, "outcome": "solved", "note": "", "tags": []}
                )
        except GivenUpError as fault:
            course.fault = str(fault)
        finally:
            watching.cancel()

    async def _tell_course(self, link: Link, course: Course, mine: Callable[[], bool]) -> None:
        """Whoever waits for a turn hears when the engagement is no longer hers."""
        await link.until(lambda: not mine(), "the end of the engagement", 86_400)
        async with course.moved:
            course.moved.notify_all()


async def _wait_for(condition: asyncio.Condition, holds: Callable[[], bool]) -> None:
    try:
        async with asyncio.timeout(600):
            await condition.wait_for(holds)
    except TimeoutError:
        raise GivenUpError("waited 600 s for the other side's line") from None


def _was_asked(events: Any) -> bool:
    return any(event.get("change") == "asked" for event in events)
