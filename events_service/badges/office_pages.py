"""Printing badges from the office: the choice with a picture of each layout, how far a print has come, and its files.

Drawing is the worker's: the page tells how far it has come, by itself with scripts and by loading anew without.
"""

import asyncio
from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.params import FromPath
from msgspec import Meta

from events_service.badges.api import as_file, doer_at
from events_service.badges.drawing import draw_png
from events_service.badges.printing import ask_for, opened
from events_service.badges.queries import find_print, prints_of, sealed_part, whom
from events_service.badges.rules import Choice, Layout, NothingToPrint, Sort, Whom
from events_service.badges.sheets import sample_of
from events_service.errors import NotFound
from events_service.events.access import needs_at_event
from events_service.events.queries import event_by_slug
from events_service.people.rules import Permission
from events_service.registrations.queries import registration_at_event
from events_service.web.bodies import Body
from events_service.web.forms import read_form
from events_service.web.pages import page, redirect
from events_service.web.words import gettext as _

PageRequest = Request[Any, Any, Any]
BADGES = "/office/events/{slug:str}/badges"
PRINT = BADGES + "/prints/{print_id:str}"
SEEING = [needs_at_event(Permission.SEE_BADGES)]


class PrintForm(Body, frozen=True):
    """What is printed and how; `registration_id` where it is one badge alone."""

    layout: Layout = Layout.A6
    sort: Sort = Sort.NAME
    whom: Whom = Whom.ALL
    registration_id: Annotated[str, Meta(max_length=64)] = ""


@get(BADGES, name="office.badges", guards=SEEING, include_in_schema=False)
async def badges(request: PageRequest, slug: FromPath[str]) -> Response[str]:
    """The choice, and what was printed so far."""
    return await _choice_page(request, slug, {"layout": "a6", "sort": "name", "whom": "all"})


@post(BADGES, guards=SEEING, include_in_schema=False)
async def print_badges(request: PageRequest, slug: FromPath[str]) -> Response[Any]:
    """Have them drawn, and on to the page that tells how far it has come."""
    event = await event_by_slug(slug)
    form = await read_form(request, PrintForm)
    if form.value is None:
        return await _choice_page(request, slug, form.typed, form.errors, status=422)
    asked = form.value
    ids = None
    if asked.registration_id:
        ids = frozenset({(await registration_at_event(event.id, asked.registration_id)).id})
    choice = Choice(layout=asked.layout, sort=asked.sort, whom=asked.whom, ids=ids)
    try:
        print_id = await ask_for(event, choice, by=await doer_at(request))
    except NothingToPrint as refused:
        return await _choice_page(request, slug, form.typed, {"whom": [_(refused.detail)]}, status=409)
    return redirect(f"/office/events/{slug}/badges/prints/{print_id}")


@get(BADGES + "/preview/{layout:str}", guards=SEEING, include_in_schema=False)
async def preview(slug: FromPath[str], layout: FromPath[str]) -> Response[bytes]:
    """How a badge of this event looks in that layout (`a6.png`); its code opens no door."""
    event = await event_by_slug(slug)
    wanted = next((one for one in Layout if layout == f"{one}.png"), None)
    if wanted is None:
        raise NotFound()
    picture = await asyncio.to_thread(draw_png, sample_of(event, wanted))
    return Response(picture, media_type="image/png", headers={"Cache-Control": "private, max-age=300"})


@get(PRINT, name="office.badge_print", guards=SEEING, include_in_schema=False)
async def show_print(request: PageRequest, slug: FromPath[str], print_id: FromPath[str]) -> Response[str]:
    """How far it has come; its files once they are there."""
    event = await event_by_slug(slug)
    return page("office/badge_print.html", request, event=event, print=await find_print(event, print_id))


@get(PRINT + "/{part:int}", guards=SEEING, include_in_schema=False)
async def fetch_part(slug: FromPath[str], print_id: FromPath[str], part: FromPath[int]) -> Response[bytes]:
    """One of its files."""
    event = await event_by_slug(slug)
    found = await find_print(event, print_id)
    pdf = await asyncio.to_thread(opened, await sealed_part(found.id, part))
    name = f"{slug}-badges-{part}.pdf" if found.badges > found.parts[0].badges else f"{slug}-badges.pdf"
    return as_file(pdf, name)


async def _choice_page(
    request: PageRequest,
    slug: str,
    typed: dict[str, Any],
    errors: dict[str, list[str]] | None = None,
    *,
    status: int = 200,
) -> Response[str]:
    event = await event_by_slug(slug)
    return page(
        "office/badges.html",
        request,
        status=status,
        event=event,
        form={"layout": "a6", "sort": "name", "whom": "all", **typed},
        errors=errors or {},
        everybody=len(await whom(event, Choice())),
        not_printed=len(await whom(event, Choice(whom=Whom.NOT_PRINTED))),
        prints=await prints_of(event),
    )


ROUTES = [badges, print_badges, preview, show_print, fetch_part]
