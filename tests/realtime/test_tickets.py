"""A ticket works once, from where it was asked for: the first for half a minute, each after it for half a day."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connection

from conversations.models import Conversation
from marketplace import clock, sockets
from marketplace.local.services import Urls
from realtime import tickets
from realtime.hub import Hub
from realtime.models import Ticket
from tests.people import NOON, at

MAJA = "customer:5b0f6c1e-9d5c-4a58-8c7e-0f7a1d1f2a11"
HERE = "https://beckon.example"
HALF_A_DAY = 12 * 3600


def issue(session_key: str = "", now: datetime = NOON) -> str:
    return tickets.issue(MAJA, session_key=session_key, origin=HERE, now=now)


def spend(secret: str, *, origin: str = HERE, now: datetime, session_key: str = "") -> str | None:
    """Whom it lets in."""
    entry = tickets.spend(secret, origin=origin, now=now, session_key=session_key)
    return entry and entry.principal


def following(secret: str, *, now: datetime, session_key: str = "") -> str:
    """The ticket that takes its place."""
    entry = tickets.spend(secret, origin=HERE, now=now, session_key=session_key)
    assert entry is not None
    return entry.next


def test_a_ticket_opens_one_socket(db: None) -> None:
    secret = issue()

    assert spend(secret, origin=HERE, now=at(1)) == MAJA
    assert spend(secret, origin=HERE, now=at(1)) is None


def test_a_ticket_ends_after_half_a_minute(db: None) -> None:
    assert spend(issue(), origin=HERE, now=at(29)) == MAJA
    assert spend(issue(), origin=HERE, now=at(30)) is None


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "http://beckon.example", "https://beckon.example:8443", "", "null"]
)
def test_a_ticket_is_for_the_origin_that_asked(db: None, origin: str) -> None:
    secret = issue()

    assert spend(secret, origin=origin, now=at(1)) is None
    assert spend(secret, origin=HERE, now=at(1)) == MAJA


def test_a_ticket_from_a_log_in_works_only_with_its_session(db: None) -> None:
    secret = issue(session_key="noors-session")

    assert spend(secret, origin=HERE, now=at(1)) is None
    assert spend(secret, origin=HERE, now=at(1), session_key="another") is None
    assert spend(secret, origin=HERE, now=at(1), session_key="noors-session") == MAJA


def test_whoever_was_let_in_comes_back_with_the_next_ticket_for_half_a_day(db: None) -> None:
    second = following(issue(), now=at(1))
    third = following(second, now=at(HALF_A_DAY))
    assert spend(second, now=at(HALF_A_DAY)) is None

    assert spend(third, now=at(2 * HALF_A_DAY)) is None
    assert Ticket.objects.count() == 1


def test_the_next_ticket_is_bound_as_the_first_was(db: None) -> None:
    second = following(issue(session_key="noors-session"), now=at(1), session_key="noors-session")

    assert spend(second, now=at(2)) is None
    assert spend(second, now=at(2), session_key="another") is None
    assert spend(second, now=at(2), session_key="noors-session", origin="https://evil.example") is None
    assert second not in str(Ticket.objects.values().get())
    assert spend(second, now=at(2), session_key="noors-session") == MAJA


def test_the_end_of_a_right_ends_the_next_ticket_too(db: None) -> None:
    of_log_in = following(issue(session_key="noors-session"), now=at(1), session_key="noors-session")
    of_person = following(issue(), now=at(1))

    tickets.void("noors-session")
    assert spend(of_log_in, now=at(2), session_key="noors-session") is None

    tickets.void_of([MAJA])
    assert spend(of_person, now=at(2)) is None


def test_logging_out_makes_the_sessions_unspent_tickets_void(db: None) -> None:
    secret, other = issue(session_key="noors-session"), issue()

    tickets.void("noors-session")
    tickets.void("")

    assert spend(secret, origin=HERE, now=at(1), session_key="noors-session") is None
    assert spend(other, origin=HERE, now=at(1)) == MAJA


def test_the_secret_is_not_stored(db: None) -> None:
    secret = issue(session_key="noors-session")

    row = Ticket.objects.values().get()

    assert secret not in str(row)
    assert "noors-session" not in str(row)


def test_sockets_that_come_together_are_each_judged_by_what_they_show(db: None) -> None:
    secret, other = issue(), issue(session_key="noors-session")
    shown = [
        tickets.Shown(secret, "https://evil.example", ""),
        tickets.Shown(secret, HERE, ""),
        tickets.Shown(secret, HERE, ""),
        tickets.Shown("made up", HERE, ""),
        tickets.Shown(other, HERE, "another"),
        tickets.Shown(other, HERE, "noors-session"),
    ]

    let_in = tickets.spend_all(shown, now=at(1))

    assert [entry and entry.principal for entry in let_in] == [None, MAJA, None, None, None, MAJA]
    assert tickets.spend_all(shown, now=at(2)) == [None] * 6
    for entry, session_key in ((let_in[1], ""), (let_in[5], "noors-session")):
        assert entry is not None
        assert spend(entry.next, now=at(3), session_key=session_key) == MAJA


@pytest.mark.parametrize("secret", ["", "x" * 43, "' or 1=1 --"])
def test_a_made_up_ticket_opens_nothing(db: None, secret: str) -> None:
    issue()

    assert spend(secret, origin=HERE, now=at(1)) is None


def test_old_tickets_are_forgotten(db: None) -> None:
    issue(now=NOON - timedelta(minutes=1))
    issue()

    assert tickets.forget(now=NOON) == 1
    assert Ticket.objects.count() == 1


async def test_a_person_enters_a_hundred_and_twenty_times_a_minute_and_no_oftener(
    fresh_database: Urls, chat: Conversation
) -> None:
    hub = Hub(sockets.product())
    customer, entered = f"customer:{chat.customer_id}", 0
    [secret, other] = await hub._reads.run(
        lambda: [tickets.issue(customer, session_key="", origin=HERE, now=clock.now()) for _ in range(2)]
    )

    while admitted := await hub.admit(secret, origin=HERE, session_key="", kind="customer"):
        entered += 1
        secret = admitted[1].ticket
        assert entered <= 120

    assert entered == 120
    assert await hub.admit(other, origin=HERE, session_key="", kind="customer") is None
    hub._reads.stop()


def test_of_twenty_sockets_with_one_ticket_one_gets_in(fresh_database: Urls) -> None:
    secret = issue()

    def try_it(_: int) -> str | None:
        try:
            return spend(secret, now=at(1))
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as crowd:
        let_in = list(crowd.map(try_it, range(20)))

    assert sorted(map(str, let_in)) == ["None"] * 19 + [MAJA]
