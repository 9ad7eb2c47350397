"""Somebody comes in place of somebody else: at once, or asked for first and decided by a registrar; and what came of it."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from events_service import clock
from events_service.audit.actions import record
from events_service.audit.rules import ActorKind, Deed, Doer
from events_service.database import Row, Transaction, fetch, transaction
from events_service.errors import Conflict, NotFound
from events_service.events.rules import Event, Mode
from events_service.identifiers import new_id
from events_service.outbox.actions import post
from events_service.registrations.actions import lock_registration
from events_service.registrations.queries import Registration, registration_by_id, registration_from
from events_service.registrations.rules import QuotaFull
from events_service.registrations.seat_letters import seat_letter
from events_service.registrations.substitute_drafts import SubstituteDraft
from events_service.registrations.taking_over import AlreadyRegistered, check_take_over, take_over

NEEDS_APPROVAL = frozenset({Mode.APPROVAL, Mode.INVITATION})


class AskedState(StrEnum):
    """How far a substitution has come."""

    PENDING = "pending"
    DONE = "done"
    REFUSED = "refused"


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

    @property
    def place(self) -> str:
        """Where it stands in the list."""
        return f"{'pending' if self.state is AskedState.PENDING else 'decided'}:{self.id}"


async def substitute(registration_id: str, draft: SubstituteDraft, *, by: Doer) -> Registration:
    """Let them come in this one's place, at once; returns the registration that holds the seat now.

    The one who leaves gets a CANCEL and their badge ends; the other one gets a badge and a REQUEST. Whoever is registered already
    without a seat is given this one. Raises `NotFound`, `Invalid`, `AlreadyRegistered`, `OtherSeat`, `QuotaFull`,
    `RegistrationClosed`, `Conflict`.
    """
    async with transaction() as tx:
        event, leaving = await lock_registration(tx, registration_id)
        coming = await pass_on(tx, event, leaving, draft, by=by)
    return await registration_by_id(coming)


async def pass_on(tx: Transaction, event: Event, leaving: Registration, draft: SubstituteDraft, *, by: Doer) -> str:
    """The same within the caller's transaction, which has locked both; the id of the registration that holds the seat now."""
    coming = await take_over(tx, event, leaving, draft, by=by)
    await _write_down(tx, leaving, coming=coming, reason=draft.reason, by=by)
    return coming


async def ask_to_substitute(registration_id: str, draft: SubstituteDraft) -> AskedState:
    """The same, asked for by the one who leaves: at an event by approval or invitation a registrar decides first.

    Asked again meanwhile, the later wish counts. Raises what `substitute` raises; where a registrar decides, not whether the one
    named has a seat, nor whether their city has one left: that is for the registrar, and whoever asks could try one address after
    the other.
    """
    by = Doer("participant", registration_id)
    async with transaction() as tx:
        event, leaving = await lock_registration(tx, registration_id)
        if event.registration.mode not in NEEDS_APPROVAL:
            await pass_on(tx, event, leaving, draft, by=by)
            return AskedState.DONE
        with suppress(AlreadyRegistered, QuotaFull):
            await check_take_over(tx, event, leaving, draft)
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
        coming = await take_over(tx, event, leaving, draft, by=by)
        await _decide(tx, substitution_id, AskedState.DONE, coming=coming, by=by)
    return await registration_by_id(coming)


async def refuse_substitution(substitution_id: str, *, by: Doer, reason: str = "") -> None:
    """Say no: who holds the seat keeps it, and is told by mail and on their page. Raises `NotFound`, `Conflict`."""
    async with transaction() as tx:
        event, leaving, _ = await _lock_pending(tx, substitution_id)
        await _decide(tx, substitution_id, AskedState.REFUSED, coming=None, by=by)
        await post(tx, [seat_letter("substitute_refused", event, leaving, reason=reason)])
        deed = Deed("refused_substitution", event.slug, "registration", leaving.id, reason=reason)
        await record(tx, by, deed)


async def substitutions(
    event_id: str, *, registration_id: str = "", after: str = "", limit: int = 200
) -> list[Substitution]:
    """Those of an event, or of one who leaves, the newest first; what waits for an answer comes before all.

    `after` is where the last one seen stands, as its `place` says.
    """
    where, values = ["event = $1"], list[object]([event_id, limit])
    if registration_id:
        values.append(registration_id)
        where.append(f"leaving = ${len(values)}")
    if after:
        waits, _, last = after.partition(":")
        values.append(last)
        later = f"id < ${len(values)}"
        where.append(f"(state <> 'pending' OR {later})" if waits == "pending" else f"(state <> 'pending' AND {later})")
    rows = await fetch(
        f"""SELECT * FROM substitution WHERE {" AND ".join(where)}
            ORDER BY CASE WHEN state = 'pending' THEN 0 ELSE 1 END, id DESC LIMIT $2""",  # noqa: S608
        *values,
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
