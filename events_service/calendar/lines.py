"""Content lines of iCalendar (RFC 5545 §3.1): values made safe and escaped, lines folded by octets."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from urllib.parse import quote

from icalendar import vText
from icalendar.parser import dquote, rfc_6868_escape

OCTETS_A_LINE = 75

# Everything some reader takes for the end of a line; kept as a line break of the text.
_BREAKS = re.compile("\r\n|[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# C0 but the line feed, DEL, C1, and halves of surrogate pairs, which are no UTF-8.
_CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff]")
_SUSPECT = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff]")
_ESCAPED = re.compile(r"[\\;,\n]")

# What a URI may hold unencoded (RFC 3986 §2), the percent sign of what is encoded already included.
_URI_CHARACTERS = ":/?#[]@!$&'()*+,;=%-._~"


def clean(value: str) -> str:
    """The text without control characters; every kind of line break becomes a line feed, a tab a space."""
    if not _SUSPECT.search(value):
        return value
    return _CONTROLS.sub("", _BREAKS.sub("\n", value).replace("\t", " "))


def text(value: str) -> str:
    r"""A TEXT value (RFC 5545 §3.3.11), escaped by icalendar."""
    value = clean(value)
    if not _ESCAPED.search(value):
        return value
    # icalendar reads a backslash before an N as a line break, so "C:\New" would lose its name: it gets the pieces.
    return r"\\".join(vText(piece).to_ical().decode() for piece in value.split("\\"))


def parameter(value: str) -> str:
    """A parameter value on one line, in quotes (RFC 5545 §3.2), escaped by icalendar as RFC 6868 tells."""
    return dquote(rfc_6868_escape(" ".join(clean(value).split("\n"))), always_quote=True)


def uri(value: str) -> str:
    """A URI value (RFC 5545 §3.3.13): control characters dropped, anything else foreign to a URI percent-encoded."""
    return quote(clean(value).replace("\n", ""), safe=_URI_CHARACTERS)


def mailto(address: str) -> str:
    """A CAL-ADDRESS (RFC 5545 §3.3.3). Letters stay as typed, for readers compare addresses letter by letter."""
    return "mailto:" + "".join(clean(address).split())


def utc(moment: datetime) -> str:
    """A DATE-TIME in UTC, "20270307T100000Z", to the second."""
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def document(lines: Iterable[str]) -> bytes:
    """The lines folded and joined: CRLF after each, the last included, no BOM."""
    return b"".join(map(fold, lines))


def fold(line: str) -> bytes:
    """One content line with its CRLF, at most 75 octets each; no UTF-8 sequence and no escape is split."""
    octets = line.encode()
    if len(octets) <= OCTETS_A_LINE:
        return octets + b"\r\n"
    pieces: list[bytes] = []
    start, room = 0, OCTETS_A_LINE
    while len(octets) - start > room:
        end = _whole(octets, start, start + room)
        pieces.append(octets[start:end])
        # The space that marks a continuation counts.
        start, room = end, OCTETS_A_LINE - 1
    pieces.append(octets[start:])
    return b"\r\n ".join(pieces) + b"\r\n"


def _whole(octets: bytes, start: int, end: int) -> int:
    """The nearest place at or before `end` that splits neither a UTF-8 sequence nor a backslash from its character."""
    while octets[end] & 0xC0 == 0x80:
        end -= 1
    piece = octets[start:end]
    backslashes = len(piece) - len(piece.rstrip(b"\\"))
    return end - backslashes % 2
