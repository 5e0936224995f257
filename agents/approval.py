"""An operator's decisions about agents: a named person, a written reason, a trace in the audit."""

from datetime import datetime
from uuid import UUID

from allauth.account.models import EmailAddress
from django.core.mail import send_mail
from django.db import transaction

from agents import slots
from agents.events import AgentDismissed
from agents.models import Agent, User
from audit import journal
from marketplace import events
from marketplace.refusals import Refused
from realtime import wire


@transaction.atomic
def approve(agent_id: UUID, *, by: User, now: datetime) -> None:
    """applied or refused -> approved: the agent may go online."""
    agent = _locked(agent_id)
    if agent.state == Agent.State.APPROVED:
        return
    if agent.state == Agent.State.DEACTIVATED:
        raise Refused("Open the application again first.", code="deactivated")
    if not EmailAddress.objects.filter(user_id=agent.user_id, verified=True).exists():
        raise Refused(f"{agent.display_name} has not confirmed the e-mail address yet.", code="email_unconfirmed")
    _decide(agent, Agent.State.APPROVED, by=by, reason="", now=now)


@transaction.atomic
def refuse(agent_id: UUID, *, by: User, reason: str, now: datetime) -> None:
    """applied -> refused, with a reason that the applicant reads."""
    agent = _locked(agent_id)
    if agent.state != Agent.State.APPLIED:
        raise Refused("Only an application that waits can be refused.", code="not_waiting")
    _decide(agent, Agent.State.REFUSED, by=by, reason=_reason(reason), now=now)


@transaction.atomic
def deactivate(agent_id: UUID, *, by: User, reason: str, now: datetime) -> None:
    """approved -> deactivated: no offers, all her sockets close, her chats go to the front of the queue at once."""
    agent = _locked(agent_id)
    if agent.state != Agent.State.APPROVED:
        raise Refused("Only an approved agent can be deactivated.", code="not_approved")
    _decide(agent, Agent.State.DEACTIVATED, by=by, reason=_reason(reason), now=now)
    wire.after_commit(closed=[f"agent:{agent.pk}"])
    events.announce(AgentDismissed(agent.pk, now))


@transaction.atomic
def reopen(agent_id: UUID, *, by: User, reason: str, now: datetime) -> None:
    """refused or deactivated -> applied: the application waits for a decision again, with what was earned so far."""
    agent = _locked(agent_id)
    if agent.state not in (Agent.State.REFUSED, Agent.State.DEACTIVATED):
        raise Refused("Only a refused or deactivated agent can be looked at again.", code="not_decided")
    _decide(agent, Agent.State.APPLIED, by=by, reason=_reason(reason), now=now)


def _locked(agent_id: UUID) -> Agent:
    return Agent.objects.select_for_update(no_key=True, of=("self",)).select_related("user").get(pk=agent_id)


def _decide(agent: Agent, state: str, *, by: User, reason: str, now: datetime) -> None:
    before, agent.state = agent.state, state
    agent.state_reason, agent.decided_by, agent.decided_at = reason, by, now
    agent.save(update_fields=["state", "state_reason", "decided_by", "decided_at"])
    slot = slots.locked(agent.pk)
    if state != Agent.State.APPROVED:
        slots.stop(slot, reason="", now=now)
    slots.changed(slot, *slots.STOPPED)
    journal.record(
        f"agent.{state}",
        actor=f"operator:{by.pk}",
        subject=f"agent:{agent.pk}",
        reason=reason,
        detail={"before": before},
        now=now,
    )
    _write_to(agent)


def _write_to(agent: Agent) -> None:
    """A letter about the decision, once it is committed. The dashboard says the same at the next visit."""
    subject, text = LETTERS[agent.state]
    letter = text.format(name=agent.display_name, reason=agent.state_reason)
    transaction.on_commit(lambda: send_mail(subject, letter, None, [agent.user.email]), robust=True)


LETTERS: dict[str, tuple[str, str]] = {
    Agent.State.APPROVED: (
        "You can go online",
        "Hello {name},\n\nyour application is approved. Open your dashboard and go online whenever you like:"
        " each offer shows what it pays before you accept.\n",
    ),
    Agent.State.APPLIED: (
        "We look at your application again",
        "Hello {name},\n\na person looks at your application again. The reason: {reason}\n\nYou hear from us as soon"
        " as it is decided.\n",
    ),
    Agent.State.REFUSED: (
        "About your application",
        "Hello {name},\n\nwe cannot approve your application now. The reason: {reason}\n\nIf you think this is"
        " wrong, answer this letter: a person reads it.\n",
    ),
    Agent.State.DEACTIVATED: (
        "Your account was deactivated",
        "Hello {name},\n\nyour account was deactivated by a person. The reason: {reason}\n\nWhat you have earned"
        " stays yours. If you think this is wrong, answer this letter: a person reads it.\n",
    ),
}


def _reason(reason: str) -> str:
    if len(reason.strip()) < 3:
        raise Refused("Write a reason: the person it concerns will read it.", code="reason_missing")
    return reason.strip()[:300]
