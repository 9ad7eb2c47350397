"""Printing badges: who asks for which is written down first, then they are drawn, at once or by the worker.

A printed badge is no new one: its generation stays, and nobody's entry is touched.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
import typst

from events_service import clock, settings
from events_service.audit.actions import record
from events_service.audit.rules import Deed, Doer
from events_service.badges.drawing import draw_pdf
from events_service.badges.queries import Print, last_faces, people_of_part, print_from, whom
from events_service.badges.rules import Choice, Layout, NothingToPrint, face_of
from events_service.badges.sheets import sheet_of
from events_service.database import Transaction, transaction
from events_service.events.queries import event_by_id
from events_service.events.rules import Event
from events_service.identifiers import new_id
from events_service.registrations.queries import Registration
from events_service.sealing import seal, unseal

# So many badges a file: what fits into a printer's tray, and little enough to be drawn while one waits.
PART = 500
KEPT_FOR = timedelta(days=1)
HELD_FOR = timedelta(minutes=2)
FILE_PURPOSE = "badge-file"

log = structlog.get_logger(__name__)


async def ask_for(event: Event, choice: Choice, *, by: Doer) -> str:
    """Have the worker draw these badges; returns the print's id. Raises `NothingToPrint`."""
    people = await whom(event, choice)
    return await _note(event, people, choice.layout, by=by, state="waiting")


async def print_now(event: Event, people: Sequence[Registration], layout: Layout, *, by: Doer) -> bytes:
    """The badges of these people as one PDF, once it is written down who had them printed. Raises `NothingToPrint`."""
    print_id = await _note(event, people, layout, by=by, state="running")
    try:
        pdf = await asyncio.to_thread(draw_pdf, await sheet_of(event, people, layout))
    except BaseException:
        await _end(print_id, "failed")
        raise
    await _end(print_id, "ready")
    return pdf


async def draw_waiting() -> int:
    """Draw every print that somebody asked for and nobody is at. Returns how many."""
    done = 0
    while one := await _hold():
        try:
            await _draw(one)
            await _end(one.id, "ready")
        except typst.TypstError as error:
            # Whoever asked is told on the page; the same badges would fail again.
            log.error("badges.not_drawn", print=one.id, error=error.message)
            await _end(one.id, "failed")
        done += 1
    return done


async def forget_files(before: datetime) -> None:
    """Forget the files made before that moment, fetched or not; what was printed stays written down."""
    async with transaction() as tx:
        await tx.execute("DELETE FROM badge_file WHERE made_at < $1", before)


def opened(sealed: bytes) -> bytes:
    """A kept file as PDF."""
    return unseal(sealed, secret_key=settings.current().secret_key, purpose=FILE_PURPOSE)


async def _note(event: Event, people: Sequence[Registration], layout: Layout, *, by: Doer, state: str) -> str:
    if not people:
        raise NothingToPrint()
    print_id, secret_key = new_id(), settings.current().secret_key
    before = await last_faces(event)
    again = sum(person.id in before for person in people)
    language = event.languages[0] if event.languages else "en"
    now = clock.now()
    async with transaction() as tx:
        await tx.execute(
            """INSERT INTO badge_print (id, event, layout, language, state, badges, again, drawn, asked_by_kind, asked_by, asked_at,
                                        leased_until)
               VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9, $10, $11)""",
            *(print_id, event.id, layout.value, language, state, len(people), again, by.kind, by.id, now),
            now + HELD_FOR if state == "running" else None,
        )
        await tx.execute_many(
            "INSERT INTO printed_badge (id, print, registration, place, face) VALUES ($1, $2, $3, $4, $5)",
            [
                (new_id(), print_id, person.id, place, face_of(person, secret_key=secret_key))
                for place, person in enumerate(people)
            ],
        )
        alone = len(people) == 1
        subject = ("registration", people[0].id) if alone else ("event", event.id)
        await record(tx, by, Deed("printed_badges", event.slug, *subject, (layout.value,)))
    return print_id


async def note_print(
    tx: Transaction, event: Event, person: Registration, layout: Layout, *, by: Doer, print_id: str, at: datetime
) -> None:
    """Write down that one badge was printed by somebody else than us; a print of that id is written down once."""
    again = await tx.fetch_one("SELECT COUNT(*) AS prints FROM printed_badge WHERE registration = $1", person.id)
    made = await tx.fetch_one(
        """INSERT INTO badge_print (id, event, layout, language, state, badges, again, drawn, asked_by_kind, asked_by, asked_at)
           VALUES ($1, $2, $3, $4, 'ready', 1, $5, 1, $6, $7, $8) ON CONFLICT (id) DO NOTHING RETURNING id""",
        *(print_id, event.id, layout.value, event.languages[0] if event.languages else "en"),
        *(1 if again and again["prints"] else 0, by.kind, by.id, at),
    )
    if made is None:
        return
    await tx.execute(
        "INSERT INTO printed_badge (id, print, registration, place, face) VALUES ($1, $2, $3, 0, $4)",
        *(new_id(), print_id, person.id, face_of(person, secret_key=settings.current().secret_key)),
    )
    await record(tx, by, Deed("printed_badges", event.slug, "registration", person.id, (layout.value,)))


async def _hold() -> Print | None:
    now = clock.now()
    async with transaction() as tx:
        row = await tx.fetch_one(
            """SELECT * FROM badge_print WHERE state IN ('waiting', 'running') AND (leased_until IS NULL OR leased_until < $1)
               ORDER BY asked_at LIMIT 1 FOR UPDATE SKIP LOCKED""",
            now,
        )
        if row is None:
            return None
        await tx.execute(
            "UPDATE badge_print SET state = 'running', leased_until = $2 WHERE id = $1", row["id"], now + HELD_FOR
        )
    return print_from(row, [])


async def _draw(one: Print) -> None:
    """Draw part after part; one that died in the midst of it is gone on with."""
    event = await event_by_id(one.event_id)
    for first in range(one.drawn, one.badges, PART):
        people = await people_of_part(one.id, first=first, most=PART)
        pdf = await asyncio.to_thread(draw_pdf, await sheet_of(event, people, one.layout)) if people else b""
        await _keep(one, first // PART + 1, pdf, people=len(people), drawn=min(first + PART, one.badges))


async def _keep(one: Print, part: int, pdf: bytes, *, people: int, drawn: int) -> None:
    now = clock.now()
    sealed = seal(pdf, secret_key=settings.current().secret_key, purpose=FILE_PURPOSE)
    async with transaction() as tx:
        if people:
            await tx.execute(
                """INSERT INTO badge_file (id, print, part, badges, sealed, made_at) VALUES ($1, $2, $3, $4, $5, $6)
                   ON CONFLICT (print, part) DO NOTHING""",
                *(new_id(), one.id, part, people, sealed, now),
            )
        await tx.execute(
            "UPDATE badge_print SET drawn = $2, leased_until = $3 WHERE id = $1", one.id, drawn, now + HELD_FOR
        )


async def _end(print_id: str, state: str) -> None:
    async with transaction() as tx:
        await tx.execute(
            """UPDATE badge_print SET state = $2, leased_until = NULL, drawn = CASE WHEN $2 = 'ready' THEN badges ELSE drawn END
               WHERE id = $1 AND state = 'running'""",
            *(print_id, state),
        )
