"""The floor of a page: the same view behind the same front door, without middleware. Nobody is looked up."""

from collections.abc import Callable, Iterable
from typing import Any

import django
from django.core.handlers.wsgi import WSGIRequest
from django.urls import resolve

django.setup()

from agents.models import User  # noqa: E402  (models can be had once Django is set up)
from realtime.front import Front  # noqa: E402

_users: dict[str, User] = {}


def _wsgi(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """`X-User` names the user, who is read once."""
    request = WSGIRequest(environ)
    id_ = environ["HTTP_X_USER"]
    if id_ not in _users:
        _users[id_] = User.objects.get(pk=id_)
    request.user = _users[id_]
    view, args, kwargs = resolve(request.path_info)
    response = view(request, *args, **kwargs)
    response.render()
    response["Content-Length"] = str(len(response.content))
    start_response(f"{response.status_code} {response.reason_phrase}", list(response.items()))
    return [response.content]


_front = Front(_wsgi)


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] == "http":
        await _front(scope, receive, send)
        return
    while (await receive())["type"] != "lifespan.shutdown":
        await send({"type": "lifespan.startup.complete"})
    await send({"type": "lifespan.shutdown.complete"})
