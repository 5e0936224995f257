"""The whole path: real processes, real sockets, the real product, two servers beside each other."""

from __future__ import annotations

import threading
from contextlib import ExitStack

import pytest
import redis
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from websockets.exceptions import InvalidStatus

from agents.models import Agent
from brands.models import Brand
from conversations import customers
from conversations.models import Conversation, Event
from dispatch import desk
from marketplace import clock
from realtime import leases, tickets, wire
from tests.realtime.conftest import Frame, Tab, enter
from tests.realtime.servers.conftest import House, append, append_silently, engage, is_said, say, until

# --- getting in ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("origin", ["https://evil.example", "null", None, "http://127.0.0.1", "http://127.0.0.1:1"])
def test_a_page_of_a_foreign_origin_opens_no_socket(house: House, origin: str | None) -> None:
    with pytest.raises(InvalidStatus, match="403"):
        Tab(house.left, "/ws/customer", origin=origin)


def test_an_unknown_path_opens_no_socket(house: House) -> None:
    with pytest.raises(InvalidStatus, match="403"):
        Tab(house.left, "/ws/elsewhere")


def test_a_ticket_lets_one_socket_in(house: House, customer: str, tabs: ExitStack) -> None:
    secret = tickets.issue(customer, session_key="", origin=house.left.origin, now=clock.now())
    first, second = (tabs.enter_context(Tab(house.left, "/ws/customer")) for _ in range(2))

    first.send("enter", ticket=secret, have=[])
    assert first.frame()["type"] == "welcome"

    second.send("enter", ticket=secret, have=[])
    assert second.frame()["code"] == "ticket"
    assert second.end() == (None, 4001)


def test_a_ticket_is_for_its_own_kind_of_socket(house: House, customer: str, tabs: ExitStack) -> None:
    for path in ("/ws/agent", "/ws/board"):
        secret = tickets.issue(customer, session_key="", origin=house.left.origin, now=clock.now())
        tab = tabs.enter_context(Tab(house.left, path))
        tab.send("enter", ticket=secret, have=[])
        last, code = tab.end()
        assert (last or {})["code"] == "ticket"
        assert code == 4001


def test_a_ticket_from_a_log_in_needs_its_cookie(house: House, dana: Agent, tabs: ExitStack) -> None:
    def arrive(cookie: str) -> Frame:
        secret = tickets.issue(
            f"agent:{dana.pk}", session_key=str(danas.session_key), origin=house.left.origin, now=clock.now()
        )
        tab = tabs.enter_context(Tab(house.left, "/ws/agent", additional_headers={"Cookie": cookie}))
        tab.send("enter", ticket=secret, have=[])
        return tab.frame()

    danas = SessionStore()
    danas.create()
    assert arrive("sessionid=another")["type"] == "bye"
    assert arrive(f"csrftoken=x; sessionid={danas.session_key}")["type"] == "welcome"


def test_the_first_frame_is_enter(house: House, tabs: ExitStack) -> None:
    tab = tabs.enter_context(Tab(house.left, "/ws/customer"))

    tab.send("ping", have=[])

    last, code = tab.end()
    assert (last or {})["code"] == "ticket"
    assert code == 4001


@pytest.mark.slow
def test_a_socket_that_never_enters_is_closed(house: House, tabs: ExitStack) -> None:
    tab = tabs.enter_context(Tab(house.left, "/ws/customer"))

    last, code = tab.end(within=15)

    assert (last or {})["code"] == "ticket"
    assert code == 4001


# --- talking ---------------------------------------------------------------------------------------------------------


def test_a_message_is_acknowledged_by_its_own_frame_and_reaches_the_other_server(
    house: House, chat: Conversation, customer: str, tabs: ExitStack
) -> None:
    here = tabs.enter_context(enter(house.left, customer))
    there = tabs.enter_context(enter(house.right, customer))

    for tab in (here, there):
        tab.next("reset")  # up to date: a message that comes earlier is part of this

    client_id = say(here, chat, "Where is my refund?")

    mine, theirs = here.next("message"), there.next("message")
    assert is_said(mine, client_id)
    assert mine == theirs
    assert Event.objects.filter(conversation=chat, client_id=client_id).count() == 1


def test_a_message_sent_again_is_stored_once(house: House, chat: Conversation, customer: str, tabs: ExitStack) -> None:
    tab = tabs.enter_context(enter(house.left, customer))
    client_id = say(tab, chat, "Hello")
    seq = tab.next("message")["seq"]

    for _ in range(3):
        tab.send("say", conversation=str(chat.pk), client_id=client_id, text="Hello")
        assert tab.next("sent", "refused", "message") == {
            "type": "sent", "ref": client_id, "conversation": str(chat.pk), "seq": seq
        }  # fmt: skip

    tab.send("say", conversation=str(chat.pk), client_id=client_id, text="Something else")
    assert tab.next("sent", "refused", "message")["code"] == "clash"
    assert Event.objects.filter(conversation=chat, client_id=client_id).count() == 1


def test_nobody_writes_into_or_listens_to_a_strangers_conversation(
    house: House, lumo: Brand, chat: Conversation, customer: str, tabs: ExitStack
) -> None:
    stranger, _ = customers.anonymous(lumo, language="en", now=clock.now())
    tab = tabs.enter_context(enter(house.left, f"customer:{stranger.pk}", have=[(chat.pk, "talk", 0)]))

    say(tab, chat, "Let me in")
    assert tab.next("refused", "message")["code"] == "forbidden"
    tab.send("ping", have=[{"conversation": str(chat.pk), "stream": "talk", "seq": 0}])
    append(chat, "A secret")

    assert all(frame["type"] in ("pong", "left") for frame in tab.drained())
    assert not Event.objects.filter(conversation=chat, text="Let me in").exists()


def test_typing_is_seen_by_the_others_only(
    house: House, chat: Conversation, customer: str, dana: Agent, tabs: ExitStack
) -> None:
    engage(chat, dana)
    maja, second_tab = (tabs.enter_context(enter(web, customer)) for web in (house.left, house.right))
    agent = tabs.enter_context(enter(house.right, f"agent:{dana.pk}"))
    agent.next("desk")

    maja.send("write", conversation=str(chat.pk))

    assert agent.next("typing")["conversation"] == str(chat.pk)
    assert [frame for tab in (maja, second_tab) for frame in tab.drained() if frame["type"] == "typing"] == []


def test_a_request_is_carried_out_after_the_messages_before_it(
    house: House, chat: Conversation, customer: str, tabs: ExitStack
) -> None:
    tab = tabs.enter_context(enter(house.left, customer))

    said = [say(tab, chat, f"One last thing {number}") for number in range(10)]
    tab.send("leave", ref="bye", conversation=str(chat.pk))

    answers: list[Frame] = []
    while not answers or answers[-1].get("ref") != "bye":
        answers.append(tab.next("message", "refused", "done"))
    assert [frame["client_id"] for frame in answers if frame["type"] == "message"] == said
    assert answers[-1]["type"] == "done"
    last = Event.objects.filter(conversation=chat, stream="talk").latest("seq")
    assert last.kind == Event.Kind.CHANGED, "nothing was said after leaving"


# --- coming back -----------------------------------------------------------------------------------------------------


def test_who_comes_back_gets_exactly_what_she_missed(
    house: House, chat: Conversation, customer: str, tabs: ExitStack
) -> None:
    with enter(house.left, customer) as tab:
        say(tab, chat, "one")
        head = tab.next("message")["seq"]
    append(chat, "two")
    append(chat, "three")

    back = tabs.enter_context(enter(house.right, customer, have=[(chat.pk, "talk", head)]))

    missed = back.drained()
    assert [(frame["seq"], frame["text"]) for frame in missed if frame["type"] == "answer"] == [
        (head + 1, "two"),
        (head + 2, "three"),
    ]
    assert not [frame for frame in missed if frame["type"] == "reset"]


def test_who_comes_back_up_to_date_gets_nothing_again(
    house: House, chat: Conversation, customer: str, tabs: ExitStack
) -> None:
    append(chat, "one")
    chat.refresh_from_db()

    back = tabs.enter_context(enter(house.left, customer, have=[(chat.pk, "talk", chat.talk_seq)]))

    assert [frame for frame in back.drained() if frame["type"] != "queue"] == []


def test_a_head_from_the_future_gets_a_snapshot(
    house: House, chat: Conversation, customer: str, tabs: ExitStack
) -> None:
    back = tabs.enter_context(enter(house.left, customer, have=[(chat.pk, "talk", 4_000)]))

    chat.refresh_from_db()
    assert back.next("reset")["head"] == chat.talk_seq


# --- one stream, many writers ----------------------------------------------------------------------------------------


def test_two_processes_and_ordinary_transactions_write_one_stream_without_gap_or_double(
    house: House, chat: Conversation, customer: str, tabs: ExitStack
) -> None:
    append(chat, "begin")
    chat.refresh_from_db()
    start, each = chat.talk_seq, 60
    here, there = (
        tabs.enter_context(enter(web, customer, have=[(chat.pk, "talk", start)])) for web in (house.left, house.right)
    )

    def by_socket(tab: Tab) -> None:
        for number in range(each):
            say(tab, chat, f"line {number}")
            threading.Event().wait(0.06)  # below the pace limit

    def by_transaction() -> None:
        for number in range(each):
            append(chat, f"answer {number}")
        connection.close()

    jobs = [threading.Thread(target=by_socket, args=[tab]) for tab in (here, there)]
    jobs += [threading.Thread(target=by_transaction) for _ in range(2)]
    for job in jobs:
        job.start()
    seen = {tab: [tab.next("message", "answer", "reset") for _ in range(4 * each)] for tab in (here, there)}
    for job in jobs:
        job.join()

    stored = list(
        Event.objects.filter(conversation=chat, stream="talk", seq__gt=start).order_by("seq").values_list("seq", "text")
    )
    assert [seq for seq, _ in stored] == list(range(start + 1, start + 1 + 4 * each))
    for frames in seen.values():
        assert [(frame["seq"], frame["text"]) for frame in frames] == stored


# --- healing ---------------------------------------------------------------------------------------------------------


def test_a_gap_is_filled_from_the_database(house: House, chat: Conversation, customer: str, tabs: ExitStack) -> None:
    tab = tabs.enter_context(enter(house.left, customer))
    head = tab.next("reset")["head"]

    append_silently(chat, customer, "unheard")
    append(chat, "heard")

    assert [tab.next("message", "answer", within=5)["text"] for _ in range(2)] == ["unheard", "heard"]
    chat.refresh_from_db()
    assert chat.talk_seq == head + 2


@pytest.mark.slow
def test_what_the_bus_lost_is_healed_by_the_server(
    house: House, chat: Conversation, customer: str, tabs: ExitStack
) -> None:
    tab = tabs.enter_context(enter(house.left, customer))
    tab.next("reset")

    append_silently(chat, customer, "unheard")

    assert tab.next("message", within=12)["text"] == "unheard"


def test_a_client_that_lost_a_frame_gets_it_again_by_its_ping(
    house: House, chat: Conversation, customer: str, tabs: ExitStack
) -> None:
    append(chat, "zero")
    tab = tabs.enter_context(enter(house.left, customer))
    head = tab.next("reset")["head"]
    append(chat, "one")
    assert tab.next("answer")["seq"] == head + 1

    for _ in range(2):
        tab.send("ping", have=[{"conversation": str(chat.pk), "stream": "talk", "seq": head}])

    assert tab.next("answer", within=5)["seq"] == head + 1


def test_cut_links_to_redis_lose_nothing(
    house: House, chat: Conversation, customer: str, valkey: str, tabs: ExitStack
) -> None:
    here, there = (tabs.enter_context(enter(web, customer)) for web in (house.left, house.right))
    for tab in (here, there):
        tab.next("reset")

    said = []
    with redis.Redis.from_url(valkey) as client:
        for round_ in range(5):
            said.append(say(here, chat, f"before {round_}"))
            client.client_kill_filter(_type="pubsub")
            said.append(say(there, chat, f"after {round_}"))

    for tab in (here, there):
        got = [tab.next("message", within=12) for _ in said]
        assert sorted(frame["client_id"] for frame in got) == sorted(said)
        assert [frame["seq"] for frame in got] == sorted(frame["seq"] for frame in got)


# --- rights ----------------------------------------------------------------------------------------------------------


def test_an_agent_reads_a_conversation_from_acceptance_to_transfer_and_not_a_frame_longer(
    house: House, chat: Conversation, customer: str, dana: Agent, tabs: ExitStack
) -> None:
    agent = tabs.enter_context(enter(house.left, f"agent:{dana.pk}"))
    assert agent.next("desk")["engagements"] == []

    engagement = engage(chat, dana)
    assert {agent.next("reset")["stream"] for _ in range(2)} == {"talk", "desk"}
    append(chat, "for Dana too")
    assert agent.next("answer")["text"] == "for Dana too"

    desk.transfer(engagement, by=dana.pk, reason="not mine", now=clock.now())
    assert agent.next("left")["conversation"] == str(chat.pk)
    append(chat, "not for Dana")
    say(agent, chat, "still here")

    after = [agent.frame()]
    while after[-1]["type"] != "refused":
        after.append(agent.frame())
    after += agent.drained()
    assert [frame for frame in after if frame["type"] in ("answer", "message", "changed", "reset", "note")] == []
    assert [frame["code"] for frame in after if frame["type"] == "refused"] == ["forbidden"]


def test_a_state_never_goes_back_to_a_lower_version(house: House, dana: Agent, tabs: ExitStack) -> None:
    agent = tabs.enter_context(enter(house.left, f"agent:{dana.pk}"))
    versions = [agent.next("desk")["version"]]

    for capacity in (1, 2, 3, 4, 5, 1, 2, 3):
        agent.send("set_capacity", ref=f"r{capacity}", capacity=capacity)
    done = 0
    while done < 8:
        frame = agent.next("desk", "done")
        done += frame["type"] == "done"
        if frame["type"] == "desk":
            versions.append(frame["version"])

    assert versions == sorted(versions)
    assert versions[-1] > versions[0]


def test_people_whose_right_ended_are_sent_away_from_every_server(house: House, dana: Agent, tabs: ExitStack) -> None:
    first, second = (tabs.enter_context(enter(web, f"agent:{dana.pk}")) for web in (house.left, house.right))

    wire.after_commit(closed=[f"agent:{dana.pk}"])

    for tab in (first, second):
        last, code = tab.end()
        assert last == {"type": "bye", "code": "revoked", "message": "You are logged out here.", "retry_seconds": None}
        assert code == 4010


# --- presence --------------------------------------------------------------------------------------------------------


def test_a_person_is_connected_from_welcome_to_the_end_of_her_last_socket(house: House, dana: Agent) -> None:
    principal = f"agent:{dana.pk}"
    with enter(house.left, principal):
        assert leases.connected([principal]) == {principal}
        with enter(house.right, principal):
            pass
        assert leases.connected([principal]) == {principal}

    until(lambda: leases.connected([principal]) == set())
