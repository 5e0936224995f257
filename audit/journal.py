"""Writes the audit rows."""

from datetime import datetime
from typing import Any
from uuid import UUID

from audit.models import Entry


def record(
    action: str,
    *,
    actor: str,
    subject: str,
    now: datetime,
    reason: str = "",
    brand_id: UUID | None = None,
    detail: dict[str, Any] | None = None,
) -> Entry:
    """Add one row, in the caller's transaction: the action and its trace commit together."""
    return Entry.objects.create(
        at=now, actor=actor, action=action, subject=subject, reason=reason, brand_id=brand_id, detail=detail or {}
    )
