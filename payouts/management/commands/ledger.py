"""`manage.py ledger export --format hledger`: the books for another program; `ledger statement`: for one agent."""

from datetime import UTC, date, datetime
from typing import Any, TextIO, cast
from uuid import UUID

from django.core.management.base import BaseCommand, CommandParser

from marketplace import clock
from payouts import statement_files, statements
from payouts.export import journals


class Command(BaseCommand):
    help = "Writes the ledger in a form that others can check."

    def add_arguments(self, parser: CommandParser) -> None:
        parts = parser.add_subparsers(dest="part", required=True)
        export = parts.add_parser("export", help="the whole ledger as a journal, on standard output")
        export.add_argument("--format", choices=sorted(journals.FORMS), required=True)
        export.add_argument("--until", type=date.fromisoformat, help="movements before this day, UTC; by default all")
        statement = parts.add_parser("statement", help="one agent's statement.json, on standard output")
        statement.add_argument("agent", type=UUID)
        statement.add_argument("month", help="2026-11")
        statement.add_argument("--currency", default="EUR")

    def handle(self, *args: Any, part: str, **options: Any) -> None:
        if part == "statement":
            told = statements.of(options["agent"], options["currency"], options["month"], now=clock.now())
            self.stdout.write(statement_files.as_json(told, locale="en"))
            return
        day: date | None = options["until"]
        until = datetime(day.year, day.month, day.day, tzinfo=UTC) if day else clock.now()
        # The command's own stream buffers a whole line; the journal is made of many short ones.
        journals.write(cast("TextIO", self.stdout._out), options["format"], until=until)
