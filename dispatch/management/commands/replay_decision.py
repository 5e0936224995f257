"""Plan a stored round once more from what it was planned from: the same answer, or the difference and exit status 1."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from dispatch import replays
from marketplace.refusals import Refused


class Command(BaseCommand):
    help = "Plan the round of a decision again, from its stored inputs and under the weights that ran."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("decision", type=UUID, help="the decision's id, or that of its offer or escalation")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = replays.replay(options["decision"])
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(found.words)
        if not found.is_same:
            raise CommandError("The round does not come out as it was decided.")
