"""Each side sees how far the other has read: at once, after a reload, and when the news of it was lost."""

from __future__ import annotations

from contextlib import ExitStack
from uuid import UUID

import pytest

from agents.models import Agent
from conversations import customers, lifecycle, marks
from conversations.models import Conversation, Participant
from dispatch import desk
from marketplace import clock
from tests.realtime.conftest import Frame, Tab, enter
from tests.realtime.servers.conftest import House, engage, say

ONE_PASS = 8 + 2  # and what a contended machine adds


def reads(tab: Tab, chat: Conversation, seq: int) -> None:
    tab.send("read", conversation=str(chat.pk), seq=seq)


def seen_by(chat: Conversation, role: str, person: UUID, seq: int) -> Frame:
    return {"type": "seen", "conversation": str(chat.pk), "role": role, "person": str(person), "seq": seq}


@pytest.fixture
def sides(house: House, chat: Conversation, customer: str, dana: Agent, tabs: ExitStack) -> tuple[Tab, Tab]:
    """Maja and Dana in one chat, on different servers, with nothing unheard."""
    engage(chat, dana)
    both = [(house.left, customer), (house.right, f"agent:{dana.pk}")]
    maja, worker = (tabs.enter_context(enter(web, who)) for web, who in both)
    maja.next("reset")
    worker.next("desk")
    return maja, worker


def test_the_other_side_and_ones_own_tabs_see_what_was_read(
    house: House, chat: Conversation, customer: str, dana: Agent, sides: tuple[Tab, Tab], tabs: ExitStack
) -> None:
    maja, worker = sides
    phone = tabs.enter_context(enter(house.left, f"agent:{dana.pk}"))
    phone.next("desk")
    say(maja, chat, "Did you see this?")
    seq = worker.next("message")["seq"]

    reads(worker, chat, seq)
    for tab in (maja, worker, phone):
        assert tab.next("seen") == seen_by(chat, "agent", dana.pk, seq)

    reads(maja, chat, seq)
    for tab in (maja, worker):
        assert tab.next("seen") == seen_by(chat, "customer", chat.customer_id, seq)


def test_what_was_read_is_known_to_a_server_that_never_heard_of_it(
    house: House, chat: Conversation, customer: str, dana: Agent, tabs: ExitStack
) -> None:
    engage(chat, dana)
    marks.keep([(chat.pk, dana.pk, 2)])

    tab = tabs.enter_context(enter(house.right, customer))

    assert seen_by(chat, "agent", dana.pk, 2) in tab.drained()


def test_a_mark_whose_news_was_lost_is_healed(chat: Conversation, dana: Agent, sides: tuple[Tab, Tab]) -> None:
    maja, _ = sides

    marks.keep([(chat.pk, dana.pk, 2)])

    assert maja.next("seen", within=ONE_PASS) == seen_by(chat, "agent", dana.pk, 2)


def test_nobody_has_read_further_than_she_was_sent_and_no_lower_than_before(
    chat: Conversation, dana: Agent, sides: tuple[Tab, Tab]
) -> None:
    maja, worker = sides
    chat.refresh_from_db()

    reads(worker, chat, 4_000_000)
    assert maja.next("seen") == seen_by(chat, "agent", dana.pk, chat.talk_seq)

    reads(worker, chat, 1)
    reads(maja, chat, 1)
    assert maja.next("seen")["role"] == "customer"
    assert Participant.objects.get(conversation=chat, person_id=dana.pk).seen_seq == chat.talk_seq


def test_who_takes_no_part_neither_marks_nor_sees(
    house: House, chat: Conversation, dana: Agent, sides: tuple[Tab, Tab], tabs: ExitStack
) -> None:
    maja, worker = sides
    stranger, _ = customers.anonymous(chat.brand, language="en", now=clock.now())
    lifecycle.start(stranger, language="en", now=clock.now())
    other = tabs.enter_context(enter(house.left, f"customer:{stranger.pk}"))
    other.next("reset")

    reads(other, chat, 1)
    reads(worker, chat, 2)
    assert maja.next("seen") == seen_by(chat, "agent", dana.pk, 2)
    desk.transfer(chat.engagements.get().pk, by=dana.pk, reason="not mine", now=clock.now())
    worker.next("left")
    assert maja.next("changed")["seq"] == 3  # nobody reads what she was not sent
    reads(worker, chat, 3)
    reads(maja, chat, 3)
    assert maja.next("seen") == seen_by(chat, "customer", chat.customer_id, 3)

    assert [frame["type"] for frame in (*other.drained(), *worker.drained()) if frame["type"] == "seen"] == []
