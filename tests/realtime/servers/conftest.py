"""Two real server processes over one database, and what is said in their conversations."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from agents.models import Agent
from brands.models import Brand, Skill
from conversations import customers, lifecycle, stream
from conversations.models import Conversation, Event
from dispatch import desk, escalations, offers
from dispatch.matching import Placement
from marketplace import clock
from marketplace.local.services import Urls
from payouts import plans
from realtime import protocol
from realtime.models import Connection
from tests import databases
from tests.people import RULES, Hire, connect, disconnect, packet
from tests.realtime.conftest import Frame, Tab, Web, serving


@dataclass
class House:
    """Two server processes over one database."""

    left: Web
    right: Web


@pytest.fixture(scope="module")
def fresh_database(services_urls: Urls, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Urls]:
    """One database for the module: starting servers takes seconds."""
    with (
        django_db_blocker.unblock(),
        databases.copy(services_urls) as urls,
        databases.pointing_at(urls),
    ):
        yield urls


@pytest.fixture(scope="module")
def house(fresh_database: Urls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    state = tmp_path_factory.mktemp("state")
    with serving(fresh_database, state) as left, serving(fresh_database, state) as right:
        yield House(left, right)


@pytest.fixture
def db(fresh_database: Urls) -> None:
    """Everything here is committed, for other processes read it."""


@pytest.fixture(scope="module")
def lumo(fresh_database: Urls) -> Brand:
    now = clock.now()
    brand = Brand.objects.create(name="Lumo Mobile", slug="lumo", assistant_name="Lumi", created_at=now)
    Skill.objects.create(brand=brand, key="refunds", name="Refunds")
    start = now - timedelta(days=30)
    plans.publish(brand.pk, tier="standard", currency="EUR", rules=RULES, valid_from=start, by="system", now=start)
    return brand


@pytest.fixture
def chat(lumo: Brand) -> Conversation:
    """The open conversation of a new customer."""
    customer, _ = customers.anonymous(lumo, language="en", now=clock.now())
    conversation, _ = lifecycle.start(customer, language="en", now=clock.now())
    return conversation


@pytest.fixture
def customer(chat: Conversation) -> str:
    return f"customer:{chat.customer_id}"


@pytest.fixture
def dana(hire: Hire) -> Agent:
    """Dana, connected by her own sockets only."""
    dana = hire("Dana")
    Connection.objects.filter(principal=f"agent:{dana.pk}").delete()
    return dana


def engage(chat: Conversation, agent: Agent) -> UUID:
    """The agent owns the conversation; its engagement."""
    now = clock.now()
    escalation, _ = escalations.begin(chat.pk, packet=packet(), now=now)
    connect(agent)  # only who is here is asked
    (offer,) = offers.make([Placement(escalation.pk, agent.pk, ("free",))], epoch=None, now=now)
    disconnect(agent)
    return desk.accept(offer.pk, by=agent.pk, now=now).pk


def say(tab: Tab, chat: Conversation, text: str) -> str:
    client_id = str(uuid4())
    tab.send("say", conversation=str(chat.pk), client_id=client_id, text=text)
    return client_id


def append(chat: Conversation, text: str) -> None:
    """An ordinary transaction writes into the stream and tells the readers."""
    author = protocol.Author(role="assistant", id=None, name="Lumi")
    with transaction.atomic():
        held = stream.locked(chat.pk)
        stream.append(held, kind=Event.Kind.ANSWER, author=author, text=text, data={"sources": []}, now=clock.now())


def append_silently(chat: Conversation, person: str, text: str) -> None:
    """Written to the database, told to nobody: what a lost message on the bus looks like."""
    line = stream.Line(chat.pk, UUID(person.partition(":")[2]), uuid4(), text)
    (verdict,) = stream.append_many([line], now=clock.now())
    assert verdict.kind == "new"


def is_said(frame: Frame, client_id: str) -> bool:
    return bool(frame["type"] == "message" and frame["client_id"] == client_id)


def until(condition: Callable[[], object], within: float = 10) -> None:
    """Until it has come about; an error after `within` seconds."""
    pause = threading.Event()
    end = time.monotonic() + within
    while not condition():
        assert time.monotonic() < end, "it did not come about in time"
        pause.wait(0.05)
