"""The front end, built where its sources changed. Nothing built is committed.

Node is the machine's own where it is new enough, else that of a wheel in a virtual environment beside the state.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from marketplace.local import launch, state
from marketplace.local.state import CHECKOUT, Trouble

WEB = CHECKOUT / "web"
NODE_LOCK = CHECKOUT / "requirements-node.lock"
BUILT = WEB / "dist" / ".built-from"
INSTALLED = WEB / "node_modules" / ".installed-from"
NOT_SOURCES = {"node_modules", "dist"}


def is_new_enough(version: str) -> bool:
    """Vite needs 20.19 or newer within 20, else 22.12 or newer."""
    found = re.match(r"v(\d+)\.(\d+)", version)
    if found is None:
        return False
    release = (int(found[1]), int(found[2]))
    return (20, 19) <= release < (21, 0) or release >= (22, 12)


def build(say: Callable[[str], None]) -> None:
    """`web/dist` is what the sources say. Does nothing when they have not changed."""
    if not (WEB / "package.json").exists():
        return
    sources = fingerprint()
    if _written(BUILT) == sources:
        return
    _refuse_foreign_folders()
    with state.exclusively(state.make_state(state.folder()) / "frontend.lock"):
        if _written(BUILT) == sources:
            return
        path = install(say)
        say("building the front end")
        _npm(["run", "build"], path)
        BUILT.parent.mkdir(exist_ok=True)
        BUILT.write_text(sources)


def install(say: Callable[[str], None]) -> str:
    """`web/node_modules` is what the lock says. Returns the PATH on which node and npm are found."""
    path = node(say)
    lock = hashlib.sha256((WEB / "package-lock.json").read_bytes()).hexdigest()
    if _written(INSTALLED) != lock:
        _refuse_foreign_folders()
        say("installing the front end's packages (half a minute the first time)")
        _npm(["ci", "--no-audit", "--no-fund", "--loglevel=error"], path)
        INSTALLED.write_text(lock)
    return path


def fingerprint() -> str:
    """One hash over the names and contents of all sources."""
    digest = hashlib.sha256()
    for file in sorted(_sources()):
        digest.update(str(file.relative_to(WEB)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def _sources() -> list[Path]:
    found: list[Path] = []
    for folder, folders, files in os.walk(WEB):
        folders[:] = [name for name in folders if name not in NOT_SOURCES and not name.startswith(".")]
        found += [
            Path(folder) / name for name in files if not name.startswith(".") and not name.endswith(".tsbuildinfo")
        ]
    return found


def _written(file: Path) -> str:
    try:
        return file.read_text().strip()
    except OSError:
        return ""


def _refuse_foreign_folders() -> None:
    for folder in (WEB, WEB / "dist", WEB / "node_modules"):
        if folder.exists() and not os.access(folder, os.W_OK):
            raise Trouble(
                f"{folder} belongs to another user and is out of date: remove it as that user, or give it to "
                f"yourself (sudo chown -R $(id -un) {WEB}), then start again."
            )


def node(say: Callable[[str], None]) -> str:
    """A PATH on which a node that is new enough comes first."""
    path = os.environ.get("PATH", os.defpath)
    found = shutil.which("node")
    if found and shutil.which("npm") and is_new_enough(_version(found)):
        return path
    return f"{_node_of_a_wheel(say)}{os.pathsep}{path}"


def _version(program: str) -> str:
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    return done.stdout.strip()


def _node_of_a_wheel(say: Callable[[str], None]) -> Path:
    folder = state.make_state(state.folder()) / "node"
    programs = folder / "bin"
    mark = folder / ".installed-from"
    wanted = hashlib.sha256(NODE_LOCK.read_bytes()).hexdigest()
    if _written(mark) != wanted:
        say("installing Node (no version from 20.19 was found here; 200 MB, once)")
        shutil.rmtree(folder, ignore_errors=True)
        launch.run([sys.executable, "-m", "venv", folder])
        launch.run([programs / "python", "-m", "pip", "install", "--quiet", "--require-hashes", "-r", NODE_LOCK])
        mark.write_text(wanted)
    return programs


def _npm(arguments: list[str], path: str) -> None:
    """npm's own output is shown only when it fails."""
    done = subprocess.run(
        ["npm", *arguments],
        cwd=WEB,
        env=os.environ | {"PATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        sys.stderr.write(done.stdout)
        raise Trouble(launch.explain(f"npm {arguments[0]}", done.stdout))
