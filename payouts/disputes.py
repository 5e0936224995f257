"""Disputes: an agent says that a line is wrong, a named person decides in time, and a new line puts it right."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from audit import journal
from marketplace.refusals import Refused
from payouts import corrections, debts
from payouts.ledger import Entry
from payouts.models import Dispute
from payouts.models.disputes import ANSWER_WITHIN

WORDS_LONGEST = 1_000


def begin(agent_id: UUID, posting_id: UUID, *, words: str, now: datetime) -> Dispute:
    """The line is disputed, to be decided within fourteen days. A second dispute while one is open is the first.

    Whose line it is, and that there is one dispute of it, the database decides.
    """
    words = words.strip()
    if not 3 <= len(words) <= WORDS_LONGEST:
        raise Refused("Say in a few words what is wrong with this line.", code="say_why")
    try:
        with transaction.atomic():
            return Dispute.objects.create(
                agent_id=agent_id, posting_id=posting_id, words=words, opened_at=now, answer_by=now + ANSWER_WITHIN
            )
    except IntegrityError as error:
        found = Dispute.objects.filter(agent_id=agent_id, posting_id=posting_id, state=Dispute.State.OPEN).first()
        if found is None:
            raise Refused("There is no such line among your earnings.", code="not_found") from error
        return found


@transaction.atomic
def refuse(dispute_id: UUID, *, by: str, reason: str, now: datetime) -> None:
    """open -> refused, with a reason that the agent reads. Locks: the dispute."""
    dispute = _open(dispute_id)
    _decide(dispute, Dispute.State.REFUSED, by=by, reason=reason, now=now)


@transaction.atomic
def grant(
    dispute_id: UUID,
    *,
    by: str,
    reason: str,
    now: datetime,
    amount_cents: int | None = None,
    active_seconds: int | None = None,
) -> None:
    """open -> granted, repaired by a new line in the open books: of the chat with its right active time, or an amount.

    Locks: the dispute, then the agent's account.
    """
    if (amount_cents is None) == (active_seconds is None):
        raise Refused("Give the amount that is missing, or the active time that is right.", code="one_of_two")
    dispute = _open(dispute_id)
    line = _line(dispute.posting_id)
    if active_seconds is not None:
        dispute.repair_source = _rerated(line, active_seconds, by=by, reason=reason, now=now)
    else:
        assert amount_cents is not None
        dispute.repair_source = _added(dispute, line, amount_cents, by=by, reason=reason, now=now)
    _decide(dispute, Dispute.State.GRANTED, by=by, reason=reason, now=now)


def _rerated(line: dict[str, Any], active_seconds: int, *, by: str, reason: str, now: datetime) -> str:
    if line["engagement_id"] is None:
        raise Refused("Only a chat has active time: give the amount that is missing.", code="no_chat")
    changes = {"active_seconds": active_seconds}
    posted = corrections.correct(line["engagement_id"], changes=changes, by=by, reason=reason, now=now)
    return posted[0].source


def _added(dispute: Dispute, line: dict[str, Any], amount_cents: int, *, by: str, reason: str, now: datetime) -> str:
    if amount_cents < 1:
        raise Refused("A repair is more than nothing.", code="nothing")
    receipt = {"of": line["source"], "reason": reason, "by": by, "dispute": str(dispute.pk)}
    entry = Entry(f"dispute:{dispute.pk}", "goodwill", amount_cents, brand_id=line["brand_id"], receipt=receipt)
    (posting,) = debts.post(dispute.agent_id, line["currency"], [entry], now=now)
    return posting.source


def _open(dispute_id: UUID) -> Dispute:
    dispute = Dispute.objects.select_for_update(no_key=True).filter(pk=dispute_id).first()
    if dispute is None or dispute.state != Dispute.State.OPEN:
        raise Refused("This dispute was decided already.", code="decided")
    return dispute


def _decide(dispute: Dispute, state: Dispute.State, *, by: str, reason: str, now: datetime) -> None:
    dispute.state, dispute.decided_by, dispute.decision, dispute.decided_at = state, by, reason, now
    dispute.save(update_fields=["state", "decided_by", "decision", "decided_at", "repair_source"])
    journal.record(f"dispute_{state}", actor=by, subject=f"dispute:{dispute.pk}", reason=reason, now=now)


def _line(posting_id: UUID) -> dict[str, Any]:
    """The disputed line, wherever it lies."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select source, currency, engagement_id, brand_id from payouts_everyposting where id = %s", [posting_id]
        )
        names = [column.name for column in cursor.description]
        return dict(zip(names, cursor.fetchone(), strict=True))
