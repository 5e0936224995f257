"""From text to a frame, for each kind of socket: strict, and helpful about what was wrong."""

import msgspec

from realtime import protocol, shapes
from realtime.limits import MAX_FRAME_BYTES
from realtime.ports import Kind

DECODERS: dict[Kind, msgspec.json.Decoder[protocol.Frame]] = {
    "customer": msgspec.json.Decoder(shapes.union_type("FromCustomer")),
    "agent": msgspec.json.Decoder(shapes.union_type("FromAgent")),
    "operator": msgspec.json.Decoder(shapes.union_type("FromOperator")),
}


class UnreadableError(Exception):
    """This text is no frame. `ref` names the request where that much could be read."""

    def __init__(self, message: str, ref: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.ref = ref


class _Named(msgspec.Struct):
    ref: str | None = None
    client_id: str | None = None


_named = msgspec.json.Decoder(_Named)


def read(text: str, kind: Kind) -> protocol.Frame:
    """The frame that `text` is. Raises UnreadableError."""
    if len(text) * 4 > MAX_FRAME_BYTES < len(text.encode(errors="replace")):
        raise UnreadableError(f"A frame may have at most {MAX_FRAME_BYTES} bytes.")
    try:
        frame = DECODERS[kind].decode(text)
    except msgspec.ValidationError as error:
        raise UnreadableError(f"This frame is not understood: {error}", ref_of(text)) from None
    except (msgspec.MsgspecError, UnicodeError, RecursionError, ValueError):
        raise UnreadableError("This is not JSON.") from None
    if "\\u0000" in text and _has_nul(msgspec.to_builtins(frame)):
        raise UnreadableError("Text may not contain the character NUL.", ref_of(text))
    return frame


def ref_of(text: str) -> str:
    """The name of a request that cannot be taken, so that its sender knows which it was; empty if there is none."""
    try:
        named = _named.decode(text)
    except (msgspec.MsgspecError, UnicodeError, RecursionError, ValueError):
        return ""
    return (named.ref or named.client_id or "")[:64]


def _has_nul(value: object) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any(map(_has_nul, value.values()))
    return isinstance(value, list) and any(map(_has_nul, value))
