"""Errors over HTTP: problem+json (RFC 9457), one clear sentence each."""

from typing import Any

from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from marketplace.refusals import Refused

STATUS = {
    "not_found": 404,
    "not_yours": 403,
    "forbidden": 403,
    "not_approved": 403,
    "slow_down": 429,
    "bad_identity": 401,
}


def handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Every refusal as {type, title, status, code, detail}; `fields` names what was wrong in a form."""
    if isinstance(error, Refused):
        return _problem(STATUS.get(error.code, 409), error.code, error.message)
    response = exception_handler(error, context)
    if response is None:
        return None
    fields = response.data if isinstance(error, exceptions.ValidationError) else None
    code = getattr(error, "default_code", "error")
    detail = "Please check what you entered." if fields else str(getattr(error, "detail", error))
    problem = _problem(response.status_code, code, detail, fields)
    for header in ("WWW-Authenticate", "Retry-After", "Allow"):
        if header in response:
            problem[header] = response[header]
    return problem


def _problem(status: int, code: str, detail: str, fields: Any = None) -> Response:
    body = {"type": "about:blank", "title": detail, "status": status, "code": code, "detail": detail}
    if fields is not None:
        body["fields"] = fields
    return Response(body, status=status, content_type="application/problem+json")
