"""Who lives through the simulated month: a brand, its agents in six countries, a bank, and customers' requests."""

import math
import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np

ZONE = ZoneInfo("Europe/Stockholm")
HALF_HOUR = timedelta(minutes=30)
NOOR, OMAR = "operator:noor", "operator:omar"
RULES: list[dict[str, Any]] = [
    {"kind": "per_chat", "rate_cents": 290, "outcomes": ["resolved", "left"]},
    {"kind": "per_minute", "rate_cents": 22},
    {"kind": "guarantee", "rate_cents": 1500},
]
FAULTS = {"lost_after": 0.1, "refused": 0.03, "returned": 0.02}
CLASSES = (("refunds", "en", 0.4), ("refunds", "sv", 0.2), ("fraud", "en", 0.25), ("fraud", "sv", 0.15))
COUNTRIES = (
    ("SE", ZONE),
    ("DE", ZoneInfo("Europe/Berlin")),
    ("ES", ZoneInfo("Europe/Madrid")),
    ("FR", ZoneInfo("Europe/Paris")),
    ("IN", ZoneInfo("Asia/Kolkata")),
    ("CO", ZoneInfo("America/Bogota")),
)
BY_WEEKDAY = (1.3, 1.1, 1.0, 1.0, 1.05, 0.8, 0.75)
HANDLING_SECONDS = 1_500
REACHED = 0.93


def busy(at: datetime) -> float:
    """How busy a half hour is beside others: most at noon by the brand's clock, a tenth of it at three in the night."""
    local = at.astimezone(ZONE)
    hour = local.hour + local.minute / 60
    return BY_WEEKDAY[local.weekday()] * (0.1 + max(0.0, math.sin(math.pi * (hour - 5) / 19)) if hour >= 5 else 0.1)


class Cast:
    """Everybody and everything that the month begins with, made from its own chance."""

    def __init__(
        self, chance: random.Random, agents: int, begins: datetime, folder: Path, seed: int, ahead: int
    ) -> None:
        from payouts.providers.fake import Fake

        self.chance, self.begins = chance, begins
        self.draw = np.random.default_rng(seed)
        self.bank = Fake(folder / "bank.db", seed=seed, faults=FAULTS)
        self._found(ahead)
        self.agents = [self._hire(n) for n in range(agents)]
        self.asked: dict[tuple[str, str], list[Any]] = {}

    def _found(self, ahead: int) -> None:
        from brands.models import Brand, Skill
        from payouts import plans
        from shifts import saying

        before = self.begins - timedelta(days=60)
        self.brand = Brand.objects.create(name="Lindenpay", slug="lindenpay", currency="EUR", created_at=before)
        self.skills = {
            key: Skill.objects.create(brand=self.brand, key=key, name=key.title()) for key in ("refunds", "fraud")
        }
        self.plan = plans.publish(
            self.brand.pk, tier="standard", currency="EUR", rules=RULES, valid_from=before, by=NOOR, now=before
        )
        saying.set_staffing(
            self.brand.pk, by=NOOR, reason="The month", now=self.begins, automatic="publish", rate_cents=1500,
            window_hours=24, days_ahead=ahead, share=0.8, target_seconds=30,
        )  # fmt: skip
        saying.say_special(
            self.brand.pk, name="Sale", kind="campaign", first=(self.begins + timedelta(days=4)).date(),
            last=(self.begins + timedelta(days=5)).date(), multiplier=1.3, by=NOOR, now=self.begins,
        )  # fmt: skip

    def _hire(self, number: int) -> Any:
        """An approved agent of some country with one or two languages and topics; every other one wishes by hours."""
        from agents.models import Agent, AgentLanguage, AgentSkill, Slot, User
        from shifts import terms
        from tests.payouts.payday import settle_at

        chance = self.chance
        country, zone = COUNTRIES[number % len(COUNTRIES)]
        user = User.objects.create_user(f"agent{number}@month.example")
        agent = Agent.objects.create(
            id=UUID(int=chance.getrandbits(128), version=4), user=user, kind="student", display_name=f"Agent{number}",
            country=country, state="approved", decided_by=user, decided_at=self.begins, created_at=self.begins,
        )  # fmt: skip
        Slot.objects.create(agent=agent, capacity=2)
        for code in chance.choice((["en"], ["sv"], ["en", "sv"], ["en", "sv"])):
            AgentLanguage.objects.create(agent=agent, code=code)
        for key in chance.choice((["refunds"], ["fraud"], ["refunds", "fraud"], ["refunds", "fraud"])):
            AgentSkill.objects.create(agent=agent, skill=self.skills[key])
        most = chance.choice([None, None, 20 * 60, 10 * 60])
        chosen: dict[str, object] = {"timezone": zone.key, "week_minutes_most": most, "wish_by_hours": number % 2 == 0}
        first = chance.choice([0, 6, 8, 14, 18])
        week = [(day, terms.Stretch(first * 60, min(24, first + 10) * 60)) for day in chance.sample(range(7), 5)]
        terms.change(agent.pk, chosen=chosen, week=week)
        settle_at(agent, now=self.begins - timedelta(days=30))
        return agent

    def remember(self, first: date, days: int, a_day: float) -> None:
        """Roll-ups of so many days before the month, from another system."""
        from shifts import outlooks
        from shifts.models import Arrivals

        self.a_day = a_day
        rows = []
        for day in (first - timedelta(days=n) for n in range(days, 0, -1)):
            for topic, language, half, came in self._drawn(day, outlooks.halves(day, ZONE)):
                reached = int(self.draw.binomial(came, REACHED))
                rows.append(Arrivals(
                    brand=self.brand, topic=topic, language=language, begins_at=half, came=came, reached=reached,
                    in_time=reached, abandoned=came - reached, waited_seconds=15 * came, chats=reached,
                    handled_seconds=HANDLING_SECONDS * reached, imported=True, counted_at=self.begins,
                ))  # fmt: skip
        Arrivals.objects.bulk_create(rows, batch_size=5_000)

    def ask(self, day: date) -> int:
        """The day's requests are rows of the ride, with how each ended; how many."""
        from dispatch.models import Escalation
        from shifts import outlooks

        rows = []
        self.asked = {}
        for topic, language, half, came in self._drawn(day, outlooks.halves(day, ZONE)):
            conversation = self._conversation(topic, language)
            for _ in range(came):
                queued = half + timedelta(seconds=self.chance.randrange(1_800))
                wait = timedelta(seconds=self.chance.randint(2, 40))
                reached = self.chance.random() < REACHED
                rows.append(Escalation(
                    brand=self.brand, conversation=conversation, state="closed" if reached else "abandoned",
                    reason="asked", topic=topic, language=language, queued_at=queued,
                    reached_at=queued + wait if reached else None, ended_at=queued + wait + timedelta(minutes=20),
                ))  # fmt: skip
                if reached:
                    self.asked.setdefault((topic, language), []).append(rows[-1])
        Escalation.objects.bulk_create(rows, batch_size=2_000)
        return len(rows)

    def serve(self, seat: Any, now: datetime, minutes: int) -> Callable[[], None] | None:
        """A request of her class that was reached a moment ago is hers and lasts so long; what pays it as it ends."""
        from conversations.models import Engagement

        shift = seat.shift
        own = self.asked.get((shift.topic, shift.language), [])
        near = [one for one in own if now - HALF_HOUR < one.reached_at <= now]
        if not near:
            return None
        asked = self.chance.choice(near)
        own.remove(asked)
        ends = now + timedelta(minutes=minutes)
        made = Engagement.objects.create(
            brand=self.brand, conversation=asked.conversation, agent_id=seat.agent_id, escalation_id=asked.pk,
            offer_id=UUID(int=self.chance.getrandbits(128), version=4), pay_plan_id=self.plan.pk, topic=shift.topic,
            language=shift.language, state="resolved", offered_at=asked.queued_at, accepted_at=now, ended_at=ends,
        )  # fmt: skip
        return lambda: self._pay(made, minutes)

    def _pay(self, made: Any, minutes: int) -> None:
        from django.db import transaction

        from payouts import earnings, rating

        facts = rating.Facts(
            engagement_id=made.pk, brand_id=self.brand.pk, agent_id=made.agent_id, plan_id=self.plan.pk,
            plan_version=self.plan.version, tier=self.plan.tier, outcome="resolved", accepted_at=made.accepted_at,
            ended_at=made.ended_at, active_seconds=45 * minutes, surge_percent=0,
        )  # fmt: skip
        with transaction.atomic():
            earnings.record(facts, topic=made.topic, now=made.ended_at)

    def _drawn(self, day: date, halves: list[datetime]) -> list[tuple[str, str, datetime, int]]:
        """Poisson counts of each class and half hour, each day a little busier or calmer as a whole."""
        weights = [busy(half) for half in halves]
        swing = float(self.draw.gamma(100, 0.01))
        level = self.a_day * swing / (0.55 * 48)
        return [
            (topic, language, half, came)
            for topic, language, share in CLASSES
            for half, weight in zip(halves, weights, strict=True)
            if (came := int(self.draw.poisson(level * share * weight)))
        ]

    def _conversation(self, topic: str, language: str) -> Any:
        """One for each class: an ended request needs no more."""
        from conversations import customers, lifecycle

        if not hasattr(self, "_chats"):
            self._chats: dict[tuple[str, str], Any] = {}
        if (topic, language) not in self._chats:
            customer, _ = customers.anonymous(self.brand, language=language, now=self.begins)
            self._chats[topic, language] = lifecycle.start(customer, language=language, now=self.begins)[0]
        return self._chats[topic, language]
