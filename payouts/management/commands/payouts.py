"""`manage.py payouts`: bank files out, the bank's answers in, and the keys of sealed accounts changed."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from marketplace import clock
from payouts.models import PayoutFile
from payouts.providers.contract import NotGenuine
from payouts.runs import destinations, intake, outlets


class Command(BaseCommand):
    help = "Fetches payment files, takes in what banks answer, and seals bank accounts with the newest key."

    def add_arguments(self, parser: CommandParser) -> None:
        parts = parser.add_subparsers(dest="part", required=True)
        files = parts.add_parser("files", help="write every payment file that is not there yet into a folder")
        files.add_argument("folder", type=Path)
        ingest = parts.add_parser("ingest", help="take in files of the bank, or a table that was filled in")
        ingest.add_argument("provider", choices=["sepa_file", "manual_csv"])
        ingest.add_argument("files", type=argparse.FileType("rb"), nargs="+")
        parts.add_parser("rotate-keys", help="seal every bank account with the first key")

    def handle(self, *args: Any, part: str, **options: Any) -> None:
        parts: dict[str, Callable[..., None]] = {"files": self.files, "ingest": self.ingest, "rotate-keys": self.rotate}
        parts[part](**options)

    def files(self, *, folder: Path, **_: Any) -> None:
        """A file that lies there already is left as it is: the bank may be reading it."""
        folder.mkdir(parents=True, exist_ok=True)
        for laid in PayoutFile.objects.select_related("batch").order_by("laid_at"):
            suffix = "xml" if laid.batch.provider == "sepa_file" else "csv"
            path = folder / f"{laid.batch.message_id}.{suffix}"
            if not path.exists():
                draft = path.with_suffix(".draft")
                draft.write_bytes(bytes(laid.content))
                draft.rename(path)
                self.stdout.write(path.name)

    def ingest(self, *, provider: str, files: list[Any], **_: Any) -> None:
        outlet = outlets.named(provider)
        if outlet is None:
            raise CommandError(f"This installation does not pay through {provider}.")
        for file in files:
            try:
                new = intake.receive(outlet, {}, file.read(), now=clock.now())
            except NotGenuine as refusal:
                raise CommandError(f"{file.name}: {refusal}") from refusal
            self.stdout.write(f"{file.name}: {'taken in' if new else 'known already'}")

    def rotate(self, **_: Any) -> None:
        changed = 0
        while batch := destinations.rotate():
            changed += batch
        self.stdout.write(f"{changed} bank accounts sealed with the newest key.")
