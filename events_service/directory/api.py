"""The directory for programs."""

import msgspec
from litestar import Router, get

from events_service.directory import queries
from events_service.directory.rules import City
from events_service.web.lists import DEFAULT_LIMIT, Cursor, Limit, Page, key_in, page_of
from events_service.web.problems import answers

MALMO = {"slug": "malmo", "name": "Malmö", "country": "SE", "timezone": "Europe/Stockholm"}


class CityAnswer(msgspec.Struct, frozen=True):
    """A member city; `country` is an ISO 3166-1 code, `timezone` an IANA name."""

    slug: str
    name: str
    country: str
    timezone: str


@get(
    "/cities",
    operation_id="listCities",
    summary="The member cities",
    tags=["Directory"],
    responses=answers(200, Page[CityAnswer], {"items": [MALMO], "next": None}),
    opt={"public": True},
)
async def list_cities(limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None) -> Page[CityAnswer]:
    """The alliance's member cities, in the order of their slugs."""
    cities = await queries.member_cities_after(key_in(cursor), limit=limit + 1)
    return page_of([_answer(city) for city in cities], limit=limit, key=lambda city: city.slug)


def _answer(city: City) -> CityAnswer:
    return CityAnswer(city.slug, city.name, city.country, city.timezone)


router = Router("/api/v1", route_handlers=[list_cities])
