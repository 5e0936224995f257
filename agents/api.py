"""REST for an agent's own profile."""

from typing import Any

from allauth.account.models import EmailAddress
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agents import profile
from agents.models import Agent
from brands.models import Skill
from marketplace import bodies
from marketplace.refusals import Refused


class LanguageSerializer(serializers.Serializer[Any]):
    code = bodies.Text(max_length=8)
    level = bodies.Whole(min_value=1, max_value=3, default=3)


class ProfileSerializer(serializers.Serializer[Any]):
    """What may be changed. Everything is optional; what is absent stays."""

    display_name = bodies.Text(max_length=40, required=False)
    about = bodies.Text(max_length=400, required=False, allow_blank=True)
    country = bodies.Pattern(r"^[A-Z]{2}$|^$", required=False)
    languages = serializers.ListField(child=LanguageSerializer(), required=False, max_length=20)
    skills = serializers.ListField(child=bodies.Text(max_length=100), required=False, max_length=100)


class Me(APIView):
    """The agent who is logged in."""

    body = ProfileSerializer

    def get(self, request: Request) -> Response:
        return Response(_me(agent_of(request)))

    def patch(self, request: Request) -> Response:
        agent = agent_of(request)
        given = ProfileSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        fields = {
            name: given.validated_data[name]
            for name in ("display_name", "about", "country")
            if name in given.validated_data
        }
        profile.update(
            agent,
            fields=fields,
            languages=given.validated_data.get("languages"),
            skills=given.validated_data.get("skills"),
        )
        return Response(_me(agent_of(request)))


class Options(APIView):
    """What a profile can be made of."""

    def get(self, request: Request) -> Response:
        skills = Skill.objects.filter(brand__active=True).select_related("brand")
        return Response(
            {
                "languages": [{"code": code, "name": name} for code, name in profile.LANGUAGES.items()],
                "skills": [{"id": f"{s.brand.slug}/{s.key}", "brand": s.brand.name, "name": s.name} for s in skills],
            }
        )


def agent_of(request: Request) -> Agent:
    """The caller's agent profile. Raises Refused for staff and strangers."""
    agent = Agent.objects.filter(user=request.user).select_related("user").first() if request.user.pk else None
    if agent is None:
        raise Refused("This log-in is not an agent's.", code="not_an_agent")
    return agent


def _me(agent: Agent) -> dict[str, Any]:
    verified = EmailAddress.objects.filter(user_id=agent.user_id, verified=True).exists()
    languages = {held.code: held for held in agent.languages.all()}
    skills = {f"{held.skill.brand.slug}/{held.skill.key}": held for held in agent.skills.select_related("skill__brand")}
    return {
        "agent": {
            "id": agent.pk,
            "display_name": agent.display_name,
            "kind": agent.kind,
            "state": agent.state,
            "state_reason": agent.state_reason,
            "about": agent.about,
            "country": agent.country,
            "languages": [{"code": code, "level": held.level} for code, held in languages.items()],
            "skills": list(skills),
            "ends": {key: held.valid_until for key, held in (languages | skills).items() if held.valid_until},
        },
        "email": agent.user.email,
        "email_verified": verified,
    }
