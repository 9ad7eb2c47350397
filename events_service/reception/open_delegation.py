"""Whose delegation is open in this browser: a sealed cookie keeps it so for a while after the code from the mail was given."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec
from litestar import Request

from events_service import clock
from events_service.audit.rules import Doer
from events_service.delegations.queries import delegation_by_code, delegation_by_id
from events_service.delegations.rules import Delegation, is_open
from events_service.errors import Conflict, Invalid, NotFound
from events_service.events.queries import event_by_id
from events_service.events.rules import Event
from events_service.people.entrances import Entrance, NothingOpen
from events_service.registrations.delegates import HasSeat
from events_service.registrations.taking_over import AlreadyRegistered
from events_service.web.limits import allow, give_back
from events_service.web.sealed_cookies import SealedCookie

PageRequest = Request[Any, Any, Any]
ENTRANCE, OWN = "/delegation", "/delegation/seats"
# Whoever names people one after the other to learn who has a seat is stopped soon.
KNOWN_TRIES, KNOWN_TRIES_WITHIN = 20, timedelta(hours=1)


class OpenDelegation(msgspec.Struct, frozen=True, array_like=True):
    """What the cookie holds: whose delegation, by which of its links."""

    delegation_id: str
    link_generation: int


PASS = SealedCookie("delegation", purpose="delegation-cookie", holds=OpenDelegation, lasts=timedelta(hours=2))
WAY_IN = Entrance(ENTRANCE, "delegation/open.html", leads_to=OWN, cookie=PASS)


@dataclass(frozen=True, slots=True)
class OwnDelegation:
    """A delegation that is open in this browser, with its event."""

    delegation: Delegation
    event: Event

    @property
    def doer(self) -> Doer:
        """The coordinator, as the log names them."""
        return Doer("coordinator", self.delegation.id)

    @property
    def is_open(self) -> bool:
        """Whether anything can be changed still."""
        return is_open(self.delegation, self.event, now=clock.now())


async def pass_by_code(code: str) -> OpenDelegation:
    """The one that this code opens. Raises what `delegation_by_code` raises."""
    delegation = await delegation_by_code(code)
    return OpenDelegation(delegation.id, delegation.link_generation)


async def own_delegation(request: PageRequest) -> OwnDelegation:
    """The one open in this browser. Raises `NothingOpen` where none is, and when its link was replaced meanwhile."""
    held = WAY_IN.held(request)
    try:
        delegation = await delegation_by_id(held.delegation_id)
    except NotFound as gone:
        raise NothingOpen() from gone
    if delegation.link_generation != held.link_generation:
        raise NothingOpen()
    return OwnDelegation(delegation, await event_by_id(delegation.event_id))


@asynccontextmanager
async def counted_try(own: OwnDelegation) -> AsyncIterator[None]:
    """Around giving somebody a seat. Only those tries count that tell who has one. Raises `TooMany`."""
    bucket = f"named|{own.delegation.id}"
    await allow(bucket, most=KNOWN_TRIES, within=KNOWN_TRIES_WITHIN)
    try:
        yield
    except (HasSeat, AlreadyRegistered):
        raise
    except (Invalid, Conflict):
        await give_back(bucket)
        raise
    await give_back(bucket)
