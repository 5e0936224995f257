"""REST for what an agent did, and for how an operator has the matching done."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.utils.translation import get_language_from_request
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agents.api import agent_of
from conversations.models import Engagement
from dispatch import cards, decisions, handovers, modes, still_waiting, surge
from dispatch.models import Mode
from marketplace import bodies, clock
from marketplace.refusals import Refused
from payouts import receipts

DECISIONS_SHOWN = timedelta(days=7)


class HandoverSerializer(serializers.Serializer[Any]):
    engagement_id = bodies.Id()


class Handover(APIView):
    """To whom the agent may pass this chat of hers on: topics, languages, and colleagues who are online."""

    query = HandoverSerializer

    def get(self, request: Request) -> Response:
        given = HandoverSerializer(data=request.query_params)
        given.is_valid(raise_exception=True)
        asked = given.validated_data["engagement_id"]
        return Response(handovers.choices(asked, by=agent_of(request).pk, now=clock.now()))


class Chats(APIView):
    """The agent's latest fifty chats, newest first. Texts are not part of it."""

    def get(self, request: Request) -> Response:
        recent = Engagement.objects.filter(agent=agent_of(request)).select_related("brand").order_by("-accepted_at")
        return Response(
            [
                {
                    "engagement_id": engagement.pk,
                    "brand": engagement.brand.name,
                    "topic": engagement.topic,
                    "topic_name": cards.topic_names(engagement.brand_id).get(engagement.topic, engagement.topic),
                    "language": engagement.language,
                    "state": engagement.state,
                    "outcome": engagement.outcome,
                    "accepted_at": engagement.accepted_at,
                    "ended_at": engagement.ended_at,
                }
                for engagement in recent[:50]
            ]
        )


class DecisionsBefore(serializers.Serializer[Any]):
    """The next page: those before this decision, the last one of the page before."""

    before = serializers.UUIDField(required=False)


class Decisions(APIView):
    """Why the agent was asked lately, and where somebody else was though she was free: one sentence each, her points
    and the chosen one's, what would change it, and the version of the weights; fifty at a time, the latest first. Who
    the other was is nobody's business."""

    def get(self, request: Request) -> Response:
        asked = DecisionsBefore(data=request.query_params)
        asked.is_valid(raise_exception=True)
        since = clock.now() - DECISIONS_SHOWN
        before = asked.validated_data.get("before")
        return Response(decisions.of_agent(agent_of(request).pk, since=since, before=before))


class WantedNow(APIView):
    """Where the agent would be paid a bonus now, were she online: by topic and language, the highest first."""

    def get(self, request: Request) -> Response:
        now, locale = clock.now(), get_language_from_request(request)
        found = surge.wanted_from(agent_of(request).pk, now=now)
        words = [receipts.surge_words(one.bonus_minor, one.currency, locale=locale) for one in found]
        rows = [{**asdict(one), "words": told} for one, told in zip(found, words, strict=True)]
        return Response({"at": now, "wanted": rows})


class SwitchSerializer(serializers.Serializer[Any]):
    """`brand` is a brand's id, null for all of them."""

    kind = serializers.ChoiceField(choices=Mode.Kind.values)
    brand = bodies.Id(allow_null=True)
    on = bodies.Flag()
    reason = bodies.Text(min_length=3, max_length=300)


class Modes(APIView):
    """How brands are matched: every mode in force, and the switch, for operators who may throw it."""

    body = SwitchSerializer

    def get(self, request: Request) -> Response:
        demand_right(request, "dispatch.view_mode")
        return Response(_in_force())

    def post(self, request: Request) -> Response:
        """On or off, from the next round on. 409 where it stands so already."""
        demand_right(request, "dispatch.change_mode")
        given = SwitchSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        told = given.validated_data
        by = f"operator:{request.user.pk}"
        modes.switch(told["kind"], told["brand"], on=told["on"], by=by, reason=told["reason"], now=clock.now())
        return Response(_in_force())


class WaitingSerializer(serializers.Serializer[Any]):
    """Both may be repeated: `?language=de&language=fi&topic=refunds`."""

    language = serializers.ListField(child=bodies.Pattern(r"^[A-Za-z-]{1,8}$"), min_length=1, max_length=200)
    topic = serializers.ListField(child=bodies.Text(max_length=40), min_length=1, max_length=200)


class StillWaiting(APIView):
    """Requests that wait in these languages for these topics, the longest first, at most thirty: each with one sentence
    that says why, from facts of now. For operators who watch the live board."""

    query = WaitingSerializer

    def get(self, request: Request) -> Response:
        demand_right(request, "dispatch.view_escalation")
        given = WaitingSerializer(data=request.query_params)
        given.is_valid(raise_exception=True)
        asked, now = given.validated_data, clock.now()
        found = still_waiting.of_class(asked["language"], asked["topic"], now=now)
        return Response({"at": now, "waiting": [asdict(one) for one in found]})


def demand_right(request: Request, right: str) -> None:
    """Raises Refused for whoever is no operator with this right."""
    user = request.user
    if not (user.is_active and getattr(user, "is_staff", False) and user.has_perm(right)):
        raise Refused("This is for operators with the right to it.", code="forbidden")


def _in_force() -> list[dict[str, Any]]:
    return [_mode(mode) for mode in Mode.objects.filter(ended_at=None).select_related("brand").order_by("began_at")]


def _mode(mode: Mode) -> dict[str, Any]:
    return {
        "id": mode.pk,
        "kind": mode.kind,
        "brand": mode.brand_id,
        "brand_name": mode.brand.name if mode.brand else None,
        "since": mode.began_at,
        "by": mode.began_by,
        "reason": mode.reason,
    }
