"""What an agent sees of shifts: those she may work, what she said about each, and what she holds."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from statistics import median
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, F, Q, Sum

from agents.models import Agent
from marketplace.refusals import Refused
from shifts import attendance, claims, news, seats, terms
from shifts.models import Seat, Shift, Swap, Waiting, Wish

LONGEST = timedelta(days=42)
MOST = 500
COLLEAGUES_MOST = 100
FEWEST = 5  # of fewer colleagues no middle is told: it would say who had what


class Own:
    """All that decides what an agent may work, read once for many shifts that begin within these moments."""

    def __init__(self, agent: Agent, since: datetime, until: datetime) -> None:
        self.agent = agent
        skills = agent.skills.select_related("skill")
        self.topics = {(one.skill.brand_id, one.skill.key): one.valid_until for one in skills}
        self.languages = dict(agent.languages.values_list("code", "valid_until"))
        self.terms = terms.of(agent.pk)
        self.times = [
            (seat.begins_at, seat.ends_at)
            for seat in Seat.objects.filter(
                agent=agent,
                state__in=Seat.HELD,
                begins_at__gt=since - seats.AROUND,
                begins_at__lt=until + seats.AROUND,
            )
        ]

    def fits(self, shift: Shift) -> bool:
        """Whether it is of a class in which she is, or was, certified."""
        return (shift.brand_id, shift.topic) in self.topics and shift.language in self.languages

    def why_not(self, shift: Shift, *, now: datetime) -> str:
        """What a claim would be refused with, were a seat free; "" where she may. A wish asks only for certificates."""
        begins_at = max(shift.begins_at, now)
        bounds = terms.bounds(self.agent, self.terms, on=begins_at.date())
        known = seats.Known(self._missing(shift, begins_at), self._times(shift), bounds)
        found = seats.obstacle(self.agent, shift, known, begins_at=begins_at)
        if found is None or (claims.gathers_wishes(shift, now=now) and not known.missing):
            return ""
        return found.message

    def _missing(self, shift: Shift, at: datetime) -> str:
        for name, certificates, key in (
            (shift.topic, self.topics, (shift.brand_id, shift.topic)),
            (shift.language, self.languages, shift.language),
        ):
            if key not in certificates or (certificates[key] or at + timedelta(1)) <= at:  # type: ignore[index]
                return name
        return ""

    def _times(self, shift: Shift) -> list[tuple[datetime, datetime]]:
        near = seats.AROUND
        return [time for time in self.times if shift.begins_at - near < time[0] < shift.begins_at + near]


def week(agent: Agent, since: datetime, until: datetime, *, now: datetime) -> list[dict[str, Any]]:
    """Published shifts that begin within these moments, of classes she is certified for or holds a seat in."""
    if not timedelta() < until - since <= LONGEST:
        raise Refused("Ask for at most six weeks at once.", code="bad_time")
    own = Own(agent, since, until)
    shown = Shift.objects.filter(state=Shift.State.PUBLISHED, begins_at__gte=since, begins_at__lt=until)
    taken = Count("seats", filter=Q(seats__state__in=Seat.HELD))
    shifts = list(shown.select_related("brand").annotate(taken=taken).order_by("begins_at", "id")[:MOST])
    said = _said(agent.pk, [shift.pk for shift in shifts], now)
    fit = [shift for shift in shifts if own.fits(shift) or shift.pk in said["seat"]]
    names = news.topic_names({shift.brand_id for shift in fit})
    return [
        {
            **_shown(shift, said, now),
            "topic_name": names.get((shift.brand_id, shift.topic), shift.topic),
            "why_not": "" if shift.pk in said["seat"] else own.why_not(shift, now=now),
        }
        for shift in fit
    ]


def held(agent_id: UUID, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """Her seats that begin within these moments, those she gave up or missed too."""
    rows = Seat.objects.filter(agent_id=agent_id, begins_at__gte=since, begins_at__lt=until)
    found = list(rows.select_related("shift__brand").order_by("begins_at")[:MOST])
    return _named([seat_shown(seat) for seat in found], found)


def next_of(agent_id: UUID, *, now: datetime) -> dict[str, Any] | None:
    """The seat she is in, or the next that is hers, however far away; None where there is none."""
    coming = Seat.objects.filter(agent_id=agent_id, state__in=Seat.HELD, ends_at__gt=now)
    found = list(coming.select_related("shift__brand").order_by("begins_at")[:1])
    return next(iter(_named([seat_shown(seat) for seat in found], found)), None)


def _named(shown: list[dict[str, Any]], found: list[Seat]) -> list[dict[str, Any]]:
    names = news.topic_names({seat.brand_id for seat in found})
    return [
        {**one, "topic_name": names.get((seat.brand_id, seat.shift.topic), seat.shift.topic)}
        for one, seat in zip(shown, found, strict=True)
    ]


def swaps(agent: Agent, *, now: datetime) -> list[dict[str, Any]]:
    """Seats of others that are held out to her, or to anyone where she is certified, and her own that are."""
    open_ = Swap.objects.filter(state=Swap.State.OPEN, seat__begins_at__gt=now + _before("shift_swap_seconds"))
    mine = Q(colleague=None) | Q(colleague=agent) | Q(seat__agent=agent)
    related = ("seat__agent", "seat__shift__brand", "colleague", "wanted__brand")
    found = list(open_.filter(mine).select_related(*related).order_by("seat__begins_at", "pk")[:MOST])
    own = Own(agent, now, max([now, *(swap.seat.begins_at for swap in found)]))
    shown = [swap for swap in found if swap.seat.agent_id == agent.pk or own.fits(swap.seat.shift)]
    seats_named = _named([seat_shown(swap.seat) for swap in shown], [swap.seat for swap in shown])
    return [_swap(swap, seat, own, now) for swap, seat in zip(shown, seats_named, strict=True)]


def _swap(swap: Swap, seat: dict[str, Any], own: Own, now: datetime) -> dict[str, Any]:
    """For somebody else's seat `why_not` says what stands against her taking it; with nothing given in return."""
    mine = swap.seat.agent_id == own.agent.pk
    return {
        "id": swap.pk,
        "own": mine,
        "from": swap.seat.agent.display_name,
        "to": swap.colleague.display_name if swap.colleague else None,
        "to_me": swap.colleague_id == own.agent.pk,
        "wanted": swap.wanted_id,
        "wanted_begins_at": swap.wanted.begins_at if swap.wanted else None,
        "wanted_ends_at": swap.wanted.ends_at if swap.wanted else None,
        "wanted_brand": swap.wanted.brand.name if swap.wanted else "",
        "why_not": "" if mine or swap.wanted_id else own.why_not(swap.seat.shift, now=now),
        "seat": seat,
    }


def colleagues(agent_id: UUID, seat_id: UUID) -> list[dict[str, Any]]:
    """Who could take this seat of hers: certified as it begins, and without a seat at that time. By name."""
    seat = claims.own_seat(agent_id, seat_id)
    then = seat.begins_at

    def lasting(certificates: str) -> Q:
        return Q(**{f"{certificates}__valid_until": None}) | Q(**{f"{certificates}__valid_until__gt": then})

    spoken = Q(languages__code=seat.shift.language) & lasting("languages")
    held = Q(skills__skill__brand_id=seat.brand_id, skills__skill__key=seat.shift.topic) & lasting("skills")
    busy = Seat.objects.filter(state__in=Seat.HELD, begins_at__lt=seat.ends_at, ends_at__gt=then)
    able = Agent.objects.filter(spoken, state=Agent.State.APPROVED, user__is_active=True).filter(held)
    free = able.exclude(pk=agent_id).exclude(pk__in=busy.values("agent_id")).distinct()
    rows = free.order_by("display_name", "pk").values_list("pk", "display_name")[:COLLEAGUES_MOST]
    return [{"id": pk, "name": name} for pk, name in rows]


def fairness(agent: Agent, *, now: datetime) -> dict[str, Any]:
    """Her minutes in seats of the last four weeks, and the middle of those who share a topic with her; the middle is
    null of fewer than five."""
    sharing = Agent.objects.filter(state=Agent.State.APPROVED, skills__skill__in=agent.skills.values("skill"))
    people = set(sharing.exclude(pk=agent.pk).values_list("pk", flat=True))
    recent = Seat.objects.filter(state__in=Seat.HELD, begins_at__gte=now - timedelta(weeks=4), begins_at__lt=now)
    sums = recent.order_by().values("agent").annotate(lasted=Sum(F("ends_at") - F("begins_at")))
    had = sums.filter(agent__in=[*people, agent.pk]).values_list("agent", "lasted")
    minutes = {pk: int(time.total_seconds()) // 60 for pk, time in had}
    middle = round(median(minutes.get(pk, 0) for pk in people)) if len(people) >= FEWEST else None
    return {"own_minutes": minutes.get(agent.pk, 0), "middle_minutes": middle}


def _before(wait: str) -> timedelta:
    return timedelta(seconds=settings.BECKON_WAITS[wait])


def seat_shown(seat: Seat) -> dict[str, Any]:
    return {
        "id": seat.pk,
        "shift": seat.shift_id,
        "brand": seat.shift.brand.name,
        "topic": seat.shift.topic,
        "language": seat.shift.language,
        "begins_at": seat.begins_at,
        "ends_at": seat.ends_at,
        "rate_cents": seat.shift.rate_cents,
        "currency": seat.shift.currency,
        "state": seat.state,
        "late": attendance.is_late(seat),
        "absent_seconds": seat.absent_seconds,
        "settled_at": seat.settled_at,
        "give_back_until": seat.begins_at - _before("shift_give_back_seconds"),
        "pass_until": seat.begins_at - _before("shift_swap_seconds"),
    }


def wish_shown(wish: Wish) -> dict[str, Any]:
    return {"state": wish.state, "strength": wish.strength, "reason": wish.reason, "sentence": wish.sentence}


def _said(agent_id: UUID, shift_ids: list[UUID], now: datetime) -> dict[str, dict[UUID, Any]]:
    mine = {"agent_id": agent_id, "shift_id__in": shift_ids}
    held_ = Seat.objects.filter(**mine, state__in=Seat.HELD)
    waiting = Waiting.objects.filter(**mine, state=Waiting.State.WAITING).values_list("shift_id", flat=True)
    return {
        "seat": {seat.shift_id: seat for seat in held_},
        "wish": {wish.shift_id: wish for wish in Wish.objects.filter(**mine)},
        "place": _places(agent_id, set(waiting), now),
    }


def _places(agent_id: UUID, shift_ids: Collection[UUID], now: datetime) -> dict[UUID, int]:
    """Shift -> how many are asked before her, and one: by hours of four weeks, as `claims.ranked`. Two queries."""
    if not shift_ids:
        return {}
    by_shift: dict[UUID, list[Waiting]] = defaultdict(list)
    for one in Waiting.objects.filter(shift_id__in=shift_ids, state=Waiting.State.WAITING):
        by_shift[one.shift_id].append(one)
    had = seats.minutes_before({one.agent_id for rows in by_shift.values() for one in rows}, now=now)
    return {
        shift_id: [one.agent_id for one in claims.in_turn(rows, had)].index(agent_id) + 1
        for shift_id, rows in by_shift.items()
    }


def _shown(shift: Any, said: dict[str, dict[UUID, Any]], now: datetime) -> dict[str, Any]:
    wish, seat = said["wish"].get(shift.pk), said["seat"].get(shift.pk)
    return {
        "id": shift.pk,
        "brand": shift.brand.name,
        "topic": shift.topic,
        "language": shift.language,
        "begins_at": shift.begins_at,
        "ends_at": shift.ends_at,
        "seats": shift.seat_count,
        "free": shift.seat_count - shift.taken,
        "rate_cents": shift.rate_cents,
        "currency": shift.currency,
        "wishes_until": shift.window_ends_at if claims.gathers_wishes(shift, now=now) else None,
        "wish": wish_shown(wish) if wish else None,
        "seat": seat.pk if seat else None,
        "waiting": shift.pk in said["place"],
        "place": said["place"].get(shift.pk),
    }
