"""How our doors are described at /api/schema. A view says what it takes, and answers an object unless it says more.

`body` is the serializer of what is sent, `query` that of the address's parameters; `extend_schema` wins over both.
"""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes

SENDS = frozenset({"POST", "PUT", "PATCH"})


class Schema(AutoSchema):  # type: ignore[misc]  # drf-spectacular ships no types for it
    """Reads `body` and `query` off a view."""

    def get_request_serializer(self) -> Any:
        return getattr(self.view, "body", None) if self.method in SENDS else None

    def get_response_serializers(self) -> Any:
        return OpenApiTypes.OBJECT

    def get_override_parameters(self) -> list[Any]:
        query = getattr(self.view, "query", None)
        return [query] if query is not None and self.method == "GET" else []


class CustomerToken(OpenApiAuthenticationExtension):  # type: ignore[misc]
    """What a customer's browser holds, from the widget's session."""

    target_class = "conversations.principals.CustomerTokenAuthentication"
    name = "customer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}
