"""Whose stars a visitor sees: a participant's stand with the registration open in the browser, anyone else's in a small cookie."""

import re
from collections.abc import Iterable
from typing import Any

from litestar import Request
from litestar.datastructures import Cookie

from events_service import settings
from events_service.agenda.release_queries import Published
from events_service.agenda.rules import Session
from events_service.events.rules import Event
from events_service.registrations.open_pass import PASS, open_registration
from events_service.registrations.queries import Registration
from events_service.registrations.stars import starred_by

StarRequest = Request[Any, Any, Any]
STARS_AT_MOST = 200
KEPT_SECONDS = 400 * 24 * 3600
# Sessions by their numbers within the event, "12.7.301": two hundred of them stay far below what a cookie may hold.
_NUMBERS = re.compile(rf"[0-9]{{1,9}}(?:\.[0-9]{{1,9}}){{0,{STARS_AT_MOST - 1}}}")


async def participant_of(request: StarRequest, event: Event) -> Registration | None:
    """Whose registration at this event is open in the browser."""
    person = await open_registration(request)
    return person if person is not None and person.event_id == event.id else None


async def starred_in(request: StarRequest, published: Published, person: Registration | None) -> frozenset[str]:
    """The ids of the sessions that this visitor marked, before they opened their registration, too."""
    numbers = set(_numbers(request))
    here = frozenset(one.id for one in published.agenda.sessions if one.number in numbers) if numbers else frozenset()
    return here | await starred_by(person.id) if person is not None else here


def has_starred(request: StarRequest) -> bool:
    """Whether this browser itself keeps stars of this event."""
    return bool(_numbers(request))


def has_own_choice(request: StarRequest) -> bool:
    """Whether this visitor may see the agenda otherwise than a stranger: by a star, or by an open registration."""
    return bool(request.cookies.get(_cookie_name()) or request.cookies.get(PASS.full_name))


def cookie_after(request: StarRequest, event: Event, session: Session, *, on: bool) -> Cookie:
    """The cookie with that star or without it, for this event's pages alone."""
    return _cookie(event, _after(_numbers(request), session, on=on))


def _after(numbers: Iterable[int], session: Session, *, on: bool) -> list[int]:
    """The newest last; past the bound the oldest is forgotten."""
    kept = [one for one in numbers if one != session.number]
    return [*kept, session.number][-STARS_AT_MOST:] if on else kept


def _numbers(request: StarRequest) -> list[int]:
    text = request.cookies.get(_cookie_name(), "")
    return [int(one) for one in text.split(".")] if _NUMBERS.fullmatch(text) else []


def _cookie_name() -> str:
    return "__Secure-stars" if settings.current().is_https else "stars"


def _cookie(event: Event, numbers: list[int]) -> Cookie:
    """Without a star it goes."""
    return Cookie(
        key=_cookie_name(),
        value=".".join(map(str, numbers)),
        path=f"/events/{event.slug}",
        httponly=True,
        samesite="lax",
        secure=settings.current().is_https,
        max_age=KEPT_SECONDS if numbers else 0,
    )
