"""The product's settings, for a test session: never the demo's database, whatever happens to be running."""

import os

os.environ.setdefault("BECKON_ENV", "test")

from marketplace.settings import *  # noqa: F403
from marketplace.settings import DATABASES, GUARDS

# A test is one transaction, and a busy machine may stop it for seconds between two statements. The product's other
# limits are those of the tests, and all of them where processes are killed: see tests/payouts/crashes.py.
DATABASES["default"]["OPTIONS"]["options"] = GUARDS.replace(
    "idle_in_transaction_session_timeout=5s", "idle_in_transaction_session_timeout=60s"
)
