"""Lists of registrations taken in, for programs."""

import asyncio
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from litestar import Request, post
from litestar.exceptions import HTTPException
from litestar.openapi.spec import Example, OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIType
from litestar.params import PathParameter, QueryParameter

from events_service.audit.actions import record_seen
from events_service.audit.rules import Deed
from events_service.events.access import needs_at_event
from events_service.events.queries import event_by_slug
from events_service.events.rules import Event
from events_service.exchange.asking import doer_of
from events_service.exchange.columns import REGISTRATION_FIELDS, check_choice, guess
from events_service.exchange.entries import Rejected
from events_service.exchange.importing import Progress, Tally, look, take_in
from events_service.exchange.reading import read_sheet
from events_service.exchange.sheets import LARGEST_BYTES, FileTooLarge
from events_service.exchange.waiting import Chosen, reading_of
from events_service.exchange.writing import MEDIA_TYPES
from events_service.people.guards import actor_of
from events_service.people.rules import Permission
from events_service.registrations.rules import Category
from events_service.web.problems import answers

ApiRequest = Request[Any, Any, Any]
IMPORT = "/api/v1/events/{slug:str}/registrations/import"
ACCEPTED = (*MEDIA_TYPES.values(), "application/octet-stream")
EXAMPLE_FILE = (
    "name,email,organisation,city,category\r\nÅsa Ðórsdóttir,asa@example.org,City of Malmö,Malmö,practitioner\r\n"
)
EXAMPLE_REPORT = {
    "created": 1,
    "updated": 0,
    "unchanged": 0,
    "waitlisted": 0,
    "rejected": [
        {
            "line": 3,
            "errors": [
                {
                    "field": "email",
                    "code": "invalid_email",
                    "message": "Write a mail address such as asa@example.org.",
                }
            ],
        }
    ],
}


class WrongOut(msgspec.Struct, frozen=True):
    """One thing that is wrong with a line; `field` is empty where it is the line as a whole."""

    field: str
    code: str
    message: str


class RejectedOut(msgspec.Struct, frozen=True):
    """A line that was not taken in, by its number in the file (1 holds the headers), and every reason."""

    line: int
    errors: list[WrongOut]


class ImportOut(msgspec.Struct, frozen=True):
    """What became of the lines. `waitlisted` are those among the created who wait for a seat."""

    created: int
    updated: int
    unchanged: int
    waitlisted: int
    rejected: list[RejectedOut]


@dataclass
class ListOperation(Operation):
    """An operation whose body is a list of people: Litestar can describe only what it decodes itself."""

    def __post_init__(self) -> None:
        text = Schema(type=OpenAPIType.STRING)
        content = {
            kind: OpenAPIMediaType(schema=text, examples={"list": Example(value=EXAMPLE_FILE)}) for kind in ACCEPTED
        }
        # What is no text has no example in JSON.
        content[MEDIA_TYPES["xlsx"]] = OpenAPIMediaType(schema=text)
        self.request_body = RequestBody(
            description=f"The file as it is, {LARGEST_BYTES // 1_000_000} MB at most; its first line names the columns.",
            content=content,
            required=True,
        )


@post(
    IMPORT,
    status_code=200,
    operation_id="importRegistrations",
    summary="Import registrations",
    tags=["registrations"],
    guards=[needs_at_event(Permission.EDIT_REGISTRATIONS)],
    operation_class=ListOperation,
    request_max_body_size=LARGEST_BYTES,
    responses=answers(200, ImportOut, EXAMPLE_REPORT, 401, 403, 404, 409, 413, 415),
)
async def import_list(
    request: ApiRequest,
    slug: Annotated[str, PathParameter(description="The event's slug.")],
    dry_run: Annotated[bool, QueryParameter(description="Only say what would become of each line.")] = False,
    letters: Annotated[bool, QueryParameter(description="Whether people are told by mail.")] = True,
    waitlist: Annotated[
        bool, QueryParameter(description="Whether people wait where no seat is left; else their lines are rejected.")
    ] = True,
    category: Annotated[Category, QueryParameter(description="Of whom the file says none.")] = Category.GUEST,
) -> ImportOut:
    """CSV (comma, semicolon or tab; UTF-8, UTF-16 or Windows-1252) or XLSX. Sending it again changes only what differs.

    Columns are known by their headers, as the fields of a registration or by words in six languages; `answers.diet` is an answer.
    People are known by their address. Seats are given by the same rules as ever, in the order of the lines.
    """
    if request.content_type[0] not in ACCEPTED:
        raise HTTPException(f"Send the list as {', '.join(ACCEPTED)}.", status_code=415)
    event = await event_by_slug(slug)
    chosen = Chosen((), category, waitlist, letters)
    try:
        fields, tally = await import_registrations(event, await request.body(), chosen, dry_run=dry_run)
    except FileTooLarge as refused:
        raise HTTPException(refused.detail, status_code=413) from refused
    if not dry_run:
        doer = doer_of(await actor_of(request))
        await record_seen(doer, Deed("imported_registrations", event.slug, "event", event.id, fields))
    return import_out(tally)


async def import_registrations(
    event: Event, data: bytes, chosen: Chosen, *, dry_run: bool = False, progress: Progress | None = None
) -> tuple[tuple[str, ...], Tally]:
    """Take the file in with its columns guessed, and give the fields they were taken for.

    Raises `Invalid`, `FileTooLarge`, `RegistrationClosed`.
    """
    sheet = await asyncio.to_thread(read_sheet, data)
    columns = check_choice(sheet.headers, guess(sheet.headers, REGISTRATION_FIELDS), REGISTRATION_FIELDS)
    reading = await reading_of(event, sheet, msgspec.structs.replace(chosen, columns=columns))
    if dry_run:
        tally = await look(event, reading.entries, progress=progress)
    else:
        tally = await take_in(event, reading.entries, chosen.terms, progress=progress)
    tally.rejected = sorted((*reading.rejected, *tally.rejected), key=lambda one: one.line)
    return tuple(sorted({*columns} - {""})), tally


def import_out(tally: Tally) -> ImportOut:
    """The tally as JSON."""
    return ImportOut(
        tally.created, tally.updated, tally.unchanged, tally.waitlisted, [rejected_out(one) for one in tally.rejected]
    )


def rejected_out(one: Rejected) -> RejectedOut:
    """A rejected line as JSON."""
    return RejectedOut(one.line, [WrongOut(error.field, error.code, str(error.message)) for error in one.errors])


ROUTES = [import_list]
