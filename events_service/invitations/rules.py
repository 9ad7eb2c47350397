"""What may become of an invitation, and when its guest is reminded. Pure: `now` is an argument."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from events_service.errors import Conflict
from events_service.events.rules import Event
from events_service.events.rules import Status as EventStatus
from events_service.sealing import keyed_token
from events_service.sentences import sentence


class State(StrEnum):
    """How far an invitation has come; who is in `reserve` was not written to yet."""

    RESERVE = "reserve"
    INVITED = "invited"
    OPENED = "opened"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    DELEGATED = "delegated"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"


_ANSWERS = {State.ACCEPTED, State.DECLINED, State.DELEGATED, State.LAPSED, State.WITHDRAWN}
ALLOWED: dict[State, frozenset[State]] = {
    State.RESERVE: frozenset({State.INVITED, State.WITHDRAWN}),
    State.INVITED: frozenset({State.OPENED, *_ANSWERS}),
    State.OPENED: frozenset(_ANSWERS),
    State.ACCEPTED: frozenset(),
    State.DECLINED: frozenset({State.INVITED}),
    State.DELEGATED: frozenset(),
    State.LAPSED: frozenset({State.INVITED}),
    State.WITHDRAWN: frozenset({State.INVITED}),
}
# Whoever is in one of these can still answer.
WAITING = frozenset({State.INVITED, State.OPENED})
MOST_PEOPLE = 5_000
MOST_COMPANIONS = 20
REMIND_BY_HAND_AFTER = timedelta(hours=12)

_ANGLED = re.compile(r"^(?P<name>.*?)[\s,;]*<(?P<email>[^<>]*)>$")
_PARTED = re.compile(r"[\t;,]")


class AnsweredAlready(Conflict):
    """Nothing can be answered any more."""

    code = "invitation_answered"
    detail = "This invitation was answered, withdrawn, or its time is over."


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation as it is stored. Times are UTC; `lapses_at` is None for one that holds until the event begins."""

    id: str
    event_id: str
    email: str
    name: str
    organisation: str
    city: str
    category: str
    language: str
    state: State
    reserve_number: int | None
    plus_ones: int
    lapses_at: datetime | None
    invited_by_kind: str
    invited_by: str
    host_id: str | None
    registration_id: str | None
    word: str
    created_at: datetime
    invited_at: datetime | None
    opened_at: datetime | None
    answered_at: datetime | None
    reminded_at: datetime | None


def check_step(now_is: State, to: State) -> None:
    """Raises `Conflict` where an invitation may not go from one state to the other."""
    if to not in ALLOWED[now_is]:
        raise Conflict(
            sentence(
                "The invitation cannot change its state like that. Now: %(now)s. Asked for: %(then)s.",
                now=now_is,
                then=to,
            ),
            code="wrong_status",
            status=now_is,
        )


def check_answerable(invitation: Invitation, event: Event, *, now: datetime) -> None:
    """Raises `AnsweredAlready` where the guest can say neither yes nor no any more."""
    if invitation.state not in WAITING or not can_be_answered(event, now=now) or has_lapsed(invitation, now=now):
        raise AnsweredAlready(state=invitation.state.value)


def can_be_answered(event: Event, *, now: datetime) -> bool:
    """Whether there is anything left to be invited to."""
    return event.status is EventStatus.PUBLISHED and now < event.ends_at


def has_lapsed(invitation: Invitation, *, now: datetime) -> bool:
    """Whether its time is over, whether or not that was noted yet."""
    return invitation.lapses_at is not None and invitation.lapses_at <= now


def next_reminder(lapses_at: datetime | None, days_before: Iterable[int], *, now: datetime) -> datetime | None:
    """When the guest is reminded next: so many days before the end, the first that is still to come."""
    if lapses_at is None:
        return None
    moments = (lapses_at - timedelta(days=days) for days in days_before)
    return min((moment for moment in moments if moment > now), default=None)


def lapse_from_reserve(invitation: Invitation, event: Event, *, now: datetime) -> datetime | None:
    """Until when someone of the reserve may answer: as long as the first ones had, and never past the start."""
    if invitation.lapses_at is None:
        return None
    return max(now, min(now + (invitation.lapses_at - invitation.created_at), event.starts_at))


def invitation_code(invitation_id: str, *, secret_key: str) -> str:
    """The code of the personal link."""
    return keyed_token(invitation_id, secret_key=secret_key, purpose="invitation")


def read_pasted(text: str) -> list[dict[str, str]]:
    """The people of a pasted list, one a line: `Name <address>`, or name, address, organisation and city apart by commas, semicolons
    or tabs. What is wrong with a line is found when it is read as a person."""
    return [_person(line.strip()) for line in text.splitlines() if line.strip()]


def _person(line: str) -> dict[str, str]:
    if angled := _ANGLED.match(line):
        return {"name": angled["name"].strip(' "'), "email": angled["email"].strip()}
    parts = [part.strip() for part in _PARTED.split(line)]
    at = next((place for place, part in enumerate(parts) if "@" in part), 1)
    email = parts.pop(at) if at < len(parts) else ""
    return dict(zip(("name", "organisation", "city"), parts, strict=False)) | {"email": email}
