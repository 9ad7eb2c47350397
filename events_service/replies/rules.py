"""What a mail says, and whether it may be believed. Pure: `now` is not needed, for order is kept by SEQUENCE and DTSTAMP."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from events_service.registrations.answer_rules import Answer, Asked, Given


class State(StrEnum):
    """What became of a mail: applied, laid before a registrar, of no use, or put aside by one."""

    APPLIED = "applied"
    REVIEW = "review"
    IGNORED = "ignored"
    DISMISSED = "dismissed"


class CameBy(StrEnum):
    """How a mail reached us: handed over by a program, sent to our listener, or fetched from a mailbox."""

    API = "api"
    LISTENER = "listener"
    MAILBOX = "mailbox"


@dataclass(frozen=True, slots=True)
class CalendarReply:
    """The calendar message in a mail: METHOD and UID as they stand there, of one attendee (folded address, empty for none).

    `answer` is None for a PARTSTAT that is no answer; `sequence` and `stamped_at` are None where they are missing or unreadable.
    """

    method: str
    uid: str
    attendee: str
    answer: Answer | None
    sequence: int | None
    stamped_at: datetime | None


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as it was read. Addresses are folded; everything in it may be a lie.

    `sender` is empty unless there is exactly one; `tokens` stand behind the plus in addresses of ours that it names;
    `answers_to` are the ids in In-Reply-To and References. `calendar` is None with the reason in `why`.
    """

    digest: str
    sender: str
    subject: str
    tokens: frozenset[str]
    answers_to: tuple[str, ...]
    is_automatic: bool
    calendar: CalendarReply | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a mail, and why: a code."""

    state: State
    why: str

    @property
    def is_applied(self) -> bool:
        """Whether the answer counts now."""
        return self.state is State.APPLIED


def judge(mail: Mail, asked: Asked | None) -> Verdict:
    """What becomes of it. `asked` is the invite that its UID and attendee name, None where there is no such invite.

    Applied is only what the attendee sends themselves to the address of that very invite, and only once; what does not match goes
    to review, and what is out of date is ignored.
    """
    reply = mail.calendar
    if reply is None or reply.method != "REPLY":
        if mail.is_automatic:
            return Verdict(State.IGNORED, "automatic")
        return Verdict(State.REVIEW, mail.why if reply is None else "other_method")
    if asked is None:
        return Verdict(State.REVIEW, "unknown_invite")
    if reply.answer is None:
        return Verdict(State.REVIEW, "no_answer")
    if doubt := _doubt(mail, reply, asked):
        return Verdict(State.REVIEW, doubt)
    return _in_time(reply, reply.answer, asked)


def _doubt(mail: Mail, reply: CalendarReply, asked: Asked) -> str:
    """Why the mail may be somebody else's; empty where it is theirs."""
    if mail.sender != reply.attendee:
        return "sender_differs"
    if not mail.tokens:
        return "no_token"
    return "" if asked.token in mail.tokens else "other_token"


def _in_time(reply: CalendarReply, answer: Answer, asked: Asked) -> Verdict:
    last = asked.last
    if last is not None and _is_same(reply, answer, last):
        return Verdict(State.IGNORED, "known_already")
    if last is not None and _is_older(reply, last):
        return Verdict(State.IGNORED, "older_answer")
    if asked.is_over:
        return Verdict(State.IGNORED, "over")
    if asked.withdrawn:
        comes_back = last is not None and last.answer is Answer.DECLINED and answer is not Answer.DECLINED
        # They think that they come, and have no seat any more: somebody should know.
        return Verdict(State.REVIEW, "came_back") if comes_back else Verdict(State.IGNORED, "withdrawn")
    if reply.sequence is not None and reply.sequence < asked.sequence:
        # A no to an earlier time may or may not hold for the new one; a yes says nothing about it.
        return Verdict(State.REVIEW if answer is Answer.DECLINED else State.IGNORED, "earlier_invite")
    return Verdict(State.APPLIED, answer.value)


def _is_same(reply: CalendarReply, answer: Answer, last: Given) -> bool:
    return (
        answer is last.answer
        and reply.stamped_at == last.stamped_at
        and (reply.sequence is None or reply.sequence == last.sequence)
    )


def _is_older(reply: CalendarReply, last: Given) -> bool:
    """RFC 5546 §2.1.5: by SEQUENCE, then by DTSTAMP; what the mail does not say decides nothing."""
    if reply.sequence is not None and last.sequence is not None and reply.sequence != last.sequence:
        return reply.sequence < last.sequence
    return reply.stamped_at is not None and reply.stamped_at < last.stamped_at
