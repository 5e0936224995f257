"""What becomes of a line: stored once, numbered without a gap, or refused with a reason."""

from uuid import UUID, uuid4

import msgspec
import pytest
from django.db import transaction

from conversations import lifecycle, masking, stream, transcript
from conversations.models import Conversation, Customer, Event
from dispatch import desk
from marketplace.refusals import Refused
from tests import truth
from tests.people import at, say


def line(chat: Conversation, person: UUID, text: str, client_id: UUID | None = None) -> stream.Line:
    return stream.Line(chat.pk, person, client_id or uuid4(), text)


def verdicts(*lines: stream.Line) -> list[tuple[str, int]]:
    return [(verdict.kind, verdict.seq) for verdict in stream.append_many(lines, now=at(1))]


def test_lines_of_a_batch_are_numbered_in_their_order(chat: Conversation, maja: Customer) -> None:
    assert verdicts(line(chat, maja.pk, "one"), line(chat, maja.pk, "two")) == [("new", 1), ("new", 2)]
    assert [row.text for row in Event.objects.filter(conversation=chat).order_by("seq")] == ["one", "two"]


def test_a_repeated_line_is_the_same_line(chat: Conversation, maja: Customer) -> None:
    first = line(chat, maja.pk, "hello")

    assert verdicts(first, first) == [("new", 1), ("again", 1)]
    assert verdicts(first) == [("again", 1)]
    assert Event.objects.filter(conversation=chat).count() == 1


def test_the_same_id_with_another_text_is_refused(chat: Conversation, maja: Customer) -> None:
    id_ = uuid4()

    twins = verdicts(line(chat, maja.pk, "a", id_), line(chat, maja.pk, "b", id_))
    later = verdicts(line(chat, maja.pk, "b", id_))

    assert [kind for kind, _ in twins + later] == ["new", "clash", "clash"]
    assert Event.objects.get(conversation=chat).text == "a"


def test_a_stranger_is_refused_and_her_neighbour_is_not(chat: Conversation, maja: Customer) -> None:
    kinds = [kind for kind, _ in verdicts(line(chat, uuid4(), "let me in"), line(chat, maja.pk, "hello"))]

    assert kinds == ["forbidden", "new"]


def test_a_conversation_that_does_not_exist_is_refused(chat: Conversation, maja: Customer) -> None:
    nowhere = stream.Line(uuid4(), maja.pk, uuid4(), "hello")

    assert [kind for kind, _ in verdicts(nowhere)] == ["forbidden"]


def test_the_counter_and_the_rows_agree(chat: Conversation, maja: Customer) -> None:
    for number in range(5):
        say(chat, maja.pk, f"line {number}")
    with transaction.atomic():
        lifecycle.answer(stream.locked(chat.pk), text="An answer", sources=[], now=at(2))

    chat.refresh_from_db()
    numbers = list(Event.objects.filter(conversation=chat, stream="talk").values_list("seq", flat=True))
    assert numbers == [1, 2, 3, 4, 5, 6]
    assert chat.talk_seq == 6


def test_a_frame_is_the_same_now_and_read_back(chat: Conversation, maja: Customer) -> None:
    (verdict,) = stream.append_many([line(chat, maja.pk, "hello")], now=at(1))

    ((*_, again),) = stream.since([(chat.pk, "talk", 0)])
    assert msgspec.json.decode(verdict.frame) == msgspec.json.decode(again)


def test_a_card_number_is_masked_before_it_is_stored(chat: Conversation, maja: Customer) -> None:
    say(chat, maja.pk, "My card is 4111 1111-1111 1111, please look")

    assert Event.objects.get(conversation=chat).text == f"My card is {masking.MASK}, please look"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("4111111111111111", True),
        ("5500.0000.0000.0004", True),
        ("order 4111111111111112", False),  # fails the check digit
        ("0000 0000 0000 0000", False),
        ("call 08-123 456 78", False),
        ("34111111111111111345678", False),  # inside a longer number
    ],
)
def test_only_card_numbers_are_masked(text: str, masked: bool) -> None:
    assert (masking.MASK in masking.mask(text)) is masked


def test_resuming_brings_what_is_missing_and_nothing_else(chat: Conversation, maja: Customer) -> None:
    for number in range(4):
        say(chat, maja.pk, f"line {number}")

    resumed = transcript.resume(chat.pk, "talk", after=2)

    assert [msgspec.json.decode(frame)["seq"] for frame in resumed.frames] == [3, 4]
    assert resumed.head == 4
    assert transcript.resume(chat.pk, "talk", after=4).frames == ()


def test_a_reader_from_another_world_gets_a_snapshot(chat: Conversation, maja: Customer) -> None:
    say(chat, maja.pk, "hello")

    (frame,) = transcript.resume(chat.pk, "talk", after=99).frames
    assert msgspec.json.decode(frame)["type"] == "reset"


def test_readers_who_come_together_each_get_what_they_miss(chat: Conversation, maja: Customer) -> None:
    for number in range(4):
        say(chat, maja.pk, f"line {number}")
    head = Conversation.objects.get(pk=chat.pk).talk_seq
    held: list[int | None] = [head - 1, head - 3, head, None, head + 1]

    together = transcript.resume_all([transcript.Want(chat.pk, "talk", after) for after in held])

    assert [len(resumed.frames) for resumed in together] == [1, 3, 0, 1, 1]
    assert together == [transcript.resume(chat.pk, "talk", after=after) for after in held]
    assert {resumed.head for resumed in together} == {head}


def test_writing_to_an_old_conversation_while_another_is_open_is_refused(chat: Conversation, maja: Customer) -> None:
    with transaction.atomic():
        lifecycle.left(stream.locked(chat.pk), None, now=at(5))
    lifecycle.start(maja, language="en", now=at(6))

    with pytest.raises(Refused, match="has ended"):
        say(chat, maja.pk, "hello?", now=at(7))


def test_an_answer_leaves_the_status_as_it_was(chat: Conversation) -> None:
    before = chat.status
    with transaction.atomic():
        lifecycle.answer(stream.locked(chat.pk), text="An answer", sources=[], now=at(2))

    chat.refresh_from_db()
    assert chat.status == before


def test_a_batch_opens_one_of_a_customers_closed_chats(chat: Conversation, maja: Customer) -> None:
    desk.leave(chat.pk, now=at(1))
    other, _ = lifecycle.start(maja, language="en", now=at(2))
    desk.leave(other.pk, now=at(3))
    lines = [line(where, maja.pk, "Hello?") for where in (other, chat, other)]

    found = [verdict.kind for verdict in stream.append_many(lines, now=at(4))]

    assert found == ["new", "closed", "new"]
    assert Conversation.objects.get(state="open") == other
    truth.holds()
