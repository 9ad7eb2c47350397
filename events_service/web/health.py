"""Whether this process lives, and whether it can work."""

import msgspec
from litestar import Response, get

from events_service.database import missing_migrations
from events_service.errors import Unavailable


class Health(msgspec.Struct, frozen=True):
    """`status` is `ok`, or says what lacks."""

    status: str


@get("/health/live", include_in_schema=False)
async def live() -> Health:
    """This process answers."""
    return Health("ok")


@get("/health/ready", include_in_schema=False)
async def ready() -> Response[Health]:
    """The database answers and has the shape this version needs; 503 otherwise."""
    try:
        missing = await missing_migrations()
    except Unavailable as away:
        return Response(Health("the database is away"), status_code=503, headers={"Retry-After": str(away.retry_after)})
    if missing:
        return Response(Health("migrations are missing"), status_code=503, headers={"Retry-After": "5"})
    return Response(Health("ok"))
