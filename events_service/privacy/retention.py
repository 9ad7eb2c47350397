"""The sweep: what events no longer need goes by itself, sensitive answers first, and what went is written down.

Each event is swept within a transaction that has locked it: several workers may sweep at once, and one of them finds something.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from events_service import clock
from events_service.audit.actions import record
from events_service.audit.rules import SERVICE, Deed
from events_service.database import Row, Transaction, fetch, transaction
from events_service.identifiers import new_id
from events_service.privacy.wiping import (
    NAMELESS_DELEGATION,
    NAMELESS_INVITATION,
    forget_notes_told,
    wipe_registrations,
)
from events_service.questions.queries import sensitive_names
from events_service.registrations.waitlist import lock_event

SENSITIVE_KEPT_FOR = timedelta(days=7)
AT_ONCE = 500
# Of speakers what was public stays; how to reach them, what they need, and who was written to about what goes with the rest.
_WITH_THE_REGISTRATIONS = (
    """UPDATE letter SET recipient = '', recipient_name = '', search_key = '', facts = '', last_error = NULL
       WHERE event_slug = (SELECT slug FROM event WHERE id = $1) AND status <> 'waiting'""",
    "DELETE FROM session_invite WHERE session IN (SELECT id FROM session WHERE event = $1)",
    "DELETE FROM waiting_file WHERE event = $1",
    """UPDATE speaker SET email = NULL, email_key = NULL, availability = '', technical_needs = '', link_digest = 'erased:' || id,
              feed_digest = 'erased:' || id, link_generation = link_generation + 1 WHERE event = $1 AND email IS NOT NULL""",
)
# Everybody of whom an event still keeps an address, each once: with a registration or without. Letters of a registration go with it.
_KEPT = """SELECT event, email_key AS address FROM registration WHERE erased_at IS NULL
           UNION SELECT event, email_key FROM invitation WHERE email <> ''
           UNION SELECT event, email_key FROM delegation WHERE coordinator_email <> ''
           UNION SELECT event, email_key FROM speaker WHERE email_key IS NOT NULL
           UNION SELECT event, COALESCE(email_key, LOWER(sender)) FROM inbound_mail WHERE event IS NOT NULL
           UNION SELECT event.id, LOWER(letter.recipient) FROM letter JOIN event ON event.slug = letter.event_slug
           WHERE letter.recipient <> '' AND letter.registration_id IS NULL AND letter.status <> 'waiting'"""


class Kind(StrEnum):
    """What is removed."""

    SENSITIVE_ANSWERS = "sensitive_answers"
    REGISTRATIONS = "registrations"
    LETTERS = "letters"  # their contents
    LINKS = "links"
    RAW_MAIL = "raw_mail"


@dataclass(frozen=True, slots=True)
class Swept:
    """How much of one kind was removed when, at which event (None where none is concerned)."""

    at: datetime
    kind: Kind
    event_slug: str | None
    removed: int


@dataclass(frozen=True, slots=True)
class Due:
    """What goes when: so many people of an event."""

    at: datetime
    kind: Kind
    event_slug: str
    event_title: str
    people: int


async def sweep_events(now: datetime) -> int:
    """Remove what is past its time at every event. Returns how much was removed."""
    removed = 0
    for due in await what_comes_next():
        if due.at > now:
            break
        removed += await (_sweep_sensitive if due.kind is Kind.SENSITIVE_ANSWERS else _sweep_registrations)(
            due.event_slug, now
        )
    return removed


async def what_comes_next() -> list[Due]:
    """What every event that has ended, or will end, still holds, and when it goes; the next first."""
    rows = await fetch(
        f"""SELECT event.slug, event.title, event.ends_at, event.retention_days, admission.sensitive_days, kept.people,
                   (SELECT COUNT(*) FROM registration WHERE registration.event = event.id AND erased_at IS NULL
                      AND (answers <> '{{}}' OR door_note <> ''
                           OR EXISTS (SELECT 1 FROM answer_file WHERE answer_file.registration = registration.id))) AS answering
            FROM event JOIN (SELECT event, COUNT(*) AS people FROM ({_KEPT}) AS addresses GROUP BY event) AS kept ON kept.event = event.id
            LEFT JOIN admission ON admission.event = event.id"""  # noqa: S608
    )
    found = [due for row in rows for due in _due(row)]
    return sorted(found, key=lambda due: (due.at, due.event_slug, due.kind is not Kind.SENSITIVE_ANSWERS))


async def note_removed(kind: Kind, removed: int, *, event_slug: str | None = None) -> None:
    """Write down what was removed; nothing for nothing."""
    if removed:
        async with transaction() as tx:
            await _note(tx, kind, removed, event_slug=event_slug)


async def what_was_removed(*, limit: int = 100) -> list[Swept]:
    """The last sweeps, the newest first."""
    rows = await fetch("SELECT * FROM sweep ORDER BY id DESC LIMIT $1", limit)
    return [Swept(row["at"], Kind(row["kind"]), row["event_slug"], row["removed"]) for row in rows]


def _due(row: Row) -> list[Due]:
    whole = row["ends_at"] + timedelta(days=row["retention_days"])
    kept = SENSITIVE_KEPT_FOR if row["sensitive_days"] is None else timedelta(days=row["sensitive_days"])
    # Nothing outlasts the registration it belongs to.
    first = min(row["ends_at"] + kept, whole)
    found = [Due(whole, Kind.REGISTRATIONS, row["slug"], row["title"], int(row["people"]))]
    if row["answering"]:
        found.append(Due(first, Kind.SENSITIVE_ANSWERS, row["slug"], row["title"], int(row["answering"])))
    return found


async def _sweep_sensitive(slug: str, now: datetime) -> int:
    """Take the sensitive answers out of every registration of the event, and the files that were handed in with them.

    Notes for the door go as well: what a person at a door needs to know of somebody is of that kind as a rule.
    """
    async with transaction() as tx:
        event_id = await _locked(tx, slug)
        hidden = await sensitive_names(event_id)
        rows = await tx.fetch(
            "SELECT id, answers, door_note FROM registration WHERE event = $1 AND (answers <> '{}' OR door_note <> '') ORDER BY id",
            event_id,
        )
        changed = []
        for row in rows:
            answers = msgspec.json.decode(row["answers"])
            left = {name: value for name, value in answers.items() if name not in hidden}
            if left != answers or row["door_note"]:
                changed.append((row["id"], msgspec.json.encode(left).decode(), now))
        await tx.execute_many(
            "UPDATE registration SET answers = $2, door_note = '', changed_at = $3, version = version + 1 WHERE id = $1",
            changed,
        )
        await forget_notes_told(tx, [row["id"] for row in rows if row["door_note"]])
        await tx.execute("DELETE FROM answer_file WHERE event = $1 AND question = ANY($2)", event_id, sorted(hidden))
        await _note(tx, Kind.SENSITIVE_ANSWERS, len(changed), event_slug=slug)
    return len(changed)


async def _sweep_registrations(slug: str, now: datetime) -> int:
    """Leave every registration, invitation and delegation of the event nameless; scans stay as numbers of each hour."""
    async with transaction() as tx:
        event_id = await _locked(tx, slug)
        kept = await tx.fetch_one(f"SELECT COUNT(*) AS people FROM ({_KEPT}) AS addresses WHERE event = $1", event_id)  # noqa: S608
        assert kept is not None
        people = int(kept["people"])
        rows = await tx.fetch(
            "SELECT id FROM registration WHERE event = $1 AND erased_at IS NULL ORDER BY id", event_id
        )
        ids = [row["id"] for row in rows]
        for start in range(0, len(ids), AT_ONCE):
            await wipe_registrations(tx, ids[start : start + AT_ONCE], now=now)
        await tx.execute("DELETE FROM inbound_mail WHERE event = $1", event_id)
        await tx.execute(f"UPDATE invitation SET {NAMELESS_INVITATION} WHERE event = $1 AND email <> ''", event_id)  # noqa: S608
        await tx.execute(
            f"UPDATE delegation SET {NAMELESS_DELEGATION}, reason = '' WHERE event = $1 AND coordinator_email <> ''",  # noqa: S608
            event_id,
        )
        for statement in _WITH_THE_REGISTRATIONS:
            await tx.execute(statement, event_id)
        scans = await tx.fetch(
            "SELECT scan_id, scanned_at, received_at, happened_at FROM scan WHERE event = $1", event_id
        )
        await tx.execute_many(
            "UPDATE scan SET scanned_at = $2, received_at = $3, happened_at = $4, claimed_at = NULL WHERE scan_id = $1",
            [
                (row["scan_id"], *(_hour(row[one]) for one in ("scanned_at", "received_at", "happened_at")))
                for row in scans
            ],
        )
        passed = await tx.fetch("SELECT id, admitted_at FROM presence WHERE event = $1", event_id)
        await tx.execute_many(
            "UPDATE presence SET admitted_at = $2 WHERE id = $1",
            [(row["id"], _hour(row["admitted_at"])) for row in passed],
        )
        await _note(tx, Kind.REGISTRATIONS, people, event_slug=slug)
    return people


async def _locked(tx: Transaction, slug: str) -> str:
    row = await tx.fetch_one("SELECT id FROM event WHERE slug = $1", slug)
    assert row is not None
    return (await lock_event(tx, row["id"])).id


async def _note(tx: Transaction, kind: Kind, removed: int, *, event_slug: str | None) -> None:
    if not removed:
        return
    await tx.execute(
        "INSERT INTO sweep (id, at, kind, event_slug, removed) VALUES ($1, $2, $3, $4, $5)",
        *(new_id(), clock.now(), kind.value, event_slug, removed),
    )
    await record(tx, SERVICE, Deed("swept", event_slug, fields=(kind.value,)))


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
