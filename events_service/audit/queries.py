"""Reading the log."""

from collections.abc import Sequence

import msgspec

from events_service.audit.rules import Deed, Doer, Entry
from events_service.database import Row, fetch


async def entries(
    *, events: Sequence[str] | None = None, action: str = "", subject_id: str = "", before: str = "", limit: int = 50
) -> list[Entry]:
    """Up to `limit` entries, the newest first; `before` is the id of the last one seen. `events` None: of all and of none."""
    where, values = ["1 = 1"], list[object]()
    for condition, value in (("action = $$", action), ("subject_id = $$", subject_id), ("id < $$", before)):
        if value:
            values.append(value)
            where.append(condition.replace("$$", f"${len(values)}"))
    if events is not None:
        values.append(list(events))
        where.append(f"event = ANY(${len(values)})")
    values.append(limit)
    rows = await fetch(
        f"SELECT * FROM audit_entry WHERE {' AND '.join(where)} ORDER BY id DESC LIMIT ${len(values)}",  # noqa: S608
        *values,
    )
    return [_entry(row) for row in rows]


async def known_actions() -> list[str]:
    """The kinds of deeds there are, in the order of the alphabet."""
    return [row["action"] for row in await fetch("SELECT DISTINCT action FROM audit_entry ORDER BY action")]


def _entry(row: Row) -> Entry:
    deed = Deed(
        action=row["action"],
        event=row["event"],
        subject_kind=row["subject_kind"],
        subject_id=row["subject_id"],
        fields=msgspec.json.decode(row["fields"], type=tuple[str, ...]),
        reason=row["reason"],
    )
    return Entry(row["id"], row["at"], Doer(row["actor_kind"], row["actor_id"]), deed)
