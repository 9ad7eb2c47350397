"""Registering in the browser: the form, and the page that says what happens next."""

import base64
import binascii
from datetime import datetime, timedelta
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from events_service import clock, settings
from events_service.errors import Conflict, Forbidden, Invalid, TooMany
from events_service.events.access import visible_event
from events_service.events.rules import Event, for_the_public
from events_service.people.addresses import network_of, visitor_address
from events_service.registrations import actions
from events_service.registrations.drafts import RegistrationDraft, RegistrationForm
from events_service.registrations.event_pages import registration_window
from events_service.registrations.queries import seats
from events_service.registrations.rules import Attendance, EventFull, Status
from events_service.registrations.seating import Application, Outcome
from events_service.sealing import Unsealable, seal, unseal
from events_service.web.forms import errors_by_field, read_form
from events_service.web.pages import page, redirect
from events_service.web.words import gettext as _
from events_service.web.words import language

PageRequest = Request[Any, Any, Any]
PURPOSE = "registration-received"
# Long enough to come back to the page from the mail program.
RECEIPT_LASTS = timedelta(minutes=30)


class Receipt(msgspec.Struct, frozen=True):
    """What the page after registering shows. It travels sealed in the address, so that loading it again posts nothing."""

    slug: str
    email: str
    status: Status
    waitlist_position: int | None
    expires_at: datetime


@get("/events/{slug:str}/register", name="register", include_in_schema=False, opt={"public": True})
async def registration_form(request: PageRequest, slug: FromPath[str]) -> Response[str]:
    """The form, or the sentence why one cannot register now."""
    event = await visible_event(request, slug)
    return await _form(request, event, typed={"language": language.get(), "attendance": Attendance.IN_PERSON.value})


@post("/events/{slug:str}/register", include_in_schema=False, opt={"public": True})
async def take_registration(request: PageRequest, slug: FromPath[str]) -> Response[Any]:
    """On to the page that says what happens next, or the form again with what was typed and what is wrong with it."""
    event = await visible_event(request, slug)
    form = await read_form(request, RegistrationForm)
    if form.value is None:
        return await _form(request, event, typed=form.typed, errors=form.errors, status=422)
    visitor = f"register|{network_of(visitor_address(request))}"
    try:
        outcome = await actions.register(Application(slug, form.value, knows_event=True, counted_for=visitor))
    except Invalid as invalid:
        return await _form(request, event, typed=form.typed, errors=errors_by_field(invalid), status=422)
    except (Conflict, Forbidden) as refused:
        status = 409 if isinstance(refused, Conflict) else 403
        return await _form(request, event, typed=form.typed, refusal=_sentence(refused), status=status)
    except TooMany as refused:
        shown = await _form(request, event, typed=form.typed, refusal=_(refused.detail), status=429)
        shown.headers["Retry-After"] = str(refused.retry_after)
        return shown
    return redirect(f"/events/{slug}/registered?receipt={_sealed(slug, form.value, outcome)}")


@get("/events/{slug:str}/registered", include_in_schema=False, opt={"public": True})
async def received(request: PageRequest, slug: FromPath[str], receipt: FromQuery[str] = "") -> Response[str] | Redirect:
    """What happens next. It is the same whether or not the address was known before; an old receipt leads to the event."""
    event = await visible_event(request, slug)
    told = _opened(receipt)
    if told is None or told.slug != slug or told.expires_at <= clock.now():
        return redirect(f"/events/{event.slug}")
    return page(
        "registrations/received.html",
        request,
        event=for_the_public(event),
        email=told.email,
        registration_status=told.status.value,
        waitlist_position=told.waitlist_position,
    )


async def _form(
    request: PageRequest,
    event: Event,
    *,
    typed: dict[str, Any],
    errors: dict[str, list[str]] | None = None,
    refusal: str | None = None,
    status: int = 200,
) -> Response[str]:
    counted = await seats(event)
    window = registration_window(event, counted, now=clock.now())
    return page(
        "registrations/form.html",
        request,
        status=status,
        event=for_the_public(event),
        seats=counted,
        is_open=window.is_open or status != 200,
        form=typed,
        errors=errors or {},
        refusal=refusal or (None if window.is_open else window.note),
    )


def _sentence(refused: Conflict | Forbidden) -> str:
    if isinstance(refused, EventFull):
        return _("All seats were taken in the meantime, and this event keeps no waiting list.")
    return _(refused.detail)


def _sealed(slug: str, draft: RegistrationDraft, outcome: Outcome) -> str:
    receipt = Receipt(slug, draft.email, outcome.status, outcome.waitlist_position, clock.now() + RECEIPT_LASTS)
    sealed = seal(msgspec.json.encode(receipt), secret_key=settings.current().secret_key, purpose=PURPOSE)
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def _opened(text: str) -> Receipt | None:
    """The receipt; None for a text we did not seal."""
    try:
        sealed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        clear = unseal(sealed, secret_key=settings.current().secret_key, purpose=PURPOSE)
    except (binascii.Error, ValueError, Unsealable):
        return None
    return msgspec.json.decode(clear, type=Receipt)


ROUTES = [registration_form, take_registration, received]
