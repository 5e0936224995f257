"""Programs that share no code with the product compute the books again, and refuse one altered cent."""

import copy
import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from beancount import loader
from django.core.management import call_command
from django.db import transaction

from agents.models import Agent
from marketplace.local.state import CHECKOUT
from payouts import earnings, statement_files, statements
from payouts.models import PayoutAttempt
from payouts.providers.contract import Answer, Status
from payouts.runs import intake
from tests.payouts import payday
from tests.payouts.conftest import NOON, FactsMaker
from tests.payouts.payday import MONDAY, earn, released, sent, settle_at

bank = payday.bank
HAS_HLEDGER = shutil.which("hledger") is not None or "CI" in os.environ
NO_HLEDGER = "hledger is not on this machine (Debian: apt install hledger)"
FORMATS = ["beancount", pytest.param("hledger", marks=pytest.mark.skipif(not HAS_HLEDGER, reason=NO_HLEDGER))]
LATER = NOON + timedelta(days=1)
AN_HOUR = timedelta(hours=1)


@pytest.fixture
def a_month(fresh_database: object, bank: object, ilse: Agent, jonas: Agent, facts: FactsMaker) -> None:
    """Chats, goodwill, a payout that settles, one that comes back and one under way."""
    settle_at(ilse)
    settle_at(jonas)
    chance = random.Random(7)
    for day in range(30, 0, -1):
        at = MONDAY - timedelta(days=day)
        with transaction.atomic():
            earnings.record(facts(), topic="Refund", now=at)
        earn(jonas, chance.randint(1, 5_000), at=at)
    sent()
    for agent, status in ((jonas, Status.SETTLED), (ilse, Status.RETURNED)):
        key = PayoutAttempt.objects.get(payout__account__agent=agent).key
        intake.apply("fake", [Answer(status, key=key)], now=NOON)
    earn(ilse, 101, at=NOON)
    released(cutoff=NOON + AN_HOUR, now=NOON + AN_HOUR)


def journal(form: str) -> str:
    out = StringIO()
    call_command("ledger", "export", "--format", form, "--until", str(LATER.date()), stdout=out)
    return out.getvalue()


def accepted(form: str, text: str, folder: Path) -> bool:
    file = folder / f"books.{form}"
    file.write_text(text, encoding="utf-8")
    if form == "beancount":
        entries, errors, _ = loader.load_file(str(file))
        assert entries or errors
        return not errors
    return subprocess.run(["hledger", "-f", file, "check"], capture_output=True, check=False).returncode == 0


@pytest.mark.usefixtures("a_month")
@pytest.mark.parametrize("form", FORMATS)
def test_another_program_agrees_with_the_books_and_refuses_an_altered_cent(form: str, tmp_path: Path) -> None:
    text = journal(form)

    assert accepted(form, text, tmp_path)
    amounts = list(re.finditer(r"(?<=\d\.)\d\d(?= EUR\n)", text))
    for found in random.Random(3).sample(amounts, 6):
        cents = f"{(int(found[0]) + 1) % 100:02}"
        assert not accepted(form, text[: found.start()] + cents + text[found.end() :], tmp_path)


@pytest.mark.usefixtures("a_month")
@pytest.mark.parametrize("form", FORMATS)
def test_a_movement_left_out_is_refused(form: str, tmp_path: Path) -> None:
    head, *movements = journal(form).split("\n\n")

    assert len(movements) > 60
    for gone in random.Random(4).sample(range(1, len(movements) - 2), 3):
        left = "\n\n".join([head, *movements[:gone], *movements[gone + 1 :]])
        assert not accepted(form, left, tmp_path)


@pytest.mark.usefixtures("fresh_database")
@pytest.mark.parametrize("form", FORMATS)
def test_books_without_a_movement_are_accepted(form: str, tmp_path: Path) -> None:
    text = journal(form) + ("\n2026-01-01 open Assets:Bank\n" if form == "beancount" else "")
    assert accepted(form, text, tmp_path)


def verify(told: Any, folder: Path) -> tuple[int, str]:
    """What the offline program says, run by an interpreter that knows nothing of the product."""
    file = folder / "statement.json"
    file.write_text(told if isinstance(told, str) else json.dumps(told), encoding="utf-8")
    command = [sys.executable, "-I", str(CHECKOUT / "tools" / "verify_statement.py"), str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    assert done.stderr == ""
    return done.returncode, done.stdout


@pytest.mark.usefixtures("a_month")
def test_a_statement_is_computed_again_offline(ilse: Agent, jonas: Agent, tmp_path: Path) -> None:
    for agent, month in ((ilse, "2026-10"), (jonas, "2026-10"), (ilse, "2026-11"), (jonas, "2026-11")):
        told = november(agent, month)

        status, said = verify(told, tmp_path)

        assert (status, said[:4]) == (0, "All "), said
        assert len(told["lines"]) > 7


@pytest.mark.usefixtures("a_month")
def test_the_command_line_gives_a_statement_too(ilse: Agent, tmp_path: Path) -> None:
    out = StringIO()
    call_command("ledger", "statement", str(ilse.pk), "2026-10", stdout=out)

    assert verify(out.getvalue(), tmp_path)[0] == 0


def november(agent: Agent, month: str = "2026-11") -> dict[str, Any]:
    """The file as the agent downloads it, read back."""
    made = statements.of(agent.pk, "EUR", month, now=LATER)
    told: dict[str, Any] = json.loads(statement_files.as_json(made, locale="en"))
    return told


Change = Callable[[dict[str, Any]], Any]
CHANGES: dict[str, tuple[Change, str]] = {
    "a cent more in a line": (lambda s: s["lines"][4].update(amount=s["lines"][4]["amount"] + 1), "makes"),
    "a line left out": (lambda s: s["lines"].pop(4), "are missing between them"),
    "a balance": (lambda s: s["lines"][4].update(balance_after=1), "not 1."),
    "the end": (lambda s: s["closing"].update(balance=1), "the statement closes with"),
    "an input": (lambda s: minutes(s)["receipt"]["inputs"].update(active_seconds=1), "active_seconds is 1 here"),
    "a rate": (lambda s: minutes(s)["receipt"]["inputs"].update(rate_cents=1), "rate_cents is 1 here"),
    "the facts": (lambda s: s["facts"].update({fact_of(s): s["facts"][fact_of(s)] + " "}), "changed after they were"),
    "a sum": (lambda s: s["totals"].update(per_chat=1), "By kind the lines come to"),
    "facts taken away": (lambda s: s["facts"].clear(), "its facts are missing"),
    "a plan taken away": (lambda s: s["plans"].clear(), "of its pay plan is missing"),
    "a rule": (lambda s: next(iter(s["plans"].values()))["rules"].clear(), "has no such rule"),
    "a line twice": (lambda s: s["lines"][5].update(source=s["lines"][4]["source"]), "stands here twice"),
    "a payout's amount": (lambda s: s["payouts"][0].update(amount=1), "and 1 is paid"),
    "a payout's range": (lambda s: s["payouts"][1].update(lo=3), "the last one ended with line"),
    "a payout taken away": (lambda s: s["payouts"].pop(), "and is no payout"),
    "a payout that never arrived": (lambda s: s["payouts"][0].update(state="settled"), "although it is settled"),
    "another format": (lambda s: s.update(format="other"), "this program reads"),
    "no lines": (lambda s: s.pop("lines"), "is not in the form"),
}


def minutes(told: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = next(line for line in told["lines"] if line["kind"] == "per_minute")
    return found


def fact_of(told: dict[str, Any]) -> str:
    return str(minutes(told)["receipt"]["fact_sha256"])


@pytest.mark.usefixtures("a_month")
def test_whatever_is_altered_in_a_statement_is_named(ilse: Agent, tmp_path: Path) -> None:
    told = november(ilse)
    assert verify(told, tmp_path)[0] == 0

    for what, (change, sentence) in CHANGES.items():
        altered = copy.deepcopy(told)
        change(altered)
        status, said = verify(altered, tmp_path)
        assert (status, sentence in said) == (1, True), (what, said)


@pytest.mark.parametrize("text", ["", "[]", "null", "{", '{"format": "beckon-statement-1"}', "\x00"])
def test_what_is_no_statement_is_said_in_one_sentence(text: str, tmp_path: Path) -> None:
    status, said = verify(text, tmp_path)

    assert status in (1, 2)
    assert said.count("\n") == 1


def test_the_program_needs_nothing_but_python_and_stays_short() -> None:
    text = (CHECKOUT / "tools" / "verify_statement.py").read_text(encoding="utf-8")

    imported = set(re.findall(r"^(?:import|from) (\w+)", text, re.MULTILINE))
    assert imported <= set(sys.stdlib_module_names)
    assert text.count("\n") <= 300
