"""Errors over HTTP: problem+json (RFC 9457), one clear sentence each."""

import logging
from typing import Any

from django.db import InterfaceError, OperationalError
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from marketplace.refusals import Refused
from realtime import trouble

log = logging.getLogger(__name__)

RETRY_SECONDS = 2

STATUS = {
    "not_found": 404,
    "not_yours": 403,
    "forbidden": 403,
    "not_approved": 403,
    "slow_down": 429,
    "bad_identity": 401,
}


def handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Every refusal as {type, title, status, code, detail}; `fields` names what was wrong in a form.

    A database that is away, slow or locked is no fault of the request's: 503, and when to come again.
    """
    if isinstance(error, OperationalError | InterfaceError):
        trouble.tell(log, error, "A request could not be answered")
        busy = _problem(503, "unavailable", "We cannot answer just now. Please try again in a moment.")
        busy["Retry-After"] = str(RETRY_SECONDS)
        return busy
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
