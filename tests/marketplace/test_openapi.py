"""The description of our doors: made without a complaint, and it says what each one takes."""

from typing import Any

import pytest
from drf_spectacular.drainage import GENERATOR_STATS, reset_generator_stats
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema


@pytest.fixture(scope="module")
def described() -> Any:
    reset_generator_stats()
    with GENERATOR_STATS.silence():
        made = SchemaGenerator().get_schema(request=None, public=True)
    validate_schema(made)
    return made


def test_no_door_is_described_by_a_guess(described: Any) -> None:
    complaints = [*GENERATOR_STATS._error_cache, *GENERATOR_STATS._warn_cache]

    assert not complaints


def test_every_door_that_takes_a_body_says_of_what(described: Any) -> None:
    unsaid = [
        f"{verb} {path}"
        for path, verbs in described["paths"].items()
        for verb, told in verbs.items()
        if verb in ("put", "patch") and "requestBody" not in told
    ]

    assert not unsaid
    paths = described["paths"]
    assert "requestBody" in paths["/api/v1/widget/session"]["post"]
    asked = {each["name"] for each in paths["/api/v1/conversations/{conversation}/messages"]["get"]["parameters"]}
    assert {"conversation", "before", "limit"} <= asked
