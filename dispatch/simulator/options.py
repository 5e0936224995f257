"""What an operator asked for, from words to scenes. Every bad word ends in one clear sentence."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from dispatch import changes
from dispatch.simulator import files, scenes
from dispatch.simulator.measures import Span
from dispatch.simulator.policies import DESKS, POLICIES
from dispatch.simulator.scenes import Added, Incident, Scene
from dispatch.simulator.worlds import World

LOADS = (0.70, 0.85)
SUITES: Mapping[str, tuple[range, Span]] = {
    "standard": (range(1, 31), Span()),
    "quick": (range(1, 7), Span(measured_s=3_600.0)),
}
COMPARED = (*DESKS, "ours")
MOST_AGENTS, MOST_SEEDS, MOST_TOPICS, MOST_WORKERS, LONGEST_MIN = 20_000, 1_000, 120, 64, 1_440


class BadOptionError(ValueError):
    """What is wrong with a word, and what may stand there."""


@dataclass(frozen=True, slots=True)
class Request:
    """Scenes by name, and what to run in them. `after`, by the same names: the changed scenes of a what-if."""

    scenes: Mapping[str, Scene]
    seeds: Sequence[int]
    policies: Sequence[str]
    after: Mapping[str, Scene] = field(default_factory=dict)
    changed: Sequence[str] = ()
    question: str = ""


def understood(given: Mapping[str, Any]) -> Request:
    """Raises BadOptionError."""
    if not 1 <= given["workers"] <= MOST_WORKERS:
        raise BadOptionError(f"--workers is a whole number from 1 to {MOST_WORKERS}, not {given['workers']}.")
    fixed, added = _agents(given["agents"])
    seeds = _seeds(given["seeds"]) if given["seeds"] else SUITES[given["suite"]][0] if given["suite"] else range(1, 4)
    found = _scenes(given, fixed)
    change = _change(given, added, next(iter(found.values())).world)
    if change is None:
        return Request(found, seeds, _policies(given["policies"]) or COMPARED)
    policies = (_policies(given["policies"]) or ("ours",))[-1:]
    return Request(
        scenes=found,
        seeds=seeds,
        policies=policies,
        after={name: change(scene) for name, scene in found.items()},
        changed=("ours, fair",) if given["fair"] else policies,
        question=_question(given, added),
    )


def _scenes(given: Mapping[str, Any], agents: int | None) -> dict[str, Scene]:
    world = _world(given)
    span = SUITES[given["suite"] or "quick"][1]
    if given["minutes"]:
        span = replace(span, measured_s=60.0 * _number(given["minutes"], "--minutes", most=LONGEST_MIN))
    loads = [_number(word, "--load", most=10.0) for word in (given["load"] or "").split(",") if word] or LOADS
    if given["arrivals"] is None:
        if given["day"]:
            raise BadOptionError("--day chooses from a file of counts: name one with --arrivals.")
        world = replace(world, agents=agents or world.agents)
        return {f"load {load:.2f}": Scene(replace(world, load=load), span) for load in loads}
    try:
        rows = files.read(given["arrivals"], day=_day(given["day"]))
    except files.BadArrivalsError as error:
        raise BadOptionError(str(error)) from error
    name = " ".join(filter(None, (given["arrivals"].name, given["day"])))
    return {name: scenes.of_file(rows, replace(world, load=loads[0]), agents=agents)}


def _world(given: Mapping[str, Any]) -> World:
    world = World()
    if given["topics"]:
        count = int(_number(given["topics"], "--topics", most=MOST_TOPICS, whole=True))
        numbers = [f"topic-{number}" for number in range(1, count + 1)]
        world = replace(
            world, families={f"family-{at // 3 + 1}": tuple(numbers[at : at + 3]) for at in range(0, count, 3)}
        )
    if given["languages"]:
        world = replace(world, languages=_languages(given["languages"]))
    if given["patience"]:
        world = replace(world, patience_s=_number(given["patience"], "--patience"))
    if given["handling"]:
        world = replace(world, handling_s=_number(given["handling"], "--handling"))
    return world


def _change(given: Mapping[str, Any], added: tuple[Added, ...], world: World) -> Callable[[Scene], Scene] | None:
    """What turns the scene before into the scene after; None where nothing is asked."""
    for more in added:
        if more.language and more.language not in world.languages:
            raise BadOptionError(f"--agents: customers speak {', '.join(world.languages)}, nobody {more.language}.")
    incident, countdown, auto = given["incident"], given["countdown"], given["auto_accept"]
    if not (countdown or auto or added or incident or given["fair"] or given["speed"] or given["demand"]):
        return None
    speed, arrivals = (_factor(given[name], f"--{name}") for name in ("speed", "demand"))
    rings_s = _number(countdown, "--countdown", most=3_600.0) if countdown else world.countdown_s
    at_once = _number(auto, "--auto-accept", most=1.0) if auto else world.auto_accept

    def change(scene: Scene) -> Scene:
        burst = _incident(incident, scene) if incident else None
        world = replace(scene.world, countdown_s=rings_s, auto_accept=at_once)
        return replace(scene, world=world, added=added, incident=burst, speed=speed, arrivals=arrivals)

    return change


def _factor(word: str | None, option: str) -> float:
    """How many times as much; 1 where nothing is said."""
    factor = _number(word, option, most=changes.MOST_TIMES) if word else 1.0
    if factor < changes.FEWEST_TIMES:
        raise BadOptionError(f"{option} is at least {changes.FEWEST_TIMES:g}, not {word!r}.")
    return factor


def _incident(word: str, scene: Scene) -> Incident:
    found = re.fullmatch(r"(\d{1,6})@([^:]+)(?::(\d{1,4}))?", word)
    if not found or not int(found[1]):
        raise BadOptionError(
            f"--incident is written 400@refund or 400@refund:20 (minutes from the start), not {word!r}."
        )
    if found[2] not in scene.world.topics:
        raise BadOptionError(f"--incident: the topics are {', '.join(scene.world.topics)}, not {found[2]!r}.")
    length_min = scene.span.measured_s / 60.0
    minute = float(found[3]) if found[3] else length_min / 4
    if minute > length_min:
        raise BadOptionError(f"--incident: {length_min:.0f} minutes are measured, minute {minute:.0f} is later.")
    return Incident(int(found[1]), found[2], scene.span.warm_s + 60.0 * minute)


def _question(given: Mapping[str, Any], added: Sequence[Added]) -> str:
    told = [f"{more.count} more agents" + (f" with {more.language}" if more.language else "") for more in added]
    if given["countdown"]:
        told.append(f"a countdown of {given['countdown']} s")
    if given["incident"]:
        told.append(f"an incident of {given['incident']}")
    if given["auto_accept"]:
        told.append(f"{given['auto_accept']} of agents letting chats open at once")
    if given["speed"]:
        told.append(f"agents {given['speed']} times as quick")
    if given["demand"]:
        told.append(f"{given['demand']} times as many customers")
    if given["fair"]:
        told.append("fair mode")
    return "what if " + ", ".join(told)


def _agents(words: Sequence[str]) -> tuple[int | None, tuple[Added, ...]]:
    """How many there are, and how many more there might be."""
    fixed: int | None = None
    added: list[Added] = []
    for word in words:
        found = re.fullmatch(r"(\+?)(\d{1,5})(?::([A-Za-z-]{1,8}))?", word)
        if not found or not 1 <= int(found[2]) <= MOST_AGENTS or (found[3] and not found[1]):
            raise BadOptionError(f"--agents is written 300, +20 or +20:fi (at most {MOST_AGENTS:,}), not {word!r}.")
        if found[1]:
            added.append(Added(int(found[2]), found[3]))
        else:
            fixed = int(found[2])
    return fixed, tuple(added)


def _seeds(word: str) -> range:
    found = re.fullmatch(r"(\d{1,9})(?:-(\d{1,9}))?", word)
    first, last = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
    if not first <= last < first + MOST_SEEDS:
        raise BadOptionError(f"--seeds is written 1-30 or 7, at most {MOST_SEEDS:,} of them, not {word!r}.")
    return range(first, last + 1)


def _policies(word: str | None) -> tuple[str, ...]:
    """Names, of which one may hold a comma itself."""
    left, found = word or "", []
    while left := left.strip(" ,;"):
        name = next((name for name in sorted(POLICIES, key=len, reverse=True) if left.startswith(name)), None)
        if name is None:
            raise BadOptionError(f"--policies are of {'; '.join(POLICIES)}, not {left!r}.")
        found.append(name)
        left = left[len(name) :]
    return tuple(dict.fromkeys(found))


def _languages(word: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for part in word.split(","):
        code, _, share = part.strip().partition("=")
        if not re.fullmatch(r"[A-Za-z-]{1,8}", code) or code in found:
            raise BadOptionError(f"--languages is written en=0.7,fi=0.3, each once, not {word!r}.")
        found[code] = _number(share, "--languages", most=1e6)
    total = sum(found.values())
    return {code: share / total for code, share in found.items()}


def _day(word: str | None) -> date | None:
    try:
        return date.fromisoformat(word) if word else None
    except ValueError:
        raise BadOptionError(f"--day is written 2003-03-03, not {word!r}.") from None


def _number(word: str, option: str, *, most: float = 86_400.0, whole: bool = False) -> float:
    try:
        number = float(int(word) if whole else float(word))
    except ValueError:
        number = math.nan
    if not 0 < number <= most:
        kind = "a whole number" if whole else "a number"
        raise BadOptionError(f"{option} is {kind} above 0 and at most {most:g}, not {word!r}.")
    return number
