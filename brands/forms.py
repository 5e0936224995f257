"""What staff may write about a brand, checked before it is stored."""

import re
from typing import Any

from babel import Locale, UnknownLocaleError
from django import forms
from django.conf import settings
from unfold.widgets import UnfoldAdminTextareaWidget

from brands import hours, origins
from brands.models import Article, Brand, Skill
from marketplace.refusals import Refused

COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
COLOURS = ("brand", "brand_dark")
LONGEST_LINE = 255
MOST_LINES = 50


class Lines(forms.CharField):
    """A list of texts, written one a line."""

    widget = UnfoldAdminTextareaWidget

    def __init__(self, *, longest: int = LONGEST_LINE, rows: int = 4, **options: Any) -> None:
        super().__init__(widget=UnfoldAdminTextareaWidget(attrs={"rows": rows}), **options)
        self.longest = longest

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        lines = [line.strip() for line in (super().to_python(value) or "").splitlines() if line.strip()]
        if any(len(line) > self.longest for line in lines):
            raise forms.ValidationError(f"A line has {self.longest} characters at most.")
        if len(lines) > MOST_LINES:
            raise forms.ValidationError(f"There may be {MOST_LINES} lines at most.")
        return lines

    def has_changed(self, initial: Any, data: Any) -> bool:
        return [line.strip() for line in (data or "").splitlines() if line.strip()] != (initial or [])


class BrandForm(forms.ModelForm[Brand]):
    """A brand as staff edit it. Its keys are changed by actions, never here."""

    allowed_origins = Lines(
        required=False,
        label="Allowed origins",
        help_text="Pages that may hold the chat, one a line: https://shop.example",
    )

    class Meta:
        model = Brand
        fields = [
            "name",
            "slug",
            "assistant_name",
            "locale",
            "currency",
            "timezone",
            "theme",
            "allowed_origins",
            "opening_hours",
            "active",
        ]
        widgets = {
            "theme": UnfoldAdminTextareaWidget(attrs={"rows": 3}),
            "opening_hours": UnfoldAdminTextareaWidget(attrs={"rows": 5}),
        }

    def clean_locale(self) -> str:
        return known_locale(self.cleaned_data["locale"])

    def clean_currency(self) -> str:
        currency: str = self.cleaned_data["currency"]
        if not re.fullmatch(r"[A-Z]{3}", currency):
            raise forms.ValidationError("Write the currency's code, for example EUR.")
        return currency

    def clean_timezone(self) -> str:
        timezone: str = self.cleaned_data["timezone"]
        if not hours.is_timezone(timezone):
            raise forms.ValidationError("Write a time zone by its name, for example Europe/Stockholm.")
        return timezone

    def clean_theme(self) -> dict[str, Any]:
        theme = self.cleaned_data["theme"] or {}
        if not isinstance(theme, dict) or not set(theme) <= set(COLOURS):
            raise forms.ValidationError(f"Colours are given for {' and '.join(COLOURS)}.")
        if not all(isinstance(colour, str) and COLOUR.fullmatch(colour) for colour in theme.values()):
            raise forms.ValidationError("Write a colour with six digits, for example #0F6B62.")
        return theme

    def clean_allowed_origins(self) -> list[str]:
        try:
            return origins.checked(self.cleaned_data["allowed_origins"], ours=tuple(settings.PUBLIC_ORIGINS))
        except Refused as refused:
            raise forms.ValidationError(refused.message, code=refused.code) from refused

    def clean_opening_hours(self) -> dict[str, Any]:
        try:
            return hours.checked(self.cleaned_data["opening_hours"] or {})
        except ValueError as wrong:
            raise forms.ValidationError(str(wrong)) from wrong


class SkillForm(forms.ModelForm[Skill]):
    """A topic that a brand needs people for."""

    class Meta:
        model = Skill
        fields = ["brand", "key", "name"]


class ArticleForm(forms.ModelForm[Article]):
    """A page of the help centre."""

    asks = Lines(longest=200, rows=6, required=False, help_text="Questions that this page answers, one a line.")

    class Meta:
        model = Article
        fields = ["brand", "locale", "slug", "title", "topic", "asks", "body"]

    def clean_locale(self) -> str:
        return known_locale(self.cleaned_data["locale"])


def known_locale(code: str) -> str:
    """The locale's code as given, if there is such a language."""
    try:
        Locale.parse(code.replace("-", "_"))
    except (UnknownLocaleError, ValueError) as unknown:
        raise forms.ValidationError("Write a language by its code, for example en or pt-BR.") from unknown
    return code
