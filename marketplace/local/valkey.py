"""A real Valkey of this checkout: on a socket only, with a password. It holds doorbells, never the truth."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import redis

from marketplace.local import binaries, launch, state
from marketplace.local.launch import Account
from marketplace.local.state import Secrets


@dataclass(frozen=True)
class Valkey:
    state: Path
    run: Path
    secrets: Secrets
    account: Account | None
    fast: bool = False

    @property
    def data(self) -> Path:
        return self.state / "valkey"

    @property
    def socket(self) -> Path:
        return self.run / "valkey.sock"

    @property
    def url(self) -> str:
        return f"unix://:{quote(self.secrets.valkey)}@{self.socket}?db=0"

    def command(self) -> list[str]:
        return [str(binaries.valkey(self.account)), str(self.data / "valkey.conf")]

    def lay_out(self) -> None:
        """The data folder and its settings exist; the password is in the file, not on a command line."""
        state.make(self.data)
        lines = [
            "port 0",
            f"unixsocket {self.socket}",
            "unixsocketperm 700",
            f"dir {self.data}",
            f"requirepass {self.secrets.valkey}",
            'save ""',
            "appendonly no" if self.fast else "appendonly yes",
            "appendfsync everysec",
            "maxmemory-policy noeviction",
            "loglevel warning",
        ]
        file = self.data / "valkey.conf"
        state.write_private(file, "\n".join(lines) + "\n")
        launch.give(self.data, self.account)
        launch.give(file, self.account)

    def answers(self) -> bool:
        client = redis.Redis.from_url(self.url, socket_timeout=2, socket_connect_timeout=2)
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()
