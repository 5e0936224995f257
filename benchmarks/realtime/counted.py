"""The product, with its SQL statements counted at the driver: GET /benchmark/queries says how many so far.

Those of page requests are counted apart: "sockets" is what the wire itself asked.
"""

import json
import threading
from collections import Counter
from typing import Any

import psycopg

from marketplace.asgi import application as product

PATH = "/benchmark/queries"
_asked: Counter[str] = Counter()
_execute = psycopg.Cursor.execute


def _counted(self: Any, *given: Any, **named: Any) -> Any:
    pages = threading.current_thread().name.startswith("WSGI")
    _asked["pages" if pages else "sockets"] += 1
    return _execute(self, *given, **named)


psycopg.Cursor.execute = _counted  # type: ignore[method-assign]


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] != "http" or scope["path"] != PATH:
        await product(scope, receive, send)
        return
    body = json.dumps({"sockets": _asked["sockets"], "pages": _asked["pages"]}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
