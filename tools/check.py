"""Everything `make check` looks at, one line each; ends with status 1 and the names of what failed.

Usage: python -m tools.check [NAME ...]   to run only the checks named.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from marketplace.local import frontend
from marketplace.local.state import CHECKOUT, Trouble

PYTHON = sys.executable
TOOLS = Path(PYTHON).parent
MANAGE = [PYTHON, "-W", "ignore::RuntimeWarning", "manage.py"]  # makemigrations warns where no database runs
CHECKS: dict[str, list[str]] = {
    "style": [PYTHON, "-m", "ruff", "check", "."],
    "form": [PYTHON, "-m", "ruff", "format", "--check", "."],
    "types": [PYTHON, "-m", "mypy", "--explicit-package-bases", "."],
    "layers": [str(TOOLS / "lint-imports"), "--no-cache"],
    "django": [*MANAGE, "check", "--fail-level", "WARNING"],
    "migrations": [*MANAGE, "makemigrations", "--check", "--dry-run"],
    "protocol": [*MANAGE, "protocol", "--check"],
    "front-end": ["npm", "--prefix", "web", "run", "check"],
}


def main(chosen: list[str]) -> int:
    failed = [name for name in ["build", *(chosen or CHECKS)] if not passes(name)]
    if failed:
        print(f"\nfailed: {', '.join(failed)}", flush=True)
    return 1 if failed else 0


def passes(name: str) -> bool:
    """Runs one check; its output is shown only when it fails."""
    began = time.monotonic()
    try:
        code, output = run(name)
    except Trouble as trouble:
        code, output = 1, f"{trouble}\n"
    print(f"{'ok    ' if code == 0 else 'FAILED'} {name:<12} {time.monotonic() - began:5.1f} s", flush=True)
    if code != 0:
        print(output, flush=True)
    return code == 0


def say(text: str) -> None:
    print(f"       {text}", flush=True)


def run(name: str) -> tuple[int, str]:
    if name == "build":  # Django's own checks look for what is built
        frontend.build(say)
        return 0, ""
    environment = dict(os.environ)
    if name == "front-end":
        environment["PATH"] = frontend.install(say)
    done = subprocess.run(
        CHECKS[name],
        cwd=CHECKOUT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


if __name__ == "__main__":
    unknown = [name for name in sys.argv[1:] if name not in CHECKS]
    sys.exit(f"no check called {', '.join(unknown)}; there are {', '.join(CHECKS)}" if unknown else main(sys.argv[1:]))
