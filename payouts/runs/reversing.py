"""Money that did not arrive goes back into the agent's balance by a posting; the next range pays it."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from payouts import ledger
from payouts.models import Payout
from payouts.runs import draining


def reverse(payouts: QuerySet[Payout], *, now: datetime, out_of: str = "in_transit") -> int:
    """Each of these payouts -> reversed, with the amount back in its account; how many. Runs in the caller's
    transaction. `out_of` is the kind of account that holds the money: `bank` once it had left.

    Locks: the accounts of what was only claimed, by name, then the payouts by id, then all their accounts by name.
    """
    draining.drain_all(payouts, now=now)
    held = list(payouts.select_for_update(no_key=True, of=("self",)).select_related("run", "account").order_by("id"))
    movements = [
        ledger.Into(
            _owner(payout),
            payout.currency,
            ledger.Entry(
                source=f"payout:{payout.pk}:reversed",
                kind="payout_reversed",
                amount=payout.amount,
                receipt={"payout": str(payout.pk)},
                contra=f"{out_of}:{payout.run.provider}",
            ),
        )
        for payout in held
    ]
    ledger.post_many(movements, now=now)
    return Payout.objects.filter(pk__in=[payout.pk for payout in held]).update(
        state=Payout.State.REVERSED, changed_at=now
    )


def _owner(payout: Payout) -> UUID:
    owner = payout.account.agent_id
    assert owner is not None, payout.pk
    return owner
