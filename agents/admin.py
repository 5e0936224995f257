"""Windows onto the supply: applications first, agents, their slots, and everybody's log-ins."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Case, Exists, OuterRef, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from unfold.widgets import UnfoldAdminSelectWidget

from agents import approval, certification, logins
from agents.models import Agent, AgentLanguage, AgentSkill, OnlineStretch, PaidHours, Slot, User
from agents.profile import LANGUAGES
from brands.models import Skill
from marketplace.windows import ConfirmForm, Question, ReasonForm, Window, WindowInline, action, ask, label

STATE_COLOURS: dict[str, str] = {
    Agent.State.APPLIED: "warning",
    Agent.State.APPROVED: "success",
    Agent.State.REFUSED: "danger",
    Agent.State.DEACTIVATED: "danger",
}
DECIDES = ["agents.change_agent"]


APPROVE = Question(
    title="Approve this application",
    words="The agent may go online at once and gets a letter that says so.",
    button="Approve",
    done="Approved. A letter is on its way.",
    form=ConfirmForm,
)
REFUSE = Question(
    title="Refuse this application",
    words="The applicant reads your reason in a letter and on the dashboard, and may answer it.",
    button="Refuse",
    done="Refused. A letter with your reason is on its way.",
    grave=True,
)
DEACTIVATE = Question(
    title="Deactivate this agent",
    words="No more offers, all connections are closed at once; chats under way go to somebody else within a minute."
    " What was earned stays. The agent reads your reason.",
    button="Deactivate",
    done="Deactivated. A letter with your reason is on its way.",
    grave=True,
)
REOPEN = Question(
    title="Look at this application again",
    words="It waits among the applications until somebody decides. The agent reads your reason.",
    button="Put it among the applications",
    done="The application waits for a decision again.",
)


class CertificateForm(ReasonForm):
    """Until when, and why."""

    until = forms.DateTimeField(
        required=False,
        label="Until",
        help_text="UTC. Not asked from then on. Empty: no end, also where there was one.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )


class TopicForm(CertificateForm):
    """Which topic, how well, until when, and why."""

    topic = forms.ModelChoiceField(Skill.objects.select_related("brand"), widget=UnfoldAdminSelectWidget)
    level = forms.TypedChoiceField(
        choices=list(certification.TOPIC_LEVELS.items()), coerce=int, initial=2, widget=UnfoldAdminSelectWidget
    )
    field_order = ["topic", "level", "until", "reason"]


class LanguageForm(CertificateForm):
    """Which language, how well, until when, and why."""

    language = forms.ChoiceField(choices=list(LANGUAGES.items()), widget=UnfoldAdminSelectWidget)
    level = forms.TypedChoiceField(
        choices=list(certification.LANGUAGE_LEVELS.items()), coerce=int, initial=3, widget=UnfoldAdminSelectWidget
    )
    field_order = ["language", "level", "until", "reason"]


class CapacityForm(ReasonForm):
    """How many chats at once, and why."""

    most = forms.TypedChoiceField(
        label="Chats at once",
        choices=[(most, str(most)) for most in range(1, certification.CAPACITY_LONGEST + 1)],
        coerce=int,
        initial=certification.CAPACITY_LONGEST,
        widget=UnfoldAdminSelectWidget,
    )
    field_order = ["most", "reason"]


TOPIC = Question(
    title="Certify a topic",
    words="From the next round on, requests about this topic are offered at this level. “Not at all” takes it away;"
    " one that has ended begins anew.",
    button="Certify",
    done="Certified.",
    form=TopicForm,
)
LANGUAGE = Question(
    title="Certify a language",
    words="From the next round on, requests in this language are offered at this level. “Not at all” takes it away;"
    " one that has ended begins anew.",
    button="Certify",
    done="Certified.",
    form=LanguageForm,
)
CAPACITY = Question(
    title="Certify how many chats at once",
    words="The agent chooses up to so many. Chats under way stay as they are.",
    button="Certify",
    done="Certified.",
    form=CapacityForm,
)
TAKE_AWAY = Question(
    title="Take this log-in away",
    words="Every session ends and every open connection is closed at once. An agent gets no more offers.",
    button="Take it away",
    done="The log-in is taken away; its sessions are over.",
    grave=True,
)
GIVE_BACK = Question(
    title="Give this log-in back",
    words="The person may log in again with the password as it was.",
    button="Give it back",
    done="The log-in works again.",
)


class Languages(WindowInline):
    """What she works in."""

    model = AgentLanguage
    fields = ["language", "how_well", "valid_until"]
    readonly_fields = ["language", "how_well"]
    show_change_link = False

    def language(self, held: AgentLanguage) -> str:
        return LANGUAGES.get(held.code, held.code)

    def how_well(self, held: AgentLanguage) -> str:
        return certification.LANGUAGE_LEVELS.get(held.level, str(held.level))


class Topics(WindowInline):
    """What she is asked about."""

    model = AgentSkill
    fields = ["skill", "how_well", "valid_until"]
    readonly_fields = ["how_well"]
    show_change_link = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[AgentSkill]:
        found: QuerySet[AgentSkill] = super().get_queryset(request).select_related("skill__brand")
        return found

    def how_well(self, held: AgentSkill) -> str:
        return certification.TOPIC_LEVELS.get(held.level, str(held.level))


@admin.register(Agent)
class AgentAdmin(Window):
    """Applications that wait come first, the oldest on top. A decision is an action with a name and a reason."""

    list_display = ["display_name", "state_shown", "kind", "country", "speaks", "email_confirmed", "created_at"]
    list_filter = ["state", "kind", "country"]
    search_fields = ["display_name", "user__email"]
    ordering = [Case(When(state=Agent.State.APPLIED, then=Value(0)), default=Value(1)), "created_at"]
    list_select_related = ["user"]
    inlines = [Languages, Topics]
    fieldsets = [
        (None, {"fields": ["display_name", "state", "kind", "country", "tier", "about", "created_at"]}),
        ("Log-in", {"fields": ["user", "email_confirmed"]}),
        ("Decision", {"fields": ["state_reason", "decided_by", "decided_at"]}),
    ]
    actions_detail = [
        "approve",
        "refuse",
        "deactivate",
        "reopen",
        "certify_topic",
        "certify_language",
        "certify_capacity",
    ]
    acts_when = {
        "approve": (Agent.State.APPLIED, Agent.State.REFUSED),
        "refuse": (Agent.State.APPLIED,),
        "deactivate": (Agent.State.APPROVED,),
        "reopen": (Agent.State.REFUSED, Agent.State.DEACTIVATED),
    }

    def get_queryset(self, request: HttpRequest) -> QuerySet[Agent]:
        confirmed = User.objects.filter(pk=OuterRef("user"), emailaddress__verified=True)
        found: QuerySet[Agent] = super().get_queryset(request).select_related("user", "decided_by")
        return found.prefetch_related("languages").annotate(confirmed=Exists(confirmed))

    @label("State", STATE_COLOURS, ordering="state")
    def state_shown(self, agent: Agent) -> tuple[str, str]:
        return agent.state, agent.get_state_display()

    @admin.display(description="Languages")
    def speaks(self, agent: Agent) -> str:
        return ", ".join(LANGUAGES.get(held.code, held.code) for held in agent.languages.all())

    @admin.display(description="E-mail confirmed", boolean=True)
    def email_confirmed(self, agent: Any) -> bool:
        return bool(agent.confirmed)

    @action("Approve", permissions=DECIDES)
    def approve(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return ask(self, request, object_id, APPROVE, approval.approve)

    @action("Refuse", permissions=DECIDES)
    def refuse(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return ask(self, request, object_id, REFUSE, approval.refuse)

    @action("Deactivate", permissions=DECIDES)
    def deactivate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return ask(self, request, object_id, DEACTIVATE, approval.deactivate)

    @action("Look at it again", permissions=DECIDES)
    def reopen(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return ask(self, request, object_id, REOPEN, approval.reopen)

    @action("Certify a topic", permissions=DECIDES)
    def certify_topic(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return ask(self, request, object_id, TOPIC, certification.certify_topic)

    @action("Certify a language", permissions=DECIDES)
    def certify_language(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return ask(self, request, object_id, LANGUAGE, certification.certify_language)

    @action("Certify how many chats", permissions=DECIDES)
    def certify_capacity(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return ask(self, request, object_id, CAPACITY, certification.certify_capacity)


@admin.register(Slot)
class SlotAdmin(Window):
    """What each agent can take, has taken and is being asked."""

    list_display = [
        "agent",
        "willing",
        "active",
        "held",
        "places",
        "pause_reason",
        "reserve",
        "last_one",
        "online_since",
        "gone_since",
    ]
    list_filter = ["willing", "pause_reason", "reserve"]
    list_select_related = ["agent"]
    search_fields = ["agent__display_name"]


@admin.register(PaidHours)
class PaidHoursAdmin(Window):
    """When each agent is paid for being there."""

    list_display = ["agent", "begins_at", "ends_at"]
    list_select_related = ["agent"]
    search_fields = ["agent__display_name"]


@admin.register(OnlineStretch)
class OnlineStretchAdmin(Window):
    """When each agent was online."""

    list_display = ["agent", "began_at", "ended_at"]
    list_select_related = ["agent"]
    search_fields = ["agent__display_name"]


@admin.register(AgentLanguage)
class AgentLanguageAdmin(Window):
    """Who works in which language. Changed on the agent's page."""

    list_display = ["agent", "code", "level", "valid_until"]
    list_filter = ["code", "level"]
    list_select_related = ["agent"]


@admin.register(AgentSkill)
class AgentSkillAdmin(Window):
    """Who is asked about which topic. Changed on the agent's page."""

    list_display = ["agent", "skill", "level", "valid_until"]
    list_filter = ["skill__brand", "level"]
    list_select_related = ["agent", "skill__brand"]


@admin.register(User)
class UserAdmin(Window):
    """Everybody's log-in. A password is seen by nobody; a log-in is taken away and given back, with a reason."""

    list_display = ["email", "first_name", "is_active", "is_staff", "is_superuser", "last_login"]
    list_filter = ["is_staff", "is_active"]
    search_fields = ["email", "first_name", "last_name"]
    ordering = ["-is_staff", "email"]
    fields = ["email", "first_name", "last_name", "is_active", "is_staff", "is_superuser", "groups", "last_login"]
    actions_detail = ["take_away", "give_back"]
    acts_when = {"take_away": ("active",), "give_back": ("inactive",)}

    def state_of(self, found: User) -> str:
        return "active" if found.is_active else "inactive"

    @action("Take the log-in away", permissions=["agents.change_user"])
    def take_away(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return ask(self, request, object_id, TAKE_AWAY, logins.take_away)

    @action("Give the log-in back", permissions=["agents.change_user"])
    def give_back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return ask(self, request, object_id, GIVE_BACK, logins.give_back)
