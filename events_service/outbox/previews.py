"""A letter as the back office shows it: what its recipient sees, taken from the very message that goes out."""

import base64
import email
import email.policy
import re
from dataclasses import dataclass
from email.message import EmailMessage

from events_service.outbox.rules import Rendered

SHOWN_HEADERS = ("From", "Reply-To", "To", "Subject", "Date", "Message-ID")

_CID = re.compile(r"cid:([A-Za-z0-9_.@+-]+)")


@dataclass(frozen=True, slots=True)
class Preview:
    """Headers as (name, value), the two bodies with the pictures in the HTML, and the names of what is attached."""

    headers: tuple[tuple[str, str], ...]
    subject: str
    text: str
    html: str
    attachments: tuple[str, ...]


def preview_of(rendered: Rendered) -> Preview:
    """Read the message again as a mail program would."""
    message = email.message_from_bytes(rendered.message, EmailMessage, policy=email.policy.default)
    return Preview(
        headers=tuple((name, str(message[name])) for name in SHOWN_HEADERS if message[name] is not None),
        subject=rendered.subject,
        text=rendered.text,
        html=_with_pictures(rendered.html, message),
        attachments=tuple(part.get_filename() or part.get_content_type() for part in message.iter_attachments()),
    )


def _with_pictures(html: str, message: EmailMessage) -> str:
    """`cid:` addresses (RFC 2392) mean nothing outside a mail: put the pictures in their places."""
    pictures = {
        str(part["Content-ID"]).strip("<> "): part
        for part in message.walk()
        if part["Content-ID"] is not None and part.get_content_maintype() == "image"
    }

    def put(found: re.Match[str]) -> str:
        part = pictures.get(found[1])
        if part is None:
            return found[0]
        data = base64.b64encode(part.get_content()).decode("ascii")
        return f"data:{part.get_content_type()};base64,{data}"

    return _CID.sub(put, html)
