"""From a stranger to an agent who is online: sign-up, the letter, log-in, an operator's decision."""

import email
import re
from collections.abc import Iterator
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from django.core.cache import cache
from pytest_django.fixtures import Settings

from agents import approval, presence, profile
from agents.models import Agent, Slot, User
from audit.models import Entry
from brands.models import Brand
from marketplace.refusals import Refused
from tests.doors import API, NO_OBJECT, NO_TEXT, Answer, Browser, refusal
from tests.people import at

BETWEEN_LETTERS = b"-" * 79 + b"\n"
AUTH = "/_allauth/browser/v1/auth"
ME = f"{API}/agent/me"
PASSWORD = "birch-lantern-42"
ILSE = {"email": "ilse@mail.example", "password": PASSWORD, "kind": "student", "display_name": "Ilse"}


@pytest.fixture(autouse=True)
def rested(db: None, settings: Settings) -> Iterator[None]:
    """Nobody has tried anything lately, and passwords are stored in no time."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def letters(settings: Settings, tmp_path: Path) -> "Letters":
    """The folder that the demo's mail lands in."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    return Letters(tmp_path)


class Letters:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def texts(self) -> list[str]:
        """Every letter, oldest first, with its addressee and subject in front. One file may hold several."""
        files = sorted(self.folder.iterdir(), key=lambda file: file.stat().st_mtime_ns)
        letters = [letter for file in files for letter in file.read_bytes().split(BETWEEN_LETTERS) if letter.strip()]
        return [_text(email.message_from_bytes(letter)) for letter in letters]

    def key(self) -> str:
        """What the link of the latest letter confirms with."""
        found = re.search(r"/agent/confirm/(\S+)", self.texts()[-1])
        assert found, self.texts()[-1]
        return unquote(found[1])


def _text(letter: Message) -> str:
    body = letter.get_payload(decode=True)
    assert isinstance(body, bytes)
    return f"To: {letter['To']}\nSubject: {letter['Subject']}\n\n{body.decode()}"


def join(browser: Browser | None = None, **changes: Any) -> Answer:
    return (browser or Browser()).post(f"{AUTH}/signup", {**ILSE, **changes})


def log_in(browser: Browser, **changes: Any) -> Answer:
    return browser.post(f"{AUTH}/login", {"email": ILSE["email"], "password": PASSWORD, **changes})


def confirm(letters: Letters, browser: Browser | None = None) -> Answer:
    return (browser or Browser()).post(f"{AUTH}/email/verify", {"key": letters.key()})


def ilse() -> Agent:
    return Agent.objects.get(user__email=ILSE["email"])


@pytest.fixture
def joined(letters: Letters, lumo: Brand) -> Browser:
    """Ilse signed up, confirmed her address and is logged in."""
    browser = Browser()
    join(browser)
    confirm(letters, browser)
    log_in(browser)
    return browser


@pytest.mark.parametrize("kind", ["student", "rural", "fan"])
def test_anybody_applies_with_an_address_a_password_and_a_name(kind: str, letters: Letters) -> None:
    answer = join(kind=kind, country="se", about="I know this shop by heart.")

    assert answer.status_code == 401  # not logged in: the address is to be confirmed first
    assert [flow["id"] for flow in answer.json()["data"]["flows"] if flow.get("is_pending")] == ["verify_email"]
    agent = ilse()
    assert (agent.kind, agent.state, agent.country) == (kind, "applied", "SE")
    assert (agent.slot.willing, agent.slot.capacity) == (False, 2)
    assert agent.user.check_password(PASSWORD)
    assert not agent.user.is_staff


def test_the_letter_lands_in_the_folder_and_its_link_confirms(letters: Letters, lumo: Brand) -> None:
    browser = Browser()
    join(browser)
    (letter,) = letters.texts()
    assert "To: ilse@mail.example" in letter

    refused = log_in(Browser())
    confirm(letters, browser)

    assert refused.status_code == 401
    assert log_in(Browser()).status_code == 200


def test_a_wrong_or_used_key_confirms_nothing(letters: Letters) -> None:
    join()
    for key in ("nonsense", "", letters.key()[:-3] + "abc", "\0"):
        assert Browser().post(f"{AUTH}/email/verify", {"key": key}).status_code in (400, 409)
    assert log_in(Browser()).status_code == 401


def test_she_sees_what_she_is_and_what_she_may_choose(joined: Browser) -> None:
    me = joined.get(ME).json()

    assert (me["agent"]["display_name"], me["agent"]["kind"], me["agent"]["state"]) == ("Ilse", "student", "applied")
    assert (me["email"], me["email_verified"]) == ("ilse@mail.example", True)
    options = joined.get(f"{API}/agent/options").json()
    assert {"code": "sv", "name": "Swedish"} in options["languages"]
    assert {"id": "lumo/fraud", "brand": "Lumo Mobile", "name": "Fraud"} in options["skills"]


def test_the_whole_way_from_the_first_form_to_being_online(joined: Browser, noor: User) -> None:
    chosen = {"languages": [{"code": "sv", "level": 2}, {"code": "en"}], "skills": ["lumo/refunds"]}
    me = joined.patch(ME, chosen).json()["agent"]
    assert me["languages"] == [{"code": "en", "level": 3}, {"code": "sv", "level": 2}]
    assert me["skills"] == ["lumo/refunds"]
    agent = ilse()

    with pytest.raises(Refused, match="still being read"):
        presence.go_online(agent.pk, now=at(0))
    approval.approve(agent.pk, by=noor, now=at(1))
    presence.go_online(agent.pk, now=at(2))

    slot = Slot.objects.get(pk=agent.pk)
    assert (slot.willing, slot.online_since, slot.idle_since) == (True, at(2), at(2))
    entry = Entry.objects.get(action="agent.approved")
    assert (entry.actor, entry.subject) == (f"operator:{noor.pk}", f"agent:{agent.pk}")


def test_nobody_is_approved_before_the_address_is_confirmed(letters: Letters, noor: User) -> None:
    join()

    with pytest.raises(Refused, match="not confirmed"):
        approval.approve(ilse().pk, by=noor, now=at(1))
    assert ilse().state == "applied"


def test_who_has_no_language_or_topic_cannot_go_online(joined: Browser, noor: User) -> None:
    approval.approve(ilse().pk, by=noor, now=at(1))

    with pytest.raises(Refused, match="at least one language and one topic"):
        presence.go_online(ilse().pk, now=at(2))


def test_a_refusal_says_why_and_is_read_by_the_applicant(joined: Browser, noor: User) -> None:
    with pytest.raises(Refused, match="Write a reason"):
        approval.refuse(ilse().pk, by=noor, reason="  ", now=at(1))
    approval.refuse(ilse().pk, by=noor, reason="We have enough people for Swedish now.", now=at(1))

    me = joined.get(ME).json()["agent"]
    assert (me["state"], me["state_reason"]) == ("refused", "We have enough people for Swedish now.")
    with pytest.raises(Refused, match="Only an application that waits"):
        approval.refuse(ilse().pk, by=noor, reason="Again", now=at(2))


def test_who_is_deactivated_is_offline_and_goes_online_no_more(dana: Agent, noor: User) -> None:
    with pytest.raises(Refused, match="Write a reason"):
        approval.deactivate(dana.pk, by=noor, reason="", now=at(1))
    approval.deactivate(dana.pk, by=noor, reason="Shared her log-in.", now=at(1))

    assert not Slot.objects.get(pk=dana.pk).willing
    with pytest.raises(Refused):
        presence.go_online(dana.pk, now=at(2))
    with pytest.raises(Refused, match="Only an approved agent"):
        approval.deactivate(dana.pk, by=noor, reason="Again", now=at(3))


def test_approving_twice_is_one_decision(joined: Browser, noor: User) -> None:
    approval.approve(ilse().pk, by=noor, now=at(1))
    approval.approve(ilse().pk, by=noor, now=at(2))

    assert Entry.objects.filter(action="agent.approved").count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "no address"), ("email", ""), ("email", "a\ud800@mail.example"), ("email", "a\0@mail.example"),
        ("password", "short"), ("password", "password123"), ("password", "ilse@mail.example"),
        ("password", "birch\0lantern-42"), ("password", "birch\ud800lantern-42"),
        ("kind", "robot"), ("kind", ""), ("display_name", ""), ("display_name", "   "), ("display_name", "x" * 41),
        ("display_name", "Il\0se"), ("display_name", "Il\ud800se"), ("country", "Sweden"), ("country", "ßß"),
        ("country", "1!"), ("about", "x" * 401), ("about", "a\ud800"), ("about", "a\0"),
    ],
)  # fmt: skip
def test_a_form_filled_in_wrongly_names_the_field(field: str, value: str, letters: Letters) -> None:
    answer = join(None, **{field: value})

    assert answer.status_code == 400, answer.content
    if "\ud800" not in value:  # half a character: the whole form is no text
        assert {error["param"] for error in answer.json()["errors"]} == {field}
    assert all(len(error["message"]) > 10 for error in answer.json()["errors"])
    assert not User.objects.exists()
    assert letters.texts() == []


@pytest.mark.parametrize("value", [True, 5, [], ["a"], {"a": 1}])
@pytest.mark.parametrize("field", ["email", "password", "kind", "display_name", "country", "about"])
def test_a_form_of_the_wrong_kind_makes_no_traceback(field: str, value: Any, letters: Letters) -> None:
    assert join(None, **{field: value}).status_code in (400, 401)
    assert not User.objects.filter(is_staff=True).exists()


@pytest.mark.parametrize("raw", NO_OBJECT, ids=range(len(NO_OBJECT)))
def test_what_is_no_form_makes_no_traceback(raw: str, letters: Letters) -> None:
    for path in ("signup", "login", "email/verify", "password/request"):
        assert Browser().post(f"{AUTH}/{path}", raw=raw).status_code in (400, 401, 409)
    assert not User.objects.exists()


def test_nobody_makes_herself_staff_or_approved(letters: Letters) -> None:
    join(is_staff=True, is_superuser=True, state="approved", tier="gold", decided_by=1)

    agent = ilse()
    assert (agent.user.is_staff, agent.user.is_superuser, agent.state, agent.tier) == (
        False,
        False,
        "applied",
        "standard",
    )


def test_a_second_sign_up_with_an_address_tells_a_stranger_nothing(joined: Browser, letters: "Letters") -> None:
    """The answer is the same; only who reads the mailbox learns that the address is known."""
    cache.clear()  # some minutes later: one address gets one such letter at a time
    known = join(display_name="Mallory", password="another-pass-77")
    unknown = join(email="jonas@mail.example", display_name="Jonas")

    assert known.status_code == unknown.status_code == 401
    assert known.json()["data"] == unknown.json()["data"]
    assert ilse().display_name == "Ilse"
    assert ilse().user.check_password(PASSWORD)
    assert ["ilse" in letter for letter in letters.texts()] == [True, True, False]
    assert "already" in letters.texts()[1]


def test_a_wrong_password_and_an_unknown_address_are_answered_alike(joined: Browser) -> None:
    wrong = log_in(Browser(), password="not-the-password")
    unknown = log_in(Browser(), email="nobody@mail.example")

    assert (wrong.status_code, unknown.status_code) == (400, 400)
    assert wrong.json()["errors"] == unknown.json()["errors"]


def test_who_logs_out_is_nobody_again(joined: Browser) -> None:
    joined.client.delete(f"{AUTH}/session", headers=joined.headers)

    refusal(joined.get(ME), 403)


def test_guessing_passwords_is_slowed_down_in_words(joined: Browser) -> None:
    answers = [log_in(Browser(), password=f"wrong-password-{n}") for n in range(40)]

    codes = {answer.status_code for answer in answers}
    assert codes <= {400, 429}
    assert answers[-1].status_code in (400, 429)
    assert "Traceback" not in answers[-1].content.decode()
    assert any(code == 429 or "too many" in answer.content.decode().lower() for code, answer in
               zip((a.status_code for a in answers), answers, strict=True))  # fmt: skip


def test_signing_up_without_end_is_slowed_down(letters: Letters) -> None:
    codes = [join(email=f"person{n}@mail.example", password="x").status_code for n in range(25)]

    assert codes[0] == 400
    assert codes[-1] == 429


def test_a_sign_up_from_another_site_is_refused(letters: Letters) -> None:
    browser = Browser(csrf=True)

    assert join(browser).status_code == 403
    browser.get(f"{API}/csrf")
    token = browser.client.cookies["csrftoken"].value
    assert browser.post(f"{AUTH}/signup", ILSE, **{"X-CSRFToken": token}).status_code == 401


# --- the profile ---


@pytest.mark.parametrize("value", [value for value in NO_TEXT if value is not None])
@pytest.mark.parametrize("field", ["display_name", "about", "country", "languages", "skills"])
def test_a_field_of_the_wrong_kind_is_refused(field: str, value: Any, joined: Browser) -> None:
    if field in ("languages", "skills") and value == []:
        return  # none is a choice
    problem = refusal(joined.patch(ME, {field: value} if field != "skills" or value != ["a"] else {field: [5]}), 400)

    assert list(problem["fields"]) == [field]


@pytest.mark.parametrize(
    "language",
    [{}, {"code": 5}, {"code": "en", "level": "3"}, {"code": "en", "level": 0}, {"code": "en", "level": 4},
     {"code": "en", "level": True}, {"code": "en", "level": 1.5}, {"code": "en", "level": 10**30}, "en", None],
)  # fmt: skip
def test_a_language_of_the_wrong_kind_is_refused(language: Any, joined: Browser) -> None:
    joined.patch(ME, {"languages": [{"code": "sv"}]})

    refusal(joined.patch(ME, {"languages": [language]}), 400)

    assert joined.get(ME).json()["agent"]["languages"] == [{"code": "sv", "level": 3}]


def test_a_language_or_topic_that_nobody_knows_is_named(joined: Browser) -> None:
    assert "tlh" in refusal(joined.patch(ME, {"languages": [{"code": "tlh"}]}), 409)["detail"]
    assert "lumo/horoscope" in refusal(joined.patch(ME, {"skills": ["lumo/horoscope"]}), 409)["detail"]


def test_a_refused_change_changes_nothing_else_of_it(joined: Browser) -> None:
    refusal(joined.patch(ME, {"display_name": "Ilse B.", "skills": ["lumo/horoscope"]}), 409)

    assert ilse().display_name == "Ilse"


def test_what_is_not_named_stays_and_what_is_not_hers_is_ignored(joined: Browser) -> None:
    joined.patch(ME, {"about": "First", "country": "SE"})

    me = joined.patch(ME, {"about": "", "state": "approved", "tier": "gold", "id": "x"}).json()["agent"]

    assert (me["about"], me["country"], me["state"]) == ("", "SE", "applied")


def test_certified_topics_are_changed_by_an_operator_only(dana: Agent) -> None:
    browser = Browser(user=dana.user)

    assert browser.patch(ME, {"skills": ["lumo/refunds"]}).status_code == 200
    assert refusal(browser.patch(ME, {"skills": ["lumo/refunds", "lumo/fraud"]}), 409)["code"] == "certified"


def test_an_approval_that_came_between_counts(joined: Browser, noor: User) -> None:
    """The profile was read before the operator decided."""
    joined.patch(ME, {"skills": ["lumo/refunds"]})
    read_before = ilse()
    approval.approve(read_before.pk, by=noor, now=at(1))

    with pytest.raises(Refused, match="certified"):
        profile.update(read_before, fields={}, languages=None, skills=["lumo/fraud"])


def test_staff_and_strangers_have_no_profile(noor: User, db: None) -> None:
    assert refusal(Browser(user=noor).get(ME), 409)["code"] == "not_an_agent"
    refusal(Browser().get(ME), 403)
    refusal(Browser().get(f"{API}/agent/options"), 403)


def test_a_profile_is_changed_from_our_pages_only(dana: Agent) -> None:
    refusal(Browser(user=dana.user, csrf=True).patch(ME, {"about": "x"}), 403)


@pytest.mark.parametrize("capacity", [0, 6, -1, 10**9])
def test_nobody_takes_more_than_five_chats_at_once(capacity: int, dana: Agent) -> None:
    with pytest.raises(Refused, match="between 1 and 5"):
        presence.set_capacity(dana.pk, capacity)
    assert Slot.objects.get(pk=dana.pk).capacity == 2
