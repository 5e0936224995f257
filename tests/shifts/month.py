"""A month of a marketplace's shifts, lived in minutes through the product's own rooms on a real PostgreSQL.

Usage: python -m tests.shifts.month [--agents 300] [--days 30] [--seed 1] [--first 2026-10-05]

Requests become roll-ups, roll-ups forecasts, forecasts seats, seats published shifts; people wish, claim, give back,
swap and wait; the matching answers each night; some come late, leave early or not at all, and stand-bys take their
places; chats are paid, guarantees settled, payouts sent and answered by a bank, books closed at the month's end, in the
middle of a night shift. Clocks change on the way. At the end the ledger proves itself, and a reader in plain SQL that
shares no code with the rooms looks for a broken rest or limit, an oversold seat, a guarantee unpaid or paid twice. One
JSON object; exit status 0 if nothing is wrong. The same seed gives the same digest.
"""

import argparse
import heapq
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any
from unittest import mock
from uuid import UUID
from zoneinfo import ZoneInfo

from tests.payouts.year import paying_through

ZONE = ZoneInfo("Europe/Stockholm")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HALF_HOUR = timedelta(minutes=30)
NOOR, OMAR = "operator:noor", "operator:omar"
AHEAD = 6  # days for which shifts are made; one more after the last requests, they are over and settled
NIGHT_SEATS = 3
QUIET_DAYS = 14  # without requests, in which payouts come to rest
REQUESTS_A_DAY = 3.0  # for each agent, of all classes together
KNOWN_DAYS = 35  # before the month, from another system
# Of a month that holds, and in which one of these never happened, less is shown than it seems.
SHOULD_HAPPEN = (
    "chats paid", "corrections simulated", "given back", "granted", "guarantees", "periods closed", "refused",
    "requests forecast", "rescaled", "seats across a change of clocks", "seats across the period's end", "stood in",
    "swapped", "waits",
)  # fmt: skip


class Month:
    """One brand, its agents, a bank, and a clock that goes from event to event."""

    def __init__(
        self, folder: Path, *, agents: int, days: int, seed: int, first: date, known_days: int, ahead: int
    ) -> None:
        from tests.shifts import month_people

        self.chance = random.Random(seed)
        self.first, self.days, self.ahead = first, days, ahead
        self.now = at(first)
        self.events: list[tuple[datetime, int, Callable[[], object]]] = []
        self.number = count()
        self.counted: dict[str, int] = {}
        self.cast = month_people.Cast(self.chance, agents, at(first), folder, seed, ahead)
        self.brand = self.cast.brand
        self.cast.remember(first, known_days, REQUESTS_A_DAY * agents)

    def live(self, each_day: Callable[[date], object]) -> None:
        """Every day of the month, then some without requests; each is told as it begins."""
        for n in range(self.days + QUIET_DAYS):
            self.then(at(self.first + n * DAY), partial(each_day, self.first + n * DAY))
            self._plan_day(self.first + n * DAY, quiet=n >= self.days, still=n > self.days + self.ahead)
        while self.events:
            self.now, _, happens = heapq.heappop(self.events)
            happens()

    def then(self, when: datetime, happens: Callable[[], object]) -> None:
        heapq.heappush(self.events, (when, next(self.number), happens))

    def tally(self, name: str, by: int = 1) -> None:
        self.counted[name] = self.counted.get(name, 0) + by

    # --- what a day holds ---

    def _plan_day(self, day: date, *, quiet: bool, still: bool) -> None:
        """Everything that happens by the clock on this day of the brand's: on a quiet one no requests and no decisions,
        on a still one no shifts either."""
        midnight, next_one = at(day), at(day + DAY)
        if not quiet:
            self.then(midnight, lambda: self._requests(day))
            self.then(midnight + timedelta(minutes=10), self._look_ahead)
            self.then(midnight + 3 * HOUR, self._match)
            for hours in (9, 18):
                self.then(midnight + hours * HOUR, self._people_decide)
            for hours in (6, 12, 18):
                self.then(midnight + hours * HOUR, self._rescale)
        if day == self._month_end() - 2 * DAY:
            self.then(midnight + 12 * HOUR, lambda: self._ask_for_a_night(midnight + 2 * DAY))
        if day == self._month_end():
            self.then(midnight + 1.5 * HOUR, lambda: self._close_books(midnight))
        if day.weekday() == 0:
            self.then(midnight + 4 * HOUR, self._pay)
        self.then(midnight + 2 * HOUR, self._night)
        if still:
            self.then(midnight, self._all_go_home)
        tick = midnight
        while tick < next_one and not still:
            self.then(tick, self._begin)
            self.then(tick + timedelta(minutes=11), self._sweep)
            tick += HALF_HOUR

    def _month_end(self) -> date:
        """The first day after the first month's end that lies within, else the last: a period ends there."""
        later = (self.first.replace(day=1) + 32 * DAY).replace(day=1)
        return later if later < self.first + self.days * DAY else self.first + (self.days - 1) * DAY

    def _requests(self, day: date) -> None:
        """The day's requests and how they ended; known to the roll-ups as the day goes."""
        self.tally("requests", self.cast.ask(day))

    def _look_ahead(self) -> None:
        """As the heavy queue does after midnight."""
        from dispatch import arrivals, corrections
        from shifts import forecasting, staffed

        self.tally("roll-ups", arrivals.roll_up_due(now=self.now))
        forecasting.judge_due(now=self.now)
        self.tally("forecasts", forecasting.forecast_due(now=self.now))
        self.tally("corrections simulated", corrections.measure_due(now=self.now))
        staffed.staff_due(now=self.now)
        staffed.fill_due(now=self.now)

    def _rescale(self) -> None:
        from dispatch import arrivals
        from shifts import rescaling

        arrivals.roll_up_due(now=self.now)
        self.tally("rescaled", rescaling.rescale_due(now=self.now))

    def _match(self) -> None:
        """A run of the matching, as the heavy queue does."""
        from shifts import allotment, asking

        asking.ask("nightly", by="system", now=self.now)
        taken = allotment.take_up(now=self.now)
        assert taken is not None
        done = allotment.run(taken, now=self.now)
        assert done.state == "done", done.note
        self.tally("runs of the matching")
        self.tally("granted", done.granted)
        self.tally("refused", done.refused)

    # --- people ---

    def _people_decide(self) -> None:
        """Some wish, claim, wait, give back, hold a seat out, or take one that is held out."""
        from shifts import claims, swaps
        from shifts.models import Seat, Shift, Swap

        now, people = self.now, self.cast.agents
        near = {"begins_at__gt": now + HOUR, "begins_at__lt": now + 8 * DAY}
        coming = list(Shift.objects.filter(state="published", **near).order_by("begins_at", "id"))
        for agent in self.chance.sample(people, max(1, len(people) // 8)) if coming else ():
            for shift in self.chance.sample(coming, min(3, len(coming))):
                strength = self.chance.randint(1, 3)
                self._try("wishes and claims", partial(claims.claim, agent.pk, shift.pk, strength=strength, now=now))
            if self.chance.random() < 0.2:
                self._try("waits", partial(claims.wait, agent.pk, self.chance.choice(coming).pk, now=now))
        held = list(Seat.objects.filter(state="confirmed", begins_at__gt=now).order_by("begins_at", "id"))
        for seat in self.chance.sample(held, len(held) // 60):
            self._try("given back", partial(claims.give_back, seat.agent_id, seat.pk, now=now))
        for seat in self.chance.sample(held, len(held) // 60):
            self._try("held out", partial(swaps.offer, seat.agent_id, seat.pk, now=now))
        for swap in Swap.objects.filter(state="open", seat__begins_at__gt=now).order_by("offered_at", "id")[:20]:
            self._try("swapped", partial(swaps.take, self.chance.choice(people).pk, swap.pk, now=now))

    def _ask_for_a_night(self, middle: datetime) -> None:
        """An operator adds a shift by hand, of four hours around a midnight, and asks people until it is full."""
        from shifts import claims, planning
        from shifts.models import Seat
        from tests.shifts import month_people

        topic, language, _ = month_people.CLASSES[0]
        block = planning.Block(topic, language, middle - 2 * HOUR, middle + 2 * HOUR, NIGHT_SEATS, 1_800)
        made = planning.draft(self.brand.pk, block, by=NOOR, now=self.now)
        shift = planning.publish(made.pk, by=NOOR, now=self.now)
        for agent in self.chance.sample(self.cast.agents, len(self.cast.agents)):
            if Seat.objects.filter(shift=shift, state__in=Seat.HELD).count() == NIGHT_SEATS:
                return
            self._try("wishes and claims", partial(claims.claim, agent.pk, shift.pk, strength=2, now=self.now))

    def _try(self, name: str, act: Callable[[], object]) -> None:
        from marketplace.refusals import Refused

        with suppress(Refused):
            act()
            self.tally(name)

    # --- shifts under way ---

    def _begin(self) -> None:
        """Whoever's seat begins within half an hour comes, comes late, or does not."""
        from shifts.models import Seat

        near = Seat.objects.filter(state="confirmed", begins_at__gte=self.now, begins_at__lt=self.now + HALF_HOUR)
        for seat in near.order_by("begins_at", "agent_id"):
            if self.chance.random() < 0.05:
                continue
            late = timedelta(minutes=self.chance.choice([-4, -2, -1, 0, 0, 1, 3, 8]))
            self._come(seat, max(self.now, seat.begins_at + late))

    def _come(self, seat: Any, when: datetime) -> None:
        """She is online from then on, away for a while perhaps, takes two chats, and leaves at the end or sooner."""
        agent_id, lasts = seat.agent_id, seat.ends_at - when
        self.then(when, lambda: self._online(agent_id))
        if self.chance.random() < 0.1 and lasts > HOUR:
            gone = when + 0.3 * lasts
            self.then(gone, lambda: self._offline(agent_id))
            self.then(gone + timedelta(minutes=self.chance.randint(4, 25)), lambda: self._online(agent_id))
        for share in (0.15, 0.55):
            self.then(when + (share + 0.2 * self.chance.random()) * lasts, lambda: self._chat(seat))
        early = timedelta(minutes=self.chance.choice([-20, 0, 0, 0, 0, 2]))
        self.then(seat.ends_at + early, lambda: self._offline(agent_id, unless_due=True))

    def _online(self, agent_id: UUID) -> None:
        from agents import presence

        presence.go_online(agent_id, now=self.now)

    def _offline(self, agent_id: UUID, *, unless_due: bool = False) -> None:
        from agents import presence
        from shifts.models import Seat

        next_one = Seat.objects.filter(agent_id=agent_id, state__in=Seat.HELD)
        soon = next_one.filter(begins_at__lte=self.now + timedelta(minutes=5), ends_at__gt=self.now + HALF_HOUR)
        if not (unless_due and soon.exists()):
            presence.go_offline(agent_id, now=self.now)

    def _all_go_home(self) -> None:
        """Whoever stayed online for a next seat and then never left is seen by the reader too."""
        for agent in self.cast.agents:
            self._offline(agent.pk)

    def _chat(self, seat: Any) -> None:
        """A request of her class that was reached in this half hour is hers, and ends paid twenty minutes later."""
        minutes = self.chance.randint(4, 20)
        ends = self.now + timedelta(minutes=minutes)
        pay = self.cast.serve(seat, self.now, minutes) if ends < seat.ends_at else None
        if pay is not None:
            self.then(ends, pay)
            self.tally("chats paid")

    def _sweep(self) -> None:
        """As beat does; and whoever is rung may stand in."""
        from shifts import attendance, claims, guarantees
        from shifts.models import Waiting

        attendance.sweep(now=self.now)
        claims.move_up_due(now=self.now)
        attendance.remind(now=self.now)
        self.tally("settled", guarantees.settle_due(now=self.now))
        for rung in Waiting.objects.filter(rung_at=self.now, state="waiting").order_by("joined_at", "agent_id"):
            if self.chance.random() < 0.7:
                self._try("stood in", partial(self._stand_in, rung))

    def _stand_in(self, rung: Any) -> None:
        from shifts import attendance

        self._come(attendance.stand_in(rung.agent_id, rung.shift_id, now=self.now), self.now)

    # --- money ---

    def _night(self) -> None:
        from payouts import nights

        nights.make_due(now=self.now)

    def _close_books(self, until: datetime) -> None:
        from payouts import periods
        from shifts.models import Seat

        across = Seat.objects.filter(begins_at__lt=until, ends_at__gt=until, state__in=Seat.HELD)
        self.tally("seats across the period's end", across.count())
        self._try("periods closed", partial(periods.close, until=until, by=OMAR, now=self.now))

    def _pay(self) -> None:
        """Every payout run as far as it goes, with two people and a bank."""
        from payouts.models import PayoutRun
        from payouts.runs import approving, clockwork, intake

        for _ in range(6):
            self.now += timedelta(minutes=1)
            clockwork.advance(now=self.now)
            for run in PayoutRun.objects.filter(state="proved"):
                approving.submit(run.pk, by=NOOR, now=self.now)
                approving.approve(run.pk, by=OMAR, digest=run.digest, now=self.now)
            self.cast.bank.work()
            for headers, raw in self.cast.bank.events():
                intake.receive(self.cast.bank, headers, raw, now=self.now)


def at(day: date) -> datetime:
    """Midnight by the brand's clock, in UTC."""
    from shifts import outlooks

    return outlooks.midnight(day, ZONE)


def lived(
    folder: Path,
    *,
    agents: int,
    days: int,
    seed: int,
    first: date,
    known_days: int = KNOWN_DAYS,
    ahead: int = AHEAD,
    each_day: Callable[[date], object] = date.isoformat,
) -> dict[str, Any]:
    """What a month came to, on the database that Django's connections lead to. Chance is the seed's alone: ids too."""
    from payouts import ledger
    from tests.shifts import month_reader

    began = time.monotonic()
    noise = random.Random(f"ids {seed}")
    with mock.patch.object(os, "urandom", noise.randbytes), paying_through(folder, seed=seed):
        month = Month(folder, agents=agents, days=days, seed=seed, first=first, known_days=known_days, ahead=ahead)
        month.live(each_day)
        audit = ledger.audit(month.now)
    faults = month_reader.faults() | {f"ledger {name}": number for name, number in audit.faults.items()}
    wrong = {name: number for name, number in faults.items() if number}
    happened = month.counted | month_reader.figures()
    return {
        "agents": agents, "days": days, "seed": seed, **happened,
        "never happened": [name for name in SHOULD_HAPPEN if not happened.get(name)],
        "postings": audit.postings, "looked for": sorted(faults), "wrong": wrong, "holds": not wrong,
        "digest": month_reader.digest(), "seconds": round(time.monotonic() - began, 1),
    }  # fmt: skip


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.shifts.month", description=__doc__)
    parser.add_argument("--agents", type=int, default=300)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=date.fromisoformat, default=date(2026, 10, 5))
    asked = parser.parse_args(words)
    began = time.monotonic()

    def say(day: date) -> None:
        print(f"{day} begins after {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)

    from tests.payouts import crashes

    crashes.set_up_django()
    from tests import databases

    with (
        tempfile.TemporaryDirectory() as folder,
        databases.migrated_servers() as urls,
        databases.copy(urls) as fresh,
        databases.pointing_at(fresh),
    ):
        told = lived(
            Path(folder), agents=asked.agents, days=asked.days, seed=asked.seed, first=asked.first, each_day=say
        )
    print(json.dumps(told))
    return 0 if told["holds"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
