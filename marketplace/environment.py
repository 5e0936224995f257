"""What differs between machines, read once: the environment's variables, or the servers this checkout runs itself.

Every bad value ends in one clear sentence, never in a traceback.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NoReturn, cast
from urllib.parse import urlsplit

from marketplace import waits
from marketplace.local import state

Name = Literal["demo", "production", "test"]

START = "No database is running: start one with make run, or set DATABASE_URL, DATABASE_OWNER_URL and REDIS_URL."
NOWHERE = "/nonexistent"
SHORTEST_SECRET = 50
WELL_KNOWN_SECRETS = ("change", "default", "secret", "insecure", "example", "password", "demo", "test")
TRUE, FALSE = {"1", "true", "yes", "on"}, {"", "0", "false", "no", "off"}


class BadEnvironment(SystemExit):
    """Ends the process with one sentence on its error output."""


def refuse(sentence: str) -> NoReturn:
    raise BadEnvironment(f"beckon: {sentence}")


@dataclass(frozen=True)
class Environment:
    """`engine` is Django's database engine: its own, or one that only says how to start a database."""

    name: Name
    database_url: str
    database_owner_url: str
    redis_url: str
    broker_url: str
    secret_key: str
    host: str
    port: int
    public_url: str
    state_dir: Path
    mail_dir: Path
    smtp_url: str
    engine: str
    pooled: bool
    haste: float

    @property
    def allowed_hosts(self) -> list[str]:
        if self.name == "production":
            return [str(urlsplit(self.public_url).hostname)]
        named = {"localhost", "127.0.0.1", "[::1]", "testserver", self.host, str(urlsplit(self.public_url).hostname)}
        return ["*"] if self.host in ("0.0.0.0", "::") else sorted(named)  # noqa: S104  (compared, not bound)

    @property
    def origins(self) -> list[str]:
        """The origins whose pages may talk to us, the public one first."""
        if self.name == "production":
            return [self.public_url]
        local = [f"http://{host}:{self.port}" for host in ("localhost", "127.0.0.1")]
        return list(dict.fromkeys([self.public_url, *local]))


def load(variables: Mapping[str, str] | None = None) -> Environment:
    """The environment this process runs in. Ends the process with one sentence when it makes no sense."""
    given = os.environ if variables is None else variables
    name = _name(given)
    try:
        state_dir = state.folder()
        database, owner, redis, found = _servers(given, name, state_dir)
        secret = _secret(given, name, state_dir)
    except state.Trouble as trouble:
        refuse(str(trouble))
    port = _port(given)
    host = given.get("BECKON_HOST", "127.0.0.1")
    loaded = Environment(
        name=name,
        database_url=database,
        database_owner_url=owner,
        redis_url=redis,
        broker_url=broker(redis),
        secret_key=secret,
        host=host,
        port=port,
        public_url=_public_url(given, name, port),
        state_dir=state_dir,
        mail_dir=Path(given.get("BECKON_MAIL_DIR") or state_dir / "mail").expanduser(),
        smtp_url=_url(given, "BECKON_SMTP_URL", {"smtp", "smtps"}),
        engine="django.db.backends.postgresql" if found else "marketplace.local.absent",
        pooled=name != "test" and found,
        haste=_haste(given, name),
    )
    if name == "production":
        _refuse_unfit_for_production(given)
    return loaded


def _name(given: Mapping[str, str]) -> Name:
    name = given.get("BECKON_ENV", "demo")
    if name not in ("demo", "production", "test"):
        refuse(f"BECKON_ENV is {name!r}, but must be demo, production or test.")
    return cast("Name", name)


def _servers(given: Mapping[str, str], name: Name, state_dir: Path) -> tuple[str, str, str, bool]:
    """The three URLs, and whether there is a database behind them. A test never finds the demo's servers by itself."""
    database = _url(given, "DATABASE_URL", {"postgresql", "postgres"})
    owner = _url(given, "DATABASE_OWNER_URL", {"postgresql", "postgres"})
    redis = _url(given, "REDIS_URL", {"redis", "rediss", "unix"})
    if database:
        if not redis:
            refuse("DATABASE_URL is set and REDIS_URL is not: set both, or neither to use the built-in servers.")
        _refuse_one_role(database, owner)
        return database, owner or database, redis, True
    if owner or redis:
        refuse("DATABASE_OWNER_URL or REDIS_URL is set without DATABASE_URL: set all three, or none of them.")
    if name == "production":
        refuse("Production needs DATABASE_URL, DATABASE_OWNER_URL (for prepare) and REDIS_URL.")
    running = state.running(state_dir) if name == "demo" else None
    if running:
        return running.database, running.owner, running.redis, True
    nothing = f"postgresql://nobody@/nothing?host={NOWHERE}"
    return nothing, nothing, f"unix://{NOWHERE}/valkey.sock", name == "test"


def _refuse_one_role(database: str, owner: str) -> None:
    if owner and urlsplit(database).username == urlsplit(owner).username:
        refuse(
            "DATABASE_URL and DATABASE_OWNER_URL name the same role: the role that runs must not own the tables, "
            "or nothing keeps it from rewriting the ledger."
        )


def _url(given: Mapping[str, str], variable: str, schemes: set[str]) -> str:
    value = given.get(variable, "").strip()
    if not value:
        return ""
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        refuse(f"{variable} is not a URL that can be read.")
    if parts.scheme not in schemes:
        refuse(f"{variable} must begin with {' or '.join(f'{scheme}://' for scheme in sorted(schemes))}.")
    if parts.scheme.startswith("postgres") and not parts.path.strip("/"):
        refuse(f"{variable} names no database: it must end in /NAME.")
    return value


def _port(given: Mapping[str, str]) -> int:
    value = given.get("BECKON_PORT", "8000")
    if not value.isdecimal() or not 1 <= int(value) <= 65535:
        refuse(f"BECKON_PORT is {value!r}, but must be a number from 1 to 65535.")
    return int(value)


def _haste(given: Mapping[str, str], name: Name) -> float:
    """How many times faster than in the world every wait runs. Only a rig may ask for more than 1."""
    value = given.get("BECKON_HASTE", "1")
    try:
        haste = float(value)
    except ValueError:
        haste = math.nan
    if not 1 <= haste <= waits.FASTEST:
        refuse(f"BECKON_HASTE is {value!r}, but must be a number from 1 to {waits.FASTEST}.")
    if haste != 1 and name == "production":
        refuse("BECKON_HASTE shortens every wait for tests: production runs at 1 only.")
    return haste


def _public_url(given: Mapping[str, str], name: Name, port: int) -> str:
    """Scheme, host and port under which browsers reach us, without a path."""
    value = _url(given, "BECKON_PUBLIC_URL", {"http", "https"})
    if not value:
        if name == "production":
            refuse("Production needs BECKON_PUBLIC_URL, the https:// address that browsers use.")
        return f"http://localhost:{port}"
    parts = urlsplit(value)
    if not parts.hostname:
        refuse("BECKON_PUBLIC_URL names no host.")
    return f"{parts.scheme}://{parts.netloc}"


def _secret(given: Mapping[str, str], name: Name, state_dir: Path) -> str:
    secret = given.get("SECRET_KEY", "")
    if secret:
        return secret
    if name == "production":
        refuse(f"Production needs SECRET_KEY, at least {SHORTEST_SECRET} random characters.")
    if name == "test":
        return "only-for-tests-" * 4
    return state.secrets_of(state_dir).secret_key


def _refuse_unfit_for_production(given: Mapping[str, str]) -> None:
    secret = given.get("SECRET_KEY", "")
    if len(secret) < SHORTEST_SECRET or len(set(secret)) < 10:
        refuse(f"SECRET_KEY is too weak for production: use at least {SHORTEST_SECRET} random characters.")
    if any(word in secret.lower() for word in WELL_KNOWN_SECRETS):
        refuse("SECRET_KEY looks like a default: make a random one for production.")
    debug = given.get("DEBUG", "").lower()
    if debug not in FALSE:
        refuse("DEBUG is set: production refuses to start with it.")
    if not _url(given, "BECKON_PUBLIC_URL", {"http", "https"}).startswith("https://"):
        refuse("BECKON_PUBLIC_URL must begin with https:// in production.")


def broker(redis_url: str) -> str:
    """The same server in the form that Celery understands."""
    if not redis_url.startswith("unix://"):
        return redis_url
    address, _, query = redis_url.removeprefix("unix://").partition("?")
    number = next((part.removeprefix("db=") for part in query.split("&") if part.startswith("db=")), "0")
    return f"redis+socket://{address}?virtual_host={number}"
