"""Looking at a release before it is made, and making exactly the one that was looked at."""

from dataclasses import dataclass

from msgspec import UNSET, UnsetType

from events_service.agenda.queries import head_of
from events_service.agenda.release_queries import current_release
from events_service.agenda.releases import planned_release, release_agenda
from events_service.agenda.rules import Agenda, Change, Release
from events_service.errors import Conflict
from events_service.events.queries import event_by_slug
from events_service.events.rules import Event
from events_service.registrations.touched import Told, who_is_told

ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Preview:
    """What releasing the draft of this version would change and whom it would tell. Agendas as the public's now, and as planned."""

    event: Event
    version: int
    number: int
    before: Agenda
    after: Agenda
    changes: tuple[Change, ...]
    told: Told


async def preview_release(event: Event) -> Preview:
    """What releasing the event's draft now would do. Nothing is written."""
    # The version is read first: whatever is edited from here on makes it an old one.
    head, released = await head_of(event.id), await current_release(event.id)
    after, changes = await planned_release(event)
    return Preview(
        event=event,
        version=head.version,
        number=head.released + 1,
        before=released.agenda if released else Agenda(),
        after=after,
        changes=changes,
        told=await who_is_told(event, after, changes),
    )


async def release_and_count(slug: str, *, note: str, by: str, version: int | UnsetType = UNSET) -> tuple[Release, Told]:
    """Release the draft, and say how many people will be told. `by` is the account's or token's id.

    Raises `NotFound`, and `Conflict` for an event that is cancelled and where the draft is not of that `version` any more.
    """
    for attempt in range(ATTEMPTS):
        preview = await preview_release(await event_by_slug(slug))
        asked = preview.version if version is UNSET else version
        try:
            return await release_agenda(slug, note=note, by=by, version=asked), preview.told
        except Conflict as refused:
            # Somebody edits at this moment: whoever asked for no version means the draft as it is by now.
            if refused.code != "stale_version" or version is not UNSET or attempt == ATTEMPTS - 1:
                raise
    raise AssertionError("the last attempt returns or raises")
