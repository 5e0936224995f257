"""People who ask for their tickets over HTTP as a browser does: customers with their token, agents with a log-in."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import transaction

from agents.models import Agent
from benchmarks.realtime import cast
from conversations.models import CustomerToken
from marketplace import clock

BACKEND = "django.contrib.auth.backends.ModelBackend"
CSRF = "c" * 32


@dataclass(frozen=True)
class Visitor:
    """Somebody with the right to a socket: what her browser sends with each request."""

    principal: str
    conversation: str
    session_key: str
    cookie: str
    headers: dict[str, str]


@transaction.atomic
def visitors(pairs: Sequence[cast.Pair]) -> list[Visitor]:
    """Both people of each pair, customer first. Made in bulk, as rows that a log-in would have written."""
    tokens = [secrets.token_urlsafe(32) for _ in pairs]
    CustomerToken.objects.bulk_create(
        CustomerToken(
            hash=hashlib.sha256(token.encode()).hexdigest(), customer_id=pair.customer, created_at=clock.now()
        )
        for pair, token in zip(pairs, tokens, strict=True)
    )
    keys = _log_ins([pair.agent for pair in pairs])
    found = []
    for pair, token, key in zip(pairs, tokens, keys, strict=True):
        cookie = f"sessionid={key}; csrftoken={CSRF}"
        conversation = str(pair.conversation)
        found += [
            Visitor(pair.principals[0], conversation, "", "", {"Authorization": f"Bearer {token}"}),
            Visitor(pair.principals[1], conversation, key, cookie, {"Cookie": cookie, "X-CSRFToken": CSRF}),
        ]
    return found


def _log_ins(agents: Sequence[object]) -> list[str]:
    """The keys of a log-in session for each agent."""
    known = Agent.objects.select_related("user").in_bulk(agents)
    store = SessionStore()
    expires = clock.now() + timedelta(days=1)
    sessions = []
    for agent in agents:
        user = known[agent].user
        content = {
            SESSION_KEY: str(user.pk),
            BACKEND_SESSION_KEY: BACKEND,
            HASH_SESSION_KEY: user.get_session_auth_hash(),
        }
        sessions.append(
            Session(session_key=secrets.token_hex(16), session_data=store.encode(content), expire_date=expires)
        )
    Session.objects.bulk_create(sessions)
    return [session.session_key for session in sessions]
