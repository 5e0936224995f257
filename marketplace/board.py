"""The live board: what operators need to see at a glance, read from PostgreSQL, pushed to them every two seconds."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from django.contrib.admin.views.decorators import staff_member_required
from django.db import connection
from django.db.models import Count, F, Min, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from agents.models import Agent, Slot
from brands.models import Skill
from conversations.models import Conversation, Engagement
from dispatch import leadership
from dispatch.models import Escalation, Offer
from payouts.models import Posting
from realtime import protocol

HOUR = timedelta(hours=1)
QUARTER = timedelta(minutes=15)
QUARTERS = 16
TARGET = timedelta(seconds=20)


@staff_member_required
def page(request: HttpRequest) -> HttpResponse:
    return render(request, "board.html")


def look(*, now: datetime) -> protocol.Board:
    """Everything on the board as it stands now."""
    agents = _agents()
    series = _service_level(now)
    latest = [share for share in series if share is not None]
    willing = [agent for agent in agents if agent.state not in ("offline", "paused")]
    return protocol.Board(
        waiting=_waiting(),
        agents=agents,
        offers=_offers(now),
        assistant=_assistant(now),
        service_level=series,
        service_now=latest[-1] if latest else None,
        engaged=sum(agent.active for agent in agents),
        places=sum(agent.capacity for agent in willing),
        accrued_minor=_accrued(now),
        currency="EUR",
        health=_health(now),
        at=now,
    )


def _waiting() -> list[protocol.BoardRow]:
    names = {(brand, key): name for brand, key, name in Skill.objects.values_list("brand__name", "key", "name")}
    rows = Escalation.objects.filter(state__in=[Escalation.State.WAITING, Escalation.State.OFFERED])
    grouped = rows.values_list("brand__name", "language", "topic").annotate(
        waiting=Count("pk"), oldest=Min("queued_at")
    )
    return [
        protocol.BoardRow(
            brand=brand,
            language=language,
            topic=topic,
            topic_name=names.get((brand, topic), topic),
            waiting=count,
            oldest_since=oldest,
        )
        for brand, language, topic, count, oldest in grouped.order_by("oldest")
    ]


def _agents() -> list[protocol.BoardAgent]:
    """Approved agents who are online, busy or paused; the troubled and the busy first."""
    connected = _connected()
    slots = Slot.objects.filter(agent__state=Agent.State.APPROVED).select_related("agent")
    shown = [
        _agent(slot, f"agent:{slot.pk}" in connected)
        for slot in slots.prefetch_related("agent__languages")
        if slot.willing or slot.active or slot.pause_reason
    ]
    order = ("no_link", "ringing", "full", "room", "free", "paused", "offline")
    return sorted(shown, key=lambda agent: (order.index(agent.state), agent.name))


def _agent(slot: Slot, connected: bool) -> protocol.BoardAgent:
    return protocol.BoardAgent(
        name=slot.agent.display_name,
        state=_state(slot, connected),
        since=slot.gone_since or slot.online_since,
        active=slot.active,
        capacity=slot.capacity,
        languages=[language.code for language in slot.agent.languages.all()],
    )


def _state(slot: Slot, connected: bool) -> str:
    if not connected and (slot.willing or slot.active):
        return "no_link"
    if slot.held:
        return "ringing"
    if slot.active >= slot.capacity:
        return "full"
    if not slot.willing:
        return "paused" if slot.pause_reason else "room" if slot.active else "offline"
    return "room" if slot.active else "free"


def _connected() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(_CONNECTED)
        return {row[0] for row in cursor.fetchall()}


_CONNECTED = """
  select distinct c.principal from realtime_connection c join realtime_serverlease s on s.id = c.server_id
  where s.expires_at > clock_timestamp()"""


def _offers(now: datetime) -> protocol.BoardOffers:
    lately = Offer.objects.filter(offered_at__gt=now - HOUR)
    states = Counter(dict(lately.values_list("state").annotate(Count("pk")).order_by()))
    answers = sorted(
        (ended - offered).total_seconds()
        for offered, ended in lately.filter(state="accepted").values_list("offered_at", "ended_at")
        if ended
    )
    return protocol.BoardOffers(
        offered=sum(states.values()),
        accepted=states["accepted"],
        declined=states["declined"],
        expired=states["expired"],
        withdrawn=states["withdrawn"],
        open=states["open"],
        median_answer_s=_quantile(answers, 0.5),
        p95_answer_s=_quantile(answers, 0.95),
    )


def _quantile(ordered: list[float], share: float) -> float | None:
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1) if ordered else None


def _assistant(now: datetime) -> protocol.BoardAssistant:
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    begun = Conversation.objects.filter(opened_at__gte=today)
    handed = Escalation.objects.filter(conversation__in=begun)
    reasons = dict(handed.values_list("reason").annotate(Count("conversation", distinct=True)).order_by())
    return protocol.BoardAssistant(
        conversations=begun.count(),
        handed_off=handed.values("conversation").distinct().count(),
        reasons=reasons,
    )


def _service_level(now: datetime) -> list[float | None]:
    """Share reached within 20 s, by the quarter in which the first person joined; the first engagement counts."""
    start = now - QUARTERS * QUARTER
    reached: list[list[bool]] = [[] for _ in range(QUARTERS)]
    accepted = Offer.objects.filter(state="accepted", ended_at__gt=start, escalation__priority__lt=9)
    for ended, queued in accepted.values_list("ended_at", "escalation__queued_at"):
        assert ended is not None, "filtered above"
        reached[min(QUARTERS - 1, int((ended - start) / QUARTER))].append(ended - queued <= TARGET)
    return [round(sum(quarter) / len(quarter), 3) if quarter else None for quarter in reached]


def _accrued(now: datetime) -> dict[str, int]:
    """Earned today by agents, by brand, in minor units."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    rows: Any = Posting.objects.filter(created_at__gte=today).values_list("brand__name")
    return dict(rows.annotate(Sum("amount")).order_by("brand__name"))


def _health(now: datetime) -> list[protocol.BoardHealth]:
    late_offers = Offer.objects.filter(state="open", expires_at__lt=now - timedelta(seconds=5)).count()
    sockets = _count("select count(*) from realtime_connection c join realtime_serverlease s on s.id = c.server_id "
                     "where s.expires_at > clock_timestamp()")  # fmt: skip
    servers = _count("select count(*) from realtime_serverlease where expires_at > clock_timestamp()")
    unanswered = Conversation.objects.filter(asked_seq__gt=F("answered_seq"), state="open").count()
    led = leadership.is_led()
    live = Engagement.objects.filter(ended_at=None).count()
    return [
        protocol.BoardHealth(name="Dispatcher", well=led, words="leading" if led else "no leader, beat plans instead"),
        protocol.BoardHealth(name="Sockets", well=servers > 0, words=f"{sockets} sockets on {servers} servers"),
        protocol.BoardHealth(name="Offers", well=late_offers == 0, words=f"{late_offers} overdue"),
        protocol.BoardHealth(name="Assistant", well=unanswered < 50, words=f"{unanswered} unanswered"),
        protocol.BoardHealth(name="Chats", well=True, words=f"{live} with people"),
    ]


def _count(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return int(cursor.fetchone()[0])
