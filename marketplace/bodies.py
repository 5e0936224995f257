"""What a request may bring: one JSON object, its fields of the very kind that is asked for."""

import json
import math
from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class JsonObject(JSONParser):
    """JSON, refused in one sentence where it is none, nests without end or is no object."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        try:
            body = super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise ParseError("This JSON nests too deeply.") from None
        if not isinstance(body, Mapping):
            raise ParseError("Send a JSON object.")
        return body


def readable(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware for allauth's doors, which take any JSON: what cannot be read or stored ends here."""

    def answer(request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/_allauth/") and request.body and not _is_readable(request.body):
            errors = [{"message": "This is no JSON object that we can read.", "code": "unreadable"}]
            return JsonResponse({"status": 400, "errors": errors}, status=400)
        return get_response(request)

    return answer


def _is_readable(body: bytes) -> bool:
    """JSON of one object, of whole characters, that nests within reason."""
    try:
        given = json.loads(body)
        json.dumps(given, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return False
    return isinstance(given, dict)


class Text(serializers.CharField):
    """A string. A number is none."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Pattern(Text, serializers.RegexField):
    """A string of one form."""


class Id(serializers.UUIDField):
    """A UUID as text."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)


class Whole(serializers.IntegerField):
    """A whole number. Text that looks like one is none."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return data


class Number(serializers.FloatField):
    """A number that can be counted with: neither endless nor none."""

    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, bool):
            self.fail("invalid")
        number: float = super().to_internal_value(data)
        if not math.isfinite(number):
            self.fail("invalid")
        return number


class Flag(serializers.BooleanField):
    """True or false. Text or a number that looks like one is none."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data
