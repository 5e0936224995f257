"""The product's settings, for a test session: never the demo's database, whatever happens to be running."""

import os

os.environ.setdefault("BECKON_ENV", "test")

from marketplace.settings import *  # noqa: F403
from marketplace.settings import DATABASES, GUARDS

# A test is one transaction, and a busy machine may stop it for seconds between two statements.
DATABASES["default"]["OPTIONS"]["options"] = GUARDS.replace("timeout=5s", "timeout=60s")
