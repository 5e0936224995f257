"""`manage.py audit_ledger`: prove the ledger now."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from marketplace import clock
from payouts import ledger


class Command(BaseCommand):
    help = "Proves every posting and prints one line of JSON. Exit status 1 when an invariant does not hold."

    def handle(self, *args: Any, **options: Any) -> None:
        report = ledger.audit(clock.now())
        self.stdout.write(json.dumps(asdict(report), sort_keys=True))
        if not report.balanced:
            raise CommandError("The ledger does not hold.")
