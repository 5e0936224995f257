"""Sending: what is approved leaves in batches, each committed before the provider hears of it, and asked for after.

An attempt `prepared` has certainly not left; `sent` may have. Whoever dies in between leaves rows from which the next
one goes on. An answer that never came is looked up under the same key; a new key follows only `failed` or `absent`.
"""

import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet

from payouts.models import Payout, PayoutAttempt, PayoutBatch
from payouts.models.runs import PayoutRun as Run
from payouts.providers.contract import Answer, Batch, Instruction, NoAnswer, PayoutProvider, Status
from payouts.runs import destinations, intake, outlets, preparing

PATIENCE = timedelta(seconds=60)  # longer than any call to a provider takes
ASK_AGAIN = timedelta(seconds=120)
MOST_BATCHES = 20  # of one run in one go, so that a worker is not kept from the next
LONGEST_PAUSE_SECONDS = 20.0
LOOKUPS_AT_ONCE = 100
State = PayoutAttempt.State


def send(run_id: UUID, *, now: datetime) -> int:
    """The approved payouts of a run that is being paid have left, held ones aside; how many batches.

    A batch laid down by somebody who died before sending it goes first. At most so many in one go; call again.
    """
    for batches in range(MOST_BATCHES):
        batch = _waiting(run_id) or _fill(run_id, now=now)
        if batch is None:
            return batches
        hand_over(batch.pk, now=now)
    return MOST_BATCHES


def hand_over(batch_id: UUID, *, now: datetime) -> None:
    """The batch is the provider's, once, whoever calls at the same time; its answers are ours.

    Claimed and committed first. Where the call ends without an answer, its attempts are looked up later.
    """
    began = time.monotonic()
    claimed = _claim(batch_id, now=now)
    if claimed is None:
        return
    batch, provider = claimed
    answers: Sequence[Answer] = []
    # A process that was stopped in between must not wake up and send what has been looked up as absent meanwhile.
    if time.monotonic() - began < LONGEST_PAUSE_SECONDS:
        with suppress(NoAnswer):
            answers = provider.submit(batch)
    intake.apply(provider.name, answers, now=now)
    silent = {one.key for one in batch.instructions} - {answer.key for answer in answers}
    PayoutAttempt.objects.filter(key__in=silent, state=State.SENT).update(state=State.UNKNOWN, told_at=now)


def poll(*, now: datetime) -> int:
    """Attempts without an answer are looked up, each at most every two minutes; how many were found out.

    ABSENT is believed only when the provider can no longer be about to hear of it.
    """
    PayoutAttempt.objects.filter(state=State.SENT, sent_at__lt=now - PATIENCE).update(state=State.UNKNOWN)
    found_out = 0
    for attempt in _unanswered(now):
        provider = outlets.required(attempt.batch.provider)
        try:
            answer = provider.lookup(attempt.key)
        except NoAnswer:
            continue
        assert attempt.sent_at is not None, attempt.key
        certain = now - attempt.sent_at >= timedelta(seconds=provider.absent_after_seconds)
        if answer.status is not Status.ABSENT or certain:
            found_out += intake.apply(provider.name, [answer], now=now)
    return found_out


@transaction.atomic
def _unanswered(now: datetime) -> Sequence[PayoutAttempt]:
    """The longest unasked come first; marked as asked, so that another poller takes others."""
    due = Q(asked_at=None) | Q(asked_at__lt=now - ASK_AGAIN)
    found = list(
        PayoutAttempt.objects.filter(due, state=State.UNKNOWN)
        .select_for_update(no_key=True, skip_locked=True, of=("self",))
        .select_related("batch")
        .order_by(F("asked_at").asc(nulls_first=True), "id")[:LOOKUPS_AT_ONCE]
    )
    PayoutAttempt.objects.filter(pk__in=[attempt.pk for attempt in found]).update(asked_at=now)
    return found


def _waiting(run_id: UUID) -> PayoutBatch | None:
    return PayoutBatch.objects.filter(run_id=run_id, sent_at=None, attempts__state=State.PREPARED).first()


@transaction.atomic
def _fill(run_id: UUID, *, now: datetime) -> PayoutBatch | None:
    """A batch of the next payouts that may leave: approved, or tried before in vain. None when there are none.

    Locks: the run, the payouts.
    """
    run = preparing.locked(run_id)
    if run.state != Run.State.RELEASING:
        return None
    provider = outlets.required(run.provider)
    payouts = list(_ready(run).select_for_update(no_key=True, of=("self",)).order_by("id")[: provider.batch_limit])
    if not payouts:
        return None
    batch_id = uuid4()
    batch = PayoutBatch.objects.create(
        pk=batch_id,
        run=run,
        provider=run.provider,
        message_id=f"B{batch_id.hex}",
        execution_date=_execution_date(provider, run, now),
        created_at=now,
    )
    PayoutAttempt.objects.bulk_create(_attempt(payout, batch, now=now) for payout in payouts)
    return batch


def _ready(run: Run) -> QuerySet[Payout]:
    """Payouts without an attempt that could still succeed."""
    open_attempt = PayoutAttempt.objects.filter(payout=OuterRef("pk")).exclude(state__in=[State.FAILED, State.ABSENT])
    last = PayoutAttempt.objects.filter(payout=OuterRef("pk")).order_by().values("payout").annotate(n=Max("number"))
    return (
        Payout.objects.filter(run=run, held_by="", state__in=[Payout.State.APPROVED, Payout.State.SENT])
        .filter(~Exists(open_attempt))
        .annotate(tried=last.values("n"))
        .filter(Q(tried=None) | Q(tried__lt=intake.MOST_ATTEMPTS))
    )


def _attempt(payout: Payout, batch: PayoutBatch, *, now: datetime) -> PayoutAttempt:
    attempt_id = uuid4()
    return PayoutAttempt(
        pk=attempt_id,
        payout=payout,
        batch=batch,
        number=(payout.tried or 0) + 1,  # type: ignore[attr-defined]  # annotated by _ready
        key=f"A{attempt_id.hex}",
        prepared_at=now,
    )


def _execution_date(provider: PayoutProvider, run: Run, now: datetime) -> date:
    return provider.quote(1, run.currency, on=now.date()).arrives_on


@transaction.atomic
def _claim(batch_id: UUID, *, now: datetime) -> tuple[Batch, PayoutProvider] | None:
    """prepared -> sent for the whole batch, by one caller. A payout held since has its attempt taken out, unheard.

    Locks: the payouts, by id, before the batch, so that a hold and a claim take turns.
    """
    rows = list(
        Payout.objects.filter(attempts__batch_id=batch_id, attempts__state=State.PREPARED)
        .select_for_update(no_key=True, of=("self",))
        .order_by("id")
    )
    if not PayoutBatch.objects.filter(pk=batch_id, sent_at=None).update(sent_at=now):
        return None
    leaving = [payout.pk for payout in rows if not payout.held_by]
    prepared = PayoutAttempt.objects.filter(batch_id=batch_id, state=State.PREPARED)
    prepared.exclude(payout_id__in=leaving).update(state=State.ABSENT, told_at=now)
    prepared.filter(payout_id__in=leaving).update(state=State.SENT, sent_at=now)
    Payout.objects.filter(pk__in=leaving, state=Payout.State.APPROVED).update(state=Payout.State.SENT, changed_at=now)
    batch = PayoutBatch.objects.get(pk=batch_id)
    instructions = tuple(_instruction(attempt) for attempt in _with_destinations(batch))
    if not instructions:
        return None
    return Batch(batch.message_id, batch.execution_date, instructions), outlets.required(batch.provider)


def _with_destinations(batch: PayoutBatch) -> Sequence[PayoutAttempt]:
    sent = batch.attempts.filter(state=State.SENT).order_by("key")
    return list(sent.select_related("payout__destination", "payout__run"))


def _instruction(attempt: PayoutAttempt) -> Instruction:
    payout = attempt.payout
    return Instruction(
        key=attempt.key,
        amount=payout.amount,
        currency=payout.currency,
        destination=destinations.opened(payout.destination),
        text=f"Beckon {payout.run.cutoff:%Y-%m-%d} {payout.pk.hex[:8]}",
    )
