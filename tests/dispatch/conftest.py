"""How the rides of this folder stand when a test begins."""

import pytest
from hypothesis import settings

from agents.models import Agent
from conversations.models import Engagement
from dispatch import absence
from tests.people import at, disconnect

settings.register_profile("steady", deadline=None)  # how long an example takes says nothing about a busy machine
settings.load_profile("steady")


@pytest.fixture
def gone(engagement: Engagement, dana: Agent) -> Engagement:
    """Dana's connection broke in the middle of her chat with Maja, and her server noticed."""
    disconnect(dana)
    absence.noticed(dana.pk, now=at(100))
    return engagement
