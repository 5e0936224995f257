"""A window onto what operators tried out: each question with its inputs and its answer."""

from django.contrib import admin

from dispatch.models import WhatIf
from marketplace.windows import WideWindow, label


@admin.register(WhatIf)
class WhatIfAdmin(WideWindow):
    """Days tried out with the simulator. Asked on the planning board; kept as long as decisions."""

    list_display = ["asked_at", "brand", "day", "question", "state_shown", "sentence"]
    list_filter = ["state", "brand"]
    list_select_related = ["brand"]
    date_hierarchy = "asked_at"

    @label("State", {"running": "info", "done": "success", "failed": "danger"}, ordering="state")
    def state_shown(self, what_if: WhatIf) -> tuple[str, str]:
        return what_if.state, what_if.get_state_display()
