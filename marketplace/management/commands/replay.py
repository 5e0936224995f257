"""`manage.py replay`: play real dialogues through the public doors and prove that nothing was lost."""

import asyncio
import os
import subprocess
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from marketplace import clock
from marketplace.local import services, state
from marketplace.replay import cast, dialogues, report
from marketplace.replay.play import Play


class Command(BaseCommand):
    help = "Play dialogues from a file through customers' and agents' sockets. Uses the running system, or starts one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "path", type=Path, help="a table of customers' turns (.tsv) or dialogues of both sides (.json)"
        )
        parser.add_argument(
            "--dialogues", type=_positive, default=20, metavar="N", help="how many, from the file's start"
        )
        parser.add_argument("--agents", type=_positive, default=10, metavar="M")
        parser.add_argument("--speed", type=float, metavar="S", help="a person's pauses divided by S; without it none")
        parser.add_argument("--url", help="the system's address, if it is not the one this checkout runs")
        parser.add_argument("--json", action="store_true", help="only the closing line on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["speed"] is not None and options["speed"] <= 0:
            raise CommandError("--speed is a number above 0.")
        try:
            reading = dialogues.read(options["path"], most=options["dialogues"])
        except dialogues.UnreadableFileError as error:
            raise CommandError(str(error)) from error
        running = state.running(settings.ENVIRONMENT.state_dir)
        url = options["url"] or (running.url if running else None)
        if url is None:
            sys.exit(self._start_and_play())
        for row in reading.bad:
            self._tell(f"skipped: {row}")
        result, faults = self._play(url.rstrip("/"), reading, options)
        for fault in faults:
            self._tell(fault)
        self.stdout.write(result.line() if options["json"] else result.line().replace(", ", ",\n  "))
        if not result.is_clean:
            sys.exit(1)

    def _start_and_play(self) -> int:
        """The same command once more, beside a system that lives as long as it runs; its exit status."""
        if "DATABASE_URL" in os.environ:
            raise CommandError("Say with --url where the system runs that uses this DATABASE_URL.")
        self._tell("nothing runs here: starting a system for this replay")
        with services.running(seed=False) as system:
            environment = os.environ | system.urls.environment() | {"BECKON_STATE_DIR": str(system.state_dir)}
            return subprocess.call([sys.executable, *sys.argv, "--url", system.url], env=environment)  # noqa: S603

    def _play(self, url: str, reading: dialogues.Reading, options: dict[str, Any]) -> tuple[report.Report, list[str]]:
        company = cast.hire(options["agents"], now=clock.now())
        play = Play(url, company, options["speed"], self._progress)
        started = time.monotonic()
        try:
            asyncio.run(play.run(reading.scripts))
        finally:
            cast.dismiss(company)
        seconds = time.monotonic() - started
        return report.of(play, bad_rows=len(reading.bad), skipped_rows=reading.skipped, seconds=seconds)

    def _progress(self, play: Play) -> None:
        said = sum(len(course.said) for course in play.all)
        ended = sum(course.resolved or bool(course.fault) for course in play.all)
        self._tell(f"{ended} of {len(play.all)} dialogues ended, {said} lines said")

    def _tell(self, text: str) -> None:
        self.stderr.write(text)
        self.stderr.flush()


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number
