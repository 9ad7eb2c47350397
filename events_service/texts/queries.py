"""Reading an organiser's own words."""

from events_service.database import Row, fetch, fetch_one
from events_service.texts.rules import Words


async def own_words(event_id: str, kind: str, language: str) -> Words | None:
    """What that kind of letter says in that language; None where nobody wrote anything."""
    row = await fetch_one(
        "SELECT * FROM event_text WHERE event = $1 AND kind = $2 AND language = $3", event_id, kind, language
    )
    return _words(row) if row else None


async def all_own_words(event_id: str) -> dict[tuple[str, str], Words]:
    """All of an event's own words, by kind and language."""
    rows = await fetch("SELECT * FROM event_text WHERE event = $1 ORDER BY kind, language", event_id)
    return {(row["kind"], row["language"]): _words(row) for row in rows}


def _words(row: Row) -> Words:
    return Words(row["subject"], row["opening"], row["closing"])
