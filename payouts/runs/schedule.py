"""When money is due: each week ends on Monday at midnight of the pay zone, whatever its clocks do."""

from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from audit import journal
from marketplace.refusals import Refused
from payouts.models import PayoutDestination, PayoutRun
from payouts.runs import preparing

WEEK = timedelta(days=7)
SYSTEM = "system"


def cutoff(zone: str, *, now: datetime) -> datetime:
    """The last Monday 00:00 of the zone at or before `now`, in UTC. A week lasts 167, 168 or 169 hours.

    Where midnight is left out by the clocks, the instant at which they jump; where it comes twice, the first.
    """
    local = now.astimezone(ZoneInfo(zone)).date()
    monday = local - timedelta(days=local.weekday())
    instant = midnight(monday, zone)
    return instant if instant <= now else midnight(monday - WEEK, zone)


def midnight(day: date, zone: str) -> datetime:
    """The instant at which this day begins in this zone, in UTC."""
    return datetime.combine(day, time(), tzinfo=ZoneInfo(zone)).astimezone(ZoneInfo("UTC"))


def next_cutoff(zone: str, *, now: datetime) -> datetime:
    """When the week under way ends there."""
    monday = cutoff(zone, now=now).astimezone(ZoneInfo(zone)).date() + WEEK
    return midnight(monday, zone)


def zones() -> list[str]:
    """The pay zones that are in use."""
    in_force = PayoutDestination.objects.filter(replaced_at=None)
    return list(in_force.order_by("zone").values_list("zone", flat=True).distinct())


def open_by_hand(
    provider: str, currency: str, *, until: date, zone: str, minimum: int, by: str, now: datetime
) -> PayoutRun:
    """The run that a person asks for, up to the midnight with which `until` begins in the zone, as a draft.

    Without a zone the day is that of UTC, and all zones are paid. Asked for twice, the same run.
    """
    cut = midnight(until, zone or "UTC")
    if cut > now:
        raise Refused("A run pays what was earned before a day that has begun.", code="too_early")
    if not PayoutDestination.objects.filter(provider=provider, currency=currency, replaced_at=None).exists():
        raise Refused(f"Nobody is paid {currency} through {provider}.", code="nobody")
    due_key = f"manual:{provider}:{currency}:{zone}:{until}:{minimum}"
    known = PayoutRun.objects.filter(due_key__startswith=f"{due_key}:").exclude(state=PayoutRun.State.CLOSED).first()
    if known is not None:
        return known
    run = preparing.open_run(
        due_key=f"{due_key}:{now:%Y-%m-%dT%H:%M}", prepared_by=by, now=now, kind=PayoutRun.Kind.MANUAL,
        provider=provider, currency=currency, zone=zone, cutoff=cut, minimum=minimum,
    )  # fmt: skip
    journal.record("payout_run.prepare", actor=by, subject=f"payout_run:{run.pk}", now=now)
    return run


def open_due(*, now: datetime) -> list[UUID]:
    """The weekly run of each provider, currency and zone whose week has ended exists; the ids of all those runs.

    Asked for again within the week it finds the same runs.
    """
    groups = PayoutDestination.objects.filter(replaced_at=None).order_by("provider", "currency", "zone")
    runs = []
    for provider, currency, zone in groups.values_list("provider", "currency", "zone").distinct():
        ended = cutoff(zone, now=now)
        due_key = f"weekly:{provider}:{currency}:{zone}:{ended:%Y-%m-%dT%H:%M}"
        known = PayoutRun.objects.filter(due_key=due_key).values_list("pk", flat=True).first()
        runs.append(
            known
            or preparing.open_run(
                due_key=due_key,
                prepared_by=SYSTEM,
                now=now,
                kind=PayoutRun.Kind.WEEKLY,
                provider=provider,
                currency=currency,
                zone=zone,
                cutoff=ended,
            ).pk
        )
    return runs
