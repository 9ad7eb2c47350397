"""Invitations as programs see them."""

from datetime import datetime

import msgspec

from events_service.events.rules import Event
from events_service.invitations.actions import Rejected
from events_service.invitations.rules import Invitation, State
from events_service.registrations.guest_letters import invitation_url
from events_service.web.problems import ProblemError


class RejectedOut(msgspec.Struct, frozen=True):
    """A person who cannot be invited as given; line 1 is the first."""

    line: int
    errors: list[ProblemError]


class Sent(msgspec.Struct, frozen=True):
    """How many got an invitation, how many had one already, and who cannot be invited as given."""

    created: int
    known: int
    rejected: list[RejectedOut]


class Found(msgspec.Struct, frozen=True):
    """Somebody of a segment."""

    name: str
    email: str
    organisation: str
    city: str


class Preview(msgspec.Struct, frozen=True):
    """Whom a segment holds: how many, how many of them are invited already, and the first fifty."""

    count: int
    known: int
    people: list[Found]


class Reminded(msgspec.Struct, frozen=True):
    """To how many a reminder goes."""

    reminded: int


class InvitationOut(msgspec.Struct, frozen=True):
    """An invitation; times are UTC. Whoever has `url` can answer it: null for who may not edit registrations.

    A protected guest stands under their alias, without address, organisation, word and `url`, save for who may see them.
    """

    id: str
    event: str
    name: str
    email: str
    organisation: str
    city: str
    category: str
    language: str
    state: State
    reserve_number: int | None
    plus_ones: int
    lapses_at: datetime | None
    host_id: str | None
    registration_id: str | None
    word: str
    invited_by: str
    invited_at: datetime | None
    opened_at: datetime | None
    answered_at: datetime | None
    reminded_at: datetime | None
    url: str | None


def rejected_out(rejected: Rejected) -> RejectedOut:
    """A line that was left out, and why."""
    return RejectedOut(
        rejected.line, [ProblemError(error.field, error.code, str(error.message)) for error in rejected.errors]
    )


def invitation_out(one: Invitation, event: Event, *, edits: bool) -> InvitationOut:
    """The invitation; its personal link only for who `edits`."""
    return InvitationOut(
        id=one.id,
        event=event.slug,
        name=one.name,
        email=one.email,
        organisation=one.organisation,
        city=one.city,
        category=one.category,
        language=one.language,
        state=one.state,
        reserve_number=one.reserve_number,
        plus_ones=one.plus_ones,
        lapses_at=one.lapses_at,
        host_id=one.host_id,
        registration_id=one.registration_id,
        word=one.word,
        invited_by=one.invited_by,
        invited_at=one.invited_at,
        opened_at=one.opened_at,
        answered_at=one.answered_at,
        reminded_at=one.reminded_at,
        # The page behind it says who they are.
        url=invitation_url(one.id) if edits and one.email else None,
    )
