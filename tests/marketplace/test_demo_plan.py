"""The demo's plan: both sides of today have life, and what it makes is what the rooms would allow."""

from datetime import timedelta

from brands.models import Brand
from marketplace import demo_plan
from shifts import limits, seats, terms
from shifts.models import Arrivals, Outlook, Seat, Shift, Wish
from tests.people import NOON, Hire


def test_the_demo_has_a_past_a_forecast_shifts_seats_and_wishes(lumo: Brand, hire: Hire) -> None:
    agents = [hire("Asha", languages=("en",)), hire("Jonas", languages=("en", "sv", "de"))]

    demo_plan.seed(lumo, agents, now=NOON)

    assert Arrivals.objects.filter(begins_at__lt=NOON - timedelta(days=40)).exists()
    assert not Arrivals.objects.filter(begins_at__gt=NOON).exists()
    assert Outlook.objects.filter(judged_at__isnull=False).exists()
    assert Outlook.objects.filter(day=NOON.date(), seats__contains=[1]).exists()
    assert set(Shift.objects.values_list("state", flat=True)) == {"draft", "published"}
    assert {seat.agent for seat in Seat.objects.all()} == {wish.agent for wish in Wish.objects.all()} == set(agents)
    for agent in agents:
        bounds = terms.bounds(agent, terms.of(agent.pk), on=NOON.date())
        assert limits.faults(seats.times(agent.pk, NOON + timedelta(days=7)), bounds) == []
