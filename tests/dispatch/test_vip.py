"""VIPs: the brand alone says who is one; she comes before whoever waits in turn, and the tier of agents that her brand
names is asked alone for a while, never for ever."""

from typing import Any
from uuid import uuid4

import jwt
import pytest
from django.db import IntegrityError, transaction

from agents.models import Agent, User
from brands.models import Brand
from conversations import customers, lifecycle
from conversations.models import Customer
from dispatch import desk, escalations, modes, promises, queue, rounds, still_waiting
from dispatch.models import Escalation
from marketplace import waits
from marketplace.refusals import Refused
from payouts import plans
from tests.admin.conftest import enter
from tests.people import NOON, RULES, Hire, ask, at

ALONE_S = waits.TRUE["vip_tier_seconds"]


def told_of(brand: Brand, **claims: Any) -> Customer:
    """Who the brand's server says has logged in at noon."""
    told = {"sub": "maja-7", "aud": brand.slug, "jti": str(uuid4()), "exp": int(at(300).timestamp()), **claims}
    identity = jwt.encode(told, brand.signing_secret, algorithm="HS256")
    return customers.identified(brand, identity, now=NOON)[0]


def request_of(customer: Customer, *, seconds: float = 0) -> Escalation:
    conversation, _ = lifecycle.start(customer, language="en", now=at(seconds))
    return ask(conversation, now=at(seconds))


@pytest.fixture
def vip(lumo: Brand) -> Customer:
    return told_of(lumo, vip=True)


@pytest.fixture
def gold(lumo: Brand, hire: Hire) -> Agent:
    """Gill, of the tier that Lumo names for its VIPs; its pay plan is published."""
    Brand.objects.filter(pk=lumo.pk).update(vip_tier="gold")
    start = at(-86_400)
    plans.publish(lumo.pk, tier="gold", currency="EUR", rules=RULES, valid_from=start, by="system", now=start)
    gill = hire("Gill")
    Agent.objects.filter(pk=gill.pk).update(tier="gold")
    return gill


# --- who is one ---


def test_the_brands_signed_word_makes_a_vip_and_its_silence_ends_it(lumo: Brand) -> None:
    assert told_of(lumo, vip=True).vip
    assert not told_of(lumo).vip
    assert not customers.anonymous(lumo, language="en", now=NOON)[0].vip


@pytest.mark.parametrize("said", ["true", 1, None, {}])
def test_what_is_neither_true_nor_false_is_refused_and_the_token_is_not_spent(lumo: Brand, said: object) -> None:
    with pytest.raises(Refused, match="true or false"):
        told_of(lumo, vip=said)

    assert not Customer.objects.exists()


# --- before whom she comes ---


def test_a_vip_comes_before_whoever_waits_in_turn_however_long(
    request_: Escalation, vip: Customer, dana: Agent
) -> None:
    hers = request_of(vip, seconds=1_200)

    assert [line.conversation_id for line in queue.in_line()] == [hers.conversation_id, request_.conversation_id]
    (made,) = rounds.match_waiting(now=at(1_201))
    assert made.escalation_id == hers.pk


def test_a_vip_comes_behind_a_promised_time_and_a_chat_that_was_lost(vip: Customer) -> None:
    assert escalations.VIP_PRIORITY < promises.CALLBACK_PRIORITY < escalations.LOST_PRIORITY
    assert request_of(vip).priority == escalations.VIP_PRIORITY


def test_switched_to_first_come_first_served_a_vip_waits_in_turn(
    request_: Escalation, vip: Customer, dana: Agent, gold: Agent, lumo: Brand
) -> None:
    Agent.objects.filter(pk=gold.pk).update(state="deactivated")
    hers = request_of(vip, seconds=5)
    modes.switch_on("plain", lumo.pk, by="operator:noor", reason="The score is wrong", now=at(6))

    (made,) = rounds.match_waiting(now=at(7))
    assert made.escalation_id == request_.pk
    desk.accept(made.pk, by=dana.pk, now=at(8))
    (made,) = rounds.match_waiting(now=at(9))
    assert made.escalation_id == hers.pk, "and no tier is waited for"


# --- who is asked ---


def test_the_tier_is_asked_alone_at_first_and_then_everybody(vip: Customer, dana: Agent, lumo: Brand) -> None:
    Brand.objects.update(vip_tier="gold")
    hers = request_of(vip)

    assert rounds.match_waiting(now=at(ALONE_S - 0.1)) == []
    assert still_waiting.why(hers.pk, now=at(5)) == (
        "Nobody of tier gold online is certified for Refunds in English."
        " For 15 s more only tier gold is asked: a VIP waits."
    )
    (made,) = rounds.match_waiting(now=at(ALONE_S))
    assert made.agent_id == dana.pk


def test_of_the_tier_somebody_is_asked_at_once(vip: Customer, dana: Agent, gold: Agent) -> None:
    request_of(vip)

    (made,) = rounds.match_waiting(now=at(1))

    assert made.agent_id == gold.pk


def test_a_customer_who_is_none_waits_for_no_tier(request_: Escalation, dana: Agent, gold: Agent) -> None:
    assert (request_.tier, request_.tier_until, request_.priority) == ("", None, 0)
    offered = {made.agent_id for made in rounds.match_waiting(now=at(1))}

    assert offered <= {dana.pk, gold.pk}
    assert len(offered) == 1


def test_a_call_back_of_a_vip_is_held_out_to_the_tier_first_when_its_time_comes(vip: Customer, gold: Agent) -> None:
    hers = request_of(vip)
    Escalation.objects.update(state="callback_due", kind="callback", due_at=at(3_600))

    promises.keep(now=at(3_300))

    hers.refresh_from_db()
    assert (hers.state, hers.tier_until) == ("waiting", at(3_300 + ALONE_S))


def test_a_tier_without_its_end_is_no_row(request_: Escalation) -> None:
    with pytest.raises(IntegrityError, match="a_tier_is_asked_alone"), transaction.atomic():
        Escalation.objects.update(tier="gold")


def test_an_operator_sees_who_is_one_and_which_tier_is_asked(vip: Customer, gold: Agent, noor: User) -> None:
    hers = request_of(vip)
    page = enter(noor).get(f"/admin/dispatch/escalation/{hers.pk}/change/").content.decode()

    assert "only tier gold is asked" in page or "1 person online could take it" in page
