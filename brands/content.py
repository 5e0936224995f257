"""The help articles that ship with the demo's brands: Markdown files with a short head, read into plain values.

An article is `demo_content/BRAND/SLUG.md`, its translation `SLUG.LOCALE.md`, and looks like this:

    ---
    title: Refund times
    topic: refunds
    locale: en
    updated: 2026-11-02
    asks:
    - When do I get my money back?
    ---
    A refund takes up to 5 bank days ...
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

SHIPPED = Path(__file__).parent / "demo_content"

FENCE = "---"
SINGLE = ("title", "topic", "locale", "updated")

Head = dict[str, str | list[str]]


class MalformedArticle(ValueError):  # noqa: N818  # named for what it is about, like Refused
    """An article that cannot be read: which file, and what is wrong with it."""

    def __init__(self, path: Path, fault: str) -> None:
        super().__init__(f"{path.parent.name}/{path.name}: {fault}")


@dataclass(frozen=True)
class ArticleText:
    """One help article in one language. `asks` are questions it answers, in a customer's words."""

    slug: str
    title: str
    topic: str
    locale: str
    updated: date
    asks: tuple[str, ...]
    body: str


def load(brand_slug: str, *, root: Path = SHIPPED) -> list[ArticleText]:
    """All articles of the brand by file name; none where it ships none. A translation shares its original's slug."""
    return [read(path) for path in sorted((root / brand_slug).glob("*.md"))]


def read(path: Path) -> ArticleText:
    """The article in this file, or `MalformedArticle`."""
    head, body = _parted(path)
    title, topic, locale, updated = (_one(path, head, name) for name in SINGLE)
    slug, _, suffix = path.stem.partition(".")
    if suffix not in ("", locale):
        raise MalformedArticle(path, f"its name says {suffix}, its locale {locale}")
    return ArticleText(
        slug=slug,
        title=title,
        topic=topic,
        locale=locale,
        updated=_day(path, updated),
        asks=_asks(path, head),
        body=body,
    )


def _parted(path: Path) -> tuple[Head, str]:
    """The head by names, and the words below it."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as not_text:
        raise MalformedArticle(path, "it is not UTF-8 text") from not_text
    if lines[:1] != [FENCE] or FENCE not in lines[1:]:
        raise MalformedArticle(path, f"it must begin with a head between two lines of {FENCE}")
    end = lines.index(FENCE, 1)
    body = "\n".join(lines[end + 1 :]).strip()
    if not body:
        raise MalformedArticle(path, "there is nothing below the head")
    return _head(path, lines[1:end]), body


def _head(path: Path, lines: list[str]) -> Head:
    """`name: value` lines; a name without a value gathers the `- item` lines below it."""
    head: Head = {}
    gathering: list[str] | None = None
    for number, line in enumerate(lines, start=2):
        name, colon, value = line.partition(":")
        if line.startswith("- ") and gathering is not None:
            gathering.append(line[2:].strip())
        elif not colon or name not in (*SINGLE, "asks"):
            raise MalformedArticle(path, f"line {number} is not understood: {line}")
        elif name in head:
            raise MalformedArticle(path, f"line {number} says {name} a second time")
        elif value.strip():
            head[name], gathering = value.strip(), None
        else:
            head[name] = gathering = []
    return head


def _one(path: Path, head: Head, name: str) -> str:
    value = head.get(name)
    if not isinstance(value, str):
        raise MalformedArticle(path, f"the head has no {name}")
    return value


def _asks(path: Path, head: Head) -> tuple[str, ...]:
    asks = head.get("asks")
    if not isinstance(asks, list) or not asks or not all(asks):
        raise MalformedArticle(path, "the head has no list of asks")
    return tuple(asks)


def _day(path: Path, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as not_a_day:
        raise MalformedArticle(path, f"updated must be a day like 2026-11-02, not {text}") from not_a_day
