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

from dispatch import leadership, rounds
from marketplace import clock, guards
from realtime import wire

log = logging.getLogger("dispatch")


class Command(BaseCommand):
    help = "Offer waiting escalations to agents, now and whenever something changes."

    def handle(self, *args: Any, **options: Any) -> None:
        guards.refuse_unfit()
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
        self.places = rounds.Places()
        self.last_round = 0.0

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
                time.sleep(1)
            close_old_connections()
        leadership.let_go(self.holder)

    def step(self) -> None:
        """Renew the lead, wait for a ring, plan."""
        waits = settings.BECKON_WAITS
        rung = wire.wait("dispatch", waits["lead_renew_seconds"])
        held = leadership.hold(self.holder)
        if held != self.epoch:
            log.info("leading, epoch %s", held) if held else log.info("another dispatcher leads")
            self.epoch = held
        if held and (rung or time.monotonic() - self.last_round >= waits["dispatcher_tick_seconds"]):
            self.last_round = time.monotonic()
            now = clock.now()
            rounds.match_waiting(now=now, epoch=held)
            self.places.tell(now=now)
