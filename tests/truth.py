"""What must hold between the tables after every step of a ride, as queries that count the rows that break it.

`holds()` is called after each step of scripted and random rides.
"""

from collections.abc import Mapping

from django.db import connection

from payouts import proofs

# What a conversation's phase must be, told from the rows of others.
_PHASE = """
  case when c.state = 'closed' then 'ended'
       when g.away_since is not null then 'away'
       when g.id is not null then 'person'
       when e.state in ('waiting', 'offered', 'engaged') then 'queue'
       else 'assistant' end"""
_AROUND = """
  conversations_conversation c
  left join conversations_engagement g on g.conversation_id = c.id and g.ended_at is null
  left join dispatch_escalation e on e.conversation_id = c.id and e.ended_at is null"""

FAULTS: Mapping[str, str] = {
    "a slot's counts are its open offers and live engagements, without dormant ones": """
        select count(*) from agents_slot s
        where s.held <> (select count(*) from dispatch_offer o where o.agent_id = s.agent_id and o.state = 'open')
           or s.active <> (select count(*) from conversations_engagement g
                           where g.agent_id = s.agent_id and g.ended_at is null and g.dormant_since is null)
    """,
    "who goes offline after her last chat is online, and has one to come or to end": """
        select count(*) from agents_slot s
        where (s.last_one or s.one_more) and not s.willing or s.last_one and s.one_more
           or s.last_begun and not s.last_one or s.last_begun and s.active + s.held = 0
    """,
    "an agent is idle when she has no chat": """
        select count(*) from agents_slot s
        where s.active > 0 and s.idle_since is not null
           or s.willing and s.active = 0 and s.idle_since is null
    """,
    "a request is held out once where it is offered, and owned once where it is engaged": """
        select count(*) from dispatch_escalation e
        where (e.state = 'offered')::int <> (
                select count(*) from dispatch_offer o where o.escalation_id = e.id and o.state = 'open')
           or (e.state = 'engaged')::int <> (
                select count(*) from conversations_engagement g
                where g.escalation_id = e.id and g.ended_at is null and g.conversation_id = e.conversation_id)
    """,
    "an offer is of its request's brand, and so is its pay plan": """
        select count(*) from dispatch_offer o
        left join dispatch_escalation e on e.id = o.escalation_id and e.brand_id = o.brand_id
        left join payouts_payplan p on p.id = o.pay_plan_id and p.brand_id = o.brand_id
        where e.id is null or p.id is null
    """,
    "an accepted offer made one engagement, on its terms; any other made none": """
        select count(*) from dispatch_offer o
        where (o.state = 'accepted')::int <> (
          select count(*) from conversations_engagement g
          where g.offer_id = o.id and g.agent_id = o.agent_id and g.pay_plan_id = o.pay_plan_id
            and g.escalation_id = o.escalation_id and g.brand_id = o.brand_id)
    """,
    "what is promised has a deadline, and its customer reads which": """
        select count(*) from dispatch_escalation e join conversations_conversation c on c.id = e.conversation_id
        where e.state in ('callback_due', 'left_message')
          and (e.due_at is null or (c.status ->> 'due')::timestamptz is distinct from e.due_at
               or c.status ->> 'why' <> e.kind)
           or e.state in ('waiting', 'offered') and e.kind <> 'chat' and c.status ->> 'why' in ('callback', 'message')
          and (c.status ->> 'due')::timestamptz is distinct from e.due_at
    """,
    "what is over promises nothing": """
        select count(*) from dispatch_escalation e
        where (e.ended_at is not null or e.state = 'engaged') and (e.due_at is not null or e.held_until is not null)
    """,
    "a closed conversation has no request and no owner": f"""
        select count(*) from {_AROUND} where c.state = 'closed' and (g.id is not null or e.id is not null)
    """,
    "the phase is what the tables say": f"select count(*) from {_AROUND} where c.status ->> 'phase' <> {_PHASE}",
    "the person shown is the owner": f"""
        select count(*) from {_AROUND} left
        join agents_agent a on a.id = g.agent_id
        where c.state = 'open' and c.status -> 'person' ->> 'name' is distinct from a.display_name
    """,
    "there is something to rate where it says so, and nowhere else": """
        select count(*) from conversations_conversation c
        left join conversations_engagement g on g.id = (c.status ->> 'to_rate')::uuid
        left join conversations_rating r on r.engagement_id = g.id
        where c.status ->> 'to_rate' is not null
          and (c.state <> 'closed' or g.state not in ('resolved', 'left') or r.engagement_id is not null)
    """,
    "who is to be rated is shown": """
        select count(*) from conversations_conversation c
        join conversations_engagement g on g.id = (c.status ->> 'to_rate')::uuid
        join agents_agent a on a.id = g.agent_id
        where c.status -> 'person' ->> 'name' is distinct from a.display_name
    """,
    "the status is the last one told": """
        select count(*) from conversations_conversation c
        join lateral (select v.data -> 'status' as told from conversations_event v
                      where v.conversation_id = c.id and v.stream = 'talk' and v.data ? 'status'
                      order by v.seq desc limit 1) last on true
        where c.status <> last.told
    """,
    "streams have no gap and end at their counters": """
        select count(*) from conversations_conversation c
        cross join lateral (values ('talk', c.talk_seq), ('desk', c.desk_seq)) s(stream, head)
        cross join lateral (
          select count(*) as many, coalesce(min(v.seq), 1) as low, coalesce(max(v.seq), 0) as top
          from conversations_event v where v.conversation_id = c.id and v.stream = s.stream) v
        where (v.many, v.low, v.top) <> (s.head, 1, s.head)
    """,
    "who may write is the customer and the owner": """
        select count(*) from conversations_participant p
        where p.may_write <> (p.role = 'customer' or exists (
          select 1 from conversations_engagement g
          where g.conversation_id = p.conversation_id and g.agent_id = p.person_id and g.ended_at is null))
    """,
    "every owner takes part": """
        select count(*) from conversations_engagement g
        where g.ended_at is null and not exists (
          select 1 from conversations_participant p
          where p.conversation_id = g.conversation_id and p.person_id = g.agent_id and p.role = 'agent')
    """,
    "nothing is left to answer in a closed conversation": """
        select count(*) from conversations_conversation
        where asked_seq > talk_seq or state = 'closed' and asked_seq > answered_seq
    """,
    "each request brought one packet": """
        select count(*) from conversations_conversation c
        where (select count(*) from dispatch_escalation e where e.conversation_id = c.id)
          <> (select count(*) from conversations_event v where v.conversation_id = c.id and v.kind = 'hand_off')
    """,
    "an ended engagement has its facts frozen once, a live one not yet": """
        select count(*) from conversations_engagement g
        where (g.ended_at is not null and not g.by_staff)::int <> (
          select count(*) from payouts_earningfact f
          where f.engagement_id = g.id and f.agent_id = g.agent_id and f.kind = 'closed')
    """,
    "a surge budget is what its reservations say": """
        select count(*) from payouts_surgebudget b
        where (b.reserved_minor, b.spent_minor) <> (
          select coalesce(sum(r.amount_minor) filter (where r.state = 'reserved'), 0),
            coalesce(sum(r.paid_minor), 0)
          from payouts_surgereservation r where r.budget_id = b.brand_id)
    """,
    "a bonus that a chat was paid was reserved by its offer, and is spent": """
        select count(*) from payouts_posting p
        join conversations_engagement g on g.id = p.engagement_id
        left join payouts_surgereservation r on r.offer_id = g.offer_id
        where p.kind = 'surge' and g.surge_cents > 0
          and (r.offer_id is null or r.state <> 'spent' or r.paid_minor <> p.amount)
    """,
    "who saw a chat through is paid for it once, who did not is not": """
        select count(*) from conversations_engagement g
        where (g.state in ('resolved', 'left') and not g.by_staff)::int <> (
          select count(*) from payouts_posting p where p.engagement_id = g.id and p.kind = 'per_chat')
    """,
}


def faults() -> dict[str, int]:
    """What does not hold, and for how many rows; the ledger's own proofs included."""
    found = {}
    with connection.cursor() as cursor:
        for name, query in {**FAULTS, **proofs.FAULTS}.items():
            cursor.execute(query)
            (many,) = cursor.fetchone()
            if many:
                found[name] = many
    return found


def holds() -> None:
    """Everything that must hold between the tables does."""
    assert faults() == {}
