"""The earnings page over HTTP. An agent sees their own money and nobody else's."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from django.http import Http404
from django.utils.translation import get_language_from_request
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace import bodies, clock
from payouts import disputes, measures, pages
from payouts.models import Dispute, Movement

LONGEST = timedelta(days=31)
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


@cache
def known_zones() -> frozenset[str]:
    """The zones that Python and PostgreSQL both know. Kept, because finding them reads the disk for 60 ms."""
    return frozenset(available_timezones() - {"localtime"})


class Zone(serializers.CharField):
    """An IANA time zone, for where a day begins."""

    def to_internal_value(self, data: Any) -> Any:
        name = super().to_internal_value(data)
        if name not in known_zones():
            raise serializers.ValidationError("This is no time zone.")
        return ZoneInfo(name)


class Stretch(serializers.Serializer[Any]):
    """Which earnings: `since` up to but not at `until`, at most 31 days. By default the last 24 hours."""

    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False)
    zone = Zone(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        until = attrs.get("until", clock.now())
        since = attrs.get("since", until - timedelta(days=1) if until > EARLIEST + LONGEST else EARLIEST)
        if not EARLIEST <= since < until <= LATEST:
            raise serializers.ValidationError("The stretch ends after it begins, in this century.")
        if until - since > LONGEST:
            raise serializers.ValidationError("Ask for at most 31 days at once.")
        return {"since": since, "until": until, "zone": attrs.get("zone", UTC)}


class TotalShape(serializers.Serializer[pages.Total]):
    currency = serializers.CharField()
    amount_cents = serializers.IntegerField()
    words = serializers.CharField()
    chats = serializers.IntegerField()
    tips_cents = serializers.IntegerField()


class DayShape(TotalShape):
    day = serializers.DateField()


class BalanceShape(serializers.Serializer[Any]):
    currency = serializers.CharField()
    amount_cents = serializers.IntegerField(source="amount")
    seq = serializers.IntegerField(source="last_seq")


class LineShape(serializers.Serializer[pages.LineShown]):
    id = serializers.UUIDField()
    kind = serializers.CharField()
    amount_cents = serializers.IntegerField()
    currency = serializers.CharField()
    words = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]  # the ledger's word, not the field option
    dispute = serializers.CharField()
    answer_by = serializers.DateTimeField(allow_null=True)
    decision = serializers.CharField()


class EngagementShape(serializers.Serializer[pages.EngagementShown]):
    engagement_id = serializers.UUIDField()
    topic = serializers.CharField()
    brand = serializers.CharField()
    outcome = serializers.CharField()
    accepted_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField()
    active_seconds = serializers.IntegerField()
    currency = serializers.CharField()
    amount_cents = serializers.IntegerField()
    words = serializers.CharField()
    plan_version = serializers.IntegerField()
    fact_sha256 = serializers.CharField()
    lines = LineShape(many=True)


class HourShape(serializers.Serializer[pages.Hour]):
    currency = serializers.CharField()
    amount_cents = serializers.IntegerField()
    online_seconds = serializers.IntegerField()


class PageShape(serializers.Serializer[pages.Page]):
    since = serializers.DateTimeField()
    until = serializers.DateTimeField()
    totals = TotalShape(many=True)
    days = DayShape(many=True)
    balances = BalanceShape(many=True)
    per_hour = HourShape(many=True)
    engagements = EngagementShape(many=True)
    older_until = serializers.DateTimeField(allow_null=True)


class EarningsView(APIView):
    """What the asking agent earned."""

    @extend_schema(parameters=[Stretch], responses=PageShape, operation_id="agent_earnings")  # type: ignore[untyped-decorator]
    def get(self, request: Request) -> Response:
        agent_id = own_agent_id(request)
        asked = Stretch(data=request.query_params)
        asked.is_valid(raise_exception=True)
        locale = get_language_from_request(request._request)
        page = pages.page(agent_id, **asked.validated_data, locale=locale, now=clock.now())
        return Response(PageShape(page).data)


class EngagementEarningsView(APIView):
    """One chat of the asking agent's, line by line."""

    @extend_schema(responses=EngagementShape, operation_id="agent_engagement_earnings")  # type: ignore[untyped-decorator]
    def get(self, request: Request, engagement_id: UUID) -> Response:
        locale = get_language_from_request(request._request)
        shown = pages.engagement(own_agent_id(request), engagement_id, locale=locale)
        if shown is None:
            raise Http404
        return Response(EngagementShape(shown).data)


def own_agent_id(request: Request) -> UUID:
    """The agent behind this log-in; refused for anyone who is not one."""
    agent = getattr(request.user, "agent", None)
    if agent is None:
        raise PermissionDenied("Earnings are shown to agents.")
    return UUID(str(agent.pk))


class DisputeOpening(serializers.Serializer[Any]):
    """Which line is wrong, and why."""

    line = bodies.Id()
    words = bodies.Text(max_length=disputes.WORDS_LONGEST)


class Person(serializers.CharField):
    """The first name of a principal; nothing where it is no person's. `names` in the context knows them."""

    def to_representation(self, value: Any) -> str:
        return str(self.context.get("names", {}).get(value, ""))


class DisputedShape(serializers.Serializer[Movement]):
    """The line that is disputed."""

    kind = serializers.CharField()
    amount_cents = serializers.IntegerField(source="amount")
    currency = serializers.CharField()
    at = serializers.DateTimeField(source="created_at")
    engagement_id = serializers.UUIDField(allow_null=True)


class DisputeShape(serializers.Serializer[Dispute]):
    id = serializers.UUIDField()
    line = serializers.UUIDField(source="posting_id")
    of = serializers.SerializerMethodField()
    state = serializers.CharField()
    words = serializers.CharField()
    opened_at = serializers.DateTimeField()
    answer_by = serializers.DateTimeField()
    decision = serializers.CharField()
    decided_by = Person()
    decided_at = serializers.DateTimeField(allow_null=True)

    @extend_schema_field(DisputedShape(allow_null=True))  # type: ignore[untyped-decorator]
    def get_of(self, dispute: Dispute) -> Any:
        """`lines` in the context knows it."""
        line = self.context.get("lines", {}).get(dispute.posting_id)
        return DisputedShape(line).data if line else None


class MeasureShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    state = serializers.CharField()
    amount_cents = serializers.IntegerField(source="amount")
    currency = serializers.CharField()
    reason = serializers.CharField()
    by = Person(source="opened_by")
    opened_at = serializers.DateTimeField()
    answer_by = serializers.DateTimeField()
    reply = serializers.CharField()
    decision = serializers.CharField()
    decided_by = Person()
    decided_at = serializers.DateTimeField(allow_null=True)


class CasesShape(serializers.Serializer[Any]):
    """All that is, or was, open about the agent's money; units that wait for their pool, by currency."""

    disputes = DisputeShape(many=True)
    holds = MeasureShape(many=True)
    clawbacks = MeasureShape(many=True)
    owed = serializers.DictField(child=serializers.IntegerField())
    units_waiting = serializers.DictField(child=serializers.IntegerField())


class Reply(serializers.Serializer[Any]):
    """The agent's answer to a hold or a clawback."""

    words = bodies.Text(max_length=measures.REPLY_LONGEST)


class DisputesView(APIView):
    """The asking agent disputes a line of their own."""

    @extend_schema(request=DisputeOpening, responses={201: DisputeShape}, operation_id="agent_dispute")  # type: ignore[untyped-decorator]
    def post(self, request: Request) -> Response:
        agent_id = own_agent_id(request)
        asked = DisputeOpening(data=request.data)
        asked.is_valid(raise_exception=True)
        told = asked.validated_data
        opened = disputes.begin(agent_id, told["line"], words=told["words"], now=clock.now())
        return Response(DisputeShape(opened).data, status=201)


class CasesView(APIView):
    """Disputes, holds and clawbacks of the asking agent, with their clocks and answers."""

    @extend_schema(responses=CasesShape, operation_id="agent_money_cases")  # type: ignore[untyped-decorator]
    def get(self, request: Request) -> Response:
        found = pages.cases(own_agent_id(request))
        return Response(CasesShape(found, context={"names": found.names, "lines": found.lines}).data)


class ReplyView(APIView):
    """The asking agent answers a hold or a clawback."""

    @extend_schema(request=Reply, responses={204: None}, operation_id="agent_money_reply")  # type: ignore[untyped-decorator]
    def post(self, request: Request, measure_id: UUID) -> Response:
        agent_id = own_agent_id(request)
        asked = Reply(data=request.data)
        asked.is_valid(raise_exception=True)
        measures.reply(agent_id, measure_id, words=asked.validated_data["words"], now=clock.now())
        return Response(status=204)
