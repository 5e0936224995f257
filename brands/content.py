"""Help articles as text files: what a brand's assistant knows before anybody writes in the admin."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

DEMO = Path(__file__).parent / "demo_content"


@dataclass(frozen=True)
class ArticleText:
    """One help article: what it is called, what it answers, and its words."""

    slug: str
    title: str
    topic: str
    locale: str
    updated: date
    asks: tuple[str, ...]
    body: str


def load(brand_slug: str) -> list[ArticleText]:
    """The articles that come with this brand, by file name; none for a brand that brings none."""
    return [read(path) for path in sorted((DEMO / brand_slug).rglob("*.md"))]


def read(path: Path) -> ArticleText:
    """One file: fields between two lines of dashes, then the text. A file that says less is an error naming it."""
    _, head, body = path.read_text(encoding="utf-8").split("---\n", 2)
    fields = dict(_fields(head))
    missing = {"title", "topic", "locale", "updated", "asks"} - fields.keys()
    if missing:
        raise ValueError(f"{path.name} lacks {', '.join(sorted(missing))}")
    return ArticleText(
        slug=path.stem,
        title=fields["title"][0],
        topic=fields["topic"][0],
        locale=fields["locale"][0],
        updated=date.fromisoformat(fields["updated"][0]),
        asks=tuple(fields["asks"]),
        body=body.strip(),
    )


def _fields(head: str) -> Iterator[tuple[str, list[str]]]:
    """Each `name: value`, and each `name:` with its lines of `- value`."""
    name, values = "", list[str]()
    for line in head.splitlines():
        if line.startswith("- "):
            values.append(_bare(line[2:]))
            continue
        if name:
            yield name, values
        name, _, value = line.partition(":")
        values = [_bare(value)] if value.strip() else []
    if name:
        yield name, values


def _bare(value: str) -> str:
    value = value.strip()
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] == '"' else value
