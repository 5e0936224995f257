"""What counts as a card number in a line, however it is written down."""

import time
from uuid import uuid4

import pytest

from agents.models import Agent
from conversations import lifecycle, masking, ratings, stream
from conversations.models import Customer, Engagement, Event, Rating
from dispatch import desk
from realtime import protocol
from tests.people import at

CARD = "4111 1111 1111 1111"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (f"{CARD} 12/27", f"{masking.MASK} 12/27"),
        (f"{CARD} 12/27 123", f"{masking.MASK} 12/27 123"),
        ("4111111111111111 1227 123", f"{masking.MASK} 1227 123"),
        (f"order 12, card {CARD}", f"order 12, card {masking.MASK}"),
        (f"12 {CARD}", f"12 {masking.MASK}"),
        ("4111/1111/1111/1111", masking.MASK),
        ("4111\n1111\n1111\n1111", masking.MASK),
        ("4111_1111_1111_1111", masking.MASK),
        ("4111\u200b1111\u20131111 - 1111", masking.MASK),
        ("4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1, 12 27", f"{masking.MASK}, 12 27"),
        ("3782 822463 10005 0928", f"{masking.MASK} 0928"),
        (f"{CARD} and 5555 5555 5555 4444", f"{masking.MASK} and {masking.MASK}"),
        (f"{CARD} 5555 5555 5555 4444", f"{masking.MASK} {masking.MASK}"),
        ("٤١١١ ١١١١ ١١١١ ١١١١ 12/27", f"{masking.MASK} 12/27"),
    ],
)
def test_a_card_number_is_masked_whatever_stands_beside_or_between_its_digits(text: str, masked: str) -> None:
    assert masking.mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "Paid 43.00 on 2026-11-22, 43.00 on 2026-12-22 and 43.00 on 2027-01-22",
        "12.11.2026 43.00, 12.12.2026 43.00, 12.01.2027 43.00",
        "Call +49 30 1234 5678 or +46 8 123 456 78",
        "4111 1111 1111 1112 12/27",
        "0000 0000 0000 0000",
    ],
)
def test_dates_amounts_and_telephone_numbers_stay(text: str) -> None:
    assert masking.mask(text) == text


@pytest.mark.parametrize("text", ["4 " * 2000, "41" * 2000, "4111 " * 800, "4 .,:;" * 660])
def test_the_longest_line_of_digits_is_judged_in_no_time(text: str) -> None:
    began = time.process_time()
    masking.mask(text[: protocol.MAX_TEXT])
    assert time.process_time() - began < 0.2


def test_a_card_number_is_masked_in_a_note(engagement: Engagement, dana: Agent) -> None:
    author = protocol.Author(role="agent", id=dana.pk, name=dana.display_name)

    lifecycle.add_note(engagement.conversation_id, author=author, text=f"She pays by {CARD}.", now=at(6))

    assert Event.objects.get(kind="note").text == f"She pays by {masking.MASK}."


def test_a_card_number_is_masked_in_what_an_agent_writes_at_the_end(engagement: Engagement, dana: Agent) -> None:
    desk.resolve(
        engagement.pk, by=dana.pk, outcome="solved", note=f"Refund to {CARD}", tags=["refund", CARD], now=at(9)
    )

    engagement.refresh_from_db()
    assert (engagement.note, engagement.tags) == (f"Refund to {masking.MASK}", ["refund", masking.MASK])


def test_a_card_number_is_masked_in_the_reason_of_a_transfer(engagement: Engagement, dana: Agent) -> None:
    desk.transfer(engagement.pk, by=dana.pk, reason=f"Blocked card {CARD}", now=at(9))

    engagement.refresh_from_db()
    assert engagement.note == f"Blocked card {masking.MASK}"


def test_a_card_number_is_masked_in_a_rating_which_may_be_sent_again(
    engagement: Engagement, dana: Agent, maja: Customer
) -> None:
    desk.resolve(engagement.pk, by=dana.pk, outcome="solved", now=at(9))

    for _ in range(2):
        words = f"My {CARD} works again"
        ratings.rate(engagement.pk, customer_id=maja.pk, score=5, solved=True, words=words, now=at(10))

    assert Rating.objects.get().words == f"My {masking.MASK} works again"


def test_a_line_sent_again_is_the_same_line_although_it_was_masked(engagement: Engagement, maja: Customer) -> None:
    line = stream.Line(engagement.conversation_id, maja.pk, uuid4(), f"{CARD} 12/27")

    first, again = (stream.say(line, now=at(6))[0] for _ in range(2))

    assert first == again
