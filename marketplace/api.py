"""Doors of the whole building: the widget's session, the ticket to a socket, and whether the house stands."""

from dataclasses import asdict
from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer
from rest_framework import serializers
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from assistant import replies
from brands import hours
from brands.models import Brand
from conversations import customers, policy
from conversations.models import Conversation, Customer
from conversations.pace import NewcomerPace, PersonPace
from conversations.principals import CustomerTokenAuthentication, customer_of, principal_of
from dispatch import appointments, desk, escalations, queue
from marketplace import bodies, clock, wishes
from marketplace.refusals import Refused
from realtime import protocol, tickets

lookout = queue.Lookout()  # of all who open a panel in this process


class SessionSerializer(serializers.Serializer[Any]):
    key = bodies.Text(max_length=32)
    token = bodies.Text(max_length=128, required=False, allow_blank=True)
    identity = bodies.Text(max_length=4000, required=False, allow_blank=True)
    language = bodies.Pattern(r"^[A-Za-z]{2,3}(-[A-Za-z]{2,4})?$", required=False)


class WidgetSession(APIView):
    """Who is this customer, and what does her brand's panel look like? A stranger becomes an anonymous customer."""

    body = SessionSerializer

    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]
    throttle_classes = [NewcomerPace]

    def post(self, request: Request) -> Response:
        given = SessionSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        brand = Brand.objects.filter(widget_key=given.validated_data["key"], active=True).first()
        if brand is None:
            raise Refused("This chat does not exist.", code="not_found")
        customer, token = _customer(brand, given.validated_data)
        return Response(_session(brand, customer, token))


def _customer(brand: Brand, given: dict[str, Any]) -> tuple[Customer, str]:
    now = clock.now()
    token = given.get("token", "")
    if given.get("identity"):
        return customers.identified(brand, given["identity"], held=token, now=now)
    known = customers.by_token(token)
    if known and known.brand_id == brand.pk:
        return known, token
    return customers.anonymous(brand, language=given.get("language", "").partition("-")[0].lower(), now=now)


def _session(brand: Brand, customer: Customer, token: str) -> dict[str, Any]:
    now = clock.now()
    latest = Conversation.objects.filter(customer=customer).order_by("-opened_at").values_list("pk", flat=True).first()
    online = lookout.online(brand.pk, now)
    return {
        "token": token,
        "customer": {"id": customer.pk, "name": customer.name},
        "brand": {
            "name": brand.name,
            "slug": brand.slug,
            "assistant_name": brand.assistant_name,
            "locale": brand.locale,
            "theme": brand.theme,
            "topics": [{"key": skill.key, "name": skill.name} for skill in brand.skills.all()],
            "languages": sorted(online) or [brand.locale],
            "people_online": max(online.values(), default=0),
            "opening": hours.describe(brand, now),
        },
        "conversation": latest,
    }


class WaysSerializer(serializers.Serializer[Any]):
    language = bodies.Pattern(r"^[A-Za-z]{2,3}$", required=False)
    topic = bodies.Text(max_length=40, required=False, allow_blank=True)


class Ways(APIView):
    """What there is for this customer beside waiting: who is here, when it opens, by when a message is answered, and
    the times at which she can be called back."""

    query = WaysSerializer

    authentication_classes = [CustomerTokenAuthentication]
    throttle_classes = [PersonPace]

    def get(self, request: Request) -> Response:
        given = WaysSerializer(data=request.query_params)
        given.is_valid(raise_exception=True)
        brand = customer_of(request).brand
        language = given.validated_data.get("language", brand.locale)[:2].lower()
        topic = given.validated_data.get("topic") or None
        if topic:
            topic = escalations.known_topic(brand.pk, topic)
        return Response(asdict(appointments.ways(brand, topic=topic, language=language, now=clock.now())))


class WishSerializer(WaysSerializer):
    way = serializers.ChoiceField(choices=["person", "message", "call_back", "assistant"])
    at = serializers.DateTimeField(required=False)
    email = serializers.EmailField(required=False, allow_blank=True)
    client_id = bodies.Id(required=False)
    text = bodies.Text(max_length=protocol.MAX_TEXT, trim_whitespace=False, required=False)


class Wish(APIView):
    """The same wishes as over the socket, for clients without one: answered by where the conversation stands then."""

    body = WishSerializer

    authentication_classes = [CustomerTokenAuthentication]
    throttle_classes = [PersonPace]

    def post(self, request: Request, conversation: UUID) -> Response:
        given = WishSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        if not policy.may_read(principal_of(request), conversation, "talk"):
            raise Refused("There is no such conversation.", code="not_found")
        _wish(conversation, customer_of(request).pk, given.validated_data)
        stands = Conversation.objects.values_list("status", flat=True).get(pk=conversation)
        return Response({"conversation": conversation, "status": stands})


def _wish(conversation: UUID, customer: UUID, given: dict[str, Any]) -> None:
    now, way = clock.now(), given["way"]
    said = {name: given.get(name) or None for name in ("language", "topic", "email")}
    if way == "call_back":
        if "at" not in given:
            raise Refused("Say at what time.", code="bad_time")
        replies.call_back(conversation, at=given["at"], **said, now=now)
    elif way == "message":
        frame = protocol.LeaveMessage(
            ref="rest", conversation=conversation, client_id=given.get("client_id"), text=given.get("text"), **said
        )
        wishes.leave_message(customer, frame, now)
    elif way == "person":
        replies.ask_person(conversation, **said, now=now)
    else:
        desk.leave_queue(conversation, now=now)


class TicketSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=["customer", "agent", "operator"], required=False)


class Ticket(APIView):
    """A single-use ticket to a socket, good for thirty seconds, for the origin that asked."""

    body = TicketSerializer

    authentication_classes = [CustomerTokenAuthentication, SessionAuthentication]
    throttle_classes = [PersonPace]

    def post(self, request: Request) -> Response:
        given = TicketSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        principal = principal_of(request, given.validated_data.get("kind"))
        origin = request.headers.get("Origin") or f"{request.scheme}://{request.get_host()}"
        if origin not in settings.PUBLIC_ORIGINS:
            raise Refused("Sockets are opened from our own pages.", code="forbidden")
        session_key = getattr(getattr(request, "session", None), "session_key", None) or ""
        secret = tickets.issue(principal, session_key=session_key, origin=origin, now=clock.now())
        kind = principal.partition(":")[0]
        return Response({"ticket": secret, "kind": kind, "url": {"operator": "/ws/board"}.get(kind, f"/ws/{kind}")})


@never_cache
@ensure_csrf_cookie
def csrf(request: HttpRequest) -> HttpResponse:
    """Sets the cookie that a page sends back as X-CSRFToken."""
    return HttpResponse(status=204)


def schema(request: HttpRequest) -> HttpResponse:
    """What every REST door takes, as OpenAPI: YAML, or JSON for whoever asks for it."""
    wants_json = "json" in request.headers.get("accept", "")
    kind = "application/vnd.oai.openapi"
    return HttpResponse(_described(as_json=wants_json), content_type=f"{kind}+json" if wants_json else kind)


@cache
def _described(*, as_json: bool) -> bytes:
    """Made once in each process: it takes long, and anybody may ask."""
    renderer: Any = OpenApiJsonRenderer() if as_json else OpenApiYamlRenderer()
    made: bytes = renderer.render(SchemaGenerator().get_schema(request=None, public=True), renderer_context={})
    return made


@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok", content_type="text/plain")


@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """The process can do its work: the database answers with our tables in it."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from brands_brand")
    except DatabaseError as error:
        return JsonResponse({"ready": False, "database": str(error).splitlines()[0][:200]}, status=503)
    return JsonResponse({"ready": True})
