"""Asking over HTTP as the browsers do, and the one shape in which every refusal comes."""

import json
from typing import Any
from uuid import UUID

from django.conf import settings
from django.test import Client

from agents.models import User

Answer = Any
API = "/api/v1"


class Browser:
    """One browser's requests: JSON both ways, our own origin, and what it holds to say who it is."""

    def __init__(self, *, token: str = "", user: User | None = None, csrf: bool = False) -> None:
        self.client = Client(enforce_csrf_checks=csrf)
        self.headers = {"Origin": settings.PUBLIC_ORIGINS[0], "Referer": f"{settings.PUBLIC_ORIGINS[0]}/"}
        if token:
            self.headers["Authorization"] = f"Bearer {token}"
        if user:
            self.client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")

    def get(self, path: str, **query: Any) -> Answer:
        return self.client.get(path, query, headers=self.headers)

    def post(self, path: str, body: Any = None, *, raw: str | bytes | None = None, **headers: str) -> Answer:
        return self._send("post", path, body, raw, headers)

    def patch(self, path: str, body: Any = None, *, raw: str | bytes | None = None, **headers: str) -> Answer:
        return self._send("patch", path, body, raw, headers)

    def _send(self, verb: str, path: str, body: Any, raw: str | bytes | None, headers: dict[str, str]) -> Answer:
        data = json.dumps(body) if raw is None else raw
        send = getattr(self.client, verb)
        return send(path, data, content_type="application/json", headers={**self.headers, **headers})


def messages(conversation: UUID) -> str:
    return f"{API}/conversations/{conversation}/messages"


def refusal(answer: Answer, status: int) -> Any:
    """The problem that the answer states, which has the shape of all of them."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert {"type", "title", "status", "code", "detail"} <= problem.keys() <= {*problem, "fields"}
    assert problem["status"] == status
    assert isinstance(problem["detail"], str)
    assert len(problem["detail"]) > 5
    assert "Traceback" not in problem["detail"]
    return problem


# What a program sends that has never read the documentation.
NO_TEXT: list[Any] = [None, True, 5, 1.5, [], ["a"], {}, {"a": 1}]
NO_OBJECT = ["null", "[]", '"text"', "5", "true", "", "{", "nonsense", '{"a": NaN}', "\x00", "[" * 100_000, "1" * 5_000]
