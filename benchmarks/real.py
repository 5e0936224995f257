"""Real data beside the checkout: read there, never copied."""

from pathlib import Path

from marketplace.local.state import CHECKOUT, Trouble


def real(*parts: str) -> Path:
    """A file or folder under `shared/data` beside the checkout or beside a folder that holds it; Trouble without it."""
    for place in CHECKOUT.parents:
        if (path := place.joinpath("shared", "data", *parts)).exists():
            return path
    raise Trouble(f"{'/'.join(parts)} is not beside this checkout (../shared/data)")
