"""What became of a replay: counted by the clients, checked against PostgreSQL."""

import json
from dataclasses import asdict, dataclass
from io import StringIO
from itertools import pairwise
from uuid import UUID

from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count

from conversations.models import Engagement, Event, Rating
from dispatch.models import Escalation
from marketplace.replay.link import Link, Talk
from marketplace.replay.play import Course, Play
from payouts.models import EarningFact, Posting


@dataclass(frozen=True, slots=True)
class Report:
    """The one line that a replay prints. `earnings_posted` counts resolved engagements that have been paid."""

    dialogues: int
    bad_rows: int
    skipped_rows: int
    escalated: int
    offers: int
    accepted: int
    resolved: int
    rated: int
    messages_sent: int
    messages_received: int
    messages_lost: int
    messages_duplicated: int
    out_of_order: int
    earnings_posted: int
    ledger_balanced: bool
    reconnects: int
    faults: int
    seconds: float

    @property
    def is_clean(self) -> bool:
        """Everything asked for happened, and nothing was lost, doubled, reordered or unpaid."""
        whole = self.dialogues == self.escalated == self.resolved == self.rated == self.earnings_posted
        clean = not (self.messages_lost or self.messages_duplicated or self.out_of_order or self.faults)
        return whole and clean and self.ledger_balanced

    def line(self) -> str:
        return json.dumps(asdict(self))


def of(play: Play, *, bad_rows: int, skipped_rows: int, seconds: float) -> tuple[Report, list[str]]:
    """The report, and a sentence for each thing that went wrong."""
    faults = [f"{course.script.name}: {course.fault}" for course in play.all if course.fault]
    faults += _contradictions(play)
    sent = sum(len(course.said) for course in play.all)
    received = sum(_received(course, play) for course in play.all)
    talks = [talk for course in play.all for talk in _views(course, play)]
    report = Report(
        dialogues=len(play.all),
        bad_rows=bad_rows,
        skipped_rows=skipped_rows,
        escalated=sum(course.escalated for course in play.all),
        offers=len(set().union(*(agent.offers_seen for agent in play.agents))),
        accepted=len(play.accepted),
        resolved=sum(course.resolved for course in play.all),
        rated=sum(course.rated for course in play.all),
        messages_sent=sent,
        messages_received=received,
        messages_lost=sent - received,
        messages_duplicated=sum(talk.doubled for talk in talks) + _stored_twice(play),
        out_of_order=sum(talk.gaps for talk in talks) + sum(_misplaced(course) for course in play.all),
        earnings_posted=_paid(play),
        ledger_balanced=_is_balanced(),
        reconnects=sum(link.reconnects for link in _links(play)),
        faults=len(faults),
        seconds=round(seconds, 2),
    )
    return report, faults


def _links(play: Play) -> list[Link]:
    return [*play.agents, *(course.customer for course in play.all if course.customer)]


def _views(course: Course, play: Play) -> list[Talk]:
    links = [course.customer, *play.agents]
    return [link.talks[course.conversation] for link in links if link and course.conversation in link.talks]


def _received(course: Course, play: Play) -> int:
    """Lines that the other side has seen: the agents' by the customer, the customer's by an agent who served her."""
    customer = course.customer.talks.get(course.conversation) if course.customer else None
    agents = [agent.talks[course.conversation] for agent in play.agents if course.conversation in agent.talks]
    seen_by = {"agent": [customer] if customer else [], "customer": agents}
    return sum(any(client_id in view.by_client_id for view in seen_by[side]) for client_id, side in course.said)


def _misplaced(course: Course) -> int:
    """Lines that the customer saw in another order than they were said."""
    if course.customer is None or course.conversation not in course.customer.talks:
        return 0
    numbers = course.customer.talks[course.conversation].by_client_id
    order = [numbers[client_id] for client_id, _ in course.said if client_id in numbers]
    return sum(later <= earlier for earlier, later in pairwise(order))


def _stored_twice(play: Play) -> int:
    """Acknowledged lines that the database does not hold exactly once, and rows that nobody said."""
    said = {UUID(client_id) for course in play.all for client_id, _ in course.said}
    rows = Event.objects.filter(conversation__brand_id=play.cast.brand_id, client_id__isnull=False)
    stored = dict(rows.order_by().values_list("client_id").annotate(Count("pk")))
    return sum(int(count) - 1 for count in stored.values()) + len(stored.keys() - said)


def _paid(play: Play) -> int:
    """Resolved engagements of this replay with frozen facts and at least one posting."""
    resolved = Engagement.objects.filter(brand_id=play.cast.brand_id, state="resolved").values_list("pk", flat=True)
    frozen = set(EarningFact.objects.filter(engagement_id__in=resolved).values_list("engagement_id", flat=True))
    posted = set(Posting.objects.filter(engagement_id__in=resolved).values_list("engagement_id", flat=True))
    return len(frozen & posted)


def _contradictions(play: Play) -> list[str]:
    """Where PostgreSQL tells another story than the clients."""
    brand = play.cast.brand_id
    found = {
        "acknowledged lines that are not stored": _unstored(play),
        "gaps in a stream": _gaps(brand),
        "escalations left open": Escalation.objects.filter(brand_id=brand, state__in=Escalation.LIVE).count(),
        "engagements left open": Engagement.objects.filter(brand_id=brand, ended_at=None).count(),
        "resolutions that differ": abs(
            Engagement.objects.filter(brand_id=brand, state="resolved").count() - sum(c.resolved for c in play.all)
        ),
        "ratings that differ": abs(Rating.objects.filter(brand_id=brand).count() - sum(c.rated for c in play.all)),
    }
    return [f"PostgreSQL holds {count} {what}" for what, count in found.items() if count]


def _unstored(play: Play) -> int:
    said = {UUID(client_id) for course in play.all for client_id, _ in course.said}
    rows = Event.objects.filter(conversation__brand_id=play.cast.brand_id, client_id__isnull=False)
    return len(said - set(rows.values_list("client_id", flat=True)))


def _gaps(brand: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_GAPS, [brand])
        (count,) = cursor.fetchone() or (0,)
    return count


_GAPS = """
  select count(*) from (
    select count(*) as rows, min(e.seq) as first, max(e.seq) as last, max(c.talk_seq) as counter
    from conversations_event e join conversations_conversation c on c.id = e.conversation_id
    where c.brand_id = %s and e.stream = 'talk' group by e.conversation_id) stream
  where first <> 1 or last <> rows or counter <> rows"""


def _is_balanced() -> bool:
    try:
        call_command("audit_ledger", stdout=StringIO())
    except CommandError:
        return False
    return True
