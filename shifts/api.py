"""REST for an agent's shifts: what there is, what she wishes, holds, gives back and swaps, and her hours."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agents.api import agent_of
from marketplace import bodies, clock
from marketplace.refusals import Refused
from shifts import attendance, claims, feed, guarantees, lists, news, swaps, terms
from shifts.models import DayHours, Hours, Seat, Shift
from shifts.terms import Stretch


class RangeSerializer(serializers.Serializer[Any]):
    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False)


class ClaimSerializer(serializers.Serializer[Any]):
    strength = bodies.Whole(required=False, default=2)


class SwapSerializer(serializers.Serializer[Any]):
    colleague = bodies.Id(required=False)
    wanted = bodies.Id(required=False)


class StretchSerializer(serializers.Serializer[Any]):
    begins = bodies.Whole()
    ends = bodies.Whole()


class WeekdaySerializer(StretchSerializer):
    weekday = bodies.Whole()


class DaySerializer(serializers.Serializer[Any]):
    """`hours` null: the day is like its weekday again; empty: not at all."""

    day = serializers.DateField()
    hours = StretchSerializer(many=True, allow_null=True)


class TermsSerializer(serializers.Serializer[Any]):
    """What is absent stays. `week` replaces all hours of the week, each of `days` that day's."""

    timezone = bodies.Text(max_length=64, required=False)
    week_minutes_most = bodies.Whole(required=False, allow_null=True)
    wish_by_hours = bodies.Flag(required=False)
    stand_by = bodies.Flag(required=False)
    remind_minutes = bodies.Whole(required=False)
    week = WeekdaySerializer(many=True, required=False)
    days = DaySerializer(many=True, required=False)


class MeterShape(serializers.Serializer[guarantees.Meter]):
    shift = serializers.UUIDField()
    topic = serializers.CharField()
    brand = serializers.CharField()
    begins_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    rate_cents = serializers.IntegerField()
    currency = serializers.CharField()
    at = serializers.DateTimeField()
    earned_cents = serializers.IntegerField()
    mark_cents = serializers.IntegerField()
    guaranteed_cents = serializers.IntegerField()
    away_seconds = serializers.IntegerField()


class GuaranteeShape(serializers.Serializer[Any]):
    guarantee = MeterShape(allow_null=True)


class NextSeatShape(serializers.Serializer[Any]):
    shift = serializers.UUIDField()
    brand = serializers.CharField()
    topic_name = serializers.CharField()
    begins_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    rate_cents = serializers.IntegerField()
    currency = serializers.CharField()


class NextShiftShape(serializers.Serializer[Any]):
    seat = NextSeatShape(allow_null=True)
    timezone = serializers.CharField()


class Shifts(APIView):
    """The shifts the agent may work, her seats and open swaps; the coming three weeks unless she asks otherwise."""

    query = RangeSerializer

    def get(self, request: Request) -> Response:
        agent, now = agent_of(request), clock.now()
        given = RangeSerializer(data=request.query_params)
        given.is_valid(raise_exception=True)
        since = given.validated_data.get("since", now)
        until = given.validated_data.get("until", since + timedelta(days=21))
        shown = lists.week(agent, since, until, now=now)
        return Response(
            {"shifts": shown, "seats": lists.held(agent.pk, since, until), "swaps": lists.swaps(agent, now=now)}
        )


class NextShift(APIView):
    """The shift that she is in, or that comes next, and whose clock to tell it by."""

    @extend_schema(responses=NextShiftShape, operation_id="agent_next_shift")  # type: ignore[untyped-decorator]
    def get(self, request: Request) -> Response:
        agent_id = agent_of(request).pk
        found = lists.next_of(agent_id, now=clock.now())
        return Response(NextShiftShape({"seat": found, "timezone": terms.of(agent_id).timezone}).data)


class Claim(APIView):
    """Post: a wish in the window, the seat at once afterwards, what is left of it once the shift has begun. Delete: the
    wish is withdrawn."""

    body = ClaimSerializer

    def post(self, request: Request, shift: UUID) -> Response:
        agent, now = agent_of(request), clock.now()
        given = ClaimSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        under_way = Shift.objects.filter(pk=shift, begins_at__lte=now).exists()
        if under_way:
            return Response({"seat": lists.seat_shown(attendance.stand_in(agent.pk, shift, now=now)), "wish": None})
        got = claims.claim(agent.pk, shift, strength=given.validated_data["strength"], now=now)
        if isinstance(got, Seat):
            return Response({"seat": lists.seat_shown(got), "wish": None})
        return Response({"seat": None, "wish": lists.wish_shown(got)})

    def delete(self, request: Request, shift: UUID) -> Response:
        claims.unwish(agent_of(request).pk, shift, now=clock.now())
        return Response(status=204)


class WaitingList(APIView):
    """Post: she waits for a seat of a full shift. Delete: no more."""

    def post(self, request: Request, shift: UUID) -> Response:
        waiting = claims.wait(agent_of(request).pk, shift, now=clock.now())
        return Response({"state": waiting.state, "joined_at": waiting.joined_at})

    def delete(self, request: Request, shift: UUID) -> Response:
        claims.leave_list(agent_of(request).pk, shift)
        return Response(status=204)


class GiveBack(APIView):
    def post(self, request: Request, seat: UUID) -> Response:
        return Response(lists.seat_shown(claims.give_back(agent_of(request).pk, seat, now=clock.now())))


class SwapOffer(APIView):
    """Her seat is held out to a colleague, or to anyone; for nothing, or for a seat of the `wanted` shift."""

    body = SwapSerializer

    def post(self, request: Request, seat: UUID) -> Response:
        given = SwapSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        swap = swaps.offer(agent_of(request).pk, seat, now=clock.now(), **given.validated_data)
        return Response({"id": swap.pk, "state": swap.state}, status=201)


class Colleagues(APIView):
    """To whom she may hold this seat of hers out."""

    def get(self, request: Request, seat: UUID) -> Response:
        return Response(lists.colleagues(agent_of(request).pk, seat))


class Fairness(APIView):
    """What the allotment goes by beside wishes: her hours of four weeks, and the middle of her colleagues'."""

    def get(self, request: Request) -> Response:
        return Response(lists.fairness(agent_of(request), now=clock.now()))


class NewsRead(APIView):
    """Delete: she has read what her screens told her of a shift."""

    def delete(self, request: Request, news_id: UUID) -> Response:
        news.put_away(agent_of(request).pk, news_id, now=clock.now())
        return Response(status=204)


class SwapAnswer(APIView):
    """Post: take the seat. Delete: hold one's own out no more."""

    def post(self, request: Request, swap: UUID) -> Response:
        return Response(lists.seat_shown(swaps.take(agent_of(request).pk, swap, now=clock.now())))

    def delete(self, request: Request, swap: UUID) -> Response:
        swaps.withdraw(agent_of(request).pk, swap, now=clock.now())
        return Response(status=204)


class ShiftTerms(APIView):
    """Her clock, her limits, her hours of the week, and the days unlike it."""

    body = TermsSerializer

    def get(self, request: Request) -> Response:
        return Response(_terms(agent_of(request).pk))

    def patch(self, request: Request) -> Response:
        agent_id = agent_of(request).pk
        given = TermsSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        said = given.validated_data
        week = (
            [(one["weekday"], Stretch(one["begins"], one["ends"])) for one in said["week"]] if "week" in said else None
        )
        days = [
            (one["day"], None if one["hours"] is None else [Stretch(at["begins"], at["ends"]) for at in one["hours"]])
            for one in said.get("days", [])
        ]
        chosen = {name: said[name] for name in terms.CHOICES if name in said}
        terms.change(agent_id, chosen=chosen, week=week, days=days)
        return Response(_terms(agent_id))


class Guarantee(APIView):
    """The guarantee of the shift that she is in now: what counts so far, and the mark. Null where there is none."""

    @extend_schema(responses=GuaranteeShape, operation_id="agent_shift_guarantee")  # type: ignore[untyped-decorator]
    def get(self, request: Request) -> Response:
        found = guarantees.meter(agent_of(request).pk, now=clock.now())
        return Response({"guarantee": MeterShape(found).data if found else None})


class Feed(APIView):
    """A new secret address for her calendar; the one before is dead."""

    def post(self, request: Request) -> Response:
        return Response({"address": _address(terms.renew_feed(agent_of(request).pk))}, status=201)


def calendar(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar itself: no log-in, since calendar programs have none; the secret is what lets in."""
    try:
        found = feed.calendar(token, now=clock.now())
    except Refused as refused:
        return HttpResponse(refused.message, status=404, content_type="text/plain; charset=utf-8")
    answer = HttpResponse(found, content_type="text/calendar; charset=utf-8")
    answer["Cache-Control"] = "private, max-age=300"
    answer["Referrer-Policy"] = "no-referrer"
    return answer


def _address(token: str) -> str:
    return f"/shifts/{token}.ics"


def _terms(agent_id: UUID) -> dict[str, Any]:
    own = terms.of(agent_id)
    week = Hours.objects.filter(agent_id=agent_id).values("weekday", "begins_minute", "ends_minute")
    days = DayHours.objects.filter(agent_id=agent_id).values("day", "begins_minute", "ends_minute")
    return {
        **{name: getattr(own, name) for name in terms.CHOICES},
        "feed": _address(own.feed_token) if own.feed_token else None,
        "week": [{"weekday": r["weekday"], "begins": r["begins_minute"], "ends": r["ends_minute"]} for r in week],
        "days": [{"day": r["day"], "begins": r["begins_minute"], "ends": r["ends_minute"]} for r in days],
    }
