"""REST for operators: what a class is paid on top, raising it, and undoing that."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agents.models import User
from dispatch import raises
from dispatch.api import demand_right
from dispatch.surge import Class
from marketplace import bodies, clock
from payouts import receipts

RIGHT = "dispatch.change_surgepolicy"
LANGUAGE = r"^[A-Za-z-]{1,8}$"


class ClassSerializer(serializers.Serializer[Any]):
    brand = bodies.Id()
    topic = bodies.Text(max_length=40)
    language = bodies.Pattern(LANGUAGE)


class RaiseSerializer(ClassSerializer):
    """`bonus_minor` for each chat, in minor units of the brand's currency; for so many `minutes`."""

    bonus_minor = bodies.Whole()
    minutes = bodies.Whole()
    reason = bodies.Text(min_length=3, max_length=300)


class Raises(APIView):
    """What is paid on top for a class now, and to what it may be raised; raising it, for operators who may set it."""

    query = ClassSerializer
    body = RaiseSerializer

    def get(self, request: Request) -> Response:
        demand_right(request, RIGHT)
        given = ClassSerializer(data=request.query_params)
        given.is_valid(raise_exception=True)
        return Response(_stands(_class(given.validated_data)))

    def post(self, request: Request) -> Response:
        """No lower from the next round on, until the minutes are over or it is undone. 409 above what is allowed."""
        demand_right(request, RIGHT)
        given = RaiseSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        told, of = given.validated_data, _class(given.validated_data)
        raises.raise_bonus(
            of,
            bonus_minor=told["bonus_minor"],
            minutes=told["minutes"],
            by=f"operator:{request.user.pk}",
            reason=told["reason"],
            now=clock.now(),
        )
        return Response(_stands(of))


class Undo(APIView):
    """The bonus is at once what the wait calls for; offers already made keep theirs."""

    def post(self, request: Request, raised: UUID) -> Response:
        demand_right(request, RIGHT)
        found = raises.undo(raised, by=f"operator:{request.user.pk}", now=clock.now())
        return Response(_stands((found.brand_id, found.topic, found.language)))


def _class(given: dict[str, Any]) -> Class:
    return given["brand"], given["topic"], given["language"]


def _stands(of: Class) -> dict[str, Any]:
    found = raises.stands(of, now=clock.now())
    terms, raised = found.terms, found.raised
    steps = range(terms.step_minor, terms.most_minor + 1, terms.step_minor) if terms.step_minor else range(0)
    return {
        "currency": terms.currency,
        "now_minor": terms.now_minor,
        "now": _money(terms.now_minor, terms.currency),
        "left": _money(terms.left_minor, terms.currency),
        "choices": [
            {"bonus_minor": minor, "words": _money(minor, terms.currency)} for minor in steps if minor > terms.now_minor
        ],
        "raised": raised
        and {
            "id": raised.pk,
            "bonus": _money(raised.bonus_minor, terms.currency),
            "until": raised.until,
            "by": _name(raised.began_by),
            "reason": raised.reason,
        },
    }


def _money(minor: int, currency: str) -> str:
    return receipts.money(minor, currency, locale="en")


def _name(principal: str) -> str:
    """An operator's own name, where she has one."""
    user = User.objects.filter(pk=principal.removeprefix("operator:")).first()
    return str(user) if user else principal
