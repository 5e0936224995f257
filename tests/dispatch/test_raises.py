"""A bonus raised by hand: within cap and budget, frozen into offers, undone, and written down with a name."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from agents.models import Agent, User
from audit.models import Entry
from brands.models import Brand
from dispatch import desk, raises, rounds, surge, surging
from dispatch.models import Offer, Surge, SurgeRaise
from dispatch.surge import Class
from marketplace.refusals import Refused
from payouts import plans, surges
from payouts.models import Posting
from tests import truth
from tests.admin.conftest import enter
from tests.boards import another_chat
from tests.doors import API, Browser, refusal
from tests.people import NOON, RULES, Hire, ask, at

DOOR = f"{API}/operator/raises"
WHY = "The app is down"
BY = "operator:noor"


@pytest.fixture
def agreed(lumo: Brand) -> Brand:
    """Lumo pays up to 2.00 EUR on top, out of 10.00 in all."""
    rules = [*RULES, {"kind": "surge", "highest_cents": 200}]
    then = NOON - timedelta(days=20)
    plans.publish(lumo.pk, tier="standard", currency="EUR", rules=rules, valid_from=then, by=BY, now=then)
    surge.set_policy(lumo.pk, by=BY, reason=WHY, now=NOON)
    surges.set_limit(lumo.pk, limit_minor=1_000, by=BY, reason=WHY, now=NOON)
    return lumo


@pytest.fixture
def refunds(agreed: Brand) -> Class:
    return agreed.pk, "refunds", "en"


def raise_to(of: Class, bonus: int, *, seconds: float = 1, minutes: int = 30, reason: str = WHY) -> SurgeRaise:
    return raises.raise_bonus(of, bonus_minor=bonus, minutes=minutes, by=BY, reason=reason, now=at(seconds))


def stands() -> list[int]:
    return list(Surge.objects.filter(ended_at=None).values_list("bonus_minor", flat=True))


def offered(brand: Brand, *, seconds: float) -> Offer:
    ask(another_chat(brand, seconds=seconds), now=at(seconds))
    (made,) = rounds.match_waiting(now=at(seconds))
    return made


def test_a_raise_stands_at_once_though_nobody_waits_and_is_paid(agreed: Brand, refunds: Class, dana: Agent) -> None:
    raise_to(refunds, 100)
    assert stands() == [100]

    made = offered(agreed, seconds=2)
    assert made.card["surge_minor"] == 100
    chat = desk.accept(made.pk, by=dana.pk, now=at(3))
    desk.resolve(chat.pk, by=dana.pk, outcome="solved", now=at(60))

    assert Posting.objects.filter(engagement_id=chat.pk, amount=100).exists()
    truth.holds()


def test_it_holds_against_the_sweep_until_its_minutes_are_over(refunds: Class) -> None:
    raise_to(refunds, 100, minutes=10)
    surge.sweep(now=at(599))
    assert stands() == [100]

    surge.sweep(now=at(601))

    assert stands() == []
    ended = SurgeRaise.objects.get()
    assert (ended.ended_at, ended.ended_by) == (at(601), "system")


def test_where_the_wait_calls_for_more_more_is_paid(refunds: Class, agreed: Brand) -> None:
    ask(another_chat(agreed), now=at(1))
    raise_to(refunds, 10, seconds=2)

    assert stands() == [200], "nobody is there to serve: as high as it goes"


def test_undone_it_is_over_at_once_and_offers_keep_what_they_were_made_with(
    agreed: Brand, refunds: Class, dana: Agent, olu: Agent
) -> None:
    raised = raise_to(refunds, 100)
    before = offered(agreed, seconds=2)

    raises.undo(raised.pk, by=BY, now=at(3))

    assert stands() == []
    before.refresh_from_db()
    assert (before.state, before.card["surge_minor"]) == ("open", 100)
    assert offered(agreed, seconds=4).card["surge_minor"] == 0
    with pytest.raises(Refused, match="over already"):
        raises.undo(raised.pk, by=BY, now=at(5))


def test_undone_it_falls_to_what_the_wait_calls_for(refunds: Class, agreed: Brand, dana: Agent) -> None:
    raised = raise_to(refunds, 150)
    assert stands() == [150]
    ask(another_chat(agreed), now=at(1))
    ask(another_chat(agreed), now=at(2))

    raises.undo(raised.pk, by=BY, now=at(80))

    (left,) = stands()
    assert 0 < left < 150, "somebody waits for over a minute, and one place is free"


def test_a_second_raise_takes_the_place_of_the_first(refunds: Class) -> None:
    raise_to(refunds, 50)
    raise_to(refunds, 150, seconds=5)

    assert stands() == [150]
    assert list(SurgeRaise.objects.filter(ended_at=None).values_list("bonus_minor", flat=True)) == [150]


@pytest.mark.parametrize(
    ("bonus", "given", "told"),
    [
        (210, {}, "At most"),
        (15, {}, "steps"),
        (0, {}, "already"),
        (100, {"minutes": 0}, "minutes"),
        (100, {"minutes": 241}, "minutes"),
        (100, {"reason": " a"}, "why"),
    ],
)
def test_what_is_not_allowed_is_refused_and_changes_nothing(
    refunds: Class, bonus: int, given: dict[str, Any], told: str
) -> None:
    with pytest.raises(Refused, match=told):
        raise_to(refunds, bonus, **given)

    assert not SurgeRaise.objects.exists()
    assert stands() == []


def test_an_unknown_topic_is_refused(agreed: Brand) -> None:
    with pytest.raises(Refused, match="no such topic"):
        raise_to((agreed.pk, "horses", "en"), 100)


def test_a_brand_that_has_not_agreed_to_bonuses_pays_none(lumo: Brand) -> None:
    with pytest.raises(Refused, match="pays no bonus"):
        raise_to((lumo.pk, "refunds", "en"), 100)


def test_the_budget_is_the_end_of_it(agreed: Brand, refunds: Class, hire: Hire) -> None:
    surges.set_limit(agreed.pk, limit_minor=150, by=BY, reason=WHY, now=NOON)
    with pytest.raises(Refused, match=r"At most 1\.50"):
        raise_to(refunds, 160)
    raise_to(refunds, 100)
    for name in ("Dana", "Olu"):
        hire(name)

    bonuses = [offered(agreed, seconds=2).card["surge_minor"], offered(agreed, seconds=3).card["surge_minor"]]

    assert bonuses == [100, 0], "0.50 is left, and an offer promises all or nothing"
    surge.sweep(now=at(10))
    assert stands() == [50]


waits = st.floats(0, 10_000)


@given(st.integers(0, 40), waits, waits, st.integers(0, 3_000), st.integers(0, 40))
def test_a_raise_only_ever_raises_and_never_above_cap_or_budget(
    steps: int, stood: float, p90: float, left: int, raised: int
) -> None:
    policy = surging.Policy()
    usual = surging.next_minor(steps * 10, stood, p90, policy, left_minor=left)
    lifted = surging.next_minor(steps * 10, stood, p90, policy, left_minor=left, raised_minor=raised * 10)

    assert lifted == max(usual, min(raised * 10, surging.affordable_minor(policy, left_minor=left)))


def test_who_raised_it_and_who_undid_it_is_written_down(refunds: Class, agreed: Brand) -> None:
    raises.undo(raise_to(refunds, 100).pk, by="operator:sven", now=at(9))

    told = Entry.objects.filter(action__startswith="surge.raise").order_by("at")
    assert [(row.action, row.actor, row.brand_id, row.reason) for row in told] == [
        ("surge.raised", BY, agreed.pk, WHY),
        ("surge.raise_undone", "operator:sven", agreed.pk, ""),
    ]
    assert told[0].detail["bonus_minor"] == 100


def test_the_database_holds_one_raise_of_a_class(refunds: Class) -> None:
    raised = raise_to(refunds, 100)
    raised.pk = None

    with pytest.raises(IntegrityError, match="one_raise_of_a_class"), transaction.atomic():
        raised.save(force_insert=True)


# --- the door ---


def test_an_operator_raises_and_undoes_it_over_rest(refunds: Class, agreed: Brand, noor: User) -> None:
    noor.first_name = "Noor"
    noor.save()
    browser = Browser(user=noor)
    of = {"brand": str(agreed.pk), "topic": "refunds", "language": "en"}

    seen = browser.get(DOOR, **of).json()
    assert (seen["now_minor"], seen["left"], seen["raised"]) == (0, "10.00 EUR", None)
    assert seen["choices"][-1] == {"bonus_minor": 200, "words": "2.00 EUR"}

    seen = browser.post(DOOR, {**of, "bonus_minor": 100, "minutes": 30, "reason": WHY}).json()
    assert (seen["now"], seen["raised"]["bonus"], seen["raised"]["by"]) == ("1.00 EUR", "1.00 EUR", "Noor")
    assert next(choice["bonus_minor"] for choice in seen["choices"]) == 110

    seen = browser.post(f"{DOOR}/{seen['raised']['id']}/undo").json()
    assert (seen["now_minor"], seen["raised"]) == (0, None)


def test_nobody_else_may_and_bad_input_is_one_clear_refusal(
    refunds: Class, agreed: Brand, noor: User, dana: Agent
) -> None:
    of = {"brand": str(agreed.pk), "topic": "refunds", "language": "en"}
    whole = {**of, "bonus_minor": 100, "minutes": 30, "reason": WHY}
    sam = User.objects.create_user("sam@beckon.example", is_staff=True)
    for user in (dana.user, sam):
        refusal(Browser(user=user).post(DOOR, whole), 403)
        refusal(Browser(user=user).get(DOOR, **of), 403)

    for field, wrong in {"brand": "x", "bonus_minor": "100", "minutes": True, "reason": "", "language": 5}.items():
        refusal(Browser(user=noor).post(DOOR, {**whole, field: wrong}), 400)
    refusal(Browser(user=noor).post(DOOR, {**whole, "bonus_minor": 99_999}), 409)
    refusal(Browser(user=noor).post(f"{DOOR}/{agreed.pk}/undo"), 409)

    assert not SurgeRaise.objects.exists()


def test_the_admin_lists_every_raise_and_undoes_one(refunds: Class, noor: User) -> None:
    raised = raise_to(refunds, 100)
    client = enter(noor)

    assert b"The app is down" in client.get("/admin/dispatch/surgeraise/").content
    assert client.get(f"/admin/dispatch/surgeraise/{raised.pk}/change/").status_code == 200
