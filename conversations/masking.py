"""Card numbers never reach the database: they are masked at the door, before a line is judged or stored."""

import re

MASK = "[card number removed]"

# 13 to 19 digits with at most two separators between neighbours, not inside a longer run of digits.
_CANDIDATE = re.compile(r"(?<!\d)\d(?:[ .\-\u00a0\u2009\u202f]{0,2}\d){12,18}(?!\d)")
_NOT_DIGIT = re.compile(r"\D")


def mask(text: str) -> str:
    """`text` with every number that passes the Luhn check and has a card's length replaced by `MASK`."""
    if sum(character.isdigit() for character in text) < 13:
        return text
    return _CANDIDATE.sub(lambda found: MASK if _is_card(found.group()) else found.group(), text)


def _is_card(candidate: str) -> bool:
    digits = [int(digit) for digit in _NOT_DIGIT.sub("", candidate)]
    return len(set(digits)) > 1 and _luhn(digits) % 10 == 0


def _luhn(digits: list[int]) -> int:
    """The sum of ISO/IEC 7812-1 annex B: every second digit from the right doubled, its digits added."""
    doubled = [digit * 2 - 9 if digit > 4 else digit * 2 for digit in digits[-2::-2]]
    return sum(digits[-1::-2]) + sum(doubled)
