"""What does not fit in an agenda, for programs."""

from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
from litestar import Request, delete, get, post
from litestar.openapi.spec import Example
from litestar.params import Body, QueryParameter

from events_service.agenda.api import AGENDA, EDITORS, NO_NUL, TAGS, SlugInPath
from events_service.agenda.conflict_kinds import AgendaConflict, Code, Override, Severity
from events_service.agenda.conflict_queries import conflicts_of
from events_service.agenda.conflicts import open_conflicts
from events_service.agenda.drafts import OverrideDraft
from events_service.agenda.overrides import override_conflict, withdraw_override
from events_service.errors import FieldError, Invalid
from events_service.events.queries import event_by_slug
from events_service.events.rules import Event
from events_service.people.guards import actor_of
from events_service.registrations.sign_up_queries import confirmed_by_session
from events_service.web.lists import DEFAULT_LIMIT, Cursor, Limit, Page, key_in, page_of
from events_service.web.problems import answers, problems

CONFLICTS = AGENDA + "/conflicts"
OVERRIDE = CONFLICTS + "/override"
LONGEST_KEY = 300

Key = Annotated[str, QueryParameter(max_length=LONGEST_KEY, pattern=NO_NUL, description="The conflict's key.")]
SeverityAsked = Annotated[Severity | None, QueryParameter(description="Only those of this severity.")]
Unsettled = Annotated[bool, QueryParameter(description="Only those that nobody said are meant.")]


class KeyedOverrideDraft(OverrideDraft, frozen=True):
    """That a conflict is meant, and why."""

    key: Annotated[str, msgspec.Meta(max_length=LONGEST_KEY)]


class OverrideOut(msgspec.Struct, frozen=True):
    """An organiser's word that a conflict is meant. `by` is the account's or token's id."""

    reason: str
    by: str
    created_at: Annotated[datetime, msgspec.Meta(description="RFC 3339, with the offset of the event's time zone.")]


class ConflictOut(msgspec.Struct, frozen=True):
    """One thing that does not fit: its key holds for as long as it concerns the same sessions, person and room."""

    key: str
    code: Code
    severity: Severity
    session_ids: list[str]
    message: str
    facts: Annotated[dict[str, str | int], msgspec.Meta(description="The names, ids and figures of the message.")]
    override: OverrideOut | None


EXAMPLE_KEY = (
    "room_clash:0190f6b27c3d7a13b2c3d4e5f6a7b8c9,0190f6b27c3d7a15b2c3d4e5f6a7b8c9:0190f6b27c3d7a11b2c3d4e5f6a7b8c9"
)
EXAMPLE_OVERRIDE: dict[str, Any] = {"key": EXAMPLE_KEY, "reason": "The hall is divided by a curtain."}
EXAMPLE_CONFLICT: dict[str, Any] = {
    "key": EXAMPLE_KEY,
    "code": "room_clash",
    "severity": "error",
    "session_ids": ["0190f6b27c3d7a13b2c3d4e5f6a7b8c9", "0190f6b27c3d7a15b2c3d4e5f6a7b8c9"],
    "message": "Great hall is taken twice, 11.15–11.45: What twelve cities learnt and Coffee.",
    "facts": {
        "room": "Great hall",
        "room_id": "0190f6b27c3d7a11b2c3d4e5f6a7b8c9",
        "hours": "11.15–11.45",
        "first": "What twelve cities learnt",
        "second": "Coffee",
    },
    "override": None,
}
EXAMPLE_SETTLED: dict[str, Any] = {
    **EXAMPLE_CONFLICT,
    "override": {
        "reason": "The hall is divided by a curtain.",
        "by": "0190f6b27c3d7a16b2c3d4e5f6a7b8c9",
        "created_at": "2027-02-01T10:00:00+01:00",
    },
}


@get(
    CONFLICTS,
    operation_id="listConflicts",
    summary="List what does not fit",
    tags=TAGS,
    guards=EDITORS,
    responses=answers(200, Page[ConflictOut], {"items": [EXAMPLE_CONFLICT], "next": None}, 401, 403, 404),
)
async def list_conflicts(
    slug: SlugInPath,
    severity: SeverityAsked = None,
    unsettled: Unsettled = False,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[ConflictOut]:
    """In the draft: people and rooms taken twice, too few places, too little time. The worst first, then by time.

    What an organiser said is meant stays listed, with the reason.
    """
    event = await event_by_slug(slug)
    found = await _conflicts(event)
    shown = [one for one in found if severity is None or one.severity is severity]
    rest = _after(open_conflicts(shown) if unsettled else shown, key_in(cursor))
    page = page_of(rest, limit=limit, key=lambda one: one.key)
    return Page([_conflict_out(event, one) for one in page.items], page.next)


@post(
    OVERRIDE,
    status_code=200,
    operation_id="overrideConflict",
    summary="Say that a conflict is meant",
    tags=TAGS,
    guards=EDITORS,
    responses=answers(200, ConflictOut, EXAMPLE_SETTLED, 401, 403, 404, 415),
)
async def override(
    request: Request[Any, Any, Any],
    slug: SlugInPath,
    data: Annotated[KeyedOverrideDraft, Body(examples=[Example(value=EXAMPLE_OVERRIDE)])],
) -> ConflictOut:
    """With the reason, for as long as the conflict is the same. A later reason takes an earlier one's place."""
    event = await event_by_slug(slug)
    conflict = next((one for one in await _conflicts(event) if one.key == data.key), None)
    if conflict is None:
        raise Invalid([FieldError("key", "unknown_conflict", "There is no such conflict in the draft, or no longer.")])
    settled = await override_conflict(slug, data.key, data.reason, (await actor_of(request)).id)
    return _conflict_out(event, msgspec.structs.replace(conflict, override=settled))


@delete(
    OVERRIDE,
    operation_id="withdrawOverride",
    summary="Say that a conflict is not meant after all",
    tags=TAGS,
    guards=EDITORS,
    responses=problems(401, 403, 404),
)
async def withdraw(slug: SlugInPath, key: Key) -> None:
    """The conflict is open again."""
    await withdraw_override(slug, key)


async def _conflicts(event: Event) -> tuple[AgendaConflict, ...]:
    return await conflicts_of(event, sign_ups=await confirmed_by_session(event.id))


def _after(conflicts: list[AgendaConflict], key: str) -> list[AgendaConflict]:
    """Those after the one of that key. Raises `Invalid` where it is gone: the list is then another one."""
    if not key:
        return conflicts
    for place, one in enumerate(conflicts, start=1):
        if one.key == key:
            return conflicts[place:]
    raise Invalid(
        [FieldError("cursor", "invalid_cursor", "The agenda changed meanwhile. Read the list from its start.")]
    )


def _conflict_out(event: Event, conflict: AgendaConflict) -> ConflictOut:
    settled = conflict.override
    return ConflictOut(
        key=conflict.key,
        code=conflict.code,
        severity=conflict.severity,
        session_ids=list(conflict.session_ids),
        message=conflict.message,
        facts=conflict.facts,
        override=_override_out(event, settled) if settled else None,
    )


def _override_out(event: Event, settled: Override) -> OverrideOut:
    return OverrideOut(settled.reason, settled.by, settled.created_at.astimezone(ZoneInfo(event.timezone)))


ROUTES = [list_conflicts, override, withdraw]
