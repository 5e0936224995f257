"""An agent's pace: what she chooses about being asked, what it does at once, and that it costs her nothing."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from agents import certification, pace, paid_hours, presence, ringing, slots
from agents.models import Agent, Slot, User
from audit.models import Entry
from marketplace import waits
from marketplace.refusals import Refused
from tests.people import NOON, at


def slot_of(agent: Agent) -> Slot:
    return Slot.objects.get(pk=agent.pk)


def test_she_chooses_as_many_chats_as_she_is_certified_for_and_no_more(dana: Agent, noor: User) -> None:
    presence.set_capacity(dana.pk, 4)
    certification.certify_capacity(dana.pk, most=3, by=noor, reason="New in the house.", now=NOON)

    assert (slot_of(dana).capacity, slot_of(dana).places) == (3, 3), "nobody stays above what she is certified for"
    with pytest.raises(Refused, match="between 1 and 3"):
        presence.set_capacity(dana.pk, 4)
    assert Entry.objects.get(action="agent.capacity").detail == {"what": "chats at once", "before": 5, "after": 3}


@pytest.mark.parametrize("capacity", [0, 4, 6])
def test_the_database_keeps_a_capacity_within_what_is_certified(dana: Agent, capacity: int) -> None:
    Slot.objects.filter(pk=dana.pk).update(capacity_most=3)

    with pytest.raises(IntegrityError), transaction.atomic():
        Slot.objects.filter(pk=dana.pk).update(capacity=capacity)


@pytest.mark.parametrize("last_one", [False, True])
@pytest.mark.parametrize("one_more", [False, True])
def test_places_are_what_her_wishes_say(dana: Agent, last_one: bool, one_more: bool) -> None:
    Slot.objects.filter(pk=dana.pk).update(capacity=3, last_one=last_one, one_more=one_more)

    assert slot_of(dana).places == (1 if last_one else 4 if one_more else 3)


def test_a_pause_has_a_reason_that_can_be_said_later_and_ends_with_one_tap(dana: Agent) -> None:
    pace.pause(dana.pk, reason="break", now=at(60))
    pace.pause(dana.pk, reason="errand", now=at(70))

    slot = slot_of(dana)
    assert (slot.willing, slot.pause_reason, slot.stopped_at) == (False, "errand", at(60))
    presence.go_online(dana.pk, now=at(100))
    assert (slot_of(dana).willing, slot_of(dana).pause_reason) == (True, "")


@pytest.mark.parametrize("reason", ["missed", "gone", "emergency", "", "because"])
def test_nobody_gives_herself_a_reason_of_ours(dana: Agent, reason: str) -> None:
    with pytest.raises(Refused, match="no such reason"):
        pace.pause(dana.pk, reason=reason, now=NOON)

    assert slot_of(dana).willing


def test_a_pause_keeps_her_place_among_the_idle(dana: Agent) -> None:
    pace.pause(dana.pk, reason="break", now=at(90))
    presence.go_online(dana.pk, now=at(600))

    assert slot_of(dana).idle_since == at(600 - 90), "idle for 90 s before the pause and after it"


def test_who_was_paused_by_missed_offers_keeps_her_place_too(dana: Agent) -> None:
    with transaction.atomic():
        slot = slots.locked(dana.pk)
        slots.stop(slot, reason=Slot.Pause.MISSED, now=at(40))
        slots.changed(slot, *slots.STOPPED)
    presence.go_online(dana.pk, now=at(50))

    assert slot_of(dana).idle_since == at(10)


def test_who_went_offline_begins_anew(dana: Agent) -> None:
    presence.go_offline(dana.pk, now=at(90))
    presence.go_online(dana.pk, now=at(600))

    assert slot_of(dana).idle_since == at(600)


def test_going_offline_out_of_a_pause_ends_the_pause(dana: Agent) -> None:
    pace.pause(dana.pk, reason="break", now=at(10))
    presence.go_offline(dana.pk, now=at(20))

    assert (slot_of(dana).pause_reason, slot_of(dana).stopped_at) == ("", at(10))


@pytest.mark.parametrize("wish", [pace.last_one, pace.reserve, pace.one_more])
def test_wishes_about_offers_are_for_those_who_get_any(dana: Agent, wish: object) -> None:
    presence.go_offline(dana.pk, now=at(10))

    with pytest.raises(Refused, match="Go online first"):
        wish(dana.pk, on=True)  # type: ignore[operator]


def test_one_more_is_for_who_is_full(dana: Agent) -> None:
    with pytest.raises(Refused, match="room already"):
        pace.one_more(dana.pk, on=True)

    Slot.objects.filter(pk=dana.pk).update(active=2, idle_since=None)
    pace.one_more(dana.pk, on=True)
    assert slot_of(dana).places == 3


def test_being_a_reserve_outlasts_a_pause_and_ends_with_going_offline(dana: Agent) -> None:
    pace.reserve(dana.pk, on=True)
    pace.pause(dana.pk, reason="break", now=at(10))
    presence.go_online(dana.pk, now=at(20))
    assert slot_of(dana).reserve

    presence.go_offline(dana.pk, now=at(30))
    assert not slot_of(dana).reserve


def test_offers_ring_longer_where_she_asked_and_where_her_phone_is_rung(dana: Agent) -> None:
    slot = slot_of(dana)
    assert (ringing.seconds(slot), ringing.seconds(slot, pushed=True)) == (12, 20)

    pace.ring_for(dana.pk, seconds=15)
    assert (ringing.seconds(slot_of(dana)), ringing.seconds(slot_of(dana), pushed=True)) == (15, 20)
    pace.ring_for(dana.pk, seconds=60)
    assert (ringing.seconds(slot_of(dana)), ringing.seconds(slot_of(dana), pushed=True)) == (60, 60)


def test_a_hasty_clockwork_rings_as_much_shorter(dana: Agent, settings: object) -> None:
    settings.BECKON_WAITS = waits.shortened(6)  # type: ignore[attr-defined]
    pace.ring_for(dana.pk, seconds=30)

    assert ringing.seconds(slot_of(dana)) == 5


@pytest.mark.parametrize("seconds", [11, 61, 0])
def test_no_ring_is_shorter_than_everybodys_or_longer_than_a_minute(dana: Agent, seconds: int) -> None:
    with pytest.raises(Refused, match="between 12 and 60"):
        pace.ring_for(dana.pk, seconds=seconds)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("update agents_slot set ring_seconds = %s", [seconds])


def test_paid_hours_begin_and_end_to_the_second(dana: Agent, olu: Agent) -> None:
    paid_hours.grant(dana.pk, at(0), at(3600))
    paid_hours.grant(dana.pk, at(0), at(1800))

    both = [dana.pk, olu.pk]
    moments = {second: paid_hours.in_them(both, now=at(second)) for second in (-1, 0, 1799, 1800)}
    assert moments == {-1: set(), 0: {dana.pk}, 1799: {dana.pk}, 1800: set()}
    paid_hours.withdraw(dana.pk, at(0))
    assert paid_hours.in_them(both, now=at(1)) == set()
    with pytest.raises(Refused, match="end after they begin"):
        paid_hours.grant(dana.pk, at(10), at(10) - timedelta(seconds=1))
