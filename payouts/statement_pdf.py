"""A statement as PDF, to be printed or shown to a bank: one table, every line in words. Pure Python, fonts included."""

import logging
import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path

from babel.dates import format_date, format_datetime
from django.utils.translation import get_language_info
from fpdf import FPDF
from fpdf.enums import TableBordersLayout, XPos, YPos
from fpdf.fonts import FontFace

from marketplace.refusals import Refused
from payouts import catalogue, receipts
from payouts.kinds import KINDS, kind_words
from payouts.models import Posting
from payouts.statements import Statement, local

LATIN = "noto_sans"  # and Greek and Cyrillic
OTHERS = {"noto_sans_arabic": re.compile("[\u0600-\u06ff]"), "noto_sans_devanagari": re.compile("[\u0900-\u097f]")}
INK, MUTED, PAPER, RULE = (34, 48, 45), (86, 99, 95), (241, 236, 227), (214, 206, 192)
logging.getLogger("fontTools").setLevel(logging.WARNING)  # it tells of every glyph
TITLE = "Statement %(month)s"
SENTENCES = (
    TITLE,
    "Balance before",
    "Balance after",
    "Day",
    "Line",
    "Amount",
    "Balance",
    "Nothing moved this month.",
    "Made on %(at)s UTC.",
    "The same statement as JSON holds every number that a line was computed from.",
)
MOST_ROWS = 1_500  # about ten milliseconds each


def as_pdf(statement: Statement, *, locale: str) -> bytes:
    """A4, as many pages as it takes. Its dates are those of the pay zone. Refused beyond so many lines."""
    if len(statement.lines) > MOST_ROWS:
        raise Refused("This month has too many lines for a PDF. Take it as CSV or JSON.", code="too_long")
    page = _Page(statement, locale=_spoken(locale))
    page.write_head()
    page.write_lines()
    page.write_foot()
    return bytes(page.output())


def _spoken(locale: str) -> str:
    """The language itself; English where ours runs the other way and has no words in it: mixed, both are unreadable."""
    return "en" if _is_right_to_left(locale) and catalogue.language(locale) == "en" else locale


def _is_right_to_left(locale: str) -> bool:
    try:
        return bool(get_language_info(locale.split("-")[0])["bidi"])
    except KeyError:
        return False


class _Page(FPDF):
    """The sheet with its fonts, read from left or from right as the language is."""

    def __init__(self, statement: Statement, *, locale: str) -> None:
        super().__init__(format="A4")
        self.statement, self.locale = statement, str(receipts.known(locale))
        self.right_to_left = _is_right_to_left(locale)
        self.set_title(self.say(TITLE) % {"month": statement.month.name})
        self.set_creation_date(statement.made_at)
        needed = [name for name, letters in OTHERS.items() if letters.search(_written(statement) + self.say("Line"))]
        for name in (LATIN, *needed):
            self.add_font(name, "", _font(name))  # One weight: making another out of the font takes four seconds.
        self.set_fallback_fonts(needed, exact_match=False)
        if needed or self.right_to_left:  # Latin letters stand as they are, and shaping them takes its time.
            self.set_text_shaping(use_shaping_engine=True, direction="rtl" if self.right_to_left else None)
        self.set_margins(18, 18, 18)
        self.set_auto_page_break(auto=True, margin=18)
        self.alias_nb_pages()
        self.add_page()

    def say(self, english: str) -> str:
        return catalogue.say(english, self.locale)

    @property
    def start(self) -> str:
        return "R" if self.right_to_left else "L"

    def line_of(self, text: str, size: float, *, colour: tuple[int, int, int] = INK) -> None:
        self.set_font(LATIN, "", size)
        self.set_text_color(*colour)
        self.multi_cell(0, size * 0.55, text, align=self.start, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def write_head(self) -> None:
        told = self.statement
        first = format_date(local(told.month.since, told.month.zone), "LLLL y", locale=self.locale)
        self.line_of("Beckon", 11, colour=MUTED)
        self.line_of(self.say(TITLE) % {"month": first}, 20)
        self.line_of(told.agent_name, 12)
        self.line_of(told.account, 8, colour=MUTED)
        self.ln(4)
        sums = [
            (self.say("Balance before"), told.opening.balance),
            *((kind_words(kind, self.locale), amount) for kind, amount in sorted(told.totals.items(), key=_as_listed)),
            (self.say("Balance after"), told.closing.balance),
        ]
        self.sheet([(name, self.money(amount)) for name, amount in sums], widths=(3, 1), strong={0, len(sums) - 1})
        self.ln(6)

    def write_lines(self) -> None:
        head = (self.say("Day"), self.say("Line"), self.say("Amount"), self.say("Balance"))
        rows = [head, *(self.row(line) for line in self.statement.lines)]
        self.sheet(rows, widths=(4, 13, 4.5, 4.5), headed=True)
        if len(rows) == 1:
            self.line_of(self.say("Nothing moved this month."), 10, colour=MUTED)

    def write_foot(self) -> None:
        made = format_datetime(self.statement.made_at, "medium", locale=self.locale)
        self.ln(4)
        self.line_of(self.say("Made on %(at)s UTC.") % {"at": made}, 8, colour=MUTED)
        self.line_of(
            self.say("The same statement as JSON holds every number that a line was computed from."), 8, colour=MUTED
        )

    def footer(self) -> None:
        self.set_y(-14)
        self.set_font(LATIN, "", 8)
        self.set_text_color(*MUTED)
        self.cell(0, 6, f"{self.statement.month.name}  {self.statement.currency}  {self.page_no()} / {{nb}}", align="C")

    def sheet(
        self,
        rows: Sequence[tuple[str, ...]],
        *,
        widths: tuple[float, ...],
        headed: bool = False,
        strong: frozenset[int] | set[int] = frozenset(),
    ) -> None:
        """A table whose first column is the one that is read first. Money stands at the far side."""
        self.set_font(LATIN, "", 9)
        self.set_text_color(*INK)
        self.set_draw_color(*RULE)
        self.set_line_width(0.2)
        many = 2 if len(widths) > 2 else 1
        aligned = [self.start] * (len(widths) - many) + ["L" if self.right_to_left else "R"] * many
        turned = slice(None, None, -1) if self.right_to_left else slice(None)
        with self.table(
            col_widths=tuple(widths[turned]),
            text_align=tuple(aligned[turned]),
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            first_row_as_headings=headed,
            headings_style=FontFace(emphasis="", color=INK, fill_color=PAPER),
            line_height=5.2,
            padding=1,
        ) as table:
            for place, row in enumerate(rows):
                shade = FontFace(fill_color=PAPER) if place in strong else None
                table.row(row[turned], style=shade)

    def row(self, line: Posting) -> tuple[str, str, str, str]:
        day = format_date(local(line.created_at, self.statement.month.zone), "d MMM", locale=self.locale)
        words = receipts.of(line, locale=self.locale) if "formula" in line.receipt else _moved(line, self.locale)
        return day, words, self.money(line.amount), self.money(line.balance_after or 0)

    def money(self, minor_units: int) -> str:
        told = receipts.money(minor_units, self.statement.currency, locale=self.locale)
        return receipts.isolated(told, locale=self.locale)


def _written(statement: Statement) -> str:
    """All that people wrote: its letters decide which fonts are needed."""
    reasons = (str(line.receipt.get("reason", "")) for line in statement.lines)
    return "".join([statement.agent_name, *reasons])


def _as_listed(total: tuple[str, int]) -> tuple[int, str]:
    """What was earned first, then what was moved."""
    order = list(KINDS)
    return (order.index(total[0]) if total[0] in KINDS else len(order), total[0])


def _moved(line: Posting, locale: str) -> str:
    """What a line without arithmetic was, with the words of whoever moved it."""
    reason = " ".join(str(line.receipt.get("reason", "")).split())
    return f"{kind_words(line.kind, locale)}: {_together(reason, locale)}" if reason else kind_words(line.kind, locale)


def _together(reason: str, locale: str) -> str:
    """What a person wrote, in whatever language, as one piece of a line that runs from the right."""
    return f"\u2068{reason}\u2069" if _is_right_to_left(locale) else reason


@cache
def _font(name: str) -> Path:
    """The family's upright variable font, out of its package."""
    folder = Path(str(files(f"fontpkg_{name}"))) / "files"
    return next(path for path in sorted(folder.glob("*.ttf")) if "Italic" not in path.name)
