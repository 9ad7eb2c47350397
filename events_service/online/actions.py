"""Joining a meeting, being there, leaving it. Whoever acts is locked first, so that one hand after the other is taken in."""

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from events_service import clock
from events_service.database import Row, Transaction, fetch_one, transaction
from events_service.door.answers import ScanAnswer
from events_service.door.rules import MESSAGES, Direction, Passage, Standing, Verdict, after, reason_by_standing
from events_service.errors import Conflict
from events_service.events.rules import Event, Reentry
from events_service.identifiers import new_id
from events_service.online.queries import stay_from
from events_service.online.rules import Ending, Meeting, Sign, Stay, hindrance, step
from events_service.people.rules import Role
from events_service.registrations.queries import Registration, registration_from
from events_service.registrations.waitlist import lock_event
from events_service.sealing import random_token, token_digest

SLUG = "online"
_JOIN_PAGE = """SELECT k.id, d.id AS device FROM checkpoint k JOIN device d ON d.checkpoint = k.id
                WHERE k.event = $1 AND k.online AND COALESCE(k.session_id, '') = $2"""


class CannotJoin(Conflict):
    """Something keeps this person from the meeting; `facts["hindrance"]` says what."""

    code = "cannot_join"
    detail = "You cannot join this meeting now."


async def join(person: Registration, event: Event, meeting: Meeting) -> None:
    """Record that they joined: once as an admission, as the door does, and as the beginning of a stay. Raises `CannotJoin`.

    Doing it again is no second admission; where people go in and out, coming back after leaving is one.
    """
    page, now = await _join_page(event, meeting), clock.now()
    async with transaction() as tx:
        held = await _locked(tx, person.id)
        against = hindrance(event, meeting, status=held.status, attendance=held.attendance, now=now)
        if against is not None:
            raise CannotJoin(hindrance=against.value)
        await _pass(tx, event, page, held, Direction.ENTRY, now=now)
        await _take_in(tx, event, page, held.id, Sign.JOINED, now=now)


async def tell(person: Registration, event: Event, meeting: Meeting, sign: Sign) -> bool:
    """Take in a sign of somebody who joined; whether they count as there. Of whoever never joined, and after the end, nothing is kept."""
    page, now = await _join_page_there(event, meeting), clock.now()
    if page is None:
        return False
    async with transaction() as tx:
        held = await _locked(tx, person.id)
        if hindrance(event, meeting, status=held.status, attendance=held.attendance, now=now) is not None:
            return False
        if sign is Sign.LEFT:
            await _leave(tx, event, page, held, now=now)
        return await _take_in(tx, event, page, held.id, sign, now=now)


async def _locked(tx: Transaction, person_id: str) -> Registration:
    row = await tx.fetch_one("SELECT * FROM registration WHERE id = $1 FOR NO KEY UPDATE", person_id)
    assert row is not None
    return registration_from(row)


async def _take_in(tx: Transaction, event: Event, page: Row, person_id: str, sign: Sign, *, now: datetime) -> bool:
    """Write what the sign changes; whether they are there then."""
    row = await tx.fetch_one(
        """SELECT * FROM online_stay WHERE checkpoint = $1 AND registration = $2 ORDER BY joined_at DESC, id DESC LIMIT 1""",
        *(page["id"], person_id),
    )
    last = stay_from(row) if row else None
    done = step(last, sign, now=now)
    if row is not None and done.last is not None:
        await tx.execute(
            "UPDATE online_stay SET seen_at = $2, left_at = $3, ending = $4 WHERE id = $1",
            *(row["id"], done.last.seen_at, done.last.left_at, _value(done.last.ending)),
        )
    if done.begun is not None:
        await tx.execute(
            """INSERT INTO online_stay (id, event, checkpoint, registration, joined_at, seen_at) VALUES ($1, $2, $3, $4, $5, $5)""",
            *(new_id(), event.id, page["id"], person_id, done.begun.joined_at),
        )
    stands: Stay | None = done.begun or done.last or last
    return stands is not None and stands.is_live(now)


def _value(ending: Ending | None) -> str | None:
    return ending.value if ending else None


async def _leave(tx: Transaction, event: Event, page: Row, person: Registration, *, now: datetime) -> None:
    """An exit, where the event lets people in and out; elsewhere the stay alone tells of it, so that who comes back is let in."""
    if event.registration.reentry is Reentry.IN_AND_OUT:
        await _pass(tx, event, page, person, Direction.EXIT, now=now)


async def _pass(
    tx: Transaction, event: Event, page: Row, person: Registration, direction: Direction, *, now: datetime
) -> None:
    """Record the passage at the join page, by the rules and in the tables of the door; nothing where its rules say it is none."""
    row = await tx.fetch_one(
        "SELECT * FROM presence WHERE checkpoint = $1 AND registration = $2", page["id"], person.id
    )
    standing = Standing(row["inside"], row["admitted_at"], row["admitted_day"]) if row else None
    passage = Passage(direction, now, now.astimezone(ZoneInfo(event.timezone)).date())
    if reason_by_standing(passage, reentry=event.registration.reentry, standing=standing) is not None:
        return
    scan_id, stands = new_id(), after(passage, standing)
    assert stands is not None
    await _write_scan(tx, event, page, person.id, passage, scan_id)
    await tx.execute(
        """INSERT INTO presence (id, event, checkpoint, registration, inside, admitted_at, admitted_day, admitted_by, device)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
           ON CONFLICT (checkpoint, registration) DO UPDATE SET
             inside = excluded.inside, admitted_at = excluded.admitted_at, admitted_day = excluded.admitted_day,
             admitted_by = excluded.admitted_by""",
        *(new_id(), event.id, page["id"], person.id, stands.inside, stands.admitted_at, stands.day),
        row["admitted_by"] if row and direction is Direction.EXIT else scan_id,
        page["device"],
    )


async def _write_scan(tx: Transaction, event: Event, page: Row, person_id: str, passage: Passage, scan_id: str) -> None:
    # The answer names nobody: whoever joined was not read out at any door.
    answer = ScanAnswer(
        scan_id=scan_id,
        verdict=Verdict.ADMITTED,
        reason=None,
        message="Goodbye" if passage.direction is Direction.EXIT else MESSAGES[None],
        replayed=False,
        attendee=None,
        previous=None,
        inside=0,
    )
    await tx.execute(
        """INSERT INTO scan (scan_id, event, checkpoint, device, registration, direction, scanned_at, received_at, happened_at, local_day,
                             verdict, answer, forced)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $7, $8, 'admitted', $9, FALSE)""",
        *(scan_id, event.id, page["id"], page["device"], person_id, passage.direction.value, passage.at, passage.day),
        msgspec.json.encode(answer).decode(),
    )


async def _join_page_there(event: Event, meeting: Meeting) -> Row | None:
    """The checkpoint of the meeting, with the id of its device; None before anybody joined."""
    return await fetch_one(_JOIN_PAGE, event.id, meeting.session_id or "")


async def _join_page(event: Event, meeting: Meeting) -> Row:
    """The same, made for the first who joins."""
    found = await _join_page_there(event, meeting)
    if found is None:
        # On its own and before anybody is locked: the event's row is locked, and elsewhere that comes first.
        async with transaction() as tx:
            await lock_event(tx, event.id)
            if await tx.fetch_one(_JOIN_PAGE, event.id, meeting.session_id or "") is None:
                await _make_join_page(tx, event, meeting)
        found = await _join_page_there(event, meeting)
    assert found is not None
    return found


async def _make_join_page(tx: Transaction, event: Event, meeting: Meeting) -> None:
    """A checkpoint for scans and presences to stand at, and its device, which no token will ever open."""
    wanted = SLUG if meeting.session_id is None else f"{SLUG}-{meeting.session_number}"
    taken = await tx.fetch_one("SELECT id FROM checkpoint WHERE event = $1 AND slug = $2", event.id, wanted)
    checkpoint, now = new_id(), clock.now()
    await tx.execute(
        "INSERT INTO checkpoint (id, event, slug, name, session_id, online) VALUES ($1, $2, $3, $4, $5, TRUE)",
        *(checkpoint, event.id, f"{wanted}-{checkpoint[-8:]}" if taken else wanted),
        *("Online" if meeting.session_id is None else f"Online: {meeting.title}", meeting.session_id),
    )
    await tx.execute(
        """INSERT INTO device (id, event, checkpoint, name, role, pairing_digest, pairing_expires_at, created_at, revoked_at)
           VALUES ($1, $2, $3, 'Join page', $4, $5, $6, $6, $6)""",
        *(new_id(), event.id, checkpoint, Role.DOOR_STEWARD.value, token_digest(random_token()), now),
    )
