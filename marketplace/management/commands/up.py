"""Start the whole product on this machine. What `make run` calls."""

from __future__ import annotations

import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from marketplace.environment import Environment
from marketplace.local import launch, system
from marketplace.local.state import Trouble


class Command(BaseCommand):
    help = "Start PostgreSQL, Valkey and every process of Beckon here, and stop them all with Ctrl-C."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", help="the address to listen on (default: BECKON_HOST or 127.0.0.1)")
        parser.add_argument("--port", type=int, help="the port to listen on, 0 for any (default: BECKON_PORT or 8000)")
        parser.add_argument("--no-seed", action="store_true", help="without the demo's people, brands and articles")
        parser.add_argument("--no-build", action="store_true", help="without building the front end")
        parser.add_argument("--fast", action="store_true", help="give up durability: for throw-away systems only")

    def handle(self, *args: Any, **options: Any) -> None:
        given: Environment = settings.ENVIRONMENT
        launch.raise_open_files()
        plan = system.Plan(
            environment=given,
            host=options["host"] or given.host,
            port=given.port if options["port"] is None else options["port"],
            external="DATABASE_URL" in os.environ,
            fast=options["fast"],
            seed=given.name == "demo" and not options["no_seed"],
            build=not options["no_build"],
        )
        try:
            system.run(plan)
        except Trouble as trouble:
            raise CommandError(str(trouble)) from trouble
        except OSError as error:
            raise CommandError(f"{error.strerror}: {error.filename or plan.environment.state_dir}.") from error
