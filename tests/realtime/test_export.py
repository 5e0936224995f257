"""What is generated agrees with the protocol, and the page's examples are good frames."""

import json
import re
from datetime import datetime
from pathlib import Path

import msgspec
import pytest

from realtime import export, protocol, reading, shapes

ROOT = Path(__file__).resolve().parents[2]


def test_the_generated_files_are_up_to_date() -> None:
    assert export.stale(ROOT) == []


def test_the_same_protocol_gives_the_same_bytes() -> None:
    assert export.files() == export.files()


@pytest.mark.parametrize("union", shapes.UNIONS)
def test_every_frame_of_a_union_has_its_typescript_its_schema_and_its_place_on_the_page(union: str) -> None:
    types, schema, page = export.typescript(), json.loads(export.schema()), export.page()

    for name in shapes.members(union):
        tag = getattr(protocol, name).__struct_config__.tag
        assert f"export interface {name} {{\n  type: {json.dumps(tag)};" in types
        assert name in schema["$defs"]
        assert f"#### `{tag}` (" in page


def test_nothing_is_optional_in_typescript() -> None:
    assert "?:" not in export.typescript()


def test_every_example_on_the_page_is_a_good_frame() -> None:
    examples = re.findall(r"```json\n(.*?)```", export.page(), re.DOTALL)

    assert len(examples) >= 2
    for example in examples:
        assert isinstance(reading.read(example, "customer"), protocol.Frame)


def test_a_frame_fits_its_schema_name_by_name() -> None:
    frame = protocol.Pong(now=datetime.fromisoformat("2026-11-24T12:00:00+00:00"))
    sent = json.loads(msgspec.json.encode(frame))

    properties = json.loads(export.schema())["$defs"]["Pong"]["properties"]

    assert set(sent) == set(properties)
