"""Tickets: how an authenticated request becomes a socket, without a token in a URL.

A ticket works once, for half a minute, from the origin that asked for it and, where the request came from a log-in
session, only together with that session's cookie.
"""

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from realtime.limits import TICKET_SECONDS
from realtime.models import Ticket


def issue(principal: str, *, session_key: str, origin: str, now: datetime) -> str:
    """The secret of a new ticket. `session_key` is empty for people without a session cookie."""
    secret = secrets.token_urlsafe(32)
    Ticket.objects.create(
        secret_hash=_hash(secret),
        principal=principal,
        session_hash=_hash(session_key) if session_key else "",
        origin=origin,
        expires_at=now + timedelta(seconds=TICKET_SECONDS),
    )
    return secret


def spend(secret: str, *, origin: str, now: datetime, session_key: str = "") -> str | None:
    """The principal the ticket was issued to, once; None for any ticket that is not good here and now.

    One conditional UPDATE decides, so of two sockets with the same ticket one gets in.
    """
    unspent = Ticket.objects.filter(
        secret_hash=_hash(secret),
        origin=origin,
        session_hash__in=["", _hash(session_key)],
        spent_at=None,
        expires_at__gt=now,
    )
    if unspent.update(spent_at=now) != 1:
        return None
    return Ticket.objects.values_list("principal", flat=True).get(secret_hash=_hash(secret))


def void(session_key: str) -> None:
    """No unspent ticket of this session works any more. For log-out."""
    if session_key:
        Ticket.objects.filter(session_hash=_hash(session_key), spent_at=None).delete()


def void_of(principals: Collection[str]) -> None:
    """No unspent ticket of these people works any more."""
    Ticket.objects.filter(principal__in=principals, spent_at=None).delete()


def log_in(session_key: str) -> str:
    """The name under which the sockets of one log-in session are closed; it tells nothing of the cookie."""
    return f"log-in:{_hash(session_key)}"


def forget(*, now: datetime) -> int:
    """Delete tickets that have been useless for an hour; how many."""
    return Ticket.objects.filter(expires_at__lt=now - timedelta(hours=1)).delete()[0]


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
