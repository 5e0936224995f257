"""A window onto who did what. Its rows are added to by every privileged action, and changed by nobody."""

from django.contrib import admin

from audit.models import Entry
from marketplace.windows import WideWindow


@admin.register(Entry)
class EntryAdmin(WideWindow):
    """One privileged action, with the reason that was given."""

    list_display = ["at", "action", "subject", "actor", "reason"]
    list_filter = ["action"]
    search_fields = ["subject", "actor", "reason"]
    ordering = ["-at"]
