"""Start-up of the building."""

from django.apps import AppConfig


class MarketplaceConfig(AppConfig):
    name = "marketplace"

    def ready(self) -> None:
        """Connect the reactions once all apps are there, and make our Celery the one that tasks are sent through."""
        from marketplace import celery, events
        from marketplace.reactions import REACTIONS

        celery.app.set_default()
        events.connect(REACTIONS)
