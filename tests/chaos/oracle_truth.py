"""The database as it stands when everything is over, read with plain SQL in one snapshot, for one seed's brands.

Times are seconds of the reader's `time.monotonic()`, so that they compare with what clients wrote down.
"""

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

Row = SimpleNamespace
Key = tuple[str, str]  # conversation, stream

TABLES: Mapping[str, str] = {
    "conversations": """
        select id::text, brand_id::text, customer_id::text, state, talk_seq, desk_seq, status,
          opened_at, closed_at from conversations_conversation where brand_id = any(%(brands)s)""",
    "events": """
        select conversation_id::text, stream, seq, kind, author_role, author_id::text, client_id::text, text, data, at,
          pg_xact_commit_timestamp(xmin) as stored_at
        from conversations_event where brand_id = any(%(brands)s) order by conversation_id, stream, seq""",
    "engagements": """
        select id::text, brand_id::text, conversation_id::text, agent_id::text, escalation_id::text, offer_id::text,
          pay_plan_id::text, state, accepted_at, ended_at, dormant_since
        from conversations_engagement where brand_id = any(%(brands)s) order by accepted_at""",
    "ratings": "select engagement_id::text, score from conversations_rating where brand_id = any(%(brands)s)",
    "escalations": """
        select id::text, conversation_id::text, state, priority, queued_at, ended_at
        from dispatch_escalation where brand_id = any(%(brands)s) order by queued_at""",
    "offers": """
        select id::text, escalation_id::text, agent_id::text, state, offered_at, expires_at, ended_at
        from dispatch_offer where brand_id = any(%(brands)s) order by offered_at""",
    "slots": "select agent_id::text, willing, capacity, active, held from agents_slot where agent_id = any(%(agents)s)",
    "plans": """
        select id::text, brand_id::text, currency, rules from payouts_payplan where brand_id = any(%(brands)s)""",
    "accounts": """
        select id::text, name, currency, agent_id::text, sequenced, last_seq, balance
        from payouts_account where agent_id = any(%(agents)s) or agent_id is null""",
    "postings": """
        select p.account_id::text, p.contra_id::text, p.currency, p.amount, p.seq, p.balance_after, p.source, p.kind,
          p.engagement_id::text
        from payouts_posting p join payouts_account a on a.id = p.account_id
        where a.agent_id = any(%(agents)s) or p.brand_id = any(%(brands)s) order by p.account_id, p.seq""",
}


@dataclass
class Truth:
    """Rows by table, with the indexes that several checks read."""

    conversations: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)
    engagements: list[Row] = field(default_factory=list)
    ratings: list[Row] = field(default_factory=list)
    escalations: list[Row] = field(default_factory=list)
    offers: list[Row] = field(default_factory=list)
    slots: list[Row] = field(default_factory=list)
    plans: list[Row] = field(default_factory=list)
    accounts: list[Row] = field(default_factory=list)
    postings: list[Row] = field(default_factory=list)
    read_at: float = 0.0
    clock_error: float = 0.0  # seconds by which the times of PostgreSQL's clock may be off, at most

    def __post_init__(self) -> None:
        self.streams: dict[Key, dict[int, Row]] = defaultdict(dict)
        self.by_client_id: dict[str, list[Row]] = defaultdict(list)
        for event in self.events:
            self.streams[event.conversation_id, event.stream][event.seq] = event
            if event.client_id:
                self.by_client_id[event.client_id].append(event)
        for held in self.streams.values():
            _date(held)
        self.conversation = {row.id: row for row in self.conversations}
        self.engagement = {row.id: row for row in self.engagements}
        self.escalation = {row.id: row for row in self.escalations}
        self.offer = {row.id: row for row in self.offers}
        self.engagements_of: dict[tuple[str, str], list[Row]] = defaultdict(list)  # agent, conversation
        for row in self.engagements:
            self.engagements_of[row.agent_id, row.conversation_id].append(row)
        self.customer_of = {row.id: f"customer:{row.customer_id}" for row in self.conversations}


def _date(held: dict[int, Row]) -> None:
    """`stood`: the earliest moment at which each row can have been there. Rows follow each other under a lock, while
    `at` was read before it was had."""
    latest = float("-inf")
    for _, event in sorted(held.items()):
        event.stood = latest = max(latest, event.at)


async def read(database_url: str, brands: Sequence[str], agents: Sequence[str]) -> Truth:
    """Everything of these brands and agents (by id), at one moment."""
    given = {"brands": list(brands), "agents": list(agents)}
    async with await psycopg.AsyncConnection.connect(database_url, row_factory=dict_row) as database:
        await database.set_isolation_level(psycopg.IsolationLevel.REPEATABLE_READ)
        async with database.transaction():
            before = time.monotonic()
            found = await (
                await database.execute("select extract(epoch from clock_timestamp())::float8 as t")
            ).fetchone()
            assert found is not None
            after = time.monotonic()
            zero = found["t"] - (before + after) / 2
            tables = {name: await _rows(database, query, given, zero) for name, query in TABLES.items()}
    return Truth(**tables, read_at=time.monotonic(), clock_error=(after - before) / 2)


async def _rows(database: psycopg.AsyncConnection[Any], query: str, given: dict[str, Any], zero: float) -> list[Row]:
    cursor = await database.execute(sql.SQL(query), given)
    return [_row(row, zero) for row in await cursor.fetchall()]


def _row(values: dict[str, Any], zero: float) -> Row:
    """Times in seconds under their name; the exact ones, for money, under `..._when`."""
    row = Row(**values)
    for name, value in values.items():
        if isinstance(value, datetime):
            setattr(row, name, value.timestamp() - zero)
            setattr(row, "when" if name == "at" else name.replace("_at", "_when"), value)
    return row
