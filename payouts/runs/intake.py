"""What providers say is taken in: any number of times, in any order, each change once, each in one transaction.

News only ever moves an attempt forward. What contradicts the books (paid after all, although it had failed) changes
nothing and waits, as a bank entry with its problem, for a person.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from payouts import ledger, receipts
from payouts.models import BankEntry, Payout, PayoutAttempt, ProviderEvent
from payouts.providers.contract import Answer, Entry, PayoutProvider, Status
from payouts.runs import reversing

log = logging.getLogger(__name__)
CHUNK = 500
MOST_ATTEMPTS = 5
State = PayoutAttempt.State
UNDER_WAY = (State.SENT, State.UNKNOWN, State.ACCEPTED)
# From which states an answer moves an attempt, and from which it contradicts the books.
MOVES: Mapping[Status, tuple[State, Sequence[State], Sequence[State]]] = {
    Status.ACCEPTED: (State.ACCEPTED, (State.SENT, State.UNKNOWN), (State.ABSENT,)),
    Status.SETTLED: (State.SETTLED, UNDER_WAY, (State.FAILED, State.ABSENT)),
    Status.FAILED: (State.FAILED, UNDER_WAY, (State.SETTLED,)),
    Status.RETURNED: (State.RETURNED, (*UNDER_WAY, State.SETTLED), (State.FAILED, State.ABSENT)),
    Status.ABSENT: (State.ABSENT, (State.UNKNOWN,), ()),
}


def receive(provider: PayoutProvider, headers: Mapping[str, str], raw: bytes, *, now: datetime) -> bool:
    """A message is kept and applied, once; whether it was new. Raises NotGenuine, and then nothing is kept."""
    event = provider.parse_event(headers, raw)
    with transaction.atomic():
        kept = ProviderEvent(provider=provider.name, event_id=event.event_id, raw=raw, received_at=now)
        if not _insert(kept):
            return False
        apply(provider.name, event.answers, now=now)
        book(provider.name, event.entries, now=now)
    return True


def apply(provider: str, answers: Sequence[Answer], *, now: datetime) -> int:
    """Every attempt is as far as these answers bring it; how many moved. Unknown keys are nobody's here."""
    singles = [*(answer for answer in answers if answer.key), *_of_whole_batches(provider, answers)]
    return sum(_apply(provider, singles[at : at + CHUNK], now=now) for at in range(0, len(singles), CHUNK))


def book(provider: str, entries: Iterable[Entry], *, now: datetime) -> None:
    """Each movement of our account stands here once, beside the attempt that explains it or with its problem."""
    entries = list(entries)
    attempts = {
        attempt.key: attempt
        for attempt in PayoutAttempt.objects.filter(
            key__in=[entry.key for entry in entries], batch__provider=provider
        ).select_related("payout")
    }
    told = set(
        BankEntry.objects.filter(provider=provider, attempt__in=attempts.values()).values_list("attempt_id", "amount")
    )
    rows = []
    for entry in entries:
        attempt = attempts.get(entry.key)
        again = attempt is not None and (attempt.pk, entry.amount) in told
        rows.append(_row(provider, entry, attempt, again=again, now=now))
        if attempt is not None:
            told.add((attempt.pk, entry.amount))
    BankEntry.objects.bulk_create(rows, ignore_conflicts=True)


@transaction.atomic
def _apply(provider: str, answers: Sequence[Answer], *, now: datetime) -> int:
    """Locks: the payouts by id, their attempts by id, their accounts by name."""
    keys = {answer.key for answer in answers}
    payouts = {
        payout.pk: payout
        for payout in Payout.objects.filter(attempts__key__in=keys, attempts__batch__provider=provider)
        .select_for_update(no_key=True, of=("self",))
        .order_by("id")
    }
    attempts = {
        attempt.key: attempt
        for attempt in PayoutAttempt.objects.filter(key__in=keys, batch__provider=provider)
        .select_for_update(no_key=True, of=("self",))
        .order_by("id")
    }
    moved: dict[State, list[PayoutAttempt]] = {}
    for answer in answers:
        attempt = attempts.get(answer.key)
        if attempt is not None and _move(provider, attempt, payouts[attempt.payout_id], answer, now=now):
            moved.setdefault(State(attempt.state), []).append(attempt)
    changed = {attempt.pk: attempt for many in moved.values() for attempt in many}
    PayoutAttempt.objects.bulk_update(changed.values(), ["state", "reference", "reason", "told_at"])
    _settle(provider, moved.get(State.SETTLED, []) + moved.get(State.RETURNED, []), payouts, now=now)
    _close(moved, now=now)
    return len(changed)


def _move(provider: str, attempt: PayoutAttempt, payout: Payout, answer: Answer, *, now: datetime) -> bool:
    """Whether the answer brings the attempt forward, in memory."""
    after, forward, against = MOVES[answer.status]
    if attempt.state in against:
        _contradiction(provider, attempt, payout, answer, now=now)
        return False
    if attempt.state not in forward:
        return False
    attempt.state, attempt.told_at = after, now
    attempt.reference = answer.reference[:80] or attempt.reference
    attempt.reason = answer.reason[:35] if after in (State.FAILED, State.RETURNED) else ""
    return True


def _settle(provider: str, attempts: Sequence[PayoutAttempt], payouts: Mapping[UUID, Payout], *, now: datetime) -> None:
    """The money has left our bank. What comes back has left it too, whether that was told before or not."""
    movements = [
        ledger.Into(
            f"bank:{provider}",
            payouts[attempt.payout_id].currency,
            ledger.Entry(
                source=f"payout:{attempt.payout_id}:settled",
                kind="payout_settled",
                amount=payouts[attempt.payout_id].amount,
                receipt={"payout": str(attempt.payout_id), "attempt": attempt.key},
                contra=f"in_transit:{provider}",
            ),
        )
        for attempt in {attempt.pk: attempt for attempt in attempts}.values()
    ]
    ledger.post_many(movements, now=now)


def _close(moved: Mapping[State, Sequence[PayoutAttempt]], *, now: datetime) -> None:
    """The payouts follow their attempts; what failed or came back is in the agent's balance again."""
    for state, was, becomes, out_of in (
        (State.SETTLED, ["sent"], Payout.State.SETTLED, ""),
        (State.FAILED, ["sent"], Payout.State.REJECTED, "in_transit"),
        (State.RETURNED, ["sent", "settled"], Payout.State.RETURNED, "bank"),
        (State.ABSENT, ["sent"], Payout.State.REJECTED, "in_transit"),
    ):
        ids = [one.payout_id for one in moved.get(state, []) if one.state == state and _final(one)]
        Payout.objects.filter(pk__in=ids, state__in=was).update(state=becomes, changed_at=now)
        if out_of and ids:
            reversing.reverse(Payout.objects.filter(pk__in=ids, state=becomes), now=now, out_of=out_of)


def _final(attempt: PayoutAttempt) -> bool:
    """What never arrived is tried again, but not for ever."""
    return attempt.state != State.ABSENT or attempt.number >= MOST_ATTEMPTS


def _contradiction(provider: str, attempt: PayoutAttempt, payout: Payout, answer: Answer, *, now: datetime) -> None:
    log.critical("%s says %s of %s, which is %s here.", provider, answer.status, attempt.key, attempt.state)
    BankEntry.objects.bulk_create(
        [
            BankEntry(
                provider=provider,
                reference=f"{attempt.key}:{answer.status}:against:{attempt.state}",
                key=attempt.key,
                amount=payout.amount if answer.status is Status.RETURNED else -payout.amount,
                currency=payout.currency,
                booked_on=now.date(),
                attempt=attempt,
                problem=f"The provider says {answer.status}; here it is {attempt.state}.",
                created_at=now,
            )
        ],
        ignore_conflicts=True,
    )


def _row(provider: str, entry: Entry, attempt: PayoutAttempt | None, *, again: bool, now: datetime) -> BankEntry:
    return BankEntry(
        provider=provider,
        reference=entry.reference[:120],
        key=entry.key[:80],
        amount=entry.amount,
        currency=entry.currency,
        booked_on=entry.booked_on,
        text=entry.text[:140],
        attempt=attempt,
        problem=_problem(entry, attempt, again=again),
        created_at=now,
    )


def _problem(entry: Entry, attempt: PayoutAttempt | None, *, again: bool) -> str:
    if attempt is None:
        return "No payout of ours has this key."
    payout = attempt.payout
    if (abs(entry.amount), entry.currency) != (payout.amount, payout.currency):
        return f"The payout is {receipts.money(payout.amount, payout.currency, locale='en')}."
    return "The same movement has been told before, on another day." if again else ""


def _of_whole_batches(provider: str, answers: Iterable[Answer]) -> list[Answer]:
    """One answer for each attempt of the batches that are answered for as a whole."""
    whole = {answer.message_id: answer for answer in answers if answer.message_id and not answer.key}
    attempts = PayoutAttempt.objects.filter(Q(batch__message_id__in=whole), batch__provider=provider)
    return [
        Answer(whole[message_id].status, key=key, reason=whole[message_id].reason)
        for key, message_id in attempts.values_list("key", "batch__message_id")
    ]


def _insert(event: ProviderEvent) -> bool:
    """Whether the event is new. A twin under way is waited for."""
    before = ProviderEvent.objects.filter(provider=event.provider, event_id=event.event_id)
    ProviderEvent.objects.bulk_create([event], ignore_conflicts=True)
    return before.values_list("pk", flat=True).get() == event.pk
