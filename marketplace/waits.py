"""How long the clockwork waits, in seconds: each number once, and one divisor that makes all of it run faster.

The page of the protocol and the browser's constants show these true values; a running system reads them, divided, from
`settings.BECKON_WAITS`.
"""

from collections.abc import Mapping

TRUE: Mapping[str, float] = {
    # the ride: how long an offer rings, where a phone is rung, and at most where an agent asks for more time; how soon
    # the same agent is asked for the same customer again
    "offer_seconds": 12,
    "offer_push_seconds": 20,
    "offer_longest_seconds": 60,
    "same_agent_again_seconds": 60,
    # so long after a chat that ended well its agent is the one who knows the customer
    "known_agent_seconds": 604_800,
    # an agent whose last connection broke: the customer is told, she is offline, her chats are given away
    "agent_gone_told_seconds": 10,
    "agent_gone_unwilling_seconds": 30,
    "agent_gone_lost_seconds": 60,
    # and until when after her loss she gets them back by herself, where nobody else has accepted
    "agent_back_seconds": 600,
    # a customer who does not answer: her chat takes no place any more, and later it is over
    "dormant_seconds": 720,
    "dormant_ends_seconds": 7_200,
    # a customer whose last connection broke: her agent sees it, the agent is free, she waits no more; and until when a
    # return alone brings her to a person again (later her first line does)
    "customer_gone_told_seconds": 10,
    "customer_gone_frees_seconds": 180,
    "customer_gone_abandons_seconds": 600,
    "customer_back_seconds": 900,
    # for so long a VIP's request is held out to the tier alone that her brand names for it
    "vip_tier_seconds": 20,
    # so long before a promised time people are rung for it; a chat kept for a supervisor is offered to others; who made
    # an agent leave waits for the next; a question to colleagues is open
    "promise_rings_before_seconds": 600,
    "supervisor_seconds": 120,
    "abuse_rest_seconds": 900,
    "question_seconds": 600,
    # the wire: a process's lease, healing, the transport's ping and its answer, a blocked write, a locked conversation
    "lease_seconds": 8,
    "heal_seconds": 8,
    "deaf_pass_seconds": 1,
    "ping_seconds": 10,
    "pong_seconds": 10,
    "blocked_seconds": 10,
    "parked_seconds": 10,
    "rights_seconds": 2,
    "dead_server_kept_seconds": 120,
    # who plans: the leader's lease, its renewal, and a round though nothing rang
    "lead_seconds": 1.5,
    "lead_renew_seconds": 0.4,
    "dispatcher_tick_seconds": 1,
    # a bonus while it is busy: it is not lowered sooner
    "surge_stands_seconds": 300,
    # an agent with room whom nobody asked for so long, while others were asked, is asked first
    "starved_after_seconds": 600,
    # shifts: until so long before, a seat can be given back, and passed to a colleague; who is not there so long after
    # its begin has missed it, and so soon still counts as on time; its guarantee waits at most so long for open chats
    "shift_give_back_seconds": 43_200,
    "shift_swap_seconds": 1_800,
    "shift_missed_seconds": 600,
    "shift_late_seconds": 120,
    "shift_settle_seconds": 9_000,
    # the beat's sweeps
    "sweep_offers_seconds": 1,
    "sweep_presence_seconds": 2,
    "sweep_silence_seconds": 10,
    "sweep_leaderless_seconds": 2,
    "sweep_promises_seconds": 2,
    "sweep_answers_seconds": 2,
    "sweep_fairness_seconds": 60,
    "sweep_surge_seconds": 10,
    "sweep_wire_seconds": 30,
    "sweep_shifts_seconds": 20,
    "sweep_what_ifs_seconds": 3,
}
MISSES_THAT_PAUSE = 2  # offers in a row that go unanswered: so long a wait is a pause
FASTEST = 60
# A lease that ends before a machine has got round to renewing it changes hands without need. Machines do not get
# faster with the clockwork: no haste makes a lease shorter than this.
SHORTEST: Mapping[str, float] = {"lease_seconds": 2.0, "lead_seconds": 1.0, "lead_renew_seconds": 0.2}


def shortened(haste: float) -> dict[str, float]:
    """Every wait, `haste` times as short; leases no shorter than a machine can keep them."""
    return {name: max(seconds / haste, SHORTEST.get(name, 0.0)) for name, seconds in TRUE.items()}
