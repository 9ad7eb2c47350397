"""Reading mail that was taken in."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from events_service.database import Row, fetch, fetch_one
from events_service.errors import NotFound
from events_service.registrations.answer_rules import Answer
from events_service.replies.rules import CameBy, State


@dataclass(frozen=True, slots=True)
class Taken:
    """A mail and what became of it. `holder` is whose invite it would answer; empty where that is unknown."""

    id: str
    received_at: datetime
    came_by: CameBy
    state: State
    why: str
    event_slug: str | None
    event_title: str
    session_title: str
    holder: str
    registration_id: str | None
    sender: str
    attendee: str
    subject: str
    answer: Answer | None
    contents: bytes | None
    decided_at: datetime | None

    @property
    def can_apply(self) -> bool:
        """Whether there is an answer, and somebody whose answer it would be."""
        return self.state is State.REVIEW and self.answer is not None and bool(self.holder)


_TAKEN = """
SELECT inbound_mail.*, event.slug AS event_slug, event.title AS event_title, session.title AS session_title,
       registration.id AS registration_id, registration.protected, registration.name AS shown_as,
       EXISTS (SELECT 1 FROM registration AS hidden WHERE hidden.protected
               AND (hidden.event = inbound_mail.event OR inbound_mail.event IS NULL)
               AND hidden.email_key IN (inbound_mail.sender, inbound_mail.attendee)) AS from_protected
FROM inbound_mail LEFT JOIN event ON event.id = inbound_mail.event LEFT JOIN session ON session.id = inbound_mail.session
LEFT JOIN registration ON registration.event = inbound_mail.event AND registration.email_key = inbound_mail.email_key
"""


async def mails(state: State, *, events: Sequence[str] | None = None, before: str = "", limit: int = 50) -> list[Taken]:
    """Up to `limit` of that state, the newest first; `before` is the id of the last one seen. `events` None: of all and of none."""
    where, values = ["inbound_mail.state = $1"], list[object]([state.value, limit])
    if before:
        values.append(before)
        where.append(f"inbound_mail.id < ${len(values)}")
    if events is not None:
        values.append(list(events))
        where.append(f"event.slug = ANY(${len(values)})")
    rows = await fetch(
        f"{_TAKEN} WHERE {' AND '.join(where)} ORDER BY inbound_mail.id DESC LIMIT $2",
        *values,
    )
    return [_taken(row) for row in rows]


async def mail(mail_id: str) -> Taken:
    """One of them. Raises `NotFound`."""
    row = await fetch_one(f"{_TAKEN} WHERE inbound_mail.id = $1", mail_id)
    if row is None:
        raise NotFound()
    return _taken(row)


async def how_many_wait(events: Sequence[str] | None = None) -> int:
    """How many are laid before registrars, at these events, or in all."""
    statement = "SELECT COUNT(*) AS mails FROM inbound_mail LEFT JOIN event ON event.id = inbound_mail.event WHERE state = 'review'"
    if events is None:
        row = await fetch_one(statement)
    else:
        row = await fetch_one(f"{statement} AND event.slug = ANY($1)", list(events))
    return int(row["mails"]) if row else 0


def _taken(row: Row) -> Taken:
    """Of protected people the name they are shown by alone, whoever's invite they answer: neither their address nor their words."""
    found = Taken(
        id=row["id"],
        received_at=row["received_at"],
        came_by=CameBy(row["came_by"]),
        state=State(row["state"]),
        why=row["why"],
        event_slug=row["event_slug"],
        event_title=row["event_title"] or "",
        session_title=row["session_title"] or "",
        holder=row["email_key"] or "",
        registration_id=row["registration_id"],
        sender=row["sender"],
        attendee=row["attendee"],
        subject=row["subject"],
        answer=Answer(row["answer"]) if row["answer"] else None,
        contents=row["contents"],
        decided_at=row["decided_at"],
    )
    if not (row["protected"] or row["from_protected"]):
        return found
    alias = row["shown_as"] if row["protected"] else ""
    return replace(found, holder=alias or found.holder, sender=alias, attendee="", subject="", contents=None)
