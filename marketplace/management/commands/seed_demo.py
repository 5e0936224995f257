"""`manage.py seed_demo`: the living demo, put there once."""

from typing import Any

from django.core.management.base import BaseCommand

from marketplace import clock, demo


class Command(BaseCommand):
    help = "Put the demo's brands, people and past chats into the database. Seeding twice adds nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        seeded = demo.seed(now=clock.now())
        self.stdout.write("The demo is seeded." if seeded else "The demo was seeded before.")
