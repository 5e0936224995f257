"""REST for the operators' planning board: a brand's day, its shifts, filling up to a budget, runs of the matching."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from brands.models import Brand
from marketplace import bodies, clock
from marketplace.refusals import Refused
from shifts import asking, automatic, planboard, planning, policy, saying
from shifts.cover import Cover
from shifts.models import MOST_SEATS, Allotment, Outlook

MOST_SHARE, MOST_SECONDS = 0.99, 3_600
MOST_BUDGET_CENTS = 100_000_000
LONGEST_WINDOW_HOURS = 24 * 28


class LevelSerializer(serializers.Serializer[Any]):
    """A service level that is tried out; absent: the brand's own."""

    share = bodies.Number(min_value=0.0, max_value=MOST_SHARE, required=False)
    seconds = bodies.Number(min_value=0.0, max_value=MOST_SECONDS, required=False)


class DaySerializer(LevelSerializer):
    brand = bodies.Id()
    day = serializers.DateField()
    topic = serializers.SlugField(max_length=40, required=False, allow_blank=True, default="")
    language = serializers.RegexField(r"^[A-Za-z-]{2,8}$", required=False, allow_blank=True, default="")


class BlockSerializer(serializers.Serializer[Any]):
    brand = bodies.Id()
    topic = serializers.SlugField(max_length=40)
    language = serializers.RegexField(r"^[A-Za-z-]{2,8}$")
    begins_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    seat_count = bodies.Whole(min_value=1, max_value=MOST_SEATS)
    rate_cents = bodies.Whole(min_value=0, max_value=planning.HIGHEST_RATE_CENTS)


class ChangeSerializer(serializers.Serializer[Any]):
    """What is absent stays."""

    seat_count = bodies.Whole(min_value=1, max_value=MOST_SEATS, required=False)
    rate_cents = bodies.Whole(min_value=0, max_value=planning.HIGHEST_RATE_CENTS, required=False)
    begins_at = serializers.DateTimeField(required=False)
    ends_at = serializers.DateTimeField(required=False)


class PublishSerializer(serializers.Serializer[Any]):
    """0: seats are claimed at once."""

    window_hours = bodies.Whole(min_value=0, max_value=LONGEST_WINDOW_HOURS)


class ReasonSerializer(serializers.Serializer[Any]):
    reason = bodies.Text(min_length=3, max_length=300)


class StaffingSerializer(ReasonSerializer):
    brand = bodies.Id()
    share = bodies.Number(min_value=0.0, max_value=MOST_SHARE)
    seconds = bodies.Whole(min_value=0, max_value=MOST_SECONDS)


class FillSerializer(DaySerializer):
    """`window_hours` absent: drafts only. `preview`: say what would be made, and make nothing."""

    topic = serializers.SlugField(max_length=40)
    language = serializers.RegexField(r"^[A-Za-z-]{2,8}$")
    rate_cents = bodies.Whole(min_value=0, max_value=planning.HIGHEST_RATE_CENTS)
    budget_cents = bodies.Whole(min_value=0, max_value=MOST_BUDGET_CENTS, required=False, allow_null=True)
    window_hours = bodies.Whole(min_value=0, max_value=LONGEST_WINDOW_HOURS, required=False, allow_null=True)
    preview = bodies.Flag()


def told(serializer: type[serializers.Serializer[Any]], data: Any) -> dict[str, Any]:
    given = serializer(data=data)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


def principal(request: Request) -> str:
    return f"operator:{request.user.pk}"


def near(day: date, *, now: datetime) -> date:
    """A day within a year of today. Refused for another."""
    if abs((day - now.date()).days) > planboard.AROUND_DAYS:
        raise Refused("The board goes a year back and a year ahead.", code="bad_day")
    return day


class Plans(APIView):
    """The brands this person plans for, forecast ones first, with their topics; the latest run of the matching."""

    def get(self, request: Request) -> Response:
        forecast = Exists(Outlook.objects.filter(brand=OuterRef("pk")))
        found = policy.brands_of(request.user).annotate(is_forecast=forecast).order_by("-is_forecast", "name")
        brands = list(found.prefetch_related("skills"))
        if not brands:
            raise Refused(policy.NO_RIGHT, code="forbidden")
        house = policy.is_of_the_house(request.user)
        may_run = house and request.user.has_perm("shifts.change_allotment")
        return Response(
            {
                "brands": [_brand(brand, policy.may_change(request.user, brand.pk)) for brand in brands],
                "may_run": may_run,
                "run": planboard.run_shown(Allotment.objects.first()) if house else None,
                "now": clock.now(),
            }
        )


def _brand(brand: Brand, may_change: bool) -> dict[str, Any]:
    return {
        "id": brand.pk,
        "name": brand.name,
        "zone": brand.timezone,
        "currency": brand.currency,
        "locale": brand.locale,
        "may_change": may_change,
        "topics": [{"key": skill.key, "name": skill.name} for skill in brand.skills.all()],
    }


class Day(APIView):
    """One class's day: forecast, seats, service expected, cost; its week, and the other classes."""

    query = DaySerializer

    def get(self, request: Request) -> Response:
        asked, now = told(DaySerializer, request.query_params), clock.now()
        brand = policy.demand(request.user, asked.pop("brand"))
        on = near(asked.pop("day"), now=now)
        return Response(planboard.shown(brand, on, now=now, **asked))


class Goal(APIView):
    """The brand's service level from now on; the next staffing counts seats for it."""

    body = StaffingSerializer

    def post(self, request: Request) -> Response:
        asked, now = told(StaffingSerializer, request.data), clock.now()
        brand = policy.demand(request.user, asked["brand"], change=True)
        said = {"share": asked["share"], "target_seconds": asked["seconds"], "reason": asked["reason"]}
        staffing = saying.set_staffing(brand.pk, by=principal(request), now=now, **said)
        return Response({"share": staffing.share, "target_seconds": staffing.target_seconds})


class Shifts(APIView):
    """Post: a draft, which only operators see."""

    body = BlockSerializer

    def post(self, request: Request) -> Response:
        asked, now = told(BlockSerializer, request.data), clock.now()
        brand = policy.demand(request.user, asked.pop("brand"), change=True)
        made = planning.draft(brand.pk, planning.Block(**asked), by=principal(request), now=now)
        return Response(planboard.shift_shown(made), status=201)


class Shift(APIView):
    """Patch: seats, rate or, of a draft, times are other ones."""

    body = ChangeSerializer

    def patch(self, request: Request, shift: UUID) -> Response:
        changes = told(ChangeSerializer, request.data)
        policy.demand_shift(request.user, shift)
        changed = planning.change(shift, changes, by=principal(request), now=clock.now())
        return Response(planboard.shift_shown(changed))


class Publish(APIView):
    """Agents see the shift from now on, and wish until the window ends."""

    body = PublishSerializer

    def post(self, request: Request, shift: UUID) -> Response:
        asked, now = told(PublishSerializer, request.data), clock.now()
        found = policy.demand_shift(request.user, shift)
        ends_at = _window(asked["window_hours"], found.begins_at, now=now)
        done = planning.publish(shift, window_ends_at=ends_at, by=principal(request), now=now)
        return Response(planboard.shift_shown(done))


def _window(hours: int | None, begins_at: datetime, *, now: datetime) -> datetime | None:
    return now + timedelta(hours=hours) if hours else None


class CallOff(APIView):
    """The shift will not be; everybody concerned is told, with the reason in the audit."""

    body = ReasonSerializer

    def post(self, request: Request, shift: UUID) -> Response:
        asked = told(ReasonSerializer, request.data)
        policy.demand_shift(request.user, shift)
        done = planning.call_off(shift, by=principal(request), reason=asked["reason"], now=clock.now())
        return Response(planboard.shift_shown(done))


class Fill(APIView):
    """Shifts for the seats that are missing, up to a budget: said in words first, then made."""

    body = FillSerializer

    def post(self, request: Request) -> Response:
        asked, now = told(FillSerializer, request.data), clock.now()
        brand = policy.demand(request.user, asked["brand"], change=True)
        on = near(asked["day"], now=now)
        of = (brand.pk, asked["topic"], asked["language"])
        level = {name: asked.get(name) for name in ("share", "seconds")}
        needed = planboard.needed(brand, on, asked["topic"], asked["language"], now=now, **level)
        terms: dict[str, Any] = {"rate_cents": asked["rate_cents"], "budget_cents": asked.get("budget_cents")}
        if asked["preview"]:
            return Response(_cover(automatic.preview(*of, needed, **terms, now=now), made=False))
        hours = asked.get("window_hours")
        ends_at = None if hours is None else now + timedelta(hours=hours)
        made = automatic.fill(*of, needed, **terms, window_ends_at=ends_at, by=principal(request), now=now)
        return Response(_cover(made, made=True))


def _cover(found: Cover, *, made: bool) -> dict[str, Any]:
    return {
        "made": made,
        "pieces": [
            {"begins_at": one.begins_at, "ends_at": one.ends_at, "seats": one.seats, "cents": one.cents}
            for one in found.pieces
        ],
        "seats": sum(one.seats for one in found.pieces),
        "cents": found.cents,
        "halves_open": found.halves_open,
    }


class Runs(APIView):
    """Get: the latest run of the matching. Post: wishes are answered now; a run concerns every brand."""

    def get(self, request: Request) -> Response:
        policy.demand_house(request.user, "shifts.view_allotment")
        return Response({"run": planboard.run_shown(Allotment.objects.first())})

    def post(self, request: Request) -> Response:
        policy.demand_house(request.user, "shifts.change_allotment")
        asked = asking.ask("asked", by=principal(request), now=clock.now())
        return Response({"run": planboard.run_shown(asked)}, status=202)
