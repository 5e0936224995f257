"""Which certificates count now: one condition for every query, in Django's words and in SQL's."""

from datetime import datetime

from django.db.models import Q

LEARNER = 1  # a topic's level: asked once those who are certified have been


def in_force(now: datetime, held: str = "") -> Q:
    """It has not ended. `held` is the way to the certificates, for a filter that names the same ones: `skills`."""
    way = f"{held}__valid_until" if held else "valid_until"
    return Q(**{way: None}) | Q(**{f"{way}__gt": now})


def in_force_sql(held: str) -> str:
    """The same of a table's alias; the query is given `now`."""
    return f"({held}.valid_until is null or {held}.valid_until > %(now)s)"
