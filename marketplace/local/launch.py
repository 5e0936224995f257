"""Starting one child so that it cannot outlive us: its own session, another user if need be, a death signal."""

from __future__ import annotations

import ctypes
import os
import pwd
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marketplace.local.state import Trouble

PR_SET_PDEATHSIG = 1
OPEN_FILES = 65_536


@dataclass(frozen=True)
class Account:
    name: str
    uid: int
    gid: int


def service_account() -> Account | None:
    """PostgreSQL refuses to run as root: the user that servers run as then, or None when we are an ordinary user."""
    if os.geteuid() != 0:
        return None
    name = os.environ.get("BECKON_SERVICE_USER", "nobody")
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        raise Trouble(f"BECKON_SERVICE_USER names {name}, but there is no such user.") from None
    if entry.pw_uid == 0:
        raise Trouble("BECKON_SERVICE_USER must not be root: PostgreSQL refuses to run as root.")
    return Account(name, entry.pw_uid, entry.pw_gid)


def as_account(account: Account | None) -> dict[str, Any]:
    """Arguments for subprocess that make a child run as `account`."""
    if account is None:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def give(path: Path, account: Account | None) -> None:
    """`path` belongs to `account` afterwards."""
    if account is not None:
        os.chown(path, account.uid, account.gid)


def refuse_closed(folder: Path, account: Account | None) -> None:
    """Trouble when a parent of the folder is closed to the account. Parents are never opened for it."""
    if account is not None:
        done = subprocess.run(["test", "-x", folder], cwd="/", check=False, **as_account(account))
        if done.returncode != 0:
            raise Trouble(
                f"The servers run as {account.name}, who cannot enter {folder}: set BECKON_STATE_DIR to a folder "
                "outside private ones, or BECKON_SERVICE_USER to a user who can."
            )


def dies_with_parent(death_signal: signal.Signals) -> Callable[[], None]:
    """A preexec_fn: the kernel sends `death_signal` when the thread that started the child ends.

    Python runs it after the change of user, which would clear the setting.
    """
    parent = os.getpid()
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    def settle() -> None:
        if libc is not None:
            libc.prctl(PR_SET_PDEATHSIG, int(death_signal))
            if os.getppid() != parent:
                os._exit(1)  # the parent died before the setting took hold

    return settle


def arguments(
    account: Account | None, environment: Mapping[str, str], death_signal: signal.Signals = signal.SIGTERM
) -> dict[str, Any]:
    """Arguments that every long-lived child is started with, by subprocess and asyncio alike."""
    return {
        "stdin": subprocess.DEVNULL,
        "env": dict(environment),
        "start_new_session": True,
        "preexec_fn": dies_with_parent(death_signal),
        **as_account(account),
    }


def run(command: Sequence[str | Path], *, account: Account | None = None, cwd: Path | str = "/") -> str:
    """Runs a short command to its end and returns what it printed; Trouble with its last words when it fails."""
    done: subprocess.CompletedProcess[str] = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        **as_account(account),
    )
    if done.returncode != 0:
        raise Trouble(explain(Path(str(command[0])).name, done.stdout))
    return done.stdout


def raise_open_files() -> None:
    """Every socket is a file: the limit is as high as this user may have it, in this process and its children."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def explain(name: str, output: str) -> str:
    """One sentence for what a failed command said."""
    if "No space left on device" in output:
        return f"The disk is full ({name} could not write): free some space, then start again."
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    for line in lines:
        if line.startswith(("CommandError: ", "beckon: ")):
            return line.partition(": ")[2]
    telling = [line for line in lines if "error" in line.lower() or "fatal" in line.lower()] or lines
    return f"{name} failed: {telling[-1] if telling else 'it said nothing'}"
