"""The living demo: two brands, their help centres, a few people, and a week of finished chats.

Everything goes through the same functions as the real thing, with the past as `now`. Seeding twice adds nothing.
"""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import uuid4

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction

from agents import approval, presence, signup
from agents.models import Agent, AgentLanguage, AgentSkill, OnlineStretch, Slot, User
from assistant import replies
from brands import content
from brands.models import Article, Brand, Skill
from conversations import customers, ratings, stream
from conversations.models import Conversation
from dispatch import desk, escalations, offers
from dispatch.matching import Placement
from marketplace import demo_plan, demo_shifts
from payouts import afterwards, plans
from payouts.models import EarningFact
from payouts.providers.contract import Destination
from payouts.runs import cash_out, destinations
from realtime import protocol

PASSWORD = "beckon-demo-2026"  # noqa: S105  (printed on every demo start; production refuses to run beside it)


# (who, e-mail, password), as the start-up message shows them.
LOGINS = (
    ("Ilse, agent", "ilse@beckon.example", PASSWORD),
    ("Tomek, agent", "tomek@beckon.example", PASSWORD),
    ("Ines, operator", "ines@beckon.example", PASSWORD),
    ("Noor, operator", "noor@beckon.example", PASSWORD),
)

TOPICS = {
    "refunds": "Refunds",
    "returns": "Returns",
    "payments": "Payments",
    "disputes": "Disputes",
    "fraud": "Fraud",
    "account": "Account access",
    "delivery": "Delivery",
    "complaints": "Complaints",
    "general": "Other questions",
}

BRANDS: tuple[dict[str, Any], ...] = (
    {
        "slug": "lindenpay",
        "name": "Lindenpay",
        "assistant_name": "Linden",
        "locale": "en",
        "timezone": "Europe/Stockholm",
        "widget_key": "lindenpay-demo",
        "opening_hours": {},
        "rates": (290, 22),
    },
    {
        "slug": "fernhof",
        "name": "Fernhof",
        "assistant_name": "Fern",
        "locale": "en",
        "timezone": "Europe/Berlin",
        "widget_key": "fernhof-demo",
        "opening_hours": {day: ["08:00", "20:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
        | {"sat": ["10:00", "16:00"]},
        "rates": (240, 20),
    },
)

AGENTS = (
    ("Ilse", Agent.Kind.STUDENT, "NL", {"en": 3, "de": 3, "nl": 3}, "Studies law in Groningen."),
    ("Tomek", Agent.Kind.RURAL, "PL", {"en": 3, "pl": 3}, "Lives in Podlasie, where the nearest office is far."),
    ("Asha", Agent.Kind.FAN, "IN", {"en": 3, "hi": 3}, "Has paid with Lindenpay since 2019."),
    ("Jonas", Agent.Kind.STUDENT, "SE", {"en": 2, "sv": 3, "de": 2}, "Studies at KTH."),
)

# (question, what the person says, topic) of chats that ended in the past week; our own words.
PAST_CHATS = (
    (
        "My refund of 64.90 EUR has not arrived",
        "The shop sent it on the 12th, so your bank shows it by Thursday.",
        "refunds",
    ),
    (
        "I returned the shoes but the invoice is still due",
        "I paused the invoice until the shop confirms the parcel.",
        "returns",
    ),
    (
        "My card was declined twice in Lisbon",
        "Your bank asked for a code that never reached you. It works again now.",
        "payments",
    ),
    ("I cannot log in with my new phone", "I sent you a fresh link; the old phone is signed out.", "account"),
    (
        "There is a payment that I do not know",
        "It is the yearly plan of a shop you used in May. I opened a dispute.",
        "disputes",
    ),
    (
        "Where is my parcel? It was due on Monday",
        "It waits at the pick-up point by the station until Friday.",
        "delivery",
    ),
    ("I was charged a reminder fee by mistake", "The fee is gone, and no second letter will come.", "payments"),
    (
        "Can I split the payment into three parts?",
        "Yes, I changed it: three parts, no fee, the first one today.",
        "payments",
    ),
)


def seed(*, now: datetime) -> bool:
    """Everything the demo needs is there. True if it was put there just now."""
    if settings.PRODUCTION:
        raise SystemExit("beckon: the demo's people are never put into a production database.")
    with transaction.atomic():
        brands = [_brand(made, now=now) for made in BRANDS]
        if User.objects.filter(email=LOGINS[-1][1]).exists():
            return False
        noor = _user("Noor", staff=True)
        _user("Ines", staff=True)  # money leaves with two people
        agents = [_agent(*made, by=noor, now=now - timedelta(days=30)) for made in AGENTS]
    _live_through_a_week(brands[0], agents[:2], now=now)
    _may_be_paid(agents[:2], by=noor, now=now)
    _gave_and_brought(agents[0], agents[-1], now=now)
    demo_shifts.plan(brands, agents, now=now)
    demo_plan.seed(brands[0], agents[2:], now=now)
    for agent in agents:
        presence.go_offline(agent.pk, now=now)
    return True


def exists() -> bool:
    """Are the demo's people in this database? Production refuses to start beside them."""
    return User.objects.filter(email__in=[email for _, email, _ in LOGINS]).exists()


def origins() -> list[str]:
    """The pages that embed the demo's widget: our own."""
    return list(settings.PUBLIC_ORIGINS)


def _brand(made: dict[str, Any], *, now: datetime) -> Brand:
    """The brand with its topics, articles and rates, brought up to date."""
    fields = {name: value for name, value in made.items() if name not in ("slug", "rates")}
    brand, _ = Brand.objects.update_or_create(
        slug=made["slug"],
        defaults={**fields, "allowed_origins": origins()},
        create_defaults={**fields, "slug": made["slug"], "allowed_origins": origins(), "created_at": now},
    )
    for position, (key, name) in enumerate(TOPICS.items()):
        Skill.objects.get_or_create(brand=brand, key=key, defaults={"name": name, "position": position})
    for text in content.load(brand.slug):
        _article(brand, text)
    if not brand.pay_plans.exists():
        per_chat, per_minute = made["rates"]
        rules = [
            {"kind": "per_chat", "rate_cents": per_chat, "outcomes": ["resolved", "left"]},
            {"kind": "per_minute", "rate_cents": per_minute},
            {"kind": "tip"},
            {"kind": "referral", "rate_cents": 2_500, "after_chats": 20},
        ]
        start = now - timedelta(days=60)
        plans.publish(brand.pk, tier="standard", currency="EUR", rules=rules, valid_from=start, by="system", now=now)
    return brand


def _article(brand: Brand, text: content.ArticleText) -> None:
    fields = {
        "title": text.title,
        "topic": text.topic,
        "asks": list(text.asks),
        "body": text.body,
        "updated_at": datetime.combine(text.updated, time(9), UTC),
    }
    held = Article.objects.filter(brand=brand, slug=text.slug, locale=text.locale).first()
    if held is None:
        Article.objects.create(brand=brand, slug=text.slug, locale=text.locale, **fields)
    elif any(getattr(held, name) != value for name, value in fields.items()):
        Article.objects.filter(pk=held.pk).update(**fields)


def _user(name: str, *, staff: bool = False) -> User:
    email = f"{name.lower()}@beckon.example"
    user = User.objects.create_user(email, PASSWORD, first_name=name, is_staff=staff, is_superuser=staff)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def _agent(
    name: str, kind: str, country: str, languages: dict[str, int], about: str, *, by: User, now: datetime
) -> Agent:
    agent = signup.apply(_user(name), kind=kind, display_name=name, country=country, about=about, now=now)
    AgentLanguage.objects.bulk_create(AgentLanguage(agent=agent, code=code, level=n) for code, n in languages.items())
    AgentSkill.objects.bulk_create(AgentSkill(agent=agent, skill=skill) for skill in Skill.objects.all())
    approval.approve(agent.pk, by=by, now=now)
    return agent


def _live_through_a_week(brand: Brand, agents: Sequence[Agent], *, now: datetime) -> None:
    """Finished chats at seeded times of the last six days, each through accept, lines, resolve and rating."""
    chance = random.Random(2026)  # noqa: S311  (a story, not a secret)
    for day in range(6, -1, -1):
        for agent in agents:
            at = now - timedelta(days=day, hours=2, minutes=chance.randrange(50))
            for question, answer, topic in chance.sample(PAST_CHATS, 2 if day else 3):
                at = _past_chat(brand, agent, question, answer, topic, at=at, chance=chance)


def _may_be_paid(agents: Sequence[Agent], *, by: User, now: datetime) -> None:
    """They have said where to pay them, were online in the week, and cash-outs are open: nothing waits for a form."""
    long_ago = now - timedelta(days=30)
    for agent, account in zip(agents, ("NL91ABNA0417164300", "PL61109010140000071219812874"), strict=True):
        to = Destination(agent.display_name, iban=account)
        me = f"agent:{agent.pk}"
        destinations.change(agent.pk, "EUR", to, provider="fake", zone="Europe/Berlin", by=me, now=long_ago)
        for day in range(6, -1, -1):
            began = now - timedelta(days=day, hours=3)
            lasted = timedelta(hours=2, minutes=15)
            OnlineStretch.objects.create(agent=agent, began_at=began, ended_at=began + lasted)
    limits = {"each_at_most": 50_000, "daily_at_most": 100_000}
    cash_out.grant("fake", "EUR", **limits, by=f"operator:{by.pk}", now=long_ago)


def _gave_and_brought(agent: Agent, brought: Agent, *, now: datetime) -> None:
    """A customer has tipped the agent's last chat, and somebody works here because the agent asked them to."""
    chats = EarningFact.objects.filter(agent=agent, kind=EarningFact.Kind.CLOSED).exclude(engagement_id=None)
    last = chats.latest("created_at").engagement_id
    assert last is not None, "only chats were asked for"
    afterwards.tipped(last, payment="demo-tip", tip_cents=200, currency="EUR", now=now)
    Agent.objects.filter(pk=brought.pk).update(invited_by=agent)


def _past_chat(
    brand: Brand, agent: Agent, question: str, answer: str, topic: str, *, at: datetime, chance: random.Random
) -> datetime:
    """One chat that ended well, from `at` on; when it was over."""
    customer, _ = customers.anonymous(brand, language="en", now=at)
    conversation = replies.welcome(customer, language="en", now=at)
    at = _say(conversation, customer.pk, question, at + timedelta(seconds=20))
    packet = protocol.Packet(
        summary=question,
        reason="asked",
        reason_words="Asked for a person",
        topic=topic,
        language="en",
        tried=[],
        goal=question,
    )
    escalation, _ = escalations.begin(conversation.pk, packet=packet, now=at)
    Conversation.objects.filter(pk=conversation.pk).update(answered_seq=conversation.talk_seq + 9)
    Slot.objects.filter(pk=agent.pk).update(willing=True)
    placement = Placement(escalation.pk, agent.pk, ("topic_certified", "language_fluent", "free"))
    (offer,) = offers.make([placement], epoch=None, now=at, living=False)
    engagement = desk.accept(offer.pk, by=agent.pk, now=at + (offer.expires_at - offer.offered_at) / 2)
    for author, text in ((agent.pk, "Hello, I have read your chat. One moment please."), (customer.pk, "Thank you.")):
        at = _say(conversation, author, text, at + timedelta(seconds=chance.randrange(20, 90)))
    at = _say(conversation, agent.pk, answer, at + timedelta(seconds=chance.randrange(60, 119)))
    at = _say(conversation, customer.pk, "That helps, thank you.", at + timedelta(seconds=chance.randrange(20, 80)))
    desk.resolve(engagement.pk, by=agent.pk, outcome="solved", now=at + timedelta(seconds=15))
    score = chance.choice((4, 5, 5))
    ratings.rate(
        engagement.pk, customer_id=customer.pk, score=score, solved=True, words="", now=at + timedelta(seconds=40)
    )
    return at + timedelta(minutes=chance.randrange(3, 9))


def _say(conversation: Conversation, person: Any, text: str, at: datetime) -> datetime:
    stream.say(stream.Line(conversation.pk, person, uuid4(), text), now=at)
    return at
