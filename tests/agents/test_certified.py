"""Languages and topics are chosen on the way in and certified by its approval; from then on by an operator alone."""

from agents import approval
from agents.models import Agent, User
from tests.doors import API, Browser, refusal
from tests.people import at

ME = f"{API}/agent/me"


def test_what_an_operator_certified_only_an_operator_changes(dana: Agent, noor: User) -> None:
    dana.languages.update(level=1, valid_until=at(3600))
    browser = Browser(user=dana.user)

    assert browser.get(ME).json()["agent"]["ends"] == {"en": "2026-11-24T13:00:00Z"}
    for wished in ([{"code": "en", "level": 2}], [{"code": "en", "level": 1}, {"code": "fi"}], []):
        assert "Ask an operator" in refusal(browser.patch(ME, {"languages": wished}), 409)["detail"]
    assert browser.patch(ME, {"languages": [{"code": "en", "level": 1}]}).status_code == 200
    approval.deactivate(dana.pk, by=noor, reason="Was rude.", now=at(2))
    refusal(browser.patch(ME, {"languages": [{"code": "fi"}]}), 409)
    refusal(browser.patch(ME, {"skills": ["lumo/fraud"]}), 409)

    assert list(dana.languages.values_list("code", "level", "valid_until")) == [("en", 1, at(3600))]
    assert [held.skill.key for held in dana.skills.all()] == ["refunds"]


def test_while_an_application_is_open_what_stays_keeps_its_end(dana: Agent) -> None:
    Agent.objects.filter(pk=dana.pk).update(state="applied")
    dana.languages.update(valid_until=at(60))
    dana.skills.update(level=1, valid_until=at(60))

    languages = [{"code": "en", "level": 3}, {"code": "fi", "level": 3}]
    told = Browser(user=dana.user).patch(ME, {"languages": languages, "skills": ["lumo/refunds", "lumo/fraud"]})

    assert told.status_code == 200
    assert set(dana.languages.values_list("code", "valid_until")) == {("en", at(60)), ("fi", None)}
    held = set(dana.skills.values_list("skill__key", "level", "valid_until"))
    assert held == {("refunds", 1, at(60)), ("fraud", 2, None)}
