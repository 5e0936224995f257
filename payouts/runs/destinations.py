"""Where agents are paid: checked, sealed, and after a change not used before its cooling-off is over."""

import json
from dataclasses import asdict
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import transaction

from agents.models import Agent
from audit import journal
from marketplace.refusals import Refused
from payouts.models import PayoutDestination
from payouts.providers.contract import Destination, NoAnswer
from payouts.runs import outlets, vault

COOLING_OFF = timedelta(hours=48)
LONGEST_HOLDER = 70  # as much as SEPA carries


def change(
    agent_id: UUID, currency: str, destination: Destination, *, provider: str, zone: str, by: str, now: datetime
) -> PayoutDestination:
    """The agent's one destination for this currency. A first one is usable at once; a change cools off for 48 hours.

    The same account again changes nothing. Refused where the provider would not pay it. Locks: the agent.
    """
    tidy = _tidy(destination)
    _check(tidy, currency, provider=provider, zone=zone)
    with transaction.atomic():
        Agent.objects.select_for_update(no_key=True).get(pk=agent_id)
        fingerprint = vault.fingerprint(tidy.iban or tidy.provider_account)
        held = PayoutDestination.objects.filter(agent_id=agent_id, currency=currency, replaced_at=None).first()
        if held and (held.fingerprint, held.provider, held.zone) == (fingerprint, provider, zone):
            return held
        if held:
            held.replaced_at = now
            held.save(update_fields=["replaced_at"])
        changed = held is not None and held.fingerprint != fingerprint
        made = PayoutDestination.objects.create(
            agent_id=agent_id,
            currency=currency,
            provider=provider,
            zone=zone,
            sealed=vault.seal(json.dumps(asdict(tidy)), bound_to=str(agent_id)),
            fingerprint=fingerprint,
            ending=(tidy.iban or tidy.provider_account)[-4:],
            created_at=now,
            created_by=by,
            usable_from=_usable_from(held, changed=changed, now=now),
        )
        journal.record("payout_destination.change", actor=by, subject=f"agent:{agent_id}", now=now)
    return made


def opened(destination: PayoutDestination) -> Destination:
    """In clear, for the provider and nobody else."""
    return Destination(**json.loads(vault.unseal(destination.sealed, bound_to=str(destination.agent_id))))


def rotate(*, limit: int = 1_000) -> int:
    """Destinations sealed by an older key are sealed by the first; how many. Called again until it is none."""
    changed = 0
    for found in PayoutDestination.objects.order_by("created_at").iterator():
        if changed == limit:
            break
        if not vault.sealed_by_the_first(found.sealed):
            plain = vault.unseal(found.sealed, bound_to=str(found.agent_id))
            fresh = vault.seal(plain, bound_to=str(found.agent_id))
            changed += PayoutDestination.objects.filter(pk=found.pk, sealed=found.sealed).update(sealed=fresh)
    return changed


def _usable_from(held: PayoutDestination | None, *, changed: bool, now: datetime) -> datetime:
    """A new zone or provider for the same account waits no longer than the account does already."""
    if held is None:
        return now
    return now + COOLING_OFF if changed else max(now, held.usable_from)


def _tidy(given: Destination) -> Destination:
    return Destination(
        holder=" ".join(given.holder.split())[:LONGEST_HOLDER],
        iban="".join(given.iban.split()).upper(),
        provider_account=given.provider_account.strip(),
    )


def _check(destination: Destination, currency: str, *, provider: str, zone: str) -> None:
    outlet = outlets.named(provider)
    if outlet is None:
        raise Refused("Payouts do not go this way here.", code="provider")
    if outlet.currencies is not None and currency not in outlet.currencies:
        raise Refused(f"{currency} cannot be paid out this way.", code="currency")
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Refused("This is not a time zone.", code="zone") from None
    try:
        problem = outlet.check_destination(destination)
    except NoAnswer:
        raise Refused("The account could not be checked just now: try again in a minute.", code="later") from None
    if problem:
        raise Refused(problem, code="destination")
