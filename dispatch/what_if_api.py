"""REST for what-ifs: an operator asks about a brand's day, sees how far it is, reads the answer, or cancels."""

from datetime import date
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from dispatch import what_ifs
from dispatch.changes import Change
from dispatch.models import WhatIf
from marketplace import bodies, clock
from marketplace.refusals import Refused
from shifts import planning_api, policy

SHOWN = 20
LANGUAGE = r"^[A-Za-z-]{2,8}$"


class ChangeSerializer(serializers.Serializer[Any]):
    """What is absent stays as it is. Minutes are of the brand's day; `speed` and `arrivals`: how many times as quick
    agents are, and how many times as many customers come."""

    seats = bodies.Whole(required=False)
    seats_topic = serializers.SlugField(max_length=40, required=False, allow_blank=True)
    seats_language = serializers.RegexField(LANGUAGE, required=False, allow_blank=True)
    from_minute = bodies.Whole(required=False)
    until_minute = bodies.Whole(required=False)
    people = bodies.Whole(required=False)
    people_language = serializers.RegexField(LANGUAGE, required=False, allow_blank=True)
    incident = bodies.Whole(required=False)
    incident_topic = serializers.SlugField(max_length=40, required=False, allow_blank=True)
    incident_language = serializers.RegexField(LANGUAGE, required=False, allow_blank=True)
    incident_minute = bodies.Whole(required=False)
    countdown_seconds = bodies.Whole(required=False, allow_null=True)
    speed = bodies.Number(required=False)
    arrivals = bodies.Number(required=False)


class AskSerializer(serializers.Serializer[Any]):
    brand = bodies.Id()
    day = serializers.DateField()
    change = ChangeSerializer()


class DaySerializer(serializers.Serializer[Any]):
    brand = bodies.Id()
    day = serializers.DateField(required=False)


class WhatIfs(APIView):
    """Get: the latest questions about a brand, of one day or all. Post: one more; 202, it is answered by itself."""

    body = AskSerializer
    query = DaySerializer

    def get(self, request: Request) -> Response:
        asked = planning_api.told(DaySerializer, request.query_params)
        brand = policy.demand(request.user, asked["brand"])
        found = WhatIf.objects.filter(brand=brand).defer("inputs")
        if "day" in asked:
            found = found.filter(day=asked["day"])
        return Response({"what_ifs": [shown(one) for one in found[:SHOWN]]})

    def post(self, request: Request) -> Response:
        asked, now = planning_api.told(AskSerializer, request.data), clock.now()
        brand = policy.demand(request.user, asked["brand"])
        on: date = planning_api.near(asked["day"], now=now)
        by = planning_api.principal(request)
        return Response(shown(what_ifs.ask(brand, on, Change(**asked["change"]), by=by, now=now)), status=202)


class OneWhatIf(APIView):
    """Get: one question with its answer, once there is one. Delete: nobody waits for it any more."""

    @extend_schema(operation_id="operator_what_if")  # type: ignore[untyped-decorator]
    def get(self, request: Request, what_if: UUID) -> Response:
        return Response(shown(_found(request, what_if)))

    def delete(self, request: Request, what_if: UUID) -> Response:
        _found(request, what_if)
        return Response(shown(what_ifs.cancel(what_if, now=clock.now())))


def _found(request: Request, what_if: UUID) -> WhatIf:
    found = WhatIf.objects.filter(pk=what_if, brand__in=policy.brands_of(request.user)).defer("inputs").first()
    if found is None:
        raise Refused("There is no such question.", code="not_found")
    return found


def shown(one: WhatIf) -> dict[str, Any]:
    fields = (
        "id", "day", "state", "question", "asked_at", "began_at", "ended_at", "days_done", "days_wanted", "result",
        "sentence",
    )  # fmt: skip
    return {name: getattr(one, name) for name in fields}
