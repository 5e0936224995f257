"""The page of one conversation: all of it, in order, in few queries, and never as markup."""

import html
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agents.models import Agent
from conversations import lifecycle, ratings
from conversations.models import Conversation, Customer, Engagement
from dispatch import desk as acts
from dispatch import offers, timeline
from dispatch.models import Escalation
from realtime import protocol
from tests.admin.conftest import Admin
from tests.people import ask, at, offer_to, say
from tests.real import real

REASON = {"reason": "A complaint came in"}


def page(chat: Conversation, action: str = "change") -> str:
    return reverse(f"admin:conversations_conversation_{action}", args=[chat.pk])


def test_the_whole_story_is_told_in_its_order(
    chat: Conversation, request_: Escalation, dana: Agent, olu: Agent, maja: Customer
) -> None:
    first = offer_to(request_, dana)
    offers.decline(first.pk, by=dana.pk, now=at(3))
    second = offer_to(request_, olu, now=at(4))
    engagement = acts.accept(second.pk, by=olu.pk, now=at(9))
    say(chat, olu.pk, "Hello", now=at(30))
    acts.resolve(engagement.pk, by=olu.pk, outcome="solved", now=at(100))
    ratings.rate(engagement.pk, customer_id=maja.pk, score=5, solved=True, words="Kind", now=at(110))
    chat.refresh_from_db()

    told = [(moment.what, moment.since) for moment in timeline.of(chat)]

    assert told == [
        ("Asked for a person", ""),
        ("Handed over with a packet", "+0:00"),
        ("Offer 1 to Dana: declined", "+0:00"),
        ("Offer 2 to Olu: accepted", "+0:04"),
        ("Olu joined", "+0:05"),
        ("Olu wrote", "+0:21"),
        ("Resolved by Olu", "+1:10"),
        ("Olu was rated 5 of 5", "+0:10"),
    ]


def test_a_long_conversation_costs_no_more_queries_than_a_short_one(
    desk: Client, chat: Conversation, engagement: Engagement, dana: Agent, olu: Agent
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as counted:
            assert desk.get(page(chat)).status_code == 200
        return len(counted)

    short = queries()
    acts.transfer(engagement.pk, by=dana.pk, reason="another topic", now=at(10))
    for number in range(40):
        say(chat, chat.customer_id, f"Line {number}", now=at(20 + number))
    request = Escalation.objects.get()
    for number in range(5):
        offers.decline(offer_to(request, olu, now=at(100 + number)).pk, by=olu.pk, now=at(100.5 + number))

    assert queries() <= short + 1  # one more names the operators, once there are any


def test_money_is_shown_to_whoever_may_see_it(
    colleague: Admin, desk: Client, engagement: Engagement, chat: Conversation
) -> None:
    acts.resolve(engagement.pk, by=engagement.agent_id, outcome="solved", now=at(60))
    sam = colleague("conversations.view_conversation")

    assert "<dt>Paid</dt>" in desk.get(page(chat)).content.decode()
    assert "<dt>Paid</dt>" not in sam.get(page(chat)).content.decode()


def test_a_customers_name_and_address_are_read_only_with_a_reason(
    desk: Client, maja: Customer, chat: Conversation, engagement: Engagement
) -> None:
    Customer.objects.filter(pk=maja.pk).update(name="Maja Lindgren", email="maja@mail.example")
    lists = [
        reverse(f"admin:{name}_changelist")
        for name in (
            "conversations_conversation", "conversations_customer", "conversations_engagement",
            "conversations_participant", "conversations_customertoken", "dispatch_escalation", "dispatch_offer",
        )
    ]  # fmt: skip

    for address in (*lists, page(chat), reverse("admin:conversations_customer_change", args=[maja.pk])):
        shown = desk.get(address).content.decode()
        assert "Maja" not in shown
        assert "mail.example" not in shown
    opened = desk.post(page(chat, "read"), REASON).content.decode()
    assert "Maja Lindgren" in opened
    assert "maja@mail.example" in opened


def lines_of_attack() -> list[str]:
    """Lists of cross-site scripting strings."""
    files = sorted(real("xss-lists").glob("*.txt"))
    return [line for file in files for line in file.read_text(errors="replace").splitlines() if "<" in line]


def test_what_people_wrote_is_text_everywhere_in_the_admin(
    desk: Client, chat: Conversation, engagement: Engagement, maja: Customer, dana: Agent
) -> None:
    attacks = lines_of_attack()
    assert attacks
    chosen = sorted({attack.replace("\x00", "").strip()[:500] for attack in attacks})[::7]
    for number, attack in enumerate(chosen):
        say(chat, maja.pk, attack, now=at(10 + number))
    name = "<img src=x onerror=alert(1)>"
    author = protocol.Author(role="agent", id=dana.pk, name=name)
    lifecycle.add_note(chat.pk, author=author, text='"><script>alert(2)</script>', now=at(5000))
    Customer.objects.filter(pk=maja.pk).update(name=name)
    Agent.objects.filter(pk=dana.pk).update(display_name=name, about="<script>alert(3)</script>")

    opened = desk.post(page(chat, "read"), REASON).content.decode()

    for attack in chosen:
        assert html.escape(attack).split("\n")[0][:40] in opened or not attack
    for address in (
        page(chat),
        reverse("admin:agents_agent_changelist"),
        reverse("admin:agents_agent_change", args=[dana.pk]),
        reverse("admin:conversations_engagement_changelist"),
        reverse("admin:dispatch_offer_changelist"),
    ):
        shown = desk.get(address).content.decode()
        assert name not in shown
        assert "<script>alert" not in shown
    assert name not in opened
    assert "<script>alert" not in opened.lower()


def test_nothing_is_told_of_another_conversation(chat: Conversation, request_: Escalation, lumo: Any) -> None:
    other = Customer.objects.create(brand=lumo, created_at=at(0))
    hers, _ = lifecycle.start(other, language="en", now=at(0))
    ask(hers, now=at(1))

    assert len(timeline.of(chat)) == 2
