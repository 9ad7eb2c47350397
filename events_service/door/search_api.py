"""Finding people by name, for the devices that may."""

from typing import Annotated, Any

from litestar import Request, get
from litestar.params import Parameter

from events_service.door import examples
from events_service.door.queries import paired_device
from events_service.door.search import LONGEST, FoundPerson, search
from events_service.door.tokens import device_digest
from events_service.web.lists import DEFAULT_LIMIT, Cursor, Limit, Page, key_in, page_of
from events_service.web.problems import answers

FOUND = {"items": [examples.FOUND_PERSON], "next": None}


@get(
    "/api/v1/door/search",
    operation_id="doorSearch",
    opt={"device": True},
    tags=["door"],
    responses=answers(200, Page[FoundPerson], FOUND, 401, 403),
)
async def find_people(
    request: Request[Any, Any, Any],
    q: Annotated[str, Parameter(max_length=LONGEST, description="Words of a name, an organisation or a city.")] = "",
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[FoundPerson]:
    """Up to 20 people whose name, organisation or city hold every word; Nordic letters count as plain ones."""
    device, after = await paired_device(device_digest(request)), key_in(cursor)
    found = await search(q, device=device)
    if after:
        places = [place for place, one in enumerate(found, start=1) if one.registration_id == after]
        found = found[places[0] :] if places else []
    return page_of(found, limit=limit, key=lambda one: one.registration_id)


ROUTES = [find_people]
