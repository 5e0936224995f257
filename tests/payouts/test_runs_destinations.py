"""Where money goes: checked, sealed at rest, cooled off after a change, opened for the bank alone."""

import base64
from contextlib import nullcontext
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from agents.models import Agent
from audit.models import Entry
from marketplace import guards
from marketplace.refusals import Refused
from payouts.models import PayoutDestination
from payouts.providers.contract import Destination
from payouts.runs import destinations, vault
from tests.payouts import payday
from tests.payouts.conftest import NOON
from tests.payouts.payday import IBAN, STOCKHOLM, settle_at

pytestmark = pytest.mark.django_db
bank = payday.bank
ANOTHER = "DE02120300000000202051"
ANY_KEY = base64.b64encode(bytes(range(32))).decode()


def key(letter: str) -> str:
    return base64.urlsafe_b64encode(letter.encode() * 32).decode()


@pytest.fixture(autouse=True)
def sepa(bank: object, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in payday.SEPA.items():
        monkeypatch.setenv(name, value)


def change(agent: Agent, **asked: str) -> PayoutDestination:
    given = {"holder": "Ilse Brandt", "iban": IBAN} | {n: v for n, v in asked.items() if n in ("holder", "iban")}
    rest = {"provider": "sepa_file", "zone": STOCKHOLM, "currency": "EUR"} | asked
    currency, provider, zone = rest["currency"], rest["provider"], rest["zone"]
    return destinations.change(
        agent.pk, currency, Destination(**given), provider=provider, zone=zone, by=f"agent:{agent.pk}", now=NOON
    )


def test_nothing_of_the_account_can_be_read_from_the_row(ilse: Agent) -> None:
    change(ilse, iban="de89 3704 0044 0532 0130 00")

    with connection.cursor() as cursor:
        cursor.execute("select convert_to(d::text, 'UTF8'), sealed from payouts_payoutdestination d")
        ((row, sealed),) = cursor.fetchall()
    for secret in (IBAN, "Brandt"):
        for text in (secret.encode(), secret.encode().hex().encode()):
            assert text not in bytes(row) + bytes(sealed)
    assert destinations.opened(PayoutDestination.objects.get()) == Destination("Ilse Brandt", iban=IBAN)


def test_a_sealed_account_moved_to_another_agent_does_not_open(ilse: Agent, jonas: Agent) -> None:
    made = change(ilse)
    with pytest.raises(vault.NoKey):
        vault.unseal(made.sealed, bound_to=str(jonas.pk))


def test_a_flipped_bit_does_not_open(ilse: Agent) -> None:
    sealed = bytearray(bytes(change(ilse).sealed))
    sealed[-1] ^= 1
    with pytest.raises(vault.NoKey):
        vault.unseal(bytes(sealed), bound_to=str(ilse.pk))


def test_keys_are_rotated_without_losing_an_account(ilse: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(vault.VARIABLE, f"old:{key('o')}")
    change(ilse)
    monkeypatch.setenv(vault.VARIABLE, f"new:{key('n')},old:{key('o')}")

    assert destinations.rotate() == 1
    assert destinations.rotate() == 0

    monkeypatch.setenv(vault.VARIABLE, f"new:{key('n')}")
    assert destinations.opened(PayoutDestination.objects.get()).iban == IBAN


@pytest.mark.parametrize("keys", ["a", "a:", "a:short", ":" + "b" * 43, "a:***"])
def test_bad_keys_end_the_process_with_one_sentence(keys: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(vault.VARIABLE, keys)
    with pytest.raises(SystemExit, match="beckon: each key"):
        vault.seal("x", bound_to="y")


def test_a_key_may_be_written_in_either_base64(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = bytes(range(224, 256))
    monkeypatch.setenv(vault.VARIABLE, f"k:{base64.b64encode(raw).decode()}")
    sealed = vault.seal("x", bound_to="y")

    monkeypatch.setenv(vault.VARIABLE, f"k:{base64.urlsafe_b64encode(raw).decode().rstrip('=')}")
    assert vault.unseal(sealed, bound_to="y") == "x"


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ("", "production needs BECKON_PAYOUT_KEYS"),
        (f"a:{key('a')}", "is not random"),
        (f"a:{ANY_KEY}", ""),
        (f"a:{ANY_KEY},a:{ANY_KEY.swapcase()}", "two keys"),
    ],
    ids=["absent", "the same byte", "fit", "one name twice"],
)  # fmt: skip
def test_production_does_not_start_without_fit_keys(
    keys: str, sentence: str, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.PRODUCTION = True
    monkeypatch.setenv(vault.VARIABLE, keys)
    vault._parsed.cache_clear()

    with pytest.raises(SystemExit, match=sentence) if sentence else nullcontext():
        vault.refuse_unfit_keys()

    vault._parsed.cache_clear()


def test_every_process_asks_for_the_keys_before_anything_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(vault.VARIABLE, "a:short")

    with pytest.raises(SystemExit, match="beckon: each key"):
        guards.refuse_unfit()


def test_a_first_account_is_usable_at_once_and_a_changed_one_after_48_hours(ilse: Agent) -> None:
    assert change(ilse).usable_from == NOON

    assert change(ilse, iban=ANOTHER).usable_from == NOON + timedelta(hours=48)
    assert change(ilse, iban=IBAN).usable_from == NOON + timedelta(hours=48)


def test_a_new_zone_for_the_same_account_does_not_shorten_its_cooling_off(ilse: Agent) -> None:
    change(ilse)
    change(ilse, iban=ANOTHER)

    assert change(ilse, iban=ANOTHER, zone="UTC").usable_from == NOON + timedelta(hours=48)


def test_the_same_account_again_changes_nothing(ilse: Agent) -> None:
    assert change(ilse).pk == change(ilse, iban=f" {IBAN.lower()} ").pk
    assert Entry.objects.filter(action="payout_destination.change").count() == 1


def test_the_same_account_of_two_agents_shows(ilse: Agent, jonas: Agent) -> None:
    assert change(ilse).fingerprint == change(jonas).fingerprint


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"iban": "DE89370400440532013001"}, "not a valid IBAN"),
        ({"iban": ""}, "not a valid IBAN"),
        ({"holder": "  "}, "name of the account's holder"),
        ({"currency": "SEK"}, "SEK cannot be paid out this way"),
        ({"zone": "Europe/Atlantis"}, "not a time zone"),
        ({"zone": "../etc/passwd"}, "not a time zone"),
        ({"zone": ""}, "not a time zone"),
        ({"provider": "cash"}, "do not go this way"),
        ({"provider": "stripe_connect"}, "do not go this way"),
    ],
)
def test_what_could_not_be_paid_is_refused_and_nothing_is_kept(asked: dict[str, str], why: str, ilse: Agent) -> None:
    with pytest.raises(Refused, match=why):
        change(ilse, **asked)

    assert not PayoutDestination.objects.exists()


def test_one_destination_is_in_force_and_the_old_ones_stay(ilse: Agent) -> None:
    settle_at(ilse)
    change(ilse)

    assert PayoutDestination.objects.filter(replaced_at=None).count() == 1
    assert PayoutDestination.objects.count() == 2
