"""The roster for devices: what they need to decide without a network."""

from typing import Annotated, Any

from litestar import Request, Response, get
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import QueryParameter

from events_service import clock
from events_service.door import roster_examples
from events_service.door.roster_shapes import Roster
from events_service.door.roster_shelf import find_outline, make_roster
from events_service.door.rosters import note_contact
from events_service.door.tokens import device_digest
from events_service.web.kept import file_answer, has_it
from events_service.web.problems import answers

JSON = "application/json"
CACHE = "private, no-cache"
SinceAsked = Annotated[
    str | None,
    QueryParameter(max_length=100, description="The `cursor` of the last roster: only what changed after it is told."),
]


@get(
    "/api/v1/door/roster",
    operation_id="getRoster",
    opt={"device": True},
    tags=["door"],
    media_type=JSON,
    responses={
        **answers(200, Roster, roster_examples.ROSTER, 401),
        304: ResponseSpec(
            None, description="Nothing changed since the answer with that ETag.", generate_examples=False
        ),
    },
)
async def read_roster(request: Request[Any, Any, Any], since: SinceAsked = None) -> Response[bytes]:
    """All that a device needs to decide by itself; with `since` what changed, and 304 where nothing did.

    No name in it can be read without the badge it belongs to. `X-Server-Time` tells the time, so that a device whose clock is
    wrong dates its scans rightly. Every answer renews the device's lease.
    """
    device, outlined = await find_outline(device_digest(request), since=since)
    await note_contact(device)
    headers = {"X_Server_Time": clock.now().isoformat(timespec="milliseconds")}
    asked = request.headers.get("if-none-match")
    # Whether the device took it packed or not: its roster is as it should be.
    if has_it(asked, outlined.etag) or has_it(asked, f'{outlined.etag[:-1]}-gzip"'):
        unchanged = {"ETag": outlined.etag, "Cache-Control": CACHE, "X-Server-Time": headers["X_Server_Time"]}
        return Response(b"", status_code=304, headers=unchanged, media_type=JSON)
    roster = await make_roster(outlined)
    headers["X_Server_Time"] = clock.now().isoformat(timespec="milliseconds")
    return file_answer(request, roster, media_type=JSON, cache=CACHE, **headers)


ROUTES = [read_roster]
