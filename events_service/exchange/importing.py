"""Taking a list of registrations in: batch by batch, so that nobody at the door waits for it.

The same list again changes only what differs: people are known by their address. Seats are given by the same rules as ever.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from events_service import clock
from events_service.database import fetch
from events_service.errors import FieldError, Invalid, Refused
from events_service.events.rules import Event
from events_service.exchange.entries import Entry, Rejected
from events_service.registrations.actions import FOR_THE_DOOR, edit_many, register_many
from events_service.registrations.applications import Application, Outcome, email_key
from events_service.registrations.drafts import RegistrationChange
from events_service.registrations.queries import Registration, registration_from
from events_service.registrations.rules import ENDED, Status, check_open
from events_service.registrations.tombstones import erased_since
from events_service.sentences import sentence

BATCH = 100
Progress = Callable[[int, int], None]
_CORRECTED = ("name", "organisation", "city", "category", "language", *FOR_THE_DOOR)


@dataclass(frozen=True, slots=True)
class Terms:
    """How a list is taken in: whether those without a seat may `wait` for one, and whether `letters` go out.

    Whoever was erased since it was `given_at` is left out.
    """

    wait: bool = True
    letters: bool = True
    given_at: datetime | None = None


@dataclass(slots=True)
class Tally:
    """What became of the lines; `waitlisted` are those among the created who wait for a seat."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    waitlisted: int = 0
    rejected: list[Rejected] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        """Count the other's lines as well."""
        self.created += other.created
        self.updated += other.updated
        self.unchanged += other.unchanged
        self.waitlisted += other.waitlisted
        self.rejected += other.rejected


@dataclass(slots=True)
class _Sorted:
    """A batch by what is to be done; changes by the registration's id."""

    new: list[Entry]
    changes: dict[str, tuple[Entry, RegistrationChange]]
    tally: Tally


async def look(event: Event, entries: Sequence[Entry], *, progress: Progress | None = None) -> Tally:
    """What taking them in would do. Whether seats last is seen only then. Raises `RegistrationClosed`."""
    check_open(event, by_registrar=True, now=clock.now())
    tally = Tally()
    for done, batch in _batches(entries):
        one = await _sorted(event, batch)
        tally.add(one.tally)
        tally.created += len(one.new)
        tally.updated += len(one.changes)
        await _tell(progress, done, len(entries))
    return tally


async def take_in(event: Event, entries: Sequence[Entry], terms: Terms, *, progress: Progress | None = None) -> Tally:
    """Register who is new, correct who is known; what a rule refuses is that line's answer. Raises `RegistrationClosed`."""
    check_open(event, by_registrar=True, now=clock.now())
    tally = Tally()
    # The list was in hand before the first of it was taken in.
    terms = replace(terms, given_at=terms.given_at or clock.now())
    for done, batch in _batches(entries):
        tally.add(await take_batch_in(event, batch, terms))
        await _tell(progress, done, len(entries))
    return tally


async def take_batch_in(event: Event, batch: Sequence[Entry], terms: Terms) -> Tally:
    """The same for a few of them."""
    one = await _sorted(event, await _not_erased(batch, terms))
    for_the_door: dict[str, RegistrationChange] = {}
    for entry, outcome in zip(one.new, await _register(event, one.new, terms), strict=True):
        if isinstance(outcome, Outcome):
            if outcome.is_new and entry.given & {*FOR_THE_DOOR}:
                for_the_door[outcome.registration_id] = _door_word(entry)
            one.tally.created += outcome.is_new
            one.tally.unchanged += not outcome.is_new
            one.tally.waitlisted += outcome.is_new and outcome.status is Status.WAITLISTED
        else:
            one.tally.rejected.append(_refused(entry, outcome))
    if for_the_door:
        await edit_many(event.id, for_the_door)
    changes = {person: change for person, (_, change) in one.changes.items()}
    refused = await edit_many(event.id, changes) if changes else {}
    one.tally.updated += len(changes) - len(refused)
    one.tally.rejected += [_refused(one.changes[person][0], why) for person, why in refused.items()]
    return one.tally


async def _not_erased(batch: Sequence[Entry], terms: Terms) -> Sequence[Entry]:
    """Without those erased since: they are in no figure and no report, for these would name them again."""
    if terms.given_at is None:
        return batch
    erased = await erased_since({email_key(one.draft.email) for one in batch}, terms.given_at)
    return [one for one in batch if email_key(one.draft.email) not in erased]


async def _register(event: Event, new: Sequence[Entry], terms: Terms) -> list[Outcome | Exception]:
    applications = [
        Application(
            event.slug,
            one.draft,
            by_registrar=True,
            source="import",
            waits=terms.wait,
            quietly=not terms.letters,
            unhurried=True,
        )
        for one in new
    ]
    return await register_many(applications) if applications else []


async def _sorted(event: Event, batch: Sequence[Entry]) -> _Sorted:
    keys = {email_key(entry.draft.email): entry for entry in batch}
    rows = await fetch("SELECT * FROM registration WHERE event = $1 AND email_key = ANY($2)", event.id, list(keys))
    known = {row["email_key"]: registration_from(row) for row in rows}
    result = _Sorted([], {}, Tally())
    for key, entry in keys.items():
        person = known.get(key)
        try:
            if person is None:
                _check_new(entry)
                result.new.append(entry)
                continue
            change = _change(person, entry)
        except Invalid as invalid:
            result.tally.rejected.append(Rejected(entry.line, invalid.errors))
            continue
        if change is None:
            result.tally.unchanged += 1
        else:
            result.changes[person.id] = entry, change
    return result


def _check_new(entry: Entry) -> None:
    match entry.status:
        case Status.CANCELLED | Status.DECLINED:
            raise _wrong(
                "status",
                "not_coming",
                sentence(
                    "The file says that they do not come, and nobody knows them here. Status: %(status)s.",
                    status=entry.status,
                ),
            )
        case Status.PENDING:
            raise _wrong("status", "not_decided", "This person waits for approval in the file. Decide first.")
        case Status.INVITED:
            raise _wrong("status", "only_invited", "This person is invited in the file, and has not answered.")


def _change(person: Registration, entry: Entry) -> RegistrationChange | None:
    """What the line says differently of somebody who is known; None where nothing is."""
    if person.status in ENDED:
        if entry.status in ENDED:
            return None
        message = sentence(
            "This person’s registration has ended. Register them by hand if they come after all. Status: %(status)s.",
            status=person.status,
        )
        raise _wrong("email", "ended_here", message)
    if entry.status in ENDED:
        message = sentence(
            "The file says that this person does not come, and they are registered here. Cancel it on their page. Status: %(status)s.",
            status=entry.status,
        )
        raise _wrong("status", "not_ended_here", message)
    if person.protected:
        # The row holds an alias: whoever has the list may know the name, and must not put it back.
        return None
    draft = entry.draft
    if draft.attendance is not None and draft.attendance is not person.attendance:
        raise _wrong("attendance", "attendance_differs", "The way of taking part is switched on the person’s page.")
    wanted: dict[str, Any] = {name: getattr(draft, name) for name in _CORRECTED if name in entry.given}
    different = {name: value for name, value in wanted.items() if value != getattr(person, name)}
    if any(person.answers.get(name) != answer for name, answer in draft.answers.items()):
        different["answers"] = {**person.answers, **draft.answers}
    return RegistrationChange(**different) if different else None


def _door_word(entry: Entry) -> RegistrationChange:
    """What the door is to be told of somebody new: nobody registers with it, a registrar adds it."""
    return RegistrationChange(door_note=entry.draft.door_note, photo_id=entry.draft.photo_id)


def _refused(entry: Entry, why: Exception) -> Rejected:
    if isinstance(why, Invalid):
        return Rejected(entry.line, why.errors)
    if isinstance(why, Refused):
        return Rejected(entry.line, (FieldError("", why.code, why.detail),))
    raise why


def _wrong(field: str, code: str, message: str) -> Invalid:
    return Invalid([FieldError(field, code, message)])


def _batches(entries: Sequence[Entry]) -> list[tuple[int, Sequence[Entry]]]:
    """The entries in batches, each with how many are done after it."""
    return [(min(at + BATCH, len(entries)), entries[at : at + BATCH]) for at in range(0, len(entries), BATCH)]


async def _tell(progress: Progress | None, done: int, total: int) -> None:
    # Whoever waits for this process has their turn between two batches.
    await asyncio.sleep(0)
    if progress:
        progress(done, total)
