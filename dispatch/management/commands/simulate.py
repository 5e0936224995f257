"""`manage.py simulate`: try routing on a virtual clock. Needs no server and no database."""

import os
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from dispatch.simulator import options, report, suite
from dispatch.simulator.options import BadOptionError, Request
from dispatch.simulator.policies import DESKS, POLICIES
from dispatch.simulator.scenes import Scene


class Command(BaseCommand):
    help = "Compare ways of routing on a virtual clock, or ask what more agents, a longer ring or an incident would do."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        add = parser.add_argument
        add("--suite", choices=list(options.SUITES), help="the whole comparison (standard: 30 seeds, two loads)")
        add("--seeds", metavar="A-B", help="for example 1-30, or 7 (default: 1-3, with --suite its own)")
        add("--policies", metavar="P,P", help=f"of {', '.join(POLICIES)}")
        add("--load", metavar="L", help="nominal load of slots, for example 0.85 or 0.7,0.85")
        add(
            "--agents",
            action="append",
            default=[],
            metavar="N",
            help="how many; +20 or +20:fi: what if there were more",
        )
        add("--languages", metavar="CODE=SHARE,...", help="what customers speak, for example en=0.7,fi=0.3")
        add("--topics", metavar="N", help="how many topics, in families of three")
        add("--patience", metavar="S", help="the customers' mean patience in seconds")
        add("--handling", metavar="S", help="the mean handling time in seconds")
        add("--minutes", metavar="M", help="how long is measured, after half an hour of warming up")
        add("--arrivals", type=Path, metavar="FILE", help="customers from a CSV; docs/simulator.md names its columns")
        add("--day", metavar="YYYY-MM-DD", help="which day of a file of counts")
        add("--countdown", metavar="S", help="what if offers rang so long")
        add("--incident", metavar="N@TOPIC[:MIN]", help="what if N more came within five minutes")
        add("--speed", metavar="F", help="what if agents were so many times as quick, for example 1.2")
        add("--demand", metavar="F", help="what if so many times as many customers came, for example 1.5")
        add("--auto-accept", metavar="SHARE", help="what if this share of agents let chats open at once")
        add("--fair", action="store_true", help="what if matching were switched to fair")
        add("--workers", type=int, default=os.cpu_count() or 1, metavar="N", help="processes (default: the cores)")
        add("--chart", type=Path, metavar="FILE.svg", help="write a picture too")
        add("--json", action="store_true", help="one JSON object on standard output")

    def handle(self, *args: Any, **given: Any) -> None:
        try:
            request = options.understood(given)
        except BadOptionError as error:
            raise CommandError(str(error)) from error
        blocks = []
        for name in request.scenes:
            blocks.append(
                self._what_if(name, request, given) if request.after else self._compared(name, request, given)
            )
            if not given["json"]:
                self.stdout.write(report.text(blocks[-1:]) + "\n")
        if given["json"]:
            self.stdout.write(report.as_json(blocks, seeds=list(request.seeds)))
        if given["chart"]:
            self._draw(given["chart"], blocks)

    def _compared(self, name: str, request: Request, given: dict[str, Any]) -> report.Block:
        results = self._results(request.scenes[name], request, request.policies, given)
        ours = "ours" if "ours" in results else request.policies[-1]
        return report.block(name, results, ours=ours, others=[other for other in DESKS if other != ours])

    def _what_if(self, name: str, request: Request, given: dict[str, Any]) -> report.Block:
        """Before and after, for the last policy asked for (ours, if none was)."""
        before = self._results(request.scenes[name], request, request.policies, given)
        after = self._results(request.after[name], request, request.changed, given)
        pair = {"before": before[request.policies[0]], "after": after[request.changed[0]]}
        return report.block(f"{name}: {request.question}", pair, ours="after", others=["before"])

    def _results(self, scene: Scene, request: Request, policies: Sequence[str], given: dict[str, Any]) -> suite.Results:
        return suite.results(scene, request.seeds, policies, workers=given["workers"], tell=self._tell)

    def _draw(self, path: Path, blocks: list[report.Block]) -> None:
        try:
            path.write_text(report.chart(blocks), encoding="utf-8")
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}.") from error
        self._tell(f"drawn: {path}")

    def _tell(self, prose: str) -> None:
        self.stderr.write(prose)
