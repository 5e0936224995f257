"""Who came, read from times online alone; what is missed is rung for; and what a shift guarantees, once."""

from datetime import UTC, datetime, timedelta

import pytest

from agents import paid_hours, presence, stretches
from agents.models import Agent, OnlineStretch, Slot
from brands.models import Brand
from payouts import ledger, periods
from payouts.models import Posting
from shifts import attendance, claims, guarantees, planning, seats
from shifts.models import Seat
from tests.people import NOON
from tests.shifts.rota import BY, held, hour, shift, told


@pytest.fixture
def seat(lumo: Brand, dana: Agent) -> Seat:
    """Dana's, from noon of the next day until 16:00, at 15.00 an hour; she is offline until then."""
    presence.go_offline(dana.pk, now=hour(1))
    found = claims.claim(dana.pk, shift(lumo).pk, now=NOON)
    assert isinstance(found, Seat)
    return found


def look(seat: Seat, hours: float) -> Seat:
    attendance.sweep(now=hour(hours))
    seat.refresh_from_db()
    return seat


def test_on_time_late_away_and_over(seat: Seat, dana: Agent) -> None:
    assert look(seat, 24.1).state == "confirmed"
    presence.go_online(dana.pk, now=hour(24.1))
    assert look(seat, 24.2).state == "present"
    assert attendance.is_late(seat)
    presence.go_offline(dana.pk, now=hour(27), reason="break")
    presence.go_online(dana.pk, now=hour(27.5))

    over = look(seat, 28.5)

    assert (over.state, over.arrived_at, over.left_at) == ("over", hour(24.1), hour(28))
    assert over.absent_seconds == 360 + 1800


def test_online_before_it_begins_is_on_time_and_what_lies_outside_counts_for_nothing(seat: Seat, dana: Agent) -> None:
    presence.go_online(dana.pk, now=hour(20))

    over = look(seat, 29)

    assert (over.arrived_at, over.absent_seconds, attendance.is_late(over)) == (hour(24), 0, False)


def test_a_seat_missed_is_free_and_its_stand_bys_are_rung(seat: Seat, dana: Agent, olu: Agent) -> None:
    claims.wait(olu.pk, seat.shift_id, now=NOON)

    missed = look(seat, 24 + 1 / 6)

    assert missed.state == "missed"
    assert told(olu, 24.2) == [("ring", seat.shift_id)]
    assert told(dana, 24.2) == [("missed", seat.shift_id)]
    standing_in = attendance.stand_in(olu.pk, seat.shift_id, now=hour(24.25))
    assert (standing_in.begins_at, standing_in.ends_at, standing_in.way) == (hour(24.25), hour(28), "stand-by")
    assert paid_hours.in_them([dana.pk, olu.pk], now=hour(25)) == {olu.pk}


def test_a_reminder_comes_once_before_the_shift(seat: Seat, dana: Agent) -> None:
    counts = [attendance.remind(now=hour(at)) for at in (22.9, 23, 23.1)]

    assert counts == [0, 1, 0]
    assert told(dana, 23.2) == [("near", seat.shift_id)]
    assert told(dana, 24.2) == []


def test_the_guarantee_is_settled_once_for_the_time_she_was_there(seat: Seat, dana: Agent) -> None:
    presence.go_online(dana.pk, now=hour(25))
    seat.refresh_from_db()
    Seat.objects.filter(pk=seat.pk).update(state="present", arrived_at=hour(25))  # late by an hour, and not released
    look(seat, 28.1)

    assert [guarantees.settle_due(now=hour(at)) for at in (28.1, 28.2)] == [1, 0]
    guarantees.settle(seat.pk, now=hour(29))  # as a task that runs twice would

    assert list(Posting.objects.values_list("kind", "amount", "source")) == [
        ("guarantee", 3 * 1500, f"shift:{seat.pk}:guarantee:1")
    ]
    assert ledger.audit(hour(29)).balanced


def test_a_guarantee_waits_for_chats_under_way_and_not_for_ever(seat: Seat, dana: Agent) -> None:
    presence.go_online(dana.pk, now=hour(24))
    look(seat, 28)
    Slot.objects.filter(pk=dana.pk).update(active=1, idle_since=None)

    assert [guarantees.settle_due(now=hour(at)) for at in (28.1, 30.4, 30.5)] == [0, 0, 1]


@pytest.mark.parametrize(
    ("begins_at", "hours"),
    [
        (datetime(2027, 3, 27, 21, tzinfo=UTC), 7),  # 22:00 to 06:00 in Stockholm, where 02:00 becomes 03:00
        (datetime(2027, 10, 30, 20, tzinfo=UTC), 9),  # 22:00 to 06:00, where 03:00 becomes 02:00
    ],
)
def test_a_night_in_which_clocks_change_is_paid_by_the_hours_it_had(
    lumo: Brand, dana: Agent, begins_at: datetime, hours: int
) -> None:
    from zoneinfo import ZoneInfo

    ends_at = (begins_at.astimezone(ZoneInfo("Europe/Stockholm")) + timedelta(hours=8)).astimezone(UTC)
    block = planning.Block("refunds", "en", begins_at, ends_at, 1, 1500)
    made = planning.publish(planning.draft(lumo.pk, block, by=BY, now=NOON).pk, by=BY, now=NOON)
    taken = seats.take(dana.pk, made.pk, way="claim", now=NOON)
    OnlineStretch.objects.create(agent=dana, began_at=begins_at, ended_at=ends_at)
    stretches_end(dana)

    attendance.sweep(now=ends_at)
    guarantees.settle_due(now=ends_at)

    assert held(dana) == [made]
    assert (ends_at - begins_at).total_seconds() == hours * 3600
    assert Posting.objects.get(source=f"shift:{taken.pk}:guarantee:1").amount == hours * 1500


def stretches_end(agent: Agent) -> None:
    """She is offline from now on, without a stretch of her own."""
    Slot.objects.filter(pk=agent.pk).update(willing=False, online_since=None)
    assert stretches.seconds_online(agent.pk, NOON, NOON, now=NOON) == 0


def test_a_shift_over_the_end_of_a_period_is_paid_whole_in_the_open_books(seat: Seat, lumo: Brand, dana: Agent) -> None:
    """The books are closed up to the middle of the shift before it is settled: nothing is dated before, or lost."""
    early = shift(lumo, 2, 1)
    presence.go_online(dana.pk, now=hour(2))
    first = claims.claim(dana.pk, early.pk, now=NOON)
    attendance.sweep(now=hour(3))
    guarantees.settle_due(now=hour(3))
    look(seat, 29)
    periods.close(until=hour(26), by="operator:ida", now=hour(29))

    guarantees.settle_due(now=hour(29.5))

    paid = dict(Posting.objects.values_list("source", "amount"))
    assert paid == {f"shift:{first.pk}:guarantee:1": 1500, f"shift:{seat.pk}:guarantee:1": 4 * 1500}
    assert Posting.objects.get(amount=6000).created_at == hour(29.5)
    assert ledger.audit(hour(30)).balanced


def test_the_meter_counts_by_the_rule_that_settles(seat: Seat, dana: Agent) -> None:
    assert guarantees.meter(dana.pk, now=hour(23)) is None
    presence.go_online(dana.pk, now=hour(24.5))  # half an hour late
    look(seat, 25)

    running = guarantees.meter(dana.pk, now=hour(26))

    assert running is not None
    assert (running.earned_cents, running.mark_cents, running.guaranteed_cents) == (0, 2250, 5250)
    assert (running.away_seconds, running.at) == (1800, hour(26))
    look(seat, 28.1)
    assert guarantees.meter(dana.pk, now=hour(28.1)) is None
    guarantees.settle_due(now=hour(28.2))
    assert Posting.objects.get().amount == running.guaranteed_cents
