"""Stopping mails that need not be sent: from the mail itself, by a mail program (RFC 8058), or on one's own page."""

from typing import Annotated, Any, Literal

from litestar import Request, Response, Router, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Meta

from events_service import clock, settings
from events_service.database import fetch_one, transaction
from events_service.errors import NotFound
from events_service.events.queries import event_by_id
from events_service.events.rules import Event
from events_service.people.entrances import NothingOpen
from events_service.registrations.my_pages import ask_for_code
from events_service.registrations.open_pass import own_registration
from events_service.registrations.secrets import stop_mails_token
from events_service.sealing import same
from events_service.web.bodies import Body
from events_service.web.forms import read_form
from events_service.web.pages import page, redirect

PageRequest = Request[Any, Any, Any]
PUBLIC = {"public": True}
ADDRESS = "/my/stop-mails/{registration_id:str}/{token:str}"


class MailsForm(Body, frozen=True):
    """Whether mails that need not be sent are wanted."""

    mails: Annotated[Literal["stop", "send"], Meta(description="stop or send")]


@get(ADDRESS, include_in_schema=False, opt=PUBLIC)
async def ask(request: PageRequest, registration_id: FromPath[str], token: FromPath[str]) -> Response[str]:
    """Where the link in the mail leads. Reading it changes nothing: mail scanners follow links."""
    event = await _event_of(registration_id, token)
    return page("my/stop_mails.html", request, event=event, is_stopped=False)


@post(ADDRESS, include_in_schema=False, opt={**PUBLIC, "secret_address": True})
async def stop(request: PageRequest, registration_id: FromPath[str], token: FromPath[str]) -> Response[str]:
    """Stop them. A mail program posts here by itself, without having seen the page."""
    event = await _event_of(registration_id, token)
    await set_mails(registration_id, stopped=True)
    return page("my/stop_mails.html", request, event=event, is_stopped=True)


@post("/my/mails", include_in_schema=False, opt=PUBLIC)
async def choose(request: PageRequest) -> Redirect:
    """Stop them, or have them again, from one's own page."""
    person = await own_registration(request)
    form = await read_form(request, MailsForm)
    if form.value is None:
        return redirect("/my/registration")
    stopped = form.value.mails == "stop"
    await set_mails(person.id, stopped=stopped)
    return redirect(f"/my/registration?done={'mails_stopped' if stopped else 'mails_wanted'}")


async def set_mails(registration_id: str, *, stopped: bool) -> None:
    """From now on this person gets necessary letters alone, or all. Doing it again changes nothing."""
    async with transaction() as tx:
        await tx.execute(
            "UPDATE registration SET mails_stopped_at = $2 WHERE id = $1 AND (mails_stopped_at IS NULL) = $3",
            registration_id,
            clock.now() if stopped else None,
            stopped,
        )


async def _event_of(registration_id: str, token: str) -> Event:
    """The event of the registration that the address is drawn from. Raises `NotFound` for any other address."""
    if not same(token, stop_mails_token(registration_id, secret_key=settings.current().secret_key)):
        raise NotFound()
    row = await fetch_one("SELECT event FROM registration WHERE id = $1", registration_id)
    if row is None:
        raise NotFound()
    return await event_by_id(row["event"])


ROUTES = [
    Router(
        "/",
        route_handlers=[ask, stop, choose],
        exception_handlers={NothingOpen: ask_for_code},
        response_headers={"Cache-Control": "no-store"},
        include_in_schema=False,
    )
]
