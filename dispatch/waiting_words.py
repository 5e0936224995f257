"""Why a request still waits, in one or two plain sentences to an operator. Pure."""

import math
from dataclasses import dataclass, field

from dispatch.explanations import language_name
from payouts import receipts


@dataclass
class Facts:
    """What is known of one request at this moment. Counts are of agents who are connected and willing; spans are
    seconds from now, and None where they do not apply.

    `online` are those who may be asked in the ring in force; each is one of `full`, `ringing`, `asked`, `free`.
    `declined` and `missed` say how it ended with those `asked`. `ahead`: requests that come before it and may be given
    one of the `free`. `offline`: approved for it, and not here.
    `tier`: of a VIP, and alone asked for `tier_s` more.
    """

    in_line: bool = False
    rings_at: str = ""
    rings_s: float = 0.0
    opens_itself: bool = False
    gone_s: float | None = None
    held_s: float | None = None
    held_why: str = ""
    tier: str = ""
    tier_s: float = 0.0
    plainly: bool = False
    online: int = 0
    full: int = 0
    ringing: int = 0
    asked: int = 0
    declined: int = 0
    missed: int = 0
    free: int = 0
    ahead: int = 0
    beyond: int = 0
    offline: int = 0
    wider_s: float | None = None
    again_s: float | None = None
    unpaid: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Told:
    """`code`: rings, away, kept, unread, next, behind, busy, asked or nobody."""

    code: str
    sentence: str


def of(facts: Facts, *, brand: str, topic: str, language: str) -> Told:
    """The first thing that keeps it waiting, in words."""
    if facts.rings_at:
        return Told("rings", _ringing(facts))
    if facts.gone_s is not None:
        away = f"The customer's connection has been gone for {_span(facts.gone_s)}."
        return Told("away", f"{away} It is offered again when she is back.")
    if facts.held_s is not None:
        return Told("kept", _kept(facts))
    if not facts.in_line:
        return Told("unread", "More urgent requests fill a whole round: it is looked at after them.")
    if not facts.online:
        return Told("nobody", _nobody(facts, brand, topic, language_name(language)))
    code = _code(facts)
    parts = [words for words in (_full(facts), _rung(facts), _asked(facts), _free(facts)) if words]
    told = f"{_could(facts.online)}: {', '.join(parts)}."
    return Told(code, " ".join(filter(None, (told, _alone(facts), _plain(facts)))))


def _ringing(facts: Facts) -> str:
    if facts.opens_itself:
        return f"It opens with {facts.rings_at} by itself, in a paid shift."
    if facts.rings_s <= 0:
        return f"It was offered to {facts.rings_at}, whose time ran out; it is offered on in a moment."
    return f"It is offered to {facts.rings_at}, and rings for {_span(facts.rings_s)} more."


def _kept(facts: Facts) -> str:
    """`held_why`: rest or supervisor."""
    until = f"for {_span(facts.held_s or 0.0)} more"
    if facts.held_why == "rest":
        return f"It is kept back {until}: an agent left this customer's last chat because of how she was treated."
    return f"It is kept for a supervisor {until}."


def _nobody(facts: Facts, brand: str, topic: str, language: str) -> str:
    of = f" of tier {facts.tier}" if facts.tier_s else ""
    said = [f"Nobody{of} online is certified for {topic} in {language}."]
    if facts.offline:
        said.append(f"{_people(facts.offline)} who {_verb(facts.offline, 'is', 'are')} certified for it can be rung.")
    if facts.beyond and facts.wider_s is not None:
        knows = _verb(facts.beyond, "knows", "know")
        said.append(f"{_people(facts.beyond)} online {knows} other topics of {brand}: asked in {_span(facts.wider_s)}.")
    if facts.unpaid:
        said.append(f"No pay plan is published for {' and '.join(facts.unpaid)}, so nobody of that tier can be asked.")
    return " ".join([*said, *filter(None, [_alone(facts), _plain(facts)])])


def _code(facts: Facts) -> str:
    if facts.free:
        return "behind" if facts.ahead else "next"
    return "asked" if facts.asked else "busy"


def _could(online: int) -> str:
    return f"{_people(online)} online could take it"


def _full(facts: Facts) -> str:
    return f"{facts.full} {_verb(facts.full, 'has', 'have')} no place free" if facts.full else ""


def _rung(facts: Facts) -> str:
    return f"{facts.ringing} {_verb(facts.ringing, 'is', 'are')} being asked for another" if facts.ringing else ""


def _asked(facts: Facts) -> str:
    if not facts.asked:
        return ""
    had = facts.asked - facts.declined - facts.missed
    ends = [
        (facts.declined, "declined"),
        (facts.missed, "did not answer"),
        (had, "had it before"),
    ]
    how = ", ".join(f"{count} {words}" for count, words in ends if count > 0)
    again = f"; asked again in {_span(facts.again_s)}" if facts.again_s is not None else ""
    return f"{facts.asked} {_verb(facts.asked, 'was', 'were')} asked a moment ago ({how}){again}"


def _free(facts: Facts) -> str:
    if not facts.free:
        return ""
    free = f"{facts.free} {_verb(facts.free, 'is', 'are')} free"
    if facts.ahead:
        return f"{free}, and {facts.ahead} {_verb(facts.ahead, 'request comes', 'requests come')} before it"
    return f"{free}, and the next round offers it"


def _alone(facts: Facts) -> str:
    return f"For {_span(facts.tier_s)} more only tier {facts.tier} is asked: a VIP waits." if facts.tier_s else ""


def _plain(facts: Facts) -> str:
    return "First come, first served is switched on." if facts.plainly else ""


def _people(count: int) -> str:
    return f"{count} {_verb(count, 'person', 'people')}"


def _verb(count: int, one: str, many: str) -> str:
    return one if count == 1 else many


def _span(seconds: float) -> str:
    return receipts.duration(math.ceil(seconds), locale="en")
