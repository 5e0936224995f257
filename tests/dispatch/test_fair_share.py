"""The plain numbers of fairness: what a deficit is, who is starved, how unequal a day was."""

import random
from datetime import timedelta
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch import fair_share
from dispatch.fair_share import Worked
from tests.people import at

HOURS = 3_600
WORK = st.lists(
    st.builds(Worked, st.integers(0, 10**6), st.integers(0, 10**6), st.sampled_from(["standard", "expert"])),
    min_size=1,
    max_size=2,
    unique_by=lambda part: part.group,
)


def test_who_earned_less_than_her_group_for_her_time_has_a_deficit() -> None:
    told = fair_share.deficits({"asha": [Worked(3_000, 8 * HOURS)], "ben": [Worked(1_000, 8 * HOURS)]})

    settled = 8 / 10  # eight slot-hours against the two that half a deficit takes
    assert told == {"asha": pytest.approx(-0.5 * settled), "ben": pytest.approx(0.5 * settled)}


def test_an_hour_with_two_places_is_two() -> None:
    told = fair_share.deficits({"asha": [Worked(2_000, 2 * 8 * HOURS)], "ben": [Worked(1_000, 8 * HOURS)]})

    assert told == {"asha": 0, "ben": 0}


def test_groups_are_not_compared_with_each_other() -> None:
    told = fair_share.deficits({"asha": [Worked(9_000, HOURS, "expert")], "ben": [Worked(1_000, HOURS, "standard")]})

    assert told == {"asha": 0, "ben": 0}


def test_what_she_did_in_two_groups_counts_by_her_time_in_each() -> None:
    peers = {"asha": [Worked(4_000, 40 * HOURS, "EUR")], "bo": [Worked(40_000, 40 * HOURS, "SEK")]}
    both = [Worked(300, 3 * HOURS, "EUR"), Worked(0, HOURS, "SEK")]

    alike = fair_share.deficits({**peers, "cleo": [Worked(300, 3 * HOURS, "EUR"), Worked(1_000, HOURS, "SEK")]})
    told = fair_share.deficits({**peers, "cleo": both})

    assert alike["cleo"] == pytest.approx(0)
    assert told["cleo"] == pytest.approx(1 / 4 * 4 / 6), "nothing for a quarter of her four slot-hours"


@given(st.integers(0, 10**6), st.dictionaries(st.integers(0, 9), st.integers(0, 10**5), max_size=6))
def test_a_split_adds_up_and_is_within_one_of_the_proportion(total: int, weights: dict[int, int]) -> None:
    parts, whole = fair_share.split(total, weights), sum(weights.values())

    assert parts.keys() == weights.keys()
    assert sum(parts.values()) == (total if whole else 0)
    assert all(abs(parts[one] * whole - total * weight) < whole for one, weight in weights.items() if whole)


def test_a_newcomer_is_neither_favoured_nor_passed_over() -> None:
    told = fair_share.deficits({"asha": [Worked(10_000, 40 * HOURS)], "new": [Worked(0, 60)]})

    assert 0 < told["new"] < 0.01


@given(st.dictionaries(st.integers(0, 20), WORK, max_size=12))
def test_a_deficit_is_a_share_and_nobody_with_nothing_divides_by_it(worked: dict[int, list[Worked]]) -> None:
    told = fair_share.deficits(worked)

    assert told.keys() == worked.keys()
    assert all(-1 <= share <= 1 for share in told.values())


@given(st.dictionaries(st.integers(0, 20), WORK, min_size=1, max_size=12), st.integers(1, 10**5))
def test_earning_more_never_raises_ones_own_deficit(worked: dict[int, list[Worked]], more: int) -> None:
    agent = min(worked)
    before, *rest = worked[agent]
    after = worked | {agent: [Worked(before.earned_minor + more, before.slot_seconds, before.group), *rest]}
    others = sum(each.earned_minor for each in chain(*worked.values()) if each.group == before.group)

    if others:  # where nobody had earned anything there was nothing to compare
        assert fair_share.deficits(after)[agent] <= fair_share.deficits(worked)[agent] + 1e-9


@pytest.mark.parametrize(
    ("minutes", "asked", "starved"), [(10, 3, True), (9.99, 3, False), (10, 2, False), (60, 0, False), (60, 9, True)]
)
def test_starved_is_who_waited_long_while_others_were_asked_often(minutes: float, asked: int, starved: bool) -> None:
    told = fair_share.is_starved(at(0), asked, at(minutes * 60), after=timedelta(minutes=10))

    assert told is starved


def test_the_gini_of_known_days() -> None:
    assert fair_share.gini([]) == fair_share.gini([0, 0]) == 0
    assert fair_share.gini([5, 5, 5, 5]) == pytest.approx(0)
    assert fair_share.gini([0, 0, 0, 1]) == pytest.approx(0.75)
    assert fair_share.gini([1, 2, 3, 4]) == pytest.approx(0.25)


def test_the_gini_is_half_the_mean_difference_over_the_mean() -> None:
    values = [random.Random(7).randint(0, 1_000) for _ in range(50)]
    mean = sum(values) / 50

    differences = sum(abs(a - b) for a in values for b in values) / 50**2
    assert fair_share.gini(values) == pytest.approx(differences / (2 * mean))


def test_quantiles_of_few_and_of_none() -> None:
    assert fair_share.quantile([], 0.5) is None
    assert [fair_share.quantile([1, 2, 3], share) for share in (0.0, 0.5, 0.9, 1.0)] == [1, 2, 3, 3]
