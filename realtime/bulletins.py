"""What the processes tell each other over the bus: one message, many pieces of news.

A bulletin is a doorbell. Whoever misses one finds the same news in the database within seconds.
"""

from collections.abc import Iterable

import msgspec

Event = tuple[str, int, msgspec.Raw]
Whisper = tuple[str, str, msgspec.Raw]
Ahead = tuple[str, msgspec.Raw]


class Bulletin(msgspec.Struct, frozen=True, array_like=True):
    """origin: the hub that has served its own sockets already ("" where there is no hub).

    events: (stream key, seq, frame). changed: people whose own state or streams may be different now.
    whispers: (stream key, principal who is not told, frame), unnumbered. closed: people whose right to be here ended,
    or log-ins (`tickets.log_in`) that did. marks: (stream key, principal, seq) of readers who have read on.
    ahead: (principal, frame), a hint of what will be read for those in `changed`.
    """

    origin: str
    events: list[Event] = []
    changed: list[str] = []
    whispers: list[Whisper] = []
    closed: list[str] = []
    marks: list[tuple[str, str, int]] = []
    ahead: list[Ahead] = []


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Bulletin)


def encode(bulletin: Bulletin) -> bytes:
    return _encoder.encode(bulletin)


def decode(data: bytes) -> Bulletin:
    """Raises msgspec.MsgspecError for what is not a bulletin."""
    return _decoder.decode(data)


def merge(origin: str, bulletins: Iterable[Bulletin]) -> Bulletin:
    """One bulletin that says what all of them say, in their order."""
    merged = Bulletin(origin, [], [], [], [], [], [])
    for each in bulletins:
        merged.events.extend(each.events)
        merged.changed.extend(each.changed)
        merged.whispers.extend(each.whispers)
        merged.closed.extend(each.closed)
        merged.marks.extend(each.marks)
        merged.ahead.extend(each.ahead)
    return msgspec.structs.replace(
        merged, changed=list(dict.fromkeys(merged.changed)), closed=list(dict.fromkeys(merged.closed))
    )
