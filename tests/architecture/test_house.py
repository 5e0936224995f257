"""The rules of the house that code could break unseen: names, sizes, time, locks, migrations, rights."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connections
from django.db.migrations.loader import MigrationLoader

from marketplace import roles
from marketplace.local.state import CHECKOUT

APPS = (
    "agents",
    "assistant",
    "audit",
    "brands",
    "conversations",
    "dispatch",
    "marketplace",
    "payouts",
    "realtime",
    "shifts",
)
NOT_OURS = {"node_modules", "dist", ".venv", ".git", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache"}
EMPTY_NAMES = {"core", "common", "utils", "util", "helpers", "helper", "misc", "lib", "shared_code", "base"}
LONGEST_FILE = 400
# Why a file may be longer.
LONGER = {
    "realtime/protocol.py": "every frame once, in one place: documentation and types are made from it",
    "web/protocol/index.ts": "generated",
}
SOURCES = ("*.py", "*.ts", "*.tsx", "*.mjs", "*.css", "*.html", "*.sql")
# Where the wall clock may be read: the one clock, and what starts machines before there is a database.
CLOCKS = ("marketplace/clock.py", "marketplace/local/")
# Doors read the one clock; rooms are given `now`.
DOOR = re.compile(
    r"(^|/)(api|[a-z_]+_api|tasks|views|admin|windows|sockets|signup|hub|session)\.py$|/management/commands/|/admin/"
)


def ours(*patterns: str, under: tuple[str, ...] = ()) -> Iterator[Path]:
    """Our own files, relative to the checkout."""
    for top in under or sorted(path.name for path in CHECKOUT.iterdir() if path.name not in NOT_OURS):
        for path in [CHECKOUT / top] if (CHECKOUT / top).is_file() else sorted((CHECKOUT / top).rglob("*")):
            inside = path.relative_to(CHECKOUT)
            if path.is_file() and not NOT_OURS & set(inside.parts) and any(path.match(pattern) for pattern in patterns):
                yield inside


def code() -> Iterator[tuple[Path, ast.Module]]:
    """The product's Python, parsed."""
    for path in ours("*.py", under=APPS):
        yield path, ast.parse((CHECKOUT / path).read_text(encoding="utf-8"))


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Each call of something with a name, as (its last two words, the call)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            before = owner.id if isinstance(owner, ast.Name) else owner.attr if isinstance(owner, ast.Attribute) else ""
            yield f"{before}.{node.func.attr}", node


def test_every_module_and_folder_is_named_for_what_it_decides() -> None:
    """No core, common, utils or helpers anywhere, and no services.py in an app."""
    named = {part.removesuffix(".py") for path in ours("*.py", under=APPS) for part in path.parts[1:]}
    services = [path for path in ours("services.py", under=APPS) if path != Path("marketplace/local/services.py")]

    assert named & (EMPTY_NAMES - {"base"}) == set()
    assert services == []


def test_no_file_is_longer_than_a_reader_can_hold() -> None:
    long = {
        str(path): lines
        for path in ours(*SOURCES)
        if "migrations" not in path.parts and (lines := (CHECKOUT / path).read_bytes().count(b"\n")) > LONGEST_FILE
    }

    assert {path: lines for path, lines in long.items() if path not in LONGER} == {}
    assert set(LONGER) - set(long) == set(), "no longer long: take it off the list"


def test_tests_have_no_package_that_hides_an_app() -> None:
    assert list((CHECKOUT / "tests").rglob("__init__.py")) == []


def test_the_wall_clock_is_read_in_one_place() -> None:
    forbidden = {"time.time", "time.time_ns", "datetime.utcnow", "datetime.now", "datetime.today", "date.today",
                 "timezone.now", "time.localtime", "time.gmtime"}  # fmt: skip
    read = [
        f"{path}:{call.lineno} {name}"
        for path, tree in code()
        if not str(path).startswith(CLOCKS)
        for name, call in calls(tree)
        if name in forbidden
    ]

    assert read == []


def test_only_doors_ask_what_time_it_is() -> None:
    asked = [
        f"{path}:{call.lineno}"
        for path, tree in code()
        if not DOOR.search(str(path))
        for name, call in calls(tree)
        if name == "clock.now"
    ]

    assert asked == []


def test_every_lock_lets_foreign_keys_pass() -> None:
    """`FOR UPDATE` deadlocks with an insert that refers to the row: FOR NO KEY UPDATE does not."""
    locks = [
        f"{path}:{call.lineno}"
        for path, tree in code()
        for name, call in calls(tree)
        if name.endswith(".select_for_update")
        and not any(word.arg == "no_key" and getattr(word.value, "value", None) is True for word in call.keywords)
    ]
    # Dead processes' leases are nobody's parent by then.
    raw = [
        str(path)
        for path in ours("*.py", "*.sql", under=APPS)
        if re.search(r"\bfor update\b(?! skip locked)", (CHECKOUT / path).read_text(encoding="utf-8"))
    ]

    assert locks == []
    assert raw == []


def test_no_lock_is_tied_to_a_session() -> None:
    """A pooler may stand in front: an advisory lock of a session would outlive its request."""
    held = [
        str(path)
        for path in ours("*.py", "*.sql", under=APPS)
        if re.search(r"pg_(try_)?advisory_lock", (CHECKOUT / path).read_text(encoding="utf-8"))
    ]

    assert held == []


def test_a_moment_without_its_zone_is_never_made() -> None:
    naive = [
        f"{path}:{call.lineno}"
        for path, tree in code()
        for name, call in calls(tree)
        if name == "datetime.fromtimestamp" and len(call.args) + len(call.keywords) < 2
    ]

    assert naive == []


def own_migrations() -> MigrationLoader:
    return MigrationLoader(None)


def test_migrations_are_numbered_without_a_gap_and_named_for_what_they_do() -> None:
    for app in APPS:
        names = sorted(name for label, name in own_migrations().disk_migrations if label == app)
        assert [name[:4] for name in names] == [f"{number:04}" for number in range(1, len(names) + 1)], app
        assert [name for name in names if re.search(r"_auto_|^\d+_alter_|_and_more$|_remove_.*_and_", name)] == []


def test_every_step_of_a_migration_can_be_taken_back() -> None:
    stuck = [
        f"{label}.{name}: {operation.describe()}"
        for (label, name), migration in own_migrations().disk_migrations.items()
        if label in APPS
        for operation in migration.operations
        if not operation.reversible
    ]

    assert stuck == []


@pytest.mark.usefixtures("fresh_database")
def test_migrations_go_back_to_nothing_and_forth_again() -> None:
    for app in ("dispatch", "conversations", "payouts", "agents", "brands", "audit", "realtime"):
        call_command("migrate", app, "zero", database="owner", verbosity=0, interactive=False)
    assert ours_in_the_database() == []

    call_command("migrate", database="owner", verbosity=0, interactive=False)
    assert "payouts_posting" in ours_in_the_database()


def ours_in_the_database() -> list[str]:
    tables = connections["owner"].introspection.table_names()
    return [table for table in tables if table.partition("_")[0] in APPS]


@pytest.mark.parametrize("table", roles.APPEND_ONLY)
def test_the_role_that_runs_adds_to_history_and_never_rewrites_it(table: str, db: None) -> None:
    assert rights(table) == {"SELECT", "INSERT"}


@pytest.mark.parametrize("table", roles.KEPT)
def test_what_is_kept_is_never_deleted(table: str, db: None) -> None:
    assert rights(table) == {"SELECT", "INSERT", "UPDATE"}


def test_postings_facts_audits_and_the_journal_are_history() -> None:
    """Whoever adds a table of history adds it to the list; nobody takes one off."""
    assert {"audit_entry", "payouts_posting", "payouts_earningfact", "payouts_ledgeraudit"} <= set(roles.APPEND_ONLY)


def test_the_role_that_runs_owns_nothing_and_makes_nothing(db: None) -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute(
            """select r.rolsuper or r.rolcreaterole or r.rolcreatedb or r.rolbypassrls,
                 (select count(*) from pg_class c where c.relowner = r.oid),
                 has_schema_privilege(r.rolname, 'public', 'CREATE')
               from pg_roles r where r.rolname = current_user"""
        )
        assert cursor.fetchone() == (False, 0, False)


def rights(table: str) -> set[str]:
    with connections["default"].cursor() as cursor:
        cursor.execute(
            """select privilege from unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) privilege
               where has_table_privilege(current_user, %s, privilege)""",
            [table],
        )
        return {privilege for (privilege,) in cursor.fetchall()}
