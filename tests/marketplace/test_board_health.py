"""The live board: is each part of the system alive, and what does a look cost?"""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from agents.models import Agent
from brands.models import Brand
from conversations.models import Conversation, Customer
from dispatch import leadership
from dispatch.models import Offer
from marketplace import board
from payouts.models import LedgerAudit
from realtime import protocol
from tests.boards import another_chat, look, served
from tests.people import NOON, Hire, ask, at, say

QUERIES = 25
LAST = board.QUARTERS - 1


def health(seen: protocol.Board) -> dict[str, protocol.BoardHealth]:
    return {part.name: part for part in seen.health}


def test_a_dispatcher_is_well_while_it_leads(db: None) -> None:
    assert not health(look())["Dispatcher"].well

    leadership.hold("the test")

    assert health(look())["Dispatcher"].well


def test_an_offer_that_nobody_takes_back_is_seen(offer: Offer) -> None:
    assert health(look(1))["Offer clock"].well
    assert health(look(60))["Offer clock"].words == "1 ran out, not taken back"
    assert not health(look(60))["Offer clock"].well


def test_sockets_are_counted_by_kind_on_living_servers(dana: Agent, olu: Agent) -> None:
    assert health(look())["Sockets"].words == "agents 2, customers 0"


def test_no_living_server_is_not_well(db: None) -> None:
    assert health(look())["Sockets"] == protocol.BoardHealth(name="Sockets", well=False, words="no server is alive")


def test_a_silent_assistant_is_seen_after_half_a_minute(chat: Conversation, maja: Customer) -> None:
    say(chat, maja.pk, "Where is my parcel?", now=at(10))

    assert health(look(20))["Answers"] == protocol.BoardHealth(name="Answers", well=True, words="1 being answered")
    assert health(look(41))["Answers"].words == "1 unanswered for over 30 s"
    assert not health(look(41))["Answers"].well


def test_a_ledger_with_faults_is_not_well(db: None) -> None:
    assert health(look())["Ledger"].words == "not proved yet"

    LedgerAudit.objects.create(created_at=NOON, postings=4, facts=2, totals={}, faults={"gaps": 1}, balanced=False)

    assert health(look())["Ledger"].words == "faults found 24 Nov 12:00 UTC"
    assert not health(look())["Ledger"].well


# --- its cost ---


def test_the_number_of_queries_does_not_grow_with_the_house(hire: Hire, lumo: Brand) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            look(500)
        return len(asked)

    served(lumo, hire("Dana"), asked=0, reached=10)
    ask(another_chat(lumo), now=at(30))
    small = queries()

    for name in ("Olu", "Lena", "Ines"):
        served(lumo, hire(name, languages=("de", "en", "pl")), asked=100, reached=110)
        ask(another_chat(lumo), topic="fraud", language="de", now=at(40))

    assert queries() == small <= QUERIES
