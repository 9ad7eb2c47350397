"""The directory over HTTP."""

from collections.abc import AsyncIterator
from typing import Any, cast

import httpx
import pytest
import pytest_asyncio
from litestar import Litestar
from litestar.exceptions import HTTPException

from events_service.directory import api, pages
from events_service.directory.actions import add_cities
from events_service.directory.rules import City
from events_service.errors import Refused
from events_service.web.problems import answer_http, answer_refused

CITIES = [
    City("umea", "Umeå", "SE", "Europe/Stockholm"),
    City("akureyri", "Akureyri", "IS", "Atlantic/Reykjavik"),
    City("malmo", "Malmö", "SE", "Europe/Stockholm"),
    City("nuuk", "Nuuk", "GL", "America/Nuuk", member=False),
]

pytestmark = pytest.mark.usefixtures("database")


@pytest_asyncio.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    app = Litestar([api.router, pages.router], exception_handlers={Refused: answer_refused, HTTPException: answer_http})
    async with httpx.AsyncClient(transport=httpx.ASGITransport(cast(Any, app)), base_url="http://test") as client:
        yield client


async def test_programs_page_through_the_member_cities(client: httpx.AsyncClient) -> None:
    await add_cities(CITIES)
    first = (await client.get("/api/v1/cities?limit=2")).json()
    assert first["items"] == [
        {"slug": "akureyri", "name": "Akureyri", "country": "IS", "timezone": "Atlantic/Reykjavik"},
        {"slug": "malmo", "name": "Malmö", "country": "SE", "timezone": "Europe/Stockholm"},
    ]
    second = (await client.get("/api/v1/cities", params={"cursor": first["next"]})).json()
    assert ([city["slug"] for city in second["items"]], second["next"]) == (["umea"], None)


async def test_a_cursor_of_somebody_else_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/cities?cursor=!!!")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "cursor")


async def test_visitors_see_member_cities_under_their_countries(client: httpx.AsyncClient) -> None:
    await add_cities(CITIES)
    text = (await client.get("/cities")).text
    places = [text.index(words) for words in ("Iceland</h2>", "Akureyri", "Sweden</h2>", "Malmö", "Umeå")]
    assert places == sorted(places)
    assert "Nuuk" not in text


async def test_an_empty_directory_says_so(client: httpx.AsyncClient) -> None:
    answer = await client.get("/cities")
    assert (answer.status_code, "No member cities are listed yet" in answer.text) == (200, True)
