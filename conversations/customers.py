"""Who a customer is: anonymous with a token of ours, or named by a token that the brand's server signed."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
from django.db import transaction
from django.db.models import OuterRef, Subquery

from brands.models import Brand
from conversations.models import Conversation, Customer, CustomerToken, SpentIdentity
from marketplace.refusals import Refused

IDENTITY_LONGEST = timedelta(minutes=10)
LEEWAY = timedelta(seconds=30)


def by_token(token: str) -> Customer | None:
    """The customer who holds this token."""
    if not token or len(token) > 128:
        return None
    held = CustomerToken.objects.select_related("customer__brand").filter(hash=_hash(token)).first()
    return held.customer if held and held.customer.brand.active else None


def greetings(customer_ids: Sequence[UUID]) -> dict[UUID, tuple[str, UUID | None]]:
    """Name and latest conversation of each customer whose brand is still active; one query."""
    latest = Conversation.objects.filter(customer=OuterRef("pk")).order_by("-opened_at").values("pk")[:1]
    known = Customer.objects.filter(pk__in=customer_ids, brand__active=True).annotate(latest=Subquery(latest))
    return {id_: (name, conversation) for id_, name, conversation in known.values_list("pk", "name", "latest")}


@transaction.atomic
def anonymous(brand: Brand, *, language: str, now: datetime) -> tuple[Customer, str]:
    """A new customer and the token that her browser keeps."""
    customer = Customer.objects.create(brand=brand, language=language, created_at=now)
    return customer, _new_token(customer, now=now)


@transaction.atomic
def identified(brand: Brand, identity: str, *, held: str = "", now: datetime) -> tuple[Customer, str]:
    """The customer that the brand's signed token names, and a token of ours for her browser.

    A token `held` that is hers already stays: all tabs of her browser keep sharing one.

    The brand signs with HS256 and its secret: `sub` (who), `aud` (the brand's slug), `exp` at most ten minutes ahead,
    `jti` (used once), and if it likes `name`, `email`, `locale` and `vip` (true or false; absent: false), which only
    the brand can say of her. Anything else is refused.
    """
    told = claims(brand, identity, audience=brand.slug, now=now)
    vip = told.get("vip", False)
    if not isinstance(vip, bool):
        raise Refused("The claim vip is true or false.", code="bad_identity")
    _spend(brand, told, now=now)
    customer, _ = Customer.objects.update_or_create(
        brand=brand,
        external_id=told["sub"],
        defaults={"name": _text(told, "name", 80), "email": _text(told, "email", 254), "vip": vip},
        create_defaults={
            "vip": vip,
            "name": _text(told, "name", 80),
            "email": _text(told, "email", 254),
            "language": _text(told, "locale", 8),
            "created_at": now,
        },
    )
    known = by_token(held)
    return customer, held if known == customer else _new_token(customer, now=now)


def claims(brand: Brand, signed: str, *, audience: str, now: datetime) -> dict[str, Any]:
    """What the brand's server signed for this audience, for ten minutes at most. Anything else is refused."""
    try:
        told: dict[str, Any] = jwt.decode(
            signed,
            brand.signing_secret,
            algorithms=["HS256"],
            audience=audience,
            options={
                "require": ["exp", "aud", "sub", "jti"],
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
            },
        )
        expires = datetime.fromtimestamp(told["exp"], UTC)
    except (jwt.PyJWTError, TypeError, ValueError, OverflowError, OSError) as error:
        raise Refused("This signed token is not valid.", code="bad_identity") from error
    if expires <= now - LEEWAY or expires > now + IDENTITY_LONGEST + LEEWAY:
        raise Refused("This signed token has expired, or lasts longer than ten minutes.", code="bad_identity")
    named = [told["sub"], told["jti"]]
    if not all(isinstance(name, str) and 0 < len(name) <= 128 and name == _storable(name) for name in named):
        raise Refused("This signed token is not valid.", code="bad_identity")
    return told


def _spend(brand: Brand, claims: dict[str, Any], *, now: datetime) -> None:
    SpentIdentity.objects.filter(brand=brand, expires_at__lt=now - LEEWAY).delete()
    _, first = SpentIdentity.objects.get_or_create(
        brand=brand, jti=claims["jti"], defaults={"expires_at": datetime.fromtimestamp(claims["exp"], UTC)}
    )
    if not first:
        raise Refused("This sign-in token was used before.", code="bad_identity")


def _text(claims: dict[str, Any], name: str, longest: int) -> str:
    value = claims.get(name, "")
    return _storable(value)[:longest] if isinstance(value, str) else ""


def _storable(text: str) -> str:
    """Without what PostgreSQL cannot hold: NUL and half characters."""
    return text.replace("\x00", "").encode(errors="ignore").decode()


def _new_token(customer: Customer, *, now: datetime) -> str:
    token = secrets.token_urlsafe(32)
    CustomerToken.objects.create(hash=_hash(token), customer=customer, created_at=now)
    return token


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
