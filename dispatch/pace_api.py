"""REST for an agent's pace and for her answer to an offer: what a push on a phone can do without a socket."""

from typing import Any, get_args
from uuid import UUID

from django.db import transaction
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agents import pace, presence
from agents.api import agent_of
from agents.models import Slot
from dispatch import desk, emergency, escalations, offers, snapshot
from marketplace import bodies, clock
from realtime.protocol import DeclineReason

WISHES = {
    "last_one": pace.last_one,
    "one_more": pace.one_more,
    "reserve": pace.reserve,
    "auto_accept": pace.auto_accept,
}


class PaceSerializer(serializers.Serializer[Any]):
    """What may be changed, all of it or nothing. `pause` is a reason, and wins over `online`; what is absent stays."""

    online = bodies.Flag(required=False)
    pause = serializers.ChoiceField(choices=[reason.value for reason in pace.OWN_PAUSES], required=False)
    capacity = bodies.Whole(required=False)
    last_one = bodies.Flag(required=False)
    one_more = bodies.Flag(required=False)
    reserve = bodies.Flag(required=False)
    auto_accept = bodies.Flag(required=False)
    ring_seconds = bodies.Whole(required=False, allow_null=True)


class Pace(APIView):
    """How much and how the agent who is logged in is asked."""

    body = PaceSerializer

    def get(self, request: Request) -> Response:
        return Response(_pace(agent_of(request).pk))

    def patch(self, request: Request) -> Response:
        agent_id = agent_of(request).pk
        given = PaceSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        _change(agent_id, given.validated_data)
        return Response(_pace(agent_id))


@transaction.atomic
def _change(agent_id: UUID, wished: dict[str, Any]) -> None:
    """First whether she is online, then all that depends on it. Locks: the slot."""
    now = clock.now()
    if wished.get("online"):
        presence.go_online(agent_id, now=now)
    if "capacity" in wished:
        presence.set_capacity(agent_id, wished["capacity"])
    if "ring_seconds" in wished:
        pace.ring_for(agent_id, seconds=wished["ring_seconds"])
    for wish, room in WISHES.items():
        if wish in wished:
            room(agent_id, on=wished[wish])
    if "pause" in wished:
        pace.pause(agent_id, reason=wished["pause"], now=now)
    elif wished.get("online") is False:
        presence.go_offline(agent_id, now=now)
    escalations.wake()


class StopSerializer(serializers.Serializer[Any]):
    hand_back = bodies.Flag()


class Stop(APIView):
    """Emergency: no more offers, the open one goes to somebody else, and with `hand_back` so does every chat."""

    body = StopSerializer

    def post(self, request: Request) -> Response:
        agent_id = agent_of(request).pk
        given = StopSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        handed_back = emergency.stop(agent_id, hand_back=given.validated_data["hand_back"], now=clock.now())
        return Response({"handed_back": handed_back, **_pace(agent_id)})


class AnswerSerializer(serializers.Serializer[Any]):
    """`reason` belongs to a decline, and may follow it in a second call."""

    answer = serializers.ChoiceField(choices=["accept", "decline"])
    reason = serializers.ChoiceField(choices=get_args(DeclineReason), required=False)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        if given["answer"] == "accept" and "reason" in given:
            raise serializers.ValidationError({"reason": "Only a decline has a reason."})
        return given


class Answer(APIView):
    """Accept an offer, or decline it. A repeat is answered as the first time; a decline lowers nobody's rank."""

    body = AnswerSerializer

    def post(self, request: Request, offer: UUID) -> Response:
        agent_id = agent_of(request).pk
        given = AnswerSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        if given.validated_data["answer"] == "accept":
            engagement = desk.accept(offer, by=agent_id, now=clock.now())
            return Response({"conversation": engagement.conversation_id, "engagement_id": engagement.pk})
        offers.decline(offer, by=agent_id, now=clock.now())
        if reason := given.validated_data.get("reason"):
            offers.give_reason(offer, by=agent_id, reason=reason)
        return Response({"conversation": None, "engagement_id": None})


def _pace(agent_id: UUID) -> dict[str, Any]:
    slot = Slot.objects.get(pk=agent_id)
    pace_now = snapshot.pace_of(slot, now=clock.now())
    return {
        "online": slot.willing,
        "pause": slot.pause_reason,
        "capacity": slot.capacity,
        "active": slot.active,
        **{name: getattr(pace_now, name) for name in pace_now.__struct_fields__},
    }
