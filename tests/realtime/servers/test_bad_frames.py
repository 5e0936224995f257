"""Whatever a client sends, it gets one clear answer, and nothing is stored or harmed."""

from __future__ import annotations

import json
from contextlib import ExitStack
from uuid import uuid4

import pytest

from brands.models import Brand
from conversations import customers, lifecycle, masking
from conversations.models import Conversation, Event
from marketplace import clock
from realtime import tickets
from realtime.limits import MAX_FRAME_BYTES, PATIENCE
from tests.real import real
from tests.realtime.conftest import PATHS, Tab, enter
from tests.realtime.servers.conftest import House, say


@pytest.mark.parametrize("part", range(8))
def test_no_document_of_the_json_suite_harms_a_socket(house: House, customer: str, part: int) -> None:
    texts = [path.read_bytes() for path in sorted(real("jsontestsuite", "test_parsing").glob("*.json"))][part::8]
    texts = [text for text in texts if len(text) < MAX_FRAME_BYTES]
    for begin in range(0, len(texts), PATIENCE // 2):
        with enter(house.left, customer) as tab:
            some = texts[begin : begin + PATIENCE // 2]
            for text in some:
                tab.link.send(text.decode(errors="replace"))
            refused = [frame["code"] for frame in tab.drained() if frame["type"] == "refused"]
            assert refused == ["invalid"] * len(some)


def test_text_that_is_no_unicode_closes_the_socket(house: House, customer: str, tabs: ExitStack) -> None:
    tab = tabs.enter_context(enter(house.left, customer))

    tab.link.send(b'{"type": "ping", "have": "\xff\xfe"}', text=True)

    assert tab.end()[1] == 1007


def test_binary_frames_are_refused_and_end_the_socket_when_they_go_on(
    house: House, customer: str, tabs: ExitStack
) -> None:
    tab = tabs.enter_context(enter(house.left, customer))

    for _ in range(PATIENCE + 5):
        tab.link.send(b"\x00\x01")

    assert tab.next("refused")["code"] == "invalid"
    last, code = tab.end()
    assert (last or {})["code"] == "abuse"
    assert code == 4003


def test_a_flood_is_slowed_down_and_then_ended(house: House, customer: str, tabs: ExitStack) -> None:
    tab = tabs.enter_context(enter(house.left, customer))

    for _ in range(200):
        tab.link.send('{"type": "ping", "have": []}')

    assert tab.next("refused")["code"] == "slow_down"
    assert tab.end()[1] == 4003


def test_a_frame_that_is_too_large_ends_the_socket(house: House, customer: str, tabs: ExitStack) -> None:
    tab = tabs.enter_context(enter(house.left, customer))

    tab.link.send("x" * (MAX_FRAME_BYTES + 1))

    assert tab.end()[1] == 1009


def test_a_text_with_nul_is_refused_by_its_name_and_stores_nothing(
    house: House, chat: Conversation, customer: str, tabs: ExitStack
) -> None:
    tab = tabs.enter_context(enter(house.left, customer))

    client_id = say(tab, chat, "a\0b")

    refused = tab.next("refused", "message")
    assert (refused["ref"], refused["code"]) == (client_id, "invalid")
    assert not Event.objects.filter(conversation=chat, client_id=client_id).exists()


def test_fifty_sockets_of_one_person_are_enough(house: House, customer: str, tabs: ExitStack) -> None:
    for _ in range(50):
        tabs.enter_context(enter(house.left, customer))

    secret = tickets.issue(customer, session_key="", origin=house.left.origin, now=clock.now())
    tab = tabs.enter_context(Tab(house.left, PATHS["customer"]))
    tab.send("enter", ticket=secret, have=[])

    last, code = tab.end()
    assert (last or {})["code"] == "crowded"
    assert code == 4009


def test_hostile_strings_travel_letter_by_letter_or_are_refused(house: House, lumo: Brand, tabs: ExitStack) -> None:
    texts: list[str] = json.loads(real("naughty-strings", "blns.json").read_text(encoding="utf-8"))
    for start in range(0, len(texts), 50):  # a socket takes sixty frames at once
        visitor, _ = customers.anonymous(lumo, language="en", now=clock.now())
        chat, _ = lifecycle.start(visitor, language="en", now=clock.now())
        tab = tabs.enter_context(enter(house.left, f"customer:{visitor.pk}"))
        for text in texts[start : start + 50]:
            client_id = str(uuid4())
            tab.send("say", conversation=str(chat.pk), client_id=client_id, text=text)
            got = tab.next("message", "refused")
            if text and "\0" not in text:
                assert (got["client_id"], got["text"]) == (client_id, masking.mask(text))
            else:
                assert (got["ref"], got["code"]) == (client_id, "invalid")
