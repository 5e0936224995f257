"""What `protocol.py` says, read by reflection: its parts, its frames, its unions, its named literals, in order."""

import inspect
import typing
from dataclasses import dataclass
from types import UnionType
from typing import Any

import msgspec

from realtime import protocol

UNIONS = (
    "Numbered",
    "ToCustomer",
    "ToAgent",
    "ToOperator",
    "FromCustomer",
    "FromAgent",
    "FromOperator",
)


@dataclass(frozen=True, slots=True)
class Shape:
    """One struct of the protocol. `tag` is the `type` of a frame, None for a part."""

    name: str
    tag: str | None
    doc: str
    fields: tuple[msgspec.inspect.Field, ...]


def shapes() -> list[Shape]:
    """Every part and frame, in the order of `protocol.py`."""
    bases = (protocol.Frame, protocol.Part)
    found = [kind for kind in vars(protocol).values() if isinstance(kind, type) and issubclass(kind, bases)]
    return [_shape(kind) for kind in found if kind not in bases]


def _shape(kind: type) -> Shape:
    info = msgspec.inspect.type_info(kind)
    assert isinstance(info, msgspec.inspect.StructType)
    tag = info.tag if isinstance(info.tag, str) else None
    return Shape(kind.__name__, tag, inspect.cleandoc(kind.__doc__ or ""), info.fields)


def members(union: str) -> list[str]:
    """Names of the frames in a union, in the order written."""
    kind: Any = getattr(protocol, union)
    return [member.__name__ for member in typing.get_args(kind)]


def literals() -> dict[str, tuple[str, ...]]:
    """Named choices such as Stream, with their values in the order written."""
    named = {name: value for name, value in vars(protocol).items() if typing.get_origin(value) is typing.Literal}
    return {name: typing.get_args(value) for name, value in named.items()}


def union_type(union: str) -> UnionType:
    """The union itself, for decoders and schemas."""
    kind: UnionType = getattr(protocol, union)
    return kind


def literal_name(values: tuple[Any, ...]) -> str | None:
    """The name under which these values are known, if they have one."""
    return next((name for name, known in literals().items() if set(known) == set(values)), None)
