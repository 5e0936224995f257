"""How the admin looks and what stands in its sidebar. Each link is shown to whoever may see what is behind it."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.module_loading import import_string

Item = dict[str, Any]

# Paper and ink of the house, from light to dark; the sidebar, lines and muted words are steps of it.
PAPER = {
    "50": "#F6F2EB",
    "100": "#F1ECE3",
    "200": "#E4DDD1",
    "300": "#CFC6B8",
    "400": "#A5B2AE",
    "500": "#56635F",
    "600": "#3F4B48",
    "700": "#3A4745",
    "800": "#2C3735",
    "900": "#171E1D",
    "950": "#101615",
}
HEARTH = {
    "50": "#EFF8F6",
    "100": "#DCEFEB",
    "200": "#B9DED8",
    "300": "#8FCCC2",
    "400": "#5CC3B5",
    "500": "#5CC3B5",
    "600": "#0F6B62",
    "700": "#0C574F",
    "800": "#173F3A",
    "900": "#12332F",
    "950": "#08211E",
}
INK = {
    "subtle-light": "#56635F",
    "subtle-dark": "#A5B2AE",
    "default-light": "#3F4B48",
    "default-dark": "#CBD6D3",
    "important-light": "#22302D",
    "important-dark": "#E8EEEC",
}


def may(right: str) -> Callable[[HttpRequest], bool]:
    """Shown to whoever holds this permission."""
    return partial(_may, right)


def _may(right: str, request: HttpRequest) -> bool:
    return request.user.has_perm(right)


def rows(title: str, icon: str, model: str, query: str = "") -> Item:
    """A link to the list of a model, narrowed by `query`."""
    app, name = model.split(".")
    listed = reverse_lazy(f"admin:{app}_{name}_changelist")
    link: Any = partial(_narrowed, listed, query) if query else listed
    return {
        "title": title,
        "icon": icon,
        "link": link,
        "permission": may(f"{app}.view_{name}"),
        "active": partial(_stands_there, listed, query),
    }


def _narrowed(listed: Any, query: str, request: HttpRequest) -> str:
    return f"{listed}?{query}"


def _stands_there(listed: Any, query: str, request: HttpRequest) -> bool:
    """On the list as it is narrowed here; on a row's page the link to the whole list is the one that is lit."""
    here = request.path.startswith(str(listed))
    return here and query == (request.META.get("QUERY_STRING", "") if query else _if_narrowed(request, listed))


def _if_narrowed(request: HttpRequest, listed: Any) -> str:
    """The query, where it is one of the sidebar's own; nothing otherwise."""
    query: str = request.META.get("QUERY_STRING", "")
    return query if request.path == str(listed) and query in (APPLIED, IN_LINE, UNMATCHED) else ""


def _waiting(request: HttpRequest) -> Item:
    """How many applications wait, beside their link; no mark where none does."""
    count = import_string("marketplace.admin.applied")(request)  # the models are not there yet while settings load
    return {"badge": count, "badge_variant": "warning"} if count else {}


APPLIED = "state__exact=applied"
UNMATCHED = "matching=open"
IN_LINE = "state__in=waiting%2Coffered"


# The sections of the sidebar and what stands in each: title, symbol, model, and what the list is narrowed by.
SECTIONS: dict[str, list[tuple[str, ...]]] = {
    "Work": [
        ("Applications", "how_to_reg", "agents.agent", APPLIED),
        ("Queue", "hourglass_top", "dispatch.escalation", IN_LINE),
        ("Conversations", "forum", "conversations.conversation"),
        ("Requests", "front_hand", "dispatch.escalation"),
        ("Offers", "notifications", "dispatch.offer"),
        ("Engagements", "support_agent", "conversations.engagement"),
        ("Ratings", "star", "conversations.rating"),
        ("Questions", "contact_support", "dispatch.question"),
        ("Abuse reports", "report", "dispatch.abusereport"),
    ],
    "Shifts": [
        ("Shifts", "calendar_month", "shifts.shift"),
        ("Seats", "chair", "shifts.seat"),
        ("Answers to wishes", "rule", "shifts.allotment"),
        ("Wishes", "favorite", "shifts.wish"),
        ("Waiting lists", "pending_actions", "shifts.waiting"),
        ("Swaps", "swap_horiz", "shifts.swap"),
        ("Told to agents", "campaign", "shifts.news"),
        ("Forecasts", "insights", "shifts.outlook"),
        ("Arrivals", "stacked_bar_chart", "shifts.arrivals"),
        ("Staffing", "tune", "shifts.staffing"),
        ("Special days", "event", "shifts.specialday"),
        ("Expected classes", "fiber_new", "shifts.expectation"),
        ("Agents' terms", "handshake", "shifts.terms"),
        ("Agents' hours", "schedule", "shifts.hours"),
        ("Agents' days", "today", "shifts.dayhours"),
        ("Planners", "badge", "shifts.planner"),
        ("What-ifs", "science", "dispatch.whatif"),
    ],
    "People": [
        ("Agents", "groups", "agents.agent"),
        ("Slots", "event_seat", "agents.slot"),
        ("Fairness", "balance", "dispatch.standing"),
        ("Customers", "person", "conversations.customer"),
        ("Log-ins", "key", "agents.user"),
        ("Roles", "badge", "auth.group"),
    ],
    "Money": [
        ("Payout runs", "payments", "payouts.payoutrun"),
        ("Unmatched", "help", "payouts.bankentry", UNMATCHED),
        ("Disputes", "balance", "payouts.dispute"),
        ("Corrections", "edit_square", "payouts.correction"),
        ("Holds", "lock_clock", "payouts.hold"),
        ("Clawbacks", "undo", "payouts.clawback"),
        ("Plan drafts", "edit_note", "payouts.plandraft"),
        ("Pay plans", "request_quote", "payouts.payplan"),
        ("Bank accounts", "account_balance", "payouts.payoutdestination"),
        ("Payment files", "draft", "payouts.payoutfile"),
        ("Cash-outs", "bolt", "payouts.cashoutmandate"),
        ("Postings", "receipt_long", "payouts.posting"),
        ("Bonus policies", "trending_up", "dispatch.surgepolicy"),
        ("Bonuses", "local_fire_department", "dispatch.surge"),
        ("Accounts", "account_balance_wallet", "payouts.account"),
        ("Frozen facts", "ac_unit", "payouts.earningfact"),
        ("Tips told", "volunteer_activism", "payouts.tippayment"),
        ("Periods", "event_available", "payouts.period"),
        ("Unit pools", "savings", "payouts.unitpool"),
        ("Ledger proofs", "fact_check", "payouts.ledgeraudit"),
    ],
    "Setup": [
        ("Brands", "storefront", "brands.brand"),
        ("Topics", "sell", "brands.skill"),
        ("Articles", "menu_book", "brands.article"),
    ],
    "Trace": [
        ("Audit", "shield", "audit.entry"),
        ("Matching modes", "switches", "dispatch.mode"),
        ("Decisions", "rule", "dispatch.decision"),
        ("Weights", "tune", "dispatch.scoreweights"),
        ("Dispatcher", "alt_route", "dispatch.leadership"),
        ("Servers", "dns", "realtime.serverlease"),
        ("Sockets", "cable", "realtime.connection"),
    ],
}


def navigation(request: HttpRequest) -> list[Item]:
    """The sidebar: what is live, then the sections."""
    home = {"title": "Now", "icon": "home", "link": reverse_lazy("admin:index")}
    board = {"title": "Live board", "icon": "monitoring", "link": reverse_lazy("board")}
    items = {title: [rows(*of) for of in lists] for title, lists in SECTIONS.items()}
    items["Work"][0].update(_waiting(request))
    return [{"title": "Live", "items": [home, board]}, *({"title": t, "items": i} for t, i in items.items())]


def style(request: HttpRequest) -> str:
    return static("admin/beckon.css")


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Beckon",
    "SITE_HEADER": "Beckon",
    "SITE_SYMBOL": "support_agent",
    "SITE_URL": "",
    "SHOW_VIEW_ON_SITE": False,
    "LOGIN": {"form": "agents.staff.StaffLoginForm"},
    "SHOW_HISTORY": False,
    "BORDER_RADIUS": "8px",
    "COLORS": {"base": PAPER, "primary": HEARTH, "font": INK},
    "STYLES": [style],
    "DASHBOARD_CALLBACK": "marketplace.admin.figures",
    "SIDEBAR": {"show_search": False, "show_all_applications": False, "navigation": navigation},
}
