"""Bad input, as a matter of course: one clear refusal, whatever it is."""

import json
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from realtime import protocol, reading
from tests.real import documents

CHAT = "5b0f6c1e-9d5c-4a58-8c7e-0f7a1d1f2a11"


def say(**changes: object) -> str:
    frame = {"type": "say", "conversation": CHAT, "client_id": CHAT, "text": "Hello"}
    return json.dumps({**frame, **changes})


def test_a_good_frame_is_read() -> None:
    assert reading.read(say(), "customer") == protocol.Say(conversation=UUID(CHAT), client_id=UUID(CHAT), text="Hello")


def ping(*, streams: int = 1, **changes: object) -> str:
    held = {"conversation": CHAT, "stream": "talk", "seq": 1, **changes}
    return json.dumps({"type": "ping", "have": [held] * streams})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "nonsense",
        "[1,]",
        '{"type": "ping", "have": [}',
        '{"type": "say"} {"type": "say"}',
        "[" * 60_000,
        '{"a":' * 10_000 + "1" + "}" * 10_000,
        '{"type": "ping", "have": [], "x": NaN}',
        "\ufeff" + '{"type": "ping", "have": []}',
        "\x00",
    ],
)
def test_what_is_not_json_is_refused_without_a_name(text: str) -> None:
    with pytest.raises(reading.UnreadableError) as refused:
        reading.read(text, "customer")

    assert refused.value.ref == ""


@pytest.mark.parametrize(
    "text",
    [
        "null",
        "[]",
        "1e999",
        '"say"',
        "{}",
        '{"type": 7}',
        '{"type": "unheard_of"}',
        '{"type": "ping"}',
        '{"type": "ping", "have": NaN}',
        ping(seq=2**63),
        ping(seq=2**53),
        ping(seq=-1),
        ping(seq=1.5),
        ping(stream="gossip"),
        ping(streams=65),
        say(text=""),
        say(text="x" * 4_001),
        say(text=["Hello"]),
        say(text=None),
        say(conversation="not an id"),
        say(conversation=7),
        say(extra="field"),
        say(text="a\0b"),
        '{"type": "go_online", "ref": "1"}',
        '{"type": "board"}',
    ],
)
def test_what_is_no_frame_of_a_customer_is_refused(text: str) -> None:
    with pytest.raises(reading.UnreadableError):
        reading.read(text, "customer")


def test_a_lone_surrogate_never_comes_through() -> None:
    with pytest.raises(reading.UnreadableError):
        reading.read(say().replace("Hello", "\\ud800"), "customer")


def test_a_backslash_before_u0000_is_only_text() -> None:
    frame = reading.read(say(text="write \\u0000 like this"), "customer")

    assert isinstance(frame, protocol.Say)
    assert frame.text == "write \\u0000 like this"


def test_a_refusal_names_the_request_where_that_much_can_be_read() -> None:
    client_id = str(uuid4())
    with pytest.raises(reading.UnreadableError) as refused:
        reading.read(say(client_id=client_id, text="x" * 5_000), "customer")
    assert refused.value.ref == client_id

    with pytest.raises(reading.UnreadableError) as refused:
        reading.read('{"type": "leave", "ref": "r7", "conversation": 7}', "customer")
    assert refused.value.ref == "r7"


def test_a_frame_is_measured_in_bytes() -> None:
    with pytest.raises(reading.UnreadableError, match="bytes"):
        reading.read(say(text="\u00fc" * 40_000).replace("\\u00fc", "\u00fc"), "customer")


def test_each_kind_of_socket_has_its_own_frames() -> None:
    go_online = '{"type": "go_online", "ref": "1"}'

    assert isinstance(reading.read(go_online, "agent"), protocol.GoOnline)
    for kind in ("customer", "operator"):
        with pytest.raises(reading.UnreadableError):
            reading.read(go_online, kind)


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.stem)
def test_no_document_of_the_json_suite_is_taken_for_a_frame_or_does_harm(path: Path) -> None:
    with pytest.raises(reading.UnreadableError):
        reading.read(path.read_bytes().decode("utf-8", errors="replace"), "customer")
