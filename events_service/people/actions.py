"""Verbs about people: accounts and roles, signing in and out, tokens for programs."""

from datetime import datetime

from events_service import database
from events_service.sealing import token_digest


async def mark_seen(token: str, *, now: datetime) -> None:
    """Write down that a sign-in is in use."""
    async with database.transaction() as tx:
        await tx.execute("UPDATE sign_in SET last_seen_at = $2 WHERE token_digest = $1", token_digest(token), now)
