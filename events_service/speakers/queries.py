"""Reading speakers."""

from collections.abc import Mapping

from events_service.database import Row, fetch, fetch_one
from events_service.errors import NotFound
from events_service.speakers.rules import Speaker, State


def speaker_from(row: Row) -> Speaker:
    """The speaker in a row of the table."""
    return Speaker(
        id=row["id"],
        event_id=row["event"],
        name=row["name"],
        email=row["email"],
        title=row["title"],
        organisation=row["organisation"],
        city=row["city"],
        biography=row["biography"],
        language=row["language"],
        public=row["public"],
        state=State(row["state"]),
        availability=row["availability"],
        technical_needs=row["technical_needs"],
        import_key=row["import_key"],
        photo_digest=row["photo_digest"],
        link_generation=row["link_generation"],
        asked_at=row["asked_at"],
        reminded_at=row["reminded_at"],
        answered_at=row["answered_at"],
        version=row["version"],
        created_at=row["created_at"],
        changed_at=row["changed_at"],
    )


async def speaker_by_id(event_id: str, speaker_id: str) -> Speaker:
    """The speaker of that id on that event's roster. Raises `NotFound`."""
    row = await fetch_one("SELECT * FROM speaker WHERE event = $1 AND id = $2", event_id, speaker_id)
    if row is None:
        raise NotFound()
    return speaker_from(row)


async def speakers_of(event_id: str) -> Mapping[str, Speaker]:
    """Everyone on the event's roster by id, in the order of their names."""
    rows = await fetch("SELECT * FROM speaker WHERE event = $1 ORDER BY search_key, id", event_id)
    return {row["id"]: speaker_from(row) for row in rows}


async def roster_version(event_id: str) -> int:
    """A number that rises with every change of the event's roster; 0 while nobody is on it."""
    row = await fetch_one("SELECT version FROM roster WHERE event = $1", event_id)
    return int(row["version"]) if row else 0
