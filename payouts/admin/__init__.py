"""Windows onto the money. Nothing here is edited raw: changes go through the rooms, as actions."""

from payouts.admin import bank, books, cases, corrections, plans, runs, surges

__all__ = ["bank", "books", "cases", "corrections", "plans", "runs", "surges"]
