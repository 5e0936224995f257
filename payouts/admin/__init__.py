"""Windows onto the money. Nothing here is edited raw: changes go through the rooms, as actions."""

from payouts.admin import books, cases, plans

__all__ = ["books", "cases", "plans"]
