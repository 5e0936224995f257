"""Transfers to agents' own accounts at Stripe, with the official client.

A transfer moves money at once to the agent's balance there, from which Stripe pays it out by the agent's own schedule.
"""

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import stripe

from payouts.providers.contract import (
    Answer,
    Batch,
    Destination,
    Entry,
    Event,
    Instruction,
    NoAnswer,
    NotGenuine,
    Quote,
    Status,
)

TIMEOUT_SECONDS = 15
LONGEST_SECONDS = 40  # for a batch; what is left over is found absent and sent anew
PAGE = 100
SIGNATURE = "stripe-signature"


class StripeConnect:
    """`key` is the idempotency key, and the transfer group by which a look-up finds the transfer long after."""

    name = "stripe_connect"
    currencies = None
    batch_limit = 50
    absent_after_seconds = 900

    def __init__(self, api_key: str, webhook_secret: str, *, address: str = "") -> None:
        self._webhook_secret = webhook_secret
        self._client = stripe.StripeClient(
            api_key,
            base_addresses={"api": address} if address else {},
            http_client=stripe.RequestsClient(timeout=TIMEOUT_SECONDS),
            max_network_retries=0,  # Whether to try again is decided from our own rows.
        )

    def check_destination(self, destination: Destination) -> str:
        if not destination.provider_account.startswith("acct_"):
            return "Connect an account at Stripe first."
        try:
            account = self._client.v1.accounts.retrieve(destination.provider_account)
        except stripe.InvalidRequestError:
            return "Stripe does not know this account."
        except stripe.StripeError as error:
            raise NoAnswer(str(error)) from error
        return "" if account.payouts_enabled else "Stripe asks for more details before it pays out to this account."

    def quote(self, amount: int, currency: str, *, on: date) -> Quote:
        return Quote(fee=0, arrives_on=on)

    def submit(self, batch: Batch) -> Sequence[Answer]:
        answers: list[Answer] = []
        began = time.monotonic()
        for instruction in batch.instructions:
            if time.monotonic() - began > LONGEST_SECONDS:
                break
            try:
                answers.append(self._transfer(instruction))
            except NoAnswer:
                break  # The line is bad: the rest is looked up later, found absent and sent anew.
        return answers

    def lookup(self, key: str) -> Answer:
        try:
            found = self._client.v1.transfers.list({"transfer_group": key, "limit": 1}).data
        except stripe.StripeError as error:
            raise NoAnswer(str(error)) from error
        return _told(key, found[0]) if found else Answer(Status.ABSENT, key=key)

    def parse_event(self, headers: Mapping[str, str], raw: bytes) -> Event:
        signature = next((value for name, value in headers.items() if name.lower() == SIGNATURE), "")
        try:
            event = stripe.Webhook.construct_event(raw, signature, self._webhook_secret)
        except (ValueError, stripe.SignatureVerificationError) as error:
            raise NotGenuine("This event does not carry Stripe's signature.") from error
        if event.type not in ("transfer.created", "transfer.updated", "transfer.reversed"):
            return Event(event.id)
        transfer: Any = event.data.object
        return Event(event.id, (_told(transfer.transfer_group or "", transfer),))

    def statement(self, since: datetime) -> Sequence[Entry]:
        """Every movement of our balance at Stripe."""
        params: Any = {"created": {"gte": int(since.timestamp())}, "limit": PAGE, "expand": ["data.source"]}
        try:
            return [_entry(moved) for moved in self._client.v1.balance_transactions.list(params).auto_paging_iter()]
        except stripe.StripeError as error:
            raise NoAnswer(str(error)) from error

    def _transfer(self, instruction: Instruction) -> Answer:
        try:
            transfer = self._client.v1.transfers.create(
                {
                    "amount": instruction.amount,
                    "currency": instruction.currency.lower(),
                    "destination": instruction.destination.provider_account,
                    "transfer_group": instruction.key,
                    "description": instruction.text,
                },
                {"idempotency_key": instruction.key},
            )
        except stripe.InvalidRequestError as error:
            return Answer(Status.FAILED, key=instruction.key, reason=(error.code or "refused")[:35])
        except stripe.StripeError as error:
            raise NoAnswer(str(error)) from error
        return _told(instruction.key, transfer)


def _told(key: str, transfer: stripe.Transfer) -> Answer:
    status = Status.RETURNED if transfer.reversed else Status.SETTLED
    return Answer(status, key=key, reference=transfer.id)


def _entry(moved: Any) -> Entry:
    source = moved.source
    key = getattr(source, "transfer_group", None) or ""
    return Entry(
        reference=moved.id,
        key=key,
        amount=moved.amount,
        currency=moved.currency.upper(),
        booked_on=datetime.fromtimestamp(moved.created, UTC).date(),
        text=(moved.description or moved.type)[:140],
    )
