"""Reading what a mail server reports of a letter that could not be delivered (RFC 3464). Pure.

Nothing in it is believed by itself: whoever acts on it asks whether the letter is one of ours, and went to that address.
"""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from typing import Any

# Permanent only as far as this letter goes: a mailbox that is full, a letter that is too large, a matter of policy.
_ABOUT_THE_ADDRESS = ("5.0.", "5.1.")
_MAILBOX_GONE = ("5.2.0", "5.2.1")
LONGEST_HEADER = 1_000
# Letters of ours have ids of printable ASCII.
_MESSAGE_ID = re.compile(r"<[!-~]{1,400}>")
# What neither a line of text nor every database takes.
UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


@dataclass(frozen=True, slots=True)
class Failed:
    """One recipient that was not reached: the address, the status (RFC 3463) and the server's own words."""

    address: str
    status: str
    diagnostic: str

    @property
    def is_hard(self) -> bool:
        """Whether the address itself takes no mail, now or later."""
        return self.status.startswith(_ABOUT_THE_ADDRESS) or self.status in _MAILBOX_GONE


@dataclass(frozen=True, slots=True)
class Bounce:
    """A report about one letter: its Message-ID with the angle brackets, and whom it did not reach."""

    message_id: str
    failed: tuple[Failed, ...]


def read_bounce(raw: bytes) -> Bounce | None:
    """The report in a mail; None where there is none, or where it does not say which letter it is about."""
    try:
        parts = list(email.message_from_bytes(raw).walk())
        failed = tuple(one for part in parts for one in _failed_in(part))
        message_id = next((found for part in parts if (found := _about(part))), "")
    except Exception:
        # The library's reading fails in many ways on what no mail server writes.
        return None
    return Bounce(message_id, failed) if failed and message_id else None


def _failed_in(part: Message[Any, Any]) -> Iterator[Failed]:
    """The failed recipients of a delivery report; its first block is about the message as a whole."""
    blocks = part.get_payload()
    if part.get_content_type() != "message/delivery-status" or not isinstance(blocks, list):
        return
    for block in (one for one in blocks if isinstance(one, Message)):
        address = _address(block, "Original-Recipient") or _address(block, "Final-Recipient")
        if _text(block, "Action").lower() == "failed" and address:
            diagnostic = _text(block, "Diagnostic-Code").partition(";")[2].strip()
            yield Failed(address, _text(block, "Status").split(" ")[0], diagnostic)


def _about(part: Message[Any, Any]) -> str:
    """The Message-ID of the letter that came back, from the copy of it or of its headers; empty for what is none of ours."""
    found = _message_id(part)
    return found if _MESSAGE_ID.fullmatch(found) else ""


def _message_id(part: Message[Any, Any]) -> str:
    inside = part.get_payload()
    if part.get_content_type() == "message/rfc822" and isinstance(inside, list):
        return next((_text(one, "Message-ID") for one in inside if isinstance(one, Message)), "")
    if part.get_content_type() == "text/rfc822-headers":
        body = part.get_payload(decode=True)
        return _text(email.message_from_bytes(body), "Message-ID") if isinstance(body, bytes) else ""
    return ""


def _address(block: Message[Any, Any], name: str) -> str:
    """The address behind its type (`rfc822; asa@example.org`), without what some put around it."""
    kind, _, address = _text(block, name).partition(";")
    return address.strip().strip("<>") if kind.strip().lower() in ("rfc822", "utf-8") else ""


def _text(message: Message[Any, Any], name: str) -> str:
    """The header on one line, fit to be kept; of one longer than any mail server writes only the beginning."""
    return " ".join(UNFIT.sub(" ", str(message.get(name, ""))[:LONGEST_HEADER]).split())
