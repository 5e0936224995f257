"""What the role that runs may do: everything the product needs, and never rewrite money or history.

`beckon_owner` owns the tables and migrates them; `beckon` runs. Tables named here can be read and added to only.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

from marketplace.local.state import Trouble

# Rows of these tables are never changed and never deleted, by anybody: table names, in alphabetical order.
APPEND_ONLY: tuple[str, ...] = (
    "audit_entry",
    "dispatch_decision",
    "dispatch_round",
    "dispatch_scoreweights",
    "payouts_archivedposting",
    "payouts_archiving",
    "payouts_closingbalance",
    "payouts_earningfact",
    "payouts_ledgeraudit",
    "payouts_night",
    "payouts_payoutfile",
    "payouts_period",
    "payouts_posting",
    "payouts_providerevent",
    "payouts_recovery",
    "payouts_tippayment",
)
# Rows of these change, under triggers of their own, but are never deleted.
KEPT: tuple[str, ...] = (
    "payouts_account",
    "payouts_bankentry",
    "payouts_cashoutmandate",
    "payouts_clawback",
    "payouts_correction",
    "payouts_debt",
    "payouts_dispute",
    "payouts_hold",
    "payouts_payout",
    "payouts_payoutattempt",
    "payouts_payoutbatch",
    "payouts_payoutdestination",
    "payouts_payoutrun",
    "payouts_payplan",
    "payouts_plandraft",
    "payouts_surgebudget",
    "payouts_surgereservation",
    "payouts_unitpool",
    "payouts_unitsdue",
)
# Written by migrations alone.
READ_ONLY: tuple[str, ...] = ("django_migrations",)

DEMO_DOMAIN = "@beckon.example"

Connection = psycopg.Connection[tuple[object, ...]]


def grant(owner: Connection, *, runner: str) -> None:
    """The running role holds exactly its rights on every table, whatever it held before. One transaction."""
    role = sql.Identifier(runner)
    with owner.transaction():
        for statement in (
            "GRANT USAGE ON SCHEMA public TO {}",
            "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {}",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}",
            "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}",
            "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {}",
        ):
            owner.execute(sql.SQL(statement).format(role))
        for table in _existing(owner, APPEND_ONLY):
            owner.execute(sql.SQL("REVOKE UPDATE, DELETE ON {} FROM {}").format(sql.Identifier(table), role))
        for table in _existing(owner, KEPT):
            owner.execute(sql.SQL("REVOKE DELETE ON {} FROM {}").format(sql.Identifier(table), role))
        for table in _existing(owner, READ_ONLY):
            owner.execute(sql.SQL("REVOKE INSERT, UPDATE, DELETE ON {} FROM {}").format(sql.Identifier(table), role))


def _existing(owner: Connection, tables: tuple[str, ...]) -> list[str]:
    """Those that are there, with their partitions."""
    rows = owner.execute(
        """SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname = ANY(%(tables)s)
           UNION ALL
           SELECT part.relname FROM pg_inherits JOIN pg_class part ON part.oid = inhrelid
             JOIN pg_class whole ON whole.oid = inhparent
           WHERE whole.relnamespace = 'public'::regnamespace AND whole.relname = ANY(%(tables)s)
             AND part.relkind = 'r'""",
        {"tables": list(tables)},
    )
    return [str(name) for (name,) in rows]


def analyze(owner: Connection) -> None:
    """The planner knows every table: a plan made for an empty one would scan a full one."""
    rows = owner.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user")
    for (table,) in rows.fetchall():
        owner.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(str(table))))


def missing(owner: Connection) -> list[str]:
    """Protected tables that are not there: a renamed table must not lose its protection unseen."""
    return sorted({*APPEND_ONLY, *KEPT} - set(_existing(owner, APPEND_ONLY + KEPT)))


def refuse_unfit_runner(runner: Connection) -> None:
    """Trouble unless the connected role is too weak to rewrite the ledger, as an owner or superuser would not be."""
    (name, superuser, owner_of) = runner.execute(
        """
        SELECT current_user, rolsuper OR rolbypassrls OR rolcreaterole, (
          SELECT min(c.relname) FROM pg_class c
          WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
            AND pg_has_role(current_user, c.relowner, 'MEMBER'))
        FROM pg_roles WHERE rolname = current_user
        """
    ).fetchone() or ("?", True, None)
    if superuser:
        raise Trouble(
            f"DATABASE_URL names {name}, which is a superuser or may make roles: the role that runs must be an "
            "ordinary one (CREATE ROLE beckon LOGIN), or nothing keeps it from rewriting the ledger."
        )
    if owner_of:
        raise Trouble(
            f"DATABASE_URL names {name}, which owns the table {owner_of}: run as another role than the one in "
            "DATABASE_OWNER_URL, or nothing keeps it from rewriting the ledger."
        )


def refuse_demo_people(connection: Connection) -> None:
    """Trouble when somebody of the demo could log in: their passwords are printed at every demo start."""
    found = connection.execute("SELECT min(email) FROM agents_user WHERE email LIKE %s", [f"%{DEMO_DOMAIN}"]).fetchone()
    if found and found[0]:
        raise Trouble(f"The database holds {found[0]}, a person of the demo: production needs a database of its own.")
