"""The evacuation list: who is inside now, told against a reason that stands in the log."""

from datetime import datetime

import msgspec

from events_service.audit.actions import record_seen
from events_service.audit.rules import Deed, Doer
from events_service.database import fetch
from events_service.events.rules import Event


class Inside(msgspec.Struct, frozen=True):
    """Somebody who is inside: where they were let in last, and when. A protected person stands under their alias."""

    registration_id: str
    name: str
    organisation: str
    city: str
    category: str
    checkpoint: str
    place: str
    since: datetime


async def evacuation_list(event: Event, *, doer: Doer, reason: str) -> list[Inside]:
    """Everybody who is inside now, once, by the last door they passed and then by name. Who asks is written down before."""
    await record_seen(doer, Deed("saw_evacuation_list", event.slug, reason=reason))
    rows = await fetch(
        """SELECT r.id, r.name, r.organisation, r.city, r.category, k.slug AS checkpoint, k.name AS place, p.admitted_at
           FROM presence p JOIN registration r ON r.id = p.registration JOIN checkpoint k ON k.id = p.checkpoint
           WHERE p.event = $1 AND p.inside AND NOT k.online ORDER BY p.admitted_at, p.id""",
        event.id,
    )
    # The last door is where somebody is: whoever went on to a room came by the main entrance.
    last = {
        row["id"]: Inside(
            row["id"],
            row["name"],
            row["organisation"],
            row["city"],
            row["category"],
            row["checkpoint"],
            row["place"],
            row["admitted_at"],
        )
        for row in rows
    }
    return sorted(last.values(), key=lambda one: (one.place, one.name.casefold(), one.registration_id))
