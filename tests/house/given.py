"""The whole application in this process, asked over ASGI."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

from httpx import ASGITransport, AsyncClient

from events_service import database
from events_service.settings import Settings
from tests.application import application

BASE_URL = "http://127.0.0.1:8000"
OVERVIEW = "/api/v1/events"


@asynccontextmanager
async def service(own: Settings, *, client: tuple[str, int] = ("127.0.0.1", 1)) -> AsyncIterator[AsyncClient]:
    """A client of the application with these settings; its database is migrated already. `client` is where requests come from."""
    transport = ASGITransport(cast(Any, application(own)), client=client, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url=BASE_URL) as asking:
        yield asking
    await database.disconnect()


def bearer(token: str) -> dict[str, str]:
    """The header a program sends."""
    return {"Authorization": f"Bearer {token}"}
