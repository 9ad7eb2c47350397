"""Finished letters: a template's text and HTML with the headers that every letter has."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from events_service import settings
from events_service.calendar import InlineImage, Invite, compose_letter, mailbox, set_header
from events_service.outbox.rules import PostedLetter, Rendered
from events_service.web.pages import render
from events_service.web.words import language


def finished_letter(
    letter: PostedLetter,
    template: str,
    values: Mapping[str, Any],
    *,
    subject: str,
    sender: str | None = None,
    images: Mapping[str, InlineImage] | None = None,
    invite: Invite | None = None,
    headers: Mapping[str, str] | None = None,
) -> Rendered:
    """The letter made of `letters/<template>.txt` and `.html`, in the language that is set.

    It comes from the organisation: from `sender`, else from the address that takes replies. `headers` stand beside the usual ones.
    """
    own = settings.current()
    sender = sender or own.reply_address
    values = {
        "language": language.get(),
        "organisation": own.organisation,
        "reply_address": own.reply_address,
        **values,
    }
    text, html = render(f"letters/{template}.txt", **values), render(f"letters/{template}.html", **values)
    message = compose_letter(text=text, html=html, images=images, invite=invite)
    usual = {
        "From": mailbox(own.organisation, sender),
        "To": mailbox(letter.recipient_name, letter.recipient),
        "Subject": subject,
        "Date": _mail_date(letter.created_at),
        "Message-ID": letter.message_id,
        "Auto-Submitted": "auto-generated",
    }
    for name, value in {**usual, **(headers or {})}.items():
        set_header(message, name, value)
    return Rendered(
        sender=sender,
        recipient=letter.recipient,
        message=message.as_bytes(),
        subject=subject,
        text=text,
        html=html,
    )


def link_values(url: str) -> dict[str, str]:
    """A link with a code behind `#` as the templates take it: whole, and in its halves for who has to paste the code."""
    address, _, code = url.partition("#")
    return {"page_url": url, "page_address": address, "page_code": code}


def _mail_date(moment: datetime) -> str:
    """The moment, which is in UTC, as the header Date wants it."""
    return moment.strftime("%a, %d %b %Y %H:%M:%S +0000")
