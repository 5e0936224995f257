"""How fast one person may call over HTTP: as fast as a person and her browser ever need."""

from typing import Any

from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle


class PersonPace(SimpleRateThrottle):
    """Two calls a second on average, counted per customer, log-in or, for strangers, address."""

    scope = "person"
    rate = "120/min"

    def get_cache_key(self, request: Request, view: Any) -> str:
        customer = getattr(request.user, "customer", None)
        ident = customer.pk if customer else request.user.pk or self.get_ident(request)
        return f"pace:{self.scope}:{ident}"


class NewcomerPace(SimpleRateThrottle):
    """Sessions begun from one address: a whole office may sit behind it."""

    scope = "newcomer"
    rate = "1200/min"

    def get_cache_key(self, request: Request, view: Any) -> str:
        return f"pace:{self.scope}:{self.get_ident(request)}"
