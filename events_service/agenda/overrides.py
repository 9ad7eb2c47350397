"""What organisers say of conflicts: that one is meant, with the reason, or no longer."""

from events_service import clock
from events_service.agenda.conflict_kinds import Override
from events_service.database import transaction
from events_service.errors import NotFound
from events_service.events.queries import event_by_slug
from events_service.identifiers import new_id


async def override_conflict(slug: str, key: str, reason: str, by: str) -> Override:
    """Say that the conflict of that key is meant; a later reason takes an earlier one's place. Raises `NotFound`.

    `by` is the account's or token's id. Whether there is such a conflict is for the caller to have looked at: it may be gone at any time.
    """
    event = await event_by_slug(slug)
    override = Override(reason=reason, by=by, created_at=clock.now())
    async with transaction() as tx:
        await tx.execute(
            """INSERT INTO conflict_override (id, event, key, reason, created_by, created_at)
               VALUES ($1, $2, $3, $4, $5, $6)
               ON CONFLICT (event, key)
               DO UPDATE SET reason = excluded.reason, created_by = excluded.created_by, created_at = excluded.created_at""",
            new_id(),
            event.id,
            key,
            reason,
            by,
            override.created_at,
        )
    return override


async def withdraw_override(slug: str, key: str) -> None:
    """Say that the conflict is not meant after all. Raises `NotFound` where nobody said it was."""
    event = await event_by_slug(slug)
    async with transaction() as tx:
        row = await tx.fetch_one(
            "DELETE FROM conflict_override WHERE event = $1 AND key = $2 RETURNING id", event.id, key
        )
    if row is None:
        raise NotFound()
