"""What a customer's socket may ask for, at the door."""

import pytest

from conversations.models import Conversation, Customer
from dispatch.models import Escalation
from marketplace import sockets
from marketplace.refusals import Refused
from realtime import protocol
from tests.people import NOON


def asks(chat: Conversation, email: str | None) -> None:
    frame = protocol.AskPerson(ref="1", conversation=chat.pk, language="en", topic="refunds", email=email)
    sockets.ask_person(chat.customer_id, frame, NOON)


@pytest.mark.parametrize("email", ["maja", "maja@lumo.example\r\nBcc: eve@evil.example", "a@b", "<x@y.example>"])
def test_what_is_no_address_is_refused_and_changes_nothing(chat: Conversation, email: str) -> None:
    with pytest.raises(Refused, match="not an e-mail address"):
        asks(chat, email)

    assert not Escalation.objects.exists()
    assert Customer.objects.get().email == ""


@pytest.mark.parametrize("email", [None, "", "maja@lumo.example"])
def test_an_address_is_kept_and_none_is_needed(chat: Conversation, email: str | None) -> None:
    asks(chat, email)

    assert Escalation.objects.get().state == "waiting"
    assert Customer.objects.get().email == (email or "")
