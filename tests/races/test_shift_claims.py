"""Claims of seats at the same moment: none is sold twice, nobody is in two places, and no limit is passed."""

import pytest
from django.db import OperationalError, transaction

from agents.models import Agent
from brands.models import Brand
from marketplace.refusals import Refused
from shifts import claims, swaps
from shifts.models import Seat
from tests.people import NOON, Hire
from tests.races.test_races import at_once
from tests.shifts.rota import faults, held, hour, shift

pytestmark = pytest.mark.usefixtures("fresh_database")


def test_twelve_who_claim_three_seats_get_three(lumo: Brand, hire: Hire) -> None:
    wanted = shift(lumo, seat_count=3)
    crew = [hire(f"A{number}") for number in range(12)]

    results = at_once(*[lambda agent=agent: claims.claim(agent.pk, wanted.pk, now=NOON) for agent in crew])

    assert sum(isinstance(result, Seat) for result in results) == 3
    assert {result.code for result in results if isinstance(result, Refused)} == {"full"}
    assert sorted(Seat.objects.values_list("number", flat=True)) == [1, 2, 3]


@pytest.mark.parametrize("round_", range(2))
def test_one_who_claims_all_at_once_passes_no_limit(lumo: Brand, dana: Agent, round_: int) -> None:
    """Ten shifts of four hours: overlapping, too near each other, and more than a day may have."""
    wanted = [shift(lumo, 20 + 3 * number) for number in range(10)]

    results = at_once(*[lambda one=one: claims.claim(dana.pk, one.pk, now=NOON) for one in wanted])

    assert {result.code for result in results if isinstance(result, Refused)} <= {"overlap", "rest", "day_hours"}
    assert faults(dana) == []
    assert len(held(dana)) >= 2


def test_a_seat_held_out_is_taken_once_and_given_back_or_swapped_but_not_both(
    lumo: Brand, dana: Agent, olu: Agent, hire: Hire
) -> None:
    ilse = hire("Ilse")
    wanted = shift(lumo)
    seat = claims.claim(dana.pk, wanted.pk, now=NOON)
    swap = swaps.offer(dana.pk, seat.pk, now=NOON)

    at_once(
        lambda: swaps.take(olu.pk, swap.pk, now=hour(1)),
        lambda: swaps.take(ilse.pk, swap.pk, now=hour(1)),
        lambda: claims.give_back(dana.pk, seat.pk, now=hour(1)),
    )

    assert Seat.objects.filter(state__in=Seat.HELD).count() <= 1
    assert held(dana) == []
    seat.refresh_from_db()
    assert seat.state in ("swapped", "given_back")


def test_a_claim_waits_for_what_she_claims_at_the_same_moment(lumo: Brand, dana: Agent) -> None:
    """Another claim of hers is under way, and together they pass a day's hours: no claim looks past her slot's lock."""
    first, second = shift(lumo, 24, 6), shift(lumo, 30, 6)

    with transaction.atomic():
        claims.claim(dana.pk, first.pk, now=NOON)
        (meanwhile,) = at_once(lambda: claims.claim(dana.pk, second.pk, now=NOON))

    assert isinstance(meanwhile, OperationalError)  # it gave up waiting
    assert held(dana) == [first]
    assert faults(dana) == []
