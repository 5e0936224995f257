"""The product's settings, for a test session: never the demo's database, whatever happens to be running."""

import os

os.environ.setdefault("BECKON_ENV", "test")

from marketplace.settings import *  # noqa: F403
