"""Releases for programs: what the draft changes and whom that touches, releasing it, and the releases so far."""

from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
from litestar import Request, get, post
from litestar.openapi.spec import Example
from litestar.params import Body
from msgspec import Meta

from events_service.agenda.api import AGENDA, EDITORS, TAGS, SlugInPath
from events_service.agenda.drafts import ReleaseDraft
from events_service.agenda.release_queries import ReleaseNote, release_notes
from events_service.agenda.rules import Change, ChangeKind, Slot
from events_service.agenda.shapes import Version
from events_service.errors import FieldError, Invalid
from events_service.events.queries import event_by_slug
from events_service.events.rules import Event
from events_service.events.shapes import Moment, OptionalMoment
from events_service.people.guards import actor_of
from events_service.planning.releasing import preview_release, release_and_count
from events_service.registrations.touched import Count, Told
from events_service.web.lists import DEFAULT_LIMIT, Cursor, Limit, Page, key_in, page_of
from events_service.web.problems import answers

SpeakersTold = Annotated[int, Meta(description="People who get a letter because they take part, each counted once.")]
ParticipantsTold = Annotated[
    int, Meta(description="People who get a letter because they signed up, each counted once.")
]


class SlotOut(msgspec.Struct, frozen=True):
    """When and where a session takes place."""

    starts_at: Moment
    ends_at: Moment
    rooms: Annotated[list[str], Meta(description="Names, the main room first.")]


class ChangeOut(msgspec.Struct, frozen=True):
    """What became of a session. An added one is only `after`, a cancelled one only `before`."""

    kind: ChangeKind
    session_id: str
    title: str
    fields: Annotated[list[str], Meta(description="What is different.")]
    before: SlotOut | None
    after: SlotOut | None


class TouchingChangeOut(ChangeOut, frozen=True):
    """What would become of a session, and how many people would get a letter about it."""

    speakers: int
    participants: int


class ChangesOut(msgspec.Struct, frozen=True):
    """The draft against the current release. `version` is the draft's; `next` is always null: all of it is here."""

    items: list[TouchingChangeOut]
    next: None
    version: Version
    speakers_told: SpeakersTold
    participants_told: ParticipantsTold


class MadeReleaseOut(msgspec.Struct, frozen=True):
    """A release just made, and how many people are being told of it."""

    number: int
    note: Annotated[str, Meta(description="Markdown.")]
    created_at: Moment
    changes: list[ChangeOut]
    speakers_told: SpeakersTold
    participants_told: ParticipantsTold


class PastReleaseOut(msgspec.Struct, frozen=True):
    """A release; `announced_at` is null while people are still being told."""

    number: int
    note: Annotated[str, Meta(description="Markdown.")]
    created_at: Moment
    announced_at: OptionalMoment
    changes: list[ChangeOut]


_BEFORE = {
    "starts_at": "2027-03-07T11:15:00+01:00",
    "ends_at": "2027-03-07T12:00:00+01:00",
    "rooms": ["Great hall"],
}
EXAMPLE_CHANGE: dict[str, Any] = {
    "kind": "moved",
    "session_id": "0190f6b27c3d7a13b2c3d4e5f6a7b8c9",
    "title": "What twelve cities learnt",
    "fields": ["starts_at", "ends_at", "rooms"],
    "before": _BEFORE,
    "after": {
        "starts_at": "2027-03-07T13:00:00+01:00",
        "ends_at": "2027-03-07T13:45:00+01:00",
        "rooms": ["Small hall"],
    },
}
EXAMPLE_CHANGES: dict[str, Any] = {
    "items": [{**EXAMPLE_CHANGE, "speakers": 2, "participants": 40}],
    "next": None,
    "version": 17,
    "speakers_told": 2,
    "participants_told": 40,
}
EXAMPLE_DRAFT: dict[str, Any] = {"note": "The city stories move to the afternoon."}
EXAMPLE_MADE: dict[str, Any] = {
    "number": 2,
    "note": "The city stories move to the afternoon.",
    "created_at": "2027-02-01T10:00:00+01:00",
    "changes": [EXAMPLE_CHANGE],
    "speakers_told": 2,
    "participants_told": 40,
}
EXAMPLE_PAST: dict[str, Any] = {
    "number": 2,
    "note": "The city stories move to the afternoon.",
    "created_at": "2027-02-01T10:00:00+01:00",
    "announced_at": "2027-02-01T10:00:02+01:00",
    "changes": [EXAMPLE_CHANGE],
}


@get(
    AGENDA + "/changes",
    operation_id="previewRelease",
    summary="See what releasing the draft would change",
    tags=TAGS,
    guards=EDITORS,
    responses=answers(200, ChangesOut, EXAMPLE_CHANGES, 401, 403, 404),
)
async def changes(slug: SlugInPath) -> ChangesOut:
    """The draft against the current release, and how many people would be told. Nobody is told anything by this."""
    preview = await preview_release(await event_by_slug(slug))
    told = preview.told
    return ChangesOut(
        items=[_touching_out(preview.event, one, told) for one in preview.changes],
        next=None,
        version=preview.version,
        speakers_told=told.speakers,
        participants_told=told.participants,
    )


@post(
    AGENDA + "/release",
    operation_id="releaseAgenda",
    summary="Release the draft",
    tags=TAGS,
    guards=EDITORS,
    responses=answers(201, MadeReleaseOut, EXAMPLE_MADE, 401, 403, 404, 409, 415),
)
async def release(
    request: Request[Any, Any, Any],
    slug: SlugInPath,
    data: Annotated[ReleaseDraft, Body(examples=[Example(value=EXAMPLE_DRAFT)])],
) -> MadeReleaseOut:
    """The draft becomes what the public sees, under the next number, and invites follow it.

    With `version`, only if the draft is still of that version (409 `stale_version`).
    """
    by = (await actor_of(request)).id
    made, told = await release_and_count(slug, note=data.note, by=by, version=data.version)
    event = await event_by_slug(slug)
    return MadeReleaseOut(
        number=made.number,
        note=made.note,
        created_at=_local(event, made.created_at),
        changes=[change_out(event, one) for one in made.changes],
        speakers_told=told.speakers,
        participants_told=told.participants,
    )


@get(
    AGENDA + "/releases",
    operation_id="listReleases",
    summary="List the releases",
    tags=TAGS,
    guards=EDITORS,
    responses=answers(200, Page[PastReleaseOut], {"items": [EXAMPLE_PAST], "next": None}, 401, 403, 404),
)
async def releases(slug: SlugInPath, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None) -> Page[PastReleaseOut]:
    """The newest first, each with its note and what it changed."""
    event = await event_by_slug(slug)
    before = _number_in(cursor)
    notes = [one for one in await release_notes(event.id) if before is None or one.number < before]
    page = page_of(notes[: limit + 1], limit=limit, key=lambda one: str(one.number))
    return Page([_past_out(event, one) for one in page.items], page.next)


def change_out(event: Event, change: Change) -> ChangeOut:
    """The change, its times in the event's zone."""
    return ChangeOut(**_columns(event, change))


def _touching_out(event: Event, change: Change, told: Told) -> TouchingChangeOut:
    count = told.by_session.get(change.session_id, Count())
    return TouchingChangeOut(**_columns(event, change), speakers=count.speakers, participants=count.participants)


def _columns(event: Event, change: Change) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "session_id": change.session_id,
        "title": change.title,
        "fields": list(change.fields),
        "before": _slot_out(event, change.before),
        "after": _slot_out(event, change.after),
    }


def _slot_out(event: Event, slot: Slot | None) -> SlotOut | None:
    if slot is None:
        return None
    return SlotOut(_local(event, slot.starts_at), _local(event, slot.ends_at), list(slot.rooms))


def _past_out(event: Event, note: ReleaseNote) -> PastReleaseOut:
    return PastReleaseOut(
        number=note.number,
        note=note.note,
        created_at=_local(event, note.created_at),
        announced_at=_local(event, note.announced_at) if note.announced_at else None,
        changes=[change_out(event, one) for one in note.changes],
    )


def _local(event: Event, moment: datetime) -> datetime:
    return moment.astimezone(ZoneInfo(event.timezone))


def _number_in(cursor: str | None) -> int | None:
    key = key_in(cursor)
    if not key:
        return None
    if not (key.isascii() and key.isdigit() and len(key) < 10):
        raise Invalid([FieldError("cursor", "invalid_cursor", "Use the `next` of the page before.")])
    return int(key)


ROUTES = [changes, release, releases]
