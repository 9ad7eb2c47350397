"""What a batch of newcomers leaves behind: rows, badges with their short codes, and letters."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

import msgspec

from events_service import settings
from events_service.audit.rules import Deed, Doer
from events_service.database import Row, Transaction
from events_service.events.rules import Event
from events_service.identifiers import new_id
from events_service.outbox.actions import post
from events_service.outbox.rules import NewLetter
from events_service.registrations.applications import Application, email_key
from events_service.registrations.badge_tokens import badge_digest
from events_service.registrations.letter_facts import ORDINARY, URGENT, Addressee, letter_about, next_invite
from events_service.registrations.mail_checks import check_code
from events_service.registrations.naming import Identity, columns_of
from events_service.registrations.queries import registration_from
from events_service.registrations.rules import (
    MAIL_CHECK_LASTS,
    Attendance,
    Awaits,
    Placement,
    Status,
)
from events_service.registrations.seat_letters import seat_letter
from events_service.registrations.seat_tables import SeatTable
from events_service.registrations.secrets import badge_text, feed_token, page_code
from events_service.registrations.short_codes import draw_codes
from events_service.sealing import token_digest


@dataclass(slots=True)
class SeatWrites:
    """What the batch will write: new rows, rows of people who come back, letters, reminders, which sessions they ask for, and deeds.

    `wishes` holds a row of the newcomer's with the ids of the sessions.
    """

    new: list[dict[str, object]]
    returning: list[dict[str, object]]
    letters: list[NewLetter]
    reminded: list[str]
    wishes: list[tuple[dict[str, object], list[str]]]
    deeds: list[tuple[Doer, Deed]]


def new_row(
    table: SeatTable,
    event: Event,
    application: Application,
    *,
    attendance: Attendance,
    placement: Placement,
    awaits: Awaits | None,
    before: Row | None,
) -> dict[str, object]:
    draft, secret_key = application.draft, settings.current().secret_key
    row_id = before["id"] if before else new_id()
    links = before["links_generation"] + 1 if before else 0
    generation = max(before["badge_generation"] if before else 0, application.after_badge)
    digest = None
    sequence = before["invite_sequence"] if before else None
    withdrawn = before["invite_withdrawn"] if before else False
    checks = awaits is Awaits.MAIL_CHECK
    if placement.status is Status.CONFIRMED:
        generation += 1
        text = badge_text(
            row_id, generation, category=draft.category, event=event, key=table.keys[event.id], secret_key=secret_key
        )
        digest = badge_digest(text)
        sequence, withdrawn = next_invite(event, sequence, withdrawn, now=table.now).sequence, False
    return {
        "id": row_id,
        "event": event.id,
        "email_key": email_key(draft.email),
        # Who comes back stays protected.
        **columns_of(
            Identity(draft.name, draft.email, draft.organisation),
            row_id,
            city=draft.city,
            alias=before["name"] if before and before["protected"] else None,
        ),
        "city": draft.city,
        "category": draft.category.value,
        "attendance": attendance.value,
        "language": draft.language,
        "answers": table.questionnaires.kept(event, draft),
        "status": placement.status.value,
        "waitlist_number": placement.number,
        "source": application.source,
        "consent_at": table.now if draft.consent else None,
        "created_at": before["created_at"] if before else table.now,
        "changed_at": table.now,
        "version": before["version"] + 1 if before else 1,
        "badge_digest": digest,
        "badge_generation": generation,
        # Drawn for the whole batch at once, before it is written.
        "badge_code_digest": None,
        "badge_code_draw": 0,
        "page_digest": token_digest(page_code(row_id, links, secret_key=secret_key)),
        "feed_digest": token_digest(feed_token(row_id, links, secret_key=secret_key)),
        "links_generation": links,
        "reminded_at": None,
        "invite_sequence": sequence,
        "told_sequence": event.sequence if digest else None,
        "invite_withdrawn": withdrawn,
        "priority": application.priority,
        "party": application.party,
        "delegation": application.delegation_id,
        "party_together": application.together,
        "awaits": awaits.value if awaits else None,
        "answer_until": table.now + MAIL_CHECK_LASTS if checks else None,
        "check_digest": token_digest(check_code(row_id, links, secret_key=secret_key)) if checks else None,
    }


def letter_for(
    table: SeatTable, event: Event, row: dict[str, object], placement: Placement, *, unhurried: bool = False
) -> NewLetter:
    person = registration_from(row)
    if person.awaits is Awaits.MAIL_CHECK:
        return seat_letter("mail_check", event, person)
    addressee = Addressee.of(person, waitlist_position=placement.position)
    invite = None
    if placement.status is Status.CONFIRMED:
        assert person.invite_sequence is not None
        invite = next_invite(event, None, False, now=table.now)
        invite = msgspec.structs.replace(invite, sequence=person.invite_sequence)
    priority = ORDINARY if unhurried else URGENT
    return letter_about(placement.status.value, event, addressee, invite=invite, priority=priority)


async def draw_batch_codes(tx: Transaction, table: SeatTable, rows: list[dict[str, object]]) -> None:
    """Give every badge of the batch its short code."""
    for event in table.events.values():
        seated = {str(row["id"]): row for row in rows if row["badge_digest"] and row["event"] == event.id}
        generations = {one: cast(int, row["badge_generation"]) for one, row in seated.items()}
        secret_key = settings.current().secret_key
        for one, code in (await draw_codes(tx, generations, event_id=event.id, secret_key=secret_key)).items():
            seated[one].update(badge_code_digest=code.digest, badge_code_draw=code.draw)


async def write_seats(tx: Transaction, writes: SeatWrites, *, now: datetime) -> None:
    if writes.new:
        names = list(writes.new[0])
        places = ", ".join(f"${index}" for index in range(1, len(names) + 1))
        await tx.execute_many(
            f"INSERT INTO registration ({', '.join(names)}) VALUES ({places})",  # noqa: S608
            [tuple(row.values()) for row in writes.new],
        )
    for row in writes.returning:
        names = [name for name in row if name != "id"]
        assignments = ", ".join(f"{name} = ${index}" for index, name in enumerate(names, start=2))
        await tx.execute(
            f"UPDATE registration SET {assignments} WHERE id = $1",  # noqa: S608
            row["id"],
            *(row[name] for name in names),
        )
    for registration_id in writes.reminded:
        await tx.execute("UPDATE registration SET reminded_at = $2 WHERE id = $1", registration_id, now)
    if writes.letters:
        await post(tx, writes.letters)
