"""What a day is simulated from, frozen as somebody asks: forecast, seats with who holds them, who could, and what was
measured. Plain JSON; read back by `what_if_runs` in the process that holds the simulator."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Prefetch

from agents.models import Agent, AgentLanguage, AgentSkill
from brands.models import Brand, Skill
from marketplace import waits
from shifts import levels, outlooks, saying, staffed
from shifts.models import Seat, Shift

POOL_MOST = 300


def of_day(brand: Brand, on: date, *, now: datetime) -> dict[str, Any]:
    """The brand's whole day by its own clock, every class of it."""
    zone = ZoneInfo(brand.timezone)
    begins_at, ends_at = outlooks.midnight(on, zone), outlooks.midnight(on + timedelta(days=1), zone)
    days = outlooks.days(brand.pk, on, on + timedelta(days=1), zone=zone)
    terms = staffed.terms_of(brand, saying.staffing_of(brand.pk), now=now)
    facts, aim, crew = terms.facts, terms.aim, terms.crew
    return {
        "begins_at": begins_at,
        "ends_s": (ends_at - begins_at).total_seconds(),
        "expected": [
            [n * 1_800.0, day.topic, day.language, round(half.middle, 4)]
            for day in days
            for n, half in enumerate(day.halves)
            if half.middle > 0
        ],
        "planned": _planned(brand, begins_at, ends_at),
        "pool": [_known(agent) for agent in _agents(brand)[:POOL_MOST]],
        "families": _families(brand),
        "handling": [
            [day.topic, day.language, levels.alone(facts.handling_of(day.topic, day.language), crew)] for day in days
        ],
        "patience_s": facts.patience.value,
        "concurrency": crew.concurrency,
        "shrinkage": aim.shrinkage,
        "countdown_s": waits.TRUE["offer_seconds"],
        "target_s": aim.target_seconds,
    }


def _families(brand: Brand) -> dict[str, list[str]]:
    """Topics by family; one without is a family of its own."""
    found: dict[str, list[str]] = {}
    for key, family in Skill.objects.filter(brand=brand).values_list("key", "family"):
        found.setdefault(family or f"only {key}", []).append(key)
    return found


def _planned(brand: Brand, begins_at: datetime, ends_at: datetime) -> list[list[Any]]:
    """[from, until, topic, language, holder or null] of each seat of drafts and of published shifts, in seconds."""
    shifts = Shift.objects.filter(brand=brand, begins_at__lt=ends_at, ends_at__gt=begins_at)
    rows = list(shifts.exclude(state=Shift.State.CLOSED).order_by("begins_at", "id"))
    held: dict[UUID, list[Agent]] = {}
    holds = Seat.objects.filter(shift__in=rows, state__in=Seat.HELD).order_by("number")
    agents = {agent.pk: agent for agent in _agents(brand)}
    for shift_id, agent_id in holds.values_list("shift_id", "agent_id"):
        if agent_id in agents:
            held.setdefault(shift_id, []).append(agents[agent_id])
    found = []
    for row in rows:
        times = [max(0.0, (at - begins_at).total_seconds()) for at in (row.begins_at, min(row.ends_at, ends_at))]
        holders: list[Any] = [_known(agent) for agent in held.get(row.pk, [])]
        holders += [None] * max(0, row.seat_count - len(holders))
        found += [[*times, row.topic, row.language, holder] for holder in holders]
    return found


def _agents(brand: Brand) -> list[Agent]:
    """Approved agents with a certificate of this brand, in order of their ids."""
    skills = AgentSkill.objects.filter(skill__brand=brand).select_related("skill")
    some = Agent.objects.filter(state=Agent.State.APPROVED, skills__skill__brand=brand).distinct().order_by("pk")
    with_all = (
        some.filter(slot__isnull=False)
        .select_related("slot")
        .prefetch_related(
            Prefetch("skills", queryset=skills), Prefetch("languages", queryset=AgentLanguage.objects.order_by("code"))
        )
    )
    return list(with_all)


def _known(agent: Agent) -> list[Any]:
    """[levels by topic, levels by language, chats at once]: what the simulator needs, and nothing that names her."""
    return [_levels((one.skill.key, one.level) for one in agent.skills.all()),
            _levels((one.code, one.level) for one in agent.languages.all()), agent.slot.capacity]  # fmt: skip


def _levels(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    return dict(sorted(pairs))
