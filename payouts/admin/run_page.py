"""What the page of a payout run shows: control totals, differences, people, and who may act now. Reads only."""

from typing import Any
from uuid import UUID

from agents.models import User
from payouts import receipts, wallet
from payouts.kinds import kind_words
from payouts.models import Payout, PayoutRun
from payouts.runs import review

NAMES = {"system": "the schedule", "deployment": "the deployment"}  # who acts without being a person
ENDING = 4  # signs of the digest that the approver writes down
STEPS = ("draft", "computed", "proved", "submitted", "approved", "releasing", "closed")


def person(principal: str) -> str:
    """The name of whoever this principal is, as an operator knows them."""
    kind, _, key = principal.partition(":")
    if kind != "operator":
        return NAMES.get(principal, principal)
    found = User.objects.filter(pk=key).first() if _is_id(key) else None
    return (found.get_full_name() or found.email) if found else principal


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def money(amount: int, currency: str) -> str:
    return receipts.money(amount, currency, locale="en")


def grouped(digest: str) -> str:
    """By fours, as people read it aloud."""
    return " ".join(digest[at : at + ENDING] for at in range(0, len(digest), ENDING))


def leaving_words(run: PayoutRun) -> str:
    """`1 payout, 39.48 EUR`: what goes if the run is approved as it stands."""
    many, amount = review.leaving(run)
    return f"{many} payout{'' if many == 1 else 's'}, {money(amount, run.currency)}"


def staying_words(run: PayoutRun) -> str:
    """What of the run stays behind, as a sentence; empty where all of it goes."""
    many, amount = review.leaving(run)
    stay = int(run.totals.get("payouts", 0)) - many
    left = money(int(run.totals.get("amount", 0)) - amount, run.currency)
    if not stay:
        return ""
    return f"{stay} payout{' stays' if stay == 1 else 's stay'} behind, held or given back: {left}."


def context(run: PayoutRun, *, principal: str) -> dict[str, Any]:
    """All that the page shows, to whoever is asking."""
    found = review.review(run)
    currency = run.currency
    return {
        "review": found,
        "steps": [(name, PayoutRun.State(name).label, _step(run, name)) for name in STEPS],
        "to_pay": money(found.amount, currency),
        "leaving": leaving_words(run),
        "staying": staying_words(run),
        "change": None if found.change is None else signed(found.change, currency),
        "before": money(int(found.earlier.totals.get("amount", 0)), currency) if found.earlier else "",
        "parts": [_part(part, currency, compared=found.earlier is not None) for part in found.parts],
        "brought_forward": _brought_forward(found, currency),
        "movers": _movers(found, currency),
        "new_accounts": [_payout(payout) for payout in found.new_accounts],
        "held": [_payout(payout) for payout in found.held],
        "held_amount": money(found.held_amount, currency),
        "progress": [
            (Payout.State(state).label, many, money(amount, currency))
            for state, (many, amount) in found.by_state.items()
        ],
        "digest": grouped(run.digest)[:-ENDING],
        "ending": run.digest[-ENDING:],
        "prepared_by": person(run.prepared_by),
        "submitted_by": person(run.submitted_by) if run.submitted_by else "",
        "approved_by": person(run.approved_by) if run.approved_by else "",
        "refused_by": person(run.refused_by) if run.refused_by else "",
        "yours": principal in (run.prepared_by, run.submitted_by),
    }


def _part(part: review.Part, currency: str, *, compared: bool) -> dict[str, Any]:
    return {
        "kind": kind_words(part.kind),
        "lines": part.lines,
        "amount": money(part.amount, currency),
        "before": money(part.before, currency) if compared else "",
        "change": signed(part.change, currency) if compared else "",
    }


def _brought_forward(found: review.Review, currency: str) -> dict[str, Any] | None:
    """The row that closes the sum: the lines with which earlier payouts left, and what they left behind."""
    if not (found.other_lines or found.brought_forward):
        return None
    part = review.Part("", found.other_lines, found.brought_forward, found.brought_forward_before)
    return _part(part, currency, compared=found.earlier is not None)


def _movers(found: review.Review, currency: str) -> list[dict[str, Any]]:
    largest = max((abs(mover.change) for mover in found.movers), default=1) or 1
    return [
        {
            "agent": mover.agent,
            "link": mover.payout_id,
            "before": money(mover.before, currency),
            "now": money(mover.now, currency),
            "change": signed(mover.change, currency),
            "share": 50 * abs(mover.change) // largest,
            "more": mover.change > 0,
            "note": "first payout" if mover.first else "" if mover.now else "nothing this time",
        }
        for mover in found.movers
    ]


def _step(run: PayoutRun, name: str) -> str:
    here, there = STEPS.index(run.state), STEPS.index(name)
    return "done" if there < here or run.state == "closed" else "now" if there == here else "to come"


def _payout(payout: Payout) -> dict[str, Any]:
    agent = payout.account.agent
    return {
        "id": payout.pk,
        "agent": agent.display_name if agent else "",
        "account": wallet.masked(payout.destination),
        "since": payout.destination.created_at,
        "amount": money(payout.amount, payout.currency),
        "held_by": person(payout.held_by) if payout.held_by else "",
        "reason": payout.held_reason,
        "reply_by": payout.reply_by,
        "may_be_held": not payout.held_by and payout.state in (Payout.State.DUE, Payout.State.APPROVED),
    }


def signed(amount: int, currency: str) -> str:
    return f"{'+' if amount > 0 else ''}{money(amount, currency)}"
