"""People of member cities without an account: an address that was proven by mail opens the members' events in this browser."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
from litestar.connection import ASGIConnection

from events_service.database import fetch
from events_service.directory.queries import Member, members_named
from events_service.events.queries import event_from
from events_service.events.rules import Event
from events_service.web.sealed_cookies import SealedCookie

MOST_SHOWN = 200


class OpenMember(msgspec.Struct, frozen=True, array_like=True):
    """What the cookie holds: the address, folded."""

    email_key: str


MEMBER = SealedCookie("member", "member-cookie", OpenMember, timedelta(hours=12))


async def member_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Member | None:
    """Who proved their address in this browser; None without, and once the directory knows them in no member city any more."""
    held = MEMBER.find(connection)
    return None if held is None else (await members_named([held.email_key])).get(held.email_key)


async def members_events(*, now: datetime) -> list[Event]:
    """The members' events that are published and not over, by start."""
    rows = await fetch(
        """SELECT * FROM event WHERE visibility = 'members' AND status IN ('published', 'cancelled') AND ends_at > $1
           ORDER BY starts_at, slug LIMIT $2""",
        now,
        MOST_SHOWN,
    )
    return [event_from(row) for row in rows]
