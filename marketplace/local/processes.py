"""The processes that make up the product, each with its command. One list for every way to run them.

`manage.py up` starts them here; `compose.yaml` and Kubernetes start the same commands one to a container.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from marketplace import waits
from marketplace.local.launch import Account

CELERY = ("-m", "celery", "--quiet", "--app", "marketplace.celery:app")
WORKER = ("worker", "--loglevel", "WARNING", "--without-gossip", "--without-mingle")


def commands(*, host: str, port: int, haste: float = 1) -> dict[str, tuple[str, ...]]:
    """Arguments to Python for each process, by name, in the order of starting."""
    wait = waits.shortened(haste)
    ping, pong = f"{wait['ping_seconds']:g}", f"{wait['pong_seconds']:g}"
    return {
        "web": (
            *("-m", "uvicorn", "marketplace.asgi:application", "--host", host, "--port", str(port)),
            *("--loop", "uvloop", "--http", "httptools", "--lifespan", "auto", "--no-access-log"),
            *("--no-proxy-headers", "--no-server-header"),  # who asks is read from the proxy in one place: settings
            *("--ws", "realtime.keepalive:PatientProtocol", "--ws-max-size", "65536"),
            *("--ws-per-message-deflate", "false"),
            *("--ws-ping-interval", ping, "--ws-ping-timeout", pong, "--timeout-graceful-shutdown", "5"),
        ),
        "dispatcher": ("manage.py", "dispatch"),
        "worker": (
            *CELERY,
            *WORKER,
            "--queues",
            "default",
            "--pool",
            "threads",
            "--concurrency",
            "8",
            "-n",
            "default@%h",
        ),
        "worker-heavy": (
            *(*CELERY, *WORKER, "--queues", "heavy", "--pool", "prefork", "--concurrency", "1"),
            *("--max-tasks-per-child", "50", "-n", "heavy@%h"),
        ),
        # The schedule is code and lives in memory: a schedule file can be torn by a crash, and every sweep may repeat.
        "beat": (*CELERY, "beat", "--loglevel", "WARNING", "--scheduler", "celery.beat:Scheduler", "--pidfile", ""),
    }


@dataclass(frozen=True)
class Process:
    """One child of the supervisor. Without a probe it counts as ready once it has been started."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(repr=False)
    probe: Callable[[], bool] | None = None
    stop: signal.Signals = signal.SIGTERM
    account: Account | None = None
    folder: str = "/"


def product(
    *, host: str, port: int, haste: float, environment: Mapping[str, str], folder: str, probe: Callable[[], bool]
) -> list[Process]:
    """The product's own processes, with the interpreter that runs this; `probe` says when the web process is ready."""
    return [
        Process(name, (sys.executable, *command), environment, probe if name == "web" else None, folder=folder)
        for name, command in commands(host=host, port=port, haste=haste).items()
    ]
