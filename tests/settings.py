"""The product's settings, for a test session: never the demo's database, whatever happens to be running."""

import importlib
import os

os.environ.setdefault("BECKON_ENV", "test")
globals().update(
    {name: value for name, value in vars(importlib.import_module("marketplace.settings")).items() if name.isupper()}
)
