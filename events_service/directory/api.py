"""The directory for programs."""

from typing import Annotated

import msgspec
from litestar import Router, get
from msgspec import Meta

from events_service.directory import queries
from events_service.directory.rules import City
from events_service.web.lists import DEFAULT_LIMIT, Cursor, Limit, Page, key_in, page_of
from events_service.web.problems import problems


class CityAnswer(msgspec.Struct, frozen=True):
    """A member city; `country` is an ISO 3166-1 code, `timezone` an IANA name."""

    slug: Annotated[str, Meta(examples=["malmo"])]
    name: Annotated[str, Meta(examples=["Malmö"])]
    country: Annotated[str, Meta(examples=["SE"])]
    timezone: Annotated[str, Meta(examples=["Europe/Stockholm"])]


@get(
    "/cities",
    operation_id="listCities",
    summary="The member cities",
    tags=["Directory"],
    responses=problems(),
    opt={"public": True},
)
async def list_cities(limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None) -> Page[CityAnswer]:
    """The alliance's member cities, in the order of their slugs."""
    cities = await queries.member_cities_after(key_in(cursor), limit=limit + 1)
    return page_of([_answer(city) for city in cities], limit=limit, key=lambda city: city.slug)


def _answer(city: City) -> CityAnswer:
    return CityAnswer(city.slug, city.name, city.country, city.timezone)


router = Router("/api/v1", route_handlers=[list_cities])
