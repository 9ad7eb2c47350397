"""Invites as their owners' calendars hold them, and what is known of the answers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

import httpx
from icalendar import Calendar

from events_service import clock, settings
from events_service.database import fetch, fetch_one
from events_service.outbox.queries import letter_from
from events_service.programme.letters import RENDERERS
from events_service.replies.actions import take_in
from events_service.replies.rules import CameBy
from tests.application import application
from tests.replies.samples import Answering, Builder, gmail

ADDRESS = "asa@malmo.example"


async def invite_to(email: str = ADDRESS, *, to: str = "", **more: Any) -> Answering:
    """What this person's calendar knows of the last invite they were mailed (`to` an event or a session), ready to be answered."""
    rows = await fetch("SELECT * FROM letter WHERE recipient = $1 ORDER BY id DESC", email)
    for row in rows:
        letter = letter_from(row)
        ics = _ics_in((await RENDERERS[letter.kind](letter)).message)
        if ics is not None and b"METHOD:REQUEST" in ics:
            (event,) = Calendar.from_ical(ics).walk("VEVENT")
            if not str(event["UID"]).startswith(to):
                continue
            told = Answering(
                uid=str(event["UID"]),
                to=str(event["ORGANIZER"]).removeprefix("mailto:"),
                email=email,
                sequence=int(event["SEQUENCE"]),
                stamp=seconds(clock.now()) - timedelta(minutes=5),
            )
            return replace(told, **more)
    raise AssertionError(f"{email} holds no invite")


def later(answer: Answering, **more: Any) -> Answering:
    """The same person's next answer, a second later."""
    return replace(answer, stamp=answer.stamp + timedelta(seconds=1), **more)


def seconds(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


async def came(mail: bytes, *recipients: str) -> tuple[str, str]:
    """Take it in: what became of it, and why."""
    verdict = await take_in(mail, came_by=CameBy.LISTENER, recipients=recipients)
    return verdict.state.value, verdict.why


async def answers(answer: Answering, program: Builder = gmail) -> tuple[str, str]:
    return await came(program(answer))


async def known_of(email: str = ADDRESS) -> tuple[str, str | None, int | None]:
    """Status, answer and the SEQUENCE last sent, of whoever registered with this address."""
    row = await fetch_one("SELECT status, answer, invite_sequence FROM registration WHERE email_key = $1", email)
    assert row is not None
    return row["status"], row["answer"], row["invite_sequence"]


async def mails() -> list[tuple[str, str]]:
    """State and reason of every mail kept, the oldest first."""
    return [(row["state"], row["why"]) for row in await fetch("SELECT state, why FROM inbound_mail ORDER BY id")]


@asynccontextmanager
async def service() -> AsyncIterator[httpx.AsyncClient]:
    """The whole service on the database of the test."""
    transport = httpx.ASGITransport(cast(Any, application(settings.current())))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        yield client


def _ics_in(message: bytes) -> bytes | None:
    import email
    import email.policy

    for part in email.message_from_bytes(message, policy=email.policy.default).walk():
        if part.get_content_type() == "text/calendar":
            return cast(bytes, part.get_payload(decode=True))
    return None
