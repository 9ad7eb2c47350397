"""Pictures, browsers and letters that the tests of speakers begin with."""

import email
import email.policy
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from functools import cache
from typing import Any, cast

import httpx
from litestar import Litestar
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig
from PIL import Image

from events_service import database, settings
from events_service.errors import Refused
from events_service.outbox.queries import letter_from
from events_service.outbox.rules import PostedLetter
from events_service.people.guards import SignInFirst, know_visitor, to_sign_in
from events_service.planning import roster_api, roster_pages
from events_service.programme import photos, speaking_pages
from events_service.programme.letters import RENDERERS
from events_service.speakers.actions import speaker_code
from events_service.speakers.queries import find_speaker
from events_service.speakers.rules import Speaker
from events_service.web.bodies import JsonBodies
from events_service.web.headers import add_headers
from events_service.web.problems import answer_http, answer_refused, answer_unexpected


def a_picture(form: str = "PNG", size: tuple[int, int] = (400, 300), colour: Any = "teal", **more: Any) -> bytes:
    """The file of a picture in one colour."""
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, form, **more)
    return file.getvalue()


@cache
def an_app() -> Litestar:
    """The roster's and the speakers' pages; put together once, for many tests."""
    return Litestar(
        [*roster_api.ROUTES, *roster_pages.ROUTES, *speaking_pages.ROUTES, *photos.ROUTES],
        before_request=know_visitor,
        before_send=[add_headers],
        plugins=[JsonBodies()],
        openapi_config=OpenAPIConfig(title="Events", version="1", path="/api"),
        exception_handlers={
            SignInFirst: to_sign_in,
            Refused: answer_refused,
            HTTPException: answer_http,
            Exception: answer_unexpected,
        },
        request_max_body_size=2_000_000,
    )


@asynccontextmanager
async def a_browser(address: str = "192.0.2.7") -> AsyncIterator[httpx.AsyncClient]:
    """Somebody at that network address with the roster's and the speakers' pages; cookies are kept."""
    transport = httpx.ASGITransport(cast(Any, an_app()), client=(address, 5000))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        yield client


def code_of(speaker: Speaker) -> str:
    return speaker_code(speaker.id, speaker.link_generation, secret_key=settings.current().secret_key)


async def as_it_is(speaker: Speaker) -> Speaker:
    """The speaker as they are stored now."""
    found = await find_speaker(speaker.id)
    assert found is not None
    return found


async def letters_to(speaker: Speaker) -> list[PostedLetter]:
    """All letters to the speaker, the oldest first."""
    rows = await database.fetch("SELECT * FROM letter WHERE recipient = $1 ORDER BY id", speaker.email)
    return [letter_from(row) for row in rows]


async def kinds_to(speaker: Speaker) -> list[str]:
    return [letter.kind for letter in await letters_to(speaker)]


async def mail_of(letter: PostedLetter) -> EmailMessage:
    """The letter as it goes out, read again by the standard library."""
    written: Any = RENDERERS[letter.kind](letter)
    rendered = await written
    return cast(EmailMessage, email.message_from_bytes(rendered.message, policy=email.policy.default))


async def parts_of(session_id: str) -> dict[str, str]:
    """Speaker → state of everyone in that session of the draft."""
    rows = await database.fetch("SELECT speaker, state FROM session_speaker WHERE session = $1", session_id)
    return {row["speaker"]: row["state"] for row in rows}
