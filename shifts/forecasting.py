"""Each class's days to come, forecast once after its brand's midnight, and judged once they are over.

What is due is read from the rows: a class without an outlook made today. So a run may come late, twice or be cut off.
"""

import time
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from brands.models import Brand
from shifts import outlooks
from shifts.forecast import contest, intervals, outlook
from shifts.forecast.contest import Trial
from shifts.forecast.outlook import Expected
from shifts.forecast.series import Calendar
from shifts.histories import Class, Past, came, on_the_day, past
from shifts.models import Expectation, Outlook

DAYS = 21
# Days are judged by trials as far ahead as they are, or farther: (days ahead of the trials, first day, day after).
LEADS = ((1, 0, 1), (7, 1, 7), (21, 7, DAYS))
JUDGED_AGAIN = timedelta(days=4)  # roll-ups are corrected for three days
RUN_SECONDS = 240.0  # a run leaves the rest to the next
SAID = [
    "begins_at", "made_at", "method", "days_known", "days_ahead", "dispersion", "said", "low", "middle", "high",
    "rescaled_at",
]  # fmt: skip


def forecast_due(*, now: datetime, seconds: float = RUN_SECONDS) -> int:
    """Every class of every brand is forecast from what was known as its today began; how many were due and are."""
    deadline = time.monotonic() + seconds
    done = 0
    for brand in Brand.objects.filter(active=True).order_by("pk"):
        known = past(brand, now=now)
        for of, said in due(brand, known, now=now):
            if time.monotonic() > deadline:
                return done
            forecast(brand, of, known, said, now=now)
            done += 1
    return done


def due(brand: Brand, known: Past, *, now: datetime) -> Iterator[tuple[Class, Expectation | None]]:
    """Classes with a past or an expectation that have no outlook of today made since today began."""
    midnight = outlooks.midnight(known.today, ZoneInfo(brand.timezone))
    made = Outlook.objects.filter(brand=brand, made_at__gte=midnight, made_at__lte=now, days_ahead__lte=DAYS)
    fresh = set(made.filter(back_tested=False).values_list("topic", "language"))
    said = {(one.topic, one.language): one for one in Expectation.objects.filter(brand=brand)}
    for of in sorted(set(known.days) | set(said)):
        if of not in fresh:
            yield of, said.get(of)


def forecast(brand: Brand, of: Class, known: Past, said: Expectation | None, *, now: datetime) -> None:
    """The class's outlooks of today and the days after stand as said now; earlier days never change. The first time,
    the days that decided which method is best are kept too, as it would have forecast them."""
    history, calendar, zone = known.history(of), known.calendar(of), ZoneInfo(brand.timezone)
    expected = known.expected(of, said)
    rows = []
    for lead, first, after in LEADS:
        days = [known.today + timedelta(days=n) for n in range(first, after)]
        tried = outlook.trials(history, known.today + timedelta(days=lead - 1), calendar, days_ahead=lead)
        told = outlook.expect(history, days, calendar, tried, now=known.today, expected=expected)
        rows += [_row(brand, of, one, known.today, len(history.days), zone, now) for one in told]
        if lead == 1 and not Outlook.objects.filter(brand=brand, topic=of[0], language=of[1]).exists():
            _keep_trials(brand, of, tried, known.today, zone, now)
    Outlook.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["brand", "topic", "language", "day"], update_fields=SAID
    )
    _forget_closed(brand, of, calendar, known.today)


def _row(brand: Brand, of: Class, told: Expected, today: date, known: int, zone: ZoneInfo, now: datetime) -> Outlook:
    middle = on_the_day(told.mean, told.day, zone)
    return Outlook(
        brand=brand,
        topic=of[0],
        language=of[1],
        day=told.day,
        begins_at=outlooks.midnight(told.day, zone),
        made_at=now,
        method=told.method,
        days_known=known,
        days_ahead=(told.day - today).days + 1,
        dispersion=told.dispersion,
        said=middle,
        low=on_the_day(told.low, told.day, zone),
        middle=middle,
        high=on_the_day(told.high, told.day, zone),
    )


def _keep_trials(brand: Brand, of: Class, tried: Sequence[Trial], today: date, zone: ZoneInfo, now: datetime) -> None:
    """What the chosen method would have said a day before each of the deciding days. Judged by the next judgement."""
    chosen = contest.choose(tried).method
    own = [trial for trial in tried if trial.method == chosen]
    spread = intervals.dispersion(own)
    rows = []
    for known, trial in enumerate(own):
        low, high = intervals.interval(trial.forecast, spread)
        told = Expected(trial.day, trial.forecast, low, high, chosen, spread)
        row = _row(brand, of, told, trial.day, known, zone, now)
        row.back_tested = True
        rows.append(row)
    Outlook.objects.bulk_create(rows, ignore_conflicts=True)


def _forget_closed(brand: Brand, of: Class, calendar: Calendar, today: date) -> None:
    """A day that was expected and is closed now expects nothing."""
    later = Outlook.objects.filter(brand=brand, topic=of[0], language=of[1], day__gt=today)
    closed = [row.pk for row in later.only("pk", "day") if not calendar.is_open(row.day)]
    Outlook.objects.filter(pk__in=closed).delete()


def judge_due(*, now: datetime) -> int:
    """Days that are over are judged by what came; late corrections of roll-ups count for four days; how many."""
    return sum(judge(brand, now=now) for brand in Brand.objects.filter(active=True).order_by("pk"))


def judge(brand: Brand, *, now: datetime) -> int:
    """One brand's. A judged day shows what was said of it before it began, and what came."""
    zone = ZoneInfo(brand.timezone)
    today = now.astimezone(zone).date()
    over = Outlook.objects.filter(brand=brand, day__lt=today)
    rows = list(over.filter(judged_at=None)) + list(over.filter(judged_at__isnull=False, day__gte=today - JUDGED_AGAIN))
    counts = came(brand, [row.day for row in rows], zone, until=now)
    changed = []
    for row in rows:
        own = counts.get((row.topic, row.language), {})
        real = [float(own.get(at, 0)) for at in outlooks.halves(row.day, zone)]
        if real != row.came:
            _judge(row, real, now)
            changed.append(row)
    Outlook.objects.bulk_update(changed, ["came", "missed", "inside", "judged_at", "low", "middle", "high"])
    return len(changed)


def _judge(row: Outlook, real: list[float], now: datetime) -> None:
    said, counts = np.array(row.said), np.array(real)
    low, high = intervals.interval(said, row.dispersion)
    row.came, row.judged_at = real, now
    row.missed = float(np.abs(counts - said).sum())
    row.inside = round(intervals.covered(said, counts, row.dispersion) * len(real))
    row.low, row.middle, row.high = low.tolist(), row.said, high.tolist()


def trials_of(rows: Sequence[Outlook], halves: int) -> list[Trial]:
    """Judged outlooks of as many half hours, as trials: what was said and what came."""
    return [
        Trial(row.method, row.day, np.array(row.said), np.array(row.came))
        for row in rows
        if row.came is not None and len(row.said) == halves
    ]
