"""The dispatcher process. Any number may run: one leads, the others stand by."""

import logging
import os
import signal
import socket
import time
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import Error, close_old_connections, connection

from dispatch import demand, leadership, published, rounds, supply
from dispatch.matching import Weights, solving
from marketplace import clock, guards
from realtime import wire
from realtime.collector import Collector

log = logging.getLogger("dispatch")
SOON = 0.005
TOLD_SECONDS = 0.1
WARM_SECONDS = 10.0
TOLD_EVERY = 0.2  # a customer's place is no news that an offer should wait for


class Command(BaseCommand):
    help = "Offer waiting escalations to agents, now and whenever something changes."

    def handle(self, *args: Any, **options: Any) -> None:
        guards.refuse_unfit()
        solving.load()
        dispatcher = Dispatcher(f"{socket.gethostname()}:{os.getpid()}")
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, dispatcher.stop)
        dispatcher.run()


class Dispatcher:
    """Holds the lead, plans a round at each wake-up and at least each second, and survives its servers' absence."""

    def __init__(self, holder: str) -> None:
        self.holder = holder
        self.stopping = False
        self.epoch: int | None = None
        self.collector = Collector()
        self.places = rounds.Places()
        self.certified = supply.Certified()
        self.lately = demand.Lately()
        self.weights: Weights | None = None
        self.read_at = 0.0
        self.last_round = 0.0
        self.found = False  # the last round placed somebody
        self.untold = False  # a round has changed places since the customers heard of theirs
        self.tell_at = 0.0
        self.look_at = 0.0  # when the lead is renewed, or may be free; a moment of time.monotonic()

    def stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def run(self) -> None:
        log.info("standing by as %s", self.holder)
        while not self.stopping:
            try:
                self.step()
            except Error as error:
                log.warning("the database does not answer, trying again: %s", str(error).splitlines()[0])
                connection.close()
                self.epoch, self.look_at = None, 0.0
                time.sleep(1)
            close_old_connections()
        leadership.let_go(self.holder)

    def step(self) -> None:
        """Wait for a ring or for what is due, plan, see to the lead, tell. An offer waits for none of the rest: placing
        asks whether the lead still holds."""
        waits = settings.BECKON_WAITS
        tick = self.last_round + waits["dispatcher_tick_seconds"]
        due = min(self.look_at, tick, self.tell_at if self.untold else tick) if self.epoch else self.look_at
        rung = wire.wait("dispatch", max(0.0, due - time.monotonic()))
        if self.epoch and (rung or time.monotonic() >= tick):
            self.plan(rung)
        if time.monotonic() >= self.look_at:
            self.see_to_the_lead()
        if self.untold and time.monotonic() >= self.tell_at:
            self.places.tell(now=clock.now())
            self.untold, self.tell_at = False, time.monotonic() + TOLD_EVERY
        self.between_rounds()

    def plan(self, rung: bool) -> None:
        """One round, and what it made is told. Where the last ring came of somebody who waited, this one is taken for
        such a ring too."""
        self.last_round = time.monotonic()
        eager = rung and self.found
        made = rounds.match_waiting(
            now=clock.now(),
            epoch=self.epoch,
            still_leads=self.still_leads,
            certified=self.certified,
            lately=self.lately,
            weights=self.weights,
            eager=eager,
        )
        wire.flush(TOLD_SECONDS)  # the thread that carries it gets its turn before the next work begins
        self.untold = True
        self.found = bool(made)

    def still_leads(self) -> bool:
        """A long round renews the lead before it places: else it would have run out by then, and what was planned would
        be lost, round after round. False where another has taken it meanwhile."""
        led_in = self.epoch
        if time.monotonic() >= self.look_at:
            self.see_to_the_lead()
        return self.epoch is not None and self.epoch == led_in

    def see_to_the_lead(self) -> None:
        """Renew or take it. Who stands by looks again at the moment at which it ends, should nobody renew it."""
        renew = settings.BECKON_WAITS["lead_renew_seconds"]
        held = leadership.hold(self.holder)
        if held != self.epoch:
            log.info("leading, epoch %s", held) if held else log.info("another dispatcher leads")
            self.epoch, self.weights, self.untold = held, None, False
            self.last_round = 0.0  # a new leader plans at once
        self.look_at = time.monotonic() + (renew if held else min(renew, leadership.seconds_left() + SOON))

    def between_rounds(self) -> None:
        """What is read anew each second, when nobody waits for it. Who stands by reads it now and then, so that only
        news is left to read for its first round."""
        anew = settings.BECKON_WAITS["dispatcher_tick_seconds"] if self.epoch else WARM_SECONDS
        if time.monotonic() - self.read_at >= anew:
            now = clock.now()
            self.certified.refresh(now=now)
            supply.candidates(self.certified, now=now)  # who came is known before she is asked about
            self.lately.refresh(now=now)
            self.weights = published.in_force(now)
            self.collector.tick(0)
            self.read_at = time.monotonic()
