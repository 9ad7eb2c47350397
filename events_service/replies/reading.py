"""Reading a mail that may be anything: bytes in, what it says out. Pure, and bounded in size, parts, depth and work.

Mail is parsed by the standard library; of the calendar in it only the lines that matter reach the calendar library, so that no
time zone or recurrence rule of a stranger is ever worked out.
"""

import email
import hashlib
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from html import unescape
from typing import Any, cast
from urllib.parse import unquote

import nh3
from icalendar import Calendar

from events_service.outbox.bounces import UNFIT
from events_service.registrations.answer_rules import Answer
from events_service.replies.rules import CalendarReply, Mail

LARGEST_BYTES = 1_048_576
LARGEST_CALENDAR = 131_072
MOST_PARTS, DEEPEST = 60, 12
LONGEST_HEADER, LONGEST_LINE = 4_000, 2_000
LONGEST_ADDRESS, LONGEST_SUBJECT, LONGEST_WORDS = 320, 200, 4_000

CALENDAR_TYPES = ("text/calendar", "application/ics", "application/calendar", "text/x-vcalendar")
# Where the address that a mail was sent to may still be found, whatever relayed it.
SENT_TO = ("to", "cc", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-forwarded-to", "resent-to")
ANSWERS = {answer.value.upper(): answer for answer in Answer}
WANTED = ("METHOD", "UID", "ATTENDEE", "ORGANIZER", "SEQUENCE", "DTSTAMP")

_MIME_HEADER = re.compile(rb"(?im)^(?:content-|mime-)[a-z-]+:[^\r\n]*(?:\r?\n?[ \t][^\r\n]*)*")
_FOLD = re.compile(r"(?:\r\n|\r|\n)[ \t]")
_LINE = re.compile(r"\r\n|\r|\n")
# Letters of ours have ids of printable ASCII; what else somebody writes there is none of them, and no text for a database.
_MESSAGE_ID = re.compile(r"<([!-;=?A-~]{1,200}@[!-;=?A-~]{1,200})>")


class Unreadable(Exception):
    """It is no mail that can be read: too large, too deep, or nothing like one."""


def read_mail(raw: bytes, *, reply_address: str, recipients: Iterable[str] = ()) -> Mail:
    """What the mail says. `recipients` are those of its envelope, where they are known. Raises `Unreadable`."""
    message = _parsed(raw)
    try:
        return _read(message, raw, reply_address=reply_address, recipients=recipients)
    except (Unreadable, MemoryError):
        raise
    except Exception as error:
        # The library's reading of headers fails in many ways on what no mail program writes.
        raise Unreadable(type(error).__name__) from error


def words_of(raw: bytes) -> str:
    """The mail's own words as plain text, to be shown to a registrar: 4,000 characters at most, markup taken off."""
    try:
        message = _parsed(raw)
        parts = [part for part in _parts(message) if not part.is_multipart()]
        for kind in ("text/plain", "text/html"):
            for part in parts:
                if part.get_content_type() == kind:
                    text = _text(part)
                    text = unescape(nh3.clean(text, tags=set())) if kind == "text/html" else text
                    lines = (UNFIT.sub(" ", line).strip() for line in _LINE.split(text))
                    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()[:LONGEST_WORDS]
    except Exception:
        return ""
    return ""


def tokens_in(text: str, reply_address: str) -> Iterator[str]:
    """What stands behind the plus in each address of ours in the text."""
    local, _, domain = reply_address.rpartition("@")
    pattern = rf"(?<![\w.+-]){re.escape(local)}\+([a-z2-7]{{32}})@{re.escape(domain)}(?![\w-]|\.\w)"
    for found in re.finditer(pattern, text, re.IGNORECASE):
        yield found[1].lower()


def is_reply_address(address: str, reply_address: str) -> bool:
    """Whether mail to this address is for us: the reply address itself, or with a token of ours behind the plus."""
    plain = address.strip("<> ").casefold() == reply_address.casefold()
    return plain or next(tokens_in(address.strip("<> "), reply_address), None) is not None


def _parsed(raw: bytes) -> EmailMessage:
    if len(raw) > LARGEST_BYTES:
        raise Unreadable("too_large")
    # Parameters are taken apart in quadratic time: no mail program writes one so long.
    if any(len(header) > LONGEST_HEADER for header in _MIME_HEADER.findall(raw)):
        raise Unreadable("long_header")
    if raw.lower().count(b"boundary") > MOST_PARTS * 2:
        raise Unreadable("many_parts")
    try:
        message = email.message_from_bytes(raw, policy=default)
        if not message.keys():
            raise Unreadable("no_mail")
    except Unreadable:
        raise
    except (Exception, RecursionError) as error:
        raise Unreadable(type(error).__name__) from error
    return message


def _read(message: EmailMessage, raw: bytes, *, reply_address: str, recipients: Iterable[str]) -> Mail:
    headers = _headers(message)
    tokens = {token for one in recipients for token in tokens_in(one, reply_address)}
    for name in SENT_TO:
        tokens.update(token for value in headers.get(name, ()) for token in tokens_in(value, reply_address))
    tokens.update(token for value in headers.get("received", ()) for token in tokens_in(value, reply_address))
    calendar, organisers, why = _calendar_in(message)
    tokens.update(token for one in organisers for token in tokens_in(one, reply_address))
    sender = _sender(message, headers)
    message_id = " ".join(headers.get("message-id", ()))
    said = repr((sender, sorted(tokens), calendar, message_id)).encode("utf-8", "replace") if calendar else raw
    return Mail(
        digest=hashlib.sha256(said).hexdigest(),
        sender=sender,
        subject=_clean(_subject(message, headers))[:LONGEST_SUBJECT],
        tokens=frozenset(tokens),
        answers_to=tuple(
            found
            for name in ("in-reply-to", "references")
            for value in headers.get(name, ())
            for found in _MESSAGE_ID.findall(value)
        )[:20],
        is_automatic=_is_automatic(message, headers),
        calendar=calendar,
        why=why,
    )


def _headers(message: EmailMessage) -> dict[str, list[str]]:
    """The headers unread: name in lower case → values, unfolded. What is too long to be one is left out."""
    found: dict[str, list[str]] = {}
    for name, value in message.raw_items():
        text = _FOLD.sub(" ", str(value))
        if len(text) <= LONGEST_HEADER:
            found.setdefault(name.lower(), []).append(text)
    return found


def _sender(message: EmailMessage, headers: dict[str, list[str]]) -> str:
    if len(headers.get("from", ())) != 1 or len(message.get_all("from", [])) != 1:
        return ""
    addresses = cast(Any, message["from"]).addresses
    if len(addresses) != 1:
        return ""
    return _address(addresses[0].addr_spec)


def _subject(message: EmailMessage, headers: dict[str, list[str]]) -> str:
    return str(message["subject"]) if headers.get("subject") else ""


def _is_automatic(message: EmailMessage, headers: dict[str, list[str]]) -> bool:
    """Whether a machine wrote it: a bounce, a holiday notice, a list (RFC 3834)."""
    submitted = " ".join(headers.get("auto-submitted", ("no",))).strip().lower()
    precedence = " ".join(headers.get("precedence", ())).strip().lower()
    return (
        not submitted.startswith("no")
        or precedence in ("bulk", "junk", "list", "auto_reply")
        or message.get_content_type() == "multipart/report"
        or any(name in headers for name in ("x-autoreply", "x-autorespond", "x-auto-response-suppress-reply"))
        or any(value.strip() == "<>" for value in headers.get("return-path", ()))
    )


def _calendar_in(message: EmailMessage) -> tuple[CalendarReply | None, list[str], str]:
    """The first REPLY in the mail, else the first calendar that can be read; its organisers; and why there is none."""
    first: tuple[CalendarReply, list[str]] | None = None
    why = "no_calendar"
    for part in _parts(message):
        if not _is_calendar(part):
            continue
        found = _calendar(_text(part), method=str(part.get_param("method", "") or ""))
        if found is None:
            why = "unreadable_calendar"
        elif found[0].method == "REPLY":
            return (*found, "")
        else:
            first = first or found
    return (*first, "") if first else (None, [], why)


def _parts(message: EmailMessage) -> Iterator[EmailMessage]:
    """The mail and all parts in it, forwarded mails too. Raises `Unreadable` past our bounds."""
    waiting, seen = [(message, 0)], 0
    while waiting:
        part, depth = waiting.pop()
        seen += 1
        if seen > MOST_PARTS or depth > DEEPEST:
            raise Unreadable("many_parts")
        yield part
        payload = part.get_payload() if part.is_multipart() else ()
        inner = [one for one in payload if isinstance(one, EmailMessage)]
        waiting += [(one, depth + 1) for one in reversed(inner)]


def _is_calendar(part: EmailMessage) -> bool:
    if part.is_multipart():
        return False
    name = str(part.get_filename() or part.get_param("name", "") or "").lower()
    return part.get_content_type() in CALENDAR_TYPES or name.endswith((".ics", ".ical", ".vcs"))


def _text(part: EmailMessage) -> str:
    """The part as text. UTF-8 is tried before what the part says of itself, which is often wrong."""
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    for charset in ("utf-8-sig", str(part.get_content_charset("") or ""), "latin-1"):
        try:
            return data.decode(charset)
        except (LookupError, UnicodeError, ValueError):
            continue
    return ""


def _calendar(text: str, *, method: str) -> tuple[CalendarReply, list[str]] | None:
    """What matters in the calendar, and its organisers; None where it cannot be read."""
    lines = _essential_lines(text)
    if lines is None:
        return None
    try:
        calendar = cast(Any, Calendar.from_ical("\r\n".join(lines) + "\r\n"))
        (event,) = calendar.walk("VEVENT")
        people = _as_list(event.get("ATTENDEE"))
        mine = people[0] if len(people) == 1 else None
        return (
            CalendarReply(
                method=_clean(str(calendar.get("METHOD") or method)).upper(),
                uid=_clean(str(event.get("UID") or ""))[:LONGEST_ADDRESS],
                attendee=_of_person(mine) if mine is not None else "",
                answer=ANSWERS.get(str(mine.params.get("PARTSTAT", "")).upper()) if mine is not None else None,
                sequence=_sequence(event.get("SEQUENCE")),
                stamped_at=_moment(event.get("DTSTAMP")),
            ),
            [_of_person(one) for one in _as_list(event.get("ORGANIZER"))],
        )
    except Exception:
        return None


def _essential_lines(text: str) -> list[str] | None:
    """A calendar of one event with nothing but the properties that matter; None where there is no event, or more than one UID."""
    if len(text) > LARGEST_CALENDAR:
        return None
    kept, inside, uids = ["BEGIN:VCALENDAR"], list[str](), set[str]()
    for line in _LINE.split(_FOLD.sub("", text.lstrip("\ufeff \r\n\t"))):
        name = re.split("[;:]", line, maxsplit=1)[0].strip().upper()
        if name == "BEGIN":
            inside.append(line.partition(":")[2].strip().upper())
        elif name == "END":
            inside = inside[:-1]
        elif len(inside) > DEEPEST or len(line) > LONGEST_LINE:
            return None
        elif name == "METHOD" and inside[-1:] == ["VCALENDAR"]:
            kept.insert(1, line.strip())
        elif name in WANTED and inside[-1:] == ["VEVENT"]:
            kept.append(line.strip())
            if name == "UID":
                uids.add(line)
    if len(uids) != 1:
        return None
    # Answers to occurrences repeat the UID; ours do not recur, and the first of each property counts.
    head = [line for line in kept if line.upper().startswith(("BEGIN", "METHOD"))]
    rest = [line for line in kept if line not in head]
    single = {"UID", "SEQUENCE", "DTSTAMP"}
    body, seen = [], set[str]()
    for line in rest:
        name = re.split("[;:]", line, maxsplit=1)[0].upper()
        if name in single and name in seen:
            continue
        seen.add(name)
        body.append(line)
    return [*head[:2], "BEGIN:VEVENT", *dict.fromkeys(body), "END:VEVENT", "END:VCALENDAR"]


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def _of_person(value: Any) -> str:
    """The address of an ATTENDEE or ORGANIZER: of its URI, else of its EMAIL parameter (RFC 7986 §6.2)."""
    uri = str(value).strip()
    scheme, colon, rest = uri.partition(":")
    if colon and scheme.lower() == "mailto":
        return _address(unquote(rest.partition("?")[0]))
    given = str(getattr(value, "params", {}).get("EMAIL", ""))
    return _address(given or (uri if not colon else ""))


def _address(text: str) -> str:
    """One address, folded; empty for what is none."""
    address = _clean(text).strip("<> ").casefold()
    local, at, domain = address.rpartition("@")
    fits = bool(local and at and domain) and len(address) <= LONGEST_ADDRESS and " " not in address
    return address if fits else ""


def _sequence(value: Any) -> int | None:
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if 0 <= number < 2**31 else None


def _moment(value: Any) -> datetime | None:
    moment = getattr(value, "dt", None)
    if not isinstance(moment, datetime) or moment.tzinfo is None:
        return None
    try:
        return moment.astimezone(UTC)
    except (OverflowError, ValueError):
        return None


def _clean(text: str) -> str:
    return UNFIT.sub(" ", text).strip()
