"""What an hour of one slot paid, rolled up from the rows of rides; and who is told to have been passed over."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from agents import presence
from agents.models import Agent, AgentLanguage, AgentSkill, OnlineStretch, Slot, User
from brands.models import Brand, Skill
from conversations.models import Engagement
from dispatch import desk, fair_share, fairness, modes, offers, rounds
from dispatch.models import Offer, Standing
from payouts import plans
from tests.admin.conftest import enter
from tests.boards import another_chat, served
from tests.people import NOON, Hire, ask, at, offer_to

HOUR = 3_600


def standing(agent: Agent, *, now: datetime) -> Standing:
    fairness.measure(now=now)
    return Standing.objects.get(pk=agent.pk)


def declined(brand: Brand, agent: Agent, *, seconds: float) -> Offer:
    """An offer that the agent did not take: she is available again at once, and was asked."""
    made = offer_to(ask(another_chat(brand, seconds=seconds), now=at(seconds)), agent, now=at(seconds))
    offers.decline(made.pk, by=agent.pk, now=at(seconds + 1))
    return made


def test_chats_are_counted_over_the_time_that_she_was_available_times_her_capacity(lumo: Brand, dana: Agent) -> None:
    served(lumo, dana, asked=0, reached=10)  # 60 s active: 290 + 22

    told = standing(dana, now=at(HOUR))

    assert (told.earned_minor, told.slot_seconds, told.currency, told.tier) == (312, 2 * HOUR, "EUR", "standard")


def test_a_kept_stretch_counts_with_the_capacity_it_ended_with(dana: Agent) -> None:
    presence.set_capacity(dana.pk, 3)
    presence.go_offline(dana.pk, now=at(100))

    told = standing(dana, now=at(HOUR))

    assert OnlineStretch.objects.get().places == 3
    assert told.slot_seconds == 300


def test_only_the_window_counts_and_a_stretch_is_cut_at_its_edge(dana: Agent) -> None:
    OnlineStretch.objects.create(
        agent=dana, began_at=NOON - timedelta(days=30), ended_at=NOON - timedelta(days=7, seconds=-90), places=1
    )
    Slot.objects.filter(pk=dana.pk).update(willing=False, online_since=None)

    assert standing(dana, now=NOON).slot_seconds == 90


def test_who_earned_least_for_her_time_has_the_largest_deficit(lumo: Brand, dana: Agent, olu: Agent) -> None:
    served(lumo, dana, asked=0, reached=10)

    fairness.measure(now=at(10 * HOUR))

    shares = dict(Standing.objects.values_list("agent__display_name", "deficit"))
    assert shares["Olu"] > 0 > shares["Dana"]


@pytest.fixture
def fjord(lumo: Brand) -> Brand:
    """A brand that pays in Swedish crowns, ten times as many minor units for the same work."""
    brand = Brand.objects.create(name="Fjord", slug="fjord", currency="SEK", created_at=NOON)
    Skill.objects.create(brand=brand, key="refunds", name="Refunds")
    start = NOON - timedelta(days=30)
    rules = [
        {"kind": "per_chat", "rate_cents": 2_900, "outcomes": ["resolved", "left"]},
        {"kind": "per_minute", "rate_cents": 220},
    ]
    plans.publish(brand.pk, tier="standard", currency="SEK", rules=rules, valid_from=start, by="system", now=start)
    return brand


def worked(brand: Brand, agent: Agent, *, seconds: Sequence[float], language: str = "en") -> None:
    """A chat at each of these moments."""
    for second in seconds:
        done = served(brand, agent, asked=second, reached=second + 10)
        Engagement.objects.filter(pk=done.pk).update(language=language)


def test_who_works_in_two_currencies_is_held_against_each_by_the_time_she_gave_it(
    lumo: Brand, fjord: Brand, dana: Agent, olu: Agent, hire: Hire
) -> None:
    siri = hire("Siri")
    for agent in (olu, siri):
        AgentSkill.objects.create(agent=agent, skill=fjord.skills.get())
    worked(lumo, dana, seconds=range(0, 800, 100))
    worked(fjord, siri, seconds=range(0, 800, 100))
    worked(lumo, olu, seconds=range(0, 600, 100))
    worked(fjord, olu, seconds=range(600, 800, 100))

    fairness.measure(now=at(10 * HOUR))

    assert list(Standing.objects.values_list("deficit", flat=True)) == [pytest.approx(0, abs=0.001)] * 3
    hers = Standing.objects.get(pk=olu.pk)
    assert (hers.currency, hers.slot_seconds, hers.earned_minor) == ("EUR", 15 * HOUR, 6 * 312)


def test_who_speaks_a_language_that_is_seldom_asked_for_is_held_against_those_who_speak_it(
    lumo: Brand, dana: Agent, hire: Hire
) -> None:
    aino, eero = hire("Aino"), hire("Eero")
    worked(lumo, dana, seconds=range(0, 800, 100))
    worked(lumo, aino, seconds=[0], language="fi")
    worked(lumo, eero, seconds=[0], language="fi")

    fairness.measure(now=at(10 * HOUR))

    assert list(Standing.objects.values_list("deficit", flat=True)) == [pytest.approx(0)] * 3


@pytest.mark.parametrize("wish", [{}, {"one_more": True}, {"last_one": True}])
def test_going_offline_changes_nothing_of_the_time_that_counts(dana: Agent, wish: dict[str, bool]) -> None:
    Slot.objects.filter(pk=dana.pk).update(**wish)
    before = standing(dana, now=at(100)).slot_seconds

    presence.go_offline(dana.pk, now=at(100))

    assert standing(dana, now=at(100)).slot_seconds == before == 200


def test_a_tip_or_a_decline_changes_nobodys_standing(lumo: Brand, dana: Agent, olu: Agent) -> None:
    served(lumo, dana, asked=0, reached=10)
    before = standing(olu, now=at(HOUR)).deficit

    for second in range(5):
        declined(lumo, olu, seconds=100 + 70 * second)

    assert standing(olu, now=at(HOUR)).deficit == before


def test_an_agent_whom_nobody_asks_while_others_are_asked_is_starved(lumo: Brand, dana: Agent, olu: Agent) -> None:
    for second in range(fair_share.PEERS_ASKED_AT_LEAST):
        declined(lumo, dana, seconds=30 + 100 * second)

    assert not standing(olu, now=at(599)).starved
    assert standing(olu, now=at(600)).starved
    assert not standing(dana, now=at(600)).starved


@pytest.mark.parametrize("change", ["language", "topic", "full", "offline", "asked", "few", "ended", "learns"])
def test_who_could_not_have_been_asked_or_was_asked_is_not_starved(
    lumo: Brand, dana: Agent, hire: Hire, change: str
) -> None:
    olu = hire("Olu", topics=("fraud",) if change == "topic" else ("refunds",))
    if change == "language":
        AgentLanguage.objects.filter(agent=olu).update(code="de")
    if change == "ended":
        olu.languages.update(valid_until=at(500))
    if change == "learns":
        olu.skills.update(level=1)
    for second in range(2 if change == "few" else 5):
        declined(lumo, dana, seconds=30 + 100 * second)
    if change == "asked":
        declined(lumo, olu, seconds=560)
    if change == "full":
        Slot.objects.filter(pk=olu.pk).update(active=2)
    if change == "offline":
        presence.go_offline(olu.pk, now=at(300))

    assert not standing(olu, now=at(601)).starved


def test_standings_are_written_again_not_beside_and_old_ones_leave(lumo: Brand, dana: Agent) -> None:
    fairness.measure(now=at(60))
    presence.go_offline(dana.pk, now=at(120))
    assert fairness.measure(now=at(180)) == 1
    assert Standing.objects.get().slot_seconds == 240

    assert fairness.measure(now=at(180) + 2 * fairness.WINDOW) == 0
    assert not Standing.objects.exists()


def test_an_operator_reads_the_spread_by_language_and_tier(lumo: Brand, dana: Agent, olu: Agent, noor: User) -> None:
    AgentLanguage.objects.create(agent=olu, code="de")
    served(lumo, dana, asked=0, reached=10)
    fairness.measure(now=at(HOUR))

    english, german = sorted(fairness.spreads(), key=lambda row: row.language != "en")

    assert (english.agents, english.slot_hours, english.mean, english.low, english.high) == (2, 4, 78, 0, 156)
    assert (english.gini, german.agents, german.mean, german.gini) == (0.5, 1, 0, 0.0)
    page = enter(noor).get("/admin/dispatch/standing/").content.decode()
    assert "English" in page
    assert "0.78 EUR" in page


@pytest.fixture
def halting(olu: Agent) -> Agent:
    """Olu gets by in English, and no more: by the score the fluent Dana is asked before her."""
    AgentLanguage.objects.filter(agent=olu).update(level=1)
    return olu


def asked_next(brand: Brand, *, seconds: float) -> str:
    ask(another_chat(brand, seconds=seconds), now=at(seconds))
    (offer,) = rounds.match_waiting(now=at(seconds + 1))
    return offer.agent.display_name


@pytest.mark.parametrize(("measured", "asked"), [(False, "Dana"), (True, "Olu")])
def test_who_was_passed_over_is_asked_first_once(
    lumo: Brand, dana: Agent, halting: Agent, measured: bool, asked: str
) -> None:
    for second in range(fair_share.PEERS_ASKED_AT_LEAST):
        declined(lumo, dana, seconds=30 + 100 * second)
        desk.leave(Offer.objects.latest("offered_at").escalation.conversation_id, now=at(60 + 100 * second))
    if measured:
        fairness.measure(now=at(601))

    assert asked_next(lumo, seconds=610) == asked
    if measured:  # she was asked: the mark is void, whatever she answers, until she is measured again
        mine = Offer.objects.get(agent=halting)
        offers.decline(mine.pk, by=halting.pk, now=at(612))
        desk.leave(mine.escalation.conversation_id, now=at(613))
        assert asked_next(lumo, seconds=700) == "Dana"


@pytest.mark.parametrize(("fair", "asked"), [(False, "Dana"), (True, "Olu")])
def test_in_fair_mode_who_earned_least_for_her_time_is_asked_sooner(
    lumo: Brand, dana: Agent, halting: Agent, fair: bool, asked: str
) -> None:
    for agent, deficit in ((dana, -0.9), (halting, 0.9)):
        Standing.objects.create(
            agent=agent,
            tier="standard",
            currency="EUR",
            earned_minor=0,
            slot_seconds=1,
            deficit=deficit,
            measured_at=NOON,
        )
    if fair:
        modes.switch_on("fair", lumo.pk, by="operator:noor", reason="A week of fairness", now=at(0))

    assert asked_next(lumo, seconds=10) == asked
