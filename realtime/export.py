"""The protocol as others read it: TypeScript types, a JSON Schema and docs/protocol.md, all from `protocol.py`.

The same input gives the same bytes, so a check can compare them.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from string import Template
from typing import Any

import msgspec
from msgspec import inspect as mi

from realtime import limits, shapes
from realtime.shapes import Shape

HERE = Path(__file__).resolve().parent
NOTE = "Generated from realtime/protocol.py by `make protocol`. Do not edit."
WIDTH = 120

_PLAIN_TYPES: dict[type, str] = {
    mi.StrType: "string",
    mi.UUIDType: "string",
    mi.DateTimeType: "string",
    mi.IntType: "number",
    mi.FloatType: "number",
    mi.BoolType: "boolean",
    mi.NoneType: "null",
}


def files() -> dict[str, str]:
    """Path from the project's folder -> content of every generated file."""
    return {
        "web/protocol/index.ts": typescript(),
        "web/protocol/schema.json": schema(),
        "docs/protocol.md": page(),
    }


def stale(root: Path) -> list[str]:
    """Generated files that are missing or differ from what the protocol says now."""
    return [path for path, text in files().items() if _content(root / path) != text]


def write(root: Path) -> list[str]:
    """Bring every generated file up to date; the paths that changed."""
    changed = stale(root)
    for path in changed:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(files()[path], encoding="utf-8")
    return changed


def _content(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


# --- TypeScript ------------------------------------------------------------------------------------------------------


def typescript() -> str:
    """Types alone (plus a few numbers): every field is present, nothing is optional."""
    blocks = [f"// {NOTE}", _constants()]
    blocks += [f"export type {name} = {_choices(values)};" for name, values in shapes.literals().items()]
    blocks += [_interface(shape) for shape in shapes.shapes()]
    blocks += [_union(name) for name in shapes.UNIONS]
    blocks.append(
        "export type ToBrowser = ToCustomer | ToAgent | ToOperator;\n\n"
        "export type FromBrowser = FromCustomer | FromAgent | FromOperator;"
    )
    return "\n\n".join(blocks) + "\n"


def _constants() -> str:
    values = {
        "MAX_TEXT": limits.MAX_TEXT,
        "MAX_FRAME_BYTES": limits.MAX_FRAME_BYTES,
        "PING_SECONDS": limits.PING_SECONDS,
        "AGENT_BACK_SECONDS": limits.AGENT_BACK_SECONDS,
        **{f"CLOSED_{closing.name.upper()}": closing.code for closing in limits.CLOSINGS},
    }
    return "\n".join(f"export const {name} = {value};" for name, value in values.items())


def _choices(values: tuple[Any, ...]) -> str:
    return " | ".join(json.dumps(value) for value in values)


def _interface(shape: Shape) -> str:
    lines = [_comment(shape.doc), f"export interface {shape.name} {{"]
    if shape.tag:
        lines.append(f"  type: {json.dumps(shape.tag)};")
    lines += [f"  {field.encode_name}: {ts_type(field.type)};" for field in shape.fields]
    return "\n".join([*lines, "}"])


def _comment(doc: str) -> str:
    return "/** " + "\n *  ".join(line for line in doc.splitlines() if line.strip()) + " */"


def _union(name: str) -> str:
    return f"export type {name} =\n" + "\n".join(f"  | {member}" for member in shapes.members(name)) + ";"


def ts_type(kind: mi.Type) -> str:
    """The TypeScript type of one field."""
    if type(kind) in _PLAIN_TYPES:
        return _PLAIN_TYPES[type(kind)]
    match kind:
        case mi.LiteralType():
            return shapes.literal_name(kind.values) or _choices(kind.values)
        case mi.StructType():
            return kind.cls.__name__
        case mi.ListType():
            return _array(kind.item_type)
        case mi.DictType():
            return f"Record<{ts_type(kind.key_type)}, {ts_type(kind.value_type)}>"
        case mi.UnionType():
            return _alternatives(kind)
    raise AssertionError(f"no TypeScript type for {kind}")


def _array(item: mi.Type) -> str:
    inner = ts_type(item)
    return f"({inner})[]" if "|" in inner else f"{inner}[]"


def _alternatives(kind: mi.UnionType) -> str:
    tagged = {part.cls.__name__ for part in kind.types if isinstance(part, mi.StructType)}
    if tagged == set(shapes.members("Numbered")):
        return "Numbered"
    return " | ".join(ts_type(part) for part in kind.types)


# --- JSON Schema -----------------------------------------------------------------------------------------------------


def schema() -> str:
    """One document: a definition for every part and frame, and one for every union."""
    unions, definitions = msgspec.json.schema_components(
        [shapes.union_type(name) for name in shapes.UNIONS],
        ref_template="#/$defs/{name}",
    )
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": NOTE,
        "$defs": {**definitions, **dict(zip(shapes.UNIONS, unions, strict=True))},
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


# --- the page --------------------------------------------------------------------------------------------------------


def page() -> str:
    """docs/protocol.md: the guide with the numbers filled in, then every frame and part with its fields."""
    guide = Template((HERE / "guide.md").read_text(encoding="utf-8"))
    everything = shapes.shapes()
    numbers = {name: value for name, value in vars(limits).items() if name.isupper() and isinstance(value, int | float)}
    return guide.substitute(
        numbers,
        NOTE=NOTE,
        OUTBOX_KIB=limits.OUTBOX_BYTES // 1024,
        OUTBOXES_MIB=limits.OUTBOXES_BYTES // 1024**2,
        GAP_MS=round(limits.GAP_SECONDS * 1000),
        CLOSINGS=_table(
            ("code", "name", "meaning", "then"),
            [(str(c.code), c.name, c.meaning, c.then) for c in limits.CLOSINGS],
        ),
        FROM_BROWSER=_frames(everything, lambda name: _who(name, "From")),
        NUMBERED=_frames(
            everything,
            lambda name: _who(name, "To") if name in shapes.members("Numbered") else "",
        ),
        TO_BROWSER=_frames(
            everything,
            lambda name: "" if name in shapes.members("Numbered") else _who(name, "To"),
        ),
        NAMED=_table(("name", "is one of"), _named()),
        PARTS="\n\n".join(_section(shape, "") for shape in everything if not shape.tag),
    )


def _named() -> list[tuple[str, str]]:
    """What the types of fields are called that are one of several words or frames."""
    words = [(f"`{name}`", ", ".join(f"`{value}`" for value in values)) for name, values in shapes.literals().items()]
    frames = ", ".join(f"`{shape.tag}`" for shape in shapes.shapes() if shape.name in shapes.members("Numbered"))
    return [*words, ("`Numbered`", f"the frames {frames}")]


def _who(name: str, way: str) -> str:
    """Whose sockets carry this frame that way: "customer, agent"; empty for none."""
    people = ("Customer", "Agent", "Operator")
    return ", ".join(person.lower() for person in people if name in shapes.members(way + person))


def _frames(everything: list[Shape], who: Callable[[str], str]) -> str:
    return "\n\n".join(_section(shape, who(shape.name)) for shape in everything if shape.tag and who(shape.name))


def _section(shape: Shape, who: str) -> str:
    title = f"#### `{shape.tag}` ({who})" if shape.tag else f"#### {shape.name}"
    rows = [(f"`{field.encode_name}`", _cell(ts_type(field.type)), _bounds(field.type)) for field in shape.fields]
    return "\n\n".join([title, shape.doc, _table(("field", "type", "limits"), rows)] if rows else [title, shape.doc])


def _cell(text: str) -> str:
    return "`" + text.replace("|", "\\|") + "`"


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def _bounds(kind: mi.Type) -> str:
    """A field's format and limits in words."""
    match kind:
        case mi.UUIDType():
            return "UUID"
        case mi.DateTimeType():
            return "ISO 8601, UTC"
        case mi.IntType() | mi.FloatType():
            return _span(kind.ge, kind.le, "")
        case mi.StrType():
            return _span(kind.min_length, kind.max_length, " characters")
        case mi.ListType():
            inner = _bounds(kind.item_type)
            return "; ".join(
                part
                for part in (
                    _span(kind.min_length, kind.max_length, " items"),
                    inner and f"each {inner}",
                )
                if part
            )
        case mi.UnionType():
            return next((words for words in map(_bounds, kind.types) if words), "")
    return ""


def _span(low: float | None, high: float | None, unit: str) -> str:
    if low is None and high is None:
        return ""
    if high is None:
        return f"at least {low}{unit}"
    return f"at most {high}{unit}" if low is None else f"{low} to {high}{unit}"
