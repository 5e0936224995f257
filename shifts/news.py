"""What an agent is told about her shifts: rows in the transaction of what happened, shown on all her screens.

A row is news until its time is over, she puts it away, or it is true no more. `told_at` is empty while her screens do
not know how the row stands; `tell` raises their versions, woken by `NewsWritten` and by a sweep.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from agents import slots
from brands.models import Skill
from marketplace import events
from marketplace.refusals import Refused
from realtime import protocol
from shifts.events import NewsWritten
from shifts.models import News, Shift

KEPT = timedelta(days=2)
A_SWEEP = 500


def add(
    agent_id: UUID,
    shift: Shift,
    kind: str,
    *,
    until: datetime,
    now: datetime,
    words: str = "",
    swap_id: UUID | None = None,
) -> None:
    """She is told this of the shift until then, at most for two days; the same kind said again replaces the first."""
    known = {"words": words, "swap_id": swap_id, "made_at": now, "until": min(until, now + KEPT)}
    fresh = {"told_at": None, "put_away_at": None, "brand_id": shift.brand_id}
    News.objects.update_or_create(agent_id=agent_id, shift_id=shift.pk, kind=kind, defaults={**known, **fresh})
    events.announce(NewsWritten(at=now))


def refuse(said: Iterable[tuple[UUID, Shift, str]], *, now: datetime) -> None:
    """Each of these agents hears why her wish for the shift was not granted; one statement for all."""
    rows = [
        News(
            brand_id=shift.brand_id,
            agent_id=agent_id,
            shift_id=shift.pk,
            kind=News.Kind.REFUSED,
            words=sentence,
            made_at=now,
            until=min(shift.begins_at, now + KEPT),
        )
        for agent_id, shift, sentence in said
    ]
    changed = ["words", "made_at", "until", "told_at", "put_away_at"]
    News.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["agent", "shift", "kind"], update_fields=changed
    )
    events.announce(NewsWritten(at=now))


def end(shift_id: UUID, kinds: Collection[str], *, now: datetime, agent_id: UUID | None = None) -> None:
    """News of these kinds about the shift is true no more: for this agent, or for everybody."""
    about = News.objects.filter(shift_id=shift_id, kind__in=kinds, put_away_at=None)
    if agent_id is not None:
        about = about.filter(agent_id=agent_id)
    if about.update(put_away_at=now, told_at=None):
        events.announce(NewsWritten(at=now))


def put_away(agent_id: UUID, news_id: UUID, *, now: datetime) -> None:
    """She has read it: no screen of hers shows it. A repeat changes nothing."""
    own = News.objects.filter(pk=news_id, agent_id=agent_id)
    if not own.exists():
        raise Refused("There is no such news.", code="not_found")
    if own.filter(put_away_at=None).update(put_away_at=now, told_at=None):
        events.announce(NewsWritten(at=now))


@transaction.atomic
def tell(*, now: datetime) -> int:
    """Whoever has news that her screens do not know gets a new version; how many agents. Locks: their slots."""
    untold = News.objects.filter(told_at=None).order_by("made_at").values_list("agent_id", flat=True)
    held = slots.locked_all(set(untold[:A_SWEEP]))
    if held and News.objects.filter(told_at=None, agent_id__in=held).update(told_at=now):
        slots.renew(held)
    return len(held)


def is_shown_sql(agent: str) -> str:
    """The condition "she is told something now", for a query that is given `now`."""
    return f"""exists (select from shifts_news told
      where told.agent_id = {agent} and told.put_away_at is null and told.until > %(now)s)"""


def shown(agent_ids: Sequence[UUID], *, now: datetime) -> dict[UUID, list[protocol.ShiftNews]]:
    """What each of these agents is told now, the newest first; one query where there is nothing, none for nobody."""
    if not agent_ids:
        return {}
    rows = News.objects.filter(agent_id__in=agent_ids, put_away_at=None, until__gt=now)
    found = list(rows.select_related("shift__brand").order_by("-made_at", "id"))
    names = topic_names({row.brand_id for row in found})
    told: dict[UUID, list[protocol.ShiftNews]] = {}
    for row in found:
        name = names.get((row.brand_id, row.shift.topic), row.shift.topic)
        told.setdefault(row.agent_id, []).append(_shown(row, name))
    return told


def topic_names(brand_ids: Collection[UUID]) -> dict[tuple[UUID, str], str]:
    """(brand, topic) -> the topic's name; no query without a brand."""
    if not brand_ids:
        return {}
    rows = Skill.objects.filter(brand_id__in=brand_ids).values_list("brand_id", "key", "name")
    return {(brand_id, key): name for brand_id, key, name in rows}


def _shown(row: News, topic_name: str) -> protocol.ShiftNews:
    return protocol.ShiftNews(
        news_id=row.pk,
        kind=row.kind,  # type: ignore[arg-type]
        shift_id=row.shift_id,
        swap_id=row.swap_id,
        brand=row.shift.brand.name,
        topic_name=topic_name,
        language=row.shift.language,
        begins_at=row.shift.begins_at,
        ends_at=row.shift.ends_at,
        rate_minor=row.shift.rate_cents,
        currency=row.shift.currency,
        words=row.words,
        at=row.made_at,
        until=row.until,
    )
