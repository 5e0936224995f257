"""Holds and clawbacks: a named person, a written reason, the agent's answer, a clock; then released or taken."""

from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction

from audit import journal
from marketplace.refusals import Refused
from payouts import debts, ledger
from payouts.ledger import Entry
from payouts.models import Clawback, Dispute, Hold
from payouts.models.disputes import ALARM_AFTER, ANSWER_WITHIN

REPLY_LONGEST = 1_000
Taken = TypeVar("Taken", Hold, Clawback)


@transaction.atomic
def hold(agent_id: UUID, currency: str, *, amount: int, by: str, reason: str, now: datetime) -> Hold:
    """So much of the agent's balance is set aside until a person releases or takes it. Locks: the agent's account."""
    account = ledger.lock(agent_id, currency, now=now)
    if not 1 <= amount <= ledger.available(account):
        raise Refused("No more can be held than the agent is owed now.", code="not_so_much")
    made = Hold.objects.create(**_opened(agent_id, currency, amount, by, reason, now))
    entry = Entry(f"hold:{made.pk}", "hold", -amount, receipt={"reason": reason, "by": by}, contra=_held(agent_id))
    ledger.post(agent_id, currency, entry, now=now)
    journal.record("hold_money", actor=by, subject=f"agent:{agent_id}", reason=reason, now=now)
    return made


@transaction.atomic
def release(hold_id: UUID, *, by: str, reason: str, now: datetime) -> None:
    """open -> released: the agent is owed it again. Locks: the hold, then the agent's account."""
    held = _decide(Hold, hold_id, Hold.State.RELEASED, by=by, reason=reason, now=now)
    ledger.post(held.agent_id, held.currency, _back(held), now=now)


@transaction.atomic
def take_held(hold_id: UUID, *, by: str, reason: str, now: datetime) -> None:
    """open -> taken: what was held is taken back, once the agent has answered or the clock has run out.

    Locks: the hold, then the agent's account.
    """
    held = _decide(Hold, hold_id, Hold.State.TAKEN, by=by, reason=reason, now=now)
    taken = Entry(f"hold:{held.pk}:taken", "clawback", -held.amount, receipt={"reason": reason, "by": by})
    ledger.post_all(held.agent_id, held.currency, [_back(held), taken], now=now)


@transaction.atomic
def announce_clawback(agent_id: UUID, currency: str, *, amount: int, by: str, reason: str, now: datetime) -> Clawback:
    """The agent is told what is to be taken back, and why; nothing moves yet."""
    if amount < 1:
        raise Refused("A clawback is of more than nothing.", code="nothing")
    made = Clawback.objects.create(**_opened(agent_id, currency, amount, by, reason, now))
    journal.record("announce_clawback", actor=by, subject=f"agent:{agent_id}", reason=reason, now=now)
    return made


@transaction.atomic
def take(clawback_id: UUID, *, by: str, reason: str, now: datetime) -> None:
    """open -> taken, once the agent has answered or the clock has run out. What the balance lacks becomes a debt.

    Locks: the clawback, then the agent's account.
    """
    found = _decide(Clawback, clawback_id, Clawback.State.TAKEN, by=by, reason=reason, now=now)
    entry = Entry(f"clawback:{found.pk}", "clawback", -found.amount, receipt={"reason": reason, "by": by})
    debts.post(found.agent_id, found.currency, [entry], now=now)


@transaction.atomic
def drop(clawback_id: UUID, *, by: str, reason: str, now: datetime) -> None:
    """open -> dropped: nothing is taken. Locks: the clawback."""
    _decide(Clawback, clawback_id, Clawback.State.DROPPED, by=by, reason=reason, now=now)


@transaction.atomic
def reply(agent_id: UUID, measure_id: UUID, *, words: str, now: datetime) -> None:
    """The agent's answer to a hold or a clawback, once, while it is open. Locks: that row."""
    words = words.strip()
    if not 1 <= len(words) <= REPLY_LONGEST:
        raise Refused("An answer has some words.", code="say_why")
    for kind in (Hold, Clawback):
        mine = kind.objects.filter(pk=measure_id, agent_id=agent_id)
        if mine.filter(state="open", replied_at=None).update(reply=words, replied_at=now):
            return
        if mine.filter(reply=words).exists():
            return
        if mine.exists():
            raise Refused("You have answered this already, or it was decided.", code="answered")
    raise Refused("There is nothing of yours to answer here.", code="not_found")


def alarm_due(*, now: datetime) -> int:
    """Cases open for ten days are marked, once; how many. Whoever decides has four days left."""
    late: dict[str, Any] = {"state": "open", "alarmed_at": None, "opened_at__lte": now - ALARM_AFTER}
    return sum(kind.objects.filter(**late).update(alarmed_at=now) for kind in (Dispute, Hold, Clawback))


def _opened(agent_id: UUID, currency: str, amount: int, by: str, reason: str, now: datetime) -> dict[str, Any]:
    told = {"agent_id": agent_id, "currency": currency, "amount": amount, "opened_by": by, "reason": reason}
    return {**told, "opened_at": now, "answer_by": now + ANSWER_WITHIN}


def _decide(kind: type[Taken], pk: UUID, state: str, *, by: str, reason: str, now: datetime) -> Taken:
    found = kind.objects.select_for_update(no_key=True).filter(pk=pk).first()
    if found is None or found.state != "open":
        raise Refused("This was decided already.", code="decided")
    found.state, found.decided_by, found.decision, found.decided_at = state, by, reason, now
    _heard_first(found, state, now)
    found.save(update_fields=["state", "decided_by", "decision", "decided_at"])
    subject = f"{kind._meta.model_name}:{pk}"
    journal.record(f"{kind._meta.model_name}_{state}", actor=by, subject=subject, reason=reason, now=now)
    return found


def _heard_first(found: Hold | Clawback, state: str, now: datetime) -> None:
    if state == "taken" and found.replied_at is None and now < found.answer_by:
        days = -((now - found.answer_by) // timedelta(days=1))
        raise Refused(f"The agent has {days} days left to answer.", code="not_heard")


def _back(held: Hold) -> Entry:
    return Entry(f"hold:{held.pk}:released", "release", held.amount, contra=_held(held.agent_id))


def _held(agent_id: UUID) -> str:
    return f"agent:{agent_id}:held"
