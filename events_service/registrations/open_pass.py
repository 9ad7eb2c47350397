"""Whose registration is open in this browser: a sealed cookie keeps it so for a while after the code from the mail was given."""

from datetime import timedelta
from typing import Any

import msgspec
from litestar.connection import ASGIConnection

from events_service.errors import NotFound
from events_service.people.entrances import NothingOpen
from events_service.registrations.queries import Registration, registration_by_id
from events_service.web.sealed_cookies import SealedCookie

Connection = ASGIConnection[Any, Any, Any, Any]
PURPOSE = "participant-cookie"


class Pass(msgspec.Struct, frozen=True, array_like=True):
    """What the cookie holds: whose page, of which links."""

    registration_id: str
    links_generation: int

    @classmethod
    def of(cls, person: Registration) -> "Pass":
        """The one that opens this registration by its present links."""
        return cls(person.id, person.links_generation)


PASS = SealedCookie("my", purpose=PURPOSE, holds=Pass, lasts=timedelta(hours=2))


async def open_registration(connection: Connection) -> Registration | None:
    """The registration open in this browser; None without one, and when its links were replaced meanwhile."""
    held = PASS.find(connection)
    if held is None:
        return None
    try:
        person = await registration_by_id(held.registration_id)
    except NotFound:
        return None
    return person if person.links_generation == held.links_generation else None


async def own_registration(connection: Connection) -> Registration:
    """The same. Raises `NothingOpen` where none is."""
    person = await open_registration(connection)
    if person is None:
        raise NothingOpen()
    return person
