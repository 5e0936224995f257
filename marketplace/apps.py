"""Start-up of the building."""

from django.apps import AppConfig


class MarketplaceConfig(AppConfig):
    name = "marketplace"

    def ready(self) -> None:
        """Connect the reactions once all apps are there."""
        from marketplace import events
        from marketplace.reactions import REACTIONS

        events.connect(REACTIONS)
