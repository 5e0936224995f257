"""An agent who was lost comes back, or is shown out for good: whose chat it is then."""

import pytest

from agents import approval, logins, presence
from agents.models import Agent, Slot, User
from conversations import lifecycle
from conversations.models import Conversation, Customer, Engagement
from dispatch import absence, desk, escalations
from dispatch.models import Escalation, Offer
from marketplace.refusals import Refused
from payouts.models import Posting
from tests import readers, truth
from tests.dispatch.test_absence import GONE, come_back, phase, sweep
from tests.people import NOON, ask, at, connect, offer_to


def test_who_comes_back_before_anybody_else_accepted_has_her_chat_again(
    gone: Engagement, request_: Escalation, chat: Conversation, dana: Agent
) -> None:
    sweep(60)
    before = chat_changes(chat)

    come_back(dana, 61)

    again = Engagement.objects.get(ended_at=None)
    gone.refresh_from_db()
    request_.refresh_from_db()
    slot = Slot.objects.get(pk=dana.pk)
    assert (again.agent_id, again.pay_plan_id, again.accepted_at) == (dana.pk, gone.pay_plan_id, at(GONE + 61))
    assert (gone.state, request_.state, request_.queued_at) == ("lost", "engaged", NOON)
    assert (slot.active, slot.willing, slot.gone_since) == (1, False, None)
    assert phase(chat) == ("person", "back")
    assert chat_changes(chat) == [*before, "back"], "the customer is told once"


def test_a_return_that_waited_for_the_loss_is_paid_from_the_loss_on(gone: Engagement, dana: Agent) -> None:
    """Whoever undoes the loss read the clock before it waited for the locks that the loss held."""
    sweep(60)
    gone.refresh_from_db()
    assert gone.ended_at == at(GONE + 60)

    come_back(dana, 58)

    assert Engagement.objects.get(ended_at=None).accepted_at == gone.ended_at
    truth.holds()


def chat_changes(chat: Conversation) -> list[str]:
    return [event.data["change"] for event in chat.events.filter(kind="changed").order_by("seq")]


def test_a_chat_that_rings_at_somebody_else_is_hers_again_too(
    gone: Engagement, request_: Escalation, dana: Agent, olu: Agent
) -> None:
    sweep(60)
    rings = offer_to(request_, olu, now=at(GONE + 61))

    come_back(dana, 62)

    rings.refresh_from_db()
    assert (rings.state, Slot.objects.get(pk=olu.pk).held) == ("withdrawn", 0)
    assert Engagement.objects.get(ended_at=None).agent_id == dana.pk
    with pytest.raises(Refused, match="no longer open"):
        desk.accept(rings.pk, by=olu.pk, now=at(GONE + 63))


def test_a_chat_that_somebody_else_accepted_stays_with_her(
    gone: Engagement, request_: Escalation, dana: Agent, olu: Agent
) -> None:
    sweep(60)
    desk.accept(offer_to(request_, olu, now=at(GONE + 61)).pk, by=olu.pk, now=at(GONE + 62))

    come_back(dana, 63)

    assert Engagement.objects.get(ended_at=None).agent_id == olu.pk
    desk.transfer(Engagement.objects.get(ended_at=None).pk, by=olu.pk, reason="", now=at(GONE + 64))
    sweep(65)
    assert not Engagement.objects.filter(ended_at=None).exists(), "what Olu gave on is nobody's"
    assert desk.reclaim(Engagement.objects.get(agent=dana).pk, now=at(GONE + 66)) is False


def test_a_return_after_the_loss_that_nobody_noticed_is_found_by_the_sweep(gone: Engagement, dana: Agent) -> None:
    sweep(60)
    connect(dana)

    sweep(62)

    assert Engagement.objects.get(ended_at=None).agent_id == dana.pk


def test_who_comes_back_much_later_gets_no_chat_by_herself(gone: Engagement, dana: Agent) -> None:
    sweep(60)

    come_back(dana, 661)

    assert not Engagement.objects.filter(ended_at=None).exists()


def test_who_has_no_room_any_more_gets_her_chat_back_once_she_has(
    gone: Engagement, maja: Customer, dana: Agent
) -> None:
    sweep(60)
    other = Customer.objects.create(brand=maja.brand, created_at=NOON)
    request = ask(lifecycle.start(other, language="en", now=NOON)[0])
    connect(dana)
    presence.go_online(dana.pk, now=at(GONE + 61))
    presence.set_capacity(dana.pk, 1)
    busy = desk.accept(offer_to(request, dana, now=at(GONE + 61)).pk, by=dana.pk, now=at(GONE + 62))

    sweep(63)
    assert desk.reclaim(gone.pk, now=at(GONE + 63)) is False
    assert Engagement.objects.get(ended_at=None) == busy

    desk.resolve(busy.pk, by=dana.pk, outcome="solved", now=at(GONE + 64))
    sweep(65)
    assert Engagement.objects.get(ended_at=None).conversation_id == gone.conversation_id


def test_who_may_not_work_any_more_gets_nothing_back(gone: Engagement, dana: Agent, noor: User) -> None:
    sweep(60)
    approval.deactivate(dana.pk, by=noor, reason="A test", now=at(GONE + 61))
    connect(dana)

    sweep(62)

    assert not Engagement.objects.filter(ended_at=None).exists()


@pytest.mark.parametrize("how", ["deactivated", "log-in taken away", "nobody heard of it"])
def test_who_is_shown_out_has_no_chat_and_no_offer_at_once(
    engagement: Engagement, chat: Conversation, maja: Customer, dana: Agent, noor: User, how: str
) -> None:
    other = Customer.objects.create(brand=maja.brand, created_at=NOON)
    rings = offer_to(ask(lifecycle.start(other, language="en", now=NOON)[0]), dana, now=at(20))

    if how == "nobody heard of it":
        User.objects.filter(pk=dana.user_id).update(is_active=False)
        absence.sweep(now=at(21))
    else:
        show_out = {"deactivated": approval.deactivate, "log-in taken away": logins.take_away}[how]
        with readers.committing():
            show_out(dana.pk if how == "deactivated" else dana.user_id, by=noor, reason="A test", now=at(21))

    engagement.refresh_from_db()
    rings.refresh_from_db()
    assert (engagement.state, rings.state) == ("lost", "withdrawn")
    assert Escalation.objects.get(conversation=chat).priority == escalations.LOST_PRIORITY
    assert phase(chat) == ("queue", "lost")
    truth.holds()


def test_who_is_shown_out_cannot_accept_what_still_rings(offer: Offer, dana: Agent) -> None:
    User.objects.filter(pk=dana.user_id).update(is_active=False)

    with pytest.raises(Refused, match="not active"):
        desk.accept(offer.pk, by=dana.pk, now=at(5))

    offer.refresh_from_db()
    assert offer.state == "open"


def test_a_stretch_that_was_lost_and_the_one_after_the_return_are_paid_each_by_itself(
    gone: Engagement, chat: Conversation, dana: Agent
) -> None:
    sweep(60)
    come_back(dana, 100)
    again = Engagement.objects.get(ended_at=None)
    desk.resolve(again.pk, by=dana.pk, outcome="solved", now=at(GONE + 160))

    paid = {(posting.engagement_id, posting.kind): posting.amount for posting in Posting.objects.all()}
    # The first stretch is one silence of more than two minutes; the second is a minute long.
    assert paid == {(again.pk, "per_chat"): 290, (again.pk, "per_minute"): 22}
    truth.holds()
