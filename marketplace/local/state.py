"""Where a checkout keeps what it makes: data, logs, secrets, sockets. Never inside the checkout itself.

One folder per checkout and per user, so that a checkout first used by root and then by somebody else never
meets foreign files. Sockets live apart, in a short private folder: a socket's path may not exceed about 100 bytes.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psutil

CHECKOUT = Path(__file__).resolve().parents[2]
LONGEST_SOCKET_FOLDER = 80


class Trouble(Exception):  # noqa: N818  (a refusal is no error)
    """Something a person must set right; the message says what, in one sentence."""


def key() -> str:
    """The checkout's name and a short hash of its place, the same at every start."""
    return f"{CHECKOUT.name}-{hashlib.sha256(str(CHECKOUT).encode()).hexdigest()[:8]}"


def folder() -> Path:
    """The state folder of this checkout for this user; not created here."""
    if chosen := os.environ.get("BECKON_STATE_DIR"):
        return Path(chosen).expanduser().absolute()
    if os.geteuid() == 0:
        return Path("/var/lib/beckon") / key()
    base = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    return Path(base).expanduser().absolute() / "beckon" / key()


def make(path: Path, *, mode: int = 0o700) -> Path:
    """The folder exists afterwards, with this mode, and belongs to whoever runs this."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(mode)
    except OSError as error:
        raise Trouble(
            f"Cannot use the folder {path} ({error.strerror}): set BECKON_STATE_DIR to one that you can write."
        ) from error
    return path


def make_state(path: Path) -> Path:
    """The state folder exists. Root's may be walked through, since its servers run as another user, not listed."""
    return make(path, mode=0o711 if os.geteuid() == 0 else 0o700)


def make_mail(path: Path) -> Path:
    """The folder of letters exists. One that we make is closed to others: letters hold links that set passwords."""
    return path if path.is_dir() else make(path)


def sockets(state: Path) -> Path:
    """A short folder of our own for the sockets of the servers whose state is in `state`; only we may enter it."""
    name = f"beckon-{os.geteuid()}-{hashlib.sha256(str(state).encode()).hexdigest()[:8]}"
    for base in (os.environ.get("XDG_RUNTIME_DIR"), "/run" if os.geteuid() == 0 else None, "/tmp"):  # noqa: S108  (private)
        if base and os.access(base, os.W_OK) and len(f"{base}/{name}") <= LONGEST_SOCKET_FOLDER:
            return _private(Path(base) / name)
    raise Trouble("No writable folder for sockets: set XDG_RUNTIME_DIR to a short path that you can write.")


def _private(path: Path) -> Path:
    path.mkdir(mode=0o700, exist_ok=True)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or (os.geteuid() != 0 and found.st_uid != os.geteuid()):
        raise Trouble(f"{path} belongs to somebody else: remove it, or set XDG_RUNTIME_DIR to a folder of your own.")
    path.chmod(0o700)
    return path


def write_private(path: Path, text: str) -> None:
    """`path` holds `text`, whole or not at all, readable by its owner only."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    unfinished.replace(path)


@dataclass(frozen=True)
class Secrets:
    """Generated once for each state folder; the embedded servers and the demo's sessions depend on them."""

    secret_key: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    superuser: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    owner: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    runner: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    valkey: str = field(default_factory=lambda: secrets.token_urlsafe(24))


def secrets_of(state: Path) -> Secrets:
    """The secrets kept in `state`, made at the first call."""
    file = state / "secrets.json"
    make_state(state)
    with exclusively(state / "secrets.lock"):
        if file.exists():
            return Secrets(**json.loads(file.read_text()))
        made = Secrets()
        write_private(file, json.dumps(asdict(made)))
        return made


@contextmanager
def exclusively(path: Path) -> Iterator[None]:
    """Waits for its turn, then holds the lock on `path` to the end of the block."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@dataclass(frozen=True)
class Running:
    """What a running system tells others about itself, in `running.json` of its state folder."""

    database: str
    owner: str
    redis: str
    url: str
    ready: bool
    pid: int
    started: float
    processes: dict[str, int] = field(default_factory=dict)
    births: dict[str, float] = field(default_factory=dict)

    def alive(self) -> bool:
        return started_at(self.pid) == self.started


def started_at(pid: int) -> float | None:
    """When the process began, or None: a pid alone may have been given to another process since."""
    try:
        return psutil.Process(pid).create_time()
    except psutil.Error:
        return None


def publish(state: Path, running: Running) -> None:
    write_private(state / "running.json", json.dumps(asdict(running)))


def withdraw(state: Path) -> None:
    (state / "running.json").unlink(missing_ok=True)


def last_known(state: Path) -> Running | None:
    """What the last start wrote, whether or not it still runs."""
    try:
        told: dict[str, Any] = json.loads((state / "running.json").read_text())
        return Running(**told)
    except (OSError, ValueError, TypeError):
        return None


def running(state: Path) -> Running | None:
    """The system that runs now from this state folder, if any."""
    known = last_known(state)
    return known if known and known.alive() else None
