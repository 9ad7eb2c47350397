"""Somebody corrects who they are and how they take part, on their own page."""

from typing import Annotated

from msgspec import UNSET

from events_service import clock
from events_service.audit.actions import record
from events_service.audit.rules import Deed, Doer
from events_service.database import Transaction, transaction
from events_service.errors import Conflict
from events_service.registrations.actions import edit, lock_registration
from events_service.registrations.drafts import RegistrationChange
from events_service.registrations.naming import Identity, columns_of, identity_of
from events_service.registrations.queries import Registration, registration_by_id
from events_service.registrations.rules import ENDED, Attendance, still_seats_people
from events_service.registrations.waitlist import move_up
from events_service.web.bodies import Body
from events_service.web.fields import LanguageTag, OptionalLine, checked, needed_line


class OwnDetails(Body, frozen=True, kw_only=True):
    """What participants may correct themselves. Without `attendance` that stays as it is."""

    name: Annotated[str, checked(needed_line, max_length=200)]
    organisation: OptionalLine = ""
    city: OptionalLine = ""
    language: LanguageTag
    attendance: Attendance | None = None


async def change_own_details(registration_id: str, details: OwnDetails) -> Registration:
    """Keep what they wrote. The seat moves with attendance and city while there are seats there; the old one is given on.

    Of a protected person the name stays behind their alias. Raises `NotFound`, `Invalid`, `EventFull`, `QuotaFull`, and `Conflict` where
    the registration or the event is over.
    """
    async with transaction() as tx:
        event, person = await lock_registration(tx, registration_id)
        if person.status in ENDED or not still_seats_people(event, now=clock.now()):
            raise Conflict("Nothing can be changed here any more.", code="wrong_status")
        may_move_up = await edit(tx, event, person, _change(person, details))
        if person.protected:
            await _keep_behind_alias(tx, person, details)
        doer = Doer("participant", person.id)
        await record(
            tx, doer, Deed("changed_own_details", event.slug, "registration", person.id, _changed(person, details))
        )
        if may_move_up:
            await move_up(tx, event)
    return await registration_by_id(registration_id)


def _change(person: Registration, details: OwnDetails) -> RegistrationChange:
    return RegistrationChange(
        name=UNSET if person.protected else details.name,
        organisation=UNSET if person.protected else details.organisation,
        city=details.city,
        language=details.language,
        attendance=UNSET if details.attendance is None else details.attendance,
    )


def _changed(person: Registration, details: OwnDetails) -> tuple[str, ...]:
    """The names of the fields that are not as they were."""
    who = identity_of(person)
    before = {
        "name": who.name,
        "organisation": who.organisation,
        "city": person.city,
        "language": person.language,
        "attendance": person.attendance,
    }
    return tuple(name for name, value in before.items() if (getattr(details, name) or value) != value)


async def _keep_behind_alias(tx: Transaction, person: Registration, details: OwnDetails) -> None:
    who = Identity(details.name, identity_of(person).email, details.organisation)
    hidden = columns_of(who, person.id, city=details.city, alias=person.name)
    await tx.execute(
        "UPDATE registration SET identity = $2, search_key = $3 WHERE id = $1",
        person.id,
        hidden["identity"],
        hidden["search_key"],
    )
