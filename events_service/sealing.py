"""Secrets: keys drawn from `EVENTS_SECRET_KEY`, sealed values, and the digests that are stored in place of tokens.

Every purpose has a key of its own by HKDF (RFC 5869), so that a value made for one purpose is worthless for another.
"""

import base64
import hashlib
import hmac
import secrets
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12


class Unsealable(Exception):
    """The bytes were not sealed by this key for this purpose."""


@cache
def derived_key(secret_key: str, purpose: str) -> bytes:
    """32 bytes that depend on the installation's secret and the purpose alone."""
    return HKDF(SHA256(), length=32, salt=None, info=purpose.encode()).derive(secret_key.encode())


def seal(clear: bytes, *, secret_key: str, purpose: str) -> bytes:
    """Encrypt with AES-256-GCM: a nonce of 12 bytes, then the sealed text."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(derived_key(secret_key, purpose)).encrypt(nonce, clear, purpose.encode())


def unseal(sealed: bytes, *, secret_key: str, purpose: str) -> bytes:
    """The clear bytes. Raises `Unsealable` when key, purpose or bytes do not fit."""
    try:
        opener = AESGCM(derived_key(secret_key, purpose))
        return opener.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], purpose.encode())
    except (InvalidTag, ValueError) as cause:
        raise Unsealable(purpose) from cause


def keyed_token(*parts: str, secret_key: str, purpose: str) -> str:
    """A token of 160 bits that only this installation can make again: 32 characters of lower-case base32."""
    mac = hmac.digest(derived_key(secret_key, purpose), "|".join(parts).encode(), "sha256")
    return base64.b32encode(mac[:20]).decode().lower()


def random_token() -> str:
    """A token of 160 random bits: 32 characters of lower-case base32, easy to type and to read aloud."""
    return base64.b32encode(secrets.token_bytes(20)).decode().lower()


def token_digest(token: str) -> str:
    """What is stored in place of a token: 64 hexadecimal digits of SHA-256. Tokens have 128 bits and more, so no salt."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def same(one: str, other: str) -> bool:
    """Whether two texts are equal, in time that does not tell where they differ."""
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))
