"""Who stands behind the ids in the log, for those who read it: the log itself knows no name."""

from collections.abc import Iterable, Mapping

from events_service.audit.rules import Entry
from events_service.database import fetch

_NAMES = {
    "account": "SELECT id, email AS name FROM account WHERE id = ANY($1)",
    "token": "SELECT id, name FROM api_token WHERE id = ANY($1)",
    "device": "SELECT id, name FROM device WHERE id = ANY($1)",
}


async def names_of(entries: Iterable[Entry]) -> Mapping[str, str]:
    """Id → what an account, a token or a device is called, of those that are there still."""
    wanted: dict[str, set[str]] = {}
    for entry in entries:
        wanted.setdefault(entry.doer.kind, set()).add(entry.doer.id)
    found: dict[str, str] = {}
    for kind, statement in _NAMES.items():
        if wanted.get(kind):
            found |= {row["id"]: row["name"] for row in await fetch(statement, sorted(wanted[kind]))}
    return found
