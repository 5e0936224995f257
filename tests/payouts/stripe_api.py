"""Stripe's API on loopback, as much of it as a payout touches: transfers, accounts, balance, idempotency, webhooks.

Written from the public reference. It speaks HTTP to the official client, which is told its
address and nothing else.
"""

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

SECRET = "whsec_for_tests"


class Stripe:
    """What Stripe remembers. `lose_answers` cuts the line after so many requests have been carried out."""

    def __init__(self) -> None:
        self.transfers: dict[str, dict[str, Any]] = {}
        self.seen: dict[str, tuple[str, int, dict[str, Any]]] = {}
        self.lose_answers = 0
        self.address = ""

    def create(self, form: dict[str, str], key: str) -> tuple[int, dict[str, Any]]:
        fingerprint = json.dumps(form, sort_keys=True)
        if key in self.seen:
            before, status, body = self.seen[key]
            if before != fingerprint:
                return 400, problem("idempotency_error", "Keys for idempotent requests can only be used once.")
            return status, body
        status, body = self._create(form)
        self.seen[key] = (fingerprint, status, body)
        return status, body

    def _create(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if form["destination"] == "acct_closed":
            return 400, problem("invalid_request_error", "No such destination.", code="account_invalid")
        made = {
            "id": f"tr_{len(self.transfers) + 1}",
            "object": "transfer",
            "amount": int(form["amount"]),
            "currency": form["currency"],
            "destination": form["destination"],
            "transfer_group": form["transfer_group"],
            "description": form.get("description"),
            "reversed": False,
            "created": 1_795_000_000,
        }
        self.transfers[str(made["id"])] = made
        return 200, made

    def listed(self, group: str) -> dict[str, Any]:
        data = [one for one in self.transfers.values() if one["transfer_group"] == group]
        return {"object": "list", "data": data, "has_more": False, "url": "/v1/transfers"}

    def balance(self) -> dict[str, Any]:
        data = [
            {
                "id": f"txn_{one['id']}",
                "object": "balance_transaction",
                "amount": -one["amount"],
                "currency": one["currency"],
                "created": one["created"],
                "description": one["description"],
                "type": "transfer",
                "source": one,
            }
            for one in self.transfers.values()
        ]
        return {"object": "list", "data": data, "has_more": False, "url": "/v1/balance_transactions"}

    def of(self, key: str) -> dict[str, Any]:
        (found,) = [one for one in self.transfers.values() if one["transfer_group"] == key]
        return found

    def event(self, kind: str, transfer: dict[str, Any]) -> tuple[dict[str, str], bytes]:
        """A webhook as Stripe signs it."""
        told = {"id": f"evt_{kind}_{transfer['id']}", "object": "event", "type": kind, "data": {"object": transfer}}
        raw, at = json.dumps(told).encode(), int(time.time())
        signature = hmac.new(SECRET.encode(), f"{at}.".encode() + raw, hashlib.sha256).hexdigest()
        return {"Stripe-Signature": f"t={at},v1={signature}"}, raw


def problem(kind: str, message: str, code: str = "") -> dict[str, Any]:
    return {"error": {"type": kind, "message": message, **({"code": code} if code else {})}}


@contextmanager
def running() -> Iterator[Stripe]:
    stripe = Stripe()
    handler = type("Handler", (_Handler,), {"stripe": stripe})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    stripe.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield stripe
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    stripe: Stripe

    def do_POST(self) -> None:
        form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        status, body = self.stripe.create(form, self.headers["Idempotency-Key"])
        if self.stripe.lose_answers:
            self.stripe.lose_answers -= 1
            self.close_connection = True
            return
        self._answer(status, body)

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        asked = dict(parse_qsl(parts.query))
        if parts.path == "/v1/transfers":
            return self._answer(200, self.stripe.listed(asked["transfer_group"]))
        if parts.path == "/v1/balance_transactions":
            return self._answer(200, self.stripe.balance())
        account = parts.path.removeprefix("/v1/accounts/")
        if account == "acct_unknown":
            return self._answer(404, problem("invalid_request_error", "No such account", code="resource_missing"))
        ready = account != "acct_unfinished"
        return self._answer(200, {"id": account, "object": "account", "payouts_enabled": ready})

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_: object) -> None:
        """Quiet."""
