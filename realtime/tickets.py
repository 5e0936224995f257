"""Tickets: how an authenticated request becomes a socket, without a token in a URL.

A ticket works once, from the origin that asked for it and, where the request came from a log-in session, only together
with that session's cookie: one asked for over HTTP for half a minute, the one that each welcome hands out in its place
for half a day. So whoever was in comes back without a request, and no secret opens a second socket.
"""

import hashlib
import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection

from realtime.limits import RETURN_HOURS, TICKET_SECONDS
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


class Shown(NamedTuple):
    """What a socket shows at the door: its ticket's secret, where its page is from, and its cookie's session."""

    secret: str
    origin: str
    session_key: str


class Entry(NamedTuple):
    """Who a good ticket let in, and the secret of the ticket that took its place."""

    principal: str
    next: str


def spend(secret: str, *, origin: str, now: datetime, session_key: str = "") -> Entry | None:
    """`spend_all` for one."""
    return spend_all([Shown(secret, origin, session_key)], now=now)[0]


def spend_all(shown: Sequence[Shown], *, now: datetime) -> list[Entry | None]:
    """What each ticket opens, once; None for any ticket that is not good here and now.

    One conditional UPDATE decides, so of two sockets with the same ticket one gets in. A ticket that is being spent
    by somebody else at this moment counts as spent. The row stays and holds the next ticket's hash.
    """
    fresh = [secrets.token_urlsafe(32) for _ in shown]
    rows = [
        (_hash(each.secret), each.origin, _hash(each.session_key), _hash(secret))
        for each, secret in zip(shown, fresh, strict=True)
    ]
    with connection.cursor() as cursor:
        until = now + timedelta(hours=RETURN_HOURS)
        cursor.execute(_SPEND, [*map(list, zip(*rows, strict=True)), now, until])
        spent = dict(cursor.fetchall())
    return [Entry(spent[place], secret) if place in spent else None for place, secret in enumerate(fresh, start=1)]


_SPEND = """
  with good as (
    select t.id, shown.place, shown.next_hash
    from unnest(%s::text[], %s::text[], %s::text[], %s::text[])
      with ordinality shown (secret_hash, origin, session_hash, next_hash, place)
    join realtime_ticket t on t.secret_hash = shown.secret_hash and t.origin = shown.origin
      and t.session_hash in ('', shown.session_hash)
    where t.expires_at > %s
    for no key update of t skip locked),
  first as (select distinct on (id) id, place, next_hash from good order by id, place)
  update realtime_ticket t set secret_hash = first.next_hash, expires_at = %s from first where t.id = first.id
  returning first.place, t.principal"""


def void(session_key: str) -> None:
    """No ticket of this session works any more. For log-out."""
    if session_key:
        Ticket.objects.filter(session_hash=_hash(session_key)).delete()


def void_of(principals: Collection[str]) -> None:
    """No ticket of these people works any more."""
    Ticket.objects.filter(principal__in=principals).delete()


def log_in(session_key: str) -> str:
    """The name under which the sockets of one log-in session are closed; it tells nothing of the cookie."""
    return f"log-in:{_hash(session_key)}"


def forget(*, now: datetime) -> int:
    """Delete tickets whose time is over; how many."""
    return Ticket.objects.filter(expires_at__lt=now).delete()[0]


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
