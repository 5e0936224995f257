"""Bonuses while it is busy, end to end: decided from the queue, frozen into offers, paid, within the budget."""

from datetime import timedelta
from typing import Any

import pytest

from agents.models import Agent, AgentLanguage, Slot, User
from audit.models import Entry
from brands.models import Brand
from conversations.models import Engagement
from dispatch import absence, cards, desk, offers, rounds, snapshot, surge
from dispatch.events import WantedNow
from dispatch.models import Escalation, Offer, Surge, SurgePolicy
from marketplace import events
from marketplace.refusals import Refused
from payouts import plans, surges
from payouts.models import Posting, SurgeBudget, SurgeReservation
from tests import truth
from tests.admin.conftest import enter
from tests.boards import another_chat
from tests.doors import API, Browser
from tests.people import NOON, RULES, Hire, ask, at, disconnect
from tests.people import connect as come_back

WHY = "The campaign of the week"
BY = "operator:noor"


@pytest.fixture
def busy(lumo: Brand) -> Brand:
    """Lumo pays up to 2.00 EUR on top, out of 10.00 in all, once a wait is predicted to last a minute."""
    rules = [*RULES, {"kind": "surge", "highest_cents": 200}]
    then = NOON - timedelta(days=20)
    plans.publish(lumo.pk, tier="standard", currency="EUR", rules=rules, valid_from=then, by=BY, now=then)
    surge.set_policy(lumo.pk, by=BY, reason=WHY, now=NOON)
    surges.set_limit(lumo.pk, limit_minor=1_000, by=BY, reason=WHY, now=NOON)
    return lumo


def queue_of(brand: Brand, many: int, *, seconds: float = 1) -> list[Escalation]:
    return [ask(another_chat(brand, seconds=seconds), now=at(seconds)) for _ in range(many)]


def budget(brand: Brand) -> tuple[int, int]:
    found = SurgeBudget.objects.get(pk=brand.pk)
    return found.reserved_minor, found.spent_minor


def offered(agent: Agent, *, seconds: float) -> Offer:
    rounds.match_waiting(now=at(seconds))
    return Offer.objects.get(agent=agent, state="open")


def test_where_nobody_can_serve_who_waits_the_highest_bonus_stands(busy: Brand) -> None:
    queue_of(busy, 2)

    surge.sweep(now=at(10))

    row = Surge.objects.get()
    assert (row.topic, row.language, row.bonus_minor, row.ended_at) == ("refunds", "en", 200, None)
    assert (row.waiting, row.free, row.served, row.predicted_p90_s) == (2, 0, 0, None)


def test_with_people_free_there_is_none(busy: Brand, dana: Agent) -> None:
    queue_of(busy, 1)

    surge.sweep(now=at(10))

    assert not Surge.objects.exists()


@pytest.mark.parametrize("missing", ["policy", "rule", "budget", "switched off"])
def test_a_brand_that_has_not_agreed_to_it_pays_none(lumo: Brand, busy: Brand, missing: str) -> None:
    if missing == "policy":
        SurgePolicy.objects.all().delete()
    if missing == "switched off":
        surge.set_policy(busy.pk, active=False, by=BY, reason=WHY, now=at(1))
    if missing == "rule":
        plans.publish(lumo.pk, tier="standard", currency="EUR", rules=RULES, valid_from=at(2), by=BY, now=at(1))
    if missing == "budget":
        surges.set_limit(busy.pk, limit_minor=5, by=BY, reason=WHY, now=at(1))
    queue_of(busy, 3)

    surge.sweep(now=at(10))

    assert not Surge.objects.exists()


def test_a_bonus_stands_five_minutes_then_ends_and_both_are_kept(busy: Brand) -> None:
    (request,) = queue_of(busy, 1)
    surge.sweep(now=at(10))
    desk.leave_queue(request.conversation_id, now=at(20))

    surge.sweep(now=at(309))
    assert Surge.objects.get().ended_at is None

    surge.sweep(now=at(310))
    assert Surge.objects.get().ended_at == at(310)


def test_two_sweeps_at_once_make_one_row(busy: Brand) -> None:
    queue_of(busy, 1)

    surge.decide(now=at(10))
    surge.decide(now=at(10))

    assert Surge.objects.count() == 1


def test_the_offer_shows_it_as_a_line_of_its_own_and_its_chat_is_paid_it(busy: Brand, hire: Hire) -> None:
    queue_of(busy, 1)
    surge.sweep(now=at(10))
    dana = hire("Dana")

    offer = offered(dana, seconds=11)
    card = cards.card_of(offer)
    assert (card.surge_minor, card.minimum_minor) == (200, 490)
    assert [line.words for line in card.pay if line.kind == "surge"] == ["2.00 EUR on top, because it is busy now"]
    assert budget(busy) == (200, 0)

    Surge.objects.update(ended_at=at(12))  # what was shown is paid, whatever comes after
    engagement = desk.accept(offer.pk, by=dana.pk, now=at(15))
    (chat,) = snapshot.desk(dana.pk, now=at(16)).engagements
    assert [line.amount_minor for line in chat.pay if line.kind == "surge"] == [200]
    desk.resolve(engagement.pk, by=dana.pk, outcome="solved", now=at(75))

    assert Posting.objects.get(kind="surge").amount == 200
    assert budget(busy) == (0, 200)
    truth.holds()


@pytest.mark.parametrize("end", ["decline", "expire", "leave"])
def test_what_was_promised_for_nothing_is_free_again(busy: Brand, hire: Hire, end: str) -> None:
    (request,) = queue_of(busy, 1)
    surge.sweep(now=at(10))
    offer = offered(hire("Dana"), seconds=11)
    assert budget(busy) == (200, 0)

    if end == "decline":
        offers.decline(offer.pk, by=offer.agent_id, now=at(12))
    if end == "expire":
        offers.expire_due(now=at(30))
    if end == "leave":
        desk.leave(request.conversation_id, now=at(12))
    surge.sweep(now=at(31))

    assert budget(busy) == (0, 0)
    assert SurgeReservation.objects.get().state == "released"
    truth.holds()


def test_a_chat_given_back_pays_no_bonus_and_frees_it(busy: Brand, hire: Hire) -> None:
    queue_of(busy, 1)
    surge.sweep(now=at(10))
    dana = hire("Dana")
    engagement = desk.accept(offered(dana, seconds=11).pk, by=dana.pk, now=at(12))

    desk.transfer(engagement.pk, by=dana.pk, reason="", now=at(60))

    assert not Posting.objects.filter(kind="surge").exists()
    assert budget(busy) == (0, 0)
    truth.holds()


@pytest.mark.parametrize(("limit", "bonus"), [(1_000, 200), (200, 0)])
def test_a_chat_that_came_back_to_her_keeps_its_bonus_where_the_budget_has_it(
    busy: Brand, hire: Hire, limit: int, bonus: int
) -> None:
    queue_of(busy, 1)
    surge.sweep(now=at(10))
    dana = hire("Dana")
    desk.accept(offered(dana, seconds=11).pk, by=dana.pk, now=at(12))
    disconnect(dana)
    absence.noticed(dana.pk, now=at(20))
    absence.sweep(now=at(80))
    if limit == 200:  # somebody else was promised the rest meanwhile
        surges.set_limit(busy.pk, limit_minor=100, by=BY, reason=WHY, now=at(81))
    come_back(dana)
    absence.returned(dana.pk, now=at(90))

    again = Engagement.objects.get(ended_at=None)
    assert (again.agent_id, again.surge_cents, budget(busy)[0]) == (dana.pk, bonus, bonus)
    assert Offer.objects.get(pk=again.offer_id).card["minimum_minor"] == 290 + bonus
    desk.resolve(again.pk, by=dana.pk, outcome="solved", now=at(150))
    assert sum(Posting.objects.filter(kind="surge").values_list("amount", flat=True)) == bonus
    truth.holds()


def test_the_budget_covers_whom_it_covers_and_the_rest_is_asked_without(busy: Brand, hire: Hire) -> None:
    surges.set_limit(busy.pk, limit_minor=450, by=BY, reason=WHY, now=at(0))
    queue_of(busy, 3)
    surge.sweep(now=at(10))
    for name in ("Dana", "Olu", "Maj"):
        hire(name)

    made = rounds.match_waiting(now=at(11))

    assert sorted(offer.card["surge_minor"] for offer in made) == [0, 200, 200]
    assert budget(busy) == (400, 0)


def test_a_lower_limit_than_promised_is_refused(busy: Brand, hire: Hire) -> None:
    queue_of(busy, 1)
    surge.sweep(now=at(10))
    offered(hire("Dana"), seconds=11)

    with pytest.raises(Refused, match="promised already"):
        surges.set_limit(busy.pk, limit_minor=199, by=BY, reason=WHY, now=at(12))

    assert SurgeBudget.objects.get().limit_minor == 1_000


@pytest.mark.parametrize("wrong", [{"from_s": 0}, {"each_s": 1}, {"step_minor": 0}, {"highest_minor": 5}])
def test_a_policy_that_makes_no_sense_is_refused(busy: Brand, wrong: dict[str, Any]) -> None:
    before = SurgePolicy.objects.values().get()

    with pytest.raises(Refused):
        surge.set_policy(busy.pk, by=BY, reason=WHY, now=at(1), **wrong)

    assert SurgePolicy.objects.values().get() == before
    assert Entry.objects.filter(action="surge.policy_set").count() == 1


def test_who_is_offline_and_certified_reads_where_she_is_wanted(
    busy: Brand,
    dana: Agent,
    hire: Hire,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    german = hire("Grete", languages=("de",))
    Slot.objects.update(willing=False)
    queue_of(busy, 2)
    heard: list[WantedNow] = []
    monkeypatch.setitem(events._reactions, WantedNow, (heard.append,))
    with django_capture_on_commit_callbacks(execute=True):
        surge.sweep(now=at(10))
        surge.sweep(now=at(20))

    assert heard == [WantedNow(busy.pk, "refunds", "en", 200, "EUR")]
    (wanted,) = surge.wanted_from(dana.pk, now=at(11))
    assert (wanted.brand, wanted.topic_name, wanted.language) == ("Lumo Mobile", "Refunds", "en")
    assert (wanted.bonus_minor, wanted.waiting, wanted.currency, wanted.since) == (200, 2, "EUR", at(10))
    shown = Browser(user=dana.user).get(f"{API}/agent/wanted").json()
    assert [(row["topic_name"], row["bonus_minor"], row["words"]) for row in shown["wanted"]] == [
        ("Refunds", 200, "2.00 EUR on top, because it is busy now")
    ]
    assert surge.wanted_from(german.pk, now=at(11)) == []
    AgentLanguage.objects.filter(agent=german).update(code="en")
    assert len(surge.wanted_from(german.pk, now=at(11))) == 1
    AgentLanguage.objects.filter(agent=german).update(valid_until=at(12))
    german.skills.update(valid_until=at(11))
    assert surge.wanted_from(german.pk, now=at(11)) == []
    german.skills.update(valid_until=None)
    assert len(surge.wanted_from(german.pk, now=at(11))) == 1
    assert surge.wanted_from(german.pk, now=at(12)) == []


def test_an_operator_sets_policy_and_budget_in_one_form_with_a_reason(lumo: Brand, noor: User) -> None:
    page = enter(noor)
    told = {
        "brand": lumo.pk, "active": "on", "from_s": 90, "each_s": 30, "step_minor": 10, "highest_minor": 150,
        "limit_minor": 5_000, "reason": WHY,
    }  # fmt: skip

    assert page.post("/admin/dispatch/surgepolicy/add/", told | {"reason": ""}).status_code == 200
    assert not SurgePolicy.objects.exists()
    assert page.post("/admin/dispatch/surgepolicy/add/", told).status_code == 302

    policy = SurgePolicy.objects.get()
    assert (policy.from_s, policy.highest_minor, surges.left([lumo.pk])) == (90, 150, {lumo.pk: 5_000})
    assert sorted(Entry.objects.values_list("action", flat=True)) == ["surge.budget_set", "surge.policy_set"]
    change = f"/admin/dispatch/surgepolicy/{lumo.pk}/change/"
    assert page.post(change, told | {"limit_minor": 10, "from_s": 5}).status_code == 200
    assert page.post(change, told | {"limit_minor": 10}).status_code == 302
    assert surges.left([lumo.pk]) == {lumo.pk: 10}
    assert "0.10 EUR" in page.get("/admin/dispatch/surgepolicy/").content.decode()


def test_everybody_reads_how_a_bonus_is_decided_and_what_was_paid(busy: Brand) -> None:
    queue_of(busy, 1)
    surge.sweep(now=at(10))

    page = Browser().get("/pay/lumo/bonuses").content.decode()

    assert "From a predicted wait of 60 s on, a chat pays 0.10 EUR more" in page
    assert "2.00 EUR at most" in page
    assert "<td>Refunds</td><td>English</td><td>2.00 EUR</td>" in page
    assert "/pay/lumo/bonuses" in Browser().get("/pay/lumo").content.decode()
    assert Browser().get("/pay/nobody/bonuses").status_code == 404
    SurgePolicy.objects.update(active=False)
    assert "pays no bonus for busy times now" in Browser().get("/pay/lumo/bonuses").content.decode()
