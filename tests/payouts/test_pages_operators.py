"""The finance people's pages: look, submit, approve by another, hold one, take files in, close, report."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from agents.models import Agent, User
from audit.models import Entry
from payouts import dac7, earnings, ledger
from payouts.models import BankEntry, CashOutMandate, Payout, PayoutFile, PayoutRun, Period
from payouts.providers.fake import Fake
from payouts.runs import approving, preparing, proving, review
from tests.payouts import payday
from tests.payouts.conftest import NOON, FactsMaker
from tests.payouts.payday import IBAN, MONDAY, computed, earn, owed, released, sent, settle_at
from tests.payouts.test_drafts import browser

bank = payday.bank
WEEK = timedelta(days=7)


def page(name: str, row: Any, action: str = "change") -> str:
    return reverse(f"admin:payouts_{name}_{action}", args=[row.pk])


def text(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.fixture
def run(ilse: Agent, jonas: Agent) -> PayoutRun:
    """Ilse's 900 and Jonas' 400, proved."""
    for agent, cents, account in ((ilse, 900, IBAN), (jonas, 400, "NL91ABNA0417164300")):
        settle_at(agent, account=account)
        earn(agent, cents)
    return proving.prove(computed().pk, now=NOON)


def approve(client: Client, run: PayoutRun, *, ending: str | None = None) -> Any:
    body = {"digest": run.digest, "ending": run.digest[-4:] if ending is None else ending}
    return client.post(page("payoutrun", run, "approve"), body)


def test_a_run_is_prepared_by_hand_once_and_approved_by_another(ilse: Agent) -> None:
    settle_at(ilse)
    earn(ilse, 900, at=MONDAY - WEEK)
    noor, omar = browser("noor"), browser("omar")
    address = reverse("admin:payouts_payoutrun_prepare")
    asked = {"provider": "fake", "currency": "EUR", "until": "2026-11-22", "zone": payday.STOCKHOLM, "minimum": 1}

    assert "Prepare a run" in text(noor.get(address))
    for refused in ({"until": "2099-01-01"}, {"currency": "SEK"}, {"minimum": 0}, {"provider": "bank"}, {"zone": "X"}):
        assert noor.post(address, asked | refused).status_code == 200
    assert not PayoutRun.objects.exists()
    for _ in range(2):
        assert noor.post(address, asked).status_code == 302

    run = PayoutRun.objects.get()
    assert (run.state, run.cutoff) == ("draft", datetime(2026, 11, 21, 23, tzinfo=UTC))
    preparing.prepare(run.pk, now=NOON)
    run = proving.prove(run.pk, now=NOON)
    approving.submit(run.pk, by="operator:kim", now=NOON)
    assert "A second person approves" in text(approve(noor, run))
    assert approve(omar, run).status_code == 302


def test_two_people_let_a_run_go_over_its_digest(run: PayoutRun) -> None:
    noor, omar = browser("noor"), browser("omar")
    assert "13.00 EUR" in text(noor.get(page("payoutrun", run)))
    assert "2 payouts, 13.00 EUR." in text(noor.get(page("payoutrun", run, "submit")))
    assert "stays behind" not in text(noor.get(page("payoutrun", run, "submit")))

    assert noor.post(page("payoutrun", run, "submit")).status_code == 302
    assert "A second person approves" in text(approve(noor, run))
    assert "last four signs" in text(approve(omar, run, ending="zzzz"))
    assert PayoutRun.objects.get().state == "submitted"

    assert approve(omar, run).status_code == 302
    run.refresh_from_db()
    assert (run.state, run.approved_digest) == ("approved", run.digest)
    assert list(
        Entry.objects.filter(action__startswith="payout_run").values_list("action", flat=True).order_by("at")
    ) == [
        "payout_run.submit",
        "payout_run.approve",
    ]


def test_one_is_held_and_the_rest_goes(run: PayoutRun, ilse: Agent, bank: Fake) -> None:
    noor, omar = browser("noor"), browser("omar")
    held = run.payouts.get(account__agent=ilse)
    noor.post(page("payoutrun", run, "submit"))

    bad = omar.post(page("payout", held, "hold"), {"reason": "The name differs.", "answer_within_days": "15"})
    assert bad.status_code == 200
    good = omar.post(page("payout", held, "hold"), {"reason": "The name differs.", "answer_within_days": "3"})
    assert good.status_code == 302
    for told in (text(omar.get(page("payoutrun", run))), text(omar.get(page("payoutrun", run, "approve")))):
        assert "1 payout, 4.00 EUR" in told
        assert "1 payout stays behind, held or given back: 9.00 EUR." in told
    assert "The name differs." in text(omar.get(page("payoutrun", run)))

    approve(omar, run)
    assert {payout.account.agent_id == ilse.pk: payout.state for payout in run.payouts.all()} == {
        True: "due",
        False: "approved",
    }


def test_a_payout_is_named_by_what_a_person_reads(run: PayoutRun, ilse: Agent) -> None:
    payout = run.payouts.get(account__agent=ilse)

    assert str(payout) == "9.00 EUR, Due"
    assert str(Payout(amount=900, currency="JPY", state="settled")) == "900 JPY, Paid"


def test_who_holds_no_right_sees_no_run_and_moves_none(run: PayoutRun, db: None) -> None:
    sam = User.objects.create_user("sam@beckon.example", is_staff=True)
    client = Client()
    client.force_login(sam)

    for action in ("change", "submit", "approve", "refuse"):
        assert client.get(page("payoutrun", run, action)).status_code == 403
    assert client.post(page("payoutrun", run, "submit")).status_code == 403
    assert client.get(reverse("admin:payouts_payoutdestination_changelist")).status_code == 403
    assert PayoutRun.objects.get().state == "proved"


def test_the_review_holds_a_run_against_the_last_one(ilse: Agent, jonas: Agent) -> None:
    settle_at(ilse)
    earn(ilse, 900, at=MONDAY - WEEK - timedelta(days=1))
    released(cutoff=MONDAY - WEEK, now=NOON - WEEK)
    earn(ilse, 250)
    settle_at(jonas, account="NL91ABNA0417164300", now=NOON - timedelta(days=1))
    earn(jonas, 400)

    told = review.review(proving.prove(computed().pk, now=NOON))

    assert (told.amount, told.change, told.first_payouts, told.new_accounts_count) == (650, -250, 1, 1)
    assert [(m.agent, m.before, m.now, m.change, m.first) for m in told.movers] == [
        ("Ilse", 900, 250, -650, False),
        ("Jonas", 0, 400, 400, True),
    ]
    assert sum(part.amount for part in told.parts) + told.brought_forward == told.amount
    assert sum(part.before for part in told.parts) + told.brought_forward_before == told.amount - (told.change or 0)
    assert sum(part.lines for part in told.parts) + told.other_lines == told.run.totals["lines"]
    assert [(part.kind, part.amount, part.before, part.change) for part in told.parts] == [("goodwill", 650, 900, -250)]


def test_finance_sees_four_characters_of_an_account_and_no_more(run: PayoutRun) -> None:
    noor = browser("noor")

    seen = [
        text(noor.get(address))
        for address in (
            page("payoutrun", run),
            reverse("admin:payouts_payoutdestination_changelist"),
            page("payoutdestination", run.payouts.first().destination),  # type: ignore[union-attr]
            page("payout", run.payouts.first()),
        )
    ]

    assert all(IBAN not in told and IBAN[4:-4] not in told for told in seen)
    assert "•••• 3000" in seen[1]


@pytest.mark.parametrize(
    ("provider", "content", "sentence"),
    [
        ("manual_csv", b"", "The submitted file is empty"),
        ("manual_csv", b"\xff\xfe nothing", "was not taken in, and nothing has changed"),
        ("sepa_file", b"<x/>", "does not pay through a bank file"),
    ],
)
def test_a_bad_file_of_the_bank_is_one_clear_sentence(provider: str, content: bytes, sentence: str, db: None) -> None:
    file = SimpleUploadedFile("answer.csv", content)

    answer = browser("noor").post(reverse("admin:payouts_bankentry_take_in"), {"provider": provider, "file": file})

    assert answer.status_code == 200
    assert sentence in text(answer)
    assert not BankEntry.objects.exists()


def test_a_table_filled_in_by_hand_settles_its_payouts_once(ilse: Agent) -> None:
    settle_at(ilse, provider="manual_csv")
    earn(ilse, 900)
    sent(provider="manual_csv")
    noor, laid = browser("noor"), PayoutFile.objects.get()
    fetched = noor.get(page("payoutfile", laid, "fetch"))
    assert fetched.content == bytes(laid.content)
    rows = list(csv.reader(io.StringIO(fetched.content.decode("utf-8-sig"))))
    filled = filled_in(rows)

    for _ in range(2):
        file = SimpleUploadedFile("answer.csv", filled)
        answer = noor.post(reverse("admin:payouts_bankentry_take_in"), {"provider": "manual_csv", "file": file})
        assert answer.status_code == 302, text(answer)

    assert Payout.objects.get().state == "settled"
    assert Entry.objects.filter(action="bank_file.take_in").count() == 2
    assert Entry.objects.filter(action="payout_file.fetch").count() == 1


def filled_in(rows: list[list[str]]) -> bytes:
    """As a person fills it in: paid."""
    head = rows[0]
    for row in rows[1:]:
        row[head.index("outcome")] = "paid"
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def test_what_nothing_explains_waits_for_a_persons_words(ilse: Agent) -> None:
    entry = BankEntry.objects.create(
        provider="sepa_file", reference="R1", amount=-310, currency="EUR", booked_on=NOON.date(), created_at=NOON,
        problem="No payout of ours has this key.",
    )  # fmt: skip
    noor = browser("noor")
    queue = reverse("admin:payouts_bankentry_changelist") + "?matching=open"
    assert "No payout of ours" in text(noor.get(queue))

    assert noor.post(page("bankentry", entry, "explain"), {"reason": "The bank's monthly fee."}).status_code == 302

    entry.refresh_from_db()
    assert entry.explanation == "The bank's monthly fee."
    assert "No payout of ours" not in text(noor.get(queue))


def test_money_on_its_way_is_shown_by_age(ilse: Agent, bank: Fake) -> None:
    settle_at(ilse, now=NOON - timedelta(days=900))
    earn(ilse, 900, at=NOON - timedelta(days=800))
    sent(now=NOON - timedelta(days=800))

    told = text(browser("noor").get(reverse("admin:payouts_bankentry_on_its_way")))

    assert "14 days or more" in told
    assert "9.00 EUR" in told
    assert "holds exactly its open payouts" in told


def test_the_books_are_closed_by_a_person_and_stay_closed(ilse: Agent) -> None:
    earn(ilse, 900, at=NOON - timedelta(days=800))
    noor, close = browser("noor"), reverse("admin:payouts_period_close")
    until = NOON - timedelta(days=700)

    assert "hour after its end" in text(noor.post(close, {"until": "2099-01-01"}))
    assert noor.post(close, {"until": f"{until:%Y-%m-%d}"}).status_code == 302

    assert Period.objects.get().postings == 1
    assert Entry.objects.filter(action="period.close").count() == 1
    with pytest.raises(Exception, match="closed"):
        earn(ilse, 1, at=until - timedelta(days=1))


def test_cash_outs_are_opened_and_closed_by_a_named_person(db: None) -> None:
    noor, add = browser("noor"), reverse("admin:payouts_cashoutmandate_add")
    limits = {"provider": "manual_csv", "currency": "EUR", "each_at_most": "20000", "daily_at_most": "100"}
    assert "no less than one cash-out" in text(noor.post(add, limits))

    assert noor.post(add, {**limits, "daily_at_most": "40000"}).status_code == 302
    made = CashOutMandate.objects.get()
    assert (made.revoked_at, made.granted_by.startswith("operator:")) == (None, True)

    assert noor.post(page("cashoutmandate", made, "revoke")).status_code == 302
    made.refresh_from_db()
    assert made.revoked_at is not None


class TestDac7:
    def rows(self, content: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(content.removeprefix("\ufeff"))))

    def test_it_says_what_was_credited_in_each_quarter(self, ilse: Agent, facts: FactsMaker) -> None:
        settle_at(ilse)
        earnings.record(facts(), topic="Refund", now=NOON)
        earn(ilse, 1_000, at=NOON - timedelta(days=100))
        released(cutoff=NOON + timedelta(seconds=1))  # being paid out is no consideration

        (row,) = self.rows(dac7.export(2026, by="operator:noor", now=NOON))

        assert (row["consideration_q3"], row["activities_q3"]) == ("10.00", "0")
        assert (row["consideration_q4"], row["activities_q4"]) == ("5.65", "1")
        assert (row["financial_account_identifier"], row["fees_q4"], row["tin"]) == (IBAN, "0.00", "")
        assert owed(ilse) == 0

    def test_no_name_is_taken_for_a_formula_and_the_export_leaves_a_trace(self, ilse: Agent) -> None:
        ilse.display_name = "=HYPERLINK(1)"
        ilse.save()
        earn(ilse, 100)

        answer = browser("noor").post(reverse("admin:payouts_payoutdestination_dac7"), {"year": "2026"})

        (row,) = self.rows(answer.content.decode())
        assert row["name"] == "'=HYPERLINK(1)"
        assert Entry.objects.filter(action="dac7.export", subject="year:2026").count() == 1

    def test_points_are_no_money_and_a_year_to_come_has_no_table(self, ilse: Agent) -> None:
        ledger.post(ilse.pk, "EUR", ledger.Entry("goodwill:x", "goodwill", 5), now=NOON - timedelta(days=400))

        assert self.rows(dac7.export(2026, by="operator:noor", now=NOON)) == []
        answer = browser("noor").post(reverse("admin:payouts_payoutdestination_dac7"), {"year": "2199"})
        assert "Choose a year from 2023" in text(answer)


def test_a_run_that_was_refused_says_by_whom_and_why(run: PayoutRun, ilse: Agent) -> None:
    approving.submit(run.pk, by="operator:noor", now=NOON)

    assert browser("omar").post(page("payoutrun", run, "refuse"), {"reason": "Twice the usual sum."}).status_code == 302

    told = text(browser("ines").get(page("payoutrun", run)))
    assert "Twice the usual sum." in told
    assert owed(ilse) == 900
