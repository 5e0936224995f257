"""Who may look at the plan of a brand, and who may change it: one set of rules for page, REST and export."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from agents.models import User
from audit import journal
from brands.models import Brand
from marketplace.refusals import Refused
from shifts.models import Planner, Shift

NO_RIGHT = "This is for operators with the right to it."
NO_BRAND = "There is no such brand."


def plans_anything(user: Any) -> bool:
    """Whether the planning board is this log-in's page at all."""
    return brands_of(user).exists()


def is_of_the_house(user: Any) -> bool:
    """Staff of the platform, who plan for every brand."""
    return isinstance(user, User) and user.is_active and user.is_staff and user.has_perm("shifts.view_shift")


def brands_of(user: Any) -> QuerySet[Brand]:
    """Every brand for staff with the right to shifts; for a brand's own planner hers; none for anybody else."""
    active = Brand.objects.filter(active=True)
    if is_of_the_house(user):
        return active
    if not isinstance(user, User) or not user.is_active:
        return active.none()
    return active.filter(pk__in=Planner.objects.filter(user_id=user.pk).values("brand_id"))


def may_change(user: Any, brand_id: UUID) -> bool:
    if is_of_the_house(user):
        return bool(user.has_perm("shifts.change_shift"))
    return Planner.objects.filter(user_id=user.pk, brand_id=brand_id, may_change=True).exists()


def demand(user: Any, brand_id: UUID, *, change: bool = False) -> Brand:
    """The brand. Refused: 404 where it is not this person's, as if there were none; 403 where she may only look."""
    brand = brands_of(user).filter(pk=brand_id).first()
    if brand is None:
        raise Refused(NO_BRAND, code="not_found")
    if change and not may_change(user, brand_id):
        raise Refused(NO_RIGHT, code="forbidden")
    return brand


def demand_shift(user: Any, shift_id: UUID) -> Shift:
    """A shift that this person may change; another brand's is none."""
    shift = Shift.objects.filter(pk=shift_id, brand__in=brands_of(user)).first()
    if shift is None:
        raise Refused("There is no such shift.", code="not_found")
    demand(user, shift.brand_id, change=True)
    return shift


def demand_house(user: Any, right: str) -> None:
    """Staff of the platform with this right: for what concerns every brand."""
    if not (is_of_the_house(user) and user.has_perm(right)):
        raise Refused(NO_RIGHT, code="forbidden")


@transaction.atomic
def appoint(user: User, brand: Brand, *, may_change: bool, by: str, reason: str, now: datetime) -> Planner:
    """This log-in plans for the brand from now on; said again, the last word on what she may stands."""
    found, _ = Planner.objects.update_or_create(
        brand=brand,
        user=user,
        defaults={"may_change": may_change},
        create_defaults={"may_change": may_change, "made_by": by, "made_at": now},
    )
    _record("planner.appointed", found, by=by, reason=reason, now=now)
    return found


@transaction.atomic
def dismiss(planner_id: UUID, *, by: str, reason: str, now: datetime) -> None:
    """She plans for this brand no more. Repeated, nothing changes."""
    found = Planner.objects.select_for_update(no_key=True).filter(pk=planner_id).first()
    if found is not None:
        _record("planner.dismissed", found, by=by, reason=reason, now=now)
        found.delete()


def _record(action: str, planner: Planner, *, by: str, reason: str, now: datetime) -> None:
    detail = {"may_change": planner.may_change}
    subject, brand_id = f"user:{planner.user_id}", planner.brand_id
    journal.record(action, actor=by, subject=subject, now=now, reason=reason, brand_id=brand_id, detail=detail)
