"""A brand's index is kept while it is asked for, and forgotten when many others were."""

import gc
import weakref

import pytest

from assistant import knowledge
from assistant.knowledge import KEPT_INDEXES
from brands.models import Brand
from tests.people import NOON

pytestmark = pytest.mark.django_db


def brand(number: int) -> Brand:
    return Brand.objects.create(name=f"Shop {number}", slug=f"shop-{number}", assistant_name="Sol", created_at=NOON)


def test_an_index_is_built_once_while_its_articles_stay_as_they_are() -> None:
    shop = brand(0)

    assert knowledge.index_of(shop) is knowledge.index_of(shop)


def test_the_indexes_of_many_brands_are_not_all_kept() -> None:
    first = weakref.ref(knowledge.index_of(brand(0)))

    for number in range(KEPT_INDEXES):
        knowledge.index_of(brand(number + 1))
    gc.collect()

    assert first() is None
