"""What organisers do with checkpoints."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

import msgspec
from msgspec import UNSET

from events_service import clock
from events_service.agenda.writing import check_version
from events_service.audit.actions import record
from events_service.audit.rules import SERVICE, Deed, Doer, fields_changed
from events_service.database import Row, Transaction, transaction
from events_service.door.checkpoint_drafts import AdmitsChange, CheckpointChange, CheckpointDraft
from events_service.door.checkpoint_queries import Checkpoint, checkpoint_named, checkpoints_of
from events_service.door.moments import read_moment
from events_service.door.rules import MAIN
from events_service.errors import Conflict, FieldError, Invalid, NotFound
from events_service.events.rules import Event
from events_service.identifiers import new_id
from events_service.sentences import sentence
from events_service.web.words import gettext as _
from events_service.web.words import in_language


@dataclass(frozen=True, slots=True)
class _Kept:
    """What a checkpoint says, beside its short name. Moments are UTC."""

    name: str
    categories: tuple[str, ...] = ()
    session_id: str | None = None
    reentry: str | None = None
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    zone: str | None = None


async def ensure_main(event: Event) -> None:
    """Every event has the checkpoint `main`. Its name is in the event's first language: it is told to devices, and can be changed."""
    with in_language(event.languages[0] if event.languages else "en"):
        name = _("Main entrance")
    async with transaction() as tx:
        await _insert(tx, event, MAIN, _Kept(name))


async def doors_of(event: Event) -> list[Checkpoint]:
    """The event's checkpoints, the first one first; `main` is made where nobody asked before."""
    found = await checkpoints_of(event.id)
    if any(one.slug == MAIN for one in found):
        return found
    await ensure_main(event)
    return await checkpoints_of(event.id)


async def add_checkpoint(event: Event, draft: CheckpointDraft, *, by: Doer = SERVICE) -> str:
    """A new checkpoint's id. Raises `Conflict` for a slug in use, `Invalid` for impossible times and another event's session."""
    await ensure_main(event)
    fields = {name: value for name, value in msgspec.structs.asdict(draft).items() if name not in ("slug", "admits")}
    admits = AdmitsChange(categories=draft.admits.categories, session_id=draft.admits.session_id)
    async with transaction() as tx:
        kept = await _changed(tx, event, draft.slug, _Kept(draft.name), CheckpointChange(**fields, admits=admits))
        made = await _insert(tx, event, draft.slug, kept)
        if made is None:
            told = sentence("This event has a checkpoint %(slug)s already.", slug=draft.slug)
            raise Conflict(told, code="slug_taken")
        await record(tx, by, Deed("added_checkpoint", event.slug, "checkpoint", made))
    return made


async def edit_checkpoint(event: Event, slug: str, change: CheckpointChange, *, by: Doer = SERVICE) -> Checkpoint:
    """Change what is given. Raises `NotFound`, `Conflict` for a stale version, `Invalid` as for a new one."""
    async with transaction() as tx:
        row = await _lock(tx, event, slug)
        check_version(change.version, held=row["version"])
        before = _kept(row)
        after = await _changed(tx, event, slug, before, change)
        await _update(tx, row, after)
        if fields := fields_changed(asdict(before), asdict(after)):
            await record(tx, by, Deed("changed_checkpoint", event.slug, "checkpoint", row["id"], fields))
    return await checkpoint_named(event.id, slug)


async def close_checkpoint(event: Event, slug: str, *, by: Doer = SERVICE) -> None:
    """Let nobody in from now on, until it is given other hours; whoever is inside still leaves. Closing twice is the same as once.

    Raises `NotFound`.
    """
    now = clock.now()
    async with transaction() as tx:
        row = await _lock(tx, event, slug)
        kept = _kept(row)
        if kept.closes_at is not None and kept.closes_at <= now:
            return
        opened = kept.opens_at is not None and kept.opens_at < now
        await _update(tx, row, replace(kept, opens_at=kept.opens_at if opened else None, closes_at=now))
        await record(tx, by, Deed("closed_checkpoint", event.slug, "checkpoint", row["id"]))


async def remove_checkpoint(
    event: Event, slug: str, *, version: int | msgspec.UnsetType = UNSET, by: Doer = SERVICE
) -> None:
    """Take it away. Raises `NotFound`, and `Conflict` for the main one, for one that was used, and for a stale version."""
    async with transaction() as tx:
        row = await _lock(tx, event, slug)
        check_version(version, held=row["version"])
        if slug == MAIN:
            raise Conflict("Every event has its main entrance. Say when it closes instead.", code="main_checkpoint")
        used = await tx.fetch_one(
            """SELECT (SELECT COUNT(*) FROM device WHERE checkpoint = $1) AS devices,
                      (SELECT COUNT(*) FROM scan WHERE checkpoint = $1) AS scans""",
            row["id"],
        )
        assert used is not None
        if used["devices"] or used["scans"]:
            told = (
                "Devices were added here or people passed, and the record of that stays. Close this checkpoint instead."
            )
            raise Conflict(told, code="checkpoint_in_use", **used)
        await tx.execute("DELETE FROM checkpoint WHERE id = $1", row["id"])
        await record(tx, by, Deed("removed_checkpoint", event.slug, "checkpoint", row["id"]))


async def _lock(tx: Transaction, event: Event, slug: str) -> Row:
    row = await tx.fetch_one(
        "SELECT * FROM checkpoint WHERE event = $1 AND slug = $2 AND NOT online FOR UPDATE", event.id, slug
    )
    if row is None:
        raise NotFound()
    return row


async def _changed(tx: Transaction, event: Event, slug: str, kept: _Kept, change: CheckpointChange) -> _Kept:
    """What it says afterwards. Raises `Invalid` with all that is wrong."""
    errors: list[FieldError] = []
    plain = {
        "name": change.name,
        "categories": change.admits.categories,
        "session_id": change.admits.session_id,
        "reentry": change.reentry,
        "opens_at": _moment(change, "opens_at", event, errors),
        "closes_at": _moment(change, "closes_at", event, errors),
        "zone": change.zone,
    }
    given: dict[str, Any] = {name: value for name, value in plain.items() if value is not UNSET}
    if "categories" in given:
        given["categories"] = tuple(one.value for one in change.admits.categories or ())
    after = replace(kept, **given)
    after = replace(after, session_id=after.session_id or None, zone=after.zone or None)
    if after.opens_at and after.closes_at and after.closes_at <= after.opens_at:
        errors.append(FieldError("closes_at", "before_opens_at", "A door closes after it opens."))
    if slug == MAIN and after.zone is not None:
        errors.append(
            FieldError(
                "zone", "main_is_no_room", "Nobody leaves the house by entering it: the main entrance is no room."
            )
        )
    if after.session_id not in (None, kept.session_id) and not await _has_session(tx, event, after.session_id or ""):
        errors.append(FieldError("admits.session_id", "unknown_session", "This event has no such session."))
    if errors:
        raise Invalid(errors)
    return after


def _moment(change: CheckpointChange, field: str, event: Event, errors: list[FieldError]) -> object:
    text = getattr(change, field)
    return text if text is UNSET else read_moment(text, zone=event.timezone, field=field, errors=errors)


async def _has_session(tx: Transaction, event: Event, session_id: str) -> bool:
    found = await tx.fetch_one(
        "SELECT id FROM session WHERE event = $1 AND id = $2 AND deleted_at IS NULL", event.id, session_id
    )
    return found is not None


async def _insert(tx: Transaction, event: Event, slug: str, kept: _Kept) -> str | None:
    """The new checkpoint's id, None where the slug is in use."""
    row = await tx.fetch_one(
        """INSERT INTO checkpoint (id, event, slug, name, categories, session_id, reentry, opens_at, closes_at, zone)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (event, slug) DO NOTHING RETURNING id""",
        *(new_id(), event.id, slug, *_columns(kept)),
    )
    return row["id"] if row else None


async def _update(tx: Transaction, row: Row, kept: _Kept) -> None:
    await tx.execute(
        """UPDATE checkpoint SET name = $2, categories = $3, session_id = $4, reentry = $5, opens_at = $6, closes_at = $7,
                  zone = $8, version = version + 1 WHERE id = $1""",
        *(row["id"], *_columns(kept)),
    )


def _columns(kept: _Kept) -> tuple[object, ...]:
    categories = msgspec.json.encode(kept.categories).decode() if kept.categories else None
    return (kept.name, categories, kept.session_id, kept.reentry, kept.opens_at, kept.closes_at, kept.zone)


def _kept(row: Row) -> _Kept:
    return _Kept(
        name=row["name"],
        categories=tuple(msgspec.json.decode(row["categories"])) if row["categories"] else (),
        session_id=row["session_id"],
        reentry=row["reentry"],
        opens_at=row["opens_at"],
        closes_at=row["closes_at"],
        zone=row["zone"],
    )
