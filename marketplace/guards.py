"""What every process of the product makes sure of before it does anything: that it may not rewrite the ledger, and can
read the accounts that it pays to."""

from django.conf import settings
from django.db import OperationalError, connection

from marketplace import roles
from marketplace.local.state import Trouble
from payouts.runs import vault


def refuse_unfit() -> None:
    """Ends the process with one sentence where the database does not answer, its role is too strong, the keys of bank
    accounts are unfit, or production would run beside the demo's people."""
    vault.refuse_unfit_keys()
    try:
        connection.ensure_connection()
        roles.refuse_unfit_runner(connection.connection)
        if settings.PRODUCTION:
            roles.refuse_demo_people(connection.connection)
    except OperationalError as error:
        raise SystemExit(f"beckon: the database does not answer: {str(error).splitlines()[0]}") from None
    except Trouble as trouble:
        raise SystemExit(f"beckon: {trouble}") from None
    finally:
        connection.close()
        # A worker's children are forked after this: they must not inherit an open pool.
        connection.close_pool()  # type: ignore[attr-defined]  # the PostgreSQL backend's own
