"""The floor of `posting_per_s`: django-hordak in a Django of its own, on a database of its own beside ours.

Usage: python -m benchmarks.payouts.hordak_side OWNER_URL DATABASE. Migrates, says `ready`, then answers each line
`create|bulk SECONDS MOVEMENTS_A_COMMIT` on standard input with the movements it posted a second.
"""

import sys
import time
from collections.abc import Callable
from urllib.parse import unquote, urlsplit

import django
from django.conf import settings

ACCOUNTS = 200


def main(url: str, database: str) -> None:
    _configure(url, database)
    books = Books()
    print("ready", flush=True)
    for line in sys.stdin:
        way, seconds, many = line.split()
        print(_post({"create": books.create, "bulk": books.bulk}[way], float(seconds), int(many)), flush=True)


def _configure(url: str, database: str) -> None:
    parts = urlsplit(url)
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    connection = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": database,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or unquote(query.get("host", "")),
        "PORT": str(parts.port or query.get("port", "")),
        "CONN_MAX_AGE": None,
    }
    settings.configure(
        DATABASES={"default": connection},
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "mptt", "djmoney", "hordak"],
        USE_TZ=True,
        DEFAULT_CURRENCY="EUR",
        CURRENCIES=["EUR"],
        HORDAK_CURRENCIES=["EUR"],
        SECRET_KEY="measured, not kept",
    )
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)


def _post(post: Callable[[int], None], seconds: float, many: int) -> float:
    posted, began = 0, time.perf_counter()
    while (taken := time.perf_counter() - began) < seconds:
        post(many)
        posted += many
    return posted / taken


class Books:
    """Two ways to post: as its documentation shows it, and with the fewest statements that its checks allow."""

    def __init__(self) -> None:
        from djmoney.money import Money
        from hordak import models

        self.models, self.amount, self.posted = models, Money("2.90", "EUR"), 0
        make, kinds = models.Account.objects.create, models.AccountType
        self.agents = [
            make(name=f"agent {n}", code=str(n), type=kinds.liability, currencies=["EUR"]) for n in range(ACCOUNTS)
        ]
        self.expense = make(name="expense", code="e", type=kinds.expense, currencies=["EUR"])

    def create(self, many: int) -> None:
        from django.db import transaction

        with transaction.atomic():
            for _ in range(many):
                movement = self.models.Transaction.objects.create(description=f"engagement:{self.posted}")
                agent = self.agents[self.posted % ACCOUNTS]
                self.models.Leg.objects.create(transaction=movement, account=agent, credit=self.amount)
                self.models.Leg.objects.create(transaction=movement, account=self.expense, debit=self.amount)
                self.posted += 1

    def bulk(self, many: int) -> None:
        from django.db import transaction

        transfer, leg = self.models.Transaction, self.models.Leg
        with transaction.atomic():
            movements = transfer.objects.bulk_create(
                transfer(description=f"engagement:{self.posted + n}") for n in range(many)
            )
            paid = [
                leg(transaction=movement, account=self.agents[(self.posted + n) % ACCOUNTS], credit=self.amount)
                for n, movement in enumerate(movements)
            ]
            leg.objects.bulk_create(
                [*paid, *(leg(transaction=movement, account=self.expense, debit=self.amount) for movement in movements)]
            )
        self.posted += many


if __name__ == "__main__":
    main(*sys.argv[1:])
