"""Somebody comes in place of somebody else: one transaction, and nobody of the waiting list in between.

The one who comes is seated before the other leaves, so that no seat is free at any moment; the event's row is locked all along.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from events_service import clock
from events_service.agenda.queries import published_agenda
from events_service.agenda.writing import lock_sessions
from events_service.audit.actions import record
from events_service.audit.rules import ActorKind, Deed, Doer
from events_service.database import Row, Transaction, fetch, transaction
from events_service.errors import Conflict, FieldError, Invalid, NotFound
from events_service.events.rules import Event, Mode
from events_service.identifiers import new_id
from events_service.registrations.actions import end_registration, lock_registration
from events_service.registrations.queries import Registration, registration_by_id, registration_from
from events_service.registrations.rules import ENDED, RegistrationClosed, Status, still_seats_people
from events_service.registrations.seating import Application, email_key, seat_batch
from events_service.registrations.session_invites import Holder, tell
from events_service.registrations.substitute_drafts import SubstituteDraft, registration_draft
from events_service.registrations.waitlist import confirm
from events_service.registrations.wishes import lock_chosen

NEEDS_APPROVAL = frozenset({Mode.APPROVAL, Mode.INVITATION})


class AskedState(StrEnum):
    """How far a substitution has come."""

    PENDING = "pending"
    DONE = "done"
    REFUSED = "refused"


class AlreadyRegistered(Conflict):
    """The one who is to come has a seat of their own."""

    code = "already_registered"
    detail = "This person has a seat at this event already. Cancel the registration you hold, or name somebody else."


class OtherSeat(Conflict):
    """A seat changes hands as it is."""

    code = "other_seat"
    detail = "The seat stays as it is: the same category, in the room or online. Leave them out, or register this person anew."


@dataclass(frozen=True, slots=True)
class Substitution:
    """Who comes or came for whom; `draft` is there only while it waits for an answer. Times are UTC."""

    id: str
    leaving: Registration
    coming: Registration | None
    draft: SubstituteDraft | None
    state: AskedState
    reason: str
    asked_by: Doer
    asked_at: datetime
    decided_by: Doer | None
    decided_at: datetime | None


async def substitute(registration_id: str, draft: SubstituteDraft, *, by: Doer) -> Registration:
    """Let them come in this one's place, at once; returns the registration that holds the seat now.

    The one who leaves gets a CANCEL and their badge ends; the other one gets a badge and a REQUEST. Whoever is registered already
    without a seat is given this one. Raises `NotFound`, `Invalid`, `AlreadyRegistered`, `OtherSeat`, `RegistrationClosed`, `Conflict`.
    """
    async with transaction() as tx:
        event, leaving = await lock_registration(tx, registration_id)
        coming = await _take_over(tx, event, leaving, draft, by=by)
        await _write_down(tx, leaving, coming=coming, reason=draft.reason, by=by)
    return await registration_by_id(coming)


async def ask_to_substitute(registration_id: str, draft: SubstituteDraft) -> AskedState:
    """The same, asked for by the one who leaves: at an event by approval or invitation a registrar decides first.

    Asked again meanwhile, the later wish counts. Raises what `substitute` raises.
    """
    by = Doer("participant", registration_id)
    async with transaction() as tx:
        event, leaving = await lock_registration(tx, registration_id)
        if event.registration.mode not in NEEDS_APPROVAL:
            coming = await _take_over(tx, event, leaving, draft, by=by)
            await _write_down(tx, leaving, coming=coming, reason=draft.reason, by=by)
            return AskedState.DONE
        await _check(tx, event, leaving, draft)
        await tx.execute("DELETE FROM substitution WHERE leaving = $1 AND state = 'pending'", leaving.id)
        await tx.execute(
            """INSERT INTO substitution (id, event, leaving, draft, state, reason, asked_by_kind, asked_by, asked_at)
               VALUES ($1, $2, $3, $4, 'pending', $5, $6, $7, $8)""",
            *(new_id(), event.id, leaving.id, msgspec.json.encode(draft).decode(), draft.reason),
            *(by.kind, by.id, clock.now()),
        )
        await record(tx, by, Deed("asked_to_substitute", event.slug, "registration", leaving.id))
    return AskedState.PENDING


async def approve_substitution(substitution_id: str, *, by: Doer) -> Registration:
    """Say yes to what was asked for. Raises `NotFound`, and what `substitute` raises."""
    async with transaction() as tx:
        event, leaving, row = await _lock_pending(tx, substitution_id)
        draft = msgspec.json.decode(row["draft"], type=SubstituteDraft)
        coming = await _take_over(tx, event, leaving, draft, by=by)
        await _decide(tx, substitution_id, AskedState.DONE, coming=coming, by=by)
    return await registration_by_id(coming)


async def refuse_substitution(substitution_id: str, *, by: Doer, reason: str = "") -> None:
    """Say no: who holds the seat keeps it, and their page says so. Raises `NotFound`, `Conflict`."""
    async with transaction() as tx:
        event, leaving, _ = await _lock_pending(tx, substitution_id)
        await _decide(tx, substitution_id, AskedState.REFUSED, coming=None, by=by)
        deed = Deed("refused_substitution", event.slug, "registration", leaving.id, reason=reason)
        await record(tx, by, deed)


async def substitutions(event_id: str, *, registration_id: str = "", limit: int = 200) -> list[Substitution]:
    """Those of an event, or of one who leaves, the newest first; what waits for an answer comes before all."""
    rows = await fetch(
        f"""SELECT * FROM substitution WHERE event = $1 {"AND leaving = $3" if registration_id else ""}
            ORDER BY CASE WHEN state = 'pending' THEN 0 ELSE 1 END, id DESC LIMIT $2""",  # noqa: S608
        *(event_id, limit),
        *([registration_id] if registration_id else []),
    )
    ids = sorted({one for row in rows for one in (row["leaving"], row["coming"]) if one})
    found = await fetch("SELECT * FROM registration WHERE id = ANY($1)", ids)
    people = {row["id"]: registration_from(row) for row in found}
    return [_substitution(row, people) for row in rows]


async def event_of_substitution(substitution_id: str) -> str:
    """The id of its event. Raises `NotFound`."""
    rows = await fetch("SELECT event FROM substitution WHERE id = $1", substitution_id)
    if not rows:
        raise NotFound()
    return str(rows[0]["event"])


async def _take_over(tx: Transaction, event: Event, leaving: Registration, draft: SubstituteDraft, *, by: Doer) -> str:
    """Seat the one, then end the other; the id of the registration that holds the seat. Event and registration are locked."""
    before = await _check(tx, event, leaving, draft)
    here = registration_from(before) if before is not None and Status(before["status"]) not in ENDED else None
    # All sessions that may change hands at once: one after the other others might stand in between.
    await lock_chosen(tx, [leaving, here] if here else [leaving])
    if here is None:
        coming_id = await _seat_newcomer(tx, event, leaving, draft)
    else:
        await _seat_known(tx, event, leaving, here)
        coming_id = here.id
    if draft.move_sessions:
        row = await tx.fetch_one("SELECT * FROM registration WHERE id = $1", coming_id)
        assert row is not None
        await _move_sessions(tx, event, leaving, registration_from(row))
    await end_registration(tx, event, leaving, to=Status.CANCELLED, kind="cancelled", reason=draft.reason)
    deed = Deed("substituted", event.slug, "registration", leaving.id, fields=("status",), reason=draft.reason)
    await record(tx, by, deed)
    return coming_id


async def _check(tx: Transaction, event: Event, leaving: Registration, draft: SubstituteDraft) -> Row | None:
    """The row of the one who comes, locked, if the event knows them. Raises what `substitute` does."""
    if not still_seats_people(event, now=clock.now()):
        raise RegistrationClosed()
    if leaving.status is not Status.CONFIRMED:
        raise Conflict(
            f"The registration is {leaving.status.value}: only a confirmed seat can be passed on.", code="wrong_status"
        )
    if email_key(draft.email) == email_key(leaving.email):
        message = "This is the address of the one who leaves. Give the address of the one who comes."
        raise Invalid([FieldError("email", "same_person", message)])
    if draft.category not in (None, leaving.category) or draft.attendance not in (None, leaving.attendance):
        raise OtherSeat()
    row = await tx.fetch_one(
        "SELECT * FROM registration WHERE event = $1 AND email_key = $2 FOR NO KEY UPDATE",
        event.id,
        email_key(draft.email),
    )
    if row is not None and row["status"] == Status.CONFIRMED.value:
        raise AlreadyRegistered()
    return row


async def _seat_newcomer(tx: Transaction, event: Event, leaving: Registration, draft: SubstituteDraft) -> str:
    wish = Application(
        event.slug, registration_draft(draft, leaving), by_registrar=True, takes_over=True, source="substitute"
    )
    (outcome,) = await seat_batch(tx, [wish])
    if isinstance(outcome, Exception):
        raise outcome
    return outcome.registration_id


async def _seat_known(tx: Transaction, event: Event, leaving: Registration, here: Registration) -> None:
    """Their own registration takes the seat, as it is."""
    await tx.execute(
        "UPDATE registration SET category = $2, attendance = $3 WHERE id = $1",
        *(here.id, leaving.category.value, leaving.attendance.value),
    )
    row = await tx.fetch_one("SELECT * FROM registration WHERE id = $1", here.id)
    assert row is not None
    await confirm(tx, event, [registration_from(row)], kind="confirmed")


async def _move_sessions(tx: Transaction, event: Event, leaving: Registration, coming: Registration) -> None:
    """Places and waiting numbers in sessions go over; where the one who comes has a place of their own, that one stays."""
    rows = await tx.fetch(
        """SELECT session, status FROM sign_up WHERE registration = $1 AND status <> 'cancelled' AND session NOT IN (
             SELECT session FROM sign_up WHERE registration = $2 AND status = 'confirmed') ORDER BY session""",
        *(leaving.id, coming.id),
    )
    moved = [row["session"] for row in rows]
    await lock_sessions(tx, moved)
    await tx.execute("DELETE FROM sign_up WHERE registration = $1 AND session = ANY($2)", coming.id, moved)
    await tx.execute(
        """UPDATE sign_up SET registration = $1, changed_at = $4, version = version + 1
           WHERE registration = $2 AND session = ANY($3)""",
        *(coming.id, leaving.id, moved, clock.now()),
    )
    published = await published_agenda(event, now=clock.now())
    if published is None:
        return
    agenda = published.release.agenda
    held = [row["session"] for row in rows if row["status"] == "confirmed" and row["session"] in agenda.session]
    sessions = [agenda.session[one] for one in held]
    await tell(
        tx,
        event,
        agenda,
        wanted=[(session, Holder.of_registration(coming)) for session in sessions],
        unwanted=[(session, Holder.of_registration(leaving)) for session in sessions],
    )


async def _write_down(tx: Transaction, leaving: Registration, *, coming: str, reason: str, by: Doer) -> None:
    """What was done at once; a wish that still waited is settled by it."""
    now = clock.now()
    await tx.execute("DELETE FROM substitution WHERE leaving = $1 AND state = 'pending'", leaving.id)
    await tx.execute(
        """INSERT INTO substitution (id, event, leaving, coming, draft, state, reason, asked_by_kind, asked_by, asked_at,
                                     decided_by_kind, decided_by, decided_at)
           VALUES ($1, $2, $3, $4, '', 'done', $5, $6, $7, $8, $6, $7, $8)""",
        *(new_id(), leaving.event_id, leaving.id, coming, reason, by.kind, by.id, now),
    )


async def _lock_pending(tx: Transaction, substitution_id: str) -> tuple[Event, Registration, Row]:
    found = await tx.fetch_one("SELECT leaving FROM substitution WHERE id = $1", substitution_id)
    if found is None:
        raise NotFound()
    event, leaving = await lock_registration(tx, found["leaving"])
    row = await tx.fetch_one("SELECT * FROM substitution WHERE id = $1 FOR NO KEY UPDATE", substitution_id)
    if row is None or row["state"] != AskedState.PENDING.value:
        raise Conflict("This was decided already.", code="wrong_status")
    return event, leaving, row


async def _decide(tx: Transaction, substitution_id: str, state: AskedState, *, coming: str | None, by: Doer) -> None:
    # What was asked for names a person: it stands in their registration now, or nowhere.
    await tx.execute(
        """UPDATE substitution SET state = $2, coming = $3, draft = '', decided_by_kind = $4, decided_by = $5, decided_at = $6
           WHERE id = $1""",
        *(substitution_id, state.value, coming, by.kind, by.id, clock.now()),
    )


def _substitution(row: Row, people: dict[str, Registration]) -> Substitution:
    return Substitution(
        id=row["id"],
        leaving=people[row["leaving"]],
        coming=people[row["coming"]] if row["coming"] else None,
        draft=msgspec.json.decode(row["draft"], type=SubstituteDraft) if row["draft"] else None,
        state=AskedState(row["state"]),
        reason=row["reason"],
        asked_by=_doer(row["asked_by_kind"], row["asked_by"]),
        asked_at=row["asked_at"],
        decided_by=_doer(row["decided_by_kind"], row["decided_by"]) if row["decided_at"] else None,
        decided_at=row["decided_at"],
    )


def _doer(kind: ActorKind, doer_id: str) -> Doer:
    return Doer(kind, doer_id)
