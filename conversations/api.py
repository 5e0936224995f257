"""REST for what is said: history, and writing without a socket."""

from typing import Any
from uuid import UUID

import msgspec
from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request
from rest_framework.views import APIView

from conversations import frames, policy, stream, transcript
from conversations.pace import PersonPace
from conversations.principals import CustomerTokenAuthentication, principal_of
from marketplace import bodies, clock
from marketplace.refusals import Refused
from realtime import protocol


class PageSerializer(serializers.Serializer[Any]):
    stream = serializers.ChoiceField(choices=["talk", "desk"], default="talk")
    before = serializers.IntegerField(min_value=1, max_value=2**62, required=False)
    limit = serializers.IntegerField(min_value=1, max_value=200, default=50)


class LineSerializer(serializers.Serializer[Any]):
    client_id = bodies.Id()
    text = bodies.Text(max_length=protocol.MAX_TEXT, trim_whitespace=False)


class Messages(APIView):
    """One conversation's numbered rows, as frames."""

    body = LineSerializer
    query = PageSerializer

    authentication_classes = [CustomerTokenAuthentication, SessionAuthentication]
    throttle_classes = [PersonPace]

    def get(self, request: Request, conversation: UUID) -> HttpResponse:
        asked = PageSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        _demand_reader(request, conversation, asked.validated_data["stream"])
        events, earlier = transcript.page(
            conversation,
            asked.validated_data["stream"],
            before=asked.validated_data.get("before"),
            limit=asked.validated_data["limit"],
        )
        return _json({"events": events, "earlier": earlier})

    def post(self, request: Request, conversation: UUID) -> HttpResponse:
        """Answered by the message's frame: 201 when it is new, 200 when it was stored before."""
        given = LineSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        _demand_reader(request, conversation, "talk")
        _, person = policy.person(principal_of(request))
        line = stream.Line(conversation, person, given.validated_data["client_id"], given.validated_data["text"])
        seq, frame = stream.say(line, now=clock.now())
        if frame:
            return HttpResponse(frame, status=201, content_type="application/json")
        events, _ = transcript.page(conversation, "talk", before=seq + 1, limit=1)
        return HttpResponse(frames.encode(events[0]), content_type="application/json")


def _demand_reader(request: Request, conversation: UUID, which: str) -> None:
    if not policy.may_read(principal_of(request), conversation, which):
        raise Refused("There is no such conversation.", code="not_found")


def _json(body: object) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(body), content_type="application/json")
