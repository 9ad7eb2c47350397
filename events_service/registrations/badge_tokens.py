"""What a badge's QR code says: 26 bytes and an Ed25519 signature over them, in upper-case base32 behind `S1`.

version/type 1 · key id 1 · event mark 4 · secret 16 · access class 1 · generation 1 · expiry day 2 · signature 64.
There is nothing about the person in it. The text has 146 characters, all of QR's alphanumeric mode (version 6-M).
"""

import base64
import binascii
import struct
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from events_service.sealing import token_digest

PREFIX = "S1"
SIGNED_BEFORE = b"events-service badge 1\x00"
LAYOUT = struct.Struct(">BBI16sBBH")
VERSION = 1
SIGNATURE_BYTES = 64
TEXT_LENGTH = 146
SECRET_BYTES = 16
DAY_ZERO = date(2020, 1, 1)


@dataclass(frozen=True, slots=True)
class BadgeToken:
    """What a badge says, taken apart. `secret` is 16 bytes; `expires_on` the last day it is good for (UTC)."""

    key_id: int
    event_mark: int
    secret: bytes
    access_class: int
    generation: int
    expires_on: date


def mint(token: BadgeToken, *, private_key: bytes) -> str:
    """The badge's text. `private_key` is the event's 32-byte seed. The same token always gives the same text."""
    body = LAYOUT.pack(
        VERSION,
        token.key_id,
        token.event_mark,
        token.secret,
        token.access_class,
        token.generation % 256,
        max(0, (token.expires_on - DAY_ZERO).days),
    )
    signature = _signer(private_key).sign(SIGNED_BEFORE + body)
    return PREFIX + base64.b32encode(body + signature).decode().rstrip("=")


def normalised(text: str) -> str:
    """A scanned text as badges are written: scanners and people may add spaces or use small letters."""
    return text.strip().upper()


def badge_digest(text: str) -> str:
    """What is stored of a badge and looked up at the door."""
    return token_digest(normalised(text))


def parse(text: str) -> tuple[BadgeToken, bytes, bytes] | None:
    """The token, the signed body and the signature; None for any text that is not in the form of a badge."""
    text = normalised(text)
    if len(text) != TEXT_LENGTH or not text.startswith(PREFIX) or not text.isascii():
        return None
    try:
        raw = base64.b32decode(text[len(PREFIX) :])
    except (binascii.Error, ValueError):
        return None
    body, signature = raw[: LAYOUT.size], raw[LAYOUT.size :]
    if len(signature) != SIGNATURE_BYTES:
        return None
    version, key_id, event_mark, secret, access_class, generation, day = LAYOUT.unpack(body)
    if version != VERSION:
        return None
    token = BadgeToken(key_id, event_mark, secret, access_class, generation, DAY_ZERO + timedelta(days=day))
    return token, body, signature


def is_signed_by(body: bytes, signature: bytes, public_key: bytes) -> bool:
    """Whether the event's key made this signature (RFC 8032)."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, SIGNED_BEFORE + body)
    except InvalidSignature:
        return False
    return True


def expiry_of(ends_at: datetime) -> date:
    """A badge is good until the day after its event ends."""
    return (ends_at.astimezone(UTC) + timedelta(days=1)).date()


@lru_cache(maxsize=256)
def _signer(private_key: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(private_key)
