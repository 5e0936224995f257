"""Windows onto the talk. What was said, and who the customer is, is behind a reason: see `disclosure`."""

from django.contrib import admin

from conversations.models import (
    Customer,
    CustomerToken,
    Engagement,
    Event,
    Participant,
    Rating,
    SpentIdentity,
)
from marketplace.windows import WideWindow, Window, label

ENGAGEMENT_COLOURS = {"live": "info", "resolved": "success", "transferred": "warning", "lost": "danger", "left": ""}


@admin.register(Customer)
class CustomerAdmin(WideWindow):
    """Under a pseudonym: her name and address are read on her conversation's page, with a reason."""

    list_display = ["__str__", "brand", "language", "vip", "created_at"]
    list_filter = ["brand", "vip"]
    list_select_related = ["brand"]
    search_fields = ["id__exact"]
    fields = ["id", "brand", "language", "vip", "created_at"]


@admin.register(Engagement)
class EngagementAdmin(WideWindow):
    """The stretch in which one agent owns one conversation. It ends by being resolved, given back or lost."""

    list_display = ["agent", "state_shown", "brand", "topic", "language", "accepted_at", "ended_at", "outcome"]
    list_filter = ["state", "brand", "language"]
    list_select_related = ["agent", "brand"]
    search_fields = ["id__exact", "conversation__id__exact"]
    ordering = ["-accepted_at"]
    fields = [
        "id", "brand", "conversation", "agent", "state", "topic", "language", "pay_plan", "offered_at", "accepted_at",
        "ended_at", "away_since", "outcome", "tags",
    ]  # fmt: skip

    @label("State", ENGAGEMENT_COLOURS, ordering="state")
    def state_shown(self, engagement: Engagement) -> tuple[str, str]:
        return engagement.state, engagement.get_state_display()


@admin.register(Rating)
class RatingAdmin(WideWindow):
    """What customers gave, without their words."""

    list_display = ["at", "score", "solved", "agent", "brand"]
    list_filter = ["score", "solved", "brand"]
    list_select_related = ["engagement__agent", "brand"]
    ordering = ["-at"]
    fields = ["engagement", "brand", "score", "solved", "at"]

    @admin.display(description="Agent", ordering="engagement__agent")
    def agent(self, rating: Rating) -> str:
        return str(rating.engagement.agent)


@admin.register(Event)
class EventAdmin(WideWindow):
    """Numbered rows of both streams, without their texts."""

    list_display = ["id", "conversation_id", "stream", "seq", "kind", "author_role", "at"]
    list_filter = ["stream", "kind"]
    search_fields = ["conversation__id__exact"]
    ordering = ["-id"]
    fields = ["id", "brand", "conversation", "stream", "seq", "kind", "author_role", "at"]


@admin.register(Participant)
class ParticipantAdmin(WideWindow):
    """Who may read and write which conversation."""

    list_display = ["id", "conversation_id", "role", "person_id", "may_write", "joined_at"]
    list_filter = ["role", "may_write"]
    search_fields = ["conversation__id__exact", "person_id__exact"]
    ordering = ["-id"]
    fields = ["conversation", "role", "person_id", "may_write", "joined_at"]


@admin.register(CustomerToken)
class CustomerTokenAdmin(WideWindow):
    """That a browser holds a token, and since when. The hash is shown to nobody."""

    list_display = ["customer", "created_at"]
    list_select_related = ["customer"]
    ordering = ["-created_at"]
    fields = ["customer", "created_at"]


@admin.register(SpentIdentity)
class SpentIdentityAdmin(Window):
    """Signed tokens that were used, kept until they would have expired anyway."""

    list_display = ["id", "brand", "expires_at"]
    list_filter = ["brand"]
    list_select_related = ["brand"]
    ordering = ["-id"]
    fields = ["brand", "expires_at"]
