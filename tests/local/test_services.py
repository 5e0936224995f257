"""Throw-away servers: real ones, with passwords, gone afterwards."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
import redis

from marketplace import roles
from marketplace.local import launch, services, state
from marketplace.local.postgres import Postgres
from marketplace.local.services import Urls


def test_the_servers_answer_inside_the_block_and_are_gone_after_it() -> None:
    with services.embedded(fast=True) as urls:
        with psycopg.connect(urls.database) as runner:
            assert runner.execute("SELECT current_user").fetchone() == ("beckon",)
        with redis.Redis.from_url(urls.redis) as client:
            assert client.ping()

    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(urls.database)


def test_neither_server_lets_anyone_in_without_the_password(services_urls: Urls) -> None:
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(services_urls.database.replace("beckon:", "beckon:x"))
    address = services_urls.redis.split("@")[-1]
    with pytest.raises(redis.AuthenticationError), redis.Redis.from_url(f"unix://{address}") as client:
        client.ping()


def test_the_role_that_runs_makes_neither_roles_nor_databases(services_urls: Urls) -> None:
    with psycopg.connect(services_urls.database, autocommit=True) as runner:
        for statement in ("CREATE ROLE mallory", "CREATE DATABASE mallory"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                runner.execute(statement.encode())


def test_data_is_found_again_and_a_half_made_folder_is_made_anew() -> None:
    with services.throw_away() as home:
        (home / "postgres-18.unfinished").mkdir()
        (home / "postgres-18.unfinished" / "half").write_text("made")
        with services.embedded(home, fast=True) as urls, psycopg.connect(urls.owner) as owner:
            owner.execute("CREATE TABLE kept (n int)")
        with services.embedded(home, fast=True) as urls, psycopg.connect(urls.owner) as owner:
            assert owner.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_the_socket_folder_is_private_and_short(tmp_path: Path) -> None:
    run = state.sockets(tmp_path / ("long" * 40))

    assert len(str(run)) <= state.LONGEST_SOCKET_FOLDER
    assert run.stat().st_mode & 0o777 == 0o700
    run.rmdir()


def test_the_folder_of_letters_is_private_unless_it_was_there_before(tmp_path: Path) -> None:
    given = tmp_path / "given"
    given.mkdir(mode=0o750)

    modes = [state.make_mail(path).stat().st_mode & 0o777 for path in (tmp_path / "made", given)]

    assert modes == [0o700, 0o750]


def test_a_superuser_is_refused_as_the_role_that_runs() -> None:
    with services.throw_away() as home, services.embedded(home, fast=True):
        account = launch.service_account()
        server = Postgres(home, state.sockets(home), state.secrets_of(home), account)
        with (
            server.superuser("beckon") as connection,
            pytest.raises(state.Trouble, match="postgres, which is a superuser"),
        ):
            roles.refuse_unfit_runner(connection)


def test_the_owner_of_the_tables_is_refused_as_the_role_that_runs(services_urls: Urls) -> None:
    with psycopg.connect(services_urls.owner) as owner:
        owner.execute("CREATE TABLE IF NOT EXISTS mine (n int)")
        with pytest.raises(state.Trouble, match="owns the table"):
            roles.refuse_unfit_runner(owner)


def test_a_state_folder_that_the_servers_cannot_enter_is_said(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    account = launch.service_account()

    if account is None:  # the servers run as we do and enter what we enter
        launch.refuse_closed(tmp_path, account)
    else:
        with pytest.raises(state.Trouble, match="cannot enter"):
            launch.refuse_closed(tmp_path / "state", account)
