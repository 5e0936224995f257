"""The wallet over HTTP: where the money is, where it is paid to, taking it out now, and statements to keep."""

import re
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import get_language_from_request
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace import bodies, clock
from marketplace.refusals import Refused
from payouts import statement_files, statements, wallet
from payouts.api import known_zones, own_agent_id
from payouts.providers.contract import Destination
from payouts.providers.sepa_file import iban_problem
from payouts.runs import cash_out, destinations, outlets
from payouts.wallet import lines

LONGEST_ACCOUNT = 50
IBAN_LIKE = re.compile(r"[A-Z]{2}\d\d")


class PlaceShape(serializers.Serializer[wallet.Place]):
    provider = serializers.CharField()
    masked = serializers.CharField()
    zone = serializers.CharField()
    since = serializers.DateTimeField()
    usable_from = serializers.DateTimeField()
    cooling_off = serializers.BooleanField()


class PendingShape(serializers.Serializer[wallet.Pending]):
    amount_cents = serializers.IntegerField()
    why = serializers.CharField()
    until = serializers.DateTimeField(allow_null=True)


class HeldShape(serializers.Serializer[wallet.Held]):
    amount_cents = serializers.IntegerField()
    reason = serializers.CharField()
    answer_by = serializers.DateTimeField(allow_null=True)
    case = serializers.UUIDField(allow_null=True)
    replied = serializers.BooleanField()
    by = serializers.CharField()
    payout = serializers.UUIDField(allow_null=True)


class LeavingShape(serializers.Serializer[wallet.Leaving]):
    id = serializers.UUIDField()
    amount_cents = serializers.IntegerField()
    state = serializers.CharField()
    since = serializers.DateTimeField()
    masked = serializers.CharField()
    instant = serializers.BooleanField()
    arrives_on = serializers.DateField(allow_null=True)


class NextShape(serializers.Serializer[wallet.Next]):
    at = serializers.DateTimeField()
    amount_cents = serializers.IntegerField()


class CashOutShape(serializers.Serializer[wallet.CashOut]):
    closed = serializers.CharField()
    amount_cents = serializers.IntegerField()
    at_most_cents = serializers.IntegerField()
    arrives_on = serializers.DateField(allow_null=True)


class WalletShape(serializers.Serializer[wallet.Wallet]):
    currency = serializers.CharField()
    units = serializers.BooleanField()
    available_cents = serializers.IntegerField()
    pending = PendingShape(many=True)
    held = HeldShape(many=True)
    on_its_way = LeavingShape(many=True)
    past = LeavingShape(many=True)
    paid_year = serializers.IntegerField()
    paid_cents = serializers.IntegerField()
    owed_back_cents = serializers.IntegerField()
    place = PlaceShape(allow_null=True)
    next = NextShape(allow_null=True)
    cash_out = CashOutShape(allow_null=True)


class StatementName(serializers.Serializer[Any]):
    currency = serializers.CharField()
    month = serializers.CharField()


class MoneyShape(serializers.Serializer[Any]):
    """All that the agent has, the ways on which it can be paid here, and the statements there are."""

    wallets = WalletShape(many=True)
    ways = serializers.ListField(child=serializers.CharField())
    statements = StatementName(many=True)


class WalletLineShape(serializers.Serializer[lines.Line]):
    id = serializers.UUIDField()
    seq = serializers.IntegerField()
    at = serializers.DateTimeField()
    kind = serializers.CharField()
    amount_cents = serializers.IntegerField()
    words = serializers.CharField()
    reason = serializers.CharField()
    engagement_id = serializers.UUIDField(allow_null=True)


class LinesShape(serializers.Serializer[lines.Lines]):
    currency = serializers.CharField()
    total_cents = serializers.IntegerField()
    count = serializers.IntegerField()
    lines = WalletLineShape(many=True)
    before = serializers.IntegerField(allow_null=True)


class Before(serializers.Serializer[Any]):
    """The next page: lines with a number below this one."""

    before = serializers.IntegerField(required=False, min_value=1, max_value=2**62)


class Account(serializers.Serializer[Any]):
    """Where to be paid: an IBAN and its holder, or the account's name at the provider."""

    currency = bodies.Pattern(regex=r"^[A-Z]{3}$")
    provider = bodies.Text(max_length=20)
    holder = bodies.Text(max_length=destinations.LONGEST_HOLDER)
    account = bodies.Text(max_length=LONGEST_ACCOUNT)
    zone = bodies.Text(max_length=40)

    def validate_zone(self, name: str) -> str:
        if name not in known_zones():
            raise serializers.ValidationError("This is no time zone.")
        return name


class TakeOut(serializers.Serializer[Any]):
    """Everything available in one currency. The same request twice is one cash-out."""

    currency = bodies.Pattern(regex=r"^[A-Z]{3}$")
    request_id = bodies.Id()


class MoneyView(APIView):
    """Where the asking agent's money is."""

    @extend_schema(responses=MoneyShape, operation_id="agent_money")  # type: ignore[untyped-decorator]
    def get(self, request: Request) -> Response:
        agent_id, now = own_agent_id(request), clock.now()
        told = {
            "wallets": wallet.of(agent_id, now=now),
            "ways": sorted(outlets.known()),
            "statements": [{"currency": c, "month": m} for c, m in statements.months(agent_id, now=now)],
        }
        return Response(MoneyShape(told).data)


class UnpaidLinesView(APIView):
    """The lines of what the asking agent is owed in one currency and no payout has taken yet."""

    @extend_schema(parameters=[Before], responses=LinesShape, operation_id="agent_money_lines")  # type: ignore[untyped-decorator]
    def get(self, request: Request, currency: str) -> Response:
        return _page(request, lines.unpaid, currency)


class PayoutLinesView(APIView):
    """The lines of one of the asking agent's payouts."""

    @extend_schema(parameters=[Before], responses=LinesShape, operation_id="agent_payout_lines")  # type: ignore[untyped-decorator]
    def get(self, request: Request, payout_id: UUID) -> Response:
        return _page(request, lines.of_payout, payout_id)


def _page(request: Request, lines_of: Callable[..., lines.Lines], what: str | UUID) -> Response:
    """The page that is asked for, of the asking agent's lines of `what`, in the reader's language."""
    agent_id, asked = own_agent_id(request), Before(data=request.query_params)
    asked.is_valid(raise_exception=True)
    locale = get_language_from_request(request._request)
    found = lines_of(agent_id, what, before=asked.validated_data.get("before"), locale=locale)
    return Response(LinesShape(found).data)


class AccountView(APIView):
    """The asking agent says where to be paid. A changed account cools off for 48 hours."""

    @extend_schema(request=Account, responses=PlaceShape, operation_id="agent_payout_account")  # type: ignore[untyped-decorator]
    def put(self, request: Request) -> Response:
        agent_id, now = own_agent_id(request), clock.now()
        asked = Account(data=request.data)
        asked.is_valid(raise_exception=True)
        told = asked.validated_data
        to = _destination(told["provider"], told["holder"], told["account"])
        by = f"agent:{agent_id}"
        held = destinations.change(
            agent_id, told["currency"], to, provider=told["provider"], zone=told["zone"], by=by, now=now
        )
        cooling = held.usable_from > now
        place = wallet.Place(
            held.provider, wallet.masked(held), held.zone, held.created_at, held.usable_from, cooling_off=cooling
        )
        return Response(PlaceShape(place).data)


def _destination(provider: str, holder: str, account: str) -> Destination:
    """What looks like an IBAN is one, whichever way it is paid; anything else is the provider's own name for it."""
    tidy = "".join(account.split()).upper()
    if not IBAN_LIKE.match(tidy):
        return Destination(holder, provider_account=account)
    if problem := iban_problem(tidy):
        raise Refused(problem, code="destination")
    return Destination(holder, iban=tidy)


class CashOutView(APIView):
    """The asking agent takes out what is available, now and free."""

    @extend_schema(request=TakeOut, responses={204: None}, operation_id="agent_cash_out")  # type: ignore[untyped-decorator]
    def post(self, request: Request) -> Response:
        agent_id = own_agent_id(request)
        asked = TakeOut(data=request.data)
        asked.is_valid(raise_exception=True)
        told = asked.validated_data
        cash_out.request(agent_id, told["currency"], now=clock.now(), request_id=told["request_id"])
        return Response(status=204)


def _as_pdf(statement: statements.Statement, *, locale: str) -> bytes:
    from payouts import statement_pdf  # takes a second to load, and most processes never need it

    return statement_pdf.as_pdf(statement, locale=locale)


KINDS: Mapping[str, tuple[str, Callable[..., str | bytes]]] = {
    "json": ("application/json", statement_files.as_json),
    "csv": ("text/csv; charset=utf-8", statement_files.as_csv),
    "pdf": ("application/pdf", _as_pdf),
}


class StatementView(APIView):
    """One month of the asking agent's account, as a file to keep."""

    @extend_schema(responses={(200, "application/json"): OpenApiTypes.BINARY}, operation_id="agent_statement")  # type: ignore[untyped-decorator]
    def get(self, request: Request, currency: str, month: str, kind: str) -> HttpResponse:
        agent_id = own_agent_id(request)
        if kind not in KINDS:
            raise Refused("A statement comes as PDF, CSV or JSON.", code="not_found")
        content_type, render = KINDS[kind]
        found = statements.of(agent_id, currency, month, now=clock.now())
        content = render(found, locale=get_language_from_request(request._request))
        answer = HttpResponse(content, content_type=content_type)
        answer["Content-Disposition"] = f'attachment; filename="beckon-{month}-{currency}.{kind}"'
        answer["Cache-Control"] = "private, no-store"
        return answer
