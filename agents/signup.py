"""Sign-up: an e-mail address, a password, and who you are. No CV."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.db import transaction

from agents.models import Agent, Slot, User
from marketplace import clock

if TYPE_CHECKING:
    from django.http import HttpRequest


class SignupForm(forms.Form):
    """The fields beyond e-mail and password. allauth calls `signup` in the request that creates the user."""

    kind = forms.ChoiceField(choices=Agent.Kind.choices)
    display_name = forms.CharField(max_length=40, strip=True)
    country = forms.CharField(max_length=2, required=False)
    about = forms.CharField(max_length=400, required=False, strip=True)

    def signup(self, request: "HttpRequest", user: Any) -> None:
        own = {name: self.cleaned_data[name] for name in SignupForm.base_fields}  # allauth adds e-mail and password
        apply(user, now=clock.now(), **own)


@transaction.atomic
def apply(user: User, *, kind: str, display_name: str, now: Any, country: str = "", about: str = "") -> Agent:
    """The user becomes an applicant with an empty slot. An operator decides (`approval`)."""
    agent = Agent.objects.create(
        user=user, kind=kind, display_name=display_name, country=country.upper(), about=about, created_at=now
    )
    Slot.objects.create(agent=agent)
    return agent
