"""Who sends a request to the API: for what is kept of them and told only to them."""

from typing import Any, cast

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.types import Scope

from events_service import clock
from events_service.door.queries import paired_device
from events_service.door.rules import is_device_done
from events_service.door.tokens import device_digest_in
from events_service.people.guards import actor_of
from events_service.sealing import token_digest

ANYBODY = "anybody"


async def asker_of(scope: Scope) -> str:
    """A mark of the device or token that asks, the same whenever it asks again; of all who need none the same.

    Raises what its route would for who may not ask it: a device that was revoked, a token that does not hold, a role that is too small.
    """
    handler = cast(BaseRouteHandler, scope["route_handler"])
    if handler.opt.get("device"):
        digest = device_digest_in(scope)
        device = await paired_device(digest, sends=bool(handler.opt.get("sends")))
        # What was told while the event ran may name guests: after it, the question is another one.
        is_late = is_device_done(event_ends_at=device.event_ends_at, now=clock.now())
        return f"{digest} late" if is_late else digest
    connection: ASGIConnection[Any, Any, Any, Any] = ASGIConnection(scope)
    await handler.authorize_connection(connection)
    given = connection.headers.get("authorization")
    if given is None:
        return ANYBODY
    await actor_of(connection)
    return token_digest(given)
