"""The rules of a pay plan as data: which there are, and what is wrong with one, said at its field. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

OUTCOMES = frozenset({"resolved", "left", "transferred", "lost"})
SEEN_THROUGH = ("resolved", "left")  # the agent stayed to the end: the chat itself is paid
HIGHEST_RATE_CENTS = 1_000_000
POINTS, EQUITY = "PTS", "EQU"  # currencies of their own, never mixed with money
UNITS: Mapping[str, str] = {"points": POINTS, "equity": EQUITY}

# Each kind of rule and its whole numbers, with the least and the most that each may be.
NUMBERS: Mapping[str, Mapping[str, tuple[int, int]]] = {
    "per_chat": {"rate_cents": (1, HIGHEST_RATE_CENTS)},
    "per_minute": {"rate_cents": (1, HIGHEST_RATE_CENTS)},
    "surge": {"highest_percent": (1, 500), "highest_cents": (1, HIGHEST_RATE_CENTS)},
    "quality_bonus": {"rate_cents": (1, HIGHEST_RATE_CENTS), "least_score": (1, 5)},
    "tip": {},
    "referral": {"rate_cents": (1, HIGHEST_RATE_CENTS), "after_chats": (1, 1_000)},
    "guarantee": {"rate_cents": (1, HIGHEST_RATE_CENTS)},
    "points": {"units": (1, 1_000_000)},
    "equity": {"units": (1, 1_000_000)},
}
EITHER = frozenset({"surge"})  # has one of its numbers: a share of what the chat pays, or a sum on top
BY_OUTCOME = frozenset({"per_chat", "points", "equity"})


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a plan, with the numbers that its kind has.

    per_chat: once, for these outcomes. per_minute: for active time, whatever the outcome. surge: the share shown on the
    offer, up to a highest, of the two; or the sum shown there, up to a highest, for a chat seen through.
    quality_bonus: for a customer's score, when it comes. tip: whole, when it comes. referral: when the person referred
    has helped so many. guarantee: for each hour of a shift. points, equity: units.
    """

    kind: str
    rate_cents: int = 0
    outcomes: frozenset[str] = OUTCOMES
    highest_percent: int = 0
    highest_cents: int = 0
    least_score: int = 0
    after_chats: int = 0
    units: int = 0


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong: the sentence, the place of the rule in the list, from 0, and the field, where there is one."""

    sentence: str
    place: int | None = None
    field: str = ""


def parse_rules(data: object) -> tuple[Rule, ...]:
    """The rules written as data. Raises ValueError with a sentence for whoever wrote them."""
    found = problems(data)
    if found:
        raise ValueError(found[0].sentence)
    assert isinstance(data, list)
    return tuple(_rule(item) for item in data)


def problems(data: object) -> tuple[Problem, ...]:
    """All that is wrong with these rules, one sentence each; nothing when they can be published."""
    if not isinstance(data, list) or not data:
        return (Problem("A pay plan is a list of at least one rule."),)
    kinds = [item.get("kind") if isinstance(item, dict) else None for item in data]
    twice = [
        Problem("A pay plan has at most one rule of each kind.", place, "kind")
        for place, kind in enumerate(kinds)
        if kind in kinds[:place]
    ]
    pays = [] if {"per_chat", "per_minute"} & {str(kind) for kind in kinds} else [Problem(NOTHING_FOR_A_CHAT)]
    return (*(problem for place, item in enumerate(data) for problem in _problems(item, place)), *twice, *pays)


NOTHING_FOR_A_CHAT = "A pay plan pays for a chat or for its minutes: add the rule per_chat or per_minute."


def _problems(item: object, place: int) -> list[Problem]:
    kind = item.get("kind") if isinstance(item, dict) else None
    if not isinstance(item, dict) or not isinstance(kind, str) or kind not in NUMBERS:
        return [Problem(f"Each rule has a kind: {' or '.join(NUMBERS)}.", place, "kind")]
    numbers = _numbers(kind, item)
    if kind in EITHER and len(numbers) != 1:
        return [Problem(f"The rule {kind} has one of: {', '.join(NUMBERS[kind])}.", place)]
    wanted = {"kind", *numbers, *(["outcomes"] if kind in BY_OUTCOME else [])}
    found = [
        Problem(f"The rule {kind} needs a whole {name} from {least} to {most}.", place, name)
        for name, (least, most) in numbers.items()
        if type(item.get(name)) is not int or not least <= item[name] <= most
    ]
    if kind in BY_OUTCOME and not _are_outcomes(item.get("outcomes")):
        found.append(Problem(f"{kind} names outcomes out of: {', '.join(SEEN_THROUGH)}.", place, "outcomes"))
    if not found and set(item) != wanted:
        found.append(Problem(f"The rule {kind} has exactly these fields: {', '.join(sorted(wanted))}.", place))
    return found


def _numbers(kind: str, item: Mapping[str, object]) -> Mapping[str, tuple[int, int]]:
    """The numbers that this rule must have: all of its kind's, or those that it names where it has one of them."""
    if kind not in EITHER:
        return NUMBERS[kind]
    return {name: bounds for name, bounds in NUMBERS[kind].items() if name in item}


def _are_outcomes(named: object) -> bool:
    if not isinstance(named, list) or not named or not all(type(outcome) is str for outcome in named):
        return False
    return set(named) <= set(SEEN_THROUGH)


def _rule(item: Mapping[str, object]) -> Rule:
    outcomes = item.get("outcomes")
    numbers = {name: value for name, value in item.items() if name in NUMBERS[str(item["kind"])]}
    given = MappingProxyType({name: value for name, value in numbers.items() if type(value) is int})
    return Rule(
        kind=str(item["kind"]),
        outcomes=frozenset(map(str, outcomes)) if isinstance(outcomes, list) else _paid_for(given),
        **given,
    )


def _paid_for(numbers: Mapping[str, int]) -> frozenset[str]:
    """A sum on top is for whoever stays to the end, as the chat's own is; other rules pay whatever the outcome."""
    return frozenset(SEEN_THROUGH) if "highest_cents" in numbers else OUTCOMES
