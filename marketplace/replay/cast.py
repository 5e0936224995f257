"""Who plays: a brand of the replay's own and its approved agents with their log-ins, made in the database."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from uuid import uuid4

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import transaction

from agents import approval, signup
from agents.models import Agent, AgentLanguage, AgentSkill, Slot, User
from brands import content
from brands.models import Article, Brand, Skill
from payouts import plans

CAPACITY = 3
LANGUAGES = ("ar", "da", "de", "en", "es", "fi", "fr", "hi", "it", "nb", "nl", "pl", "pt", "sv", "tr", "uk")
TOPICS = ("refunds", "returns", "payments", "disputes", "fraud", "account", "delivery", "complaints", "general")


@dataclass(frozen=True, slots=True)
class Player:
    """An agent and the session that is logged in as her."""

    id: str
    session_key: str


@dataclass(frozen=True, slots=True)
class Cast:
    """The replay's brand (its widget key) and its agents."""

    brand_id: str
    widget_key: str
    players: tuple[Player, ...]


@transaction.atomic
def hire(count: int, *, now: datetime) -> Cast:
    """A new brand with the demo's articles, a pay plan, and `count` approved agents of all its topics."""
    tag = uuid4().hex[:8]
    brand = Brand.objects.create(name=f"Replay {tag}", slug=f"replay-{tag}", assistant_name="Linden", created_at=now)
    for text in content.load("lindenpay"):
        fields = {"title": text.title, "topic": text.topic, "asks": list(text.asks), "body": text.body}
        Article.objects.create(brand=brand, slug=text.slug, locale=text.locale, updated_at=now, **fields)
    skills = [Skill.objects.create(brand=brand, key=key, name=key.capitalize()) for key in TOPICS]
    rules = [
        {"kind": "per_chat", "rate_cents": 290, "outcomes": ["resolved", "left"]},
        {"kind": "per_minute", "rate_cents": 22},
    ]
    start = now - timedelta(minutes=1)
    plans.publish(brand.pk, tier="standard", currency="EUR", rules=rules, valid_from=start, by="system", now=now)
    operator = User.objects.create_user(f"replay-{tag}@beckon.example", is_active=False)
    players = tuple(_hire(f"Player {number}", tag, skills, operator, now) for number in range(count))
    return Cast(str(brand.pk), brand.widget_key, players)


def _hire(name: str, tag: str, skills: list[Skill], operator: User, now: datetime) -> Player:
    email = f"{name.lower().replace(' ', '-')}-{tag}@beckon.example"
    user = User.objects.create_user(email)  # without a password: it is logged in by its session alone
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    agent = signup.apply(user, kind=Agent.Kind.STUDENT, display_name=name, now=now)
    AgentLanguage.objects.bulk_create(AgentLanguage(agent=agent, code=code) for code in LANGUAGES)
    AgentSkill.objects.bulk_create(AgentSkill(agent=agent, skill=skill) for skill in skills)
    Slot.objects.filter(pk=agent.pk).update(capacity=CAPACITY)
    approval.approve(agent.pk, by=operator, now=now)
    return Player(str(agent.pk), log_in(user))


def log_in(user: User) -> str:
    """The key of a session that is logged in as `user`, as a log-in would have left it."""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def dismiss(cast: Cast) -> None:
    """The brand takes no more customers and its agents no more log-ins; what was said and paid stays."""
    Brand.objects.filter(pk=cast.brand_id).update(active=False)
    User.objects.filter(agent__pk__in=[player.id for player in cast.players]).update(is_active=False)
