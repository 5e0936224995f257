"""More wait than one round reads: no brand's and no class's pile hides anybody else."""

import pytest

from brands.models import Brand
from dispatch import supply
from dispatch.models import Escalation
from tests.boards import another_chat
from tests.people import ask, at


@pytest.fixture
def pile(lumo: Brand) -> list[Escalation]:
    """Six wait for somebody who speaks Welsh, longest and most urgently."""
    found = [ask(another_chat(lumo, seconds=second), language="cy", now=at(second)) for second in range(6)]
    Escalation.objects.update(priority=9)
    return found


def read(limit: int) -> list[object]:
    return [one.id for one in supply.waiting(now=at(60), limit=limit)]


def test_a_pile_of_one_class_hides_no_other_class(lumo: Brand, pile: list[Escalation]) -> None:
    refunds = ask(another_chat(lumo, seconds=30), now=at(30))
    fraud = ask(another_chat(lumo, seconds=31), topic="fraud", now=at(31))
    Escalation.objects.filter(pk=fraud.pk).update(tier="gold", tier_until=at(100))
    plain = ask(another_chat(lumo, seconds=32), topic="fraud", now=at(32))

    assert read(5) == [pile[0].pk, pile[1].pk, refunds.pk, fraud.pk, plain.pk]
    assert read(100) == [*(one.pk for one in pile), refunds.pk, fraud.pk, plain.pk]


def test_a_brand_whose_every_class_is_piled_up_hides_no_other_brand(lumo: Brand, pile: list[Escalation]) -> None:
    for second, language in enumerate(("gd", "ga", "kw", "br", "gv")):
        ask(another_chat(lumo, seconds=second), language=language, now=at(second))
    other = Brand.objects.create(name="Fernhof", slug="fernhof", assistant_name="Ferdi", created_at=at(0))
    theirs = [ask(another_chat(other, seconds=second), now=at(second)) for second in (40, 41)]

    assert read(4)[-2:] == [one.pk for one in theirs]


def test_of_a_class_the_most_urgent_are_read(lumo: Brand, pile: list[Escalation]) -> None:
    Escalation.objects.filter(pk=pile[5].pk).update(priority=10)

    assert read(2) == [pile[5].pk, pile[0].pk]
