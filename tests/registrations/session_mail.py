"""What people were sent about sessions, as two independent readers understand it."""

import email
import email.policy
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any, cast

import vobject
from icalendar import Calendar

from events_service import database
from events_service.outbox.queries import letter_from
from events_service.outbox.rules import PostedLetter
from events_service.programme.letters import RENDERERS
from events_service.registrations.session_letters import KINDS, write_session_letter


@dataclass(frozen=True)
class Sent:
    """One letter: to whom, of what kind, and its calendar message (METHOD None for none)."""

    to: str
    kind: str
    title: str
    method: str | None = None
    sequence: int | None = None


async def posted() -> list[PostedLetter]:
    """All letters about sessions, the oldest first."""
    rows = await database.fetch("SELECT * FROM letter WHERE kind = ANY($1) ORDER BY id", list(KINDS))
    return [letter_from(row) for row in rows]


async def sent(*, after: int = 0) -> list[Sent]:
    """All letters about sessions but the first so many, rendered and read again, by recipient and title."""
    found = []
    for letter in (await posted())[after:]:
        mail = await mail_of(letter)
        assert mail["To"].addresses[0].addr_spec == letter.recipient
        title = str(letter.facts["about"]["session"]["title"]) if letter.facts else ""
        ics = ics_in(mail)
        if ics is None:
            found.append(Sent(letter.recipient, letter.kind, title))
            continue
        read = two_readers(ics)
        assert read["attendee"] == f"mailto:{letter.recipient}"
        assert read["organizer"] == f"mailto:{mail['From'].addresses[0].addr_spec}"
        found.append(Sent(letter.recipient, letter.kind, title, read["method"], read["sequence"]))
    return sorted(found, key=lambda one: (one.to.lower(), one.title))


async def mail_of(letter: PostedLetter) -> EmailMessage:
    """The letter as it goes out, read again by the standard library."""
    assert RENDERERS[letter.kind] is write_session_letter
    rendered = await write_session_letter(letter)
    return cast(EmailMessage, email.message_from_bytes(rendered.message, policy=email.policy.default))


def ics_in(mail: EmailMessage) -> bytes | None:
    """The calendar file of a mail, which is the last alternative and attached once more, to the octet."""
    if mail.get_content_type() != "multipart/mixed":
        assert "text/calendar" not in {part.get_content_type() for part in mail.walk()}
        return None
    alternative, attachment = mail.iter_parts()
    last = [*cast(EmailMessage, alternative).iter_parts()][-1]
    assert last.get_content_type() == "text/calendar"
    ics = last.get_payload(decode=True)
    assert isinstance(ics, bytes)
    assert attachment.get_payload(decode=True) == ics
    assert f"\r\nMETHOD:{last.get_param('method')}\r\n".encode() in ics
    return ics


def two_readers(ics: bytes) -> dict[str, Any]:
    """The one VEVENT of an invite by icalendar; vobject agrees on who, what, when and which revision."""
    calendar = Calendar.from_ical(ics)
    (event,) = calendar.walk("VEVENT")
    other = vobject.readOne(ics.decode())
    read = {
        "method": str(calendar["METHOD"]),
        "uid": str(event["UID"]),
        "sequence": int(event["SEQUENCE"]),
        "starts": event["DTSTART"].dt.isoformat(),
        "summary": str(event["SUMMARY"]),
        "location": str(event.get("LOCATION", "")),
        "status": str(event["STATUS"]) if "STATUS" in event else None,
        "organizer": str(event["ORGANIZER"]),
        "attendee": str(event["ATTENDEE"]),
        "description": str(event.get("DESCRIPTION", "")),
    }
    agreed = other.vevent
    assert (other.method.value, agreed.uid.value, int(agreed.sequence.value)) == (
        read["method"],
        read["uid"],
        read["sequence"],
    )
    assert agreed.dtstart.value.isoformat() == read["starts"]
    assert (agreed.organizer.value, agreed.attendee.value) == (read["organizer"], read["attendee"])
    assert agreed.summary.value == read["summary"]
    return read
