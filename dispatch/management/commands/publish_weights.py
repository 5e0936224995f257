"""Publish the next version of the weights from a JSON file of those that change; the rest stays as it is in force."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from dispatch import published
from marketplace import clock
from marketplace.refusals import Refused


class Command(BaseCommand):
    help = "Publish the next version of the weights of matching, in force at once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help='for example {"price": 1.0, "rings_s": [30, 90, 240]}')
        parser.add_argument("--why", required=True, help="one sentence, shown on the public page")
        parser.add_argument("--by", required=True, help="who publishes, for example operator:<id>")

    def handle(self, *args: Any, **options: Any) -> None:
        now = clock.now()
        try:
            changes = json.loads(options["file"].read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise CommandError(f"{options['file']} is no JSON file that can be read: {error}") from error
        if not isinstance(changes, dict):
            raise CommandError(f"{options['file']} has to be one JSON object of weights.")
        values = {**published.values_of(published.in_force(now)), **changes}
        try:
            made = published.publish(values, by=options["by"], why=options["why"], begins_at=now, now=now)
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(f"Version {made.version} is in force.")
