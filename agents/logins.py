"""Log-ins that an operator takes away and gives back, with a reason and a trace in the audit."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from agents import access, slots, stretches
from agents.events import AgentDismissed
from agents.models import Agent, User
from audit import journal
from marketplace import events
from marketplace.refusals import Refused


@transaction.atomic
def take_away(user_id: UUID, *, by: User, reason: str, now: datetime) -> None:
    """The person cannot log in: sessions and unspent tickets are gone, sockets close. An agent gets no more
    offers, and her chats go to the front of the queue.

    Locks: the user, then the agent's slot.
    """
    user = _locked(user_id)
    if user.pk == by.pk:
        raise Refused("You cannot take away your own log-in.", code="own_log_in")
    _demand_rank(user, by)
    if not user.is_active:
        raise Refused("This log-in was taken away already.", code="inactive")
    user.is_active = False
    user.save(update_fields=["is_active"])  # heard by `access`, which ends sockets and tickets
    agent = Agent.objects.filter(user=user).first()
    if agent:
        slot = slots.locked(agent.pk)
        slot.willing = False
        stretches.end(slot, now=now)
        slots.changed(slot, "willing", "online_since")
        events.announce(AgentDismissed(agent.pk, now))
    ended = access.end_sessions(user)
    _record("user.deactivated", user, by=by, reason=reason, detail={"sessions": ended}, now=now)


@transaction.atomic
def give_back(user_id: UUID, *, by: User, reason: str, now: datetime) -> None:
    """The person may log in again, from the log-in page on: no old session comes back. Locks: the user."""
    user = _locked(user_id)
    _demand_rank(user, by)
    if user.is_active:
        raise Refused("This log-in works already.", code="active")
    user.is_active = True
    user.save(update_fields=["is_active"])
    _record("user.reactivated", user, by=by, reason=reason, detail={}, now=now)


def _locked(user_id: UUID) -> User:
    return User.objects.select_for_update(no_key=True).get(pk=user_id)


def _demand_rank(user: User, by: User) -> None:
    """A right never reaches above itself."""
    if user.is_superuser and not by.is_superuser:
        raise Refused("Only an administrator decides about an administrator's log-in.", code="outranked")


def _record(action: str, user: User, *, by: User, reason: str, detail: dict[str, int], now: datetime) -> None:
    journal.record(
        action, actor=f"operator:{by.pk}", subject=f"user:{user.pk}", reason=reason, detail=dict(detail), now=now
    )
