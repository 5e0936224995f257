"""Real data that none of us wrote: read where it lies, never copied."""

import os
from pathlib import Path

from marketplace.local.state import CHECKOUT, Trouble


def real(*parts: str) -> Path:
    """A file or folder of the data: under the folder that `BECKON_DATA` names, else under `shared/data` beside the
    checkout or beside a folder that holds it. Trouble without it."""
    named = os.environ.get("BECKON_DATA")
    places = [Path(named)] if named else [place / "shared" / "data" for place in CHECKOUT.parents]
    for place in places:
        if (path := place.joinpath(*parts)).exists():
            return path
    where = "under BECKON_DATA" if named else "beside this checkout (../shared/data)"
    raise Trouble(f"{'/'.join(parts) or 'the real data'} is not {where}")
