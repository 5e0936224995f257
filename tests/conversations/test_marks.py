"""How far each participant has read: kept once, never lowered, nobody else's business."""

from uuid import UUID, uuid4

import psycopg

from agents.models import Agent
from conversations import marks, transcript
from conversations.models import Conversation, Customer, Engagement, Participant
from dispatch import desk
from marketplace.local.services import Urls
from realtime.ports import Mark
from tests.people import at


def seen(chat: Conversation, person: UUID) -> int:
    return Participant.objects.get(conversation=chat, person_id=person).seen_seq


def mark(chat: Conversation, person: Customer | Agent, seq: int) -> Mark:
    kind = "customer" if isinstance(person, Customer) else "agent"
    return Mark(f"{chat.pk}/talk", f"{kind}:{person.pk}", seq)


def test_a_mark_rises_and_never_falls(chat: Conversation, maja: Customer) -> None:
    for seq, moved in ((3, True), (3, False), (2, False), (7, True)):
        told = [mark(chat, maja, seq)] if moved else []
        assert marks.keep([(chat.pk, maja.pk, seq)]) == (told, [])

    assert seen(chat, maja.pk) == 7


def test_only_who_takes_part_has_a_mark(
    chat: Conversation, maja: Customer, engagement: Engagement, dana: Agent
) -> None:
    assert marks.keep([(chat.pk, uuid4(), 4), (uuid4(), maja.pk, 4)]) == ([], [])
    assert marks.keep([(chat.pk, dana.pk, 4)]) == ([mark(chat, dana, 4)], [])

    desk.transfer(engagement.pk, by=dana.pk, reason="not mine", now=at(60))

    assert marks.keep([(chat.pk, dana.pk, 9)]) == ([], [])
    assert seen(chat, dana.pk) == 4


def test_a_row_that_somebody_holds_is_left_for_the_next_time_and_holds_up_no_other(
    fresh_database: Urls, chat: Conversation, maja: Customer, engagement: Engagement, dana: Agent
) -> None:
    row = Participant.objects.get(conversation=chat, person_id=maja.pk).pk
    both = [(chat.pk, maja.pk, 5), (chat.pk, dana.pk, 6)]

    with psycopg.connect(fresh_database.database) as holder:
        holder.execute("select 1 from conversations_participant where id = %s for update", [row])
        assert marks.keep(both) == ([mark(chat, dana, 6)], [both[0]])

    assert marks.keep(both) == ([mark(chat, maja, 5)], [])


def test_whoever_knows_less_than_is_kept_is_told_all(
    chat: Conversation, maja: Customer, engagement: Engagement, dana: Agent
) -> None:
    both = [mark(chat, maja, 5), mark(chat, dana, 6)]
    marks.keep([(chat.pk, maja.pk, 5), (chat.pk, dana.pk, 6)])

    assert sorted(marks.unknown([(chat.pk, 0)])) == sorted(both)
    assert sorted(marks.unknown([(chat.pk, 10), (uuid4(), 0)])) == sorted(both)
    assert marks.unknown([(chat.pk, 11)]) == marks.unknown([]) == []


def test_the_marks_come_with_the_past_of_the_talk_and_with_nothing_else(chat: Conversation, maja: Customer) -> None:
    marks.keep([(chat.pk, maja.pk, 5)])

    assert transcript.resume(chat.pk, "talk", after=None).marks == (mark(chat, maja, 5),)
    assert transcript.resume(chat.pk, "desk", after=None).marks == ()
