"""What the bank says of a payout, in whatever order, and what becomes of it."""

from datetime import timedelta

import pytest

from agents.models import Agent
from payouts.models import Posting
from payouts.providers.contract import Status
from payouts.providers.fake import Fake
from payouts.runs import reconciling
from tests.payouts import payday
from tests.payouts.conftest import NOON
from tests.payouts.payday import OMAR, computed, earn, owed, sent, settle_at, tell, the_payout

pytestmark = pytest.mark.django_db
bank = payday.bank
AN_HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def destinations(bank: Fake, ilse: Agent, jonas: Agent) -> None:
    settle_at(ilse)
    settle_at(jonas)


def test_what_the_bank_refuses_is_back_in_the_balance_and_in_the_next_run(ilse: Agent) -> None:
    earn(ilse, 300)
    run = sent()

    tell(Status.FAILED, reason="AC04")

    assert owed(ilse) == 300
    assert the_payout().state == "reversed"
    assert reconciling.close(run.pk, now=NOON).state == "closed"
    assert computed(cutoff=NOON + AN_HOUR).totals["amount"] == 300


def test_what_comes_back_after_it_was_settled_is_paid_by_the_next_run(ilse: Agent) -> None:
    earn(ilse, 300)
    run = sent()
    tell(Status.SETTLED)
    assert reconciling.close(run.pk, now=NOON).state == "closed"

    tell(Status.RETURNED, reason="AC04")

    assert owed(ilse) == 300
    assert the_payout().state == "reversed"
    assert balance_of("bank:fake:EUR") == 0


def balance_of(name: str) -> int:
    into = sum(Posting.objects.filter(account__name=name).values_list("amount", flat=True))
    return into - sum(Posting.objects.filter(contra__name=name).values_list("amount", flat=True))


@pytest.mark.parametrize(
    "news",
    [
        [Status.SETTLED, Status.ACCEPTED, Status.SETTLED],
        [Status.RETURNED, Status.SETTLED, Status.ACCEPTED],
        [Status.SETTLED, Status.RETURNED, Status.RETURNED],
        [Status.FAILED, Status.ACCEPTED, Status.FAILED],
    ],
)
def test_news_in_any_order_and_any_number_ends_in_the_same_books(news: list[Status], ilse: Agent) -> None:
    earn(ilse, 300)
    sent()

    for status in news:
        tell(status)

    comes_back = not {Status.RETURNED, Status.FAILED}.isdisjoint(news)
    assert owed(ilse) == (300 if comes_back else 0)
    assert balance_of("bank:fake:EUR") == (0 if comes_back else 300)
    assert balance_of("in_transit:fake:EUR") == 0
    assert not reconciling.unmatched().exists()


@pytest.mark.parametrize("later", [Status.SETTLED, Status.RETURNED])
def test_news_against_the_books_changes_nothing_and_waits_for_a_person(later: Status, ilse: Agent) -> None:
    earn(ilse, 300)
    sent()
    tell(Status.FAILED)

    tell(later)
    tell(later)

    assert owed(ilse) == 300
    (entry,) = reconciling.unmatched()
    assert entry.problem == f"The provider says {later}; here it is failed."
    reconciling.explain(entry.pk, by=OMAR, explanation="The bank has taken it back by phone", now=NOON)
    assert not reconciling.unmatched().exists()


def test_an_answer_for_nobody_of_ours_moves_nothing(ilse: Agent) -> None:
    earn(ilse, 300)
    sent()

    assert tell(Status.SETTLED, key="A0") == 0
    assert the_payout().state == "sent"
