"""Writing and dropping an organiser's own words."""

from events_service import clock
from events_service.audit.actions import record
from events_service.audit.rules import Deed, Doer
from events_service.database import Transaction, transaction
from events_service.errors import NotFound
from events_service.events.rules import Event
from events_service.identifiers import new_id
from events_service.texts.rules import Words

_KEEP = """
INSERT INTO event_text (id, event, kind, language, subject, opening, closing, changed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (event, kind, language) DO UPDATE SET subject = excluded.subject, opening = excluded.opening,
                                                  closing = excluded.closing, changed_at = excluded.changed_at
"""


async def keep_words(event: Event, kind: str, language: str, words: Words, *, by: Doer) -> None:
    """From now on that kind of letter says this; letters that still wait to be sent say it too."""
    async with transaction() as tx:
        await tx.execute(
            _KEEP, new_id(), event.id, kind, language, words.subject, words.opening, words.closing, clock.now()
        )
        await record(tx, by, _deed("changed_letter_text", event, kind, language))


async def drop_words(event: Event, kind: str, language: str, *, by: Doer) -> None:
    """Go back to our words. Raises `NotFound` where there were no others."""
    async with transaction() as tx:
        dropped = await tx.fetch(
            "DELETE FROM event_text WHERE event = $1 AND kind = $2 AND language = $3 RETURNING id",
            event.id,
            kind,
            language,
        )
        if not dropped:
            raise NotFound()
        await record(tx, by, _deed("dropped_letter_text", event, kind, language))


async def copy_words(tx: Transaction, first: Event, copy: Event) -> None:
    """Let the letters of an event's copy say what those of the first one say."""
    rows = await tx.fetch("SELECT * FROM event_text WHERE event = $1", first.id)
    await tx.execute_many(
        _KEEP,
        [
            (
                new_id(),
                copy.id,
                *(row[part] for part in ("kind", "language", "subject", "opening", "closing")),
                clock.now(),
            )
            for row in rows
        ],
    )


def _deed(action: str, event: Event, kind: str, language: str) -> Deed:
    return Deed(action, event.slug, "letter_text", f"{kind}/{language}", ("subject", "opening", "closing"))
