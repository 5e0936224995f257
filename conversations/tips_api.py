"""The door for a brand's own server: what its till has taken as a tip. Who may speak is who signs."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from brands.models import Brand
from conversations import tips
from conversations.pace import NewcomerPace
from marketplace import bodies, clock
from marketplace.refusals import Refused


class TipBody(serializers.Serializer[Any]):
    """The brand's widget key, and the tip as a token that its server signed."""

    key = bodies.Text(max_length=32)
    tip = bodies.Text(max_length=4000)


class TipShape(serializers.Serializer[tips.Tip]):
    engagement_id = serializers.UUIDField()
    amount_minor = serializers.IntegerField()
    currency = serializers.CharField()


class TipView(APIView):
    """A tip is the agent's, whole. The same payment told again is answered as the first time."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = (NewcomerPace,)

    @extend_schema(request=TipBody, responses=TipShape, operation_id="tip")  # type: ignore[untyped-decorator]
    def post(self, request: Request) -> Response:
        given = TipBody(data=request.data)
        given.is_valid(raise_exception=True)
        brand = Brand.objects.filter(widget_key=given.validated_data["key"], active=True).first()
        if brand is None:
            raise Refused("There is no such brand.", code="not_found")
        return Response(TipShape(tips.tell(brand, given.validated_data["tip"], now=clock.now())).data)
