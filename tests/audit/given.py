"""The log without what a test does itself to have an event, a door and somebody who asks, and without who looked."""

from typing import Any

from events_service.audit import queries
from events_service.audit.rules import SERVICE, Entry

PREPARING = {
    *("created_event", "published_event", "granted_role", "made_token", "set_password"),
    *("added_question", "added_checkpoint", "added_device"),
}
BESIDE = {"saw_registrations", "saw_registration", "saw_letter", "paired_device"}


async def entries(**wanted: Any) -> list[Entry]:
    """As the query of that name gives them, but for preparations; looks and phones that were paired where they are asked for."""
    found = await queries.entries(**wanted)
    return [
        one
        for one in found
        if (one.doer, one.deed.action in PREPARING) != (SERVICE, True)
        and (one.deed.action not in BESIDE or "action" in wanted)
    ]
