"""Who is here, as the doors of two real server processes report it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta

from agents import presence
from agents.models import Agent, Slot
from brands.models import Brand
from conversations.models import Conversation, Engagement
from dispatch import absence, customer_absence
from dispatch.models import Escalation
from marketplace import clock
from shifts import attendance, claims, planning
from tests.people import Hire
from tests.realtime.conftest import enter
from tests.realtime.servers.conftest import House, engage


def until(holds: Callable[[], bool]) -> None:
    """What another process does after a socket opened or closed."""
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline, "it did not come true"
        threading.Event().wait(0.05)


def is_missed(agent: Agent) -> bool:
    return Slot.objects.get(pk=agent.pk).gone_since is not None


def test_an_agents_wishes_are_shown_on_all_her_devices_and_what_cannot_be_is_refused(
    house: House, dana: Agent, tabs: ExitStack
) -> None:
    phone = tabs.enter_context(enter(house.left, f"agent:{dana.pk}"))
    laptop = tabs.enter_context(enter(house.right, f"agent:{dana.pk}"))
    may: list[tuple[str, dict[str, object]]] = [
        ("reserve", {"on": True}), ("last_one", {"on": True}), ("ring_for", {"seconds": 45}),
        ("pause", {"reason": "errand"}), ("stop_now", {"hand_back": True}),
    ]  # fmt: skip
    may_not: list[tuple[str, dict[str, object]]] = [
        ("pause", {"reason": "missed"}), ("ring_for", {"seconds": 61}), ("one_more", {"on": True}),
    ]  # fmt: skip

    for kind, fields in may:
        phone.send(kind, ref=kind, **fields)
        assert phone.next("done", "refused") == {"type": "done", "ref": kind, "conversation": None}
    for kind, fields in may_not:
        phone.send(kind, ref=kind, **fields)
        assert phone.next("done", "refused")["type"] == "refused"

    desk = laptop.next("desk")
    while desk["pause_reason"] != "emergency":
        desk = laptop.next("desk")
    assert (desk["willing"], desk["pace"]["ring_seconds"], desk["pace"]["last_one"]) == (False, 45, False)


def test_a_stand_by_is_rung_on_all_her_screens_until_somebody_else_is_first(
    house: House, lumo: Brand, dana: Agent, hire: Hire, tabs: ExitStack
) -> None:
    now = clock.now()
    block = planning.Block("refunds", "en", now + timedelta(minutes=1), now + timedelta(hours=3), 1, 1500)
    shift = planning.publish(
        planning.draft(lumo.pk, block, by="operator:noor", now=now).pk, window_ends_at=None, by="operator:noor", now=now
    )
    absent, first = hire("Absent"), hire("First")
    claims.claim(absent.pk, shift.pk, now=now)
    for agent in (dana, first):
        claims.wait(agent.pk, shift.pk, now=now)
    presence.go_offline(absent.pk, now=now)
    screens = [tabs.enter_context(enter(web, f"agent:{dana.pk}")) for web in (house.left, house.right)]

    def see(told: list[str]) -> None:
        for screen in screens:
            while [one["kind"] for one in screen.next("desk")["shift_news"]] != told:
                pass

    attendance.sweep(now=now + timedelta(minutes=12))
    see(["ring"])
    attendance.stand_in(first.pk, shift.pk, now=now + timedelta(minutes=13))
    see([])


def test_one_of_two_devices_on_two_servers_may_close(house: House, dana: Agent, tabs: ExitStack) -> None:
    principal = f"agent:{dana.pk}"
    phone = tabs.enter_context(enter(house.left, principal))
    laptop = tabs.enter_context(enter(house.right, principal))
    second = tabs.enter_context(enter(house.right, principal))
    for tab in (phone, laptop, second):
        tab.drained()
    version = Slot.objects.get(pk=dana.pk).version

    phone.link.close()
    second.link.close()
    absence.sweep(now=clock.now())
    laptop.drained()
    threading.Event().wait(0.5)

    assert (is_missed(dana), Slot.objects.get(pk=dana.pk).version) == (False, version)
    laptop.link.close()
    until(lambda: is_missed(dana))


def test_a_device_that_comes_back_on_another_server_is_found_there(house: House, dana: Agent, tabs: ExitStack) -> None:
    principal = f"agent:{dana.pk}"
    with enter(house.left, principal) as tab:
        tab.drained()
    until(lambda: is_missed(dana))

    tabs.enter_context(enter(house.right, principal))

    until(lambda: not is_missed(dana))


def test_a_customer_who_leaves_is_missed_and_one_who_returns_is_seen_by_her_agent(
    house: House, chat: Conversation, customer: str, dana: Agent, tabs: ExitStack
) -> None:
    engage(chat, dana)
    hers = tabs.enter_context(enter(house.left, f"agent:{dana.pk}"))
    hers.drained()
    with enter(house.right, customer) as tab:
        tab.drained()
    until(lambda: Escalation.objects.get(conversation=chat).customer_gone_since is not None)
    Escalation.objects.filter(conversation=chat).update(customer_gone_since=clock.now() - timedelta(seconds=11))
    customer_absence.sweep(now=clock.now())
    desk = hers.next("desk")
    while desk["engagements"][0]["customer_away_since"] is None:
        desk = hers.next("desk")

    tabs.enter_context(enter(house.left, customer))

    while hers.next("desk")["engagements"][0]["customer_away_since"] is not None:
        pass
    assert Engagement.objects.get(conversation=chat).state == "live"
