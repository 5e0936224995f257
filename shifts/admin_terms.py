"""Windows onto what agents said about when they would work, and onto single wishes. Theirs to change, not ours."""

from django.contrib import admin

from marketplace.windows import Window, label
from shifts.models import DayHours, Hours, Terms, Wish


@admin.register(Terms)
class TermsAdmin(Window):
    """Each agent's clock, own limit and choices. The address of her calendar is a secret of hers and not shown."""

    list_display = ["agent", "timezone", "week_minutes_most", "wish_by_hours", "stand_by", "remind_minutes"]
    list_filter = ["wish_by_hours", "stand_by"]
    list_select_related = ["agent"]
    exclude = ["feed_token"]
    ordering = ["agent__display_name"]


@admin.register(Hours)
class HoursAdmin(Window):
    """Times of the week in which agents would work, by their own clocks."""

    list_display = ["agent", "weekday", "begins", "ends"]
    list_filter = ["weekday"]
    list_select_related = ["agent"]

    @admin.display(description="Begins", ordering="begins_minute")
    def begins(self, hours: Hours) -> str:
        return _time(hours.begins_minute)

    @admin.display(description="Ends", ordering="ends_minute")
    def ends(self, hours: Hours) -> str:
        return _time(hours.ends_minute)


@admin.register(DayHours)
class DayHoursAdmin(Window):
    """Days unlike an agent's week; one without times: she does not work."""

    list_display = ["agent", "day", "begins", "ends"]
    list_select_related = ["agent"]
    date_hierarchy = "day"

    @admin.display(description="Begins")
    def begins(self, hours: DayHours) -> str:
        return _time(hours.begins_minute)

    @admin.display(description="Ends")
    def ends(self, hours: DayHours) -> str:
        return _time(hours.ends_minute)


@admin.register(Wish)
class WishAdmin(Window):
    """Who wished for which shift, how much, and the sentence each was answered with."""

    list_display = ["shift", "agent", "strength", "state_shown", "sentence", "answered_at"]
    list_filter = ["state", "strength", "brand"]
    list_select_related = ["shift", "agent"]

    @label("State", {"open": "info", "granted": "success"}, ordering="state")
    def state_shown(self, wish: Wish) -> tuple[str, str]:
        return wish.state, wish.get_state_display()


def _time(minute: int | None) -> str:
    return "not at all" if minute is None else f"{minute // 60:02d}:{minute % 60:02d}"
