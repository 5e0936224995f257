"""Which providers this installation pays through, by the variables of its environment.

`BECKON_PAYOUT_SEPA_NAME`, `_SEPA_IBAN` and `_SEPA_BIC`: the account that pays by bank file. `BECKON_PAYOUT_STRIPE_KEY`
and `_STRIPE_WEBHOOK_SECRET`: transfers by Stripe. By hand, by a table, is always possible. Outside production a fake
bank stands by, which `BECKON_PAYOUT_FAKE` (JSON: file, seed, faults) makes worse.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import transaction

from payouts.models import PayoutAttempt, PayoutBatch, PayoutFile
from payouts.providers.contract import Batch, NoAnswer, PayoutProvider
from payouts.providers.fake import Fake
from payouts.providers.manual_csv import ManualCsv
from payouts.providers.sepa_file import Debtor, SepaFile
from payouts.providers.stripe_connect import StripeConnect

PREFIX = "BECKON_PAYOUT_"


class Filed:
    """The drop of this installation: a row for each file, from which finance fetches it."""

    @transaction.atomic
    def put(self, batch: Batch, content: bytes) -> bytes:
        """Laid only while all of its attempts are under way: a worker that woke up late lays nothing.

        Locks: the batch, its attempts.
        """
        row = PayoutBatch.objects.select_for_update(no_key=True).get(message_id=batch.message_id)
        laid = PayoutFile.objects.filter(batch=row).first()
        if laid is not None:
            return bytes(laid.content)
        under_way = row.attempts.select_for_update(no_key=True).filter(state=PayoutAttempt.State.SENT)
        if row.sent_at is None or {one.key for one in under_way} != {one.key for one in batch.instructions}:
            raise NoAnswer("The batch has been given up meanwhile.")
        sha256 = hashlib.sha256(content).hexdigest()
        PayoutFile.objects.create(batch=row, content=content, sha256=sha256, laid_at=row.sent_at)
        return content

    def holds(self, key: str) -> bool:
        return PayoutFile.objects.filter(batch__attempts__key=key).exists()


def named(name: str) -> PayoutProvider | None:
    """The provider, or None where this installation has none of that name."""
    return known().get(name)


def required(name: str) -> PayoutProvider:
    """The provider of something that is under way: it must not have gone."""
    found = named(name)
    if found is None:
        raise LookupError(f"Money is on its way through {name}, which this installation no longer knows.")
    return found


def known() -> Mapping[str, PayoutProvider]:
    given = {name: value for name, value in os.environ.items() if name.startswith(PREFIX) and value}
    return _configured(tuple(sorted(given.items())))


@cache
def _configured(variables: tuple[tuple[str, str], ...]) -> Mapping[str, PayoutProvider]:
    given = {name.removeprefix(PREFIX): value for name, value in variables}
    providers: list[PayoutProvider] = [ManualCsv(Filed())]
    if "SEPA_IBAN" in given:
        debtor = Debtor(given.get("SEPA_NAME", "Beckon"), given["SEPA_IBAN"], given.get("SEPA_BIC", ""))
        providers.append(SepaFile(debtor, Filed()))
    if "STRIPE_KEY" in given:
        secret, address = given.get("STRIPE_WEBHOOK_SECRET", ""), given.get("STRIPE_ADDRESS", "")
        providers.append(StripeConnect(given["STRIPE_KEY"], secret, address=address))
    if not settings.PRODUCTION:
        providers.append(_fake(json.loads(given.get("FAKE", "{}"))))
    return {provider.name: provider for provider in providers}


def _fake(told: Mapping[str, object]) -> Fake:
    file = Path(str(told.get("file", settings.ENVIRONMENT.state_dir / "fake-bank.db")))
    faults = told.get("faults", {})
    assert isinstance(faults, dict), faults
    return Fake(file, seed=int(str(told.get("seed", 0))), faults=faults)
