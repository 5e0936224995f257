"""Containers run what the supervisor runs: same processes, same commands, variables that the product reads."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from marketplace.environment import load
from marketplace.local import postgres, processes
from marketplace.local.state import CHECKOUT

COMPOSE: dict[str, Any] = yaml.safe_load((CHECKOUT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
COMMANDS = processes.commands(host="0.0.0.0", port=8000)
NAMES = ("BECKON_ENV", "SECRET_KEY", "DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")


def filled(text: str) -> str:
    """What compose makes of a value when every variable is given."""
    known = {"BECKON_ENV": "production", "BECKON_PUBLIC_URL": "https://help.lindenpay.example", "BECKON_SMTP_URL": ""}
    strong = "q8Zr1Yw5Vn3Lk7Jh2Gf9Dd4Sa6Pp0Oi8Uy7Tt6Rr5Ee4Ww3Qq2Mm"
    return re.sub(r"\$\{(\w+)(?::[-?][^}]*)?\}", lambda found: known.get(found[1], strong), text)


def test_compose_starts_every_process_of_the_product_and_nothing_else() -> None:
    assert set(SERVICES) - {"postgres", "valkey", "prepare"} == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_container_runs_the_same_command_as_the_supervisor(name: str) -> None:
    assert SERVICES[name]["command"] == ["python", *COMMANDS[name]]


def test_the_image_runs_the_web_process_by_default() -> None:
    command = re.findall(r"^CMD (\[.*?\])$", (CHECKOUT / "Dockerfile").read_text(), re.MULTILINE | re.DOTALL)[-1]

    assert json.loads(command.replace("\\\n", "")) == ["python", *COMMANDS["web"]]


@pytest.mark.parametrize("name", [*COMMANDS, "prepare"])
def test_a_container_is_told_what_production_needs(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BECKON_STATE_DIR", str(tmp_path))
    given = {key: filled(value) for key, value in SERVICES[name]["environment"].items()}

    found = load(given)

    assert (found.name, found.port, found.host) == ("production", 8000, "0.0.0.0")


@pytest.mark.parametrize("name", COMMANDS)
def test_only_prepare_is_given_the_role_that_migrates(name: str) -> None:
    assert "DATABASE_OWNER_URL" not in SERVICES[name]["environment"]
    assert postgres.OWNER in SERVICES["prepare"]["environment"]["DATABASE_OWNER_URL"]


def test_every_variable_that_is_read_is_explained() -> None:
    read = (CHECKOUT / "marketplace/environment.py").read_text()
    read += "".join(file.read_text() for file in (CHECKOUT / "marketplace/local").glob("*.py"))
    told = (CHECKOUT / "docs/operations.md").read_text()

    names = {*re.findall(r"\bBECKON_[A-Z_]+\b", read), *NAMES} - {"BECKON_BOOTSTRAP_LOCKED"}

    assert sorted(name for name in names if f"`{name}`" not in told) == []


def test_containers_are_given_no_variable_that_nothing_reads() -> None:
    readers = ("marketplace/environment.py", "marketplace/local/state.py", "payouts/runs/vault.py")
    read = "".join((CHECKOUT / reader).read_text() for reader in readers)

    given = {name for service in (*COMMANDS, "prepare") for name in SERVICES[service]["environment"]}

    outlets = (CHECKOUT / "payouts/runs/outlets.py").read_text()  # their names there lack the beginning
    known = {name for name in given if f'"{name}"' in read or f'"{name.removeprefix("BECKON_PAYOUT_")}"' in outlets}
    assert sorted(given - known) == []
