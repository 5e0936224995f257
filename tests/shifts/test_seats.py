"""Seats: wished for in the window, claimed after it, given back, waited for, swapped; and what the database refuses."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from agents import paid_hours, slots
from agents.models import Agent, AgentSkill
from audit.models import Entry
from brands.models import Brand
from marketplace.refusals import Refused
from shifts import claims, planning, seats, swaps
from shifts.models import Seat, Shift, Swap, Waiting, Wish
from tests.people import NOON, Hire
from tests.shifts.rota import BY, faults, held, hour, shift


def test_in_the_window_a_claim_is_a_wish_and_the_last_one_counts(lumo: Brand, dana: Agent) -> None:
    wanted = shift(lumo, window=12)

    claims.claim(dana.pk, wanted.pk, strength=1, now=NOON)
    claims.claim(dana.pk, wanted.pk, strength=3, now=hour(1))

    assert Wish.objects.values_list("strength", "state").get() == (3, "open")
    assert held(dana) == []
    claims.unwish(dana.pk, wanted.pk, now=hour(2))
    assert Wish.objects.get().state == "withdrawn"


def test_after_the_window_a_claim_is_a_seat_and_paid_hours(lumo: Brand, dana: Agent) -> None:
    wanted = shift(lumo)

    seat = claims.claim(dana.pk, wanted.pk, now=NOON)
    again = claims.claim(dana.pk, wanted.pk, now=NOON)

    assert seat == again
    assert held(dana) == [wanted]
    assert paid_hours.in_them([dana.pk], now=hour(25)) == {dana.pk}


def test_a_full_shift_is_refused_and_can_be_waited_for(lumo: Brand, dana: Agent, olu: Agent) -> None:
    wanted = shift(lumo)
    seat = claims.claim(dana.pk, wanted.pk, now=NOON)

    with pytest.raises(Refused, match="All seats of this shift are taken"):
        claims.claim(olu.pk, wanted.pk, now=NOON)
    claims.wait(olu.pk, wanted.pk, now=NOON)
    claims.give_back(dana.pk, seat.pk, now=hour(1))

    assert (held(dana), held(olu)) == ([], [wanted])
    assert Waiting.objects.get().state == "seated"
    assert paid_hours.in_them([dana.pk, olu.pk], now=hour(25)) == {olu.pk}


def test_who_had_fewer_hours_moves_up_first(lumo: Brand, hire: Hire, dana: Agent) -> None:
    busy, rare = hire("Busy"), hire("Rare")
    past = shift(lumo, 1, 2)
    claims.claim(busy.pk, past.pk, now=NOON)
    wanted = shift(lumo, 48)
    seat = claims.claim(dana.pk, wanted.pk, now=NOON)
    for number, agent in enumerate((busy, rare)):
        claims.wait(agent.pk, wanted.pk, now=hour(4 + number))

    claims.give_back(dana.pk, seat.pk, now=hour(6))

    assert held(rare) == [wanted]
    assert held(busy) == [past]


def test_a_seat_is_given_back_until_the_deadline_and_no_later(lumo: Brand, dana: Agent) -> None:
    wanted = shift(lumo)
    seat = claims.claim(dana.pk, wanted.pk, now=NOON)

    with pytest.raises(Refused, match="could be given back until 25 Nov 00:00"):
        claims.give_back(dana.pk, seat.pk, now=hour(12) + timedelta(seconds=1))
    assert held(dana) == [wanted]

    claims.give_back(dana.pk, seat.pk, now=hour(12))
    claims.give_back(dana.pk, seat.pk, now=hour(13))  # a repeated click
    assert held(dana) == []


@pytest.mark.parametrize(
    ("country", "first", "second", "code", "sentence"),
    [
        ("", (24, 4), (27, 4), "overlap", "You have a shift at that time: Wed 25 Nov 12:00 to 16:00."),
        ("", (24, 4), (36, 4), "rest", "less than 11 h of rest"),
        ("ES", (24, 4), (36.5, 4), "rest", "less than 12 h of rest"),
        ("DE", (24, 5), (30, 4), "day_hours", "You have 5 h on that day, and 8 h is the limit."),
    ],
)
def test_limits_are_those_of_where_she_lives(
    lumo: Brand, dana: Agent, country: str, first: tuple[float, float], second: tuple[float, float], code: str,
    sentence: str,
) -> None:  # fmt: skip
    Agent.objects.filter(pk=dana.pk).update(country=country)
    claims.claim(dana.pk, shift(lumo, *first).pk, now=NOON)
    other = shift(lumo, *second)

    with pytest.raises(Refused) as refused:
        claims.claim(dana.pk, other.pk, now=NOON)

    assert (refused.value.code, sentence in refused.value.message) == (code, True)
    assert len(held(dana)) == 1


def test_her_own_limit_for_a_week_is_kept(lumo: Brand, dana: Agent) -> None:
    from shifts import terms

    terms.choose(dana.pk, {"week_minutes_most": 6 * 60, "timezone": "Europe/Stockholm"})
    claims.claim(dana.pk, shift(lumo, 24).pk, now=NOON)

    with pytest.raises(Refused, match="You have 4 h in that week, and 6 h is your own limit"):
        claims.claim(dana.pk, shift(lumo, 48).pk, now=NOON)
    claims.claim(dana.pk, shift(lumo, 24 * 7).pk, now=NOON)  # another week
    assert faults(dana) == []


def test_who_is_not_certified_is_told_for_what(lumo: Brand, dana: Agent) -> None:
    fraud, swedish = shift(lumo, topic="fraud"), shift(lumo, language="sv")

    with pytest.raises(Refused, match="not certified for yet: fraud"):
        claims.claim(dana.pk, fraud.pk, now=NOON)
    with pytest.raises(Refused, match="not certified for yet: sv"):
        claims.claim(dana.pk, swedish.pk, now=NOON)
    AgentSkill.objects.filter(agent=dana).update(valid_until=hour(20))
    with pytest.raises(Refused, match="refunds"):  # ends before the shift begins
        claims.claim(dana.pk, shift(lumo).pk, now=NOON)


def test_a_seat_passes_to_a_colleague(lumo: Brand, dana: Agent, olu: Agent) -> None:
    wanted = shift(lumo)
    seat = claims.claim(dana.pk, wanted.pk, now=NOON)
    swap = swaps.offer(dana.pk, seat.pk, now=hour(20))

    taken = swaps.take(olu.pk, swap.pk, now=hour(23))
    again = swaps.take(olu.pk, swap.pk, now=hour(23))

    assert taken == again
    assert (held(dana), held(olu)) == ([], [wanted])
    assert paid_hours.in_them([dana.pk, olu.pk], now=hour(25)) == {olu.pk}


def test_an_exchange_is_whole_or_not_at_all(lumo: Brand, dana: Agent, olu: Agent) -> None:
    early, late = shift(lumo, 24), shift(lumo, 50)
    hers = claims.claim(dana.pk, early.pk, now=NOON)
    claims.claim(olu.pk, late.pk, now=NOON)
    AgentSkill.objects.filter(agent=dana).update(valid_until=hour(40))  # so that she could not work the late one
    swap = swaps.offer(dana.pk, hers.pk, colleague=olu.pk, wanted=late.pk, now=hour(1))

    with pytest.raises(Refused, match="colleague cannot have your seat"):
        swaps.take(olu.pk, swap.pk, now=hour(2))
    assert (held(dana), held(olu)) == ([early], [late])

    AgentSkill.objects.filter(agent=dana).update(valid_until=None)
    swaps.take(olu.pk, swap.pk, now=hour(2))
    assert (held(dana), held(olu)) == ([late], [early])
    assert Swap.objects.get().state == "taken"


def test_a_swap_for_one_colleague_is_nobody_elses(lumo: Brand, dana: Agent, olu: Agent, hire: Hire) -> None:
    seat = claims.claim(dana.pk, shift(lumo).pk, now=NOON)
    swap = swaps.offer(dana.pk, seat.pk, colleague=olu.pk, now=NOON)

    with pytest.raises(Refused, match="no such swap"):
        swaps.take(hire("Ilse").pk, swap.pk, now=NOON)
    swaps.withdraw(dana.pk, swap.pk, now=NOON)
    with pytest.raises(Refused, match="held out no more"):
        swaps.take(olu.pk, swap.pk, now=NOON)


def test_a_published_shift_keeps_its_time_its_rate_and_its_people(lumo: Brand, dana: Agent) -> None:
    wanted = shift(lumo, seat_count=3)
    with transaction.atomic():
        slots.locked(dana.pk)
        seats.hold(dana, wanted, 3, begins_at=wanted.begins_at, way="claim", now=NOON)

    for changes in ({"begins_at": hour(23)}, {"rate_cents": 1499}):
        with pytest.raises(Refused):
            planning.change(wanted.pk, changes, by=BY, now=NOON)
    planning.change(wanted.pk, {"seat_count": 1, "rate_cents": 1600}, by=BY, now=NOON)

    assert Seat.objects.get().number == 1
    assert Shift.objects.values_list("seat_count", "rate_cents").get() == (1, 1600)
    assert Entry.objects.filter(subject=f"shift:{wanted.pk}").count() == 3


def test_a_shift_called_off_frees_everybody_with_a_sentence(lumo: Brand, dana: Agent, olu: Agent) -> None:
    wanted = shift(lumo)
    claims.claim(dana.pk, wanted.pk, now=NOON)
    claims.wait(olu.pk, wanted.pk, now=NOON)

    planning.call_off(wanted.pk, by=BY, reason="The campaign was cancelled.", now=hour(2))

    assert Seat.objects.get().state == "called_off"
    assert Waiting.objects.get().state == "left"
    assert paid_hours.in_them([dana.pk], now=hour(25)) == set()
    with pytest.raises(Refused, match="no such shift"):
        claims.claim(olu.pk, wanted.pk, now=hour(3))


def hold_raw(wanted: Shift, agent_id: UUID, number: int, **changes: object) -> None:
    """A seat past all rooms, as a bug would write it."""
    times = {"begins_at": wanted.begins_at, "ends_at": wanted.ends_at, "taken_at": NOON}
    known = {"brand_id": wanted.brand_id, "shift": wanted, "agent_id": agent_id, "number": number, "way": "claim"}
    with transaction.atomic():
        Seat.objects.create(**{**known, **times, **changes})


def test_the_database_refuses_a_seat_that_is_not_there_or_held_or_elsewhere(
    lumo: Brand, dana: Agent, olu: Agent
) -> None:
    wanted, beside = shift(lumo), shift(lumo, 26)
    hold_raw(wanted, dana.pk, 1)

    for whose, where, number, changes, constraint in (
        (olu.pk, wanted, 1, {}, "seat_held_once"),
        (olu.pk, wanted, 2, {}, "seat_exists"),
        (dana.pk, beside, 1, {}, "seat_one_place_at_a_time"),
        (olu.pk, beside, 1, {"ends_at": hour(31)}, "seat_exists"),
    ):
        with pytest.raises(IntegrityError, match=constraint):
            hold_raw(where, whose, number, **changes)
    with pytest.raises(IntegrityError, match="shift_keeps_seats"), transaction.atomic():
        Shift.objects.filter(pk=wanted.pk).update(state="closed")
    assert Seat.objects.count() == 1
