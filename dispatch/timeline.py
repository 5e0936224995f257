"""All that happened in one conversation, in the order of time: who asked, rang, came, wrote, was paid. No texts."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.functions import Length

from agents.models import User
from audit.models import Entry
from conversations.models import Conversation, Engagement, Event
from dispatch.explanations import language_name
from dispatch.models import Escalation, Offer
from payouts import receipts

MOST_EVENTS = 1_000


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened. `shape` names its icon; `after` is the time since the moment before it."""

    at: datetime
    what: str
    words: str
    shape: str
    tone: str = "plain"  # plain, ours, good or attention
    after: timedelta | None = None
    more: tuple[str, ...] = ()

    @property
    def since(self) -> str:
        """The time since the moment before, as `+1:38`; nothing for the first."""
        if self.after is None:
            return ""
        minutes, seconds = divmod(int(self.after.total_seconds()), 60)
        hours, minutes = divmod(minutes, 60)
        return f"+{hours}:{minutes:02}:{seconds:02}" if hours else f"+{minutes}:{seconds:02}"


def of(conversation: Conversation) -> list[Moment]:
    """Every moment, the earliest first. The latest thousand numbered rows count; a constant number of queries."""
    escalations = list(Escalation.objects.filter(conversation=conversation))
    engagements = list(engagements_of(conversation))
    moments = [
        *_said(conversation),
        *_offered(escalations),
        *_rated(engagements),
        *_intervened(conversation, escalations, engagements),
    ]
    moments.sort(key=lambda moment: moment.at)
    return list(_spaced(moments))


def engagements_of(conversation: Conversation) -> QuerySet[Engagement]:
    """Who owned it, from the first to the last."""
    found = Engagement.objects.filter(conversation=conversation).select_related("agent", "rating")
    return found.order_by("accepted_at")


def _spaced(moments: list[Moment]) -> Iterator[Moment]:
    before: datetime | None = None
    for moment in moments:
        yield replace(moment, after=moment.at - before if before else None)
        before = moment.at


# --- what the streams say ---

CHANGES = {
    "asked": ("Asked for a person", "hand", "ours"),
    "cancelled": ("Stopped waiting, back to the assistant", "back", "plain"),
    "joined": ("{who} joined", "person", "good"),
    "away": ("The agent's connection broke", "broken", "attention"),
    "back": ("The agent is back", "person", "good"),
    "lost": ("The agent was lost: back to the front of the queue", "broken", "attention"),
    "transferred": ("Given back to the queue", "back", "attention"),
    "resolved": ("Resolved by {who}", "done", "good"),
    "left": ("The customer ended it", "door", "plain"),
    "dormant": ("The customer did not answer: {who} was free for others", "door", "plain"),
    "resumed": ("The customer wrote again: {who} was there", "person", "good"),
    "waits_again": ("The customer wrote again: {who} had no place, and was paid", "back", "attention"),
    "slept_on": ("The customer stayed silent: {who} was paid and went on", "done", "plain"),
    "gone": ("The customer was gone: {who} was paid and went on", "broken", "attention"),
    "unreached": ("The customer was gone: nobody is looked for any more", "broken", "attention"),
    "message_left": ("Left a message", "hand", "ours"),
    "callback_chosen": ("Chose a time to be called back", "hand", "ours"),
    "due": ("People are rung for what was promised", "bell", "ours"),
    "late": ("Nobody came in time: the customer was told, with a new time", "broken", "attention"),
    "stopped": ("{who} left because of how the customer wrote, and was paid", "door", "attention"),
    "idle": ("Closed after a day without a word", "door", "plain"),
}


def _said(conversation: Conversation) -> Iterable[Moment]:
    rows = Event.objects.filter(conversation=conversation).annotate(length=Length("text")).defer("text")
    for row in reversed(rows.order_by("-pk")[:MOST_EVENTS]):
        if row.data.get("change") != "rated":  # told with its score, as the rating
            yield _of_event(row)


def _of_event(row: Any) -> Moment:
    who = row.author_name if row.author_role in ("agent", "assistant") else "The customer"
    match row.kind:
        case Event.Kind.CHANGED:
            what, shape, tone = CHANGES.get(row.data["change"], (row.data["change"], "dot", "plain"))
            return Moment(row.at, what.format(who=who), _why(row.data["status"]), shape, tone)
        case Event.Kind.HAND_OFF:
            return Moment(row.at, "Handed over with a packet", _packet(row.data["packet"]), "packet", "ours")
        case Event.Kind.ANSWER:
            titles = ", ".join(str(source["title"]) for source in row.data.get("sources", []))
            return Moment(row.at, f"{who} answered", f"Source: {titles}" if titles else _size(row), "spark")
        case Event.Kind.NOTE:
            return Moment(row.at, f"{who} left a note", _size(row), "note")
    return Moment(row.at, f"{who} wrote", _size(row), "bubble")


def _size(row: Any) -> str:
    return f"{row.length} characters" if row.length != 1 else "1 character"


def _why(status: dict[str, Any]) -> str:
    phases = {
        "assistant": "With the assistant",
        "queue": "In the queue",
        "person": "With a person",
        "away": "The customer was told",
        "ended": "Closed",
    }
    return phases.get(status["phase"], str(status["phase"]))


def _packet(packet: dict[str, Any]) -> str:
    tried = len(packet.get("tried", []))
    answers = f"{tried} answer{'' if tried == 1 else 's'} tried"
    language = language_name(str(packet["language"]))
    return f"{packet['reason_words']}; topic {packet['topic']}, {language}; {answers}."


# --- the ride ---


def _offered(escalations: list[Escalation]) -> Iterable[Moment]:
    offers = Offer.objects.filter(escalation__in=escalations).select_related("agent").order_by("offered_at")
    for number, offer in enumerate(offers, start=1):
        lasted = f" after {(offer.ended_at - offer.offered_at).total_seconds():.1f} s" if offer.ended_at else ""
        yield Moment(
            offer.offered_at,
            f"Offer {number} to {offer.agent}: {offer.get_state_display().lower()}",
            f"{ENDINGS[offer.state].format(lasted=lasted)} {_price(offer)}".strip(),
            "bell",
            "good" if offer.state == Offer.State.ACCEPTED else "attention",
            more=tuple(str(why) for why in offer.card.get("why", [])),
        )


ENDINGS: dict[str, str] = {
    Offer.State.OPEN: "It rings now.",
    Offer.State.ACCEPTED: "Accepted{lasted}.",
    Offer.State.DECLINED: "Declined{lasted}. A decline is no input of any ranking.",
    Offer.State.EXPIRED: "Nobody answered{lasted}. Taken by time, no mark against the agent.",
    Offer.State.WITHDRAWN: "Withdrawn{lasted}.",
}


def _price(offer: Offer) -> str:
    if "minimum_minor" not in offer.card:
        return ""
    return f"At least {receipts.money(offer.card['minimum_minor'], offer.card['currency'], locale='en')}, as shown."


def _rated(engagements: list[Engagement]) -> Iterable[Moment]:
    for engagement in engagements:
        rating = getattr(engagement, "rating", None)
        if rating:
            solved = {True: "Solved.", False: "Not solved.", None: ""}[rating.solved]
            yield Moment(rating.at, f"{engagement.agent} was rated {rating.score} of 5", solved, "star", "good")


# --- what operators did ---


def _intervened(
    conversation: Conversation, escalations: list[Escalation], engagements: list[Engagement]
) -> Iterable[Moment]:
    subjects = [
        f"conversation:{conversation.pk}",
        *(f"escalation:{escalation.pk}" for escalation in escalations),
        *(f"engagement:{engagement.pk}" for engagement in engagements),
    ]
    entries = list(Entry.objects.filter(subject__in=subjects))
    names = _names(entries)
    for entry in entries:
        what = ACTIONS.get(entry.action, entry.action)
        yield Moment(entry.at, f"{names.get(entry.actor, entry.actor)} {what}", _reason(entry), "shield", "ours")


ACTIONS = {
    "conversation.read": "read the texts",
    "escalation.to_front": "put it to the front of the queue",
    "offer.withdrawn": "withdrew the open offer",
    "engagement.taken_back": "took the chat back",
}


def _reason(entry: Entry) -> str:
    return f"Reason: {entry.reason}" if entry.reason else ""


def _names(entries: list[Entry]) -> dict[str, str]:
    ids = {UUID(entry.actor.partition(":")[2]) for entry in entries if entry.actor.startswith("operator:")}
    return {f"operator:{user.pk}": str(user) for user in User.objects.filter(pk__in=ids)} if ids else {}
