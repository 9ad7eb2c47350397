"""What is remembered of who was erased: a keyed digest of the address, and when. Lists given before that must not bring them back."""

from collections.abc import Iterable
from datetime import datetime

from events_service import settings
from events_service.database import fetch
from events_service.sealing import keyed_token


def tombstone_digest(email_key: str) -> str:
    """What is remembered of an erased address."""
    return keyed_token(email_key, secret_key=settings.current().secret_key, purpose="tombstone")


async def erased_since(email_keys: Iterable[str], since: datetime) -> frozenset[str]:
    """Those of these addresses, given folded, that were erased at that moment or later."""
    digests = {tombstone_digest(key): key for key in email_keys}
    rows = await fetch("SELECT digest FROM tombstone WHERE digest = ANY($1) AND erased_at >= $2", list(digests), since)
    return frozenset(digests[row["digest"]] for row in rows)
