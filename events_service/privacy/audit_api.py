"""The log of deeds for programs: JSON Lines or CSV, the newest first, page after page as it is read."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, get
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example
from litestar.params import QueryParameter
from litestar.response import Stream

from events_service.audit.queries import entries
from events_service.audit.rules import Entry
from events_service.people.guards import actor_of, needs_somewhere
from events_service.people.rules import Permission
from events_service.web.problems import problems

AT_ONCE = 500
FIELDS = ("id", "at", "actor_kind", "actor_id", "action", "event", "subject_kind", "subject_id", "fields", "reason")
Typed = Annotated[str, QueryParameter(max_length=200, pattern=r"^[^\x00]*$")]
Form = Annotated[Literal["jsonl", "csv"], QueryParameter(description="JSON Lines, or CSV.")]


_EXAMPLE = (
    '{"id":"01a1fdd1792c77428f2deab007a65f10","at":"2027-03-07T10:00:00Z","actor_kind":"account","actor_id":"01a1fdd1792c7742",'
    '"action":"exported_registrations","event":"summit","subject_kind":"","subject_id":"","fields":["diet"],"reason":"Catering asked."}'
)
_ANSWER = ResponseSpec(
    str,
    description="A deed a line; ids and names of fields, never a value.",
    media_type="application/jsonl",
    generate_examples=False,
    examples=[Example(value=_EXAMPLE)],
)


@get(
    "/api/v1/audit",
    operation_id="readAuditLog",
    summary="Who saw or changed what",
    tags=["Privacy"],
    guards=[needs_somewhere(Permission.SEE_AUDIT)],
    media_type="application/jsonl",
    responses={200: _ANSWER, **problems(400, 401, 403)},
)
async def audit_log(
    request: Request[Any, Any, Any], form: Form = "jsonl", action: Typed = "", event: Typed = "", subject: Typed = ""
) -> Stream:
    """The log, the newest deed first: of everything for an owner, for an organiser of their events."""
    within = (await actor_of(request)).events_with(Permission.SEE_AUDIT)
    if event:
        within = frozenset({event}) if within is None or event in within else frozenset()
    pages = _pages(None if within is None else sorted(within), action, subject)
    name, media_type = (
        ("audit.csv", "text/csv; charset=utf-8") if form == "csv" else ("audit.jsonl", "application/jsonl")
    )
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}"'}
    return Stream(_csv(pages) if form == "csv" else _jsonl(pages), media_type=media_type, headers=headers)


async def _pages(within: list[str] | None, action: str, subject: str) -> AsyncIterator[list[dict[str, Any]]]:
    before = ""
    while some := await entries(events=within, action=action, subject_id=subject, before=before, limit=AT_ONCE):
        yield [_flat(entry) for entry in some]
        before = some[-1].id


async def _jsonl(pages: AsyncIterator[list[dict[str, Any]]]) -> AsyncIterator[bytes]:
    async for rows in pages:
        yield b"".join(msgspec.json.encode(row) + b"\n" for row in rows)


async def _csv(pages: AsyncIterator[list[dict[str, Any]]]) -> AsyncIterator[bytes]:
    yield (",".join(FIELDS) + "\r\n").encode()
    async for rows in pages:
        text = io.StringIO()
        csv.writer(text).writerows([_cell(value) for value in row.values()] for row in rows)
        yield text.getvalue().encode()


def _flat(entry: Entry) -> dict[str, Any]:
    deed = entry.deed
    values = (
        *(entry.id, entry.at, entry.doer.kind, entry.doer.id, deed.action, deed.event),
        *(deed.subject_kind, deed.subject_id, list(deed.fields), deed.reason),
    )
    return dict(zip(FIELDS, values, strict=True))


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    text = " ".join(value) if isinstance(value, list) else str(value or "")
    # A spreadsheet takes these for the beginning of a formula.
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else text


ROUTES = [audit_log]
