"""What each sum of the wallet is made of, and who it is that holds or decides."""

from uuid import uuid4

import pytest
from django.test import Client

from agents.models import Agent, User
from marketplace.refusals import Refused
from payouts import measures, persons, wallet
from payouts.models import Payout
from payouts.providers.fake import Fake
from payouts.runs import approving
from payouts.wallet import lines
from tests.payouts import payday
from tests.payouts.conftest import NOON
from tests.payouts.payday import earn, released, settle_at, submitted

bank = payday.bank


@pytest.fixture
def noor(db: None) -> str:
    user = User.objects.create_user("noor@beckon.example", first_name="Noor", is_staff=True)
    return f"operator:{user.pk}"


def unpaid(agent: Agent) -> lines.Lines:
    return lines.unpaid(agent.pk, "EUR", locale="en")


def test_at_each_step_of_a_payout_the_lines_add_up_to_what_the_wallet_says(ilse: Agent, bank: Fake) -> None:
    settle_at(ilse)
    earn(ilse, 900)
    earn(ilse, 250)
    submitted()
    earn(ilse, 70, at=NOON)
    payout = Payout.objects.get()

    def told() -> tuple[int, int]:
        return unpaid(ilse).total_cents, lines.of_payout(ilse.pk, payout.pk, locale="en").total_cents

    assert told() == (70, payout.amount) == (70, 1150)
    approving.hold(payout.pk, by=payday.OMAR, reason="The name differs.", reply_by=NOON.replace(day=27), now=NOON)
    approving.give_back(payout.pk, by=payday.OMAR, reason="Paid with the next run.", now=NOON)
    (purse,) = wallet.of(ilse.pk, now=NOON)

    assert told() == (purse.available_cents, 1150) == (1220, 1150)
    assert [line.kind for line in unpaid(ilse).lines] == ["payout_reversed", "goodwill"]
    assert [line.amount_cents for line in lines.of_payout(ilse.pk, payout.pk, locale="en").lines] == [250, 900]


def test_a_second_payout_leaves_out_what_the_first_took(ilse: Agent, bank: Fake) -> None:
    settle_at(ilse)
    earn(ilse, 900)
    released()
    earn(ilse, 250, at=NOON)
    later = NOON.replace(day=30)
    released(cutoff=later, now=later)
    last = Payout.objects.latest("created_at")

    told = lines.of_payout(ilse.pk, last.pk, locale="en")

    assert (told.count, told.total_cents, last.amount) == (1, 250, 250)
    assert unpaid(ilse).count == 0


def test_pages_follow_each_other_without_a_gap(ilse: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "A_PAGE", 2)
    for cents in (1, 2, 3, 4, 5):
        earn(ilse, cents)

    pages = [unpaid(ilse)]
    while pages[-1].before:
        pages.append(lines.unpaid(ilse.pk, "EUR", locale="en", before=pages[-1].before))

    assert [[line.amount_cents for line in page.lines] for page in pages] == [[5, 4], [3, 2], [1]]
    assert {(page.count, page.total_cents) for page in pages} == {(5, 15)}


def test_lines_are_shown_to_their_agent_alone(ilse: Agent, jonas: Agent, bank: Fake) -> None:
    settle_at(ilse)
    earn(ilse, 900)
    released()
    payout = Payout.objects.get()
    mine, theirs = Client(), Client()
    mine.force_login(ilse.user)
    theirs.force_login(jonas.user)
    address = f"/api/v1/agent/payouts/{payout.pk}/lines"

    assert mine.get(address).json()["total_cents"] == 900
    assert theirs.get(address).status_code == 404
    assert theirs.get("/api/v1/agent/money/EUR/lines").json()["lines"] == []
    assert mine.get(f"{address}?before=0").status_code == 400
    assert mine.get(f"/api/v1/agent/payouts/{uuid4()}/lines").status_code == 404
    with pytest.raises(Refused, match="no such payout"):
        lines.of_payout(jonas.pk, payout.pk, locale="en")


def test_whoever_holds_money_is_named_by_a_first_name_alone(ilse: Agent, noor: str) -> None:
    earn(ilse, 900)
    held = measures.hold(ilse.pk, "EUR", amount=510, by=noor, reason="Two accounts on one chat.", now=NOON)
    client = Client()
    client.force_login(ilse.user)

    (purse,) = client.get("/api/v1/agent/money").json()["wallets"]
    measures.release(held.pk, by=noor, reason="It was you both times.", now=NOON)
    (case,) = client.get("/api/v1/agent/money-cases").json()["holds"]

    assert [(each["by"], each["amount_cents"]) for each in purse["held"]] == [("Noor", 510)]
    assert (case["by"], case["decided_by"], case["decision"]) == ("Noor", "Noor", "It was you both times.")


def test_only_people_have_names(noor: str) -> None:
    assert persons.first_names([noor, "system", "operator:kim", f"operator:{uuid4()}", ""]) == {noor: "Noor"}
