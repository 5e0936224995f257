"""Time online: each stretch is kept as it ends, however it ends, and summed with the one under way."""

from datetime import UTC, datetime, timedelta

import pytest

from agents import logins, presence, stretches
from agents.models import Agent, OnlineStretch, Slot, User
from dispatch import offers
from dispatch.models import Offer

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def begun(agent: Agent, at: datetime) -> None:
    Slot.objects.filter(pk=agent.pk).update(willing=True, online_since=at)


def seconds(
    agent: Agent, *, now: datetime, since: datetime = NOON - 24 * HOUR, until: datetime = NOON + 24 * HOUR
) -> int:
    return stretches.seconds_online(agent.pk, since, until, now=now)


def test_a_stretch_is_kept_when_the_agent_goes_offline(dana: Agent) -> None:
    begun(dana, NOON)

    presence.go_offline(dana.pk, now=NOON + HOUR)
    presence.go_offline(dana.pk, now=NOON + 2 * HOUR)

    kept = OnlineStretch.objects.get()
    assert (kept.agent_id, kept.began_at, kept.ended_at) == (dana.pk, NOON, NOON + HOUR)
    assert Slot.objects.get(pk=dana.pk).online_since is None


def test_the_stretch_under_way_counts_up_to_now(dana: Agent) -> None:
    OnlineStretch.objects.create(agent=dana, began_at=NOON - 5 * HOUR, ended_at=NOON - 4 * HOUR)
    begun(dana, NOON)

    assert seconds(dana, now=NOON + HOUR) == 2 * 3_600


@pytest.mark.parametrize(("since", "until", "hours"), [(-4.5, 24, 0.5), (-24, -4.75, 0.25), (-4, 24, 0), (-24, -5, 0)])
def test_only_what_lies_between_counts(dana: Agent, since: float, until: float, hours: float) -> None:
    OnlineStretch.objects.create(agent=dana, began_at=NOON - 5 * HOUR, ended_at=NOON - 4 * HOUR)

    assert seconds(dana, now=NOON, since=NOON + since * HOUR, until=NOON + until * HOUR) == hours * 3_600


def test_a_pause_after_missed_offers_ends_the_stretch(offer: Offer, dana: Agent) -> None:
    began = offer.offered_at - HOUR
    Slot.objects.filter(pk=dana.pk).update(missed_in_a_row=1, online_since=began)

    offers.expire_due(now=offer.expires_at)

    assert OnlineStretch.objects.get().ended_at == offer.expires_at
    assert Slot.objects.values_list("willing", "online_since").get(pk=dana.pk) == (False, None)


def test_a_log_in_taken_away_ends_the_stretch(dana: Agent, noor: User) -> None:
    begun(dana, NOON)

    logins.take_away(dana.user_id, by=noor, reason="Left the company.", now=NOON + HOUR)

    assert OnlineStretch.objects.get().ended_at == NOON + HOUR
