"""What agents are told about their shifts, on all their screens: as it happens, until it is over."""

import pytest

from agents.models import Agent, Slot
from brands.models import Brand
from dispatch import snapshot
from marketplace.reactions import tell_of_shifts
from marketplace.refusals import Refused
from shifts import allotment, asking, attendance, claims, news, planning, swaps
from shifts.events import NewsWritten
from shifts.models import News
from tests.people import NOON, Hire
from tests.shifts.rota import BY, hour, shift, told


def version(agent: Agent) -> int:
    return Slot.objects.values_list("version", flat=True).get(pk=agent.pk)


def test_an_answered_wish_is_on_her_screens_with_its_sentence(lumo: Brand, dana: Agent, olu: Agent) -> None:
    wanted = shift(lumo, 48, window=12)
    claims.claim(olu.pk, wanted.pk, strength=1, now=NOON)
    claims.claim(dana.pk, wanted.pk, strength=3, now=NOON)
    asking.ask("window", by="system", now=hour(13))
    run = allotment.take_up(now=hour(13))
    assert run is not None

    allotment.run(run, now=hour(13), seconds=20)

    assert [told(agent, 14) for agent in (dana, olu)] == [[("granted", wanted.pk)], [("refused", wanted.pk)]]
    (no,) = snapshot.desk(olu.pk, now=hour(14)).shift_news
    assert (no.brand, no.topic_name, no.rate_minor, no.currency) == ("Lumo Mobile", "Refunds", 1500, "EUR")
    assert no.words.endswith(".")
    assert told(olu, 48.1) == []  # it has begun: nobody asks any more


def test_whoever_has_news_gets_a_new_version_once(lumo: Brand, dana: Agent, olu: Agent) -> None:
    news.add(dana.pk, shift(lumo), News.Kind.NEAR, until=hour(24), now=NOON)
    before = version(dana), version(olu)

    tell_of_shifts(NewsWritten(at=NOON))
    tell_of_shifts(NewsWritten(at=NOON))

    assert (version(dana), version(olu)) == (before[0] + 1, before[1])


def test_what_she_puts_away_is_gone_everywhere_and_is_hers_alone_to_put_away(
    lumo: Brand, dana: Agent, olu: Agent
) -> None:
    news.add(dana.pk, shift(lumo), News.Kind.NEAR, until=hour(24), now=NOON)
    news.tell(now=NOON)
    row = News.objects.get()

    with pytest.raises(Refused, match="no such news"):
        news.put_away(olu.pk, row.pk, now=NOON)
    assert told(dana, 1) != []
    before = version(dana)
    news.put_away(dana.pk, row.pk, now=NOON)
    news.tell(now=NOON)

    assert (told(dana, 1), version(dana)) == ([], before + 1)


def test_the_first_stand_by_has_it_and_the_others_ring_no_more(
    lumo: Brand, dana: Agent, olu: Agent, hire: Hire
) -> None:
    third = hire("Third")
    wanted = shift(lumo)
    claims.claim(dana.pk, wanted.pk, now=NOON)
    for agent in (olu, third):
        claims.wait(agent.pk, wanted.pk, now=NOON)
    Slot.objects.update(willing=False, online_since=None)
    attendance.sweep(now=hour(24.2))
    assert [told(agent, 24.2) for agent in (olu, third)] == [[("ring", wanted.pk)]] * 2

    attendance.stand_in(third.pk, wanted.pk, now=hour(24.3))

    assert [told(agent, 24.3) for agent in (olu, third)] == [[], []]
    assert News.objects.filter(told_at=None, agent=olu).exists()  # so that her screens hear that it is over


def test_a_ring_is_over_when_too_little_is_left(lumo: Brand, dana: Agent, olu: Agent) -> None:
    wanted = shift(lumo)
    claims.claim(dana.pk, wanted.pk, now=NOON)
    claims.wait(olu.pk, wanted.pk, now=NOON)
    Slot.objects.update(willing=False, online_since=None)
    attendance.sweep(now=hour(24.2))

    assert told(olu, 27.4) == [("ring", wanted.pk)]
    assert told(olu, 27.5) == []
    with pytest.raises(Refused, match="over, or nearly"):
        attendance.stand_in(olu.pk, wanted.pk, now=hour(27.51))


def test_a_seat_held_out_is_told_to_the_colleague_and_who_took_it_to_the_giver(
    lumo: Brand, dana: Agent, olu: Agent
) -> None:
    wanted = shift(lumo)
    seat = claims.claim(dana.pk, wanted.pk, now=NOON)

    swap = swaps.offer(dana.pk, seat.pk, colleague=olu.pk, now=hour(1))
    (asked,) = snapshot.desk(olu.pk, now=hour(2)).shift_news
    assert (asked.kind, asked.words, asked.swap_id) == ("held_out", "Dana", swap.pk)
    swaps.withdraw(dana.pk, swap.pk, now=hour(3))
    assert told(olu, 3) == []
    again = swaps.offer(dana.pk, seat.pk, colleague=olu.pk, now=hour(4))
    swaps.take(olu.pk, again.pk, now=hour(5))

    assert (told(olu, 5), told(dana, 5)) == ([], [("passed_on", wanted.pk)])


def test_a_shift_called_off_is_told_to_all_who_held_or_wished(lumo: Brand, dana: Agent, olu: Agent) -> None:
    held, wished = shift(lumo), shift(lumo, 48, window=12)
    claims.claim(dana.pk, held.pk, now=NOON)
    claims.claim(olu.pk, wished.pk, now=NOON)

    for one in (held, wished):
        planning.call_off(one.pk, by=BY, reason="No campaign.", now=hour(1))

    assert told(dana, 1) == [("called_off", held.pk)]
    assert told(olu, 1) == [("refused", wished.pk)]


def test_who_moves_up_from_the_waiting_list_hears_of_it(lumo: Brand, dana: Agent, olu: Agent) -> None:
    wanted = shift(lumo)
    seat = claims.claim(dana.pk, wanted.pk, now=NOON)
    claims.wait(olu.pk, wanted.pk, now=NOON)

    claims.give_back(dana.pk, seat.pk, now=hour(1))

    assert (told(olu, 2), told(dana, 2)) == ([("moved_up", wanted.pk)], [])
