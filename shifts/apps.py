from django.apps import AppConfig


class ShiftsConfig(AppConfig):
    """The plan: forecast, staffing, matching agents to seats."""

    name = "shifts"
