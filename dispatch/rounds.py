"""A planning round: read who waits and who is free, plan, place, and tell the queue where it stands."""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from django.conf import settings

from dispatch import matching, offers, queue, supply
from dispatch.models import Offer
from realtime import protocol, wire

STALE_AFTER = timedelta(seconds=10)


def match_waiting(*, now: datetime, epoch: int | None = None) -> list[Offer]:
    """Offer everything that waits to whoever can take it. Called by the leading dispatcher with its epoch, or by a
    sweep while nobody leads. Two callers at once do no harm: what one placed, the other finds taken."""
    waiting = supply.waiting()
    if not waiting:
        return []
    again_after = timedelta(seconds=settings.BECKON_WAITS["same_agent_again_seconds"])
    placements = matching.plan(waiting, supply.candidates(), now, again_after=again_after)
    return offers.make(placements, epoch=epoch, now=now) if placements else []


class Places:
    """What waiting customers were told of their place, so that only news is sent, or the same when it aged."""

    def __init__(self) -> None:
        self._told: dict[UUID, protocol.Place] = {}

    def tell(self, *, now: datetime) -> None:
        """Whisper each customer's place where it changed. Best effort: her own snapshot says it too."""
        lines = queue.in_line()
        accepted, online = (queue.accepted_lately(now), queue.people_online()) if lines else ({}, {})
        places = {line.conversation_id: queue.place(line, accepted=accepted, online=online, now=now) for line in lines}
        news = {conversation: place for conversation, place in places.items() if self._is_news(conversation, place)}
        self._told = {c: news.get(c) or self._told[c] for c in places}
        if news:
            wire.after_commit(whispers=[_whisper(conversation, place) for conversation, place in news.items()])

    def _is_news(self, conversation: UUID, place: protocol.Place) -> bool:
        told = self._told.get(conversation)
        if told is None or place.at - told.at > STALE_AFTER:
            return True
        return (told.place, told.people_online) != (place.place, place.people_online)


def _whisper(conversation: UUID, place: protocol.Place) -> tuple[str, str, bytes]:
    frame = protocol.Queue(conversation=conversation, place=place)
    return (f"{conversation}/talk", "", msgspec.json.encode(frame))
