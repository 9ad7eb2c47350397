"""Schedules of other systems taken into the draft agenda, for programs."""

from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from litestar import Request, post
from litestar.exceptions import ClientException, HTTPException
from litestar.openapi.spec import Example, OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIType
from litestar.params import PathParameter

from events_service.agenda.import_plan import Report
from events_service.agenda.importing import import_schedule
from events_service.agenda.schedule_xml import LARGEST_BYTES, NotXml, TooLarge
from events_service.events.access import needs_at_event
from events_service.people.rules import Permission
from events_service.web.problems import answers

ApiRequest = Request[Any, Any, Any]
IMPORT = "/api/v1/events/{slug:str}/agenda/import"
MEDIA_TYPES = ("application/xml", "text/xml", "application/octet-stream")
EXAMPLE_SCHEDULE = """<?xml version="1.0" encoding="utf-8"?>
<schedule>
  <conference><title>Summit</title><time_zone_name>Europe/Copenhagen</time_zone_name></conference>
  <day index="1" date="2027-03-07">
    <room name="Great hall">
      <event id="1" guid="6d0c5a4e-6f0b-5f1e-9b77-0c1a3b8a2d11">
        <start>09:00</start><duration>00:45</duration>
        <title>Opening</title><type>keynote</type><language>en</language>
        <persons><person id="7">Åsa Ðórsdóttir</person></persons>
      </event>
    </room>
  </day>
</schedule>
"""
EXAMPLE_REPORT = {
    "created": 1,
    "updated": 0,
    "unchanged": 0,
    "skipped": [{"event": "2", "title": "Lunch", "why": "It does not say how long it lasts."}],
    "missing": [],
    "rooms": 1,
    "tracks": 0,
    "speakers": 1,
    "renamed": 0,
}


class SkippedOut(msgspec.Struct, frozen=True):
    """An event of the file, or a part of one, that was left out: what the file calls it, its title, and why."""

    event: str
    title: str
    why: str


class ImportOut(msgspec.Struct, frozen=True):
    """What became of the sessions of a file. `missing` are ids of sessions imported earlier that it no longer holds: they stay.

    `rooms`, `tracks` and `speakers` are how many were not there before; `renamed` is how many speakers have another name in the file.
    """

    created: int
    updated: int
    unchanged: int
    skipped: list[SkippedOut]
    missing: list[str]
    rooms: int
    tracks: int
    speakers: int
    renamed: int


@dataclass
class ScheduleOperation(Operation):
    """An operation whose body is a schedule: Litestar can describe only what it decodes itself."""

    def __post_init__(self) -> None:
        text, example = Schema(type=OpenAPIType.STRING), {"schedule": Example(value=EXAMPLE_SCHEDULE)}
        self.request_body = RequestBody(
            description=f"The file as it is, {LARGEST_BYTES // 1_000_000} MB at most, without a DOCTYPE.",
            content={kind: OpenAPIMediaType(schema=text, examples=dict(example)) for kind in MEDIA_TYPES},
            required=True,
        )


@post(
    IMPORT,
    status_code=200,
    operation_id="importSchedule",
    summary="Import a schedule.xml",
    tags=["agenda"],
    guards=[needs_at_event(Permission.EDIT_AGENDA)],
    operation_class=ScheduleOperation,
    request_max_body_size=LARGEST_BYTES,
    responses=answers(200, ImportOut, EXAMPLE_REPORT, 401, 403, 404, 413, 415),
)
async def import_into_draft(
    request: ApiRequest, slug: Annotated[str, PathParameter(description="The event's slug.")]
) -> ImportOut:
    """As frab, pentabarf and pretalx write it, into the draft agenda. Sending it again changes only what differs.

    A session is known again by its guid, else its id; rooms and tracks by their names. What the file does not carry stays as it is.
    """
    if request.content_type[0] not in MEDIA_TYPES:
        raise HTTPException(f"Send the schedule as {', '.join(MEDIA_TYPES)}.", status_code=415)
    try:
        return import_out(await import_schedule(slug, await request.body()))
    except NotXml as refused:
        raise ClientException(refused.detail) from refused
    except TooLarge as refused:
        raise HTTPException(refused.detail, status_code=413) from refused


def import_out(report: Report) -> ImportOut:
    """The report as JSON."""
    return ImportOut(
        created=report.created,
        updated=report.updated,
        unchanged=report.unchanged,
        skipped=[SkippedOut(one.event, one.title, str(one.why)) for one in report.skipped],
        missing=list(report.missing),
        rooms=report.rooms,
        tracks=report.tracks,
        speakers=report.speakers,
        renamed=report.renamed,
    )


ROUTES = [import_into_draft]
