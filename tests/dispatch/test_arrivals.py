"""Requests rolled up by class and half hour: from rows alone, again without a difference, late news included."""

from datetime import timedelta

from agents.models import Agent
from brands.models import Brand
from dispatch import arrivals, desk
from dispatch.models import Escalation
from shifts.models import Arrivals
from tests.boards import another_chat, served
from tests.people import NOON, ask, at

HALF_HOUR = timedelta(minutes=30)


def counted(**of: object) -> Arrivals:
    return Arrivals.objects.get(**of)


def test_requests_are_counted_where_they_were_asked_with_what_they_waited_and_took(lumo: Brand, dana: Agent) -> None:
    served(lumo, dana, asked=0, reached=10)
    served(lumo, dana, asked=600, reached=640)
    ask(another_chat(lumo, seconds=1900), now=at(1900))

    assert arrivals.roll_up_due(now=at(2000)) == 2

    first = counted(begins_at=NOON)
    assert (first.came, first.reached, first.in_time, first.abandoned) == (2, 2, 1, 0)
    assert (first.waited_seconds, first.chats, first.handled_seconds) == (50, 2, 120)
    later = counted(begins_at=NOON + HALF_HOUR)
    assert (later.came, later.reached, later.waited_seconds) == (1, 0, 100)


def test_a_second_run_changes_nothing_and_a_late_one_corrects(lumo: Brand, dana: Agent) -> None:
    waiting = ask(another_chat(lumo, seconds=5), now=at(5))
    arrivals.roll_up_due(now=at(60))
    first = counted()

    assert arrivals.roll_up(NOON, at(60), now=at(60)) == 0
    assert counted().counted_at == first.counted_at

    desk.leave_queue(waiting.conversation_id, now=at(90))
    assert arrivals.roll_up_due(now=at(3600)) == 1
    assert (counted().abandoned, counted().waited_seconds) == (1, 85)


def test_a_request_whose_topic_was_corrected_is_counted_there_alone(lumo: Brand) -> None:
    asked = ask(another_chat(lumo, seconds=5), now=at(5))
    arrivals.roll_up_due(now=at(60))

    Escalation.objects.filter(pk=asked.pk).update(topic="fraud")
    arrivals.roll_up_due(now=at(120))

    assert counted().topic == "fraud"


def test_an_imported_half_hour_is_left_alone(lumo: Brand) -> None:
    of = {"brand": lumo, "topic": "refunds", "language": "en", "begins_at": NOON, "counted_at": NOON}
    Arrivals.objects.create(came=77, imported=True, **of)
    ask(another_chat(lumo, seconds=5), now=at(5))

    arrivals.roll_up_due(now=at(60))

    assert counted().came == 77


def test_after_a_long_stop_everything_since_is_counted(lumo: Brand) -> None:
    ask(another_chat(lumo, seconds=0), now=NOON)
    arrivals.roll_up_due(now=at(60))
    for day in (1, 8, 15):
        moment = NOON + timedelta(days=day)
        ask(another_chat(lumo, seconds=86_400 * day), now=moment)

    arrivals.roll_up_due(now=NOON + timedelta(days=20))

    assert Arrivals.objects.count() == 4
