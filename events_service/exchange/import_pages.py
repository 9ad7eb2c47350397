"""The pages that take a list of registrations in: choose the file, say what its columns mean, see what would happen, then do it.

Between the steps the file is kept for who gave it. Taking it in is the worker's; the page tells how far it has come.
"""

import asyncio
from dataclasses import dataclass
from typing import Any

from litestar import Request, Response, Router, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath

from events_service import clock
from events_service.errors import Conflict, Invalid
from events_service.events.access import needs_at_event
from events_service.events.queries import event_by_slug
from events_service.events.rules import Event
from events_service.exchange import waiting
from events_service.exchange.asking import doer_of
from events_service.exchange.columns import ANSWER, REGISTRATION_FIELDS, SKIPPED, check_choice
from events_service.exchange.entries import Reading
from events_service.exchange.importing import Tally, look
from events_service.exchange.reading import read_sheet
from events_service.exchange.sheets import LARGEST_BYTES, MOST_LINES, FileTooLarge, NoTable, Sheet
from events_service.exchange.waiting import Chosen, FileGone, WaitingFile
from events_service.exchange.writing import MEDIA_TYPES
from events_service.people.guards import actor_of
from events_service.people.rules import Permission
from events_service.registrations.queries import seats
from events_service.registrations.rules import Category, check_open
from events_service.web.forms import posted_form
from events_service.web.pages import page, redirect
from events_service.web.words import gettext as _

PageRequest = Request[Any, Any, Any]
IMPORT = "/office/events/{slug:str}/registrations/import"
FILE = IMPORT + "/{file_id:str}"
EDITING = [needs_at_event(Permission.EDIT_REGISTRATIONS)]
# A form's own words come on top of the file.
LARGEST_POST = LARGEST_BYTES + 100_000
SHOWN_LINES, SHOWN_REJECTED, SHOWN_EXAMPLES = 10, 200, 3


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file would do as it is chosen; `refusal` says why it cannot be taken in at all."""

    sheet: Sheet
    reading: Reading
    tally: Tally
    refusal: str = ""

    @property
    def shown(self) -> list[tuple[int, tuple[str, ...]]]:
        """The first lines, with their numbers."""
        return [(line.number, line.cells) for line in self.sheet.lines[:SHOWN_LINES]]

    def examples(self, column: int) -> str:
        """What the first lines hold in that column, a few of them."""
        return ", ".join(line.cells[column] for line in self.sheet.lines[:SHOWN_EXAMPLES] if line.cells[column])


@get(IMPORT, name="office.import_registrations", guards=EDITING, include_in_schema=False)
async def choose_file(request: PageRequest, slug: FromPath[str]) -> Response[str]:
    """The form to choose the file."""
    return await _first(request, slug)


@post(IMPORT, guards=EDITING, include_in_schema=False, request_max_body_size=LARGEST_POST)
async def upload(request: PageRequest, slug: FromPath[str]) -> Response[Any]:
    """Keep the file and go on to its columns; or the form again with what is wrong with it."""
    event = await event_by_slug(slug)
    chosen = (await posted_form(request)).get("file")
    data = await chosen.read() if isinstance(chosen, UploadFile) else b""
    if not data or not isinstance(chosen, UploadFile):
        return await _first(request, slug, error=_("Choose a file first."), status=422)
    try:
        check_open(event, by_registrar=True, now=clock.now())
        owner = (await actor_of(request)).id
        file_id = await waiting.keep(event, data, owner=owner, file_name=_plain_name(chosen.filename))
    except FileTooLarge as refused:
        return await _first(request, slug, error=_(refused.detail), status=413)
    except NoTable as refused:
        return await _first(request, slug, error=_(refused.detail), status=422)
    except Conflict as refused:
        return await _first(request, slug, error=_(refused.detail), status=409)
    return redirect(f"/office/events/{slug}/registrations/import/{file_id}")


@get(FILE, guards=EDITING, include_in_schema=False)
async def show(request: PageRequest, slug: FromPath[str], file_id: FromPath[str]) -> Response[str]:
    """How it stands: what would happen, how far it has come, or what became of it."""
    event, file = await _own(request, slug, file_id)
    if file.state == "waiting":
        return await _preview_page(request, event, file)
    return _progress_page(request, event, file)


@post(FILE, guards=EDITING, include_in_schema=False)
async def choose_columns(request: PageRequest, slug: FromPath[str], file_id: FromPath[str]) -> Response[Any]:
    """Look again with other columns, or do it."""
    event, file = await _own(request, slug, file_id)
    form = await posted_form(request)
    if file.state != "waiting":
        return redirect(f"/office/events/{slug}/registrations/import/{file_id}")
    typed = [form.get(f"column.{number}", file.chosen.columns[number]) for number in range(len(file.chosen.columns))]
    known = {*REGISTRATION_FIELDS, ANSWER, SKIPPED}
    columns = tuple(one if isinstance(one, str) and one in known else SKIPPED for one in typed)
    category = form.get("category", "")
    chosen = Chosen(
        columns,
        Category(category) if category in set(Category) else file.chosen.category,
        wait=bool(form.get("wait")),
        letters=bool(form.get("letters")),
    )
    file = await waiting.choose(file, chosen)
    preview = await _preview(event, file)
    if form.get("action") != "import" or isinstance(preview, Invalid) or preview.refusal:
        status = 200 if form.get("action") != "import" else 422
        return await _preview_page(request, event, file, preview, status=status)
    await waiting.say_yes(file, event, by=doer_of(await actor_of(request)))
    return redirect(f"/office/events/{slug}/registrations/import/{file_id}")


@post(FILE + "/discard", guards=EDITING, include_in_schema=False)
async def discard(request: PageRequest, slug: FromPath[str], file_id: FromPath[str]) -> Response[Any]:
    """Forget the file."""
    _event, file = await _own(request, slug, file_id)
    await waiting.discard(file)
    return redirect(f"/office/events/{slug}/registrations/import")


@get(FILE + "/rejected.csv", guards=EDITING, include_in_schema=False)
async def rejected_file(request: PageRequest, slug: FromPath[str], file_id: FromPath[str]) -> Response[bytes]:
    """The lines that were not taken in, or would not be, each with why."""
    event, file = await _own(request, slug, file_id)
    data = file.data
    if file.state != "done":
        sheet = await asyncio.to_thread(read_sheet, file.data)
        reading = await waiting.reading_of(event, sheet, file.chosen)
        data = waiting.rejected_lines(sheet, reading.rejected)
    return Response(data, media_type=MEDIA_TYPES["csv"], headers=_as_file("rejected.csv"))


def _as_file(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}


async def _own(request: PageRequest, slug: str, file_id: str) -> tuple[Event, WaitingFile]:
    event = await event_by_slug(slug)
    return event, await waiting.find(event, file_id, owner=(await actor_of(request)).id)


async def _preview(event: Event, file: WaitingFile) -> "Preview | Invalid":
    """What it would do; `Invalid` where the columns do not say enough."""
    sheet = await asyncio.to_thread(read_sheet, file.data)
    try:
        check_choice(sheet.headers, file.chosen.columns, REGISTRATION_FIELDS)
    except Invalid as invalid:
        return invalid
    reading = await waiting.reading_of(event, sheet, file.chosen)
    try:
        tally = await look(event, reading.entries)
    except Conflict as refused:
        return Preview(sheet, reading, Tally(rejected=list(reading.rejected)), _(refused.detail))
    tally.rejected = sorted((*reading.rejected, *tally.rejected), key=lambda one: one.line)
    return Preview(sheet, reading, tally)


async def _preview_page(
    request: PageRequest,
    event: Event,
    file: WaitingFile,
    preview: "Preview | Invalid | None" = None,
    *,
    status: int = 200,
) -> Response[str]:
    preview = preview or await _preview(event, file)
    errors: dict[str, list[str]] = {}
    if isinstance(preview, Invalid):
        errors = {"column.0": [_(error.message) for error in preview.errors]}
        sheet = await asyncio.to_thread(read_sheet, file.data)
        preview = Preview(sheet, Reading((), ()), Tally())
        status = 422 if status != 200 else 200
    return page(
        "office/registrations_import_preview.html",
        request,
        status=status,
        event=event,
        file=file,
        preview=preview,
        fields=[*REGISTRATION_FIELDS, ANSWER],
        seats=await seats(event),
        errors=errors,
        most_rejected=SHOWN_REJECTED,
    )


def _progress_page(request: PageRequest, event: Event, file: WaitingFile) -> Response[str]:
    answer = page(
        "office/registrations_import_progress.html", request, event=event, file=file, most_rejected=SHOWN_REJECTED
    )
    if file.state == "running":
        answer.headers["Refresh"] = "2"
    return answer


async def _first(request: PageRequest, slug: str, *, error: str = "", status: int = 200) -> Response[str]:
    return page(
        "office/registrations_import.html",
        request,
        status=status,
        event=await event_by_slug(slug),
        largest=LARGEST_BYTES // 1_000_000,
        most_lines=MOST_LINES,
        errors={"file": [error]} if error else {},
    )


def _plain_name(name: str) -> str:
    """The file's name as it is shown: without folders and without what does not show."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(char for char in last if char.isprintable())[:120] or "list"


def _choose_again(request: PageRequest, _gone: FileGone) -> Response[Any]:
    return redirect(f"/office/events/{request.path_params['slug']}/registrations/import?done=file_gone")


OF_A_FILE = Router(
    "/",
    route_handlers=[show, choose_columns, discard, rejected_file],
    exception_handlers={FileGone: _choose_again},
)
ROUTES = [choose_file, upload, OF_A_FILE]
