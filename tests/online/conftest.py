"""The service over HTTP, for the tests of joining online."""

from collections.abc import AsyncIterator

import httpx
import pytest_asyncio

from events_service.settings import Settings
from tests.house.given import service


@pytest_asyncio.fixture
async def client(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A visitor of the whole service, who keeps cookies."""
    async with service(settings) as visitor:
        yield visitor
