"""The end of a right to be here: a log-out, a new password, a log-in taken away. The person's sockets end with it."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.signals import user_logged_out
from django.contrib.sessions.models import Session
from django.db.models.signals import post_save
from django.http import HttpRequest

from agents.models import Agent, User
from realtime import tickets, wire


def working_agents(ids: Collection[UUID]) -> set[UUID]:
    """Those who may have a dashboard: not deactivated, with a log-in that works."""
    here = Agent.objects.filter(pk__in=ids, user__is_active=True).exclude(state=Agent.State.DEACTIVATED)
    return set(here.values_list("pk", flat=True))


def watchers(ids: Collection[UUID]) -> set[UUID]:
    """Those who may watch the board."""
    return {user.pk for user in User.objects.filter(pk__in=ids) if user.watches_the_board}


def ended(session_keys: Collection[str], *, now: datetime) -> set[str]:
    """Those of these log-in sessions that are over: logged out, taken away or too old."""
    going_on = Session.objects.filter(session_key__in=session_keys, expire_date__gt=now)
    return set(session_keys) - set(going_on.values_list("session_key", flat=True))


DECISIVE = {"is_active", "is_staff", "password"}
SESSIONS_AT_ONCE = 2_000


def end_sessions(user: User) -> int:
    """Every log-in session of the user is gone; how many. They name their user only inside, so all are read."""
    everybody = Session.objects.iterator(chunk_size=SESSIONS_AT_ONCE)
    keys = [session.pk for session in everybody if session.get_decoded().get("_auth_user_id") == str(user.pk)]
    Session.objects.filter(pk__in=keys).delete()
    return len(keys)


def listen() -> None:
    """Whatever ends a right, through whichever door, is heard."""
    user_logged_out.connect(_logged_out, dispatch_uid="access.logged_out")
    post_save.connect(_saved, sender=User, dispatch_uid="access.saved")


def _logged_out(sender: object, request: HttpRequest | None, **_: object) -> None:
    """This log-in's unspent tickets are void and its sockets end. Other log-ins of the same person go on."""
    session_key = request.session.session_key if request is not None else None
    if session_key:
        tickets.void(session_key)
        wire.after_commit(closed=[tickets.log_in(session_key)])


def _saved(
    sender: object, instance: User, *, created: bool, update_fields: Collection[str] | None = None, **_: Any
) -> None:
    """A changed password or an inactive user ends all sockets of the person, a lost staff right those of the board."""
    if created or (update_fields is not None and DECISIVE.isdisjoint(update_fields)):
        return
    gone = [f"operator:{instance.pk}"]
    # Django keeps the words of a new password until after this signal, and none where it only hashes anew.
    has_new_password = getattr(instance, "_password", None) is not None
    if has_new_password:
        # Else a socket that missed the news would find its session still there. Who changed it gets a new one.
        end_sessions(instance)
    if has_new_password or not instance.is_active:
        gone += [f"agent:{agent_id}" for agent_id in Agent.objects.filter(user=instance).values_list("pk", flat=True)]
    elif instance.is_staff:
        return
    tickets.void_of(gone)
    wire.after_commit(closed=gone)
