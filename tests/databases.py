"""Migrated once, copied often: every session and every race test works on a copy of one template database.

A flush between tests is not possible: the ledger refuses it. A copy takes 0.05 s. The migrated servers are kept in
the state folder until a migration changes, so that most sessions start without migrating.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.db import connections
from psycopg import sql

from marketplace.local import services, state
from marketplace.local.services import Urls

KEPT_TEMPLATES = 2
_numbers = count(1)


@cache
def fingerprint() -> str:
    """A hash over all that decides how a migrated database looks."""
    files = [state.CHECKOUT / name for name in ("requirements.lock", "marketplace/roles.py", "marketplace/settings.py")]
    for app in state.CHECKOUT.glob("*/migrations"):
        files += [*app.rglob("*.py"), *app.parent.rglob("*.sql")]
    digest = hashlib.sha256()
    for file in sorted(set(files)):
        digest.update(str(file.relative_to(state.CHECKOUT)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def template() -> str:
    return f"test_beckon_template_{fingerprint()}"


@contextmanager
def migrated_servers() -> Iterator[Urls]:
    """Throw-away servers that hold the template already: a copy of those kept in the state folder."""
    with services.throw_away() as home:
        lay_out_migrated(home)
        with services.embedded(home, fast=True) as urls:
            yield urls


def lay_out_migrated(home: Path) -> None:
    """`home` holds the stopped servers' data with the template in it, copied from what the state folder keeps."""
    kept = state.make(state.make_state(state.folder()) / "templates", mode=0o711)
    with state.exclusively(kept / "lock"):
        if not (kept / fingerprint()).exists():
            keep_migrated_servers(kept)
        subprocess.run(["cp", "-a", f"{kept / fingerprint()}/.", home], check=True)


def keep_migrated_servers(kept: Path) -> None:
    """`kept` holds the data of stopped servers with the template in them; those of long-gone migrations are removed."""
    unfinished = kept / "unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    with services.embedded(unfinished, fast=True) as urls:
        build_template(urls)
    unfinished.rename(kept / fingerprint())
    for old in sorted(kept.glob("*/"), key=lambda folder: folder.stat().st_mtime)[:-KEPT_TEMPLATES]:
        shutil.rmtree(old)


DROPS_AT_MOST = 100


def at(url: str, name: str) -> str:
    """The same server and role, another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def named(urls: Urls, name: str) -> Urls:
    return Urls(at(urls.database, name), at(urls.owner, name), urls.redis)


def execute(urls: Urls, statement: str, *names: str) -> None:
    """One statement as the owner, outside the databases that tests use."""
    with psycopg.connect(urls.owner, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def drop(urls: Urls, name: str) -> None:
    """The database is gone, with every connection to it. A vacuum at work there ends first: nobody may end it."""
    pause = threading.Event()
    for _ in range(DROPS_AT_MOST):
        try:
            return execute(urls, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        except psycopg.errors.InsufficientPrivilege:
            pause.wait(0.1)
    return execute(urls, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


@contextmanager
def pointing_at(urls: Urls, *, options: str = "") -> Iterator[None]:
    """Both of Django's connections, in every thread, lead to these databases inside the block.

    With `options`, the server is told these by the role that runs, in place of the tests' own.
    """
    before = {alias: dict(connections.settings[alias]) for alias in ("default", "owner")}
    for alias, url in (("default", urls.database), ("owner", urls.owner)):
        connections[alias].close()
        connections.settings[alias].update(_django(url))
    if options:
        known = connections.settings["default"]["OPTIONS"]
        connections.settings["default"]["OPTIONS"] = known | {"options": options}
    try:
        yield
    finally:
        for alias, settings in before.items():
            connections[alias].close()
            connections.settings[alias].update(settings)


def _django(url: str) -> dict[str, object]:
    parts = psycopg.conninfo.conninfo_to_dict(url)
    return {
        "NAME": parts["dbname"],
        "USER": parts["user"],
        "PASSWORD": parts.get("password", ""),
        "HOST": parts.get("host", ""),
        "PORT": str(parts.get("port", "")),
    }


def build_template(urls: Urls) -> None:
    """The template has every migration applied and the rights of the running role granted."""
    with psycopg.connect(urls.owner, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template()]).fetchone():
            return
    unfinished = f"{template()}_unfinished"
    drop(urls, unfinished)
    execute(urls, "CREATE DATABASE {}", unfinished)
    prepare(named(urls, unfinished))
    execute(urls, "ALTER DATABASE {} RENAME TO {}", unfinished, template())


def prepare(urls: Urls) -> None:
    """As before a release: migrated by the owner, with the rights of the running role granted."""
    command = [sys.executable, "manage.py", "prepare", "--verbosity", "0"]
    given = os.environ | urls.environment() | {"BECKON_ENV": "test", "DJANGO_SETTINGS_MODULE": "marketplace.settings"}
    subprocess.run(command, cwd=state.CHECKOUT, env=given, check=True)


@contextmanager
def copy(urls: Urls) -> Iterator[Urls]:
    """A fresh copy of the template, dropped after the block together with every connection to it."""
    name = f"test_beckon_{os.getpid()}_{next(_numbers)}"
    execute(urls, "CREATE DATABASE {} TEMPLATE {}", name, template())
    try:
        yield named(urls, name)
    finally:
        drop(urls, name)
