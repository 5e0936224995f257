"""REST for what an agent did."""

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agents.api import agent_of
from conversations.models import Engagement
from dispatch import offers


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
                    "topic_name": offers.topic_names(engagement.brand_id).get(engagement.topic, engagement.topic),
                    "language": engagement.language,
                    "state": engagement.state,
                    "outcome": engagement.outcome,
                    "accepted_at": engagement.accepted_at,
                    "ended_at": engagement.ended_at,
                }
                for engagement in recent[:50]
            ]
        )
