"""Her last chat and the one that rings beside it end at the same moment: she is offline, and nobody asks her again."""

from threading import Barrier
from typing import Any

import pytest

from agents import pace, slots
from agents.models import Agent, Slot
from brands.models import Brand
from conversations.models import Engagement
from dispatch import desk, offers, rounds
from dispatch.models import Escalation, Offer
from tests import truth
from tests.boards import another_chat
from tests.people import ask, at, offer_to
from tests.races.test_races import at_once

pytestmark = pytest.mark.usefixtures("fresh_database")


@pytest.fixture
def rings_beside(engagement: Engagement, lumo: Brand, dana: Agent) -> Offer:
    """Dana is in a chat, another request rings, a third one waits; these are to be her last."""
    made = offer_to(ask(another_chat(lumo), now=at(6)), dana, now=at(10))
    ask(another_chat(lumo), now=at(7))
    pace.last_one(dana.pk, on=True)
    return made


@pytest.mark.parametrize("round_", range(3))
@pytest.mark.parametrize("end", ["declined", "expired"])
def test_whichever_ends_last_takes_her_offline_and_loses_nothing(
    rings_beside: Offer, engagement: Engagement, dana: Agent, end: str, round_: int
) -> None:
    def over() -> None:
        if end == "declined":
            offers.decline(rings_beside.pk, by=dana.pk, now=at(15))
        else:
            offers.expire_due(now=rings_beside.expires_at)

    results = at_once(
        lambda: desk.resolve(engagement.pk, by=dana.pk, outcome="solved", now=at(23)),
        over,
        lambda: rounds.match_waiting(now=at(23)),
    )

    assert results == [None, None, []]
    if end == "expired":
        offers.expire_due(now=rings_beside.expires_at)  # a sweep leaves what somebody holds to the next one
    slot = Slot.objects.get(pk=dana.pk)
    assert (slot.willing, slot.active, slot.held, slot.missed_in_a_row) == (False, 0, 0, 0)
    assert Escalation.objects.filter(state="waiting").count() == 2
    assert rounds.match_waiting(now=at(300)) == []
    truth.holds()


def test_without_the_slots_lock_each_believes_that_the_other_goes_on(
    rings_beside: Offer, engagement: Engagement, dana: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The proof that the race is real: both read the slot before either has written it."""
    looked = Barrier(2)

    def unlocked(agent_id: Any) -> Slot:
        slot = Slot.objects.select_related("agent").get(pk=agent_id)
        looked.wait(timeout=20)
        return slot

    monkeypatch.setattr(slots, "locked", unlocked)
    at_once(
        lambda: desk.resolve(engagement.pk, by=dana.pk, outcome="solved", now=at(15)),
        lambda: offers.decline(rings_beside.pk, by=dana.pk, now=at(15)),
    )

    slot = Slot.objects.get(pk=dana.pk)
    assert (slot.willing, slot.last_one) == (True, True), "she would be asked again"
