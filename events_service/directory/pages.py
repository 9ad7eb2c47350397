"""The directory for visitors."""

from typing import Any

from litestar import Request, Response, Router, get

from events_service.directory import queries
from events_service.directory.rules import by_country
from events_service.web.pages import page


@get("/cities", name="cities", include_in_schema=False, opt={"public": True})
async def show_cities(request: Request[Any, Any, Any]) -> Response[str]:
    """The member cities by country."""
    return page("directory/cities.html", request, countries=by_country(await queries.member_cities()))


router = Router("/", route_handlers=[show_cities])
