"""What happens to a registration. Each verb locks the event first, then the registration; letters go with the change."""

from collections.abc import Mapping
from dataclasses import replace

import msgspec

from events_service import clock
from events_service.audit.actions import record
from events_service.audit.rules import SERVICE, Deed, Doer
from events_service.database import GroupCommit, Transaction, fetch_one, transaction
from events_service.errors import Conflict, NotFound, Refused
from events_service.events.drafts import given
from events_service.events.rules import Event
from events_service.folding import search_key
from events_service.invitations.places import leave_place
from events_service.outbox.actions import post
from events_service.outbox.rules import NewLetter
from events_service.registrations.accepting import accept_invitation
from events_service.registrations.applications import Application, Outcome
from events_service.registrations.attendance import tell_of_attendance
from events_service.registrations.drafts import RegistrationChange
from events_service.registrations.ledgers import stand_of
from events_service.registrations.letter_facts import Addressee, InviteFacts, letter_about, next_invite
from events_service.registrations.placing import place_anew
from events_service.registrations.queries import (
    Registration,
    registration_by_id,
    registration_from,
    waitlist_position,
)
from events_service.registrations.questionnaire import settle_answers
from events_service.registrations.quotas import full, missing_for
from events_service.registrations.rules import (
    ENDED,
    Awaits,
    Status,
    attendance_at,
    check_open,
    check_step,
)
from events_service.registrations.seat_letters import seat_letter
from events_service.registrations.seating import seat_batch
from events_service.registrations.sign_ups import end_sign_ups_of
from events_service.registrations.waitlist import lock_event, move_up, next_in_line, seat
from events_service.registrations.wishes import lock_chosen
from events_service.sentences import sentence

FOR_THE_DOOR = ("door_note", "photo_id")
NOT_CORRECTED = ("version", "reason")

_batches = GroupCommit(seat_batch)


async def register(application: Application) -> Outcome:
    """Take a wish for a seat. Those that arrive together share a transaction; the answer comes after COMMIT.

    Raises `NotFound`, `Invalid`, `EventFull`, `RegistrationClosed`, `InvitationRequired`, `Unavailable`.
    """
    if application.draft.invitation is not None:
        return await accept_invitation(application)
    return await _batches.submit(application)


async def register_many(applications: list[Application]) -> list[Outcome | Exception]:
    """Take many wishes within one transaction, in their order; what a rule refuses is that one's answer."""
    async with transaction() as tx:
        return await seat_batch(tx, applications)


async def cancel_registration(registration_id: str, *, reason: str = "", by: Doer | None = None) -> Registration:
    """Give the seat back: the badge ends, the calendar gets a CANCEL, the next in line moves up; so it goes with sessions.

    Where somebody does it for them, that is recorded. Raises `NotFound`, `Conflict`.
    """
    return await _end(registration_id, to=Status.CANCELLED, deed="cancelled_registration", reason=reason, by=by)


async def decline_registration(registration_id: str, *, reason: str = "", by: Doer | None = None) -> Registration:
    """Say no, with the reason in the letter. Raises `NotFound`, `Conflict`."""
    return await _end(registration_id, to=Status.DECLINED, deed="declined", reason=reason, by=by)


async def approve_registration(registration_id: str, *, reason: str = "", by: Doer | None = None) -> Registration:
    """Say yes: a seat if there is one, else a place on the waiting list. Raises `NotFound`, `Conflict`, `EventFull`."""
    async with transaction() as tx:
        event, person = await lock_registration(tx, registration_id)
        await approve(tx, event, person, reason=reason)
        if by is not None:
            await record(tx, by, Deed("approved", event.slug, "registration", person.id, ("status",), reason))
    return await registration_by_id(registration_id)


async def approve(tx: Transaction, event: Event, person: Registration, *, reason: str = "") -> None:
    """The same within the caller's transaction, which has locked both. Refuses before it writes."""
    if person.status is not Status.PENDING:
        raise Conflict(
            sentence("The registration does not wait for approval. Its status: %(status)s.", status=person.status),
            code="wrong_status",
        )
    check_open(event, by_registrar=True, now=clock.now())
    await place_anew(tx, event, person, reason=reason)


async def edit_registration(registration_id: str, change: RegistrationChange, *, by: Doer = SERVICE) -> Registration:
    """Correct what is given. The attendance changes while there are seats: no seat is lost in between, and the old one is given on.

    What was corrected and why is written down, not what it is now. Raises `NotFound`, `Invalid`, `EventFull`, `QuotaFull`,
    `Conflict` for a stale version.
    """
    async with transaction() as tx:
        event, person = await lock_registration(tx, registration_id)
        if await edit(tx, event, person, change):
            await move_up(tx, event)
        await record(tx, by, *_deeds(event, person, change))
    return await registration_by_id(registration_id)


def _deeds(event: Event, person: Registration, change: RegistrationChange) -> list[Deed]:
    changed = [name for name in change.__struct_fields__ if getattr(change, name) is not msgspec.UNSET]
    by_deed = {
        "set_priority": [name for name in changed if name == "priority"],
        "changed_door_note": [name for name in changed if name in FOR_THE_DOOR],
        "changed_registration": [name for name in changed if name not in (*NOT_CORRECTED, *FOR_THE_DOOR, "priority")],
    }
    why = given(change.reason, "")
    return [
        Deed(deed, event.slug, "registration", person.id, tuple(fields), why)
        for deed, fields in by_deed.items()
        if fields
    ]


async def edit_many(event_id: str, changes: Mapping[str, RegistrationChange]) -> dict[str, Refused]:
    """Correct several people of one event, by id, within one transaction. What is refused is that one's answer; the others stand."""
    refused: dict[str, Refused] = {}
    async with transaction() as tx:
        event, moves = await lock_event(tx, event_id), False
        rows = await tx.fetch(
            "SELECT * FROM registration WHERE event = $1 AND id = ANY($2) ORDER BY id FOR NO KEY UPDATE",
            event_id,
            list(changes),
        )
        for row in rows:
            try:
                moves |= await edit(tx, event, registration_from(row), changes[row["id"]])
            except Refused as error:
                refused[row["id"]] = error
        if moves:
            await move_up(tx, event)
    return refused


async def edit(tx: Transaction, event: Event, person: Registration, change: RegistrationChange) -> bool:
    """Correct what is given, within the caller's transaction, which has locked both. Refuses before it writes.

    Returns whether somebody may now move up.
    """
    if change.version is not msgspec.UNSET and change.version != person.version:
        raise Conflict("Somebody changed this registration meanwhile. Read it again.", code="stale_version")
    category = given(change.category, person.category)
    if category is not person.category and person.status is Status.CONFIRMED:
        raise Conflict("The category stands on the badge. Cancel and register anew.", code="category_on_badge")
    name, organisation = given(change.name, person.name), given(change.organisation, person.organisation)
    city, priority = given(change.city, person.city), given(change.priority, person.priority)
    attendance = person.attendance
    if given(change.attendance, attendance) is not attendance:
        attendance = attendance_at(event, given(change.attendance, attendance))
    elsewhere = (attendance, category, city) != (person.attendance, person.category, person.city)
    if elsewhere:
        await _check_seat_elsewhere(event, person, (attendance.value, category.value, city))
    await tx.execute(
        """UPDATE registration SET name = $2, organisation = $3, city = $4, category = $5, language = $6, answers = $7,
                  search_key = $8, changed_at = $9, attendance = $10, priority = $11, door_note = $12, photo_id = $13,
                  version = version + 1 WHERE id = $1""",
        person.id,
        name,
        organisation,
        city,
        category.value,
        given(change.language, person.language),
        await settle_answers(tx, person, change.answers, category=category),
        search_key(f"{name} {person.email} {organisation} {city}"),
        clock.now(),
        attendance.value,
        priority,
        given(change.door_note, person.door_note),
        given(change.photo_id, person.photo_id),
    )
    if attendance is not person.attendance and person.status is Status.CONFIRMED:
        await tell_of_attendance(tx, event, replace(person, attendance=attendance))
    return elsewhere or priority != person.priority


async def _check_seat_elsewhere(event: Event, person: Registration, to: tuple[str, str, str]) -> None:
    """Who has a seat keeps it through a change where there is one for what they become, and nobody waits for that.

    Raises `EventFull` or `QuotaFull`.
    """
    if person.status not in (Status.CONFIRMED, Status.OFFERED):
        return
    ledger = (await stand_of(event)).ledger
    before = ledger.limits.pools(person.attendance, person.category, person.city)
    short = missing_for(ledger, ledger.limits.pools(*to), instead_of=before)
    if short is not None:
        raise full(ledger, short)


async def resend_letter(registration_id: str, *, by: Doer | None = None) -> None:
    """Send the letter that tells how things stand once more: same seat, same badge, same invite. Raises `NotFound`, `Conflict`."""
    async with transaction() as tx:
        event, person = await lock_registration(tx, registration_id)
        if person.status in ENDED or person.status is Status.INVITED:
            raise Conflict(
                sentence("There is no letter to send. Status of the registration: %(status)s.", status=person.status),
                code="wrong_status",
            )
        await post(tx, [await _letter_about_now(event, person)])
        if by is not None:
            await record(tx, by, Deed("sent_letter_again", event.slug, "registration", person.id))


async def _letter_about_now(event: Event, person: Registration) -> NewLetter:
    if person.awaits is Awaits.MAIL_CHECK:
        return seat_letter("mail_check", event, person)
    if person.status is Status.OFFERED:
        return seat_letter("offered", event, person, until=person.answer_until)
    invite = None
    if person.status is Status.CONFIRMED:
        assert person.invite_sequence is not None
        # A plain repetition keeps the SEQUENCE and only the stamp is later (RFC 5546 §3.2.2.3).
        invite = InviteFacts("REQUEST", person.invite_sequence, clock.now())
    addressee = Addressee.of(person, waitlist_position=await waitlist_position(person))
    return letter_about(person.status.value, event, addressee, invite=invite)


async def _end(registration_id: str, *, to: Status, deed: str, reason: str, by: Doer | None) -> Registration:
    async with transaction() as tx:
        event, person = await lock_registration(tx, registration_id)
        await end_registration(tx, event, person, to=to, kind=to.value, reason=reason)
        if by is not None:
            await record(tx, by, Deed(deed, event.slug, "registration", person.id, ("status",), reason))
    return await registration_by_id(registration_id)


async def end_registration(
    tx: Transaction,
    event: Event,
    person: Registration,
    *,
    to: Status,
    kind: str,
    reason: str = "",
    passed_on: bool = False,
) -> None:
    """The same within the caller's transaction, which has locked both. A calendar gets a CANCEL where it holds an invite still.

    Where the seat was `passed_on`, the door says of the old badge that another one took its place.

    Raises `Conflict`.
    """
    check_step(person.status, to)
    now = clock.now()
    was_invited = person.invite_sequence is not None and not person.invite_withdrawn
    invite = None
    if was_invited:
        invite = next_invite(event, person.invite_sequence, False, now=now, cancelling=True)
    await _retire_badge(tx, person, passed_on=passed_on)
    await tx.execute(
        """UPDATE registration SET status = $2, waitlist_number = NULL, badge_digest = NULL, badge_code_digest = NULL,
                  invite_sequence = $3, invite_withdrawn = $4, changed_at = $5, version = version + 1, awaits = NULL, answer_until = NULL,
                  check_digest = NULL WHERE id = $1""",
        person.id,
        to.value,
        invite.sequence if invite else person.invite_sequence,
        person.invite_withdrawn or was_invited,
        now,
    )
    await post(tx, [letter_about(kind, event, Addressee.of(person, status=to), invite=invite, reason=reason)])
    # Whoever follows is locked before any session is: so does everybody who signs up.
    following = await next_in_line(tx, event)
    await lock_chosen(tx, [person, *following])
    await end_sign_ups_of(tx, event, person)
    await seat(tx, event, following)
    if person.status is Status.CONFIRMED and not following:
        await leave_place(tx, event, person.id, now=now)


async def _retire_badge(tx: Transaction, person: Registration, *, passed_on: bool) -> None:
    """Remember the badge that ends, so that the door can say why it is refused."""
    if person.badge_digest is not None:
        await tx.execute(
            """INSERT INTO retired_badge (digest, registration, retired_at, code_digest, passed_on) VALUES ($1, $2, $3, $4, $5)
               ON CONFLICT (digest) DO NOTHING""",
            person.badge_digest,
            person.id,
            clock.now(),
            person.badge_code_digest,
            passed_on,
        )


async def lock_registration(tx: Transaction, registration_id: str) -> tuple[Event, Registration]:
    """The event's row, then the registration's, both locked. Raises `NotFound`."""
    found = await fetch_one("SELECT event FROM registration WHERE id = $1", registration_id)
    if found is None:
        raise NotFound()
    event = await lock_event(tx, found["event"])
    row = await tx.fetch_one("SELECT * FROM registration WHERE id = $1 FOR NO KEY UPDATE", registration_id)
    if row is None:
        raise NotFound()
    return event, registration_from(row)
