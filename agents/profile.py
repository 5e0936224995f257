"""What an agent says of herself: name, languages, topics."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from agents.models import Agent, AgentLanguage, AgentSkill
from brands.models import Skill
from marketplace.refusals import Refused

LANGUAGES = {
    "ar": "Arabic", "da": "Danish", "de": "German", "en": "English", "es": "Spanish", "fi": "Finnish", "fr": "French",
    "hi": "Hindi", "it": "Italian", "nb": "Norwegian", "nl": "Dutch", "pl": "Polish", "pt": "Portuguese",
    "sv": "Swedish", "tr": "Turkish", "uk": "Ukrainian",
}  # fmt: skip


@transaction.atomic
def update(
    agent: Agent,
    *,
    fields: Mapping[str, str],
    languages: Sequence[Mapping[str, Any]] | None,
    skills: Sequence[str] | None,
) -> None:
    """Change what is given. Languages and topics are chosen while the application is open; once an operator has
    certified them by approving it, only an operator changes them (`certification`). What stays keeps level and end.

    Locks: the agent, so that neither a second change nor a decision comes between.
    """
    agent = Agent.objects.select_for_update(no_key=True).get(pk=agent.pk)
    Agent.objects.filter(pk=agent.pk).update(**fields)
    if languages is not None:
        _set_languages(agent, languages)
    if skills is not None:
        _set_skills(agent, skills)


def _set_languages(agent: Agent, languages: Sequence[Mapping[str, Any]]) -> None:
    unknown = [language["code"] for language in languages if language["code"] not in LANGUAGES]
    if unknown:
        raise Refused(f"We do not know the language {unknown[0]}.", code="unknown_language")
    chosen = {language["code"]: language["level"] for language in languages}
    held = dict(agent.languages.values_list("code", "level"))
    if chosen == held:
        return
    _demand_open(agent, "languages")
    changed = {code: level for code, level in chosen.items() if held.get(code) != level}
    agent.languages.exclude(code__in=chosen.keys() - changed.keys()).delete()
    AgentLanguage.objects.bulk_create(AgentLanguage(agent=agent, code=c, level=level) for c, level in changed.items())


def _set_skills(agent: Agent, keys: Sequence[str]) -> None:
    known = {f"{skill.brand.slug}/{skill.key}": skill for skill in Skill.objects.select_related("brand")}
    unknown = [key for key in keys if key not in known]
    if unknown:
        raise Refused(f"There is no topic called {unknown[0]}.", code="unknown_topic")
    chosen = {known[key].pk for key in keys}
    held = set(agent.skills.values_list("skill_id", flat=True))
    if chosen == held:
        return
    _demand_open(agent, "topics")
    agent.skills.exclude(skill_id__in=chosen).delete()
    AgentSkill.objects.bulk_create(AgentSkill(agent=agent, skill_id=skill) for skill in sorted(chosen - held))


def _demand_open(agent: Agent, what: str) -> None:
    """Nobody certifies herself: not who works, and not who was stopped from it."""
    if agent.state in (Agent.State.APPROVED, Agent.State.DEACTIVATED):
        raise Refused(f"Your {what} were certified. Ask an operator to change them.", code="certified")
