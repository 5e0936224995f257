"""A stored round planned once more. Loads the planner: for commands and tests, no web process."""

from dataclasses import dataclass
from uuid import UUID

from dispatch import decisions, published
from dispatch.matching import records
from dispatch.models import Decision, Round


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came out again. `is_same`: each offer of the round that was made goes to the same agent."""

    is_same: bool
    words: str


def replay(id_: UUID) -> Replayed:
    """The decision's round, planned again from its stored inputs under the version of the weights that ran."""
    decision = decisions.one(id_)
    kept = Round.objects.get(pk=decision.round, at=decision.at)
    plan = records.replay(kept.inputs, published.version(kept.weights))
    again = {placement.escalation_id: placement.agent_id for placement in plan.placements}
    made = dict(Decision.objects.filter(at=kept.at, round=kept.pk).values_list("escalation", "agent"))
    other = {escalation: agent for escalation, agent in made.items() if again.get(escalation) != agent}
    same_facts = records.facts(plan).get(decision.escalation) == decision.facts
    words = [
        f"decided {kept.at.isoformat()}, weights version {kept.weights}, {kept.method}, {len(made)} offers",
        f"this one: {decision.escalation} to {decision.agent}",
        *(f"differs: {escalation} went to {made[escalation]}, now {again.get(escalation)}" for escalation in other),
        "the same offers come out" if not other else "other offers come out",
        "the same points come out" if same_facts else "other points come out",
    ]
    return Replayed(not other and same_facts, "\n".join(words))
