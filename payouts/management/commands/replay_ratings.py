"""`manage.py replay_ratings --since 2026-11-01 --until 2026-12-01`: rate a period again and compare every byte."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from payouts import replay


def instant(text: str) -> datetime:
    """An ISO date or instant; without a zone it is UTC."""
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


class Command(BaseCommand):
    help = "Rates every frozen fact of a period again. Exit status 1 when a line differs from what was posted."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--since", type=instant, required=True)
        parser.add_argument("--until", type=instant, required=True)

    def handle(self, *args: Any, since: datetime, until: datetime, **options: Any) -> None:
        report = replay.replay(since, until)
        self.stdout.write(json.dumps(asdict(report), sort_keys=True))
        if not report.is_equal:
            raise CommandError(f"{len(report.different)} facts were posted otherwise than they are rated.")
