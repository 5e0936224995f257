"""A planning round: read who waits and who is free, plan, place, and tell the queue where it stands."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from django.conf import settings

from dispatch import automatic, demand, offers, published, queue, supply
from dispatch.matching import Weights, planner, records
from dispatch.models import Offer
from realtime import protocol, wire

STALE_AFTER = timedelta(seconds=10)  # sooner than the fifteen after which the customer reads that it is old


def match_waiting(
    *,
    now: datetime,
    epoch: int | None = None,
    still_leads: Callable[[], bool] = lambda: True,
    certified: supply.Certified | None = None,
    lately: demand.Lately | None = None,
    weights: Weights | None = None,
    eager: bool = False,
) -> list[Offer]:
    """Offer everything that waits to whoever can take it. Called by the leading dispatcher with its epoch and with what
    it read between rounds, or by a sweep while nobody leads. Two callers at once do no harm: what one placed, the other
    finds taken. `still_leads` is asked once all is planned: a leader renews its lead there, if that took long. `eager`:
    see `supply.look`."""
    scene = supply.look(certified, now=now, eager=eager)
    if not scene.waiting:
        return []
    weights = weights or published.in_force(now)
    plan = planner.plan(
        scene.waiting,
        scene.candidates,
        now.timestamp(),
        weights.hastened(settings.BECKON_HASTE),
        again_after_s=settings.BECKON_WAITS["same_agent_again_seconds"],
        arrivals=(lately or demand.Lately()).came(now=now),
        modes=scene.modes,
    )
    if not plan.placements or not still_leads():
        return []
    made = offers.make(plan.placements, epoch=epoch, now=now, reasons=_reasons(plan, weights.version))
    automatic.open_all(made, now=now)
    return made


def _reasons(plan: planner.Plan, version: int) -> offers.Reasons:
    inputs = records.inputs(plan, haste=settings.BECKON_HASTE)
    return offers.Reasons(version, plan.method, inputs, records.facts(plan))


class Places:
    """What waiting customers were told of their place, so that only news is sent, or the same when it aged."""

    def __init__(self) -> None:
        self._told: dict[UUID, protocol.Place] = {}
        self._lookout = queue.Lookout()

    def tell(self, *, now: datetime) -> None:
        """Whisper each customer's place where it changed. Best effort: her own snapshot says it too."""
        lines = queue.in_line()
        seen = self._lookout.look(now) if lines else None
        places = {line.conversation_id: queue.place(line, seen=seen, now=now) for line in lines} if seen else {}
        news = {conversation: place for conversation, place in places.items() if self._is_news(conversation, place)}
        self._told = {c: news.get(c) or self._told[c] for c in places}
        if news:
            wire.after_commit(whispers=[_whisper(conversation, place) for conversation, place in news.items()])

    def _is_news(self, conversation: UUID, place: protocol.Place) -> bool:
        told = self._told.get(conversation)
        if told is None or place.at - told.at > STALE_AFTER:
            return True
        return _words(told) != _words(place)


def _words(place: protocol.Place) -> tuple[int | None, ...]:
    """What she reads of it: whole minutes."""
    low, high = (None if seconds is None else seconds // 60 for seconds in (place.low_s, place.high_s))
    return place.place, place.people_online, low, high


def _whisper(conversation: UUID, place: protocol.Place) -> tuple[str, str, bytes]:
    frame = protocol.Queue(conversation=conversation, place=place)
    return (f"{conversation}/talk", "", msgspec.json.encode(frame))
