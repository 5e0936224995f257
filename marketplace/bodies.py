"""What a request may bring: one JSON object, its fields of the very kind that is asked for."""

from collections.abc import Mapping
from typing import Any

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
