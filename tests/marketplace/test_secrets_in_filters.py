"""An address that filters the admin's rows must not become a way to read what no row shows."""

import pytest
from django.contrib import admin
from django.http import HttpRequest
from django.test import Client

from agents.models import User
from brands.models import Brand
from marketplace.windows import SECRETS


@pytest.fixture
def staff(noor: User) -> Client:
    client = Client()
    client.force_login(noor, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize(
    "address",
    [
        "/admin/agents/user/?password__startswith=argon2",
        "/admin/agents/agent/?user__password__startswith=argon2",
        "/admin/brands/brand/?signing_secret__regex=^A",
    ],
)
def test_no_secret_is_guessed_by_filtering(staff: Client, lumo: Brand, address: str) -> None:
    assert staff.get(address).status_code == 400


def test_no_window_filters_by_a_secret_of_its_own_rows(noor: User) -> None:
    windows = [
        (model, field.name)
        for model in admin.site._registry
        if model._meta.app_label != "auth"
        for field in model._meta.get_fields()
        if field.name in SECRETS
    ]

    assert (User, "password") in windows
    for model, name in windows:
        assert not admin.site._registry[model].lookup_allowed(f"{name}__startswith", "a", HttpRequest()), model
