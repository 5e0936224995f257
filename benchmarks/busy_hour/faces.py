"""The sockets of a town: what each person hears, and what she does next. As little work as that takes."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

import msgspec

from benchmarks.busy_hour import unit
from benchmarks.busy_hour.load import Load
from benchmarks.client import Socket

LANGUAGES, SHARES = list(unit.LANGUAGES), list(unit.LANGUAGES.values())
WORDS = (
    "The parcel with my order came back again.", "Nobody at home saw a note about it.", "Let me look where it went.",
    "Thank you for waiting, I have it on my screen now and read what was written before.", "Yes, that is right.",
    "It is on its way again and comes on Thursday; you get a message with the hour on the day before.",
)  # fmt: skip


class Held(msgspec.Struct):
    """What a load reads of an offer or a chat on an agent's screen."""

    offer_id: str = ""
    waits_since: datetime | None = None
    offered_at: datetime | None = None
    engagement_id: str = ""
    conversation: str = ""


class Standing(msgspec.Struct):
    phase: str = ""
    to_rate: str | None = None


class Heard(msgspec.Struct):
    """What a load reads of a frame."""

    type: str
    conversation: str | None = None
    stream: str = ""
    seq: int = 0
    head: int = 0
    client_id: str = ""
    code: str = ""
    message: str = ""
    ref: str = ""
    change: str = ""
    version: int = 0
    status: Standing | None = None
    offer: Held | None = None
    engagements: list[Held] = []


_decode = msgspec.json.Decoder(Heard).decode
_encode = msgspec.json.Encoder().encode


class Face:
    """One person's socket. What is missing in a stream is a fault."""

    def __init__(self, load: Load, kind: str) -> None:
        self.load = load
        self.kind = kind
        self.socket: Socket | None = None
        self.heads: dict[tuple[str, str], int] = {}
        self.leaving = False
        self.inside: Callable[[], None] | None = None  # called once, with the answer to the first ping

    def tell(self, **frame: Any) -> None:
        if self.socket is not None and not self.socket.ended:
            self.socket.send(_encode(frame))

    def ping(self) -> None:
        self.tell(
            type="ping",
            have=[{"conversation": talk, "stream": which, "seq": seq} for (talk, which), seq in self.heads.items()],
        )

    def say(self, conversation: str, text: str, *, hearers: int) -> None:
        """Write into a chat whose line so many sockets of ours will hear."""
        name = str(uuid4())
        self.load.said(name, hearers)
        self.tell(type="say", conversation=conversation, client_id=name, text=text)

    def leave(self) -> None:
        """Close the page."""
        if self.leaving:
            return
        self.leaving = True
        self.load.gone(self)
        if self.socket is not None:
            self.socket.close()

    def hear(self, payload: bytes) -> None:
        frame = _decode(payload)
        if frame.type in ("message", "answer", "changed", "hand_off", "note"):
            self._number(frame)
            if frame.client_id:
                self.load.heard(frame.client_id)
        elif frame.type == "reset":
            assert frame.conversation
            self.heads[frame.conversation, frame.stream] = frame.head
        elif frame.type == "left":
            for place in [place for place in self.heads if place[0] == frame.conversation]:
                del self.heads[place]
        elif frame.type in ("refused", "bye"):
            self.load.fault(f"{self.kind}: {frame.type} {frame.code}: {frame.message}")
        elif frame.type == "pong" and self.inside:
            self.inside()
            self.inside = None
        self.take(frame)

    def take(self, frame: Heard) -> None:
        """What this person does about it."""

    def _number(self, frame: Heard) -> None:
        assert frame.conversation
        place = frame.conversation, frame.stream
        head = self.heads.get(place, frame.seq - 1)
        if frame.seq > head + 1 and not self.leaving:
            self.load.fault(f"{self.kind}: number {frame.seq} came after {head}")
        self.heads[place] = max(head, frame.seq)  # what was seen already may come again


class Customer(Face):
    """Asks the assistant, or after one line a person; `lines` are still to be said in all, by both sides."""

    def __init__(self, load: Load, *, kept: bool, lines: int, conversation: str = "") -> None:
        super().__init__(load, "customer")
        self.kept = kept
        self.lines = lines
        self.conversation = conversation
        self.agent: Agent | None = None
        self._asked_at = 0.0
        self._questions: Sequence[str] = ()
        self._number_of_lines = 0

    def begin(self) -> None:
        """She has just entered: a conversation is begun."""
        self.tell(type="start", ref="start", language="en")

    def go_on(self) -> None:
        """She is in the middle of her chat with the assistant."""
        self.load.soon(self.load.chance.uniform(0, unit.KEPT_S / unit.KEPT_LINES), self._ask)

    def take(self, frame: Heard) -> None:
        if frame.type == "done" and frame.ref == "start":
            self.conversation = frame.conversation or ""
            self.load.soon(self.load.chance.uniform(1, 4), self._ask)
        elif frame.type == "answer" and self._asked_at and frame.stream == "talk":
            self.load.answered(self._asked_at)
            self._asked_at = 0.0
            self._after_answer()
        elif frame.type == "changed" and frame.status is not None:
            self._stands(frame.status)

    def _ask(self) -> None:
        """The next question to the assistant."""
        if self.leaving:
            return
        questions = self.load.questions
        self._questions = self._questions or self.load.chance.sample(list(questions), unit.KEPT_LINES)
        text = self._questions[self._number_of_lines % len(self._questions)]
        self._number_of_lines += 1
        self.lines -= 1
        self._asked_at = self.load.time()
        self.say(self.conversation, text, hearers=1)

    def _after_answer(self) -> None:
        chance = self.load.chance
        if not self.kept:
            self.load.soon(chance.uniform(3, 8), self._ask_person)
        elif self.lines > 0:
            self.load.soon(chance.uniform(0.7, 1.3) * unit.KEPT_S / unit.KEPT_LINES, self._ask)
        else:
            self.load.soon(chance.uniform(5, 20), self._end)

    def _ask_person(self) -> None:
        (language,) = self.load.chance.choices(LANGUAGES, SHARES)
        topic = self.load.chance.choice(self.load.topics)
        self.load.wants_person(self.conversation, self)
        self.tell(
            type="ask_person", ref="ask", conversation=self.conversation, language=language, topic=topic, email=None
        )

    def _end(self) -> None:
        if not self.leaving:
            self.tell(type="leave", ref="leave", conversation=self.conversation)
            self.load.soon(1.0, self.leave)

    def _stands(self, status: Standing) -> None:
        """A chat with a person is over: she rates it, sometimes, and closes the page."""
        if status.phase == "ended" and not self.kept and not self.leaving:
            if status.to_rate and self.load.chance.random() < 0.5:
                self.tell(type="rate", ref="rate", engagement_id=status.to_rate, score=5, solved=True, words="")
            self.load.soon(2.0, self.leave)


class Agent(Face):
    """Answers what rings, talks, and resolves when all is said."""

    def __init__(self, load: Load) -> None:
        super().__init__(load, "agent")
        self._rung: set[str] = set()
        self._engagements: dict[str, str] = {}

    def take(self, frame: Heard) -> None:
        if frame.type == "desk":
            self._engagements = {one.conversation: one.engagement_id for one in frame.engagements}
            if frame.offer is not None and frame.offer.offer_id not in self._rung:
                self._ring(frame.offer)
        elif frame.type == "done" and frame.ref == "accept" and frame.conversation:
            self.load.met(frame.conversation, self)

    def talk(self, customer: Customer, *, first_s: float) -> None:
        """A chat with her customer begins or goes on."""
        customer.agent = self
        self.load.soon(first_s, lambda: self._next(customer, mine=True))

    def _ring(self, offer: Held) -> None:
        chance = self.load.chance
        self._rung.add(offer.offer_id)
        assert offer.waits_since is not None
        assert offer.offered_at is not None
        self.load.rung(offer.waits_since, offer.offered_at)
        answer = "decline" if chance.random() < unit.DECLINES else "accept"
        after_s = min(10.0, unit.REACTION_S * chance.lognormvariate(0.0, unit.REACTION_SIGMA))
        self.load.soon(after_s, lambda: self.tell(type=f"{answer}_offer", ref=answer, offer_id=offer.offer_id))

    def _next(self, customer: Customer, *, mine: bool) -> None:
        """The next line, by turns; then the agent resolves."""
        if customer.leaving or self.leaving:
            return
        if customer.lines <= 0:
            self._resolve(customer.conversation)
            return
        customer.lines -= 1
        speaker: Face = self if mine else customer
        speaker.say(customer.conversation, self.load.chance.choice(WORDS), hearers=2)
        gap = self.load.chance.uniform(0.5, 1.5) * unit.TALKED_S / unit.TALKED_LINES
        self.load.soon(gap, lambda: self._next(customer, mine=not mine))

    def _resolve(self, conversation: str) -> None:
        engagement = self._engagements.get(conversation)
        if engagement is None:
            self.load.fault("agent: a chat that she has is not on her screen")
            return
        self.tell(type="resolve", ref="resolve", engagement_id=engagement, outcome="solved", note="", tags=[])
