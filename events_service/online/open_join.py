"""Whose join pages are open in this browser: the code from a letter or a calendar opens them for the length of a long day."""

import re
from datetime import timedelta
from typing import Any

import msgspec
from litestar.connection import ASGIConnection

from events_service import settings
from events_service.errors import NotFound
from events_service.people.entrances import Entrance, NothingOpen
from events_service.registrations.queries import Registration, registration_by_id
from events_service.registrations.secrets import join_code
from events_service.sealing import same
from events_service.web.sealed_cookies import SealedCookie

_CODE = re.compile(r"(?P<person>[0-9a-f]{32})[a-z2-7]{32}(\.(?P<session>[0-9a-f]{32}))?")


class JoinPass(msgspec.Struct, frozen=True, array_like=True):
    """What the cookie holds: whose join pages, of which links."""

    registration_id: str
    links_generation: int


JOIN_PASS = SealedCookie("my-join", "join-cookie", JoinPass, timedelta(hours=12))
MEETING_PATH = "/my/join/meeting"
ENTRANCE = Entrance("/my/join", "my/join_open.html", leads_to=MEETING_PATH, cookie=JOIN_PASS)


async def pass_by_code(code: str) -> JoinPass:
    """The pass that this code opens. Raises `NotFound`."""
    read = _CODE.fullmatch(code.strip())
    if read is None:
        raise NotFound()
    person = await registration_by_id(read["person"])
    own = join_code(person.id, person.links_generation, secret_key=settings.current().secret_key)
    if not same(code.strip().partition(".")[0], own):
        raise NotFound()
    return JoinPass(person.id, person.links_generation)


def path_for(session_id: str | None) -> str:
    """The page of the event's meeting, or of that session's."""
    return f"{MEETING_PATH}/{session_id}" if session_id else MEETING_PATH


def path_by_code(code: str) -> str:
    """The page of the meeting that the code is for."""
    read = _CODE.fullmatch(code.strip())
    return path_for(read["session"] if read else None)


async def joining_person(connection: ASGIConnection[Any, Any, Any, Any]) -> Registration:
    """Whose join pages are open here. Raises `NothingOpen`, also when their links were replaced meanwhile."""
    held = JOIN_PASS.find(connection)
    if held is None:
        raise NothingOpen()
    try:
        person = await registration_by_id(held.registration_id)
    except NotFound as gone:
        raise NothingOpen() from gone
    if person.links_generation != held.links_generation:
        raise NothingOpen()
    return person
