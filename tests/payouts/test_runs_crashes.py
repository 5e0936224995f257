"""A few seeds of the crash runs; `python -m tests.payouts.crashes` plays a thousand."""

import pytest
from pytest_django import DjangoDbBlocker

from marketplace.local.services import Urls
from tests.payouts import crashes


@pytest.mark.slow
@pytest.mark.parametrize("number", [1, 2, 3, 4, 5, 6])
def test_no_accident_loses_or_doubles_a_cent(
    number: int, services_urls: Urls, django_db_setup: None, django_db_blocker: DjangoDbBlocker,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("BECKON_PAYOUT_FAKE", "{}")  # Set anew by each seed, and put back after the test.
    with django_db_blocker.unblock():
        outcome = crashes.play(number, services_urls)

    assert outcome.sound, outcome
    assert outcome.earned > 0
    assert outcome.killed > 0, "an accident that never happens proves nothing"
