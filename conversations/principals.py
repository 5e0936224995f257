"""Who is asking over HTTP: a customer by her token, an agent or operator by the session."""

from typing import Any

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from agents.models import Agent, User
from conversations import customers
from conversations.models import Customer
from marketplace.refusals import Refused


class CustomerUser:
    """A customer in the place where Django expects a user. She has no log-in and no rights beyond her own talk."""

    is_authenticated = True
    is_active = True
    is_staff = False
    pk = None

    def __init__(self, customer: Customer) -> None:
        self.customer = customer


class CustomerTokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>`, as the widget keeps it."""

    def authenticate(self, request: Request) -> tuple[CustomerUser, None] | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        customer = customers.by_token(token.strip())
        if customer is None:
            raise AuthenticationFailed("This chat's token is not valid any more.")
        return CustomerUser(customer), None

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def customer_of(request: Request) -> Customer:
    """The customer who asks. Raises Refused for anybody else."""
    user: Any = request.user
    if not isinstance(user, CustomerUser):
        raise Refused("This is for a brand's customers.", code="forbidden")
    return user.customer


def principal_of(request: Request, kind: str | None = None) -> str:
    """The asking person's principal; staff say as what they come (`kind`). Raises Refused where they may not."""
    user: Any = request.user
    if isinstance(user, CustomerUser):
        return f"customer:{user.customer.pk}"
    if isinstance(user, User) and user.is_active:
        if kind == "operator" and user.watches_the_board:
            return f"operator:{user.pk}"
        agent = Agent.objects.filter(user=user).exclude(state=Agent.State.DEACTIVATED).first()
        if agent and kind in (None, "agent"):
            return f"agent:{agent.pk}"
    raise Refused("Please log in again.", code="forbidden")
