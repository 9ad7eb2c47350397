"""The log without what a test does itself to have an event and somebody who asks."""

from typing import Any

from events_service.audit import queries
from events_service.audit.rules import SERVICE, Entry

PREPARING = ("created_event", "published_event", "granted_role", "made_token", "set_password")


async def entries(**wanted: Any) -> list[Entry]:
    """As the query of that name gives them, but for preparations."""
    found = await queries.entries(**wanted)
    return [one for one in found if (one.doer, one.deed.action in PREPARING) != (SERVICE, True)]
