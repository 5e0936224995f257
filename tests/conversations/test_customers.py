"""Who a customer is: whoever holds our token, or whom the brand's server vouches for, once, for ten minutes."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from brands.models import Brand
from conversations import customers
from conversations.models import Customer, CustomerToken, SpentIdentity
from marketplace.refusals import Refused
from tests.people import NOON, at

Claims = dict[str, Any]


@pytest.fixture
def fernhof(db: None) -> Brand:
    return Brand.objects.create(name="Fernhof", slug="fernhof", created_at=NOON)


def claims(**changes: Any) -> Claims:
    """What a brand's server says of Lucía; None takes a claim away."""
    said: Claims = {"sub": "cust-81", "aud": "lumo", "exp": at(300), "jti": str(uuid4()), "name": "Lucía"}
    return {name: value for name, value in {**said, **changes}.items() if value is not None}


def signed(brand: Brand, **changes: Any) -> str:
    return jwt.encode(claims(**changes), brand.signing_secret, algorithm="HS256")


def raw(header: Claims, payload: Claims, signature: bytes = b"") -> str:
    """A token put together by hand, as an attacker would."""
    parts = [json.dumps(header).encode(), json.dumps(payload).encode(), signature]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def refused(brand: Brand, identity: str, *, seconds: float = 0) -> None:
    """Nobody is let in, and nothing is left behind."""
    before = (Customer.objects.count(), CustomerToken.objects.count())
    with pytest.raises(Refused) as refusal:
        customers.identified(brand, identity, now=at(seconds))
    assert refusal.value.code == "bad_identity"
    assert (Customer.objects.count(), CustomerToken.objects.count()) == before


def test_a_stranger_gets_a_token_that_names_her_again(lumo: Brand) -> None:
    customer, token = customers.anonymous(lumo, language="de", now=NOON)

    assert customers.by_token(token) == customer
    assert (customer.brand_id, customer.language, customer.external_id) == (lumo.pk, "de", None)
    assert token not in str(CustomerToken.objects.values())


@pytest.mark.parametrize("token", ["", "nonsense", "x" * 129, "\0", "ñ" * 40])
def test_no_other_token_names_anybody(token: str, lumo: Brand) -> None:
    customers.anonymous(lumo, language="en", now=NOON)

    assert customers.by_token(token) is None


def test_a_brand_that_is_no_longer_served_has_no_customers(lumo: Brand) -> None:
    _, token = customers.anonymous(lumo, language="en", now=NOON)
    Brand.objects.update(active=False)

    assert customers.by_token(token) is None


def test_the_brands_token_names_the_customer_and_she_is_the_same_next_time(lumo: Brand) -> None:
    first, token = customers.identified(lumo, signed(lumo, email="lucia@mail.example", locale="es"), now=NOON)
    again, other = customers.identified(lumo, signed(lumo, name="Lucía P."), now=NOON)

    assert first.pk == again.pk
    assert customers.by_token(token) == customers.by_token(other) == first
    assert (first.name, first.email, first.language, first.external_id) == (
        "Lucía", "lucia@mail.example", "es", "cust-81",
    )  # fmt: skip
    again.refresh_from_db()
    assert again.name == "Lucía P."


def test_the_same_name_at_two_brands_is_two_people(lumo: Brand, fernhof: Brand) -> None:
    one, _ = customers.identified(lumo, signed(lumo), now=NOON)
    other, _ = customers.identified(fernhof, signed(fernhof, aud="fernhof"), now=NOON)

    assert one.pk != other.pk


def test_a_token_is_good_once(lumo: Brand) -> None:
    identity = signed(lumo)
    customers.identified(lumo, identity, now=NOON)

    refused(lumo, identity)


def test_a_token_stays_spent_until_it_would_be_too_old_anyway(lumo: Brand) -> None:
    identity = signed(lumo, exp=at(60))
    customers.identified(lumo, identity, now=NOON)

    for seconds in (0, 60, 89.9, 90, 3600):
        customers.identified(lumo, signed(lumo, exp=at(seconds + 60)), now=at(seconds))  # clears away what is old
        refused(lumo, identity, seconds=seconds)
    assert not SpentIdentity.objects.filter(expires_at=at(60)).exists()


@pytest.mark.parametrize("seconds", [-29, 0, 300, 600, 629])
def test_clocks_may_differ_by_half_a_minute(seconds: int, lumo: Brand) -> None:
    customers.identified(lumo, signed(lumo, exp=at(seconds)), now=NOON)


@pytest.mark.parametrize("seconds", [-31, -30, 631, 86_400])
def test_a_token_that_is_over_or_lasts_too_long_is_refused(seconds: int, lumo: Brand) -> None:
    refused(lumo, signed(lumo, exp=at(seconds)))


@pytest.mark.parametrize("missing", ["sub", "aud", "exp", "jti"])
def test_a_token_that_lacks_a_claim_is_refused(missing: str, lumo: Brand) -> None:
    refused(lumo, signed(lumo, **{missing: None}))


@pytest.mark.parametrize(
    ("claim", "value"),
    [
        ("sub", ""), ("sub", 81), ("sub", "x" * 129), ("sub", ["cust-81"]), ("sub", "a\0b"), ("sub", "a\ud800b"),
        ("jti", ""), ("jti", 5), ("jti", "x" * 129), ("jti", {}), ("jti", "\0"), ("jti", "\ud800"),
        ("exp", "soon"), ("exp", True), ("exp", 10**400), ("exp", -(10**18)), ("exp", [1]), ("exp", 1e300),
        ("aud", "fernhof"), ("aud", ""), ("aud", []), ("aud", {"lumo": 1}), ("aud", 7),
    ],
)  # fmt: skip
def test_a_claim_of_the_wrong_kind_is_refused(claim: str, value: Any, lumo: Brand) -> None:
    payload = {**claims(exp=int(at(300).timestamp())), claim: value}

    refused(lumo, by_hand(payload, lumo))


def by_hand(payload: Claims, brand: Brand, algorithm: str = "HS256") -> str:
    """Signed well, whatever it says: the library refuses to sign some of it."""
    unsigned = raw({"alg": algorithm, "typ": "JWT"}, payload).rpartition(".")[0]
    signature = hmac.new(brand.signing_secret.encode(), unsigned.encode(), hashlib.sha256).digest()
    return f"{unsigned}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


@pytest.mark.parametrize("value", [5, ["Lucía"], {"first": "Lucía"}, None, True])
def test_a_name_that_is_no_text_is_left_out(value: Any, lumo: Brand) -> None:
    payload = {**claims(exp=int(at(300).timestamp())), "name": value}

    customer, _ = customers.identified(lumo, by_hand(payload, lumo), now=NOON)

    assert customer.name == ""


def test_a_name_is_cut_and_cleaned_of_what_cannot_be_stored(lumo: Brand) -> None:
    payload = {**claims(exp=int(at(300).timestamp())), "name": "Lu\0cía\ud800" + "x" * 100, "email": "e" * 300}

    customer, _ = customers.identified(lumo, by_hand(payload, lumo), now=NOON)

    assert customer.name.startswith("Lucía")
    assert (len(customer.name), len(customer.email)) == (80, 254)


def test_a_token_signed_with_another_key_is_refused(lumo: Brand, fernhof: Brand) -> None:
    refused(lumo, signed(fernhof))
    refused(lumo, jwt.encode(claims(), "a secret that somebody guessed, of 32 bytes", algorithm="HS256"))


def test_another_brands_good_token_is_refused(lumo: Brand, fernhof: Brand) -> None:
    refused(lumo, signed(fernhof, aud="fernhof"))


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE", ""])
def test_a_token_without_a_signature_is_refused(algorithm: str, lumo: Brand) -> None:
    payload = {**claims(exp=int(at(300).timestamp()))}

    refused(lumo, raw({"alg": algorithm, "typ": "JWT"}, payload))


def test_a_token_signed_with_another_method_is_refused(lumo: Brand) -> None:
    """Among them the confusion of a public key with a secret: RS256, or HS256 with the public key's text."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)

    refused(lumo, jwt.encode(claims(), key, algorithm="RS256"))
    lumo.signing_secret = "0123456789abcdef" * 4  # long enough for the library to sign with
    refused(lumo, jwt.encode(claims(), lumo.signing_secret, algorithm="HS512"))
    refused(lumo, by_hand({**claims(exp=int(at(300).timestamp()))}, Brand(signing_secret=public.decode())))


def test_a_token_whose_header_says_more_than_we_know_is_refused(lumo: Brand) -> None:
    header = {"crit": ["exp-only"], "exp-only": True}

    refused(lumo, jwt.encode(claims(), lumo.signing_secret, algorithm="HS256", headers=header))


@pytest.mark.parametrize("identity", ["", "a", "a.b", "a.b.c", "....", "ñ.ñ.ñ", "e30.e30.", "x" * 4000, "\0.\0.\0"])
def test_what_is_no_token_is_refused(identity: str, lumo: Brand) -> None:
    refused(lumo, identity)


def test_a_token_changed_on_its_way_is_refused(lumo: Brand) -> None:
    head, payload, signature = signed(lumo).split(".")
    other = signed(lumo, sub="cust-82").split(".")[1]

    refused(lumo, f"{head}.{other}.{signature}")
    refused(lumo, f"{head}.{payload}.{signature[:-4]}AAAA")


def test_a_refused_token_is_not_spent(lumo: Brand) -> None:
    jti = str(uuid4())
    refused(lumo, signed(lumo, jti=jti, exp=at(-60)))

    customers.identified(lumo, signed(lumo, jti=jti, exp=NOON + timedelta(minutes=5)), now=NOON)


def test_who_names_herself_again_keeps_the_token_that_her_tabs_share(lumo: Brand) -> None:
    customer, token = customers.identified(lumo, signed(lumo), now=NOON)
    _, stranger = customers.anonymous(lumo, language="en", now=NOON)

    assert customers.identified(lumo, signed(lumo), held=token, now=NOON) == (customer, token)
    assert customers.identified(lumo, signed(lumo), held=stranger, now=NOON)[1] not in (token, stranger)


def test_a_browser_keeps_the_token_that_is_hers_and_no_other(lumo: Brand) -> None:
    customer, token = customers.identified(lumo, signed(lumo), now=NOON)
    _, strangers = customers.anonymous(lumo, language="en", now=NOON)

    assert customers.identified(lumo, signed(lumo), held=token, now=NOON) == (customer, token)
    again, other = customers.identified(lumo, signed(lumo), held=strangers, now=NOON)
    assert again == customer
    assert customers.by_token(other) == customer
    assert other not in (token, strangers)
