"""Everything kept about an address, for the person it belongs to: as JSON, and as a table of plain lines."""

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec

from events_service import clock
from events_service.database import Row, fetch

Kept = Mapping[str, list[dict[str, Any]]]

_REGISTRATIONS = """SELECT event.slug AS event, event.title AS event_title, registration.status, registration.name, registration.email,
       registration.organisation, registration.city, registration.category, registration.attendance, registration.language,
       registration.answers, registration.door_note, registration.photo_id, registration.protected, registration.identity,
       registration.source, registration.consent_at,
       registration.created_at AS registered_at, registration.changed_at, registration.reminded_at,
       registration.answer AS calendar_answer
       FROM registration JOIN event ON event.id = registration.event WHERE registration.email_key = $1 ORDER BY registration.id"""
# What hangs on the registrations, by the name it has in the file.
_OF_REGISTRATIONS = {
    "consents": """SELECT event.slug AS event, consent.purpose, consent.version, consent.wording, consent.given_at, consent.withdrawn_at
       FROM consent JOIN registration ON registration.id = consent.registration JOIN event ON event.id = registration.event
       WHERE registration.email_key = $1 ORDER BY consent.id""",
    "files": """SELECT event.slug AS event, answer_file.question, answer_file.name, answer_file.media_type, answer_file.created_at
       FROM answer_file JOIN registration ON registration.id = answer_file.registration JOIN event ON event.id = registration.event
       WHERE registration.email_key = $1 ORDER BY answer_file.id""",
    "letters": """SELECT event_slug AS event, kind, recipient AS address, language, status, created_at AS posted_at, sent_at FROM letter
       WHERE registration_id IN (SELECT id FROM registration WHERE email_key = $1) OR LOWER(recipient) = $1 ORDER BY id""",
    "sign_ups": """SELECT event.slug AS event, session.title AS session, sign_up.status, sign_up.created_at AS signed_up_at FROM sign_up
       JOIN registration ON registration.id = sign_up.registration JOIN session ON session.id = sign_up.session
       JOIN event ON event.id = registration.event WHERE registration.email_key = $1 ORDER BY sign_up.id""",
    "stars": """SELECT event.slug AS event, session.title AS session, star.created_at AS starred_at FROM star
       JOIN registration ON registration.id = star.registration JOIN session ON session.id = star.session
       JOIN event ON event.id = registration.event WHERE registration.email_key = $1 ORDER BY star.id""",
    "session_invites": """SELECT event.slug AS event, session.title AS session, session_invite.withdrawn, session_invite.answer,
       session_invite.changed_at FROM session_invite JOIN session ON session.id = session_invite.session
       JOIN event ON event.id = session.event WHERE session_invite.email_key = $1 ORDER BY session_invite.id""",
    "scans": """SELECT event.slug AS event, checkpoint.name AS checkpoint, scan.direction, scan.verdict, scan.reason, scan.scanned_at
       FROM scan JOIN registration ON registration.id = scan.registration JOIN event ON event.id = scan.event
       LEFT JOIN checkpoint ON checkpoint.id = scan.checkpoint WHERE registration.email_key = $1 ORDER BY scan.scanned_at, scan.scan_id""",
    "door_conflicts": """SELECT event.slug AS event, checkpoint.name AS checkpoint, scan_conflict.kind,
       scan_conflict.created_at AS raised_at, scan_conflict.outcome, scan_conflict.settled_reason, scan_conflict.settled_at,
       scan_conflict.reopened_reason FROM scan_conflict JOIN registration ON registration.id = scan_conflict.registration
       JOIN event ON event.id = scan_conflict.event JOIN checkpoint ON checkpoint.id = scan_conflict.checkpoint
       WHERE registration.email_key = $1 ORDER BY scan_conflict.id""",
    "online_stays": """SELECT event.slug AS event, checkpoint.name AS meeting, online_stay.joined_at, online_stay.seen_at AS last_sign_at,
       online_stay.left_at, online_stay.ending FROM online_stay JOIN registration ON registration.id = online_stay.registration
       JOIN event ON event.id = online_stay.event JOIN checkpoint ON checkpoint.id = online_stay.checkpoint
       WHERE registration.email_key = $1 ORDER BY online_stay.joined_at, online_stay.id""",
    "badge_prints": """SELECT event.slug AS event, badge_print.layout, badge_print.asked_at AS printed_at FROM printed_badge
       JOIN badge_print ON badge_print.id = printed_badge.print JOIN registration ON registration.id = printed_badge.registration
       JOIN event ON event.id = registration.event WHERE registration.email_key = $1 ORDER BY badge_print.asked_at, printed_badge.id""",
    "speaking": """SELECT event.slug AS event, speaker.name, speaker.email, speaker.title, speaker.organisation, speaker.city,
       speaker.biography, speaker.language, speaker.state, speaker.public, speaker.availability, speaker.technical_needs,
       speaker.answered_at FROM speaker JOIN event ON event.id = speaker.event WHERE speaker.email_key = $1 ORDER BY speaker.id""",
    "directory": """SELECT contact.name, contact.email, contact.title, contact.category, contact.contact_group AS "group", contact.language,
       organisation.name AS organisation, contact.city FROM contact LEFT JOIN organisation ON organisation.id = contact.organisation
       WHERE LOWER(contact.email) = $1""",
    "invitations": """SELECT event.slug AS event, invitation.name, invitation.email, invitation.organisation, invitation.city,
       invitation.category, invitation.state, invitation.word, invitation.invited_at, invitation.answered_at
       FROM invitation JOIN event ON event.id = invitation.event WHERE invitation.email_key = $1 ORDER BY invitation.id""",
    "coordinating": """SELECT event.slug AS event, delegation.city, delegation.coordinator_name AS name,
       delegation.coordinator_email AS email, delegation.language, delegation.seats, delegation.closes_at, delegation.state FROM delegation
       JOIN event ON event.id = delegation.event WHERE delegation.email_key = $1 ORDER BY delegation.id""",
    "mail_received": """SELECT event.slug AS event, inbound_mail.sender, inbound_mail.subject, inbound_mail.answer, inbound_mail.state,
       inbound_mail.received_at FROM inbound_mail LEFT JOIN event ON event.id = inbound_mail.event
       WHERE inbound_mail.email_key = $1 ORDER BY inbound_mail.id""",
}
_AS_JSON = frozenset({"answers"})


async def kept_about(email_key: str) -> Kept:
    """Everything kept about this address, given folded, by what it is: a list of plain objects each; times in UTC."""
    found = {"registrations": [_themselves(_plain(row)) for row in await fetch(_REGISTRATIONS, email_key)]}
    for name, statement in _OF_REGISTRATIONS.items():
        found[name] = [_plain(row) for row in await fetch(statement, email_key)]
    return found


def as_json(email_key: str, kept: Kept) -> bytes:
    """The file as JSON: `address`, `made_at`, then a list for each kind of thing."""
    return msgspec.json.format(msgspec.json.encode({"address": email_key, "made_at": clock.now(), **kept}), indent=2)


def as_csv(kept: Kept) -> bytes:
    """The file as CSV in UTF-8: a line for each value, with what it is of, which one of them, and its name."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("kind", "number", "field", "value"))
    writer.writerows(_lines(kept))
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _lines(kept: Kept) -> Iterator[tuple[str, int, str, str]]:
    for kind, things in kept.items():
        for number, thing in enumerate(things, start=1):
            for name, value in thing.items():
                if isinstance(value, dict):
                    yield from (
                        (kind, number, _safe(f"{name}.{inner}"), _safe(_text(one))) for inner, one in value.items()
                    )
                elif value not in (None, ""):
                    yield kind, number, name, _safe(_text(value))


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "; ".join(map(_text, value))
    return "" if value is None else str(value)


def _safe(text: str) -> str:
    # A spreadsheet takes these for the beginning of a formula.
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else text


def _themselves(registration: dict[str, Any]) -> dict[str, Any]:
    """A protected person under their own name, with the alias that others see."""
    who = registration.pop("identity")
    if not who:
        return registration
    return {**registration, **msgspec.json.decode(who), "alias": registration["name"]}


def _plain(row: Row) -> dict[str, Any]:
    return {
        name: msgspec.json.decode(value) if name in _AS_JSON and value else value for name, value in dict(row).items()
    }
