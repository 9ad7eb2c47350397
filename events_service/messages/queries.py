"""Reading whom a message goes to, and what was sent."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from events_service.database import Row, fetch, fetch_one
from events_service.errors import NotFound
from events_service.messages.rules import Segment, answers_fit
from events_service.outbox.rules import is_safe_address
from events_service.registrations.queries import Registration, registration_from
from events_service.texts.rules import Words


@dataclass(frozen=True, slots=True)
class Recipients:
    """Who gets a message, by name, and how many of those it is meant for get none because they stopped their mails."""

    people: tuple[Registration, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class Sent:
    """A message as it was sent."""

    id: str
    segment: Segment
    texts: dict[str, Words]
    main_language: str
    recipients: int
    left_out: int
    created_at: datetime

    @property
    def subject(self) -> str:
        """In the main language."""
        return self.texts[self.main_language].subject


def statement(event_id: str, segment: Segment) -> tuple[str, list[Any]]:
    """The SELECT that finds them, and its values. Its words are ours alone."""
    where, values = ["event = $1", "status = ANY($2)"], [event_id, list(segment.statuses)]
    for column in ("category", "city", "attendance"):
        if given := getattr(segment, column):
            values.append(given)
            where.append(f"{column} = ${len(values)}")
    if segment.session_id:
        values.append(segment.session_id)
        where.append(
            f"id IN (SELECT registration FROM sign_up WHERE session = ${len(values)} AND status = 'confirmed')"  # noqa: S608
        )
    return f"SELECT * FROM registration WHERE {' AND '.join(where)} ORDER BY search_key, id", values  # noqa: S608


def recipients_in(rows: list[Row], segment: Segment) -> Recipients:
    """Of those found, who gets the message."""
    found = [registration_from(row) for row in rows]
    meant = [
        one
        for one in found
        if is_safe_address(one.email)
        and (
            not segment.names_an_answer
            or answers_fit(one.answers, name=segment.answer_name, value=segment.answer_value)
        )
    ]
    people = tuple(one for one in meant if one.mails_stopped_at is None)
    return Recipients(people, len(meant) - len(people))


async def recipients_of(event_id: str, segment: Segment) -> Recipients:
    """Who would get a message that is sent now."""
    found, values = statement(event_id, segment)
    return recipients_in(await fetch(found, *values), segment)


async def sent_messages(event_id: str, *, after: str = "", limit: int = 100) -> list[Sent]:
    """What was sent to an event's participants, the newest first; `after` is the id of the last one seen."""
    rows = await fetch(
        "SELECT * FROM bulk_message WHERE event = $1 AND ($2 = '' OR id < $2) ORDER BY id DESC LIMIT $3",
        event_id,
        after,
        limit,
    )
    return [_sent(row) for row in rows]


async def sent_under(key: str) -> Sent:
    """The message that was sent under that key. Raises `NotFound`."""
    row = await fetch_one("SELECT * FROM bulk_message WHERE key = $1", key)
    if row is None:
        raise NotFound()
    return _sent(row)


def _sent(row: Row) -> Sent:
    return Sent(
        id=row["id"],
        segment=msgspec.json.decode(row["segment"], type=Segment),
        texts=msgspec.json.decode(row["texts"], type=dict[str, Words]),
        main_language=row["main_language"],
        recipients=row["recipients"],
        left_out=row["left_out"],
        created_at=row["created_at"],
    )
