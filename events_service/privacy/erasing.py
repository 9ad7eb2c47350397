"""Erasing a person: everything kept about their address goes, at past and at future events; counts stay right.

What lies ahead is cancelled first, so that the seats are given on. A tombstone, a digest keyed with the installation's secret,
remembers the erasure: after a restore of an older backup it is done again.
"""

from collections.abc import AsyncIterator, Iterable
from datetime import datetime

import msgspec

from events_service import clock
from events_service.audit.actions import record
from events_service.audit.rules import SERVICE, Deed, Doer
from events_service.database import Transaction, fetch, transaction
from events_service.database.sql import meant_literally
from events_service.errors import FieldError, Invalid
from events_service.events.rules import Event
from events_service.invitations.queries import invitation_from
from events_service.invitations.reserve import invite_from_reserve
from events_service.invitations.rules import WAITING, State
from events_service.invitations.writing import step
from events_service.privacy.lists import lists_that_name
from events_service.privacy.wiping import NAMELESS_DELEGATION, NAMELESS_INVITATION, wipe_registrations
from events_service.registrations.actions import end_registration
from events_service.registrations.queries import Registration, registration_from
from events_service.registrations.rules import Status, may_cancel
from events_service.registrations.sign_ups import end_sign_ups_of
from events_service.registrations.tombstones import tombstone_digest
from events_service.registrations.waitlist import lock_event
from events_service.speakers.actions import touch_roster
from events_service.web.idempotency import forget_answers

_BY_ADDRESS = (
    """UPDATE letter SET recipient = '', recipient_name = '', search_key = '', facts = '', last_error = NULL,
              status = CASE WHEN status = 'waiting' THEN 'given_up' ELSE status END WHERE LOWER(recipient) = $1""",
    "DELETE FROM session_invite WHERE email_key = $1",
    "DELETE FROM magic_link WHERE email_key = $1",
    "DELETE FROM contact WHERE LOWER(email) = $1",
    "DELETE FROM inbound_mail WHERE email_key = $1 OR LOWER(sender) = $1 OR LOWER(attendee) = $1",
    f"UPDATE invitation SET {NAMELESS_INVITATION} WHERE email_key = $1",  # noqa: S608
    f"UPDATE delegation SET {NAMELESS_DELEGATION} WHERE email_key = $1",  # noqa: S608
)
# Letters to others may name them too, and so may wishes that they come in somebody's place.
_THAT_NAME_THEM = (
    "UPDATE letter SET facts = '' WHERE status <> 'waiting' AND LOWER(facts) LIKE $1 ESCAPE '!'",
    "DELETE FROM substitution WHERE LOWER(draft) LIKE $1 ESCAPE '!'",
)
# A speaker who is gone leaves the public agenda; who held which part is no longer to be known.
_SPEAKERS = (
    "DELETE FROM session_invite WHERE speaker = ANY($1)",
    "DELETE FROM speaker_photo WHERE speaker = ANY($1)",
    "UPDATE session_speaker SET state = 'withdrawn' WHERE speaker = ANY($1)",
    """UPDATE speaker SET name = '', search_key = '', email = NULL, email_key = NULL, title = '', organisation = '', city = '',
              biography = '', public = FALSE, state = 'withdrawn', availability = '', technical_needs = '', import_key = NULL,
              photo_digest = NULL, link_digest = 'erased:' || id, feed_digest = 'erased:' || id,
              link_generation = link_generation + 1, version = version + 1 WHERE id = ANY($1)""",
)


class Erasure(msgspec.Struct, frozen=True):
    """An address was erased: its keyed digest, and when."""

    digest: str
    erased_at: datetime


async def erase_address(email_key: str, *, doer: Doer, until: datetime | None = None) -> int:
    """Erase everything kept about this address, given folded; returns how many registrations became nameless.

    `until` leaves what was registered later: somebody may have come back since they were erased. Doing it again changes nothing.
    """
    now = clock.now()
    until = until or now
    lists = await lists_that_name(email_key)
    async with transaction() as tx:
        people = await _locked(tx, email_key, until=until)
        for event, person in people:
            await _give_up(tx, event, person, now=now)
        await _give_up_invitations(tx, email_key, now=now)
        ids = [person.id for _, person in people]
        await wipe_registrations(tx, ids, now=now)
        await _wipe_speakers(tx, email_key, until=until)
        for statement in _BY_ADDRESS:
            await tx.execute(statement, email_key)
        await tx.execute("DELETE FROM waiting_file WHERE id = ANY($1)", lists)
        for statement in _THAT_NAME_THEM:
            await tx.execute(statement, f"%{meant_literally(email_key)}%")
        await tx.execute(
            """INSERT INTO tombstone (digest, erased_at) VALUES ($1, $2)
               ON CONFLICT (digest) DO UPDATE SET erased_at = EXCLUDED.erased_at""",
            tombstone_digest(email_key),
            until,
        )
        await record(tx, doer, *(Deed("erased", event.slug, "registration", person.id) for event, person in people))
    # After the commit: what was answered before it may name them (by name, badge or page) and is sealed, at most a day old, of no event.
    await forget_answers()
    return len(ids)


async def erasures() -> list[Erasure]:
    """Every erasure, the oldest first."""
    rows = await fetch("SELECT digest, erased_at FROM tombstone ORDER BY erased_at, digest")
    return [Erasure(row["digest"], row["erased_at"]) for row in rows]


def written_erasures(done: Iterable[Erasure]) -> str:
    """Erasures as text, a JSON object a line: no address is in it."""
    return "".join(f"{msgspec.json.encode(one).decode()}\n" for one in done)


def read_erasures(text: bytes) -> list[Erasure]:
    """The erasures in such a text. Raises `Invalid` for any other."""
    try:
        return [msgspec.json.decode(line, type=Erasure) for line in text.splitlines() if line.strip()]
    except msgspec.MsgspecError as error:
        raise Invalid([FieldError("erased", "unreadable", f"This is not what `erasures` prints: {error}")]) from error


async def replay_tombstones(more: Iterable[Erasure] = ()) -> int:
    """Erase once more whoever was erased before, as after a restore; `more` are erasures made since that backup.

    Returns how many registrations became nameless.
    """
    until: dict[str, datetime] = {}
    for one in (*await erasures(), *more):
        until[one.digest] = max(one.erased_at, until.get(one.digest, one.erased_at))
    erased = 0
    async for email_key in _addresses():
        moment = until.get(tombstone_digest(email_key))
        if moment is not None:
            erased += await erase_address(email_key, doer=SERVICE, until=moment)
    return erased


async def _locked(tx: Transaction, email_key: str, *, until: datetime) -> list[tuple[Event, Registration]]:
    """The address's registrations with their events; the row of each event that they are registered at or invited to is locked,
    in the order of their ids."""
    wanted = "SELECT * FROM registration WHERE email_key = $1 AND created_at <= $2 ORDER BY event, id"
    rows = await tx.fetch(
        """SELECT event FROM registration WHERE email_key = $1 AND created_at <= $2
           UNION SELECT event FROM invitation WHERE email_key = $1 ORDER BY event""",
        *(email_key, until),
    )
    events = {row["event"]: await lock_event(tx, row["event"]) for row in rows}
    held = await tx.fetch(f"{wanted} FOR NO KEY UPDATE", email_key, until)
    return [(events[row["event"]], registration_from(row)) for row in held if row["event"] in events]


async def _give_up(tx: Transaction, event: Event, person: Registration, *, now: datetime) -> None:
    """Give what lies ahead to whoever follows. Who was let in already stays counted as having come."""
    if not may_cancel(person.status, event, now=now):
        return
    came = await tx.fetch_one("SELECT 1 AS one FROM presence WHERE registration = $1 LIMIT 1", person.id)
    if came is None:
        await end_registration(tx, event, person, to=Status.CANCELLED, kind="cancelled")
    else:
        await end_sign_ups_of(tx, event, person)


async def _give_up_invitations(tx: Transaction, email_key: str, *, now: datetime) -> None:
    """Take back what they had not answered, so that the next of the reserve is invited; the events' rows are locked."""
    rows = await tx.fetch(
        "SELECT * FROM invitation WHERE email_key = $1 ORDER BY event, id FOR NO KEY UPDATE", email_key
    )
    for row in rows:
        invitation = invitation_from(row)
        if invitation.state in WAITING:
            await step(tx, invitation, State.WITHDRAWN, now=now)
            await invite_from_reserve(tx, await lock_event(tx, invitation.event_id), 1, now=now)


async def _wipe_speakers(tx: Transaction, email_key: str, *, until: datetime) -> None:
    rows = await tx.fetch(
        "SELECT id, event FROM speaker WHERE email_key = $1 AND created_at <= $2 ORDER BY event, id FOR NO KEY UPDATE",
        email_key,
        until,
    )
    if not rows:
        return
    for statement in _SPEAKERS:
        await tx.execute(statement, [row["id"] for row in rows])
    for event_id in sorted({row["event"] for row in rows}):
        await touch_roster(tx, event_id)


async def _addresses() -> AsyncIterator[str]:
    """Every address that anything is kept about, folded."""
    rows = await fetch(
        """SELECT email_key FROM registration WHERE erased_at IS NULL
           UNION SELECT email_key FROM speaker WHERE email_key IS NOT NULL UNION SELECT LOWER(email) FROM contact
           UNION SELECT email_key FROM invitation WHERE email <> '' UNION SELECT email_key FROM delegation WHERE coordinator_email <> ''"""
    )
    for row in rows:
        yield row["email_key"]
