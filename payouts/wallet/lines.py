"""The lines that a sum in the wallet is made of: of what no payout has taken yet, and of one payout. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Max

from marketplace.refusals import Refused
from payouts import ledger, receipts
from payouts.models import Payout, Posting

A_PAGE = 100


@dataclass(frozen=True, slots=True)
class Line:
    """One posting of the agent's account. `reason` is what a person wrote where one moved it."""

    id: UUID
    seq: int
    at: datetime
    kind: str
    amount_cents: int
    words: str
    reason: str
    engagement_id: UUID | None


@dataclass(frozen=True, slots=True)
class Lines:
    """The newest lines first; all of them, those on later pages too, come to `total_cents`. `before` asks for the next
    page; None on the last."""

    currency: str
    total_cents: int
    count: int
    lines: tuple[Line, ...]
    before: int | None


def unpaid(agent_id: UUID, currency: str, *, locale: str, before: int | None = None) -> Lines:
    """What the agent is owed and no payout has claimed, line by line."""
    account = ledger.numbered(agent_id, currency)
    last = Payout.objects.filter(account__name=account).aggregate(hi=Max("hi"))["hi"] or 0
    return _page(account, currency, last + 1, None, locale=locale, before=before)


def of_payout(agent_id: UUID, payout_id: UUID, *, locale: str, before: int | None = None) -> Lines:
    """What one payout of this agent's is made of. Refused for anybody else's."""
    payout = Payout.objects.select_related("account").filter(pk=payout_id, account__agent_id=agent_id).first()
    if payout is None:
        raise Refused("There is no such payout of yours.", code="not_found")
    return _page(payout.account.name, payout.currency, payout.lo, payout.hi, locale=locale, before=before)


def _page(account: str, currency: str, lo: int, hi: int | None, *, locale: str, before: int | None) -> Lines:
    asked: dict[str, str | int | None] = {"account": account, "lo": lo, "hi": hi, "before": before, "most": A_PAGE + 1}
    with connection.cursor() as cursor:
        cursor.execute(_SUM, asked)
        count, total = cursor.fetchone()
    found: Sequence[Posting] = list(Posting.objects.raw(_LINES, asked))
    shown = found[:A_PAGE]
    return Lines(
        currency=currency,
        total_cents=int(total),
        count=count,
        lines=tuple(_line(posting, locale=locale) for posting in shown),
        before=shown[-1].seq if len(found) > A_PAGE else None,
    )


def _line(posting: Posting, *, locale: str) -> Line:
    assert posting.seq is not None, "only numbered lines are an agent's"
    return Line(
        posting.pk,
        posting.seq,
        posting.created_at,
        posting.kind,
        posting.amount,
        receipts.of(posting, locale=locale),
        str(posting.receipt.get("reason", "")),
        posting.engagement_id,
    )


# A payout takes out the whole balance at its last line. Its own line stands behind that, in the next payout's stretch,
# and cancels against the balance before it: without those lines a stretch adds up to its payout.
_STRETCH = """
from payouts_everyposting e
where e.account_id = (select id from payouts_account where name = %(account)s)
  and e.seq >= %(lo)s and (%(hi)s::bigint is null or e.seq <= %(hi)s) and e.kind <> 'payout'"""
_SUM = f"select count(*), coalesce(sum(e.amount), 0) {_STRETCH}"
_LINES = f"""
select e.* {_STRETCH} and (%(before)s::bigint is null or e.seq < %(before)s)
order by e.seq desc limit %(most)s"""
