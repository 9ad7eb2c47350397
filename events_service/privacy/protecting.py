"""Protecting a person whose presence must not be known: an alias stands for them from now on, wherever they are shown."""

import msgspec

from events_service import clock
from events_service.audit.actions import record
from events_service.audit.rules import Deed, Doer
from events_service.database import Transaction, transaction
from events_service.errors import Conflict
from events_service.events.rules import Event
from events_service.registrations.actions import lock_registration
from events_service.registrations.naming import Identity, columns_of, identity_of
from events_service.registrations.queries import Registration
from events_service.web.idempotency import forget_answers


async def protect(registration_id: str, *, alias: str, doer: Doer, reason: str) -> None:
    """Show the person under this alias. Raises `NotFound`, and `Conflict` for who is protected already or was erased."""
    async with transaction() as tx:
        event, person = await lock_registration(tx, registration_id)
        if person.protected or not person.name:
            raise Conflict("This person is protected already, or was erased.", code="cannot_be_protected")
        await _write(tx, person, alias=alias)
        await record(tx, doer, _deed("protected", event, person, reason))
    # What was answered before may name them.
    await forget_answers()


async def end_protection(registration_id: str, *, doer: Doer, reason: str) -> None:
    """Show the person under their own name again. Raises `NotFound`, and `Conflict` for who is not protected."""
    async with transaction() as tx:
        event, person = await lock_registration(tx, registration_id)
        _refuse_unprotected(person)
        await _write(tx, person, alias=None)
        await record(tx, doer, _deed("unprotected", event, person, reason))


async def look_behind(registration_id: str, *, doer: Doer, reason: str) -> Identity:
    """Who stands behind the alias; that it was looked at, by whom and why, is written down first. Raises as above."""
    async with transaction() as tx:
        event, person = await lock_registration(tx, registration_id)
        _refuse_unprotected(person)
        await record(tx, doer, _deed("saw_protected", event, person, reason))
    return identity_of(person)


def _refuse_unprotected(person: Registration) -> None:
    if not person.protected:
        raise Conflict("This person is not protected.", code="not_protected")


def _deed(action: str, event: Event, person: Registration, reason: str) -> Deed:
    return Deed(action, event.slug, "registration", person.id, ("name", "email", "organisation"), reason)


async def _write(tx: Transaction, person: Registration, *, alias: str | None) -> None:
    columns = columns_of(identity_of(person), person.id, city=person.city, alias=alias)
    assignments = ", ".join(f"{name} = ${place}" for place, name in enumerate(columns, start=3))
    await tx.execute(
        f"UPDATE registration SET {assignments}, changed_at = $2, version = version + 1 WHERE id = $1",  # noqa: S608
        person.id,
        clock.now(),
        *columns.values(),
    )
    # What doors were told before is told again on a repeated scan.
    rows = await tx.fetch("SELECT scan_id, answer FROM scan WHERE registration = $1", person.id)
    shown = {"name": columns["name"], "organisation": columns["organisation"]}
    await tx.execute_many(
        "UPDATE scan SET answer = $2 WHERE scan_id = $1",
        [(row["scan_id"], _renamed(row["answer"], shown)) for row in rows],
    )


def _renamed(answer: str, shown: dict[str, object]) -> str:
    told = msgspec.json.decode(answer)
    if told["attendee"] is not None:
        told["attendee"] |= shown
    return msgspec.json.encode(told).decode()
