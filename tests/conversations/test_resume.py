"""Who missed little gets exactly that; who missed much is told so and gets a snapshot."""

import json
from uuid import uuid4

import pytest

from conversations import stream, transcript
from conversations.models import Conversation, Customer
from tests.people import at

DAY = 86_400


@pytest.mark.parametrize(("after", "kind"), [(1, "message"), (0, "reset"), (None, "reset"), (-1, "reset")])
def test_who_missed_little_gets_it_and_who_missed_much_gets_a_snapshot(
    after: int | None, kind: str, chat: Conversation, maja: Customer
) -> None:
    stream.append_many([stream.Line(chat.pk, maja.pk, uuid4(), f"line {n}") for n in range(500)], now=at(1))

    resumed = transcript.resume(chat.pk, "talk", after=after)

    assert resumed.head == 500
    assert json.loads(resumed.frames[0])["type"] == kind
    assert len(resumed.frames) == (500 - (after or 0) if kind == "message" else 1)


@pytest.mark.parametrize("missed", [499, 500, 501])
def test_who_missed_more_than_five_hundred_is_told_so_and_can_read_all_of_it(
    missed: int, chat: Conversation, maja: Customer
) -> None:
    stream.append_many([stream.Line(chat.pk, maja.pk, uuid4(), f"line {n}") for n in range(missed + 7)], now=at(1))

    got = [json.loads(frame) for frame in transcript.resume(chat.pk, "talk", after=7).frames]

    if missed <= 500:
        assert [frame["seq"] for frame in got] == list(range(8, missed + 8))
        return
    (reset,) = got
    assert (reset["type"], reset["head"], reset["earlier"]) == ("reset", missed + 7, True)
    seqs = [event["seq"] for event in reset["events"]]
    while reset["earlier"]:
        events, reset["earlier"] = transcript.page(chat.pk, "talk", before=seqs[0], limit=200)
        seqs = [event.seq for event in events] + seqs
    assert seqs == list(range(1, missed + 8))


def test_who_says_she_holds_nothing_is_told_where_the_conversation_stands(chat: Conversation, maja: Customer) -> None:
    """A client may know a conversation's id and have lost its link before the first frame: it needs the status."""
    stream.append_many([stream.Line(chat.pk, maja.pk, uuid4(), "Hello")], now=at(1))

    (reset,) = [json.loads(frame) for frame in transcript.resume(chat.pk, "talk", after=0).frames]

    assert (reset["type"], [event["seq"] for event in reset["events"]]) == ("reset", [1])
    assert reset["status"]["phase"] == "assistant"
