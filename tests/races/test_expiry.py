"""Offers that ended unanswered are given back one by one: one that is held, or fails, stops none of the others."""

import psycopg
import pytest
from django.db import connection

from agents.models import Slot
from brands.models import Brand
from dispatch import offers
from dispatch.models import Offer
from marketplace.local.services import Urls
from tests.boards import another_chat
from tests.people import Hire, ask, at, offer_to

pytestmark = pytest.mark.usefixtures("fresh_database")
AGENTS = ("Dana", "Olu", "Femke")
HELD = {
    "escalation": "select 1 from dispatch_escalation where id = %(escalation)s for no key update",
    "slot": "select 1 from agents_slot where agent_id = %(agent)s for no key update",
    "offer": "select 1 from dispatch_offer where id = %(offer)s for no key update",
}


@pytest.fixture
def rung(lumo: Brand, hire: Hire) -> list[Offer]:
    """Three offers; the first one's time is up first."""
    return [
        offer_to(ask(another_chat(lumo, seconds=second), now=at(second)), hire(name), now=at(second))
        for second, name in enumerate(AGENTS)
    ]


@pytest.mark.parametrize("what", HELD)
def test_an_offer_that_somebody_holds_is_passed_over_at_once_and_given_back_later(
    what: str, rung: list[Offer], fresh_database: Urls
) -> None:
    first = rung[0]
    with psycopg.connect(fresh_database.database) as other, connection.cursor() as cursor:
        other.execute(HELD[what], {"escalation": first.escalation_id, "agent": first.agent_id, "offer": first.pk})
        cursor.execute("set lock_timeout = '50ms'")  # whoever waited for the row would be thrown out

        assert offers.expire_due(now=at(60)) == 2
        assert list(Offer.objects.filter(state="open")) == [first]

    assert offers.expire_due(now=at(61)) == 1
    assert sum(Slot.objects.values_list("held", flat=True)) == 0


def test_a_held_offer_is_waited_for_by_nobody(
    rung: list[Offer], fresh_database: Urls, caplog: pytest.LogCaptureFixture
) -> None:
    """Two seconds for each, the longest that a lock is waited for, would be two more for everybody behind."""
    with psycopg.connect(fresh_database.database) as other, connection.cursor() as cursor:
        other.execute(HELD["slot"], {"agent": rung[0].agent_id})
        cursor.execute("set lock_timeout = '50ms'")

        offers.expire_due(now=at(60))

    assert "looked at again" not in caplog.text


def test_an_offer_that_cannot_be_given_back_stops_no_other(
    rung: list[Offer], fresh_database: Urls, caplog: pytest.LogCaptureFixture
) -> None:
    with psycopg.connect(fresh_database.owner, autocommit=True) as owner:
        owner.execute("""
            create function refuse() returns trigger language plpgsql as
              $$ begin raise exception 'not this one'; end $$""")
        owner.execute(f"""
            create trigger refuse before update on dispatch_offer for each row
              when (new.id = '{rung[0].pk}') execute function refuse()""")

    assert offers.expire_due(now=at(60)) == 2

    assert list(Offer.objects.filter(state="open")) == [rung[0]]
    assert "looked at again: not this one" in caplog.text
