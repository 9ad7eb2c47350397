"""The page that takes in a schedule of another system: choose the file, see what it would do, then do it.

Between the two the file travels with the page, packed: nothing of it is kept here until somebody says yes.
"""

import asyncio
import binascii
import zlib
from base64 import b64decode, b64encode
from typing import Any

from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath

from events_service.agenda.import_plan import Report
from events_service.agenda.importing import import_schedule, preview_import
from events_service.agenda.queries import draft_of
from events_service.agenda.rules import Session
from events_service.agenda.schedule_xml import LARGEST_BYTES, NotASchedule, NotXml, TooLarge
from events_service.errors import Refused
from events_service.events.access import needs_at_event
from events_service.events.queries import event_by_slug
from events_service.people.rules import Permission
from events_service.web.forms import posted_form
from events_service.web.pages import page, redirect
from events_service.web.words import gettext as _

PageRequest = Request[Any, Any, Any]
IMPORT = "/office/events/{slug:str}/agenda/import"
EDITING = [needs_at_event(Permission.EDIT_AGENDA)]
# What travels with the page is packed and then written as text, which a file that does not pack makes a third longer.
LARGEST_POST = LARGEST_BYTES * 3 // 2


@get(IMPORT, name="office.event.import", guards=EDITING, include_in_schema=False)
async def choose_file(request: PageRequest, slug: FromPath[str]) -> Response[str]:
    """The form to choose the file."""
    return await _page(request, slug)


@post(IMPORT, guards=EDITING, include_in_schema=False, request_max_body_size=LARGEST_POST)
async def preview(request: PageRequest, slug: FromPath[str]) -> Response[str]:
    """What the file would do to the draft; or the form again with what is wrong with it."""
    chosen = (await posted_form(request)).get("file")
    data = await chosen.read() if isinstance(chosen, UploadFile) else b""
    if not data:
        return await _page(request, slug, error=_("Choose a file first."), status=422)
    try:
        report = await preview_import(slug, data)
    except (NotXml, NotASchedule, TooLarge) as refused:
        return await _page(request, slug, error=_(refused.detail), status=_status(refused))
    return await _page(request, slug, report=report, packed=await asyncio.to_thread(pack, data))


@post(IMPORT + "/confirm", guards=EDITING, include_in_schema=False, request_max_body_size=LARGEST_POST)
async def confirm(request: PageRequest, slug: FromPath[str]) -> Response[Any]:
    """Do it."""
    packed = (await posted_form(request)).get("packed", "")
    try:
        await import_schedule(slug, await asyncio.to_thread(unpack, packed if isinstance(packed, str) else ""))
    except (NotXml, NotASchedule, TooLarge) as refused:
        return await _page(request, slug, error=_(refused.detail), status=_status(refused))
    return redirect(f"/office/events/{slug}/agenda?done=imported")


def pack(data: bytes) -> str:
    """The file as text that a form can carry."""
    return b64encode(zlib.compress(data)).decode()


def unpack(packed: str) -> bytes:
    """The file again. Raises `NotXml` for what was not packed here, `TooLarge` for what would be larger than a file may be."""
    try:
        opened = zlib.decompressobj()
        data = opened.decompress(b64decode(packed, validate=True), LARGEST_BYTES + 1)
    except (binascii.Error, ValueError, zlib.error) as error:
        raise NotXml(_("The file was lost on its way. Choose it again.")) from error
    if len(data) > LARGEST_BYTES:
        raise TooLarge()
    return data


def _status(refused: Refused) -> int:
    return 413 if isinstance(refused, TooLarge) else 422


async def _page(
    request: PageRequest,
    slug: str,
    *,
    report: Report | None = None,
    packed: str = "",
    error: str = "",
    status: int = 200,
) -> Response[str]:
    event = await event_by_slug(slug)
    missing: list[Session] = []
    if report is not None and report.missing:
        sessions = (await draft_of(event)).session
        missing = [sessions[session_id] for session_id in report.missing if session_id in sessions]
    errors = {"file": [error]} if error else {}
    return page(
        "office/agenda_import.html",
        request,
        status=status,
        event=event,
        report=report,
        packed=packed,
        missing=missing,
        largest=LARGEST_BYTES // 1_000_000,
        errors=errors,
    )


ROUTES = [choose_file, preview, confirm]
