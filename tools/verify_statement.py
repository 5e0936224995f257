#!/usr/bin/env python3
"""Computes a statement again, on your own computer, with nothing but Python.

Usage: python3 verify_statement.py statement.json

Every amount is an integer in the currency's minor unit. Nothing is asked of anybody: what the file claims either
follows from what the file holds, or each line that does not is named and the program ends with 1. The file's format is
told in docs/statement.md.
"""

import hashlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

FORMATS = ("beckon-statement-1", "beckon-statement-2")  # the first told of no nights


def half_even(numerator: int, denominator: int) -> int:
    """The quotient, rounded to the nearest integer, and to the even one where two are as near."""
    quotient, rest = divmod(numerator, denominator)
    if 2 * rest > denominator or (2 * rest == denominator and quotient % 2 == 1):
        return quotient + 1
    return quotient


# How each formula makes an amount of its inputs.
ARITHMETIC: dict[str, Callable[[dict[str, int]], int]] = {
    "flat": lambda i: i["rate_cents"],
    "active_time": lambda i: half_even(i["rate_cents"] * i["active_seconds"], 60),
    "surge": lambda i: half_even(i["base_cents"] * i["percent"], 100),
    "bonus": lambda i: min(i["surge_cents"], i["highest_cents"]),
    "units": lambda i: i["units"],
    "quality": lambda i: i["rate_cents"] if i["score"] >= i["least_score"] else 0,
    "tip": lambda i: i["tip_cents"],
    "referral": lambda i: i["rate_cents"] if i["chats"] >= i["after_chats"] else 0,
    "guarantee": lambda i: max(0, half_even(i["rate_cents"] * i["claimed_seconds"], 3600) - i["eligible_cents"]),
    "difference": lambda i: i["right_cents"] - i["paid_cents"],
}
# Inputs that are the facts' own fields, under the same name.
FROM_FACTS = ("active_seconds", "surge_cents", "score", "tip_cents", "chats", "claimed_seconds")
# Inputs that are the plan's, in the rule of the line's kind; a guarantee's rate is its shift's.
FROM_RULE = ("rate_cents", "highest_cents", "least_score", "after_chats", "units")


def verify(told: dict[str, Any]) -> Iterator[str]:
    """One sentence for everything that does not follow."""
    if told.get("format") not in FORMATS:
        yield f"The file says it is {told.get('format')!r}; this program reads {' and '.join(FORMATS)}."
        return
    yield from balances(told)
    for line in told["lines"]:
        yield from arithmetic(told, line)
    yield from totals(told)
    yield from paid_once(told)
    yield from payouts(told)
    if told["format"] != FORMATS[0]:
        yield from nights(told)


def balances(told: dict[str, Any]) -> Iterator[str]:
    """Numbers without a gap, each balance the one before plus the amount."""
    seq, balance = told["opening"]["seq"], told["opening"]["balance"]
    for line in told["lines"]:
        if line["seq"] != seq + 1:
            yield f"Line {line['seq']} follows line {seq}: {line['seq'] - seq - 1} lines are missing between them."
        if line["balance_after"] != balance + line["amount"]:
            yield (
                f"Line {line['seq']}: {balance} and {line['amount']} make {balance + line['amount']},"
                f" not {line['balance_after']}."
            )
        seq, balance = line["seq"], line["balance_after"]
    if (told["closing"]["seq"], told["closing"]["balance"]) != (seq, balance):
        yield f"The lines end at number {seq} with {balance}; the statement closes with {told['closing']}."


def arithmetic(told: dict[str, Any], line: dict[str, Any]) -> Iterator[str]:
    """The amount follows from the receipt, the receipt from the frozen facts and the published plan."""
    receipt, where = line["receipt"], f"Line {line['seq']} ({line['kind']})"
    if "formula" not in receipt:
        return
    if receipt["formula"] not in ARITHMETIC:
        yield f"{where}: the formula {receipt['formula']} is not known."
        return
    amount = ARITHMETIC[receipt["formula"]](receipt["inputs"])
    if amount != line["amount"]:
        yield f"{where}: {receipt['formula']} of {receipt['inputs']} makes {amount}, not {line['amount']}."
    facts = told["facts"].get(receipt["fact_sha256"])
    if facts is None:
        yield f"{where}: its facts are missing."
        return
    if hashlib.sha256(facts.encode()).hexdigest() != receipt["fact_sha256"]:
        yield f"{where}: its facts were changed after they were frozen."
    yield from inputs(where, line, json.loads(facts), told["plans"].get(receipt.get("plan") or ""))


def inputs(where: str, line: dict[str, Any], facts: dict[str, Any], plan: dict[str, Any] | None) -> Iterator[str]:
    """Each input is what the facts or the plan say it is."""
    receipt = line["receipt"]
    for name in FROM_FACTS:
        if name in receipt["inputs"] and name in facts and receipt["inputs"][name] != facts[name]:
            yield f"{where}: {name} is {receipt['inputs'][name]} here and {facts[name]} in the facts."
    if receipt.get("plan") is None or receipt["formula"] == "difference":
        return
    if plan is None or plan["version"] != receipt["plan_version"]:
        yield f"{where}: version {receipt['plan_version']} of its pay plan is missing."
        return
    if facts.get("plan_id", receipt["plan"]) != receipt["plan"]:
        yield f"{where}: the offer showed another pay plan."
    rule = next((rule for rule in plan["rules"] if rule["kind"] == line["kind"]), None)
    if rule is None:
        yield f"{where}: the pay plan has no such rule."
        return
    for name in FROM_RULE:
        if name in receipt["inputs"] and receipt["inputs"][name] != rule.get(name):
            yield f"{where}: {name} is {receipt['inputs'][name]} here and {rule.get(name)} in the pay plan."


def totals(told: dict[str, Any]) -> Iterator[str]:
    """What is summed up by kind is the sum of its lines."""
    sums: dict[str, int] = {}
    for line in told["lines"]:
        sums[line["kind"]] = sums.get(line["kind"], 0) + line["amount"]
    if sums != told["totals"]:
        yield f"By kind the lines come to {sums}, not to {told['totals']}."


def paid_once(told: dict[str, Any]) -> Iterator[str]:
    """No fact stands in the statement twice."""
    seen: set[str] = set()
    for line in told["lines"]:
        if line["source"] in seen:
            yield f"Line {line['seq']}: {line['source']} stands here twice."
        seen.add(line["source"])


def payouts(told: dict[str, Any]) -> Iterator[str]:
    """Each payout is the balance after its last line, taken out once; a range begins where the last one ended."""
    lines = {line["seq"]: line for line in told["lines"]}
    by_source = {line["source"]: line for line in told["lines"]}
    end: int | None = None
    for payout in told["payouts"]:
        where = f"Payout {payout['id']} of lines {payout['lo']} to {payout['hi']}"
        if end is not None and payout["lo"] != end + 1:
            yield f"{where}: the last one ended with line {end}."
        end = payout["hi"]
        last, drained = lines.get(payout["hi"]), lines.get(payout["drained_seq"])
        if last is not None and last["balance_after"] != payout["amount"]:
            yield f"{where}: {last['balance_after']} was owed, and {payout['amount']} is paid."
        if drained is None or (drained["source"], drained["amount"]) != (f"payout:{payout['id']}", -payout["amount"]):
            yield f"{where}: line {payout['drained_seq']} does not take {payout['amount']} out."
        yield from back(where, payout, by_source.get(f"payout:{payout['id']}:reversed"))
    known = {f"payout:{payout['id']}" for payout in told["payouts"]}
    for source, line in by_source.items():
        if line["kind"] == "payout" and source not in known:
            yield f"Line {line['seq']}: {source} takes {-line['amount']} out, and is no payout."


def back(where: str, payout: dict[str, Any], line: dict[str, Any] | None) -> Iterator[str]:
    """What did not arrive comes back whole, perhaps in a later statement; what arrived does not."""
    if line is not None and line["amount"] != payout["amount"]:
        yield f"{where}: {line['amount']} came back into the balance."
    if line is not None and payout["state"] != "reversed":
        yield f"{where}: it is back in the balance, although it is {payout['state']}."


def nights(told: dict[str, Any]) -> Iterator[str]:
    """Each night follows the one before; the lines of each day, hashed, lead to that night's root."""
    days: dict[str, list[str]] = {}
    for line in told["lines"]:
        days.setdefault(line["at"][:10], []).append(as_hashed(line))
    before: dict[str, Any] | None = None
    for night in told["nights"]:
        where = f"The night of {night['day']}"
        chained = f"{night['day']}|{night['postings']}|{night['tree']}|{night['previous']}"
        if hashlib.sha256(chained.encode()).hexdigest() != night["sha256"]:
            yield f"{where}: its root was altered."
        if before is not None and night["previous"] != before["sha256"]:
            yield f"{where}: a night is missing before it, or the one before it was altered."
        before = night
        own = [*night["before"], *days.get(night["day"], []), *night["after"]]
        if own and climbed(told["account"], own, night["path"]) != night["tree"]:
            yield f"{where}: the lines of this day are not those that were proved."
    shown = {night["day"] for night in told["nights"]}
    for day in sorted(days):
        if before is not None and day <= before["day"] and day not in shown:
            yield f"The night of {day}: it is missing."


def climbed(account: str, texts: list[str], path: list[dict[str, str]]) -> str:
    """The root to which these lines of one account lead: a leaf is hashed behind a 0 byte, a node behind a 1."""
    held = hashlib.sha256(b"\0" + "\n".join([account, *texts]).encode()).digest()
    for step in path:
        beside = bytes.fromhex(step["sha256"])
        held = hashlib.sha256(b"\1" + (beside + held if step["side"] == "left" else held + beside)).digest()
    return held.hex()


def as_hashed(line: dict[str, Any]) -> str:
    """One line as it was hashed that night."""
    told = (line["seq"], line["at"], line["kind"], line["source"], line["amount"], line["balance_after"])
    return "|".join([*map(str, told), receipt_text(line["receipt"])])


def receipt_text(held: Any) -> str:
    """A receipt as the ledger writes it: an object's keys by their length, then by their bytes."""
    if isinstance(held, dict):
        keys = sorted(held, key=lambda key: (len(key.encode()), key.encode()))
        return "{" + ", ".join(f"{receipt_text(key)}: {receipt_text(held[key])}" for key in keys) + "}"
    if isinstance(held, list):
        return "[" + ", ".join(map(receipt_text, held)) + "]"
    return json.dumps(held, ensure_ascii=False)


def main(words: list[str]) -> int:
    if len(words) != 1 or words[0] in ("-h", "--help"):
        print(__doc__)
        return 2
    try:
        told = json.loads(Path(words[0]).read_text(encoding="utf-8"))
        found = list(verify(told))
    except (OSError, ValueError) as error:
        print(f"The statement cannot be read: {error}")
        return 2
    except (KeyError, TypeError, AttributeError) as error:
        print(f"The statement is not in the form {FORMATS[-1]}: {error!r}")
        return 1
    for sentence in found:
        print(sentence)
    if not found:
        lines, end = len(told["lines"]), told["closing"]
        print(f"All {lines} lines follow. The balance is {end['balance']} (minor units of {told['currency']}).")
        if told.get("nights"):
            print(f"The night of {told['nights'][-1]['day']} has the root {told['nights'][-1]['sha256']}.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
