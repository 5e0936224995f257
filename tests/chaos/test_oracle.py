"""The oracle finds nothing in a sound chat, and each way of spoiling it is told with the right word."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.chaos import oracle, oracle_presence
from tests.chaos.contract import Promise
from tests.chaos.load_record import Act, Glance
from tests.chaos.oracle_example import ACCOUNT, ANA, BEN, CHAT, Example, event, frame, letter, made, times
from tests.chaos.oracle_truth import Row
from tests.chaos.scene import CLOCKWORK, EVERYTHING, NOTHING

Spoil = Callable[[Example], Any]


@pytest.fixture
def example() -> Example:
    return made()


def verdict(example: Example) -> list[str]:
    return oracle.verdict(example.record, example.truth(), example.happened)


def test_a_sound_chat_is_left_alone(example: Example) -> None:
    assert verdict(example) == []


def remove(example: Example, seq: int) -> None:
    example.tables["events"].remove(example.talk(seq))


def swap(example: Example, one: int, other: int) -> None:
    first, second = example.talk(one), example.talk(other)
    first.seq, second.seq = other, one


def say_after_the_end(example: Example, seconds: float) -> Any:
    """The customer says something more after Ana has left, and Ana hears it."""
    row = event(9, "message", "customer", "guest", 30.0 + seconds, text="More", client_id="c9")
    example.tables["events"].insert(8, row)
    example.tables["conversations"][0].talk_seq = 9
    told = {"type": "say", "conversation": CHAT, "client_id": "c9", "text": "More"}
    example.record.diary.letters.append(letter(8, "customer:guest", "c9", told, row.at, 9))
    example.hear("guest", row.at + 0.02, frame(row))
    return row


def leak_to_the_former(example: Example) -> None:
    example.sitting["ana"].heard.append((32.1, frame(say_after_the_end(example, 2.0))))


def second_owner(example: Example) -> None:
    twin = Row(**{**example.tables["engagements"][0].__dict__, "id": "other", "agent_id": BEN, "offer_id": "other"})
    example.tables["engagements"].append(times(twin, accepted_at=20.0, ended_at=40.0))


def lose(example: Example, since: float, until: float, told_at: float | None) -> None:
    """Ana was away from `since` to `until`, and the chat was given away when she came back."""
    sitting = example.sitting["ana"]
    back = replace(sitting, number=9, began_at=until, entered_at=until, heard=[])
    sitting.ended_at = since
    sitting.heard = [each for each in sitting.heard if each[0] < since]
    example.record.diary.sittings.append(back)
    times(example.tables["engagements"][0], ended_at=until)
    example.tables["engagements"][0].state = "lost"
    example.tables["escalations"][0].priority = 9
    example.talk(8).data = {"change": "lost"}
    if told_at is not None:
        example.talk(7).data, example.talk(7).at = {"change": "away"}, told_at


def acknowledge_again(example: Example) -> None:
    example.letter["c6"].acknowledged.append((17.0, 9, "sent"))


def refuse(example: Example) -> None:
    example.letter["c6"].final = "forbidden"
    example.letter["c6"].acknowledged.clear()


def forget_the_letter(example: Example) -> None:
    example.record.diary.letters.remove(example.letter["c6"])


def hear_another_text(example: Example) -> None:
    example.hear("guest", 17.0, {**frame(example.talk(6)), "text": "Thonks"})


def hear_what_is_not_kept(example: Example) -> None:
    example.hear("guest", 17.0, {**frame(example.talk(6)), "seq": 40})


def hear_before_it_stands(example: Example) -> None:
    example.talk(6).stored_at += 0.1


def hear_too_early(example: Example) -> None:
    heard = example.sitting["guest"].heard
    heard[6], heard[7] = (heard[6][0], heard[7][1]), (heard[7][0], heard[6][1])


def hear_a_cut_reset(example: Example) -> None:
    told = {"type": "reset", "conversation": CHAT, "stream": "talk", "head": 8, "earlier": False, "status": None}
    example.hear("guest", 50.0, {**told, "events": [frame(example.talk(seq)) for seq in (6, 7, 8)]})


def hear_before_accepting(example: Example) -> None:
    example.sitting["ana"].heard.insert(1, (9.0, frame(example.talk(1))))


def hear_as_a_stranger(example: Example) -> None:
    example.hear("ben", 15.0, frame(example.talk(5)))


def hear_the_desk_as_customer(example: Example) -> None:
    example.hear("guest", 15.0, frame(example.tables["events"][8]))


def hear_anothers_desk(example: Example) -> None:
    example.hear("ben", 15.0, {"type": "desk", "agent_id": ANA, "offer": None, "engagements": []})


def stay_though_deactivated(example: Example) -> None:
    example.record.acts.append(Act("take_away", f"agent:{BEN}", 50.0, 50.2, True))


def never_hear_the_last(example: Example) -> None:
    example.sitting["guest"].heard.pop()


def hear_late(example: Example) -> None:
    heard = example.sitting["guest"].heard
    heard[-1] = (39.0, heard[-1][1])


def never_hear_of_the_end_on_the_desk(example: Example) -> None:
    heard = example.sitting["ana"].heard
    heard[:] = [each for each in heard if each[0] != 30.04]


def pay_twice(example: Example) -> None:
    more = {"seq": 3, "balance_after": 587, "source": "three"}
    example.tables["postings"].append(Row(**{**example.tables["postings"][0].__dict__, **more}))
    example.tables["accounts"][0].__dict__.update(last_seq=3, balance=587)


def pay_another(example: Example) -> None:
    example.tables["postings"][1].amount += 1
    example.tables["postings"][1].balance_after += 1
    example.tables["accounts"][0].balance += 1


def change(table: str, **values: Any) -> Spoil:
    return lambda example: example.tables[table][0].__dict__.update(values)


def change_event(number: int, /, **values: Any) -> Spoil:
    return lambda example: example.talk(number).__dict__.update(values)


SPOILS: dict[str, tuple[str, Spoil]] = {
    "an acknowledged message is gone": ("LOST", lambda example: remove(example, 6)),
    "a message stands twice": ("DOUBLED", change_event(5, client_id="c6")),
    "two numbers for one message": ("LOST OR DOUBLED", acknowledge_again),
    "another text is stored": ("CHANGED", change_event(6, text="Thonks")),
    "a refused message is stored": ("CLAIMED", refuse),
    "a message that nobody wrote": ("INVENTED", forget_the_letter),
    "one sender's lines in another order": ("REORDERED", lambda example: swap(example, 6, 7)),
    "a number is missing": ("GAP", lambda example: remove(example, 1)),
    "the counter is ahead": ("GAP", change("conversations", talk_seq=9)),
    "a date of an hour ago": ("CLOCK", change_event(6, at=-3584.0)),
    "a frame with another text": ("DIFFERENT", hear_another_text),
    "a frame of what was rolled back": ("NOT KEPT", hear_what_is_not_kept),
    "a frame of what is not yet committed": ("NOT YET", hear_before_it_stands),
    "a number before its predecessor": ("TOO EARLY", hear_too_early),
    "a reset that hides what it cuts": ("RESET", hear_a_cut_reset),
    "an agent hears before she accepts": ("LEAKED", hear_before_accepting),
    "an agent hears what is said after her": ("LEAKED", leak_to_the_former),
    "an agent hears a foreign chat": ("LEAKED", hear_as_a_stranger),
    "a customer hears the desk": ("LEAKED", hear_the_desk_as_customer),
    "an agent gets another's desk": ("LEAKED", hear_anothers_desk),
    "a deactivated agent stays": ("REVOKED", stay_though_deactivated),
    "a wrong try succeeds": ("LET IN", lambda example: example.record.acts.append(Act("wrong:x", "y", 1, 2, True))),
    "an agent writes after her end": ("FORGED", change_event(7, author_id=ANA, author_role="agent", seq=9)),
    "a customer misses the end": ("NOT SEEN", never_hear_the_last),
    "a customer hears it late": ("LATE", hear_late),
    "a desk that shows what is over": ("DESK", never_hear_of_the_end_on_the_desk),
    "a request without an owner": ("ORPHANED", change("escalations", state="engaged")),
    "a request forgotten in the queue": ("ORPHANED", change("escalations", state="waiting")),
    "a phase that is not so": ("UNTRUE", change("conversations", status={"phase": "person"})),
    "two owners at once": ("TWO OWNERS", second_owner),
    "an owner joins an owner": ("TWO OWNERS", change_event(6, data={"change": "joined"})),
    "an accepted offer made nothing": ("OFFER", change("engagements", offer_id="other")),
    "an accept after the time": ("OFFER", lambda example: times(example.tables["offers"][0], expires_at=11.9)),
    "a slot that counts what is not": ("SLOT", change("slots", active=1)),
    "more chats than room": ("SLOT", change("slots", capacity=0)),
    "waiting time is forgotten": ("QUEUE", change("escalations", queued_at=11.0)),
    "a lost request at the end of the queue": ("QUEUE", change("engagements", state="lost")),
    "done, but nothing was done": ("UNDONE", change("offers", state="expired")),
    "paid twice": ("PAY", pay_twice),
    "paid another amount": ("PAY", pay_another),
    "not paid": ("PAY", lambda example: example.tables["postings"].clear()),
    "a balance that is no sum": ("LEDGER", change("postings", balance_after=291)),
    "a posting of one side": ("LEDGER", change("postings", contra_id=ACCOUNT)),
    "called here, but gone": (
        "PRESENCE",
        lambda e: e.record.glances.append(Glance(99.5, frozenset(), frozenset({"a"}))),
    ),
    "taken from who was away for a moment": ("LOSS", lambda example: lose(example, 20.0, 25.0, 22.1)),
    "not given away in time": ("LOSS", lambda example: lose(example, 20.0, 60.0, 22.1)),
    "the customer was not told": ("LOSS", lambda example: lose(example, 20.0, 33.0, None)),
    "a process cries": ("LOG", lambda example: example.happened.logs.update(web="ERROR x: no\nValueError: odd")),  # type: ignore[attr-defined]
}


@pytest.mark.parametrize("spoiled", SPOILS)
def test_what_is_spoiled_is_told(example: Example, spoiled: str) -> None:
    word, spoil = SPOILS[spoiled]

    spoil(example)

    assert any(sentence.startswith(f"{word}:") for sentence in verdict(example)), verdict(example)


def test_a_loss_by_the_clock_is_none_to_complain_of(example: Example) -> None:
    lose(example, 20.0, 33.0, 22.1)

    assert not [sentence for sentence in verdict(example) if sentence.startswith("LOSS")]


def test_what_comes_while_a_link_is_held_up_is_no_leak(example: Example) -> None:
    example.happened = replace(example.happened, faults=("stall",), began=29.0, ended=34.0)
    row = say_after_the_end(example, 0.5)
    example.sitting["ana"].heard.append((33.0, frame(row)))

    assert not [sentence for sentence in verdict(example) if sentence.startswith("LEAKED")]


@pytest.mark.parametrize(("delays", "excused"), [(NOTHING, False), (CLOCKWORK, False), (EVERYTHING, True)])
def test_what_is_said_may_be_late_only_where_a_fault_breaks_its_way(
    example: Example, delays: frozenset[Promise], excused: bool
) -> None:
    example.happened = replace(example.happened, faults=("a fault",), began=29.0, ended=38.0, excused=delays)
    hear_late(example)

    assert any(sentence.startswith("LATE") for sentence in verdict(example)) is not excused


@pytest.mark.parametrize(("delays", "excused"), [(NOTHING, False), (CLOCKWORK, True)])
def test_a_loss_may_be_late_where_a_fault_stops_the_clockwork(
    example: Example, delays: frozenset[Promise], excused: bool
) -> None:
    example.happened = replace(example.happened, faults=("a fault",), began=19.0, ended=33.0, excused=delays)
    lose(example, 20.0, 40.0, 22.1)

    assert any(sentence.startswith("LOSS") for sentence in verdict(example)) is not excused


def test_a_slow_time_after_the_faults_is_told_where_enough_was_said(example: Example) -> None:
    for number in range(400):
        at = 10.0 + number * 0.2
        slow = letter(100 + number, "customer:guest", f"s{number}", {"type": "say", "conversation": CHAT}, at, 1)
        slow.acknowledged[0] = (at + (0.02 if at < 40 else 1.9), 1, "message")
        example.record.diary.letters.append(slow)

    assert any(sentence.startswith("SLOW: p99 to acknowledge") for sentence in verdict(example))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("INFO dispatch: leading, epoch 1\nWARNING x: a wake-up was lost", 0),
        ("ERROR realtime: no\nTraceback (most recent call last):\n  x\npsycopg.OperationalError: gone\nINFO on", 0),
        ("ERROR realtime: no\nTraceback (most recent call last):\n  x\nKeyError: 'a'\nINFO on", 1),
        ("/house/room.py:7: RuntimeWarning: coroutine 'a' was never awaited\n  a()", 1),
        ("web | ERROR one\nweb | KeyError: 1\nweb | ERROR two\nweb | KeyError: 2", 2),
    ],
)
def test_cries_are_told_from_noise(text: str, told: int) -> None:
    assert len(oracle_presence.cries(text, ["kill postgres"])) == told


def test_a_database_that_is_said_to_be_away_while_nothing_happened_to_it_is_a_finding() -> None:
    text = "ERROR realtime: no\nTraceback (most recent call last):\n  x\npsycopg.OperationalError: gone\nINFO on"

    assert [len(oracle_presence.cries(text, faults)) for faults in ((), ["clients cut"], ["answers lost"])] == [1, 1, 0]
