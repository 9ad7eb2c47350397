"""The JSON of registrations: what comes out, with an example of each."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from events_service import settings
from events_service.events.rules import Event
from events_service.people.rules import Actor, Permission
from events_service.questions.queries import sensitive_names
from events_service.questions.rules import without_sensitive
from events_service.registrations.badges import badges_of
from events_service.registrations.links import page_url
from events_service.registrations.queries import Registration, waitlist_positions
from events_service.registrations.rules import Attendance, Category, Status
from events_service.registrations.secrets import page_code
from events_service.registrations.sign_up_queries import Attender, sign_ups_of
from events_service.registrations.sign_up_rules import SignUpStatus

EXAMPLE_ID = "0190f6b2a6c87d3e9a4f0c1b2d3e4f50"
EXAMPLE_SESSION_ID = "0190f6b2b1a47c05b4e2d7a86f0c9e13"
EXAMPLE_BADGE = "S1" + "AEA2F5QHWPMJ7K6LZ4XN" * 7 + "AEA2"
EXAMPLE_MANAGE_URL = "https://events.example.org/my#mfrggzdfmztwq2lknnwg23tpobyxe43u"
EXAMPLE_DRAFT: dict[str, Any] = {
    "name": "Åsa Ðórsdóttir",
    "email": "asa@example.org",
    "organisation": "City of Malmö",
    "city": "Malmö",
    "category": "practitioner",
    "attendance": "in_person",
    "language": "sv",
    "answers": {"diet": "vegetarian"},
    "session_ids": [],
    "despite_overlap": False,
    "invitation": None,
    "consent": True,
    "companions": [{"name": "Bo Ek", "email": "bo@example.org"}, {"name": "Ida Holm", "email": None}],
    "together": True,
}
EXAMPLE_PUBLIC = {"status": "confirmed", "waitlist_position": None}
EXAMPLE_FOR_REGISTRAR = {
    **EXAMPLE_PUBLIC,
    "id": EXAMPLE_ID,
    "manage_url": EXAMPLE_MANAGE_URL,
    "badge": EXAMPLE_BADGE,
}
EXAMPLE_REGISTRATION = {
    "id": EXAMPLE_ID,
    "event": "guide-launch",
    "name": "Åsa Ðórsdóttir",
    "email": "asa@example.org",
    "organisation": "City of Malmö",
    "city": "Malmö",
    "category": "practitioner",
    "attendance": "in_person",
    "language": "sv",
    "answers": {"diet": "vegetarian"},
    "status": "confirmed",
    "waitlist_position": None,
    "source": "public",
    "created_at": "2027-01-15T09:12:00Z",
    "changed_at": "2027-01-15T09:12:00Z",
    "version": 1,
    "manage_url": EXAMPLE_MANAGE_URL,
    "badge": EXAMPLE_BADGE,
    "door_note": "Comes by the side entrance: wheelchair.",
    "photo_id": False,
    "sessions": [{"session_id": EXAMPLE_SESSION_ID, "status": "confirmed", "waitlist_position": None}],
}
EXAMPLE_SIGN_UP_DRAFT = {"registration_id": EXAMPLE_ID, "despite_overlap": False}
EXAMPLE_SIGN_UP = {
    "session_id": EXAMPLE_SESSION_ID,
    "registration_id": EXAMPLE_ID,
    "name": "Åsa Ðórsdóttir",
    "organisation": "City of Malmö",
    "city": "Malmö",
    "status": "confirmed",
    "waitlist_position": None,
    "signed_up_at": "2027-01-20T10:30:00Z",
}
EXAMPLE_CHANGE = {"version": 1, "organisation": "Malmö stad"}
EXAMPLE_REASON = {"reason": "The room is smaller than planned."}
EXAMPLE_BADGE_LINE = {"registration_id": EXAMPLE_ID, "name": "Åsa Ðórsdóttir", "badge": EXAMPLE_BADGE}

Position = Annotated[
    int | None, Meta(description="The place on the waiting list, 1 is next; null for who is not on it.")
]
ManageUrl = Annotated[
    str | None,
    Meta(description="The participant's own page. Whoever has it can cancel; null for who may not edit registrations."),
]
BadgeText = Annotated[str | None, Meta(description="The text of the badge's QR code; null without a confirmed seat.")]


DoorNoteOut = Annotated[
    str | None,
    Meta(description="What whoever stands at the door is told of them; null for who may not edit registrations."),
]


class Received(msgspec.Struct, frozen=True):
    """What somebody is told who registers, whether or not the address was registered before; a registrar is told the rest."""

    status: Status
    waitlist_position: Position
    id: str | msgspec.UnsetType = msgspec.UNSET
    manage_url: ManageUrl | msgspec.UnsetType = msgspec.UNSET
    badge: BadgeText | msgspec.UnsetType = msgspec.UNSET


class ChosenSession(msgspec.Struct, frozen=True):
    """A session that somebody signed up for; `wished` until their registration is confirmed, or where it could not be given."""

    session_id: str
    status: SignUpStatus
    waitlist_position: Position


class SignUpOut(msgspec.Struct, frozen=True):
    """Somebody's sign-up for a session; times are UTC."""

    session_id: str
    registration_id: str
    name: str
    organisation: str
    city: str
    status: SignUpStatus
    waitlist_position: Position
    signed_up_at: datetime


class RegistrationOut(msgspec.Struct, frozen=True):
    """A registration. `event` is the event's slug; times are UTC."""

    id: str
    event: str
    name: str
    email: str
    organisation: str
    city: str
    category: Category
    attendance: Attendance
    language: str
    answers: dict[str, Any]
    status: Status
    waitlist_position: Position
    source: Annotated[str, Meta(description="How it came: `public`, `registrar`, `office`, `demo` …")]
    created_at: datetime
    changed_at: datetime
    version: int
    manage_url: ManageUrl
    badge: BadgeText
    door_note: DoorNoteOut
    photo_id: Annotated[
        bool, Meta(description="Whether the door asks this person, of whatever category, for a photo ID.")
    ]
    sessions: Annotated[list[ChosenSession], Meta(description="What they signed up for and did not withdraw from.")]


class BadgeLine(msgspec.Struct, frozen=True):
    """One line of the badges of an event."""

    registration_id: str
    name: str
    badge: str


def manage_url(person: Registration) -> str:
    """The address of the participant's own page, with the code that opens it."""
    own = settings.current()
    return page_url(page_code(person.id, person.links_generation, secret_key=own.secret_key), own)


async def registrations_out(
    people: Sequence[Registration], event: Event, *, actor: Actor, sensitive: bool = False
) -> list[RegistrationOut]:
    """Registrations of one event, as this reader may see them; `sensitive` with the answers that stand in no list."""
    hidden = frozenset[str]() if sensitive else await sensitive_names(event.id)
    badges = await badges_of(people, event) if actor.may(Permission.SEE_BADGES, event.slug) else {}
    edits = actor.may(Permission.EDIT_REGISTRATIONS, event.slug)
    positions = await waitlist_positions(people)
    chosen = await sign_ups_of([person.id for person in people])
    return [
        RegistrationOut(
            id=person.id,
            event=event.slug,
            name=person.name,
            email=person.email,
            organisation=person.organisation,
            city=person.city,
            category=person.category,
            attendance=person.attendance,
            language=person.language,
            answers=without_sensitive(person.answers, hidden),
            status=person.status,
            waitlist_position=positions.get(person.id),
            source=person.source,
            created_at=person.created_at,
            changed_at=person.changed_at,
            version=person.version,
            manage_url=manage_url(person) if edits and not person.protected else None,
            badge=badges.get(person.id),
            door_note=person.door_note if edits else None,
            photo_id=person.photo_id,
            sessions=[
                ChosenSession(session_id, one.status, one.position)
                for session_id, one in chosen.get(person.id, {}).items()
            ],
        )
        for person in people
    ]


def sign_up_out(session_id: str, attender: Attender) -> SignUpOut:
    """One who signed up, as programs are told."""
    return SignUpOut(
        session_id=session_id,
        registration_id=attender.person.id,
        name=attender.person.name,
        organisation=attender.person.organisation,
        city=attender.person.city,
        status=attender.sign_up.status,
        waitlist_position=attender.sign_up.position,
        signed_up_at=attender.signed_up_at,
    )
