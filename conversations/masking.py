"""Card numbers never reach the database: they are masked at the door, before a line is judged or stored."""

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate

MASK = "[card number removed]"
FEWEST, MOST = 13, 19

# Whole runs of 13 to 19 digits with at most two separators between neighbours, whoever issued them.
_ALONE = re.compile(r"(?<!\d)\d(?:[ .\-\u00a0\u2009\u202f]{0,2}\d){12,18}(?!\d)")

# Digits with anything between them that people and their keyboards put there. Within such a run the groups are looked
# at by themselves, because an expiry date or a security code is often written beside the number.
_BETWEEN = r"[\s.,:;|/_*·\-\u00ad\u200b-\u200f\u2010-\u2015\u2060\u2212\ufeff]{0,4}"
_RUN = re.compile(rf"\d(?:{_BETWEEN}\d){{{FEWEST - 1},}}")
_DIGIT = re.compile(r"\d")
_GROUP = re.compile(r"\d+")
_UNEVEN = ([4, 6, 5], [4, 6, 4])  # as American Express and Diners Club print theirs

# How the schemes' numbers begin, and their lengths. Part of a run counts only where it is one of these and grouped as
# cards are: one window in ten passes the check digit by chance.
_SCHEMES = tuple(
    (re.compile(begins), frozenset(lengths))
    for begins, lengths in (
        (r"4", {13, 16, 19}),  # Visa
        (r"5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720", {16}),  # Mastercard
        (r"3[47]", {15}),  # American Express
        (r"30[0-5]|3[689]", {14, 16, 19}),  # Diners Club
        (r"35[2-8]|220[0-4]|60|62|64[4-9]|65|81|82|9792", {16, 17, 18, 19}),  # JCB, Mir, Discover and others
        (r"50|5[6-9]|6", set(range(FEWEST, MOST + 1))),  # Maestro
    )
)


def mask(text: str) -> str:
    """`text` with every number that passes the Luhn check and has a card's length replaced by `MASK`."""
    if len(_DIGIT.findall(text)) < FEWEST:
        return text
    text = _RUN.sub(lambda run: _mask_groups(run.group()), text)
    return _ALONE.sub(lambda found: MASK if _is_number(found.group()) else found.group(), text)


def _mask_groups(run: str) -> str:
    """The run with each card number masked that begins and ends where a group of its digits does."""
    masked, end = [], 0
    for first, last in _cards(run):
        masked += [run[end:first], MASK]
        end = last
    return "".join([*masked, run[end:]])


def _cards(run: str) -> Iterator[tuple[int, int]]:
    """(first, last) characters of the card numbers, the longest from each beginning, none within another."""
    groups = [found.span() for found in _GROUP.finditer(run)]
    sizes = [last - first for first, last in groups]
    places = [0, *accumulate(sizes)]
    digits = _digits(run)
    sums = _sums(digits)
    begin = 0
    while begin < len(groups):
        end = next(
            (end for end in _ends(places, sizes, begin) if _is_card(digits, places[begin], places[end], sums)), None
        )
        if end:
            yield groups[begin][0], groups[end - 1][1]
        begin = end or begin + 1


def _ends(places: Sequence[int], sizes: Sequence[int], begin: int) -> list[int]:
    """Where a card's number that starts with group `begin` may end, the longest first."""
    ends = []
    for end in range(begin + 1, len(places)):
        if places[end] - places[begin] > MOST:
            break
        if places[end] - places[begin] >= FEWEST and _is_grouped(sizes[begin:end]):
            ends.append(end)
    return ends[::-1]


def _is_grouped(sizes: Sequence[int]) -> bool:
    return sizes in _UNEVEN or (len(set(sizes[:-1])) <= 1 and sizes[-1] <= sizes[0])


def _is_card(digits: str, first: int, last: int, sums: Sequence[Sequence[int]]) -> bool:
    if (sums[last % 2][last] - sums[last % 2][first]) % 10:
        return False
    number = digits[first:last]
    return any(len(number) in lengths and begins.match(number) for begins, lengths in _SCHEMES)


def _is_number(candidate: str) -> bool:
    digits = _digits(candidate)
    return len(set(digits)) > 1 and _sums(digits)[len(digits) % 2][-1] % 10 == 0


def _sums(digits: str) -> tuple[list[int], list[int]]:
    """What the digits before each place add up to by ISO/IEC 7812-1 annex B, where the even or the odd places are
    doubled: the sum of any part is one subtraction, however long the text."""
    values = [int(digit) for digit in digits]
    doubled = [value * 2 - 9 if value > 4 else value * 2 for value in values]
    even, odd = values.copy(), values.copy()
    even[::2], odd[1::2] = doubled[::2], doubled[1::2]
    return [0, *accumulate(even)], [0, *accumulate(odd)]


def _digits(text: str) -> str:
    return "".join(str(int(character)) for character in text if character.isdecimal())
