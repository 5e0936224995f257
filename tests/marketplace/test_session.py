"""The doors of the whole building: the widget's session, the ticket to a socket, health, and errors."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import jwt
import pytest
from django.conf import settings
from django.test import Client, override_settings

from agents.models import Agent, User
from brands.models import Brand
from conversations import customers, lifecycle
from conversations.models import Customer
from marketplace import api
from realtime import tickets
from tests.doors import API, NO_OBJECT, NO_TEXT, Answer, Browser, messages, refusal
from tests.people import NOON

SESSION, TICKET = f"{API}/widget/session", f"{API}/ticket"
OURS = settings.PUBLIC_ORIGINS[0]


@pytest.fixture(autouse=True)
def _nobody_was_seen_before() -> None:
    api.lookout.forget()


@pytest.fixture
def fernhof(db: None) -> Brand:
    return Brand.objects.create(name="Fernhof", slug="fernhof", created_at=NOON)


@pytest.fixture
def majas(maja: Customer) -> Browser:
    """Maja's browser."""
    return Browser(token=customers._new_token(maja, now=NOON))


def begin(brand: Brand, **given: Any) -> Answer:
    return Browser().post(SESSION, {"key": brand.widget_key, **given})


def identity(brand: Brand, **changes: Any) -> str:
    """What the brand's server signs now: doors read the real clock."""
    soon = datetime.now(UTC) + timedelta(minutes=5)
    claims = {"sub": "cust-81", "aud": brand.slug, "exp": soon, "jti": str(uuid4()), "name": "Lucía", **changes}
    return jwt.encode(claims, brand.signing_secret, algorithm="HS256")


def test_a_stranger_learns_her_token_and_her_brand(lumo: Brand, dana: Agent) -> None:
    answer = begin(lumo, language="de-AT")

    assert answer.status_code == 200
    session = answer.json()
    customer = customers.by_token(session["token"])
    assert customer is not None
    assert (str(customer.pk), customer.language) == (session["customer"]["id"], "de")
    assert session["conversation"] is None
    shown = session["brand"]
    assert (shown["name"], shown["assistant_name"], shown["people_online"]) == ("Lumo Mobile", "Lumi", 1)
    assert shown["languages"] == ["en"]
    assert [topic["key"] for topic in shown["topics"]] == ["fraud", "refunds"]
    assert lumo.signing_secret not in answer.content.decode()


def test_a_language_of_three_letters_is_not_mistaken_for_another(lumo: Brand) -> None:
    customer = customers.by_token(begin(lumo, language="fil-PH").json()["token"])

    assert customer is not None
    assert customer.language == "fil"  # Filipino; `fi` is Finnish


def test_she_is_the_same_when_she_comes_back(lumo: Brand) -> None:
    first = begin(lumo).json()
    customer = Customer.objects.get()
    chat, _ = lifecycle.start(customer, language="en", now=NOON)

    again = begin(lumo, token=first["token"]).json()

    assert (again["token"], again["customer"], again["conversation"]) == (
        first["token"],
        first["customer"],
        str(chat.pk),
    )
    assert Customer.objects.count() == 1


@pytest.mark.parametrize("token", ["", "nonsense", "ñ", "x" * 128])
def test_a_token_that_names_nobody_makes_her_a_stranger(token: str, lumo: Brand) -> None:
    assert begin(lumo, token=token).json()["token"] not in ("", token)


def test_brands_never_mix(lumo: Brand, fernhof: Brand) -> None:
    """A token of one brand at another's key makes a new stranger there, and opens nothing of the first."""
    at_lumo = begin(lumo).json()
    chat, _ = lifecycle.start(Customer.objects.get(), language="en", now=NOON)

    at_fernhof = begin(fernhof, token=at_lumo["token"]).json()

    assert at_fernhof["token"] != at_lumo["token"]
    assert at_fernhof["customer"]["id"] != at_lumo["customer"]["id"]
    assert at_fernhof["conversation"] is None
    refusal(Browser(token=at_fernhof["token"]).get(messages(chat.pk)), 404)


def test_the_brands_token_names_her(lumo: Brand) -> None:
    assert begin(lumo, identity=identity(lumo)).json()["customer"]["name"] == "Lucía"


def test_a_token_of_another_brand_or_used_twice_is_refused(lumo: Brand, fernhof: Brand) -> None:
    refusal(begin(lumo, identity=identity(fernhof)), 401)
    refusal(begin(lumo, identity=identity(fernhof, aud="lumo")), 401)
    once = identity(lumo)
    assert begin(lumo, identity=once).status_code == 200
    assert refusal(begin(lumo, identity=once), 401)["code"] == "bad_identity"
    assert Customer.objects.count() == 1


@pytest.mark.parametrize("key", ["nonsense", "' or 1=1 --", "x" * 32])
def test_a_key_of_no_brand_opens_nothing(key: str, lumo: Brand) -> None:
    assert refusal(Browser().post(SESSION, {"key": key}), 404)["detail"] == "This chat does not exist."


def test_a_brand_that_is_no_longer_served_opens_nothing(lumo: Brand) -> None:
    token = begin(lumo).json()["token"]
    Brand.objects.update(active=False)

    refusal(begin(lumo), 404)
    refusal(Browser(token=token).post(TICKET, {}), 401)


@pytest.mark.parametrize("value", NO_TEXT)
@pytest.mark.parametrize("field", ["key", "token", "identity", "language"])
def test_a_field_of_the_wrong_kind_is_refused(field: str, value: Any, lumo: Brand) -> None:
    problem = refusal(begin(lumo, **{field: value}), 400)

    assert list(problem["fields"]) == [field]
    assert not Customer.objects.exists()


@pytest.mark.parametrize("field", ["key", "token", "identity", "language"])
@pytest.mark.parametrize("value", ["a\0b", "\ud800", "x" * 5_000])
def test_a_field_that_cannot_be_stored_is_refused(field: str, value: str, lumo: Brand) -> None:
    refusal(begin(lumo, **{field: value}), 400)
    assert not Customer.objects.exists()


@pytest.mark.parametrize("raw", NO_OBJECT, ids=range(len(NO_OBJECT)))
def test_what_is_no_json_object_is_refused(raw: str, majas: Browser) -> None:
    refusal(majas.post(SESSION, raw=raw), 400)
    if raw:  # a ticket is asked for without saying anything, too
        refusal(majas.post(TICKET, raw=raw), 400)


# --- tickets ---


def spend(secret: str, *, session_key: str = "", origin: str = OURS) -> str | None:
    entry = tickets.spend(secret, origin=origin, now=datetime.now(UTC), session_key=session_key)
    return entry and entry.principal


def test_a_customers_ticket_names_her_once(majas: Browser, maja: Customer) -> None:
    given = majas.post(TICKET, {}).json()

    assert (given["kind"], given["url"]) == ("customer", "/ws/customer")
    assert spend(given["ticket"], origin="https://evil.example") is None
    assert spend(given["ticket"]) == f"customer:{maja.pk}"
    assert spend(given["ticket"]) is None


def test_an_agents_ticket_works_only_with_her_session(dana: Agent) -> None:
    browser = Browser(user=dana.user)
    given = browser.post(TICKET, {"kind": "agent"}).json()

    assert (given["kind"], given["url"]) == ("agent", "/ws/agent")
    assert spend(given["ticket"], session_key="another") is None
    key = browser.client.session.session_key or ""
    assert spend(given["ticket"], session_key=key) == f"agent:{dana.pk}"


def test_an_operator_gets_to_the_board(noor: User) -> None:
    given = Browser(user=noor).post(TICKET, {"kind": "operator"}).json()

    assert (given["kind"], given["url"]) == ("operator", "/ws/board")


def test_nobody_gets_to_the_board_without_being_staff(dana: Agent, majas: Browser) -> None:
    refusal(Browser(user=dana.user).post(TICKET, {"kind": "operator"}), 403)
    assert majas.post(TICKET, {"kind": "operator"}).json()["kind"] == "customer"


def test_staff_who_are_no_agents_get_no_agents_ticket(noor: User) -> None:
    refusal(Browser(user=noor).post(TICKET, {"kind": "agent"}), 403)
    refusal(Browser(user=noor).post(TICKET, {}), 403)


def test_who_was_deactivated_gets_no_ticket(dana: Agent) -> None:
    Agent.objects.update(state="deactivated")

    refusal(Browser(user=dana.user).post(TICKET, {"kind": "agent"}), 403)


def test_nobody_in_particular_gets_no_ticket(db: None) -> None:
    refusal(Browser().post(TICKET, {}), 401)
    refusal(Browser(token="nonsense").post(TICKET, {}), 401)


@pytest.mark.parametrize("origin", ["https://evil.example", "null", f"{OURS}.evil.example", f"{OURS}/", OURS.upper()])
def test_a_page_of_another_origin_gets_no_ticket(origin: str, majas: Browser) -> None:
    refusal(majas.post(TICKET, {}, Origin=origin), 403)


def test_a_page_that_does_not_say_its_origin_is_taken_for_the_host_it_asks(maja: Customer) -> None:
    token = {"Authorization": f"Bearer {customers._new_token(maja, now=NOON)}"}

    def ask(host: str) -> Answer:
        return Client(SERVER_NAME=host).post(TICKET, "{}", content_type="application/json", headers=token)

    with override_settings(ALLOWED_HOSTS=["*"], PUBLIC_ORIGINS=["http://beckon.example"]):
        assert ask("beckon.example").status_code == 200
        refusal(ask("evil.example"), 403)


@pytest.mark.parametrize("value", [*NO_TEXT, "admin", "system", ""])
def test_a_kind_that_is_none_is_refused(value: Any, majas: Browser) -> None:
    refusal(majas.post(TICKET, {"kind": value}), 400)


def test_a_log_in_alone_asks_for_no_ticket_from_another_site(dana: Agent) -> None:
    browser = Browser(user=dana.user, csrf=True)

    refusal(browser.post(TICKET, {"kind": "agent"}), 403)
    assert browser.get(f"{API}/csrf").status_code == 204
    token = browser.client.cookies["csrftoken"].value
    assert browser.post(TICKET, {"kind": "agent"}, **{"X-CSRFToken": token}).status_code == 200


def test_a_customers_ticket_needs_no_cookie_of_ours(maja: Customer) -> None:
    browser = Browser(token=customers._new_token(maja, now=NOON), csrf=True)

    assert browser.post(TICKET, {}).status_code == 200


# --- health ---


def test_health_is_told_without_a_log_in(db: None) -> None:
    browser = Browser()

    assert browser.get("/healthz").content == b"ok"
    assert browser.get("/readyz").json() == {"ready": True}


def test_the_description_of_our_doors_can_be_read_by_everybody_and_is_made_once() -> None:
    browser = Client()
    api._described.cache_clear()

    yaml, again = (browser.get("/api/schema").content for _ in range(2))
    told = browser.get("/api/schema", headers={"accept": "application/json"}).json()

    assert b"/api/v1/ticket:" in yaml
    assert yaml == again
    assert "/api/v1/ticket" in told["paths"]
    assert api._described.cache_info().misses == 2
