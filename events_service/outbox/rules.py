"""Letters: what they are made of, when they are tried again, and when nobody tries any more."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

LEASE_LASTS = timedelta(minutes=2)
GIVE_UP_AFTER = timedelta(days=3)
FORGET_AFTER = timedelta(days=14)
DELAYS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1), timedelta(hours=3))
LONGEST_REASON = 300
SIGN_IN_FIRST = 530
# Servers compare the size with their limit as soon as the sender is named (RFC 1870 §6.1).
TOO_LARGE = 552

# Status codes of security and policy (RFC 3463 §3.8).
_POLICY = re.compile(r"5\.7\.\d")

# Controls, line and paragraph separators, lone surrogates, and "=?": older Pythons decode the word that begins so,
# and write out the line breaks in it.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]|=\\?")
_NOT_IN_ADDRESS = re.compile(r"[\s<>,;:\"()\[\]\\]")
_ADDRESS = re.compile(r"[^\s<>,;:\"()]+@[^\s<>,;:\"()]+")
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


class Status(StrEnum):
    """How far a letter has come. A letter that is being sent is still waiting: a lease says who holds it.

    One that is held back was not tried: its address takes no mail.
    """

    WAITING = "waiting"
    SENT = "sent"
    GIVEN_UP = "given_up"
    HELD_BACK = "held_back"


class Stage(StrEnum):
    """Where in the talk with a mail server an answer was given."""

    GREETING = "greeting"
    SENDER = "sender"
    RECIPIENT = "recipient"
    CONTENT = "content"


@dataclass(frozen=True, slots=True)
class NewLetter:
    """A letter to be written: its kind, which names its renderer, and the facts (plain JSON values) it is written from.

    Letters of a lower `priority` number go out first.
    """

    kind: str
    recipient: str
    recipient_name: str
    language: str
    facts: Mapping[str, Any]
    event_slug: str | None = None
    registration_id: str | None = None
    priority: int = 5


@dataclass(frozen=True, slots=True)
class PostedLetter:
    """A letter as it lies in the outbox. Times are aware, in UTC. `facts` is None once the letter was forgotten."""

    id: str
    message_id: str
    kind: str
    recipient: str
    recipient_name: str
    language: str
    facts: Mapping[str, Any] | None = field(repr=False)
    event_slug: str | None
    registration_id: str | None
    status: Status
    attempts: int
    priority: int
    created_at: datetime
    next_attempt_at: datetime
    sent_at: datetime | None
    last_error: str | None


@dataclass(frozen=True, slots=True)
class Rendered:
    """A letter ready to go: `message` is the whole of it (RFC 5322, CRLF lines) and goes out to the byte.

    `recipient` is the address on the envelope; `sender` is what previews show, for the envelope's is the settings'.
    """

    sender: str
    recipient: str
    message: bytes = field(repr=False)
    subject: str
    text: str = field(repr=False)
    html: str = field(repr=False)


Renderer = Callable[[PostedLetter], Awaitable[Rendered] | Rendered]
Renderers = Mapping[str, Renderer]


class Trouble(Exception):
    """A try that failed. `final`: this letter will never be taken; `everywhere`: no other letter would fare better; `bounced`: the
    address takes no mail.
    """

    def __init__(self, reason: str, *, final: bool = False, everywhere: bool = False, bounced: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.final = final
        self.everywhere = everywhere
        self.bounced = bounced


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a letter after a try that failed."""

    status: Status
    next_attempt_at: datetime
    last_error: str


def is_safe_in_header(value: str) -> bool:
    """Whether the value can start no header of its own and hide none in an encoded word."""
    return not _UNSAFE.search(value)


def is_safe_address(address: str) -> bool:
    """Whether this is one address and nothing that a header or an SMTP command would read as more."""
    local, _, domain = address.rpartition("@")
    return bool(local and domain) and is_safe_in_header(address) and not _NOT_IN_ADDRESS.search(address)


def leads_nowhere(address: str) -> bool:
    """Whether no mail can ever arrive there (RFC 2606): so stand those who gave no address, or whose own is kept apart."""
    return address.casefold().endswith(".invalid")


def message_id_for(letter_id: str, *, domain: str) -> str:
    """The Message-ID (RFC 5322 §3.6.4) that a letter keeps through every try."""
    return f"<{letter_id}@[{domain}]>" if ":" in domain else f"<{letter_id}@{domain}>"


def delay_after(attempts: int) -> timedelta:
    """How long to wait after so many failed tries (one or more): a minute at first, three hours in the end."""
    return DELAYS[min(attempts, len(DELAYS)) - 1]


def fate_after(trouble: Trouble, *, attempts: int, created_at: datetime, now: datetime) -> Fate:
    """When to try again after the failed try number `attempts`, the last time when the letter is three days old."""
    deadline = created_at + GIVE_UP_AFTER
    reason = masked(trouble.reason)
    if trouble.final or now >= deadline:
        return Fate(Status.GIVEN_UP, now, reason)
    return Fate(Status.WAITING, min(now + delay_after(attempts), deadline), reason)


def judge_answer(code: int, text: str, *, at: Stage) -> Trouble:
    """What a refusing answer of a mail server (RFC 5321 §4.2.1) means.

    A 5yz about the recipient or the content is final. What speaks of this installation instead (the greeting, the
    sign-in, the sender, a matter of policy as when relaying is denied) someone may mend within three days. Where it
    was said before any recipient was named it meets every letter, and so does 421.
    """
    about_letter = at in (Stage.RECIPIENT, Stage.CONTENT) or code == TOO_LARGE
    about_policy = code == SIGN_IN_FIRST or bool(_POLICY.match(text))
    final = about_letter and 500 <= code <= 599 and not about_policy
    return Trouble(
        f"{code} {text}",
        final=final,
        everywhere=not about_letter or code == 421,
        bounced=final and at is Stage.RECIPIENT and code != TOO_LARGE,
    )


def masked(reason: str) -> str:
    """The reason as it may be kept: on one line, not too long, and without anyone's address."""
    plain = _CONTROLS.sub(" ", reason)
    return _ADDRESS.sub("(address)", plain)[:LONGEST_REASON].strip()
