"""Noor at her admin, and colleagues with fewer rights."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from agents.models import User

Admin = Callable[..., Client]


def enter(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def desk(noor: User) -> Client:
    """The operator's browser."""
    return enter(noor)


@pytest.fixture
def colleague(db: None) -> Admin:
    """A member of staff who holds exactly these rights, in a browser."""

    def colleague(*rights: str, **fields: Any) -> Client:
        user = User.objects.create_user("sam@beckon.example", is_staff=True, **fields)
        for right in rights:
            app, codename = right.split(".")
            user.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
        return enter(user)

    return colleague
