"""Why an agent was asked and not another: stored with the offer, replayed to the same result, said in a sentence."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from uuid import UUID, uuid4

import msgspec
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.test import Client

from agents.models import Agent, AgentLanguage, AgentSkill, Slot
from brands.models import Skill
from conversations import customers, lifecycle
from dispatch import decisions, explanations, offers, published, replays, rounds, snapshot
from dispatch.matching import Placement, Weights
from dispatch.models import Decision, Escalation, Offer, Round, ScoreWeights
from dispatch.views import WORDS
from marketplace import clock
from marketplace.refusals import Refused
from realtime import protocol
from tests.people import NOON, Hire, ask, at
from tests.readers import committing, listening


@pytest.fixture
def made(request_: Escalation, dana: Agent, olu: Agent) -> Offer:
    """Maja's request went to Olu, who has been idle longer than Dana."""
    Slot.objects.filter(pk=olu.pk).update(idle_since=NOON - timedelta(seconds=200))
    (offer,) = rounds.match_waiting(now=at(1))
    return offer


def test_a_decision_is_kept_with_the_offer_it_made(made: Offer, dana: Agent, olu: Agent) -> None:
    decision = Decision.objects.get()

    assert (decision.offer, decision.escalation, decision.agent) == (made.pk, made.escalation_id, olu.pk)
    assert (decision.others, decision.weights, decision.ring, decision.at) == ([dana.pk], 1, 0, at(1))
    assert decision.facts["chosen"]["idle"] > decision.facts["next"][0]["idle"]
    assert Round.objects.get().pk == decision.round


def test_it_replays_to_the_same_result(made: Offer) -> None:
    for id_ in (Decision.objects.get().pk, made.pk, made.escalation_id):
        found = replays.replay(id_)
        assert found.is_same, found.words

    told = StringIO()
    call_command("replay_decision", str(made.pk), stdout=told)
    assert "the same offers come out" in told.getvalue()


def test_a_replay_sees_what_was_tampered_with(made: Offer, dana: Agent) -> None:
    (kept,) = Round.objects.all()
    inputs = kept.inputs
    for agent in inputs["agents"]:
        agent[5] = 0.0 if agent[0] == str(dana.pk) else at(0).timestamp()  # since when she is idle
    with connections["default"].cursor() as cursor:
        cursor.execute("select has_table_privilege(current_user, 'dispatch_round', 'UPDATE')")
        assert cursor.fetchone() == (False,)

    Round.objects.create(id=uuid4(), at=at(2), weights=1, method="sorted", epoch=None,
                         packed=Round.packed_of(json.dumps(inputs).encode()))  # fmt: skip
    forged = Round.objects.order_by("at").last()
    decision = Decision.objects.get()
    decision.pk, decision.round, decision.at = uuid4(), forged.pk, at(2)  # type: ignore[union-attr]
    decision.save(force_insert=True)

    found = replays.replay(decision.pk)
    assert not found.is_same
    assert "other offers come out" in found.words
    with pytest.raises(CommandError):
        call_command("replay_decision", str(decision.pk), stdout=StringIO())


@pytest.mark.usefixtures("db")
def test_who_asks_for_no_decision_is_told_so() -> None:
    with pytest.raises(CommandError, match="no such decision"):
        call_command("replay_decision", str(uuid4()))


def test_the_agent_reads_why_in_one_sentence(made: Offer, dana: Agent, olu: Agent) -> None:
    (hers,) = decisions.of_agent(olu.pk, since=NOON)
    (other,) = decisions.of_agent(dana.pk, since=NOON)

    assert hers["sentence"] == "Offered to you: you speak English, and of those free you fitted best."
    assert other["sentence"] == "Offered to somebody who had waited longer; you were free and next."
    assert (hers["offered_to_me"], other["offered_to_me"]) == (True, False)
    assert str(olu.pk) not in str(other), "nobody learns who the other was"


def test_she_reads_what_would_change_it_and_what_became_of_her_own(made: Offer, dana: Agent, olu: Agent) -> None:
    (hers,) = decisions.of_agent(olu.pk, since=NOON)
    (other,) = decisions.of_agent(dana.pk, since=NOON)

    assert (hers["change"], hers["outcome"], hers["brand"], hers["topic_name"]) == (
        "",
        "open",
        "Lumo Mobile",
        "Refunds",
    )
    assert other["change"].startswith("Nothing you need to do: the longer you wait")
    assert other["outcome"] == "", "what somebody else did with it is not hers to read"


def test_pages_of_decisions_follow_each_other_also_within_one_instant(made: Offer, dana: Agent, olu: Agent) -> None:
    fields = vars_of(Decision.objects.get())
    for _ in range(4):
        Decision.objects.create(**{**fields, "id": uuid4()})
    everything = {one["id"] for one in decisions.of_agent(dana.pk, since=NOON)}

    seen: list[str] = []
    while page := decisions.of_agent(dana.pk, since=NOON, before=UUID(seen[-1]) if seen else None, limit=2):
        seen += [one["id"] for one in page]

    assert (len(seen), set(seen)) == (5, everything)
    with pytest.raises(Refused, match="no such decision of yours"):
        decisions.of_agent(dana.pk, since=NOON, before=uuid4())


@pytest.mark.parametrize("part", explanations.PARTS)
def test_whatever_decided_there_is_a_sentence_of_what_would_change_it(part: str) -> None:
    points = dict.fromkeys(explanations.PARTS, 1.0)
    chosen = {"agent": "a", "why": ["topic_certified", "language_fluent"], "total": 9.0, **points, part: 2.0}
    mine = {"agent": "b", "why": ["topic_learning", "language_fluent"], "total": 8.0, **points}
    facts = {"chosen": chosen, "next": [mine], "language": "de", "topic": "refunds"}

    assert explanations.deciding(chosen, mine) == part
    assert explanations.change(facts, "b").endswith(".")
    assert explanations.change(facts, "a") == ""
    assert explanations.deciding(chosen, chosen) == "tie"


def test_she_reads_it_over_rest(made: Offer, dana: Agent) -> None:
    client = Client()
    client.force_login(dana.user)

    Decision.objects.create(**{**vars_of(Decision.objects.get()), "id": uuid4(), "at": clock.now()})
    (told,) = [one for one in client.get("/api/v1/agent/decisions").json() if one["at"] != at(1).isoformat()]

    assert told["sentence"].endswith("you were free and next.")
    assert client.get("/api/v1/agent/decisions", {"before": "nonsense"}).status_code == 400
    assert client.get("/api/v1/agent/decisions", {"before": str(uuid4())}).status_code == 404
    assert Client().get("/api/v1/agent/decisions").status_code == 403


@pytest.mark.usefixtures("db")
def test_the_weights_are_on_a_public_page() -> None:
    values = {**published.values_of(Weights()), "price": 1.25}
    begins = clock.now() + timedelta(days=1)
    published.publish(values, by="operator:1", why="Scarce ones.", begins_at=begins, now=clock.now())

    page = Client().get("/weights").content.decode()

    assert page.index("Version 2 (to come)") < page.index("Version 1 (in force)")
    assert "1.25" in page
    assert set(WORDS) == set(published.NAMES), "every weight is explained"


def test_who_speaks_it_better_is_the_reason(request_: Escalation, dana: Agent, olu: Agent) -> None:
    AgentLanguage.objects.filter(agent=dana).update(level=1)
    rounds.match_waiting(now=at(1))

    (told,) = decisions.of_agent(dana.pk, since=NOON)
    assert told["sentence"] == "Offered to somebody who speaks English better; you were free and next."


def test_an_offer_made_by_hand_has_no_round(offer: Offer) -> None:
    assert not Decision.objects.exists()
    assert not Round.objects.exists()


def test_a_round_of_many_is_placed_and_kept_at_once(lumo: object, hire: Hire, request_: Escalation) -> None:
    people = [hire(f"Agent{number}") for number in range(4)]
    for number in range(5):
        customer, _ = customers.anonymous(request_.brand, language="en", now=NOON)
        ask(lifecycle.start(customer, language="en", now=NOON)[0], now=at(number))

    made = rounds.match_waiting(now=at(10))

    assert {offer.agent_id for offer in made} == {agent.pk for agent in people}
    assert Decision.objects.count() == 4
    assert replays.replay(made[0].pk).is_same
    assert set(Slot.objects.values_list("held", flat=True)) == {1}
    for offer in made:
        stored = Offer.objects.get(pk=offer.pk)
        assert {**stored.card, "waits_since": None} == {**offer.card, "waits_since": None}


def test_a_certificate_that_ended_is_no_certificate(request_: Escalation, dana: Agent) -> None:
    AgentSkill.objects.filter(agent=dana).update(valid_until=at(5))

    assert rounds.match_waiting(now=at(5)) == []
    assert len(rounds.match_waiting(now=at(4))) == 1


def test_a_learner_and_a_neighbour_are_asked_when_their_ring_opens(
    request_: Escalation, dana: Agent, olu: Agent
) -> None:
    AgentSkill.objects.filter(agent=dana).update(level=1)
    AgentSkill.objects.filter(agent=olu).update(skill=Skill.objects.get(key="fraud"))
    Skill.objects.update(family="money")
    Slot.objects.filter(agent=dana).update(held=1)

    assert rounds.match_waiting(now=at(119)) == []
    (neighbour,) = rounds.match_waiting(now=at(120))
    assert neighbour.agent_id == olu.pk
    assert Decision.objects.get().ring == 2


def vars_of(decision: Decision) -> dict[str, object]:
    return {field.attname: getattr(decision, field.attname) for field in Decision._meta.concrete_fields}


def months() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select inhrelid::regclass::text from pg_inherits where inhparent = 'dispatch_decision'::regclass"
        )
        return {name for (name,) in cursor.fetchall()}


@pytest.mark.usefixtures("fresh_database")
def test_months_begin_ahead_and_end_after_half_a_year() -> None:
    then, made = datetime(2026, 1, 15, tzinfo=UTC), months()  # those of today, which migrating made
    facts: dict[str, object] = {"chosen": {}, "next": []}
    row = {"round": UUID(int=1), "brand": UUID(int=2), "escalation": UUID(int=3), "agent": UUID(int=4),
           "offer": UUID(int=5), "ring": 0, "weights": 1, "facts": facts, "others": []}  # fmt: skip
    Decision.objects.create(id=uuid4(), at=then, **row)  # before anybody made its month

    decisions.keep_months(now=then)
    assert months() == made | {f"dispatch_decision_2026_0{month}" for month in (1, 2, 3)}
    assert Decision.objects.count() == 1
    assert decisions.keep_months(now=then) == 0

    decisions.keep_months(now=datetime(2026, 7, 31, tzinfo=UTC))
    assert "dispatch_decision_2026_01" in months()
    decisions.keep_months(now=datetime(2026, 8, 1, tzinfo=UTC))
    assert "dispatch_decision_2026_01" not in months()
    assert Decision.objects.count() == 0
    decisions.keep_months(now=datetime(2099, 8, 1, tzinfo=UTC))
    assert {"dispatch_decision_2026_07"} | made <= months(), "a clock that runs ahead drops nothing"


@pytest.mark.usefixtures("db")
def test_weights_are_published_by_versions_and_never_changed() -> None:
    assert published.in_force(NOON) == Weights()

    values = {**published.values_of(Weights()), "price": 1.2}
    published.publish(values, by="operator:1", why="Scarce speakers were not free enough.", begins_at=at(60), now=NOON)

    assert (published.in_force(at(59)).price, published.in_force(at(60)).price) == (Weights().price, 1.2)
    assert published.in_force(at(60)).version == 2
    with connections["default"].cursor() as cursor:
        cursor.execute("select has_table_privilege(current_user, 'dispatch_scoreweights', 'UPDATE')")
        assert cursor.fetchone() == (False,)


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"price": -1}, "price"),
        ({"price": float("nan")}, "price"),
        ({"price": "much"}, "price"),
        ({"price": True}, "price"),
        ({"rings_s": [1, 2]}, "rings_s"),
        ({"rings_s": [45, 30, 240]}, "rings_s"),
        ({"fit": [1]}, "fit"),
        ({"served": 1}, "outweigh"),
        ({"kindness": 3}, "kindness"),
    ],
)
def test_weights_that_make_no_sense_are_refused(change: dict[str, object], words: str) -> None:
    values = {**published.values_of(Weights()), **change}

    with pytest.raises(Refused, match=words):
        published.publish(values, by="operator:1", why="A try.", begins_at=at(60), now=NOON)
    assert ScoreWeights.objects.count() == 1


@pytest.mark.usefixtures("db")
def test_weights_begin_in_order_and_with_a_reason() -> None:
    values = published.values_of(Weights())
    published.publish(values, by="operator:1", why="The same.", begins_at=at(60), now=NOON)

    for why, begins, words in ((" ", at(90), "Say why"), ("Why.", at(59), "begins after"), ("Why.", at(-1), "begins")):
        with pytest.raises(Refused, match=words):
            published.publish(values, by="operator:1", why=why, begins_at=begins, now=NOON)
    with pytest.raises(Refused, match="no such version"):
        published.version(9)


def test_nothing_is_placed_by_a_leader_of_yesterday(request_: Escalation, dana: Agent) -> None:
    assert rounds.match_waiting(now=at(1), epoch=7) == []
    assert not Decision.objects.exists()
    assert offers.make([], epoch=None, now=at(1)) == []


@pytest.mark.parametrize("since", [{"active": 2}, {"held": 1}, {"willing": False}, {"gone_since": NOON}], ids=str)
def test_an_offer_is_not_made_to_who_has_no_room_any_more(
    since: dict[str, object], request_: Escalation, dana: Agent
) -> None:
    placement = Placement(request_.pk, dana.pk, ("topic_certified", "language_fluent", "free"))
    Slot.objects.filter(pk=dana.pk).update(**since)

    assert offers.make([placement], epoch=None, now=at(1)) == []
    request_.refresh_from_db()
    assert request_.state == "waiting"


@pytest.mark.parametrize("since", [{"held_until": at(60)}, {"customer_gone_since": at(0)}], ids=str)
def test_an_offer_is_not_made_of_a_request_that_nobody_may_have_yet(
    since: dict[str, object], request_: Escalation, dana: Agent
) -> None:
    placement = Placement(request_.pk, dana.pk, ("topic_certified", "language_fluent", "free"))
    Escalation.objects.filter(pk=request_.pk).update(**since)

    assert offers.make([placement], epoch=None, now=at(1)) == []
    request_.refresh_from_db()
    assert request_.state == "waiting"
    assert Slot.objects.get(pk=dana.pk).held == 0


def test_an_offer_is_told_ahead_and_word_for_word_as_the_snapshot_tells_it(request_: Escalation, dana: Agent) -> None:
    with listening() as ear, committing():
        rounds.match_waiting(now=at(1))

    ((principal, frame),) = ear.ahead
    told, desk = msgspec.json.decode(frame, type=protocol.Ringing), snapshot.desk(dana.pk, now=at(2))
    assert (principal, told.version, told.offer) == (f"agent:{dana.pk}", desk.version, desk.offer)


def test_what_was_not_placed_is_not_told_ahead(request_: Escalation, dana: Agent) -> None:
    placement = Placement(request_.pk, dana.pk, ("free",))
    Slot.objects.filter(pk=dana.pk).update(willing=False)
    with listening() as ear, committing():
        assert offers.make([placement], epoch=None, now=at(1)) == []

    assert ear.ahead == []
