"""The door for providers' own messages. Who may speak is who signs: there is no session and no token."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound, ParseError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace import clock
from payouts.providers.contract import NotGenuine
from payouts.runs import intake, outlets

SIGNED = frozenset({"stripe_connect", "fake"})


class EventView(APIView):
    """A message is taken in once, however often it comes; what is not signed by its provider is refused."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(request=OpenApiTypes.OBJECT, responses={204: None}, operation_id="provider_event")  # type: ignore[untyped-decorator]
    def post(self, request: Request, provider: str) -> Response:
        outlet = outlets.named(provider) if provider in SIGNED else None
        if outlet is None:
            raise NotFound
        try:
            intake.receive(outlet, request.headers, request.body, now=clock.now())
        except NotGenuine as refusal:
            raise ParseError(str(refusal)) from refusal
        return Response(status=204)
