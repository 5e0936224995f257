"""The live board: what operators need to see at a glance, read from PostgreSQL, pushed to them every two seconds."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.decorators import staff_member_required
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import Count, Max, Min, Q, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie

from agents.models import Slot
from brands.models import Brand, Skill
from conversations.models import Conversation, Engagement
from dispatch import leadership
from dispatch.models import Escalation, Mode, Offer
from payouts.earnings import EARNED
from payouts.models import LedgerAudit, Posting
from realtime import protocol
from shifts import policy

HOUR = timedelta(hours=1)
QUARTER = timedelta(minutes=15)
QUARTERS = 16
QUARTERS_AN_HOUR = 4
TARGET = timedelta(seconds=20)
REMEMBERED = timedelta(days=1)  # a request older than this no longer counts for the service level
OVERDUE = timedelta(seconds=5)
UNANSWERED = timedelta(seconds=30)
ROWS = 200
AGENTS = 40
NEEDS_A_LOOK_FIRST = ("no_link", "paused", "full", "finishing", "ringing", "room", "free")
TAKING = frozenset({"full", "ringing", "room", "free"})
# Pages of the admin that the board's rail leads to, for those who may view them.
ROOMS = ("Conversation", "Escalation", "Agent", "PayPlan", "Posting", "Brand", "Entry")


@never_cache
@staff_member_required
@ensure_csrf_cookie
def page(request: HttpRequest) -> HttpResponse:
    """The shell; the numbers come through the socket. Staff without the right to see the queue are turned away."""
    if not request.user.watches_the_board:  # type: ignore[union-attr]  # staff only
        raise PermissionDenied
    shown = {
        "rooms": rooms(request),
        "steering": _steering(request),
        "plans": policy.plans_anything(request.user),
        "name": request.user.get_short_name(),  # type: ignore[union-attr]  # staff only
    }
    return render(request, "board.html", shown)


def _steering(request: HttpRequest) -> dict[str, Any]:
    """May this operator switch how brands are matched, and raise bonuses; and which brands are there?"""
    may = request.user.has_perm("dispatch.change_mode")
    brands = Brand.objects.filter(active=True).values_list("pk", "name") if may else ()
    raises = request.user.has_perm("dispatch.change_surgepolicy")
    return {"may": may, "raises": raises, "brands": [{"id": str(id_), "name": name} for id_, name in brands]}


def rooms(request: HttpRequest) -> dict[str, str]:
    """Model name -> address of its list, of those this operator may see."""
    found = {
        model["object_name"]: model["admin_url"]
        for app in admin.site.get_app_list(request)
        for model in app["models"]
        if model["admin_url"]
    }
    return {name: found[name] for name in ROOMS if name in found}


def look(*, now: datetime) -> protocol.Board:
    """Everything on the board as it stands now."""
    waiting, waiting_total = _waiting()
    agents = _agents()
    series, service_now, service_hour, service_all = _service_level(now)
    return protocol.Board(
        waiting=waiting,
        waiting_total=waiting_total,
        states=dict(Counter(agent.state for agent in agents)),
        agents=agents[:AGENTS],
        languages=_languages(agents),
        offers=_offers(now),
        assistant=_assistant(now),
        service_level=series,
        service_now=service_now,
        service_hour=service_hour,
        service_all=service_all,
        engaged=sum(agent.active for agent in agents),
        places=sum(_places(agent) for agent in agents),
        accrued=_accrued(now),
        health=_health(now),
        modes=_modes(),
        at=now,
    )


# --- who waits ---


def _waiting() -> tuple[list[protocol.BoardRow], int]:
    """The rows with the longest waits, and how many wait in all rows."""
    rows = Escalation.objects.filter(state__in=[Escalation.State.WAITING, Escalation.State.OFFERED])
    grouped = rows.values_list("brand_id", "brand__name", "language", "topic").annotate(
        waiting=Count("pk"), oldest=Min(Coalesce("waits_since", "queued_at"))
    )
    found = list(grouped.order_by("oldest", "brand_id", "language", "topic"))
    skills = Skill.objects.filter(brand__in={row[0] for row in found}, key__in={row[3] for row in found})
    names = {(brand, key): name for brand, key, name in skills.values_list("brand_id", "key", "name")}
    shown = [
        protocol.BoardRow(
            brand=brand,
            language=language,
            topic=topic,
            topic_name=names.get((brand_id, topic), topic),
            waiting=count,
            oldest_since=oldest,
        )
        for brand_id, brand, language, topic, count, oldest in found[:ROWS]
    ]
    return shown, sum(row[4] for row in found)


# --- who serves ---


def _agents() -> list[protocol.BoardAgent]:
    """Approved agents who are here or should be; those who need a look first, the longest in a state first."""
    connected = _connected()
    here = Slot.objects.filter(Q(willing=True) | Q(active__gt=0) | ~Q(pause_reason=""), agent__state="approved")
    joined = dict(
        Engagement.objects.filter(ended_at=None).values_list("agent_id").annotate(Max("accepted_at")).order_by()
    )
    rung = dict(Offer.objects.filter(state="open").values_list("agent_id", "offered_at"))
    shown = []
    for slot in here.select_related("agent").prefetch_related("agent__languages"):
        state = _state(slot, connected=f"agent:{slot.pk}" in connected)
        if state != "offline":
            since = {
                "no_link": slot.gone_since,
                "ringing": rung.get(slot.pk),
                "free": slot.idle_since,
                "paused": slot.stopped_at,
            }
            shown.append(_agent(slot, state, since.get(state, joined.get(slot.pk))))
    return sorted(shown, key=_needs_a_look)


def _agent(slot: Slot, state: str, since: datetime | None) -> protocol.BoardAgent:
    return protocol.BoardAgent(
        name=slot.agent.display_name,
        state=state,
        since=since,
        active=slot.active,
        capacity=slot.places,
        languages=[language.code for language in slot.agent.languages.all()],
    )


def _needs_a_look(agent: protocol.BoardAgent) -> tuple[int, float, str]:
    since = agent.since.timestamp() if agent.since else float("inf")
    return NEEDS_A_LOOK_FIRST.index(agent.state), since, agent.name


def _state(slot: Slot, *, connected: bool) -> str:
    if not connected:
        return "no_link" if slot.willing or slot.active else "offline"
    if not slot.willing:
        return "finishing" if slot.active else "paused" if slot.pause_reason else "offline"
    if slot.held:
        return "ringing"
    if slot.active >= slot.places:
        return "full"
    return "room" if slot.active else "free"


def _places(agent: protocol.BoardAgent) -> int:
    """Chats under way count as places, also of an agent who takes no more."""
    return max(agent.capacity, agent.active) if agent.state in TAKING else agent.active


def _free(agent: protocol.BoardAgent) -> int:
    return max(0, _places(agent) - agent.active - (agent.state == "ringing"))


def _languages(agents: Sequence[protocol.BoardAgent]) -> list[protocol.BoardLanguage]:
    """The languages that somebody serves, most places first."""
    speakers: dict[str, list[protocol.BoardAgent]] = {}
    for agent in agents:
        for language in agent.languages:
            speakers.setdefault(language, []).append(agent)
    rows = [
        protocol.BoardLanguage(
            language=language,
            people=sum(agent.state in TAKING for agent in those),
            engaged=sum(agent.active for agent in those),
            places=sum(_places(agent) for agent in those),
            free=sum(_free(agent) for agent in those),
        )
        for language, those in speakers.items()
    ]
    return sorted(rows, key=lambda row: (-row.places, row.language))


def _connected() -> set[str]:
    return {principal for (principal,) in _rows(_CONNECTED)}


_CONNECTED = """
  select distinct c.principal from realtime_connection c join realtime_serverlease s on s.id = c.server_id
  where s.expires_at > clock_timestamp() and c.principal like 'agent:%%'"""


# --- offers and service level ---


def _offers(now: datetime) -> protocol.BoardOffers:
    lately = Offer.objects.filter(offered_at__gt=now - HOUR)
    states = Counter(dict(lately.values_list("state").annotate(Count("pk")).order_by()))
    declined = lately.filter(state="declined").exclude(reason="")
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
        reasons=dict(declined.values_list("reason").annotate(Count("pk")).order_by()),
        median_answer_s=_quantile(answers, 0.5),
        p95_answer_s=_quantile(answers, 0.95),
    )


def _quantile(ordered: list[float], share: float) -> float | None:
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1) if ordered else None


def _service_level(now: datetime) -> tuple[list[float | None], float | None, float | None, float | None]:
    """The share reached within 20 s by quarter of an hour; that of the last quarter, the last hour, all."""
    start = now - QUARTERS * QUARTER
    known = {"start": start, "now": now, "queued": now - REMEMBERED, "target": TARGET, "quarter": QUARTER}
    counts = [(0, 0)] * QUARTERS
    for quarter, good, judged in _rows(_SERVICE, known):
        counts[quarter] = (good, judged)
    return (
        [_share([each]) for each in counts],
        _share(counts[-1:]),
        _share(counts[-QUARTERS_AN_HOUR:]),
        _share(counts),
    )


def _share(counts: Sequence[tuple[int, int]]) -> float | None:
    judged = sum(count for _, count in counts)
    return round(sum(good for good, _ in counts) / judged, 3) if judged else None


# Judged are those whom a person reached, once, at the first accept; and those who waited longer than the target and
# left, or wait still. Whoever leaves sooner says nothing about the service.
_SERVICE = """
  with judged as (
    select e.queued_at, reached.at is not null as reached, coalesce(reached.at, e.ended_at, %(now)s) as over_at
    from dispatch_escalation e
    left join lateral (
      select min(o.ended_at) as at from dispatch_offer o where o.escalation_id = e.id and o.state = 'accepted'
    ) reached on true
    where e.queued_at > %(queued)s and e.kind = 'chat')
  select least(15, floor(extract(epoch from over_at - %(start)s) / extract(epoch from %(quarter)s::interval)))::int,
    count(*) filter (where reached and over_at - queued_at <= %(target)s), count(*)
  from judged
  where over_at > %(start)s and (reached or over_at - queued_at > %(target)s)
  group by 1"""


# --- the assistant and the money ---


def _assistant(now: datetime) -> protocol.BoardAssistant:
    begun = Conversation.objects.filter(opened_at__gte=_midnight(now))
    handed = Escalation.objects.filter(conversation__in=begun)
    reasons = dict(handed.values_list("reason").annotate(Count("conversation", distinct=True)).order_by())
    return protocol.BoardAssistant(
        conversations=begun.count(),
        handed_off=handed.values("conversation").distinct().count(),
        reasons=reasons,
    )


def _accrued(now: datetime) -> list[protocol.BoardMoney]:
    """Earned today by agents: the most first. Nothing that is paid out counts: only what comes from a chat."""
    rows: Any = Posting.objects.filter(created_at__gte=_midnight(now), kind__in=EARNED)
    sums = rows.values_list("brand__name", "currency").annotate(Sum("amount")).order_by()
    return [
        protocol.BoardMoney(brand=brand, minor=minor, currency=currency)
        for brand, currency, minor in sorted(sums, key=lambda row: (-row[2], row[0]))[:ROWS]
    ]


def _midnight(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


# --- health ---


def _health(now: datetime) -> list[protocol.BoardHealth]:
    return [_dispatcher(), _offers_in_time(now), _sockets(), _answers(now), _ledger()]


def _dispatcher() -> protocol.BoardHealth:
    led = leadership.is_led()
    return protocol.BoardHealth(
        name="Dispatcher", well=led, words="leading" if led else "no leader, beat plans instead"
    )


def _offers_in_time(now: datetime) -> protocol.BoardHealth:
    late = Offer.objects.filter(state="open", expires_at__lt=now - OVERDUE).count()
    words = f"{late} ran out, not taken back" if late else "none overdue"
    return protocol.BoardHealth(name="Offer clock", well=not late, words=words)


def _sockets() -> protocol.BoardHealth:
    kinds = dict(_rows(_SOCKETS))
    ((servers,),) = _rows("select count(*) from realtime_serverlease where expires_at > clock_timestamp()")
    agents, customers = kinds.get("agent", 0), kinds.get("customer", 0)
    words = f"agents {agents}, customers {customers}" if servers else "no server is alive"
    return protocol.BoardHealth(name="Sockets", well=servers > 0, words=words)


_SOCKETS = """
  select split_part(c.principal, ':', 1), count(*)
  from realtime_connection c join realtime_serverlease s on s.id = c.server_id
  where s.expires_at > clock_timestamp() group by 1"""


def _answers(now: datetime) -> protocol.BoardHealth:
    """Lines that the assistant should answer: its silence shows here before customers complain."""
    ((unanswered, late),) = _rows(_UNANSWERED, {"late": now - UNANSWERED})
    words = f"{late} unanswered for over 30 s" if late else f"{unanswered} being answered" if unanswered else "in time"
    return protocol.BoardHealth(name="Answers", well=not late, words=words)


_UNANSWERED = """
  select count(*), count(*) filter (where v.at < %(late)s)
  from conversations_conversation c
  join conversations_event v on v.conversation_id = c.id and v.stream = 'talk' and v.seq = c.asked_seq
  where c.asked_seq > c.answered_seq and c.state = 'open'"""


def _ledger() -> protocol.BoardHealth:
    proof = LedgerAudit.objects.values_list("balanced", "created_at").first()
    if proof is None:
        return protocol.BoardHealth(name="Ledger", well=True, words="not proved yet")
    balanced, at = proof
    words = f"{'proved' if balanced else 'faults found'} {at:%d %b %H:%M} UTC"
    return protocol.BoardHealth(name="Ledger", well=balanced, words=words)


def _modes() -> list[protocol.BoardMode]:
    """What operators have switched on, the longest ago first."""
    on = Mode.objects.filter(ended_at=None).order_by("began_at")
    told = on.values_list("kind", "brand__name", "brand_id", "began_at", "reason")
    return [protocol.BoardMode(kind=k, brand=b, brand_id=i, since=s, reason=r) for k, b, i, s, r in told]  # type: ignore[arg-type]


def _rows(sql: str, known: dict[str, Any] | None = None) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, known or {})
        return list(cursor.fetchall())
