"""One small chat as a sound system would leave it, made by hand, for tests to spoil."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.chaos.contract import Happened
from tests.chaos.load_record import Act, Glance, Record
from tests.chaos.oracle_truth import Row, Truth
from tests.stranger.diary import Frame, Letter, Sitting

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
CHAT, REQUEST, OFFER, ENGAGEMENT, PLAN, ACCOUNT, EXPENSE = (
    "chat",
    "request",
    "offer",
    "engagement",
    "plan",
    "acc",
    "exp",
)
GUEST, ANA, BEN = "guest", "ana", "ben"


def times(row: Row, **moments: float | None) -> Row:
    """The row with these moments, as the reader of the database leaves them."""
    for name, seconds in moments.items():
        setattr(row, name, seconds)
        if seconds is not None:
            setattr(row, "when" if name == "at" else name.replace("_at", "_when"), NOON + timedelta(seconds=seconds))
    return row


def event(seq: int, kind: str, role: str, author: str | None, at: float, *, stream: str = "talk", **more: Any) -> Row:
    data = {"change": more.pop("change")} if "change" in more else {}
    values = {"text": "", "client_id": None, **more}
    row = Row(conversation_id=CHAT, stream=stream, seq=seq, kind=kind, author_role=role, author_id=author, data=data)
    row.__dict__.update(values)
    return times(row, at=at, stored_at=at + 0.01)


def frame(row: Row) -> Frame:
    """The event as a client hears it."""
    author = {"role": row.author_role, "id": row.author_id, "name": ""}
    told = {"type": row.kind, "conversation": CHAT, "stream": row.stream, "seq": row.seq, "author": author}
    if row.kind == "changed":
        return {**told, "change": row.data["change"]}
    return (
        {**told, "text": row.text, "client_id": row.client_id} if row.kind == "message" else {**told, "text": row.text}
    )


@dataclass
class Example:
    """The record and the rows; `truth()` after spoiling."""

    record: Record
    tables: dict[str, list[Row]]
    happened: Happened
    sitting: dict[str, Sitting] = field(default_factory=dict)
    letter: dict[str, Letter] = field(default_factory=dict)

    def truth(self) -> Truth:
        return Truth(**self.tables, read_at=101.0, clock_error=0.0)

    def talk(self, seq: int) -> Row:
        return next(row for row in self.tables["events"] if (row.stream, row.seq) == ("talk", seq))

    def hear(self, name: str, at: float, told: Frame) -> None:
        """One more frame at a socket, in its place in time."""
        heard = self.sitting[name].heard
        heard.append((at, told))
        heard.sort(key=lambda each: each[0])


class _Answer:
    """An answer that has come, without the event loop that a real one needs."""

    def __init__(self, told: Frame) -> None:
        self._told = told

    def result(self) -> Frame:
        return self._told


def letter(number: int, person: str, key: str, told: Frame, at: float, seq: int, answer: Frame | None = None) -> Letter:
    written = Letter(person, "1", number, key, told, _Answer(answer or {}), at)  # type: ignore[arg-type]
    written.sent.append((at, 0))
    written.acknowledged.append((at + 0.01, seq, "message"))
    return written


def made() -> Example:
    """A customer asks at 10 s, Ana joins at 12, both write, Ana resolves at 30; all is over at 100."""
    record = Record(1, 5.0, {f"agent:{ANA}": "brand", f"agent:{BEN}": "brand", f"customer:{GUEST}": "brand"},
                    (f"agent:{ANA}", f"agent:{BEN}"), (f"customer:{GUEST}",), began=5.0, settled=100.0)  # fmt: skip
    here = frozenset({f"agent:{ANA}", f"agent:{BEN}"})
    record.glances = [Glance(99.0, here, here)]
    record.acts = [Act("wrong:ticket used twice", f"agent:{BEN}", 20.0, 20.1, False)]
    example = Example(record, _tables(), Happened((), 5.0, 40.0, 40.0, 5.0))
    _sittings(example)
    _letters(example)
    return example


def _tables() -> dict[str, list[Row]]:
    talk = [
        event(1, "answer", "assistant", "brand", 6.0, text="Hello"),
        event(2, "message", "customer", GUEST, 8.0, text="Where is it", client_id="c2"),
        event(3, "changed", "customer", GUEST, 10.0, change="asked"),
        event(4, "changed", "agent", ANA, 12.0, change="joined"),
        event(5, "message", "agent", ANA, 14.0, text="Here", client_id="c5"),
        event(6, "message", "customer", GUEST, 16.0, text="Thanks", client_id="c6"),
        event(7, "message", "customer", GUEST, 18.0, text="Bye", client_id="c7"),
        event(8, "changed", "agent", ANA, 30.0, change="resolved"),
    ]
    desk = [event(1, "hand_off", "assistant", "brand", 10.0, stream="desk")]
    rules = [{"kind": "per_chat", "rate_cents": 290, "outcomes": ["resolved", "left"]},
             {"kind": "per_minute", "rate_cents": 22}]  # fmt: skip
    conversation = Row(id=CHAT, brand_id="brand", customer_id=GUEST, state="closed", talk_seq=8, desk_seq=1,
                       status={"phase": "ended"})  # fmt: skip
    engagement = Row(id=ENGAGEMENT, brand_id="brand", conversation_id=CHAT, agent_id=ANA, escalation_id=REQUEST,
                     offer_id=OFFER, pay_plan_id=PLAN, state="resolved", dormant_since=None)  # fmt: skip
    escalation = Row(id=REQUEST, conversation_id=CHAT, state="closed", priority=0)
    offer = Row(id=OFFER, escalation_id=REQUEST, agent_id=ANA, state="accepted")
    money = {"account_id": ACCOUNT, "contra_id": EXPENSE, "currency": "EUR", "engagement_id": ENGAGEMENT}
    return {
        "conversations": [times(conversation, opened_at=6.0, closed_at=30.0)],
        "events": [*talk, *desk],
        "engagements": [times(engagement, accepted_at=12.0, ended_at=30.0)],
        "ratings": [],
        "escalations": [times(escalation, queued_at=10.0, ended_at=30.0)],
        "offers": [times(offer, offered_at=11.0, expires_at=13.4, ended_at=12.0)],
        "slots": [Row(agent_id=agent, willing=True, capacity=3, active=0, held=0) for agent in (ANA, BEN)],
        "plans": [Row(id=PLAN, brand_id="brand", currency="EUR", rules=rules)],
        "accounts": [
            Row(id=ACCOUNT, name="agent:ana:payable:EUR", currency="EUR", agent_id=ANA, sequenced=True, last_seq=2,
                balance=297),
            Row(id=EXPENSE, name="expense:EUR", currency="EUR", agent_id=None, sequenced=False, last_seq=0, balance=0),
        ],
        "postings": [
            Row(**money, kind="per_chat", amount=290, seq=1, balance_after=290, source="one"),
            Row(**money, kind="per_minute", amount=7, seq=2, balance_after=297, source="two"),  # 18 s at 22 a minute
        ],
    }  # fmt: skip


def _sittings(example: Example) -> None:
    for number, (name, person) in enumerate(
        (("guest", f"customer:{GUEST}"), ("ana", f"agent:{ANA}"), ("ben", f"agent:{BEN}"))
    ):
        sitting = Sitting(person, "1", number, "here", 4.0, entered_at=4.5)
        example.sitting[name] = sitting
        example.record.diary.sittings.append(sitting)
        sitting.heard.append((4.5, {"type": "welcome", "principal": person}))
    rows = example.tables["events"]
    for row in rows[:8]:
        example.hear("guest", row.at + 0.02, frame(row))
    for stream, events in (("talk", rows[:4]), ("desk", rows[8:])):
        reset = {"type": "reset", "conversation": CHAT, "stream": stream, "head": len(events), "earlier": False}
        example.hear("ana", 12.02, {**reset, "events": [frame(row) for row in events], "status": None})
    for row in rows[4:7]:
        example.hear("ana", row.at + 0.02, frame(row))
    desk = {"type": "desk", "agent_id": ANA, "offer": None}
    example.hear("ana", 12.03, {**desk, "engagements": [{"engagement_id": ENGAGEMENT, "conversation": CHAT}]})
    example.hear("ana", 30.04, {**desk, "engagements": []})
    example.hear("ana", 30.05, {"type": "left", "conversation": CHAT})


def _letters(example: Example) -> None:
    def say(key: str, text: str) -> Frame:
        return {"type": "say", "conversation": CHAT, "client_id": key, "text": text}

    guest, ana = f"customer:{GUEST}", f"agent:{ANA}"
    resolve = {"type": "resolve", "engagement_id": ENGAGEMENT}
    example.letter = {
        "start": letter(0, guest, "r0", {"type": "start"}, 6.0, 0, {"conversation": CHAT}),
        "c2": letter(1, guest, "c2", say("c2", "Where is it"), 7.995, 2),
        "ask": letter(2, guest, "r2", {"type": "ask_person", "conversation": CHAT}, 10.0, 0),
        "accept": letter(3, ana, "r3", {"type": "accept_offer", "offer_id": OFFER}, 12.0, 0),
        "c5": letter(4, ana, "c5", say("c5", "Here"), 13.995, 5),
        "c6": letter(5, guest, "c6", say("c6", "Thanks"), 15.995, 6),
        "c7": letter(6, guest, "c7", say("c7", "Bye"), 17.995, 7),
        "resolve": letter(7, ana, "r7", resolve, 30.0, 0),
    }
    example.record.diary.letters.extend(example.letter.values())
