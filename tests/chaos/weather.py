"""What a link of the proxy goes through. Shared by the proxy, which obeys it, and the rig, which orders it."""

from __future__ import annotations

import msgspec


class Weather(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One route's state. The default is a fair day: bytes pass at once.

    `only` names the kind of link concerned (agent, customer, http; empty: all), `share` the part of those links.
    """

    only: str = ""
    share: float = 1.0
    delay: float = 0.0
    jitter: float = 0.0
    fifth: tuple[float, float] | None = None  # every fifth chunk waits so long, seconds between these two
    held: bool = False  # bytes are taken and not passed on, until the weather changes
    unread: bool = False  # bytes are not even read: the sender's buffers fill
    refusing: bool = False  # a new link is reset at once; those that stand go on

    @property
    def fair(self) -> bool:
        return not (self.delay or self.jitter or self.fifth or self.held or self.unread)


FAIR = Weather()


class Order(msgspec.Struct, kw_only=True, omit_defaults=True):
    """One line to the proxy.

    open: `route` leads from a new port to `to` (a socket's path, or host:port). weather: from now on. cut: links are
    reset. half: their client's end is closed towards the server, the other way stays. corrupt, swallow: the next
    `count` chunks that fit are damaged by one byte, or are an answer after a COMMIT and are lost with their link.
    count: how things stand.
    """

    act: str
    route: str = ""
    to: str = ""
    weather: Weather = FAIR
    only: str = ""
    share: float = 1.0
    count: int = 0


class Tally(msgspec.Struct, kw_only=True):
    """One route, counted: links that stand now, and what was done since the start."""

    links: int = 0
    opened: int = 0
    bytes: int = 0
    chunks: int = 0
    cut: int = 0
    corrupted: int = 0
    swallowed: int = 0


class Answer(msgspec.Struct, kw_only=True, omit_defaults=True):
    """The proxy's answer to one order. `met` counts the links concerned."""

    port: int = 0
    met: int = 0
    tallies: dict[str, Tally] = {}
    cpu_seconds: float = 0.0
    fault: str = ""


def mixed(one: Weather, other: Weather) -> Weather:
    """Both at once: the sum of the delays, the worse of the rest, for all links that either concerns."""
    if one == FAIR or other == FAIR:
        return other if one == FAIR else one
    return Weather(
        only=one.only if one.only == other.only else "",
        share=max(one.share, other.share),
        delay=one.delay + other.delay,
        jitter=one.jitter + other.jitter,
        fifth=one.fifth or other.fifth,
        held=one.held or other.held,
        unread=one.unread or other.unread,
        refusing=one.refusing or other.refusing,
    )
