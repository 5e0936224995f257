"""A chat passed on, asked about, taken over: nothing is lost, the work is paid."""

from collections.abc import Callable
from typing import Any

import pytest

from agents import supervisors
from agents.models import Agent, AgentLanguage, AgentSkill, Slot, User
from audit.models import Entry
from conversations import ratings
from conversations.models import Conversation, Customer, Engagement, Event, Participant, Rating
from dispatch import desk, handovers, modes, promises, questions, rounds, snapshot, takeovers
from dispatch.models import Escalation, Offer, Question
from marketplace.refusals import Refused
from payouts.models import Posting
from tests import truth
from tests.people import Hire, ask, at, disconnect


def told(chat: Conversation) -> list[tuple[str, str]]:
    rows = Event.objects.filter(conversation=chat, kind="changed").order_by("seq")
    return [(row.data["change"], row.data["status"]["why"]) for row in rows]


def notes(chat: Conversation) -> list[tuple[str, str, str]]:
    rows = Event.objects.filter(conversation=chat, stream="desk", kind="note").order_by("seq")
    return [(row.author_name, row.data.get("about", ""), row.text) for row in rows]


# --- passed on ---


def test_a_chat_is_passed_to_another_topic_with_a_note(
    engagement: Engagement, chat: Conversation, dana: Agent, hire: Hire
) -> None:
    femke = hire("Femke", topics=("fraud",))
    to = handovers.Target(topic="fraud")

    desk.transfer(engagement.pk, by=dana.pk, reason="A stranger used her card.", to=to, now=at(60))

    (offer,) = rounds.match_waiting(now=at(61))
    assert (offer.agent_id, offer.card["topic"]) == (femke.pk, "fraud")
    assert notes(chat) == [("Dana", "", "A stranger used her card.")]
    assert told(chat)[-1] == ("transferred", "transferred")
    assert Posting.objects.filter(engagement_id=engagement.pk).exists()
    truth.holds()


@pytest.mark.parametrize("to", [handovers.Target(topic="fraud"), handovers.Target(language="fi")])
def test_a_chat_is_not_passed_to_where_nobody_is(
    engagement: Engagement, chat: Conversation, dana: Agent, to: handovers.Target
) -> None:
    with pytest.raises(Refused, match="Nobody works"):
        desk.transfer(engagement.pk, by=dana.pk, reason="", to=to, now=at(60))

    engagement.refresh_from_db()
    assert (engagement.state, notes(chat)) == ("live", [])


@pytest.mark.parametrize("ended", [AgentSkill, AgentLanguage])
def test_a_chat_is_not_passed_to_whose_certificate_has_ended(
    engagement: Engagement, dana: Agent, hire: Hire, ended: Any
) -> None:
    femke = hire("Femke", topics=("fraud",))
    ended.objects.filter(agent=femke).update(valid_until=at(50))

    with pytest.raises(Refused, match="Nobody works"):
        desk.transfer(engagement.pk, by=dana.pk, reason="", to=handovers.Target(topic="fraud"), now=at(60))


def test_a_colleague_is_asked_first_then_anybody(
    engagement: Engagement, dana: Agent, hire: Hire, request_: Escalation
) -> None:
    hire("Ada")
    olu = hire("Olu")
    Slot.objects.filter(pk=olu.pk).update(active=0, idle_since=at(59))

    desk.transfer(engagement.pk, by=dana.pk, reason="", to=handovers.Target(colleague=olu.pk), now=at(60))

    (offer,) = rounds.match_waiting(now=at(61))
    assert offer.agent_id == olu.pk


def test_a_colleague_who_cannot_take_it_is_refused(engagement: Engagement, dana: Agent, hire: Hire) -> None:
    piet = hire("Piet", languages=("nl",))

    with pytest.raises(Refused, match="colleague"):
        desk.transfer(engagement.pk, by=dana.pk, reason="", to=handovers.Target(colleague=piet.pk), now=at(60))


def _full(olu: Agent) -> None:
    Slot.objects.filter(pk=olu.pk).update(active=2)


def _paused(olu: Agent) -> None:
    Slot.objects.filter(pk=olu.pk).update(willing=False)


def _plain(olu: Agent) -> None:
    modes.switch_on("plain", None, by="system", reason="A test of it", now=at(30))


@pytest.mark.parametrize("change", [_full, _paused, disconnect, _plain])
def test_nobody_is_chosen_whom_the_next_round_would_not_ask(
    engagement: Engagement, dana: Agent, olu: Agent, change: Callable[[Agent], None]
) -> None:
    change(olu)

    with pytest.raises(Refused, match="Please"):
        desk.transfer(engagement.pk, by=dana.pk, reason="", to=handovers.Target(colleague=olu.pk), now=at(60))

    engagement.refresh_from_db()
    assert engagement.state == "live"
    found = handovers.choices(engagement.pk, by=dana.pk, now=at(60))["colleagues"]
    assert not any(one["free"] for one in found)


def test_who_had_the_chat_before_is_not_chosen_again(
    engagement: Engagement, dana: Agent, olu: Agent, request_: Escalation
) -> None:
    desk.transfer(engagement.pk, by=dana.pk, reason="", to=handovers.Target(colleague=olu.pk), now=at(60))
    (offer,) = rounds.match_waiting(now=at(61))
    hers = desk.accept(offer.pk, by=olu.pk, now=at(62))

    with pytest.raises(Refused, match="asked for this customer already"):
        desk.transfer(hers.pk, by=olu.pk, reason="", to=handovers.Target(colleague=dana.pk), now=at(63))


def test_a_supervisor_has_a_while_before_others_are_asked(
    engagement: Engagement, chat: Conversation, dana: Agent, olu: Agent
) -> None:
    to = handovers.Target(supervisor=True)
    desk.transfer(engagement.pk, by=dana.pk, reason="She wants a manager.", to=to, now=at(60))

    assert told(chat)[-1] == ("transferred", "supervisor")
    assert rounds.match_waiting(now=at(61)) == []
    promises.keep(now=at(179))
    assert rounds.match_waiting(now=at(179)) == []
    promises.keep(now=at(180))
    (offer,) = rounds.match_waiting(now=at(181))
    assert offer.agent_id == olu.pk


def test_the_agent_chooses_from_what_there_is(engagement: Engagement, dana: Agent, olu: Agent, hire: Hire) -> None:
    hire("Femke", topics=("fraud",), languages=("de",))
    gone = hire("Gone")
    disconnect(gone)

    found = handovers.choices(engagement.pk, by=dana.pk, now=at(10))

    assert [topic["key"] for topic in found["topics"]] == ["fraud", "refunds"]
    assert found["languages"] == ["de", "en"]
    assert [(one["id"], one["free"]) for one in found["colleagues"]] == [(olu.pk, True)]
    with pytest.raises(Refused):
        handovers.choices(engagement.pk, by=olu.pk, now=at(10))


# --- asked about ---


def test_certified_colleagues_see_the_question_and_not_the_chat(
    engagement: Engagement, chat: Conversation, dana: Agent, olu: Agent, hire: Hire
) -> None:
    femke = hire("Femke", topics=("fraud",))

    questions.ask(chat.pk, by=dana.pk, text="Where is the trace number?", now=at(20))

    desks = snapshot.desks([dana.pk, olu.pk, femke.pk], now=at(21))
    assert [question.text for question in desks[olu.pk].questions] == ["Where is the trace number?"]
    assert desks[dana.pk].questions == desks[femke.pk].questions == []
    assert not Participant.objects.filter(person_id=olu.pk).exists()
    assert desks[olu.pk].engagements == []


def test_the_first_answer_closes_it_and_agents_alone_read_it(
    engagement: Engagement, chat: Conversation, dana: Agent, olu: Agent, hire: Hire
) -> None:
    ada = hire("Ada")
    asked = questions.ask(chat.pk, by=dana.pk, text="Where is the trace number?", now=at(20))
    version = Slot.objects.get(pk=ada.pk).version

    questions.answer(asked, by=olu.pk, text="On the second page.", now=at(40))

    assert notes(chat) == [
        ("Dana", "question", "Where is the trace number?"),
        ("Olu", "answer", "On the second page."),
    ]
    assert not Event.objects.filter(conversation=chat, stream="talk", text__contains="page").exists()
    assert Slot.objects.get(pk=ada.pk).version == version + 1  # her screen forgets the question
    with pytest.raises(Refused, match="closed already"):
        questions.answer(asked, by=ada.pk, text="Too late.", now=at(41))


def answer_after_time(asked: Question, olu: Agent) -> None:
    questions.answer(asked.pk, by=olu.pk, text="late", now=at(20 + 600))


def answer_uninvited(asked: Question, olu: Agent) -> None:
    Question.objects.update(asked=[])
    questions.answer(asked.pk, by=olu.pk, text="me too", now=at(21))


def answer_after_the_chat(asked: Question, olu: Agent) -> None:
    engagement = Engagement.objects.get(ended_at=None)
    desk.resolve(engagement.pk, by=engagement.agent_id, outcome="solved", now=at(25))
    questions.answer(asked.pk, by=olu.pk, text="late", now=at(26))


@pytest.mark.parametrize("wrong", [answer_after_time, answer_uninvited, answer_after_the_chat])
def test_an_answer_that_nobody_waits_for_is_refused(
    engagement: Engagement, chat: Conversation, dana: Agent, olu: Agent, wrong: Any
) -> None:
    questions.ask(chat.pk, by=dana.pk, text="Where is it?", now=at(20))
    with pytest.raises(Refused):
        wrong(Question.objects.get(), olu)

    assert len(notes(chat)) == 1


def test_a_question_needs_a_colleague_and_a_chat_of_ones_own(
    engagement: Engagement, chat: Conversation, dana: Agent, hire: Hire
) -> None:
    with pytest.raises(Refused, match="No colleague"):
        questions.ask(chat.pk, by=dana.pk, text="Anyone?", now=at(20))
    olu = hire("Olu")
    with pytest.raises(Refused, match="not part"):
        questions.ask(chat.pk, by=olu.pk, text="Anyone?", now=at(20))

    assert not Question.objects.exists()


def test_a_new_question_takes_the_place_of_the_open_one(
    engagement: Engagement, chat: Conversation, dana: Agent, olu: Agent
) -> None:
    questions.ask(chat.pk, by=dana.pk, text="One?", now=at(20))
    questions.ask(chat.pk, by=dana.pk, text="Card 4111 1111 1111 1111?", now=at(30))

    (shown,) = snapshot.desk(olu.pk, now=at(31)).questions
    assert "4111" not in shown.text


# --- taken over ---


def test_a_supervisor_takes_a_chat_over_and_its_agent_is_paid(
    engagement: Engagement, chat: Conversation, dana: Agent, noor: User
) -> None:
    mine = takeovers.take_over(chat.pk, by=noor, reason="Threat of a lawsuit", now=at(65))

    engagement.refresh_from_db()
    assert (engagement.state, mine.state, mine.by_staff) == ("transferred", "live", True)
    assert Slot.objects.get(pk=dana.pk).active == 0
    assert told(chat)[-2:] == [("transferred", "taken_over"), ("joined", "joined")]
    assert dict(Posting.objects.values_list("kind", "amount")) == {"per_minute": 22}
    assert (Entry.objects.get().action, Entry.objects.get().reason) == ("engagement.taken_over", "Threat of a lawsuit")
    truth.holds()


def test_what_a_supervisor_does_is_not_paid_by_the_chat(request_: Escalation, chat: Conversation, noor: User) -> None:
    mine = takeovers.take_over(chat.pk, by=noor, reason="Waits for long", now=at(65))
    assert takeovers.take_over(chat.pk, by=noor, reason="Waits for long", now=at(66)) == mine

    desk.resolve(mine.pk, by=mine.agent_id, outcome="solved", now=at(300))

    assert not Posting.objects.exists()
    truth.holds()


def test_what_rings_stops_ringing_when_a_supervisor_comes(
    offer: Offer, chat: Conversation, dana: Agent, noor: User
) -> None:
    takeovers.take_over(chat.pk, by=noor, reason="Known customer", now=at(3))

    offer.refresh_from_db()
    slot = Slot.objects.get(pk=dana.pk)
    assert (offer.state, slot.held, slot.missed_in_a_row) == ("withdrawn", 0, 0)
    truth.holds()


def test_a_chat_that_nobody_asked_for_a_person_in_can_be_taken_over(chat: Conversation, noor: User) -> None:
    takeovers.take_over(chat.pk, by=noor, reason="The assistant is wrong", now=at(3))

    assert Escalation.objects.get().state == "engaged"
    truth.holds()


def test_a_supervisor_is_never_offered_anything(noor: User, chat: Conversation) -> None:
    profile = supervisors.profile_of(noor, now=at(0))
    Slot.objects.filter(pk=profile.pk).update(willing=True)
    ask(chat)

    assert rounds.match_waiting(now=at(1)) == []


def full(noor: User, chat: Conversation) -> None:
    Slot.objects.filter(pk=supervisors.profile_of(noor, now=at(0)).pk).update(active=2)


def deactivated(noor: User, chat: Conversation) -> None:
    Agent.objects.filter(pk=supervisors.profile_of(noor, now=at(0)).pk).update(state="deactivated")


def ended(noor: User, chat: Conversation) -> None:
    desk.leave(chat.pk, now=at(1))


@pytest.mark.parametrize("wrong", [full, deactivated, ended])
def test_a_take_over_that_cannot_be_changes_nothing(
    chat: Conversation, noor: User, request_: Escalation, wrong: Any
) -> None:
    wrong(noor, chat)
    with pytest.raises(Refused):
        takeovers.take_over(chat.pk, by=noor, reason="Now", now=at(9))

    assert not Engagement.objects.exists()
    assert not Entry.objects.exists()


@pytest.mark.parametrize("wrong", [full, deactivated])
def test_a_take_over_that_cannot_be_brings_nobody_into_the_line(chat: Conversation, noor: User, wrong: Any) -> None:
    wrong(noor, chat)
    with pytest.raises(Refused):
        takeovers.take_over(chat.pk, by=noor, reason="The assistant is wrong", now=at(9))

    assert not Escalation.objects.exists()


def test_a_supervisor_is_rated_like_anybody_and_paid_nothing_for_it(
    request_: Escalation, chat: Conversation, maja: Customer, noor: User
) -> None:
    mine = takeovers.take_over(chat.pk, by=noor, reason="Waits for long", now=at(65))
    desk.resolve(mine.pk, by=mine.agent_id, outcome="solved", now=at(300))

    ratings.rate(mine.pk, customer_id=maja.pk, score=5, solved=True, words="", now=at(310))

    chat.refresh_from_db()
    assert (Rating.objects.get().score, chat.status["to_rate"]) == (5, None)
    assert not Posting.objects.exists()
    truth.holds()
