"""The service over HTTP, for the tests of the live picture."""

from collections.abc import AsyncIterator
from typing import Any, cast

import pytest_asyncio
from httpx import ASGITransport, AsyncClient

from events_service.settings import Settings
from tests.application import application


@pytest_asyncio.fixture
async def client(database: Settings) -> AsyncIterator[AsyncClient]:
    """A visitor of the whole service, who keeps cookies."""
    transport = ASGITransport(cast(Any, application(database)))
    async with AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as visitor:
        yield visitor
