"""Reads what a bank says in ISO 20022: pain.002 (status), camt.053 and camt.054 (what moved), in any version.

Elements are found by their local names, because the versions in use differ in namespace and not in what is read here.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from xml.etree.ElementTree import Element

from babel.numbers import get_currency_precision
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from payouts.providers.contract import TEXT_LENGTH, Answer, Entry, Event, NotGenuine, Status

LARGEST_BYTES = 32 * 1024 * 1024
STATUSES = {
    "ACCP": Status.ACCEPTED,
    "ACTC": Status.ACCEPTED,
    "ACSP": Status.ACCEPTED,
    "ACWC": Status.ACCEPTED,
    "PDNG": Status.ACCEPTED,
    "RCVD": Status.ACCEPTED,
    # "Settled" on the debtor's side, said before the statement shows it: only the statement is believed.
    "ACSC": Status.ACCEPTED,
    "ACCC": Status.ACCEPTED,
    "RJCT": Status.FAILED,
    "CANC": Status.FAILED,
}
# The bank has this file or this payment already: nothing is known to have failed.
SAID_BEFORE = {"DUPL", "AM05"}


def read(raw: bytes) -> Event:
    """The message with everything it says of single payments. Raises NotGenuine where it cannot be read."""
    if len(raw) > LARGEST_BYTES:
        raise NotGenuine("The file is larger than any bank sends.")
    try:
        root = fromstring(raw, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise NotGenuine("The file is not readable XML.") from error
    event_id = hashlib.sha256(raw).hexdigest()
    try:
        if (report := _child(root, "CstmrPmtStsRpt")) is not None:
            return Event(event_id, answers=tuple(_statuses(report)))
        for name in ("BkToCstmrStmt", "BkToCstmrDbtCdtNtfctn"):
            if (message := _child(root, name)) is not None:
                return _moved(event_id, message)
    except (ArithmeticError, ValueError) as error:
        raise NotGenuine("The file holds an amount or a date that cannot be read.") from error
    raise NotGenuine("The file is none of pain.002, camt.053 and camt.054.")


def _statuses(report: Element) -> Iterator[Answer]:
    """A refused group says nothing of its payments one by one; where single statuses are given, they count."""
    group = _child(report, "OrgnlGrpInfAndSts")
    singles = list(_all(report, "TxInfAndSts"))
    for single in singles:
        status, reason = STATUSES.get(_text(single, "TxSts")), _reason(single)
        if status is not None and not (status is Status.FAILED and reason in SAID_BEFORE):
            yield Answer(status, key=_text(single, "OrgnlEndToEndId"), reason=reason)
    if group is None or singles:
        return
    status, reason = STATUSES.get(_text(group, "GrpSts")), _reason(group)
    if status is not None and not (status is Status.FAILED and reason in SAID_BEFORE):
        yield Answer(status, message_id=_text(group, "OrgnlMsgId"), reason=reason)


def _moved(event_id: str, message: Element) -> Event:
    entries: list[Entry] = []
    answers: list[Answer] = []
    told: Counter[str] = Counter()
    for account in (*_all(message, "Stmt"), *_all(message, "Ntfctn")):
        for entry in _all(account, "Ntry"):
            if (_text(_child(entry, "Sts"), "Cd") or _text(entry, "Sts") or "BOOK") != "BOOK":
                continue  # Announced, not moved.
            for line, reason in _lines(entry, told):
                entries.append(line)
                if line.key:
                    status = Status.SETTLED if line.amount < 0 else Status.RETURNED
                    answers.append(Answer(status, key=line.key, reference=line.reference, reason=reason))
    return Event(event_id, tuple(answers), tuple(entries))


def _lines(entry: Element, told: Counter[str]) -> Iterator[tuple[Entry, str]]:
    """One line for each payment that the entry names with its amount, else one for the whole entry."""
    details = list(_all(entry, "TxDtls"))
    if len(details) == 1 and _amount(details[0]) is None:
        yield _line(entry, details[0], _amount(entry), told)
    elif details and all(_amount(detail) is not None for detail in details):
        for detail in details:
            yield _line(entry, detail, _amount(detail), told)
    else:
        yield _line(entry, None if details else entry, _amount(entry), told)


def _line(entry: Element, detail: Element | None, amount: Element | None, told: Counter[str]) -> tuple[Entry, str]:
    sign = _text(_child(detail, "CdtDbtInd"), "CdtDbtInd") or _text(entry, "CdtDbtInd")
    key = _text(_first(detail, "Refs"), "EndToEndId").replace("NOTPROVIDED", "")
    cents, currency = _minor(amount)
    booked_on = _day(_child(entry, "BookgDt"))
    # A notification and a statement tell of one movement on one day; a second movement on that day is another one.
    movement = f"{key or _text(entry, 'AcctSvcrRef') or cents}:{sign}:{booked_on}"
    told[movement] += 1
    line = Entry(
        reference=movement if told[movement] == 1 else f"{movement}:{told[movement]}",
        key=key,
        amount=cents if sign == "CRDT" else -cents,
        currency=currency,
        booked_on=booked_on,
        text=_text(detail, "Ustrd")[:TEXT_LENGTH],
    )
    return line, _reason(detail)


def _amount(parent: Element) -> Element | None:
    """The amount of an entry or of one payment in it; the amount once instructed may be in another currency."""
    return _child(parent, "Amt") if _child(parent, "Amt") is not None else _child(_first(parent, "TxAmt"), "Amt")


def _minor(amount: Element | None) -> tuple[int, str]:
    """Minor units, exactly: a fraction of one is refused."""
    if amount is None:
        raise ValueError("no amount")
    currency = amount.get("Ccy", "")
    scaled = Decimal((amount.text or "").strip()).scaleb(get_currency_precision(currency))
    if not scaled.is_finite() or scaled != scaled.to_integral_value() or not 0 < scaled < 10**18:
        raise ValueError(f"{amount.text} {currency} is no amount")
    return int(scaled), currency


def _reason(parent: Element | None) -> str:
    for name in ("StsRsnInf", "RtrInf"):
        if (told := _first(parent, name)) is not None:
            return (_text(_first(told, "Rsn"), "Cd") or _text(_first(told, "Rsn"), "Prtry"))[:35]
    return ""


def _day(parent: Element | None) -> date:
    return date.fromisoformat((_text(parent, "Dt") or _text(parent, "DtTm"))[:10])


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _child(parent: Element | None, name: str) -> Element | None:
    return next((child for child in parent if _name(child) == name), None) if parent is not None else None


def _all(parent: Element, name: str) -> Iterator[Element]:
    return (element for element in parent.iter() if _name(element) == name)


def _first(parent: Element | None, name: str) -> Element | None:
    return next(_all(parent, name), None) if parent is not None else None


def _text(parent: Element | None, name: str) -> str:
    found = _first(parent, name)
    return (found.text or "").strip() if found is not None else ""
