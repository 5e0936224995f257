"""Sign-up: an e-mail address, a password, and who you are. No CV."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from allauth.account.adapter import DefaultAccountAdapter
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.db import transaction

from agents.models import Agent, Slot, User
from marketplace import clock

if TYPE_CHECKING:
    from django.http import HttpRequest


NO_INVITATION = "This invitation leads to nobody. You can sign up without it."


class SignupForm(forms.Form):
    """The fields beyond e-mail and password. `Adapter` stores them with the user."""

    kind = forms.ChoiceField(choices=[kind for kind in Agent.Kind.choices if kind[0] != Agent.Kind.STAFF])
    display_name = forms.CharField(max_length=40, strip=True)
    country = forms.RegexField(r"^[A-Za-z]{2}$", required=False)
    about = forms.CharField(max_length=400, required=False, strip=True)
    invited_by = forms.UUIDField(required=False, error_messages={"invalid": NO_INVITATION})

    def clean_invited_by(self) -> UUID | None:
        """An agent's own id is her invitation. One that leads to nobody is said, so that it can be left out."""
        told: UUID | None = self.cleaned_data["invited_by"]
        if told and not Agent.objects.filter(pk=told, state=Agent.State.APPROVED).exists():
            raise forms.ValidationError(NO_INVITATION)
        return told

    def clean(self) -> dict[str, Any]:
        """allauth asks whether the password is a good one, but not whether it is just the name or the address."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if given.get("password"):
            person = User(email=given.get("email", ""), first_name=given.get("display_name", ""))
            try:
                validate_password(given["password"], person)
            except forms.ValidationError as weak:
                self.add_error("password", weak)
        return given

    def signup(self, request: "HttpRequest", user: Any) -> None:
        """allauth demands it; by now the applicant is stored."""


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """allauth's hook to the saving of a user: no log-in without its applicant."""

    def save_user(self, request: "HttpRequest", user: User, form: Any, commit: bool = True) -> User:
        own = {name: form.cleaned_data[name] for name in SignupForm.base_fields}
        with transaction.atomic():
            saved: User = super().save_user(request, user, form, commit=True)
            apply(saved, now=clock.now(), **own)
        return saved


@transaction.atomic
def apply(
    user: User,
    *,
    kind: str,
    display_name: str,
    now: Any,
    country: str = "",
    about: str = "",
    invited_by: UUID | None = None,
) -> Agent:
    """The user becomes an applicant with an empty slot. An operator decides (`approval`)."""
    agent = Agent.objects.create(
        user=user,
        kind=kind,
        display_name=display_name,
        country=country.upper(),
        about=about,
        invited_by_id=invited_by,
        created_at=now,
    )
    Slot.objects.create(agent=agent)
    return agent
