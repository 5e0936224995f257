"""What operators do: each action asks first, needs a reason where a person is concerned, and leaves an audit row."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from django.urls import reverse

from agents import signup
from agents.models import Agent, AgentSkill, Slot, User
from audit.models import Entry
from conversations.models import Conversation, Engagement
from dispatch import abuse
from dispatch.models import AbuseReport, Escalation, Offer
from realtime import tickets
from realtime.models import Ticket
from tests.admin.conftest import Admin, enter
from tests.people import NOON, at

REASON = "Written down for whoever asks later"


def address(row: Any, action: str) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{action}", args=[row.pk])


def do(client: Client, row: Any, action: str, **given: Any) -> Any:
    return client.post(address(row, action), given)


def entry(action: str) -> Entry:
    return Entry.objects.get(action=action)


@pytest.fixture
def uma(db: None) -> Agent:
    """Uma applied and confirmed her address."""
    user = User.objects.create_user("uma@beckon.example")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return signup.apply(user, kind="student", display_name="Uma", now=NOON)


# --- applications ---


def test_an_application_is_approved_by_a_post_and_not_by_looking(desk: Client, uma: Agent, noor: User) -> None:
    asked = desk.get(address(uma, "approve"))
    uma.refresh_from_db()
    assert (asked.status_code, uma.state) == (200, "applied")

    assert do(desk, uma, "approve").status_code == 302

    uma.refresh_from_db()
    assert (uma.state, uma.decided_by) == ("approved", noor)
    assert entry("agent.approved").actor == f"operator:{noor.pk}"


def test_an_application_without_a_confirmed_address_stays_and_the_page_says_why(desk: Client, uma: Agent) -> None:
    EmailAddress.objects.update(verified=False)

    answer = do(desk, uma, "approve")

    uma.refresh_from_db()
    assert (answer.status_code, uma.state) == (200, "applied")
    assert "has not confirmed the e-mail address" in answer.content.decode()


@pytest.mark.parametrize("reason", ["", "  ", "no", "x" * 301])
def test_a_refusal_without_a_written_reason_changes_nothing(desk: Client, uma: Agent, reason: str) -> None:
    assert do(desk, uma, "refuse", reason=reason).status_code == 200

    uma.refresh_from_db()
    assert uma.state == "applied"
    assert not Entry.objects.exists()


def test_a_refused_applicant_reads_the_reason_and_can_be_looked_at_again(
    desk: Client, uma: Agent, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        do(desk, uma, "refuse", reason=REASON)
    uma.refresh_from_db()
    assert (uma.state, uma.state_reason) == ("refused", REASON)
    assert REASON in mail.outbox[0].body

    do(desk, uma, "reopen", reason="A better certificate came")

    uma.refresh_from_db()
    assert uma.state == "applied"
    assert entry("agent.applied").reason == "A better certificate came"


def test_a_deactivated_agent_gets_no_more_offers_and_is_not_approved_without_being_looked_at(
    desk: Client, dana: Agent
) -> None:
    do(desk, dana, "deactivate", reason=REASON)

    dana.refresh_from_db()
    assert (dana.state, Slot.objects.get(pk=dana.pk).willing) == ("deactivated", False)
    assert "Open the application again first" in do(desk, dana, "approve").content.decode()


def test_only_the_actions_of_the_state_are_offered(desk: Client, uma: Agent, dana: Agent) -> None:
    waiting, working = (desk.get(address(agent, "change")).content.decode() for agent in (uma, dana))

    assert address(uma, "refuse") in waiting
    assert address(uma, "deactivate") not in waiting
    assert address(dana, "deactivate") in working
    assert address(dana, "refuse") not in working


def test_applications_come_first_the_oldest_on_top(desk: Client, dana: Agent, olu: Agent, uma: Agent) -> None:
    Agent.objects.filter(pk=uma.pk).update(created_at=at(60))
    Agent.objects.filter(pk=olu.pk).update(state="applied", created_at=at(30))

    shown = desk.get(reverse("admin:agents_agent_changelist")).content.decode()

    assert shown.index("Olu") < shown.index("Uma") < shown.index("Dana")


def test_a_topic_is_certified_and_taken_away(desk: Client, dana: Agent) -> None:
    held = AgentSkill.objects.get(agent=dana)
    version = Slot.objects.get(pk=dana.pk).version

    do(desk, dana, "certify_topic", topic=held.skill_id, level=3, reason=REASON)
    held.refresh_from_db()
    assert held.level == 3
    do(desk, dana, "certify_topic", topic=held.skill_id, level=0, reason=REASON)

    assert not AgentSkill.objects.filter(agent=dana).exists()
    assert Slot.objects.get(pk=dana.pk).version == version + 2
    details = [row.detail for row in Entry.objects.filter(action="agent.topic").order_by("at")]
    assert details == [
        {"what": "lumo/refunds", "before": 2, "after": 3},
        {"what": "lumo/refunds", "before": 3, "after": 0},
    ]


def test_a_language_is_certified_and_an_unknown_one_is_not(desk: Client, dana: Agent) -> None:
    do(desk, dana, "certify_language", language="pl", level=2, reason=REASON)
    do(desk, dana, "certify_language", language="xx", level=2, reason=REASON)
    do(desk, dana, "certify_language", language="de", level=9, reason=REASON)

    assert dict(dana.languages.values_list("code", "level")) == {"en": 3, "pl": 2}


def test_a_certificate_ends_when_an_operator_says_and_begins_anew(desk: Client, dana: Agent) -> None:
    topic = AgentSkill.objects.get(agent=dana).skill_id
    end = datetime(2100, 1, 2, 3, 4, tzinfo=UTC)

    do(desk, dana, "certify_topic", topic=topic, level=2, until="2100-01-02T03:04", reason=REASON)
    do(desk, dana, "certify_language", language="en", level=2, until="2100-01-02T03:04", reason=REASON)
    assert (dana.skills.get().valid_until, dana.languages.get().valid_until) == (end, end)
    assert "2100" in desk.get(address(dana, "change")).content.decode()
    dana.languages.update(valid_until=NOON - timedelta(days=400))
    do(desk, dana, "certify_language", language="en", level=2, reason=REASON)

    assert dana.languages.get().valid_until is None
    assert entry("agent.topic").detail == {"what": "lumo/refunds", "before": 2, "after": 2, "until": end.isoformat()}
    told = Entry.objects.filter(action="agent.language").order_by("at").last()
    assert told
    assert "until" not in told.detail
    assert told.detail["until_before"] == (NOON - timedelta(days=400)).isoformat()


@pytest.mark.parametrize("until", ["2020-01-01T00:00", "soon"])
def test_a_certificate_never_ends_in_the_past(desk: Client, dana: Agent, until: str) -> None:
    do(desk, dana, "certify_language", language="en", level=1, until=until, reason=REASON)

    assert list(dana.languages.values_list("level", "valid_until")) == [(3, None)]
    assert not Entry.objects.filter(action="agent.language").exists()


# --- the ride ---


def test_an_open_offer_is_withdrawn_and_its_agent_is_free_at_once(desk: Client, offer: Offer, noor: User) -> None:
    do(desk, offer.escalation, "withdraw_offer", reason=REASON)

    offer.refresh_from_db()
    slot = Slot.objects.get(pk=offer.agent_id)
    assert (offer.state, offer.escalation.state) == ("withdrawn", "waiting")
    assert (slot.held, slot.missed_in_a_row, slot.willing) == (0, 0, True)
    assert (entry("offer.withdrawn").reason, entry("offer.withdrawn").actor) == (REASON, f"operator:{noor.pk}")


def test_an_offer_that_is_over_cannot_be_withdrawn(desk: Client, engagement: Engagement, request_: Escalation) -> None:
    answer = do(desk, request_, "withdraw_offer", reason=REASON)

    assert "No offer is open" in answer.content.decode()
    assert Offer.objects.get().state == "accepted"
    assert not Entry.objects.filter(action="offer.withdrawn").exists()


def test_a_request_is_put_to_the_front(desk: Client, request_: Escalation) -> None:
    do(desk, request_, "to_front", reason=REASON)

    request_.refresh_from_db()
    assert (request_.priority, request_.queued_at) == (9, NOON)
    assert entry("escalation.to_front").reason == REASON


def test_a_chat_is_taken_back_to_the_front_of_the_queue(
    desk: Client, engagement: Engagement, request_: Escalation
) -> None:
    do(desk, request_, "take_back", reason=REASON)

    request_.refresh_from_db()
    engagement.refresh_from_db()
    assert (request_.state, request_.priority, engagement.state) == ("waiting", 9, "transferred")
    assert Slot.objects.get(pk=engagement.agent_id).active == 0
    assert entry("engagement.taken_back").reason == REASON


def test_an_operator_takes_a_chat_over_and_stands_in_the_audit(
    desk: Client, engagement: Engagement, chat: Conversation, noor: User
) -> None:
    do(desk, chat, "take_over", reason=REASON)

    engagement.refresh_from_db()
    mine = Engagement.objects.get(ended_at=None)
    assert (engagement.state, mine.agent.user_id, mine.by_staff) == ("transferred", noor.pk, True)
    assert (entry("engagement.taken_over").reason, entry("engagement.taken_over").actor) == (
        REASON,
        f"operator:{noor.pk}",
    )


def test_a_report_of_abuse_is_reviewed_once(desk: Client, engagement: Engagement, dana: Agent) -> None:
    abuse.stop(engagement.pk, by=dana.pk, reason="insult", words="", now=at(60))
    report = AbuseReport.objects.get()

    do(desk, report, "review", reason=REASON, finding="confirmed")

    report.refresh_from_db()
    assert (report.finding, entry("abuse.confirmed").reason) == ("confirmed", REASON)


# --- log-ins ---


def test_a_log_in_taken_away_ends_its_sessions_and_tickets_at_once(
    desk: Client, dana: Agent, olu: Agent, noor: User
) -> None:
    phone, laptop, hers = enter(dana.user), enter(dana.user), enter(olu.user)
    tickets.issue(f"agent:{dana.pk}", session_key="", origin="https://here.example", now=NOON)

    do(desk, dana.user, "take_away", reason=REASON)

    dana.user.refresh_from_db()
    assert not dana.user.is_active
    assert not Slot.objects.get(pk=dana.pk).willing
    keys = set(Session.objects.values_list("pk", flat=True))
    assert {phone.session.session_key, laptop.session.session_key}.isdisjoint(keys)
    assert hers.session.session_key in keys
    assert not Ticket.objects.exists()
    assert entry("user.deactivated").detail == {"sessions": 2}


def test_a_log_in_is_given_back_without_its_old_sessions(desk: Client, dana: Agent) -> None:
    phone = enter(dana.user)
    key = phone.session.session_key
    do(desk, dana.user, "take_away", reason=REASON)

    do(desk, dana.user, "give_back", reason=REASON)

    dana.user.refresh_from_db()
    assert dana.user.is_active
    assert not Session.objects.filter(pk=key).exists()


def test_nobody_takes_away_her_own_log_in(desk: Client, noor: User) -> None:
    assert "your own log-in" in do(desk, noor, "take_away", reason=REASON).content.decode()

    noor.refresh_from_db()
    assert noor.is_active


def test_staff_does_not_decide_about_an_administrator(colleague: Admin, noor: User) -> None:
    sam = colleague("agents.view_user", "agents.change_user")

    assert "Only an administrator" in do(sam, noor, "take_away", reason=REASON).content.decode()

    noor.refresh_from_db()
    assert noor.is_active


# --- what was said ---


def test_the_timeline_tells_everything_but_the_texts(desk: Client, engagement: Engagement, chat: Conversation) -> None:
    shown = desk.get(address(chat, "change")).content.decode()

    for words in ("Asked for a person", "Handed over with a packet", "Offer 1 to Dana: accepted", "Dana joined"):
        assert words in shown
    assert "The refund has not arrived" not in shown
    assert not Entry.objects.exists()


def test_texts_are_read_with_a_reason_and_every_opening_is_kept(
    desk: Client, engagement: Engagement, chat: Conversation, noor: User
) -> None:
    assert "The refund has not arrived" not in desk.get(address(chat, "read")).content.decode()
    assert "The refund has not arrived" not in do(desk, chat, "read", reason="").content.decode()
    assert not Entry.objects.exists()

    first, second = (do(desk, chat, "read", reason=REASON) for _ in range(2))

    assert "The refund has not arrived" in first.content.decode()
    assert "no-store" in second.headers["Cache-Control"]
    rows = Entry.objects.filter(action="conversation.read", subject=f"conversation:{chat.pk}", reason=REASON)
    assert rows.count() == 2
    assert f"{noor} read the texts" in desk.get(address(chat, "change")).content.decode()


# --- rights ---

ACTIONS = {
    "agent": ["approve", "refuse", "deactivate", "reopen", "certify_topic", "certify_language"],
    "user": ["take_away", "give_back"],
    "escalation": ["to_front", "withdraw_offer", "take_over", "take_back"],
    "conversation": ["read", "take_over"],
}


def test_who_may_only_look_may_not_act(
    colleague: Admin, engagement: Engagement, request_: Escalation, chat: Conversation, dana: Agent
) -> None:
    sam = colleague(
        "agents.view_agent", "agents.view_user", "dispatch.view_escalation", "conversations.view_conversation"
    )

    for row in (dana, dana.user, request_, chat):
        assert sam.get(address(row, "change")).status_code == 200
        for action in ACTIONS[row._meta.model_name or ""]:
            assert do(sam, row, action, reason=REASON).status_code == 403, action
    assert not Entry.objects.exists()


def test_an_agent_is_sent_away_from_every_action(uma: Agent, dana: Agent) -> None:
    for action in ACTIONS["agent"]:
        assert do(enter(dana.user), uma, action, reason=REASON).status_code == 302
    uma.refresh_from_db()
    assert uma.state == "applied"


def test_an_action_from_another_site_is_refused(uma: Agent, noor: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(noor, backend="django.contrib.auth.backends.ModelBackend")

    assert do(strict, uma, "approve").status_code == 403
    uma.refresh_from_db()
    assert uma.state == "applied"


def test_an_action_on_nothing_is_not_found(desk: Client) -> None:
    for model, actions in ACTIONS.items():
        app = {"agent": "agents", "user": "agents", "escalation": "dispatch", "conversation": "conversations"}[model]
        for action in actions:
            for row in (UUID(int=7), "nonsense"):
                assert desk.get(reverse(f"admin:{app}_{model}_{action}", args=[row])).status_code == 404
