"""What an hour online paid: without tips, waiting included, and never said of a few minutes."""

from datetime import UTC, datetime, timedelta

from agents.models import Agent, OnlineStretch
from payouts import ledger, pages
from payouts.pages import Hour, Total
from tests.payouts.conftest import NOON


def shown(agent: Agent) -> pages.Page:
    day = timedelta(days=1)
    return pages.page(agent.pk, since=NOON - day, until=NOON + day, zone=UTC, locale="en", now=NOON)


def online(agent: Agent, began: datetime, minutes: int) -> None:
    OnlineStretch.objects.create(agent=agent, began_at=began, ended_at=began + timedelta(minutes=minutes))


def paid(agent: Agent, kind: str, cents: int) -> None:
    ledger.post(agent.pk, "EUR", ledger.Entry(f"{kind}:1", kind, cents), now=NOON - timedelta(hours=2))


def test_tips_stand_on_a_line_of_their_own_and_raise_no_hour(ilse: Agent) -> None:
    paid(ilse, "per_chat", 1_500)
    paid(ilse, "tip", 400)
    online(ilse, NOON - timedelta(hours=3), 90)

    told = shown(ilse)

    assert told.totals == (Total("EUR", 1_900, "19.00 EUR", 0, None, 400),)
    assert told.per_hour == (Hour("EUR", 1_000, 5_400),)


def test_nothing_is_said_of_a_few_minutes(ilse: Agent) -> None:
    paid(ilse, "per_chat", 1_500)
    online(ilse, NOON - timedelta(hours=3), 29)

    assert shown(ilse).per_hour == ()


def test_payouts_lower_no_hour(ilse: Agent) -> None:
    paid(ilse, "per_chat", 1_500)
    ledger.post(ilse.pk, "EUR", ledger.Entry("hold:1", "hold", -500, contra=f"agent:{ilse.pk}:held"), now=NOON)
    online(ilse, NOON - timedelta(hours=3), 60)

    assert shown(ilse).per_hour == (Hour("EUR", 1_500, 3_600),)
