"""The back office's letters: the list, one letter as its recipient sees it, sending it again.

This floor knows neither the people nor the plumbing beside it: who may do what, and how a page is answered, are handed
over as a `Desk` by whoever puts the house together. `app.state.renderers` holds the renderers.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import structlog
from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, SkipValidation
from litestar.response import Redirect
from litestar.types import Guard

from events_service import settings
from events_service.errors import Forbidden
from events_service.outbox import actions, queries, sending, suppression
from events_service.outbox.previews import Preview, preview_of
from events_service.outbox.queries import Search
from events_service.outbox.rules import PostedLetter, Status

PAGE_LENGTH = 50
LONGEST_FILTER = 200
# These letters open what is their recipient's alone.
UNSHOWN = frozenset({"magic_link"})
# The letter's frame inherits this page's policy, and letters carry their styles in attributes; scripts stay forbidden,
# and the frame is a sandbox besides.
LETTER_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; manifest-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)

log = structlog.get_logger(__name__)

AnyRequest = Request[Any, Any, Any]
Events = frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Desk:
    """What the pages need from other floors.

    `page(template, request, **values)` and `redirect(path)` answer; `may_see` and `may_send` give the slugs of the
    events whose letters the asker may see and send again (None: all); `asker` gives the id of who asks, for the log; `note`
    writes down in the audit log what was done about a letter, and `look` that it was read.
    """

    page: Callable[..., Response[str]]
    redirect: Callable[[str], Redirect]
    may_see: Callable[[AnyRequest], Awaitable[Events]]
    may_send: Callable[[AnyRequest], Awaitable[Events]]
    asker: Callable[[AnyRequest], Awaitable[str]]
    note: Callable[[AnyRequest, str, PostedLetter], Awaitable[None]]
    look: Callable[[AnyRequest, str, PostedLetter], Awaitable[None]]


GivenDesk = NamedDependency[SkipValidation[Desk]]


def letters_router(desk: Desk, *, guards: list[Guard]) -> Router:
    """`/office/letters` and below, behind these guards."""
    return Router(
        "/office/letters",
        route_handlers=[show_letters, show_letter, send_again, send_to_it_again],
        guards=guards,
        dependencies={"desk": Provide(lambda: desk, sync_to_thread=False)},
        include_in_schema=False,
    )


@get("/", name="office_letters")
async def show_letters(request: AnyRequest, desk: GivenDesk) -> Response[str]:
    """The letters of the events the asker may see, newest first."""
    form = {name: _filter(request, name) for name in ("q", "status", "kind", "event")}
    within = await desk.may_see(request)
    found = await queries.letters(_search(form, within), after=_filter(request, "cursor"), limit=PAGE_LENGTH + 1)
    counts = await queries.counts(Search(event=form["event"] or None, within=within))
    return desk.page(
        "office/letters.html",
        request,
        letters=found[:PAGE_LENGTH],
        counts=[(status.value, number) for status, number in counts.items()],
        kinds=await queries.kinds(Search(within=within)),
        events=await queries.events(Search(within=within)),
        form=form,
        earlier=None,
        later=_later(form, found),
        zone=settings.current().default_timezone,
    )


@get("/{letter_id:str}", name="office_letter")
async def show_letter(request: AnyRequest, desk: GivenDesk, letter_id: FromPath[str]) -> Response[str]:
    """One letter, written anew from its facts; where that cannot be done, the page says why."""
    letter = await queries.letter(letter_id, within=await desk.may_see(request))
    await desk.look(request, "saw_letter", letter)
    response = desk.page(
        "office/letter.html",
        request,
        letter=letter,
        preview=await _preview(request, letter),
        takes_no_mail=(await suppression.reasons([letter.recipient])).get(letter.recipient, ""),
        may_lift=_is_within(letter, await desk.may_send(request)),
        may_resend=letter.facts is not None and _is_within(letter, await desk.may_send(request)),
        zone=settings.current().default_timezone,
    )
    response.headers["Content-Security-Policy"] = LETTER_POLICY
    return response


@post("/{letter_id:str}/resend", name="office_letter_resend")
async def send_again(request: AnyRequest, desk: GivenDesk, letter_id: FromPath[str]) -> Redirect:
    """Post a copy of the letter and show it."""
    letter = await queries.letter(letter_id, within=await desk.may_see(request))
    if not _is_within(letter, await desk.may_send(request)):
        raise Forbidden()
    copy = await actions.resend(letter.id, by=await desk.asker(request))
    await desk.note(request, "sent_letter_again", letter)
    return desk.redirect(f"/office/letters/{copy}?done=resent")


@post("/{letter_id:str}/lift", name="office_letter_lift")
async def send_to_it_again(request: AnyRequest, desk: GivenDesk, letter_id: FromPath[str]) -> Redirect:
    """Hold nothing back any more from the address that this letter went to."""
    letter = await queries.letter(letter_id, within=await desk.may_see(request))
    if not _is_within(letter, await desk.may_send(request)):
        raise Forbidden()
    await desk.note(request, "lifted_suppression", letter)
    await suppression.lift(letter.recipient)
    return desk.redirect(f"/office/letters/{letter.id}?done=suppression_lifted")


async def _preview(request: AnyRequest, letter: PostedLetter) -> Preview | None:
    if letter.facts is None or letter.kind in UNSHOWN:
        return None
    try:
        return preview_of(await sending.render(request.app.state.renderers, letter))
    except Exception as error:
        # A renderer that fails must not take the page with it that tells of the failure.
        log.warning("letter.not_shown", letter=letter.id, kind=letter.kind, error=type(error).__name__)
        return None


def _is_within(letter: PostedLetter, events: Events) -> bool:
    return events is None or letter.event_slug in events


def _filter(request: AnyRequest, name: str) -> str:
    """A filter from the address as far as it can be used: no control characters, of bounded length."""
    given = str(request.query_params.get(name, ""))[:LONGEST_FILTER]
    return "".join(letter for letter in given if letter.isprintable()).strip()


def _search(form: dict[str, str], within: Events) -> Search:
    return Search(
        event=form["event"] or None,
        status=Status(form["status"]) if form["status"] in set(Status) else None,
        kind=form["kind"] or None,
        text=form["q"] or None,
        within=within,
    )


def _later(form: dict[str, str], found: list[PostedLetter]) -> str | None:
    """Where the list goes on, the filters kept; None on the last page."""
    if len(found) <= PAGE_LENGTH:
        return None
    given = {name: value for name, value in form.items() if value}
    return "/office/letters?" + urlencode(given | {"cursor": found[PAGE_LENGTH - 1].id})
