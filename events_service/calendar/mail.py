"""The MIME of a letter: text and HTML, pictures inline, and an invite as iMIP asks (RFC 6047).

multipart/mixed{ multipart/alternative{ text/plain, text/html, text/calendar }, application/ics "invite.ics" };
without an invite the alternative alone; with pictures the HTML sits in a multipart/related beside them.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, compat32
from enum import StrEnum
from typing import NamedTuple

# 76, for that is what quoted-printable and base64 allow a line (RFC 2045 §6.7-8); Python's 78 is that of RFC 5322.
LETTER_POLICY = SMTP.clone(max_line_length=76)

_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]|=\\?")


class UnsafeHeader(ValueError):
    """A header value with a control character, a line separator or the start of an encoded word. Carries `name`."""

    def __init__(self, name: str) -> None:
        super().__init__(f"unsafe value for the header {name}")
        self.name = name


class Method(StrEnum):
    """What an invite asks of the reader (RFC 5546 §1.4), as far as we send it."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


class InlineImage(NamedTuple):
    """A picture shown within the HTML, `subtype` as in "png"."""

    data: bytes
    subtype: str


@dataclass(frozen=True, slots=True)
class Invite:
    """A calendar file to be mailed, and the METHOD written in it; Exchange rejects a mail whose two differ."""

    method: Method
    ics: bytes

    def __post_init__(self) -> None:
        if self.ics.count(b"\r\nMETHOD:") != 1 or f"\r\nMETHOD:{self.method}\r\n".encode() not in self.ics:
            raise ValueError(f"the calendar file is not of METHOD {self.method}")


def compose_letter(
    *, text: str, html: str, images: Mapping[str, InlineImage] | None = None, invite: Invite | None = None
) -> EmailMessage:
    """The body of a letter, without From, To, Subject, Message-ID and Date; the same facts give the same bytes.

    `images` are shown by the HTML as `cid:<key>`. The invite is the last alternative and is attached once more.
    """
    letter = EmailMessage(policy=LETTER_POLICY)
    letter.set_content(text, cte="quoted-printable")
    letter.add_alternative(html, subtype="html", cte="quoted-printable")
    if images:
        _relate(_parts(letter)[1], images)
    if invite:
        letter.attach(_calendar_part(invite))
        letter.make_mixed()
        name = "invite.ics"
        letter.add_attachment(invite.ics, maintype="application", subtype="ics", filename=name, params={"name": name})
    _name_boundaries(letter, digest=_digest(text, html, images or {}, invite))
    return letter


def set_header(letter: EmailMessage, name: str, value: str) -> None:
    """Set one header, in place of any of that name.

    Refuses, as UnsafeHeader, what could start another header or hide one in an encoded word: Python before 3.11.10
    decodes such words and writes out the line breaks in them.
    """
    if _UNSAFE.search(value):
        raise UnsafeHeader(name)
    del letter[name]
    letter[name] = value


def mailbox(name: str, address: str) -> str:
    """A display name and an address as From and To want them, quoted where need be; just the address without a name.

    Refuses, as UnsafeHeader, what `set_header` refuses, and what is not one ASCII address (a domain
    like malmö.se goes by its xn-- name).
    """
    if _UNSAFE.search(name) or _UNSAFE.search(address) or not address.isascii():
        raise UnsafeHeader("mailbox")
    try:
        return str(Address(display_name=name, addr_spec=address))
    except (MessageError, ValueError, IndexError) as error:
        raise UnsafeHeader("mailbox") from error


def _relate(html: EmailMessage, images: Mapping[str, InlineImage]) -> None:
    """Put the HTML part into a multipart/related with its pictures (RFC 2387)."""
    for cid, image in images.items():
        if _UNSAFE.search(cid) or not cid.isascii():
            raise UnsafeHeader("Content-ID")
        html.add_related(image.data, maintype="image", subtype=image.subtype, cid=f"<{cid}>", disposition="inline")
    html.set_param("type", "text/html")


def _calendar_part(invite: Invite) -> EmailMessage:
    """The part that mail programs act upon: base64, for its CRLF are part of it, and no disposition."""
    # Under compat32 the line stays as written; other policies quote each parameter, method="REQUEST".
    part = EmailMessage(policy=compat32)
    part["Content-Type"] = f"text/calendar; method={invite.method}; charset=utf-8; component=VEVENT"
    part["Content-Transfer-Encoding"] = "base64"
    part.set_payload(base64.encodebytes(invite.ics).decode("ascii"))
    return part


def _name_boundaries(letter: EmailMessage, *, digest: str) -> None:
    """Boundaries drawn from the content and not from chance; "=_" occurs in no quoted-printable or base64 line."""
    multiparts = [part for part in letter.walk() if part.is_multipart()]
    for number, part in enumerate(multiparts):
        part.set_boundary(f"=_{digest}_{number}")


def _digest(text: str, html: str, images: Mapping[str, InlineImage], invite: Invite | None) -> str:
    digest = hashlib.sha256(text.encode() + b"\0" + html.encode())
    for image in images.values():
        digest.update(image.data)
    digest.update(invite.ics if invite else b"")
    return digest.hexdigest()[:24]


def _parts(letter: EmailMessage) -> list[EmailMessage]:
    return [part for part in letter.iter_parts() if isinstance(part, EmailMessage)]
