"""What differs between machines: read once, and every bad value ends in one sentence."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from marketplace import environment, waits
from marketplace.environment import BadEnvironment, broker, load
from marketplace.local import processes, state

SERVERS = {
    "DATABASE_URL": "postgresql://beckon:secret@db/beckon",
    "DATABASE_OWNER_URL": "postgresql://beckon_owner:secret@db/beckon",
    "REDIS_URL": "redis://cache:6379/0",
}
STRONG = "q8Zr1Yw5Vn3Lk7Jh2Gf9Dd4Sa6Pp0Oi8Uy7Tt6Rr5Ee4Ww3Qq2Mm"
PRODUCTION = SERVERS | {
    "BECKON_ENV": "production",
    "SECRET_KEY": STRONG,
    "BECKON_PUBLIC_URL": "https://help.lindenpay.example",
}


@pytest.fixture(autouse=True)
def own_state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("BECKON_STATE_DIR", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"BECKON_ENV": "staging"}, "BECKON_ENV is 'staging'"),
        ({"BECKON_PORT": "eighty"}, "BECKON_PORT is 'eighty'"),
        ({"BECKON_PORT": "70000"}, "a number from 1 to 65535"),
        ({"DATABASE_URL": "mysql://db/beckon"}, "DATABASE_URL must begin with"),
        ({"DATABASE_URL": "postgresql://beckon@db"}, "names no database"),
        ({"DATABASE_URL": "postgresql://beckon@db:many/beckon"}, "DATABASE_URL is not a URL"),
        ({"DATABASE_URL": SERVERS["DATABASE_URL"]}, "REDIS_URL is not"),
        ({"REDIS_URL": SERVERS["REDIS_URL"]}, "without DATABASE_URL"),
        (SERVERS | {"DATABASE_OWNER_URL": SERVERS["DATABASE_URL"]}, "name the same role"),
        ({"BECKON_PUBLIC_URL": "help.example"}, "BECKON_PUBLIC_URL must begin with"),
        ({"BECKON_SMTP_URL": "http://mail"}, "BECKON_SMTP_URL must begin with smtp://"),
        ({"BECKON_HASTE": "quick"}, "BECKON_HASTE is 'quick', but must be a number from 1 to 60"),
        ({"BECKON_HASTE": ""}, "BECKON_HASTE is ''"),
        ({"BECKON_HASTE": "0.5"}, "BECKON_HASTE is '0.5'"),
        ({"BECKON_HASTE": "nan"}, "BECKON_HASTE is 'nan'"),
        ({"BECKON_HASTE": "inf"}, "BECKON_HASTE is 'inf'"),
    ],
)
def test_a_bad_value_ends_in_one_sentence(given: dict[str, str], sentence: str) -> None:
    with pytest.raises(BadEnvironment) as refused:
        load(given)

    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"SECRET_KEY": ""}, "needs SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "too weak"),
        ({"SECRET_KEY": "a" * 60}, "too weak"),
        ({"SECRET_KEY": "django-insecure-" + STRONG}, "looks like a default"),
        ({"DEBUG": "1"}, "DEBUG is set"),
        ({"BECKON_PUBLIC_URL": ""}, "needs BECKON_PUBLIC_URL"),
        ({"BECKON_PUBLIC_URL": "http://help.lindenpay.example"}, "must begin with https://"),
        (dict.fromkeys(SERVERS, ""), "Production needs DATABASE_URL"),
        ({"BECKON_HASTE": "10"}, "BECKON_HASTE shortens every wait"),
    ],
)
def test_production_refuses_what_is_good_enough_for_a_demo(change: dict[str, str], sentence: str) -> None:
    with pytest.raises(BadEnvironment, match=sentence):
        load(PRODUCTION | change)


def test_production_answers_to_its_public_name_only() -> None:
    found = load(PRODUCTION)

    assert found.allowed_hosts == ["help.lindenpay.example"]
    assert found.origins == ["https://help.lindenpay.example"]


def test_haste_divides_every_wait_but_no_lease_gets_too_short() -> None:
    haste = load(SERVERS | {"BECKON_HASTE": "10"}).haste

    hurried = waits.shortened(haste)

    assert load(SERVERS).haste == load(PRODUCTION | {"BECKON_HASTE": "1"}).haste == 1
    assert hurried.keys() == waits.TRUE.keys()
    shorter = {name: max(seconds / 10, waits.SHORTEST.get(name, 0)) for name, seconds in waits.TRUE.items()}
    assert hurried == pytest.approx(shorter)
    assert (hurried["ping_seconds"], hurried["lead_seconds"]) == (1, 1)
    web = processes.commands(host="localhost", port=8000, haste=haste)["web"]
    assert [web[web.index(f"--ws-ping-{what}") + 1] for what in ("interval", "timeout")] == ["1", "1"]


def test_the_servers_of_the_environment_win_over_the_embedded_ones() -> None:
    found = load(SERVERS)

    assert (found.database_url, found.redis_url) == (SERVERS["DATABASE_URL"], SERVERS["REDIS_URL"])
    assert found.engine == "django.db.backends.postgresql"


def test_without_servers_the_engine_is_one_that_says_how_to_start_them() -> None:
    assert load({}).engine == "marketplace.local.absent"


def test_a_test_session_never_finds_the_running_demo(own_state: Path) -> None:
    pid = os.getpid()
    demo = state.Running("postgresql://beckon@db/demo", "", "redis://demo", "", True, pid, state.started_at(pid) or 0)
    state.publish(own_state, demo)

    assert load({}).database_url == demo.database
    assert load({"BECKON_ENV": "test"}).database_url != demo.database


def test_the_servers_of_a_system_that_has_died_are_not_used(own_state: Path) -> None:
    state.publish(own_state, state.Running("postgresql://beckon@db/demo", "", "redis://demo", "", True, 2**22, 1.0))

    assert load({}).engine == "marketplace.local.absent"


def test_the_demo_keeps_its_secret_to_itself_and_over_restarts(own_state: Path) -> None:
    first = load({}).secret_key

    assert load({}).secret_key == first
    assert len(first) >= environment.SHORTEST_SECRET
    assert (own_state / "secrets.json").stat().st_mode & 0o777 == 0o600


def test_celery_is_told_of_a_socket_in_its_own_words() -> None:
    assert broker("unix://:pw@/run/valkey.sock?db=0") == "redis+socket://:pw@/run/valkey.sock?virtual_host=0"
    assert broker("rediss://cache:6380/1") == "rediss://cache:6380/1"
