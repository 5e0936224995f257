"""Write what is generated from the protocol, or check that it is up to date."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from realtime import export


class Command(BaseCommand):
    help = "Writes web/protocol/ and docs/protocol.md from realtime/protocol.py."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check",
            action="store_true",
            help="write nothing; fail if a file is out of date",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        root = Path(settings.BASE_DIR)
        if options["check"]:
            stale = export.stale(root)
            if stale:
                raise CommandError(f"Out of date: {', '.join(stale)}. Run make protocol.")
            return
        for path in export.write(root):
            self.stdout.write(path)
