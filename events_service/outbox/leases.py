"""Who sends which letters now: a lease of two minutes on each, taken and settled in short transactions of their own.

Whoever holds the lease may send. One that ran out may be taken by another, and what its first holder then still writes
has no effect; so a letter can go out twice, under the same Message-ID, but it is never lost.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from events_service import database
from events_service.database import Transaction, transaction
from events_service.identifiers import new_id
from events_service.outbox.queries import letter_from
from events_service.outbox.rules import LEASE_LASTS, Fate, PostedLetter

_DUE = """
FROM letter
WHERE status = 'waiting' AND next_attempt_at <= $1 AND (leased_until IS NULL OR leased_until <= $1)
"""

_IN_ORDER = "ORDER BY priority, next_attempt_at, id LIMIT $2"

_TAKE = "UPDATE letter SET lease = $1, leased_until = $2 WHERE id = ANY($3) RETURNING *"

_SETTLE_SENT = """
UPDATE letter SET status = 'sent', sent_at = $1, attempts = attempts + 1, sends = sends + 1, last_error = NULL,
                  lease = NULL, leased_until = NULL
WHERE id = $2 AND lease = $3
"""

_SETTLE_FAILED = """
UPDATE letter SET status = $1, next_attempt_at = $2, last_error = $3, attempts = attempts + 1,
                  lease = NULL, leased_until = NULL
WHERE id = $4 AND lease = $5
"""

_SETTLE_HELD_BACK = """
UPDATE letter SET status = 'given_up', held_back_at = $1, last_error = $2, lease = NULL, leased_until = NULL
WHERE id = $3 AND lease = $4
"""

_LET_GO = "UPDATE letter SET lease = NULL, leased_until = NULL WHERE id = $1 AND lease = $2"


@dataclass(frozen=True, slots=True)
class Lease:
    """The letters that are ours to send, in the order to send them, and the name under which we hold them."""

    name: str
    letters: tuple[PostedLetter, ...]


async def take(*, now: datetime, most: int) -> Lease:
    """Lease up to `most` letters that are due and that nobody holds."""
    # Looking is free; a transaction of SQLite that finds nothing would still make every other writer wait.
    if not await database.fetch(f"SELECT id {_DUE} LIMIT 1", now):
        return Lease("", ())
    name = new_id()
    async with transaction() as tx:
        rows = await _lease_rows(tx, name, now=now, most=most)
    letters = [letter_from(row) for row in rows]
    return Lease(name, tuple(sorted(letters, key=lambda one: (one.priority, one.next_attempt_at, one.id))))


async def settle_sent(lease: Lease, letter: PostedLetter, *, now: datetime) -> None:
    """The letter was taken by the transport."""
    async with transaction() as tx:
        await tx.execute(_SETTLE_SENT, now, letter.id, lease.name)


async def settle_failed(lease: Lease, fates: Sequence[tuple[PostedLetter, Fate]]) -> None:
    """These tries failed."""
    rows = [(fate.status.value, fate.next_attempt_at, fate.last_error, one.id, lease.name) for one, fate in fates]
    async with transaction() as tx:
        await tx.execute_many(_SETTLE_FAILED, rows)


async def settle_held_back(lease: Lease, letters: Sequence[tuple[PostedLetter, str]], *, now: datetime) -> None:
    """These were not tried, each for its reason: their addresses take no mail."""
    rows = [(now, reason, letter.id, lease.name) for letter, reason in letters]
    async with transaction() as tx:
        await tx.execute_many(_SETTLE_HELD_BACK, rows)


async def let_go(lease: Lease, letters: Iterable[PostedLetter]) -> None:
    """Leave letters that were not tried to whoever comes next."""
    rows = [(letter.id, lease.name) for letter in letters]
    if rows:
        async with transaction() as tx:
            await tx.execute_many(_LET_GO, rows)


async def _lease_rows(tx: Transaction, name: str, *, now: datetime, most: int) -> list[database.Row]:
    due = await tx.fetch(f"SELECT id {_DUE} {_IN_ORDER} FOR UPDATE SKIP LOCKED", now, most)
    return await tx.fetch(_TAKE, name, now + LEASE_LASTS, [row["id"] for row in due])
