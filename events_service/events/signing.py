"""One Ed25519 key pair an event, which signs its badges. The private half is sealed by the installation's secret."""

import secrets
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from events_service.database import Transaction, fetch
from events_service.sealing import seal, unseal

PURPOSE = "badge-signing-key"
FIRST_KEY_ID = 1


@dataclass(frozen=True, slots=True)
class SigningKey:
    """An event's key: `private` is the 32 bytes of the seed, `event_mark` the number its badges carry (32 bits)."""

    event_id: str
    key_id: int
    event_mark: int
    public: bytes
    private: bytes


async def make_key(tx: Transaction, event_id: str, *, secret_key: str) -> None:
    """Make and store the key of a new event."""
    private = Ed25519PrivateKey.generate()
    await tx.execute(
        """INSERT INTO signing_key (event, key_id, public_key, sealed_private_key, event_mark)
           VALUES ($1, $2, $3, $4, $5)""",
        event_id,
        FIRST_KEY_ID,
        private.public_key().public_bytes_raw(),
        seal(private.private_bytes_raw(), secret_key=secret_key, purpose=PURPOSE),
        secrets.randbits(32),
    )


# Keys never change once made, so a process may keep what it has unsealed.
_known: dict[tuple[str, str], SigningKey] = {}


async def keys_of(event_ids: list[str], *, secret_key: str) -> dict[str, SigningKey]:
    """The keys of these events by event id."""
    missing = [event_id for event_id in event_ids if (event_id, secret_key) not in _known]
    if missing:
        for row in await fetch("SELECT * FROM signing_key WHERE event = ANY($1)", missing):
            private = unseal(row["sealed_private_key"], secret_key=secret_key, purpose=PURPOSE)
            _known[(row["event"], secret_key)] = SigningKey(
                row["event"], row["key_id"], row["event_mark"], row["public_key"], private
            )
    return {event_id: _known[(event_id, secret_key)] for event_id in event_ids if (event_id, secret_key) in _known}


async def all_public_keys() -> dict[int, tuple[str, bytes]]:
    """Event mark → event id and public key, of every event here: tells a forged badge from another event's."""
    rows = await fetch("SELECT event, event_mark, public_key FROM signing_key")
    return {row["event_mark"]: (row["event"], row["public_key"]) for row in rows}
