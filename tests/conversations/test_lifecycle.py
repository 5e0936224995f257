"""Every change of a conversation is told in its stream, and whoever was there before knows as much as a newcomer."""

import json
import os
import re
import shutil
import subprocess
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings

from agents.models import Agent
from conversations import frames, lifecycle, policy, stream, transcript
from conversations.models import Conversation, Customer, Engagement, Event
from dispatch import desk, rounds
from dispatch.models import Escalation, Offer
from marketplace.local import frontend
from marketplace.refusals import Refused
from realtime import protocol
from tests import readers, truth
from tests.conversations.story import Story
from tests.people import Hire, ask, at, say

DAY = 86_400


@pytest.fixture
def story(chat: Conversation, maja: Customer, dana: Agent, olu: Agent) -> Story:
    """All of it has happened."""
    told = Story(chat, maja, dana, olu)
    with readers.listening() as ear:
        told.is_told(ear)
    return told


def test_each_change_is_told_by_its_name_with_where_it_leads(story: Story) -> None:
    told = [
        (frame["change"], frame["status"]["phase"], frame["author"]["role"])
        for frame in story.heard["talk"]
        if frame["type"] == "changed"
    ]

    assert told == [
        ("asked", "queue", "customer"),
        ("cancelled", "assistant", "customer"),
        ("asked", "queue", "customer"),
        ("joined", "person", "agent"),
        ("away", "away", "system"),
        ("back", "person", "system"),
        ("transferred", "queue", "system"),
        ("joined", "person", "agent"),
        ("lost", "queue", "system"),
        ("back", "person", "system"),
        ("resolved", "ended", "agent"),
        ("rated", "ended", "customer"),
        ("asked", "queue", "customer"),
        ("joined", "person", "agent"),
        ("gone", "assistant", "agent"),
        ("asked", "queue", "customer"),
        ("unreached", "assistant", "system"),
        ("asked", "queue", "customer"),
        ("joined", "person", "agent"),
        ("left", "ended", "customer"),
        ("idle", "ended", "system"),
        ("left", "ended", "customer"),
        ("asked", "queue", "customer"),
        ("joined", "person", "agent"),
        ("dormant", "person", "agent"),
        ("resumed", "person", "agent"),
        ("dormant", "person", "agent"),
        ("waits_again", "queue", "agent"),
        ("joined", "person", "agent"),
        ("dormant", "person", "agent"),
        ("slept_on", "assistant", "agent"),
        ("message_left", "assistant", "customer"),
        ("due", "queue", "system"),
        ("late", "queue", "system"),
        ("cancelled", "assistant", "customer"),
        ("callback_chosen", "assistant", "customer"),
        ("due", "queue", "system"),
        ("joined", "person", "agent"),
        ("stopped", "ended", "agent"),
    ]


def test_the_story_tells_every_kind_and_every_change_there_is(story: Story) -> None:
    """A new kind of frame or change must be told here, or nobody holds it to the rule of the readers."""
    kinds = {frame["type"] for frames_ in story.heard.values() for frame in frames_}
    changes = {frame["change"] for frame in story.heard["talk"] if frame["type"] == "changed"}
    listed = (protocol.Changed.__doc__ or "").partition(":")[2].rpartition(". A transfer")[0]
    named = re.split(r"[,;]", re.sub(r"\([^)]*\)", "", listed))

    assert kinds == set(Event.Kind.values)
    assert changes == {name.strip() for name in named}


def test_whoever_came_at_any_moment_knows_what_a_newcomer_knows(story: Story) -> None:
    for which, moments in story.moments.items():
        heard = story.heard[which]
        for number, (start, after) in enumerate(moments):
            for end, until in moments[number:]:
                talk = readers.fold(readers.empty(story.chat.pk, which), start)  # type: ignore[arg-type]
                assert readers.folded(talk, *heard[after:until]) == {name: end[name] for name in talk}


def test_hearing_twice_out_of_order_or_from_elsewhere_changes_nothing(story: Story) -> None:
    heard = story.heard["talk"]
    talk = readers.folded(readers.empty(story.chat.pk, "talk"), *heard)

    assert readers.folded(talk, *heard) == talk
    assert readers.fold(talk, {**heard[-1], "seq": talk["head"] + 2}) == talk


def test_what_was_heard_is_what_is_read_again(story: Story) -> None:
    """The frame that went over the wire, the row read back and the page of REST are the same."""
    for which in readers.STREAMS:
        again = stream.since([(story.chat.pk, which, 0)])
        page, earlier = transcript.page(story.chat.pk, which, before=None, limit=100)

        assert [json.loads(frame) for *_, frame in again] == story.heard[which]
        assert [json.loads(frames.encode(frame)) for frame in page] == story.heard[which]
        assert not earlier


def test_every_frame_keeps_to_the_protocol(story: Story) -> None:
    for heard in story.heard.values():
        for frame in heard:
            assert json.loads(frames.encode(readers.decoded(frame))) == frame


@pytest.mark.usefixtures("fresh_database")  # no transaction waits while Node builds
def test_the_faces_fold_what_they_hear_to_what_a_newcomer_sees(story: Story) -> None:
    """The same moments, folded by the code that the browser runs."""
    given, wanted = [], []
    for which, moments in story.moments.items():
        end = moments[-1][0]
        for start, after in moments:
            told = [start, *story.heard[which][after:]]
            given.append({"conversation": str(story.chat.pk), "stream": which, "frames": told})
            wanted.append({name: end[name] for name in readers.empty(story.chat.pk, which)})  # type: ignore[arg-type]

    assert folded_by_the_browser(given) == wanted


def folded_by_the_browser(given: list[dict[str, Any]]) -> list[readers.Talk]:
    path = frontend.install(print)  # Node of the machine or of a wheel, and what the lock names
    node = shutil.which("node", path=path)
    assert node is not None
    ran = subprocess.run(
        [node, "web/fold.mjs"],
        input="".join(json.dumps(each) + "\n" for each in given),
        cwd=settings.BASE_DIR,
        env={**os.environ, "NODE_ENV": "test", "PATH": path},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return [json.loads(line) for line in ran.stdout.splitlines()]


def test_a_newcomer_to_a_long_talk_sees_its_end_and_that_there_is_more(chat: Conversation, maja: Customer) -> None:
    lines = [stream.Line(chat.pk, maja.pk, uuid4(), f"line {number}") for number in range(120)]
    stream.append_many(lines, now=at(1))

    seen = readers.fresh(chat.pk, "talk")

    assert (seen["head"], seen["earlier"], len(seen["events"])) == (120, True, transcript.SNAPSHOT_EVENTS)
    assert [event["seq"] for event in seen["events"]] == list(range(21, 121))


def test_starting_twice_is_the_same_conversation(chat: Conversation, maja: Customer) -> None:
    again, begun = lifecycle.start(maja, language="en", now=at(5))

    assert (again.pk, begun) == (chat.pk, False)


def test_asking_twice_is_the_same_request(request_: Escalation, chat: Conversation) -> None:
    assert ask(chat, now=at(30)).pk == request_.pk
    assert Event.objects.filter(conversation=chat, kind="hand_off").count() == 1


def test_nobody_is_asked_for_in_a_conversation_that_has_ended(chat: Conversation) -> None:
    desk.leave(chat.pk, now=at(1))

    with pytest.raises(Refused, match="has ended"):
        ask(chat, now=at(2))
    truth.holds()


def test_who_stops_waiting_twice_is_told_so(offer: Offer, chat: Conversation) -> None:
    desk.leave_queue(chat.pk, now=at(1))

    with pytest.raises(Refused, match="Nobody is being asked for"):
        desk.leave_queue(chat.pk, now=at(2))
    truth.holds()


def test_who_is_with_a_person_no_longer_waits(engagement: Engagement, chat: Conversation) -> None:
    with pytest.raises(Refused, match="joined already"):
        desk.leave_queue(chat.pk, now=at(6))
    truth.holds()


def test_only_the_owner_ends_or_gives_back_and_only_once(engagement: Engagement, dana: Agent, olu: Agent) -> None:
    for by in (olu.pk, uuid4()):
        with pytest.raises(Refused, match="another agent"):
            desk.resolve(engagement.pk, by=by, outcome="solved", now=at(9))
        with pytest.raises(Refused, match="another agent"):
            desk.transfer(engagement.pk, by=by, reason="", now=at(9))
    desk.transfer(engagement.pk, by=dana.pk, reason="", now=at(10))
    desk.transfer(engagement.pk, by=dana.pk, reason="", now=at(11))

    with pytest.raises(Refused, match="over already"):
        desk.resolve(engagement.pk, by=dana.pk, outcome="solved", now=at(12))
    truth.holds()


def test_who_resolved_gives_nothing_back(engagement: Engagement, dana: Agent) -> None:
    desk.resolve(engagement.pk, by=dana.pk, outcome="solved", note="Paid back.", tags=["refund"], now=at(9))

    with pytest.raises(Refused, match="over already"):
        desk.transfer(engagement.pk, by=dana.pk, reason="", now=at(10))
    engagement.refresh_from_db()
    assert (engagement.outcome, engagement.note, engagement.tags) == ("solved", "Paid back.", ["refund"])


def test_a_line_that_reopens_says_so_once_in_its_batch(chat: Conversation, maja: Customer) -> None:
    desk.leave(chat.pk, now=at(1))
    lines = [stream.Line(chat.pk, maja.pk, uuid4(), text) for text in ("Hello?", "Are you there?")]

    first, second = (json.loads(verdict.frame) for verdict in stream.append_many(lines, now=at(7 * DAY)))

    assert (first["status"]["phase"], first["status"]["why"], second["status"]) == ("assistant", "reopened", None)
    truth.holds()


def test_seven_days_are_counted_to_the_second(chat: Conversation, maja: Customer) -> None:
    desk.leave(chat.pk, now=at(1))

    with pytest.raises(Refused, match="has ended"):
        say(chat, maja.pk, "Hello?", now=at(1 + 7 * DAY))
    say(chat, maja.pk, "Hello?", now=at(7 * DAY))


def test_an_agent_reads_what_she_owns_and_no_more(
    engagement: Engagement, chat: Conversation, dana: Agent, olu: Agent, hire: Hire
) -> None:
    def reads(agent: Agent) -> list[bool]:
        return [policy.may_read(f"agent:{agent.pk}", chat.pk, which) for which in readers.STREAMS]

    assert (reads(dana), reads(olu)) == ([True, True], [False, False])
    desk.transfer(engagement.pk, by=dana.pk, reason="", now=at(9))
    (made,) = rounds.match_waiting(now=at(10))
    assert reads(dana) == reads(olu) == [False, False]
    desk.accept(made.pk, by=olu.pk, now=at(11))
    assert (reads(dana), reads(olu)) == ([False, False], [True, True])
