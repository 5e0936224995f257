"""Windows onto the demand: brands, their topics and their help centre, edited with a trace in the audit."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from brands import upkeep
from brands.forms import ArticleForm, BrandForm, SkillForm
from brands.models import Article, Brand, Skill
from marketplace import clock
from marketplace.windows import Acting, ConfirmForm, Question, action, ask, by_principal, label, surroundings

WIDGET_KEY = Question(
    title="Change the widget key",
    words="Every page that holds the chat needs the new key: with the old one no chat begins from this moment on.",
    button="Change the key",
    grave=True,
)
SIGNING_SECRET = Question(
    title="Change the signing secret",
    words="The brand's server must sign with the new secret: what the old one signs is refused from this moment on."
    " The new secret is shown once.",
    button="Change the secret",
    grave=True,
)
PUBLISH = Question(
    title="Publish this article",
    words="The assistant answers from it within seconds.",
    button="Publish",
    done="Published.",
    form=ConfirmForm,
)
WITHDRAW = Question(
    title="Withdraw this article",
    words="The assistant does not answer from it any more. The text stays here and can be published again.",
    button="Withdraw",
    done="Withdrawn.",
    form=ConfirmForm,
)


class Kept(Acting):
    """Rows that staff add and edit; nothing is deleted, and each change leaves an audit row."""

    fixed: tuple[str, ...] = ()  # what others refer to by name: chosen once

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*super().get_readonly_fields(request, obj), *(self.fixed if obj else ())]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        upkeep.keep(obj, changed=form.changed_data, by=f"operator:{request.user.pk}", now=clock.now())


@admin.register(Brand)
class BrandAdmin(Kept):
    """A business whose customers are served."""

    form = BrandForm
    fixed = ("slug", "currency")
    list_display = ["name", "slug", "active", "locale", "currency", "timezone"]
    list_filter = ["active"]
    search_fields = ["name", "slug"]
    fieldsets = [
        (None, {"fields": ["name", "slug", "assistant_name", "active"]}),
        ("Place", {"fields": ["locale", "currency", "timezone", "opening_hours"]}),
        ("VIPs", {"fields": ["vip_tier"]}),
        ("Widget", {"fields": ["widget_key", "allowed_origins", "theme"]}),
    ]
    readonly_fields = ["widget_key"]
    actions_detail = ["change_widget_key", "change_signing_secret"]

    @action("Change the widget key", permissions=["brands.change_brand"])
    def change_widget_key(self, request: HttpRequest, object_id: str) -> HttpResponse:
        def show(key: str) -> HttpResponse:
            return self._shown_once(request, object_id, WIDGET_KEY, key, "The new key, for the brand's pages:")

        return ask(self, request, object_id, WIDGET_KEY, by_principal(upkeep.change_widget_key), show=show)

    @action("Change the signing secret", permissions=["brands.change_brand"])
    def change_signing_secret(self, request: HttpRequest, object_id: str) -> HttpResponse:
        def show(secret: str) -> HttpResponse:
            words = "The new secret, for the brand's server alone. It is not shown again:"
            return self._shown_once(request, object_id, SIGNING_SECRET, secret, words)

        return ask(self, request, object_id, SIGNING_SECRET, by_principal(upkeep.change_signing_secret), show=show)

    def _shown_once(
        self, request: HttpRequest, object_id: str, question: Question, value: str, words: str
    ) -> HttpResponse:
        around = surroundings(self, request, self.get_object(request, object_id), question, value=value, words=words)
        return TemplateResponse(request, "admin/shown_once.html", around)


@admin.register(Skill)
class SkillAdmin(Kept):
    """The topics that a brand needs people for."""

    form = SkillForm
    fixed = ("brand", "key")
    list_display = ["name", "key", "brand"]
    list_filter = ["brand"]
    list_select_related = ["brand"]
    search_fields = ["name", "key"]


@admin.register(Article)
class ArticleAdmin(Kept):
    """All that the built-in assistant knows. An article begins published; withdrawing keeps the text."""

    form = ArticleForm
    fixed = ("brand", "locale", "slug")
    list_display = ["title", "state_shown", "brand", "locale", "topic", "updated_at"]
    list_filter = ["brand", "published", "locale", "topic"]
    list_select_related = ["brand"]
    search_fields = ["title", "slug", "body"]
    ordering = ["brand", "locale", "title"]
    actions_detail = ["publish", "withdraw"]
    acts_when = {"publish": ("withdrawn",), "withdraw": ("published",)}

    def state_of(self, found: Article) -> str:
        return "published" if found.published else "withdrawn"

    @label("State", {"published": "success", "withdrawn": "warning"}, ordering="published")
    def state_shown(self, article: Article) -> tuple[str, str]:
        state = self.state_of(article)
        return state, state.capitalize()

    @action("Publish", permissions=["brands.change_article"])
    def publish(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return ask(self, request, object_id, PUBLISH, by_principal(upkeep.publish))

    @action("Withdraw", permissions=["brands.change_article"])
    def withdraw(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return ask(self, request, object_id, WITHDRAW, by_principal(upkeep.withdraw))
