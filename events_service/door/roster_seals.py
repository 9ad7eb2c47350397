"""What a device may carry of a badge: enough to judge it, and a name that only the badge itself opens.

The badge's secret gives both the id its entry is found by and the key its holder's name is sealed with, so a device that was
stolen tells nobody's name: for each one it would need the badge. The same input gives the same bytes, so that an unchanged
roster is told from a changed one by its entity tag.
"""

import base64
import hmac

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from events_service.sealing import NONCE_BYTES, derived_key

ROSTER = b"events-service roster 1"
ID_BYTES, MARK_BYTES = 16, 8
_NO_SALT = bytes(32)


def entry_id(badge_secret: bytes) -> str:
    """By which a roster knows a badge: 22 characters of base64url."""
    mac = hmac.digest(badge_secret, b"id", "sha256")[:ID_BYTES]
    return base64.urlsafe_b64encode(mac).decode().rstrip("=")


def seal_for_badge(clear: bytes, badge_secret: bytes) -> str:
    """Encrypt for whoever has the badge (AES-256-GCM): base64 of a nonce of 12 bytes, drawn from what is sealed, and the sealed text."""
    key = _roster_key(badge_secret)
    nonce = hmac.digest(key, clear, "sha256")[:NONCE_BYTES]
    return base64.b64encode(nonce + AESGCM(key).encrypt(nonce, clear, None)).decode()


def badge_mark(badge_digest: str) -> str:
    """The first 8 bytes of a badge's stored digest: by these a device knows a badge that no longer holds."""
    return base64.b64encode(bytes.fromhex(badge_digest)[:MARK_BYTES]).decode()


def code_salt(event_id: str, *, secret_key: str) -> bytes:
    """The event's own key for marks of short codes; devices hold it."""
    return hmac.digest(derived_key(secret_key, "roster-short-codes"), event_id.encode(), "sha256")[:ID_BYTES]


def code_mark(code: str, salt: bytes) -> str:
    """By which a typed short code finds its entry."""
    return base64.b64encode(hmac.digest(salt, code.encode(), "sha256")[:MARK_BYTES]).decode()


def _roster_key(badge_secret: bytes) -> bytes:
    """HKDF-SHA256 (RFC 5869) to 32 bytes, which is one block: as browsers do it, without an object for each of 10,000 badges."""
    drawn = hmac.digest(_NO_SALT, badge_secret, "sha256")
    return hmac.digest(drawn, ROSTER + b"\x01", "sha256")
