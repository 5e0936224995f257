"""Why a request still waits: the same eligibility as the plan's, told in a sentence, to operators only."""

from hypothesis import given
from pytest_django import DjangoAssertNumQueries

from agents.models import Agent, Slot, User
from brands.models import Brand
from dispatch import modes, offers, rounds, still_waiting, waiting_words
from dispatch.matching import Candidate, Modes, Waiting, Weights, obstacles
from dispatch.models import Escalation, Offer
from tests.admin.conftest import enter
from tests.boards import another_chat
from tests.dispatch.test_matching import AGAIN, NOW, plan, queues, supplies
from tests.dispatch.test_matching import modes as switched
from tests.doors import API, Browser, refusal
from tests.people import Hire, ask, at, disconnect, offer_to

DOOR = f"{API}/operator/waiting"


@given(queues, supplies, switched)
def test_somebody_is_said_to_be_free_exactly_where_the_plan_would_ask_somebody(
    waiting: list[Waiting], supply: list[Candidate], modes: Modes
) -> None:
    scene = obstacles.Scene(supply, NOW, Weights(), AGAIN)

    for one in waiting:
        kept = scene.obstacles(one)
        made = plan([one], supply, modes=modes)
        free = kept.of.get(obstacles.Obstacle.FREE, [])
        assert bool(made) == bool(free)
        assert all(placement.agent_id in free for placement in made)


@given(queues, supplies)
def test_when_a_wider_ring_or_another_ring_at_the_same_agent_is_told_it_comes_then(
    waiting: list[Waiting], supply: list[Candidate]
) -> None:
    for one in waiting:
        kept = obstacles.Scene(supply, NOW, Weights(), AGAIN).obstacles(one)
        if kept.again_at is not None:
            assert not plan([one], supply, now=kept.again_at - 1)
            assert plan([one], supply, now=kept.again_at)
        if kept.wider_at is not None:
            then = obstacles.Scene(supply, kept.wider_at, Weights(), AGAIN).obstacles(one)
            assert set(kept.of[obstacles.Obstacle.BEYOND]) & set(then.within), "of those beyond, somebody may be asked"


def why(request: Escalation, seconds: float = 1) -> str:
    return still_waiting.why(request.pk, now=at(seconds))


def test_nobody_online_is_certified(request_: Escalation, hire: Hire, dana: Agent) -> None:
    hire("Femke", languages=("de",))
    disconnect(dana)

    assert why(request_) == (
        "Nobody online is certified for Refunds in English. 1 person who is certified for it can be rung."
    )


def test_others_of_the_brand_are_asked_once_the_ring_is_wide(request_: Escalation, hire: Hire) -> None:
    hire("Femke", topics=("fraud",))

    assert why(request_, 40) == (
        "Nobody online is certified for Refunds in English."
        " 1 person online knows other topics of Lumo Mobile: asked in 3 min 20 s."
    )
    assert rounds.match_waiting(now=at(239)) == []
    assert len(rounds.match_waiting(now=at(240))) == 1


def test_a_tier_without_a_pay_plan_is_named(request_: Escalation, dana: Agent) -> None:
    Agent.objects.update(tier="gold")

    assert "No pay plan is published for gold" in why(request_)


def test_all_who_could_take_it_are_full_or_are_being_asked(
    request_: Escalation, hire: Hire, dana: Agent, lumo: Brand
) -> None:
    Slot.objects.filter(pk=dana.pk).update(active=2)
    offer_to(ask(another_chat(lumo)), hire("Olu"))

    assert why(request_) == "2 people online could take it: 1 has no place free, 1 is being asked for another."


def test_who_declined_and_who_did_not_answer(request_: Escalation, dana: Agent, olu: Agent) -> None:
    offers.expire_due(now=offer_to(request_, olu).expires_at)
    offers.decline(offer_to(request_, dana, now=at(13)).pk, by=dana.pk, now=at(14))

    assert why(request_, 15) == (
        "2 people online could take it: 2 were asked a moment ago (1 declined, 1 did not answer); asked again in 7 s."
    )
    assert why(request_, 22) == (
        "2 people online could take it: 1 was asked a moment ago (1 declined), 1 is free, and the next round offers it."
    )


def test_who_it_rings_at_and_for_how_long(request_: Escalation, dana: Agent, lumo: Brand) -> None:
    offer = offer_to(request_, dana)

    assert why(request_, 4) == "It is offered to Dana, and rings for 8 s more."
    assert "ran out" in why(request_, 12.5)
    Offer.objects.filter(pk=offer.pk).update(automatic=True)
    assert why(request_, 4) == "It opens with Dana by itself, in a paid shift."


def test_who_is_behind_others_is_told_so_and_in_whose_order(
    request_: Escalation, lumo: Brand, dana: Agent, hire: Hire
) -> None:
    other = ask(another_chat(lumo, seconds=5), now=at(5))
    ask(another_chat(lumo, seconds=6), topic="fraud", now=at(6))

    assert why(request_, 10) == "1 person online could take it: 1 is free, and the next round offers it."
    assert why(other, 10) == "1 person online could take it: 1 is free, and 1 request comes before it."

    Escalation.objects.filter(pk=other.pk).update(priority=9)
    assert "next round offers it" in why(other, 10)
    modes.switch_on("plain", lumo.pk, by="operator:noor", reason="The score is wrong", now=at(9))
    assert why(other, 10) == (
        "1 person online could take it: 1 is free, and 1 request comes before it."
        " First come, first served is switched on."
    )


def test_a_customer_whose_link_is_gone_and_a_request_kept_back(request_: Escalation, dana: Agent) -> None:
    Escalation.objects.update(held_until=at(60), held_why="rest")
    assert why(request_, 20).startswith("It is kept back for 40 s more: an agent left")
    Escalation.objects.update(held_why="supervisor")
    assert why(request_, 20) == "It is kept for a supervisor for 40 s more."

    Escalation.objects.update(customer_gone_since=at(5))
    assert why(request_, 20).startswith("The customer's connection has been gone for 15 s.")


def test_a_request_beyond_what_a_round_reads_says_so() -> None:
    told = waiting_words.of(waiting_words.Facts(), brand="Lumo", topic="Refunds", language="en")

    assert told.code == "unread"


def test_what_does_not_wait_has_no_reason(request_: Escalation) -> None:
    Escalation.objects.update(state="abandoned", ended_at=at(1))

    assert why(request_) == ""


# --- the doors ---


def test_an_operator_reads_of_each_request_of_a_class_why_it_waits(
    request_: Escalation, lumo: Brand, noor: User
) -> None:
    ask(another_chat(lumo), topic="fraud")

    (told,) = Browser(user=noor).get(DOOR, language=["en", "de"], topic="refunds").json()["waiting"]

    assert (told["id"], told["brand"], told["topic_name"]) == (str(request_.pk), "Lumo Mobile", "Refunds")
    assert (told["code"], told["sentence"]) == (
        "nobody", "Nobody online is certified for Refunds in English."
    )  # fmt: skip


def test_nobody_else_reads_it_and_a_half_question_is_refused(request_: Escalation, noor: User, dana: Agent) -> None:
    asked = {"language": "en", "topic": "refunds"}
    refusal(Browser(user=dana.user).get(DOOR, **asked), 403)
    refusal(Browser().get(DOOR, **asked), 403)
    for broken in ({"language": "en"}, {"topic": "refunds"}, {"language": "<b>", "topic": "refunds"}):
        refusal(Browser(user=noor).get(DOOR, **broken), 400)


def test_the_admin_says_it_too(request_: Escalation, noor: User) -> None:
    page = enter(noor).get(f"/admin/dispatch/escalation/{request_.pk}/change/")

    assert b"Nobody online is certified for Refunds in English." in page.content


def test_how_many_wait_changes_nothing_about_how_often_the_database_is_asked(
    lumo: Brand, dana: Agent, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for second in range(40):
        ask(another_chat(lumo, seconds=second), now=at(second))

    with django_assert_max_num_queries(9):
        told = still_waiting.of_class(["en"], ["refunds"], now=at(60))

    assert len(told) == still_waiting.SHOWN
    assert [one.since for one in told] == [at(second) for second in range(still_waiting.SHOWN)]
