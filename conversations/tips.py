"""Tips: a customer pays them at her brand's own till; the brand's server tells us, signed, and the agent gets all."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from brands.models import Brand
from conversations import customers
from conversations.models import Engagement
from marketplace.refusals import Refused
from payouts import afterwards
from payouts.models import TipPayment

MOST_MINOR = 50_000
LATEST = timedelta(days=30)  # after the chat has ended
ENDED = (Engagement.State.RESOLVED, Engagement.State.LEFT)


@dataclass(frozen=True, slots=True)
class Tip:
    """What was paid to whom; minor units of the brand's currency."""

    engagement_id: UUID
    amount_minor: int
    currency: str


def tell(brand: Brand, signed: str, *, now: datetime) -> Tip:
    """The tip is the agent's, whole, on a line of its own. The same payment again is the same tip.

    Signed as a customer's sign-in token is, for the audience `<slug>/tips`: `sub` (which customer), `jti` (what the
    till calls the payment), `amount_minor`, `currency`, and if it likes `engagement`; without it, the latest chat with
    a person. Raises Refused. Locks: the agent's ledger account.
    """
    claims = customers.claims(brand, signed, audience=f"{brand.slug}/tips", now=now)
    amount = claims.get("amount_minor")
    if type(amount) is not int or not 1 <= amount <= MOST_MINOR:
        raise Refused(f"A tip is a whole amount_minor from 1 to {MOST_MINOR}.", code="bad_tip")
    if claims.get("currency") != brand.currency:
        raise Refused(f"This brand's tips are in {brand.currency}.", code="bad_tip")
    chat = _chat(brand, claims, now=now)
    posted = afterwards.tipped(chat.pk, payment=claims["jti"], tip_cents=amount, currency=brand.currency, now=now)
    return Tip(chat.pk, sum(line.amount for line in posted), brand.currency)


def _chat(brand: Brand, claims: dict[str, Any], *, now: datetime) -> Engagement:
    """The chat that is tipped. One told twice is found by its payment, whatever chats have ended since."""
    told = TipPayment.objects.filter(brand=brand, payment=claims["jti"]).values_list("engagement_id", flat=True).first()
    theirs = Engagement.objects.filter(
        brand=brand, conversation__customer__external_id=claims["sub"], state__in=ENDED, by_staff=False
    )
    if told is not None:
        theirs = theirs.filter(pk=told)
    elif "engagement" in claims:
        theirs = theirs.filter(pk=_id(claims["engagement"]), ended_at__gt=now - LATEST)
    else:
        theirs = theirs.filter(ended_at__gt=now - LATEST)
    found = theirs.order_by("-ended_at").first()
    if found is None:
        raise Refused("This customer has had no such chat in the last 30 days.", code="not_found")
    return found


def _id(told: object) -> UUID:
    try:
        return UUID(str(told))
    except ValueError as error:
        raise Refused("An engagement is named by its id.", code="bad_tip") from error
