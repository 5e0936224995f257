"""Bank accounts at rest: sealed with AES-256-GCM, bound to their agent, under keys that can be changed.

`BECKON_PAYOUT_KEYS` holds `name:key` pairs, parted by commas, each key 32 bytes in base64, URL-safe or not. The first
seals; all open. Without it, outside production, one key is derived from SECRET_KEY.
"""

import base64
import hashlib
import hmac
import os
import secrets
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

VARIABLE = "BECKON_PAYOUT_KEYS"
NONCE_BYTES = 12
KEY_BYTES = 32
TO_STANDARD = str.maketrans("-_", "+/")
FEWEST_DIFFERENT_BYTES = 10  # of 32 random ones there are about thirty


class NoKey(Exception):  # noqa: N818  (what is missing)
    """What was sealed cannot be opened with the keys of this environment."""


class BadKeys(SystemExit):
    """Ends the process with one sentence: without good keys no bank account can be read or written."""


def refuse_unfit_keys() -> None:
    """Ends the process with one sentence where it could not read or write a bank account. Said at every start."""
    _keys()


def seal(plain: str, *, bound_to: str) -> bytes:
    """`name:nonce and ciphertext`; opens only with the same `bound_to`."""
    name, key = next(iter(_keys().items()))
    nonce = secrets.token_bytes(NONCE_BYTES)
    return name.encode() + b":" + nonce + AESGCM(key).encrypt(nonce, plain.encode(), bound_to.encode())


def unseal(sealed: bytes | memoryview, *, bound_to: str) -> str:
    """What was sealed. Raises NoKey where the key is gone, or the row is another agent's."""
    name, _, rest = bytes(sealed).partition(b":")
    key = _keys().get(name.decode(errors="replace"))
    if key is None:
        raise NoKey(f"No key is named {name!r}.")
    try:
        return AESGCM(key).decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], bound_to.encode()).decode()
    except InvalidTag as error:
        raise NoKey("This was sealed by another key, or for another agent.") from error


def sealed_by_the_first(sealed: bytes | memoryview) -> bool:
    """Whether rotating would change nothing."""
    return bytes(sealed).partition(b":")[0].decode(errors="replace") == next(iter(_keys()))


def fingerprint(account: str) -> str:
    """The same for the same bank account, and nothing to be guessed from. Independent of the sealing keys."""
    return hmac.new(_derived(b"fingerprint"), account.encode(), hashlib.sha256).hexdigest()


def _keys() -> dict[str, bytes]:
    return _parsed(os.environ.get(VARIABLE, ""))


@cache
def _parsed(given: str) -> dict[str, bytes]:
    if not given:
        if settings.PRODUCTION:
            raise BadKeys(f"beckon: production needs {VARIABLE}, as name:key with 32 random bytes in base64.")
        return {"derived": _derived(b"destinations")}
    keys = {}
    for pair in given.split(","):
        name, _, key = pair.strip().partition(":")
        try:
            keys[name] = base64.b64decode(key.translate(TO_STANDARD) + "=" * (-len(key) % 4), validate=True)
        except ValueError:
            keys[name] = b""
        if not name or len(keys[name]) != KEY_BYTES:
            raise BadKeys(f"beckon: each key in {VARIABLE} is name:key with 32 bytes in base64.")
        if settings.PRODUCTION and len(set(keys[name])) < FEWEST_DIFFERENT_BYTES:
            raise BadKeys(f"beckon: the key {name!r} in {VARIABLE} is not random: openssl rand -base64 32 makes one.")
    if len(keys) < given.count(",") + 1:
        raise BadKeys(f"beckon: {VARIABLE} has two keys of one name.")
    return keys


def _derived(purpose: bytes) -> bytes:
    secret = settings.SECRET_KEY.encode()
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=b"beckon payouts " + purpose).derive(secret)
