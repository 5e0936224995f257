"""A customer's wishes for later, at the socket's door: a message that is answered, a call-back at a time."""

from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from assistant import replies
from conversations import policy, stream
from marketplace.refusals import Refused
from realtime import protocol


def leave_message(customer_id: UUID, frame: protocol.LeaveMessage, now: datetime) -> list[protocol.Frame]:
    demand_own(customer_id, frame.conversation)
    demand_address(frame.email)
    if frame.text and frame.client_id is None:
        raise Refused("Give the message an id, so that it is said once.", code="no_client_id")
    said = None
    if frame.text and frame.client_id:
        said = stream.Line(frame.conversation, customer_id, frame.client_id, frame.text)
    given = {"language": frame.language, "topic": frame.topic, "email": frame.email}
    replies.leave_message(frame.conversation, said=said, **given, now=now)
    return [protocol.Done(ref=frame.ref, conversation=frame.conversation)]


def call_back(customer_id: UUID, frame: protocol.CallBack, now: datetime) -> list[protocol.Frame]:
    demand_own(customer_id, frame.conversation)
    demand_address(frame.email)
    if frame.at.tzinfo is None:
        raise Refused("Say the time with its zone.", code="bad_time")
    given = {"language": frame.language, "topic": frame.topic, "email": frame.email}
    replies.call_back(frame.conversation, at=frame.at, **given, now=now)
    return [protocol.Done(ref=frame.ref, conversation=frame.conversation)]


def demand_own(customer_id: UUID, conversation: UUID) -> None:
    if not policy.may_read(f"customer:{customer_id}", conversation, "talk"):
        raise Refused("There is no such conversation.", code="not_found")


def demand_address(email: str | None) -> None:
    try:
        if email:
            validate_email(email)
    except ValidationError:
        raise Refused("This is not an e-mail address.", code="bad_email") from None
