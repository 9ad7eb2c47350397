"""Writing deeds down."""

from collections.abc import Iterable
from datetime import timedelta

import msgspec

from events_service import clock
from events_service.audit.rules import Deed, Doer
from events_service.database import Transaction, fetch_one, transaction
from events_service.identifiers import new_id

# Who reads the same within this time is written down once.
ONE_LOOK = timedelta(hours=1)


async def record(tx: Transaction, doer: Doer, *deeds: Deed) -> None:
    """Write the deeds down in the transaction that does them, so that neither is there without the other."""
    await record_all(tx, ((doer, deed) for deed in deeds))


async def record_all(tx: Transaction, done: Iterable[tuple[Doer, Deed]]) -> None:
    """Write many deeds down at once."""
    now = clock.now()
    await tx.execute_many(
        """INSERT INTO audit_entry (id, at, actor_kind, actor_id, action, event, subject_kind, subject_id, fields, reason)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)""",
        [
            (
                new_id(),
                now,
                doer.kind,
                doer.id,
                deed.action,
                deed.event,
                deed.subject_kind,
                deed.subject_id,
                msgspec.json.encode(deed.fields).decode(),
                deed.reason,
            )
            for doer, deed in done
        ],
    )


async def record_seen(doer: Doer, deed: Deed) -> None:
    """Write down that something was looked at. Do it before it is shown: what cannot be written down is not shown."""
    async with transaction() as tx:
        await record(tx, doer, deed)


async def record_look(doer: Doer, deed: Deed) -> None:
    """The same for what is read time and again, such as a person's page between two corrections: once an hour is enough.

    `deed` names its subject.
    """
    known = await fetch_one(
        """SELECT id FROM audit_entry WHERE subject_id = $1 AND action = $2 AND actor_kind = $3 AND actor_id = $4 AND at > $5
           LIMIT 1""",
        *(deed.subject_id, deed.action, doer.kind, doer.id, clock.now() - ONE_LOOK),
    )
    if known is None:
        await record_seen(doer, deed)
