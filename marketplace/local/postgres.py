"""A real PostgreSQL of this checkout: on a socket only, with passwords, with the two roles of the product."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from marketplace.local import binaries, launch
from marketplace.local.launch import Account
from marketplace.local.state import Secrets, Trouble

DATABASE = "beckon"
OWNER = "beckon_owner"
RUNNER = "beckon"
SUPERUSER = "postgres"
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "log_line_prefix": "",
}
UNSAFE_BUT_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class Postgres:
    """`state` holds the data, `run` the socket. `fast` gives up durability and is for throw-away servers only."""

    state: Path
    run: Path
    secrets: Secrets
    account: Account | None
    fast: bool = False

    @property
    def data(self) -> Path:
        return self.state / "postgres-18"

    def url(self, role: str, password: str, database: str = DATABASE) -> str:
        return f"postgresql://{role}:{quote(password)}@/{database}?host={quote(str(self.run), safe='')}"

    @property
    def database_url(self) -> str:
        return self.url(RUNNER, self.secrets.runner)

    @property
    def owner_url(self) -> str:
        return self.url(OWNER, self.secrets.owner)

    def command(self) -> list[str]:
        options = SETTINGS | {"unix_socket_directories": str(self.run)} | (UNSAFE_BUT_FAST if self.fast else {})
        program = binaries.postgres(self.account) / "postgres"
        return [str(program), "-D", str(self.data), *(a for k, v in options.items() for a in ("-c", f"{k}={v}"))]

    def lay_out(self) -> bool:
        """The data folder exists, whole; true if it was made now. A half-made one of an earlier start is made anew."""
        launch.refuse_closed(self.state, self.account)
        if (self.data / "PG_VERSION").exists():
            return False
        unfinished = self.state / "postgres-18.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        launch.give(unfinished, self.account)
        self._initdb(unfinished)
        unfinished.rename(self.data)
        return True

    def _initdb(self, into: Path) -> None:
        locale = "C.UTF-8" if sys.platform == "linux" else "C"
        with tempfile.NamedTemporaryFile("w", dir="/tmp", prefix="beckon-") as password:
            password.write(self.secrets.superuser)
            password.flush()
            launch.give(Path(password.name), self.account)
            launch.run(
                [
                    *(binaries.postgres(self.account) / "initdb", "-D", into, "--username", SUPERUSER),
                    *("--auth=scram-sha-256", f"--pwfile={password.name}", "--encoding=UTF8", f"--locale={locale}"),
                    *(["--no-sync"] if self.fast else []),
                ],
                account=self.account,
            )

    def answers(self) -> bool:
        try:
            self.superuser("postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    def superuser(self, database: str) -> psycopg.Connection[tuple[object, ...]]:
        """A connection as the superuser, for setting up only; nothing of the product ever runs as this role."""
        url = self.url(SUPERUSER, self.secrets.superuser, database)
        return psycopg.connect(url, autocommit=True, connect_timeout=5)

    def create_roles(self, *, may_create_databases: bool = False) -> None:
        """Both roles exist with our passwords and no more rights than meant, and so does their database."""
        with self.superuser("postgres") as connection:
            _role(connection, OWNER, self.secrets.owner, "CREATEDB" if may_create_databases else "NOCREATEDB")
            _role(connection, RUNNER, self.secrets.runner, "NOCREATEDB")
            if may_create_databases:  # then it drops them too, and may cut the connections of the role that runs
                connection.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(RUNNER), sql.Identifier(OWNER)))
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), sql.Identifier(OWNER))
                )


def _role(connection: psycopg.Connection[tuple[object, ...]], name: str, password: str, databases: str) -> None:
    known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone()
    connection.execute(
        sql.SQL("{} ROLE {} LOGIN NOSUPERUSER NOCREATEROLE NOREPLICATION NOBYPASSRLS {} PASSWORD {}").format(
            sql.SQL("ALTER" if known else "CREATE"), sql.Identifier(name), sql.SQL(databases), sql.Literal(password)
        )
    )


def room_for(state: Path, *, bytes_needed: int = 500_000_000) -> None:
    """Trouble when the disk of the state folder is all but full."""
    free = shutil.disk_usage(state).free
    if free < bytes_needed:
        raise Trouble(
            f"The disk that holds {state} has {free // 1_000_000} MB left and a start needs "
            f"{bytes_needed // 1_000_000} MB: free some space, or set BECKON_STATE_DIR to another disk."
        )


def clear_stale_socket(run: Path) -> None:
    """Lock files of a server that was killed; a living one would have been found by its state folder."""
    for name in os.listdir(run):
        if name.startswith(".s.PGSQL."):
            (run / name).unlink(missing_ok=True)
