"""A tip is paid at the brand's own till, told by its server, and is the agent's whole, once."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import jwt
import pytest
from django.core.cache import cache
from django.db import IntegrityError, transaction

from agents.models import Agent
from brands.models import Brand
from conversations import customers, tips
from conversations.models import Customer, Engagement
from dispatch import desk
from marketplace import clock
from marketplace.refusals import Refused
from payouts import ledger, plans
from payouts.models import PayPlan, Posting, TipPayment
from tests.doors import API, Browser, refusal
from tests.people import RULES, at

LATER = at(60)


@pytest.fixture
def takes_tips(lumo: Brand) -> PayPlan:
    rules: list[dict[str, Any]] = [*RULES, {"kind": "tip"}]
    told: dict[str, Any] = {"tier": "standard", "currency": "EUR", "by": "system"}
    return plans.publish(lumo.pk, rules=rules, valid_from=at(-60), now=at(-60), **told)


@pytest.fixture
def tipped(takes_tips: PayPlan, engagement: Engagement, maja: Customer, dana: Agent) -> Engagement:
    """Maja's chat, resolved by Dana under a plan that takes tips."""
    resolve(engagement, maja, dana)
    return engagement


def resolve(chat: Engagement, customer: Customer, agent: Agent) -> None:
    Customer.objects.filter(pk=customer.pk).update(external_id="c-17")
    desk.resolve(chat.pk, by=agent.pk, outcome="solved", now=at(9))


def signed(brand: Brand, *, now: datetime = LATER, audience: str = "lumo/tips", **told: Any) -> str:
    """What Lumo's server makes of a payment at its till."""
    claims = {"sub": "c-17", "jti": "pay_1", "amount_minor": 200, "currency": "EUR", "aud": audience}
    return jwt.encode(claims | {"exp": now + timedelta(minutes=5)} | told, brand.signing_secret, algorithm="HS256")


def tell(brand: Brand, *, now: datetime = LATER, **told: Any) -> tips.Tip:
    return tips.tell(brand, signed(brand, now=now, **told), now=now)


def tips_of(agent: Agent) -> list[int]:
    return list(Posting.objects.filter(kind="tip", account__agent=agent).values_list("amount", flat=True))


def test_a_tip_told_by_the_brand_is_the_agents_whole_and_once(tipped: Engagement, dana: Agent) -> None:
    first, again = tell(tipped.brand), tell(tipped.brand, now=at(900))

    assert first == again == tips.Tip(tipped.pk, 200, "EUR")
    assert tips_of(dana) == [200]
    tell(tipped.brand, jti="pay_2", engagement=str(tipped.pk))
    assert tips_of(dana) == [200, 200]
    assert ledger.audit(at(60)).balanced


def test_the_same_payment_never_tips_another_sum_or_another_chat(tipped: Engagement, dana: Agent) -> None:
    tell(tipped.brand)

    with pytest.raises(Refused, match="has tipped 200"):
        tell(tipped.brand, amount_minor=300)
    with pytest.raises(IntegrityError, match="tip_payment_once"), transaction.atomic():
        TipPayment.objects.create(brand=tipped.brand, payment="pay_1", engagement_id=uuid4(), told_at=at(61))
    assert tips_of(dana) == [200]


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"amount_minor": 0}, "whole amount_minor"),
        ({"amount_minor": 50_001}, "whole amount_minor"),
        ({"amount_minor": "200"}, "whole amount_minor"),
        ({"amount_minor": True}, "whole amount_minor"),
        ({"currency": "XTS"}, "tips are in EUR"),
        ({"sub": "c-18"}, "no such chat"),
        ({"engagement": "mine"}, "named by its id"),
        ({"engagement": "7e3c8f4e-5f1c-4a0e-9d55-3f0f4b1f9a10"}, "no such chat"),
        ({"jti": ""}, "not valid"),
        ({"audience": "lumo"}, "not valid"),
        ({"exp": 1}, "expired"),
        ({"now": at(60) + timedelta(days=31)}, "no such chat"),
    ],
)
def test_a_tip_that_is_none_is_refused_and_pays_nothing(
    told: dict[str, Any], said: str, tipped: Engagement, dana: Agent
) -> None:
    with pytest.raises(Refused, match=said):
        tell(tipped.brand, **told)
    assert tips_of(dana) == []
    assert not TipPayment.objects.exists()


def test_a_token_of_a_tip_signs_nobody_in(tipped: Engagement) -> None:
    with pytest.raises(Refused, match="not valid"):
        customers.identified(tipped.brand, signed(tipped.brand), now=at(60))


def test_the_door_takes_a_tip_and_refuses_in_one_sentence(tipped: Engagement, dana: Agent) -> None:
    cache.clear()
    now, brand = clock.now(), tipped.brand
    Engagement.objects.filter(pk=tipped.pk).update(ended_at=now)
    body = {"key": brand.widget_key, "tip": signed(brand, now=now)}

    assert Browser().post(f"{API}/tips", body).json()["amount_minor"] == 200
    refusal(Browser().post(f"{API}/tips", body | {"key": "nobody"}), 404)
    refusal(Browser().post(f"{API}/tips", body | {"tip": "mine"}), 401)
    refusal(Browser().post(f"{API}/tips", {"tip": 5}), 400)
    assert tips_of(dana) == [200]


def test_a_brand_whose_plan_takes_no_tips_takes_none(engagement: Engagement, maja: Customer, dana: Agent) -> None:
    resolve(engagement, maja, dana)

    with pytest.raises(Refused, match="does not take tips"):
        tell(engagement.brand)
    assert tips_of(dana) == []
