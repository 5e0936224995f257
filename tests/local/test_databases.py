"""The ground that tests stand on: copies of one migrated template, and a running role that cannot rewrite history."""

from __future__ import annotations

import threading

import psycopg
import pytest
from django.apps import apps
from django.db import connection, connections
from psycopg.errors import InsufficientPrivilege

from marketplace import roles
from marketplace.local.services import Urls


def current_user() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        (name,) = cursor.fetchone()
    return str(name)


@pytest.mark.django_db
def test_tests_run_as_the_role_that_runs() -> None:
    assert current_user() == connections["default"].settings_dict["USER"]
    assert current_user() != connections["owner"].settings_dict["USER"]


def test_threads_see_what_others_committed_in_a_fresh_database(fresh_database: Urls) -> None:
    seen: list[int] = []

    def count_sessions() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM django_session")
            seen.append(cursor.fetchone()[0])
        connection.close()

    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_session VALUES ('key', 'data', now())")
    threads = [threading.Thread(target=count_sessions) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert seen == [1] * 8


def test_a_fresh_database_knows_nothing_of_the_one_before(fresh_database: Urls) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_session")
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("table", roles.APPEND_ONLY)
@pytest.mark.parametrize("statement", ["DELETE FROM {table}", "TRUNCATE {table}", "UPDATE {table} SET {key} = {key}"])
def test_the_role_that_runs_cannot_rewrite_history(fresh_database: Urls, table: str, statement: str) -> None:
    (model,) = [model for model in apps.get_models() if model._meta.db_table == table]
    with psycopg.connect(fresh_database.database) as runner, pytest.raises(InsufficientPrivilege):
        runner.execute(statement.format(table=table, key=model._meta.pk.column).encode())


def test_the_role_that_runs_cannot_touch_the_record_of_migrations(fresh_database: Urls) -> None:
    with psycopg.connect(fresh_database.database) as runner, pytest.raises(InsufficientPrivilege):
        runner.execute("DELETE FROM django_migrations")
