"""The demo's plan: two weeks of shifts, some held, one full and waited for, one held out, and a window for wishes."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from agents.models import Agent
from brands.models import Brand
from shifts import claims, planning, swaps, terms
from shifts.models import Shift

BY = "system"
CLAIMED_DAYS = 4  # days ahead whose seats are claimed at once; wishes are gathered for those after
# (first hour, last hour, topic, seats, guaranteed cents an hour), by the brand's clock; the second brand's in between.
BLOCKS = (((9, 12), "payments", 2, 1250), ((16, 19), "refunds", 1, 1250), ((19, 22), "disputes", 1, 1340))
OTHER_BLOCKS = (((12, 15), "general", 2, 1180),)


def plan(brands: Sequence[Brand], agents: Sequence[Agent], *, now: datetime) -> None:
    """Shifts for the coming two weeks; Ilse and Tomek hold some, and each wants something of the other."""
    ilse, tomek = agents[0], agents[1]
    for agent in (ilse, tomek):
        terms.choose(agent.pk, {"timezone": brands[0].timezone})
    zone = ZoneInfo(brands[0].timezone)
    today = now.astimezone(zone).date()
    made = [_day(brands, today + timedelta(days=ahead), zone, now=now) for ahead in range(1, 12)]
    claims.claim(ilse.pk, made[0][1].pk, now=now)
    claims.claim(ilse.pk, made[2][0].pk, now=now)
    claims.claim(tomek.pk, made[1][1].pk, now=now)
    claims.wait(ilse.pk, made[1][1].pk, now=now)
    seat = claims.claim(tomek.pk, made[3][2].pk, now=now)
    swaps.offer(tomek.pk, seat.pk, now=now)
    claims.claim(ilse.pk, made[6][1].pk, strength=3, now=now)


def _day(brands: Sequence[Brand], day: date, zone: ZoneInfo, *, now: datetime) -> list[Shift]:
    wished = day > (now + timedelta(days=CLAIMED_DAYS)).date()
    window = datetime.combine(day, datetime.min.time(), zone) - timedelta(days=2, hours=4) if wished else None
    made = []
    for brand, blocks in zip(brands, (BLOCKS, OTHER_BLOCKS), strict=False):
        for (first, last), topic, seats, rate in blocks:
            begins, ends = (
                datetime.combine(day, datetime.min.time(), zone).replace(hour=hour) for hour in (first, last)
            )
            drafted = planning.draft(brand.pk, planning.Block(topic, "en", begins, ends, seats, rate), by=BY, now=now)
            made.append(planning.publish(drafted.pk, window_ends_at=window, by=BY, now=now))
    return made
