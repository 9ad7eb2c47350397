"""What a calendar can say to an invite, and what is known of the invite it answers. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from events_service.events.rules import Event


class Answer(StrEnum):
    """What somebody said to an invite (PARTSTAT, RFC 5545 §3.2.12)."""

    ACCEPTED = "accepted"
    TENTATIVE = "tentative"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Given:
    """An answer as it came: to which SEQUENCE of the invite (None where the mail does not say), and when it was given."""

    answer: Answer
    sequence: int | None
    stamped_at: datetime


@dataclass(frozen=True, slots=True)
class Asked:
    """The invite one person holds to an event, or to one of its sessions, and what they last answered.

    `sequence` is the SEQUENCE they were last sent, `withdrawn` whether it is theirs no longer; `token` stands in the address that
    takes their answers. They hold it as a participant (`registration_id`), as a speaker, or both.
    """

    event: Event
    email_key: str
    token: str
    sequence: int
    withdrawn: bool
    is_over: bool
    last: Given | None = None
    session_id: str | None = None
    registration_id: str | None = None
    speaker_id: str | None = None
