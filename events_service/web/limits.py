"""How often something may be tried, counted in the database so that every process counts together."""

import math
from collections.abc import Mapping
from datetime import timedelta

from events_service import clock, settings
from events_service.database import Transaction, transaction
from events_service.errors import TooMany
from events_service.sealing import token_digest


async def allow(bucket: str, *, most: int, within: timedelta) -> None:
    """Count one try. Raises `TooMany` with the seconds to wait once `most` tries lie within the window.

    The bucket's name is stored as a digest: it may hold an address. Nothing is counted with EVENTS_RATE_LIMITS=off.
    """
    if not settings.current().rate_limits:
        return
    now = clock.now()
    async with transaction() as tx:
        row = await tx.fetch_one(
            """INSERT INTO attempts (bucket, window_ends_at, tries) VALUES ($1, $2, 1)
               ON CONFLICT (bucket) DO UPDATE SET
                 tries = CASE WHEN attempts.window_ends_at <= $3 THEN 1 ELSE attempts.tries + 1 END,
                 window_ends_at = CASE WHEN attempts.window_ends_at <= $3 THEN $2 ELSE attempts.window_ends_at END
               RETURNING tries, window_ends_at""",
            token_digest(bucket),
            now + within,
            now,
        )
    assert row is not None
    if row["tries"] > most:
        raise TooMany(retry_after=max(1, math.ceil((row["window_ends_at"] - now).total_seconds())))


async def tries_left(tx: Transaction, tries: Mapping[str, int], *, most: int, within: timedelta) -> dict[str, int]:
    """Count these tries (bucket → how many) within the caller's transaction, and tell how many each bucket had left before them.

    For batches that commit together: counting costs two statements, whatever the number of buckets.
    """
    if not settings.current().rate_limits or not tries:
        return dict.fromkeys(tries, most)
    now = clock.now()
    digests = {token_digest(bucket): bucket for bucket in tries}
    await tx.execute_many(
        """INSERT INTO attempts (bucket, window_ends_at, tries) VALUES ($1, $2, $3)
           ON CONFLICT (bucket) DO UPDATE SET
             tries = CASE WHEN attempts.window_ends_at <= $4 THEN $3 ELSE attempts.tries + $3 END,
             window_ends_at = CASE WHEN attempts.window_ends_at <= $4 THEN $2 ELSE attempts.window_ends_at END""",
        # In order, so that two batches never wait for each other.
        [(digest, now + within, tries[digests[digest]], now) for digest in sorted(digests)],
    )
    rows = await tx.fetch("SELECT bucket, tries FROM attempts WHERE bucket = ANY($1)", list(digests))
    return {digests[row["bucket"]]: most - row["tries"] + tries[digests[row["bucket"]]] for row in rows}


async def forget(bucket: str) -> None:
    """Start counting anew, as after a success."""
    async with transaction() as tx:
        await tx.execute("DELETE FROM attempts WHERE bucket = $1", token_digest(bucket))


async def give_back(bucket: str) -> None:
    """Uncount one try, as after a success behind an address that others share."""
    async with transaction() as tx:
        await tx.execute("UPDATE attempts SET tries = tries - 1 WHERE bucket = $1 AND tries > 0", token_digest(bucket))
