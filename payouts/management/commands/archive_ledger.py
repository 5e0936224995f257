"""`manage.py archive_ledger --before 2025-01-01`: move what was closed long ago out of the open books."""

from datetime import UTC, date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from marketplace import clock
from payouts import periods
from payouts.models import Period


class Command(BaseCommand):
    help = "Moves the postings of closed periods that ended by a date to the archive, the earliest first."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--before", type=date.fromisoformat, required=True, help="a date, in UTC: 2025-01-01")

    def handle(self, *args: Any, before: date, **options: Any) -> None:
        ended = datetime(before.year, before.month, before.day, tzinfo=UTC)
        closed = [period for period in Period.objects.filter(archiving=None) if period.during.upper <= ended]
        for period in sorted(closed, key=lambda period: period.during.upper):
            done = periods.archive(period.pk, now=clock.now())
            self.stdout.write(f"{period}: {done.postings} postings in the archive.")
