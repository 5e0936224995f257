"""A supervisor's own desk: whoever takes a chat over needs a profile and a slot like any agent, and gets no offers."""

from datetime import datetime

from django.db import transaction

from agents.models import Agent, Slot, User
from marketplace.refusals import Refused

TIER = "standard"
UNNAMED = "Supervisor"


@transaction.atomic
def profile_of(user: User, *, now: datetime) -> Agent:
    """Her agent's profile; one without topics or languages is made where she has none, so nothing is ever offered to
    it. Raises Refused where an agent's account of hers was closed or is not approved. Locks: the user."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    agent = Agent.objects.filter(user=user).first()
    if agent is None:
        agent = Agent.objects.create(
            user=user,
            kind=Agent.Kind.STAFF,
            display_name=(user.first_name or UNNAMED)[:40],
            tier=TIER,
            state=Agent.State.APPROVED,
            state_reason="Made when she first took a chat over.",
            decided_by=user,
            decided_at=now,
            created_at=now,
        )
        Slot.objects.create(agent=agent)
    if agent.state != Agent.State.APPROVED:
        raise Refused("Your own agent account is not active.", code="not_active")
    return agent
