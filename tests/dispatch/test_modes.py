"""The kill switch and fair mode: who may throw them, what stays written down, and that two at once make one."""

from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import Permission
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from agents.models import Agent, User
from audit.models import Entry
from brands.models import Brand
from dispatch import modes
from dispatch.matching import Modes
from dispatch.models import Mode
from marketplace.refusals import Refused
from tests.admin.conftest import enter
from tests.boards import look
from tests.doors import API, Browser, refusal
from tests.people import at

DOOR = f"{API}/operator/modes"
NO_BRAND = {"brand": str(UUID(int=0))}
WHY = "The score sends Polish to Spanish speakers"


def in_force() -> Modes:
    """What the next round reads, whether anybody waits or not."""
    with connection.cursor() as cursor:
        cursor.execute(modes.ON)
        return modes.of(cursor.fetchall())


def test_a_brand_is_switched_to_plain_and_back_and_both_are_written_down(lumo: Brand) -> None:
    modes.switch("plain", lumo.pk, on=True, by="operator:noor", reason=WHY, now=at(0))
    assert in_force().is_plain(lumo.pk)
    assert not in_force().is_plain(uuid4())

    modes.switch("plain", lumo.pk, on=False, by="operator:noor", reason="It was the languages", now=at(60))

    assert in_force() == Modes()
    told = Entry.objects.order_by("at").values_list("action", "brand_id", "reason")
    assert list(told) == [("mode.plain_on", lumo.pk, WHY), ("mode.plain_off", lumo.pk, "It was the languages")]


def test_without_a_brand_every_brand_is_switched(lumo: Brand) -> None:
    modes.switch_on("plain", None, by="operator:noor", reason=WHY, now=at(0))

    assert in_force().is_plain(lumo.pk)
    assert in_force().is_plain(uuid4())
    assert not in_force().is_fair(lumo.pk)


@pytest.mark.parametrize("everybody", [True, False])
def test_what_is_on_is_not_switched_on_again(lumo: Brand, everybody: bool) -> None:
    brand_id = None if everybody else lumo.pk
    modes.switch_on("fair", brand_id, by="operator:noor", reason=WHY, now=at(0))

    with pytest.raises(Refused, match="on already"):
        modes.switch_on("fair", brand_id, by="operator:sven", reason=WHY, now=at(1))

    assert (Mode.objects.count(), Entry.objects.count()) == (1, 1)


def test_the_database_holds_one_of_a_kind_also_where_it_is_for_every_brand(db: None) -> None:
    given = {"kind": "plain", "brand": None, "began_at": at(0), "began_by": "operator:noor", "reason": WHY}
    Mode.objects.create(**given)

    with pytest.raises(IntegrityError, match="one_mode_of_a_kind_in_force"), transaction.atomic():
        Mode.objects.create(**given)


def test_what_is_off_is_not_switched_off(lumo: Brand) -> None:
    with pytest.raises(Refused, match="off already"):
        modes.switch("plain", lumo.pk, on=False, by="operator:noor", reason=WHY, now=at(0))


@pytest.mark.parametrize(("kind", "reason"), [("random", WHY), ("plain", " a "), ("plain", "")])
def test_an_unknown_mode_or_no_reason_changes_nothing(db: None, kind: str, reason: str) -> None:
    with pytest.raises(Refused):
        modes.switch_on(kind, None, by="operator:noor", reason=reason, now=at(0))

    assert not Mode.objects.exists()


def test_an_operator_switches_over_rest_and_the_board_shows_it(noor: User, lumo: Brand) -> None:
    browser = Browser(user=noor)
    told = {"kind": "plain", "brand": str(lumo.pk), "on": True, "reason": WHY}

    assert browser.post(DOOR, told).status_code == 200

    (shown,) = look().modes
    assert (shown.kind, shown.brand, shown.reason) == ("plain", "Lumo Mobile", WHY)
    assert [mode["brand_name"] for mode in browser.get(DOOR).json()] == ["Lumo Mobile"]
    refusal(browser.post(DOOR, told), 409)
    assert browser.post(DOOR, {**told, "on": False}).json() == []
    assert look().modes == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "chaos"}, {"brand": "lumo"}, {"brand": 7}, {"on": "true"}, {"on": 1}, {"on": None}, {"reason": "no"},
        {"reason": 5}, {"reason": "x" * 301}, NO_BRAND,
    ],
)  # fmt: skip
def test_bad_input_is_one_clear_error_and_changes_nothing(noor: User, wrong: dict[str, object]) -> None:
    told = {"kind": "plain", "brand": None, "on": True, "reason": WHY, **wrong}

    refusal(Browser(user=noor).post(DOOR, told), 404 if wrong == NO_BRAND else 400)

    assert not Mode.objects.exists()


@pytest.mark.parametrize("right", [None, "view_mode", "view_escalation"])
def test_who_has_no_right_to_the_switch_does_not_throw_it(db: None, right: str | None) -> None:
    clerk = User.objects.create_user("clerk@beckon.example", is_staff=True)
    if right:
        clerk.user_permissions.add(Permission.objects.get(codename=right))

    refusal(Browser(user=clerk).post(DOOR, {"kind": "plain", "brand": None, "on": True, "reason": WHY}), 403)

    assert not Mode.objects.exists()


def test_an_agent_and_a_stranger_do_not_see_the_switch(dana: Agent) -> None:
    refusal(Browser(user=dana.user).get(DOOR), 403)
    refusal(Browser().get(DOOR), 403)


def test_the_admin_asks_for_a_reason_of_some_length(noor: User, lumo: Brand) -> None:
    page = enter(noor).post("/admin/dispatch/mode/add/", {"kind": "plain", "brand": lumo.pk, "reason": "ab"})

    assert (page.status_code, b"at least three characters" in page.content) == (200, True)
    assert not Mode.objects.exists()


def test_the_admin_switches_on_by_adding_a_row_and_off_by_its_button(noor: User, lumo: Brand) -> None:
    admin = enter(noor)

    added = admin.post("/admin/dispatch/mode/add/", {"kind": "plain", "brand": lumo.pk, "reason": WHY})
    again = admin.post("/admin/dispatch/mode/add/", {"kind": "plain", "brand": lumo.pk, "reason": WHY})

    mode = Mode.objects.get()
    assert (added.status_code, again.status_code, mode.began_by) == (302, 200, f"operator:{noor.pk}")
    assert "switched on already" in again.content.decode()
    button = reverse("admin:dispatch_mode_switch_off", args=[mode.pk])
    assert button in admin.get(f"/admin/dispatch/mode/{mode.pk}/change/").content.decode()
    ended = admin.post(button, {"reason": "It was the languages"})
    mode.refresh_from_db()
    assert (ended.status_code, mode.end_reason) == (302, "It was the languages")
