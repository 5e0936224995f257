"""What a customer may be promised who cannot or will not wait: an answer by a time, or a call-back at one she chooses.

A promise is made inside the brand's opening hours, and no more call-backs are promised for one half hour than there are
agents who could keep them.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from brands import hours
from brands.models import Brand
from dispatch import handovers, queue
from dispatch.models import Escalation

STEP = timedelta(minutes=30)
SOONEST = timedelta(minutes=30)
DAYS = 7
SHOWN_MOST = 12
ANSWERED_WITHIN = timedelta(hours=4)  # of opening hours
LATE_WITHIN = timedelta(hours=1)  # of opening hours: what is promised once a promise was broken

Spans = Sequence[tuple[datetime, datetime]]


@dataclass(frozen=True, slots=True)
class Ways:
    """What there is beside waiting. `opens_at` is None while open, or where the brand does not say when."""

    people_online: int
    open_now: bool
    opens_at: datetime | None
    message_by: datetime
    call_back: list[datetime]


def ways(brand: Brand, *, topic: str | None, language: str, now: datetime) -> Ways:
    """For a customer of this brand who would be served in this topic (None: any) and language."""
    online = queue.people(now).get((brand.pk, topic, language), queue.People(0, 0)).online
    spans = hours.open_spans(brand, now, days=DAYS)
    open_now = hours.is_open(brand, now)
    return Ways(
        people_online=online,
        open_now=open_now,
        opens_at=spans[0][0] if spans and not open_now else None,
        message_by=answered_by(spans, now),
        call_back=times(brand, topic=topic, language=language, now=now),
    )


def times(brand: Brand, *, topic: str | None, language: str, now: datetime) -> list[datetime]:
    """When a call-back can be promised; empty where nobody could keep it."""
    spans = hours.open_spans(brand, now, days=DAYS)
    places = handovers.able(brand.pk, topic, language, now=now).count()
    return free_times(spans, now=now, promised=_promised(brand.pk), places=places)


def free_times(spans: Spans, *, now: datetime, promised: Mapping[datetime, int], places: int) -> list[datetime]:
    """Half hours inside the spans, half an hour from now or later, for which less than `places` is promised.

    At the moment at which a span closes nobody is there any more.
    """
    found: list[datetime] = []
    for opens, closes in spans:
        at = _next_step(max(opens, now + SOONEST))
        while at < closes and len(found) < SHOWN_MOST:
            if promised.get(at, 0) < places:
                found.append(at)
            at += STEP
    return found


def answered_by(spans: Spans, now: datetime, *, within: timedelta = ANSWERED_WITHIN) -> datetime:
    """The half hour at which so many opening hours will have passed; with too few in sight, so long after the last."""
    left, last = within, now
    for opens, closes in spans:
        if closes - opens >= left:
            return _next_step(opens + left)
        left, last = left - (closes - opens), closes
    return _next_step(last + left)


def postponed(brand: Brand, now: datetime) -> datetime:
    """The next deadline, once one was missed."""
    return answered_by(hours.open_spans(brand, now, days=DAYS), now, within=LATE_WITHIN)


def _next_step(at: datetime) -> datetime:
    """The next whole half hour of the clock, `at` itself if it is one."""
    past = timedelta(minutes=at.minute % 30, seconds=at.second, microseconds=at.microsecond)
    return at if not past else at - past + STEP


def _promised(brand_id: UUID) -> Counter[datetime]:
    due = Escalation.objects.filter(brand_id=brand_id, state=Escalation.State.CALLBACK_DUE)
    return Counter(at for at in due.values_list("due_at", flat=True) if at)
