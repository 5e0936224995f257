"""Whom nothing can ring is shown no line, reads why, and does not go online for nothing."""

from collections.abc import Callable

import pytest

from agents import presence
from agents.models import Agent, AgentLanguage, AgentSkill, Slot
from dispatch import queue, snapshot
from dispatch.models import Escalation
from marketplace.refusals import Refused
from tests.people import at


@pytest.mark.parametrize("ended", [AgentSkill, AgentLanguage])
def test_nobody_is_shown_a_line_that_her_ended_certificate_keeps_from_her(
    request_: Escalation, dana: Agent, ended: type[AgentSkill] | type[AgentLanguage]
) -> None:
    ended.objects.filter(agent=dana).update(valid_until=at(10))

    assert queue.demand_for([dana.pk], now=at(9)) == {dana.pk: [("refunds", "Refunds", "en", 1)]}
    assert queue.demand_for([dana.pk], now=at(10)) == {}


def _end_topics(dana: Agent) -> None:
    dana.skills.update(valid_until=at(10))


def _end_languages(dana: Agent) -> None:
    dana.languages.update(valid_until=at(10))


def _unpaid(dana: Agent) -> None:
    Agent.objects.filter(pk=dana.pk).update(tier="night")


@pytest.mark.parametrize(
    ("change", "told"), [(_end_topics, "topics"), (_end_languages, "languages"), (_unpaid, "unpaid")]
)
def test_who_can_be_asked_nothing_reads_why(
    dana: Agent, olu: Agent, change: Callable[[Agent], None], told: str
) -> None:
    assert snapshot.desk(dana.pk, now=at(10)).hindrance == ""

    change(dana)

    assert snapshot.desk(dana.pk, now=at(10)).hindrance == told
    assert snapshot.desk(olu.pk, now=at(10)).hindrance == ""


@pytest.mark.parametrize("change", [_end_topics, _end_languages])
def test_nobody_goes_online_to_wait_for_nothing(dana: Agent, change: Callable[[Agent], None]) -> None:
    presence.go_offline(dana.pk, now=at(1))
    change(dana)

    with pytest.raises(Refused, match="Ask an operator"):
        presence.go_online(dana.pk, now=at(10))
    assert not Slot.objects.get(pk=dana.pk).willing
    presence.go_online(dana.pk, now=at(9))
