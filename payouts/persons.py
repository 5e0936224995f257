"""What agents read of whoever decides about their money: a first name, never an address. Reads only."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from agents.models import User

OPERATOR = "operator:"


def first_names(principals: Iterable[str]) -> Mapping[str, str]:
    """The first name behind each of these principals that is a person with one; one query."""
    keys = {principal: _key(principal) for principal in principals}
    wanted = {key for key in keys.values() if key is not None}
    names = dict(User.objects.filter(pk__in=wanted).values_list("pk", "first_name")) if wanted else {}
    return {principal: name for principal, key in keys.items() if key is not None and (name := names.get(key, ""))}


def _key(principal: str) -> UUID | None:
    try:
        return UUID(principal.removeprefix(OPERATOR)) if principal.startswith(OPERATOR) else None
    except ValueError:
        return None
