"""The range that a waiting customer is told: drawn from what was seen, and kept by the waits that follow."""

import random
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brands.models import Brand
from conversations import customers, lifecycle
from dispatch import estimates, queue
from dispatch.estimates import Level, Range, Served, Wait
from dispatch.models import Escalation
from tests.people import NOON, ask, at

ENDS = {"reached": "closed", "left": "abandoned", "waits": "waiting"}
Lived = list[tuple[int, int, str]]


@pytest.mark.parametrize(
    ("share", "a", "b", "wanted"),  # from published tables of F with 2a and 2b degrees of freedom
    [(0.95, 1, 1, 19.0), (0.95, 5, 10, 2.348), (0.95, 10, 5, 2.774), (0.99, 1, 10, 5.849), (0.05, 5, 5, 0.3358)],
)
def test_quantiles_are_those_of_the_tables(share: float, a: int, b: int, wanted: float) -> None:
    assert estimates.f_quantile(share, a, b) == pytest.approx(wanted, rel=1e-3)


@pytest.mark.parametrize("ahead", [0, 3, 12])
def test_four_of_five_waits_end_within_their_range(ahead: int) -> None:
    """Requests are taken at a rate that nobody knows: it is seen for a quarter of an hour, then the wait begins."""
    dice, kept, rounds_ = random.Random(7), 0, 2_000
    for _ in range(rounds_):
        rate = dice.uniform(1 / 60, 1 / 10)
        seen = Served(_arrivals(dice, rate, estimates.WINDOW.total_seconds()), estimates.WINDOW.total_seconds())
        expected = estimates.estimate([Level(ahead, 0, seen)])
        assert expected is not None
        kept += expected.low_s <= dice.gammavariate(ahead + 1, 1 / rate) <= expected.high_s

    assert 0.82 <= kept / rounds_ <= 0.95  # a range from nothing to for ever would keep all of them


def _arrivals(dice: random.Random, rate: float, seconds: float) -> int:
    many, at_s = 0, dice.expovariate(rate)
    while at_s <= seconds:
        many, at_s = many + 1, at_s + dice.expovariate(rate)
    return many


def test_who_has_someone_free_waits_for_an_answer_alone() -> None:
    seen = Served(40, 280)  # seven seconds from asked to accepted

    assert estimates.estimate([Level(2, 3, seen)]) == Range(0, 30)
    assert estimates.estimate([Level(12, 3, seen)]) == estimates.estimate([Level(9, 0, seen)])


def test_her_neighbours_pace_is_trusted_less_where_nobody_of_her_own_class_is_free() -> None:
    """In companies of 60 agents half of such waits went beyond the range that her neighbours' pace alone gave."""
    seen = Served(20, 400)
    busy, free = Level(2, 0, Served(1, 60)), Level(0, 1, Served(1, 60))

    told, easy = estimates.estimate([busy, Level(2, 3, seen)]), estimates.estimate([free, Level(2, 3, seen)])

    assert told is not None
    assert easy is not None
    assert told.high_s > 3 * easy.high_s  # the third in turn, at a pace that is hardly known


def test_the_narrowest_class_that_was_seen_enough_answers() -> None:
    own, language, brand = Level(1, 2, Served(7, 70)), Level(4, 0, Served(8, 80)), Level(9, 0, Served(90, 90))

    assert estimates.estimate([own, language, brand]) == estimates.estimate([language])
    assert estimates.estimate([own]) is not None  # of the widest little is better than nothing
    assert estimates.estimate([Level(1, 0, Served(2, 20))]) is None
    assert estimates.estimate([Level(0, 1, Served(0, 0.0))]) == Range(0, 120)
    assert estimates.estimate([]) is None


@given(st.integers(0, 30), st.integers(3, 200), st.integers(10, 900))
def test_a_longer_line_is_never_told_a_shorter_wait(ahead: int, accepted: int, seconds: int) -> None:
    shorter, longer = (estimates.estimate([Level(n, 0, Served(accepted, seconds))]) for n in (ahead, ahead + 1))

    assert shorter is not None
    assert longer is not None
    assert 0 <= shorter.low_s <= longer.low_s
    assert shorter.low_s < shorter.high_s <= longer.high_s


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 1200), st.integers(0, 600), st.sampled_from(sorted(ENDS))), max_size=8))
def test_the_database_counts_what_the_pure_function_counts(lumo: Brand, lived: Lived) -> None:
    with transaction.atomic():
        waits = [_lived(lumo, since, lasted, end) for since, lasted, end in lived]
        counted = queue.served_lately(at(1200)).get((lumo.pk, "refunds", "en"), Served(0, 0.0))
        transaction.set_rollback(True)

    assert counted == estimates.observed(waits, now=at(1200))


def _lived(brand: Brand, since: int, lasted: int, end: str) -> Wait:
    customer, _ = customers.anonymous(brand, language="en", now=NOON)
    request = ask(lifecycle.start(customer, language="en", now=NOON)[0], now=at(since))
    ended = at(since + lasted) if end != "waits" else None
    reached = ended if end == "reached" else None
    Escalation.objects.filter(pk=request.pk).update(state=ENDS[end], reached_at=reached, ended_at=ended)
    return Wait(at(since), ended, end == "reached")


def test_what_is_older_than_the_window_is_forgotten() -> None:
    waits = [Wait(at(0), at(10), True), Wait(at(5), at(60), True), Wait(at(900), None, False)]

    assert estimates.observed(waits, now=at(905)) == Served(2, 55 + 5)
    assert estimates.observed(waits, now=at(905), window=timedelta(seconds=10)) == Served(0, 5)
