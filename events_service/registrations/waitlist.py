"""The waiting list moves up, and whoever it is gets their seat, or is asked whether they still want it.

Whoever touches seats locks the event's row first, then looks.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from events_service import clock, settings
from events_service.database import Transaction
from events_service.errors import NotFound
from events_service.events.admissions import admission_of
from events_service.events.queries import event_from
from events_service.events.rules import Event
from events_service.events.signing import keys_of
from events_service.outbox.actions import post
from events_service.registrations.badge_tokens import badge_digest
from events_service.registrations.ledgers import stand_of, who_is_next
from events_service.registrations.letter_facts import Addressee, letter_about, next_invite
from events_service.registrations.queries import Registration, registration_from
from events_service.registrations.rules import Status, offered_until, still_seats_people
from events_service.registrations.seat_letters import seat_letter
from events_service.registrations.secrets import badge_text
from events_service.registrations.short_codes import draw_codes
from events_service.registrations.wishes import settle_wishes


async def lock_event(tx: Transaction, event_id: str) -> Event:
    """The event, its row locked until the transaction ends. Raises `NotFound`."""
    row = await tx.fetch_one("SELECT * FROM event WHERE id = $1 FOR NO KEY UPDATE", event_id)
    if row is None:
        raise NotFound()
    return event_from(row)


async def move_up(tx: Transaction, event: Event) -> int:
    """Give or offer every free seat to the first in line for it; the event's row must be locked. Returns to how many."""
    following = await next_in_line(tx, event)
    await seat(tx, event, following)
    return len(following)


async def next_in_line(tx: Transaction, event: Event) -> list[Registration]:
    """Those for whom a seat is free now, in their order and locked; the event's row must be locked."""
    if not still_seats_people(event, now=clock.now()):
        return []
    ids = await who_is_next(event, (await stand_of(event)).ledger)
    if not ids:
        return []
    rows = await tx.fetch("SELECT * FROM registration WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE", list(ids))
    people = {row["id"]: registration_from(row) for row in rows}
    return [people[one] for one in ids]


async def seat(tx: Transaction, event: Event, following: list[Registration]) -> None:
    """Give these people the seats that are free for them; where the event offers seats and there is time, ask them first."""
    if not following:
        return
    admission = await admission_of(event)
    lasts = timedelta(hours=admission.offer_hours)
    until = offered_until(event, lasts=lasts, now=clock.now()) if admission.offers else None
    if until is None:
        await confirm(tx, event, following, kind="promoted")
    else:
        await offer(tx, event, following, until=until)


async def offer(tx: Transaction, event: Event, people: Iterable[Registration], *, until: datetime) -> None:
    """Keep a seat for these people until they say yes or no, or the moment is past. The event's row must be locked."""
    people = list(people)
    await tx.execute_many(
        """UPDATE registration SET status = 'offered', waitlist_number = NULL, answer_until = $2, changed_at = $3,
                  version = version + 1 WHERE id = $1""",
        [(person.id, until, clock.now()) for person in people],
    )
    await post(tx, [seat_letter("offered", event, person, until=until) for person in people])


async def confirm(
    tx: Transaction, event: Event, people: Iterable[Registration], *, kind: str, reason: str = ""
) -> None:
    """Give these people their seat: a badge, a letter of that kind with invite and reason, and the sessions they wished for.

    The event's row must be locked.
    """
    people = list(people)
    if not people:
        return
    now, secret_key = clock.now(), settings.current().secret_key
    key = (await keys_of([event.id], secret_key=secret_key))[event.id]
    generations = {person.id: person.badge_generation + 1 for person in people}
    codes = await draw_codes(tx, generations, event_id=event.id, secret_key=secret_key)
    rows, letters = [], []
    for person in people:
        generation, code = generations[person.id], codes[person.id]
        text = badge_text(person.id, generation, category=person.category, event=event, key=key, secret_key=secret_key)
        invite = next_invite(event, person.invite_sequence, person.invite_withdrawn, now=now)
        rows.append(
            (person.id, badge_digest(text), generation, invite.sequence, now, event.sequence, code.digest, code.draw)
        )
        addressee = Addressee.of(person, status=Status.CONFIRMED, badge_generation=generation)
        letters.append(letter_about(kind, event, addressee, invite=invite, reason=reason))
    await tx.execute_many(
        """UPDATE registration SET status = 'confirmed', waitlist_number = NULL, badge_digest = $2, badge_generation = $3,
                  invite_sequence = $4, told_sequence = $6, invite_withdrawn = FALSE, changed_at = $5, version = version + 1,
                  awaits = NULL, answer_until = NULL, check_digest = NULL, badge_code_digest = $7, badge_code_draw = $8
           WHERE id = $1""",
        rows,
    )
    await post(tx, letters)
    await settle_wishes(tx, event, people)
