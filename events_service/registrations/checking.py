"""Somebody confirms that an address is theirs: only then their registration counts."""

from events_service import clock
from events_service.database import fetch_one, transaction
from events_service.errors import NotFound
from events_service.events.rules import Mode
from events_service.outbox.actions import post
from events_service.registrations.actions import lock_registration
from events_service.registrations.letter_facts import Addressee, letter_about
from events_service.registrations.placing import place_anew
from events_service.registrations.queries import Registration, registration_by_id
from events_service.registrations.rules import Awaits, Status, check_open
from events_service.sealing import token_digest


async def confirm_address(code: str) -> Registration:
    """Use the code of a mail check, once: the registration is now looked at as a newcomer's, or waits for an organiser.

    Raises `NotFound` for a code that is wrong, used or too old, `EventFull`, `RegistrationClosed`.
    """
    digest = token_digest(code.strip().lower())
    found = await fetch_one("SELECT id FROM registration WHERE check_digest = $1", digest)
    if found is None:
        raise NotFound()
    async with transaction() as tx:
        event, person = await lock_registration(tx, found["id"])
        in_time = person.answer_until is not None and clock.now() < person.answer_until
        if person.status is not Status.PENDING or person.awaits is not Awaits.MAIL_CHECK or not in_time:
            raise NotFound()
        check_open(event, by_registrar=True, now=clock.now())
        if event.registration.mode is Mode.APPROVAL:
            await tx.execute(
                """UPDATE registration SET awaits = NULL, answer_until = NULL, check_digest = NULL, changed_at = $2,
                          version = version + 1 WHERE id = $1""",
                person.id,
                clock.now(),
            )
            await post(tx, [letter_about("pending", event, Addressee.of(person))])
        else:
            await place_anew(tx, event, person)
    return await registration_by_id(found["id"])
