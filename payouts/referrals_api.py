"""An agent's invitation over HTTP: what to pass on, and whom it has brought."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from payouts import referrals
from payouts.api import own_agent_id


class InvitedShape(serializers.Serializer[referrals.Invited]):
    name = serializers.CharField()
    since = serializers.DateTimeField()
    paid = serializers.BooleanField()


class InvitationShape(serializers.Serializer[Any]):
    """`code` goes with a sign-up as `invited_by`; `address` is a page that does so."""

    code = serializers.UUIDField()
    address = serializers.CharField()
    invited = InvitedShape(many=True)


class InvitationView(APIView):
    """The asking agent's own. What it pays stands in the brands' pay plans."""

    @extend_schema(responses=InvitationShape, operation_id="agent_invitation")  # type: ignore[untyped-decorator]
    def get(self, request: Request) -> Response:
        code = own_agent_id(request)
        address = f"{settings.PUBLIC_ORIGINS[0]}/agent/join?invited_by={code}"
        return Response(InvitationShape({"code": code, "address": address, "invited": referrals.invited_by(code)}).data)
