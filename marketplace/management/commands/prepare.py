"""Make a database ready for the running role: migrate as the owner, grant, analyze."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections
from django.db.utils import OperationalError

from marketplace import roles
from marketplace.local.state import Trouble


class Command(BaseCommand):
    requires_system_checks = ()  # the admin's check looks into tables that are made here
    help = "Migrate as DATABASE_OWNER_URL, grant the rights of DATABASE_URL's role, refresh the planner's statistics."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seed", action="store_true", help="then make the demo's people, brands and articles")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            prepare(verbosity=options["verbosity"])
        except Trouble as trouble:
            raise CommandError(str(trouble)) from trouble
        except OperationalError as error:
            raise CommandError(f"The database does not answer: {str(error).strip().splitlines()[0]}") from error
        if options["seed"]:
            call_command("seed_demo", verbosity=options["verbosity"])


def prepare(*, verbosity: int) -> None:
    """The schema is current, the running role holds exactly its rights, statistics are fresh. Repeats harmlessly."""
    if connections["default"].settings_dict["USER"] == connections["owner"].settings_dict["USER"]:
        raise Trouble("DATABASE_OWNER_URL is not set: name the role that owns the tables and migrates them.")
    with connections["default"].cursor() as cursor:
        roles.refuse_unfit_runner(cast("roles.Connection", cursor.connection))
    call_command("migrate", database="owner", interactive=False, verbosity=verbosity)
    with connections["owner"].cursor() as cursor:
        owner = cast("roles.Connection", cursor.connection)
        roles.grant(owner, runner=connections["default"].settings_dict["USER"])
        if lost := roles.missing(owner):
            raise Trouble(f"marketplace/roles.py protects tables that do not exist: {', '.join(lost)}.")
        roles.analyze(owner)
        if settings.ENVIRONMENT.name == "production":
            roles.refuse_demo_people(owner)
