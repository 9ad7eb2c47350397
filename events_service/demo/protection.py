"""The mayors' closed meeting: whoever looks at its lists, badges or door sees an alias for each of the four."""

from events_service import database
from events_service.audit.rules import SERVICE
from events_service.demo.happenings import MAYORS_MEETING
from events_service.privacy.protecting import protect

REASON = "Where the four mayors meet must not be known."


async def protect_mayors() -> int:
    """Those whose registration nobody touched since it was made; returns how many."""
    rows = await database.fetch(
        """SELECT registration.id, registration.version FROM registration JOIN event ON event.id = registration.event
           WHERE event.slug = $1 AND registration.source = 'demo' ORDER BY registration.id""",
        MAYORS_MEETING,
    )
    untouched = [(number, row["id"]) for number, row in enumerate(rows, start=1) if row["version"] == 1]
    for number, registration_id in untouched:
        await protect(registration_id, alias=f"Heron {number}", doer=SERVICE, reason=REASON)
    return len(untouched)
