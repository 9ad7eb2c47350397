"""What a letter to a participant is written from, and the letter to lay in the outbox.

The facts are taken when the letter is posted, so that a letter says what was true then; secrets are not among them: links and
badges are drawn again from the registration's id when the letter is written.
"""

from datetime import datetime
from functools import lru_cache
from typing import Literal

import msgspec

from events_service.calendar import next_sequence
from events_service.events.rules import Event
from events_service.outbox.rules import NewLetter
from events_service.registrations.naming import identity_of
from events_service.registrations.queries import Registration
from events_service.registrations.rules import Status
from events_service.texts.rules import Words

# Links and checks of an address are good for minutes only; invites are waited for too; news for hundreds, and lists taken in, follow.
FIRST, URGENT, ORDINARY = 1, 3, 5


class Addressee(msgspec.Struct, frozen=True, kw_only=True):
    """What a letter says of the person it goes to."""

    id: str
    name: str
    email: str
    language: str
    category: str
    status: Status
    badge_generation: int
    links_generation: int
    waitlist_position: int | None = None
    attendance: str = ""

    @classmethod
    def of(
        cls,
        person: Registration,
        *,
        status: Status | None = None,
        badge_generation: int | None = None,
        waitlist_position: int | None = None,
    ) -> "Addressee":
        """From a registration, with what is about to change. Their own letters call even protected people by their name."""
        who = identity_of(person)
        return cls(
            id=person.id,
            name=who.name,
            email=who.email,
            language=person.language,
            category=person.category.value,
            status=status or person.status,
            badge_generation=person.badge_generation if badge_generation is None else badge_generation,
            links_generation=person.links_generation,
            waitlist_position=waitlist_position,
            attendance=person.attendance.value,
        )


class InviteFacts(msgspec.Struct, frozen=True):
    """The calendar message in a letter. `whole_event`: the CANCEL is for everyone (RFC 5546 §3.2.5)."""

    method: Literal["REQUEST", "CANCEL"]
    sequence: int
    stamped_at: datetime
    whole_event: bool = False


class LetterFacts(msgspec.Struct, frozen=True):
    """All a letter is written from. `words` are an organiser's for this letter alone; `sample_of` is the kind that a test shows."""

    event: Event
    person: Addressee
    invite: InviteFacts | None = None
    reason: str = ""
    words: Words | None = None
    sample_of: str = ""


def next_invite(
    event: Event, last_sent: int | None, withdrawn: bool, *, now: datetime, cancelling: bool = False
) -> InviteFacts:
    """The next calendar message for someone who was last sent SEQUENCE `last_sent` (None: never), a CANCEL if `withdrawn`."""
    sequence = next_sequence(event.sequence, last_sent, cancelling=cancelling, after_cancel=withdrawn)
    return InviteFacts("CANCEL" if cancelling else "REQUEST", sequence, now)


def letter_about(
    kind: str,
    event: Event,
    person: Addressee,
    *,
    invite: InviteFacts | None = None,
    reason: str = "",
    words: Words | None = None,
    priority: int = URGENT,
) -> NewLetter:
    """A letter to lay in the outbox."""
    facts: dict[str, object] = {"event": event_json(event), "person": person, "invite": invite, "reason": reason}
    if words is not None:
        facts["words"] = words
    return NewLetter(
        kind=kind,
        recipient=person.email,
        recipient_name=person.name,
        language=person.language,
        facts=facts,
        event_slug=event.slug,
        registration_id=person.id,
        priority=priority,
    )


@lru_cache(maxsize=64)
def event_json(event: Event) -> msgspec.Raw:
    """The event as JSON, encoded once for the hundreds of letters that carry it."""
    return msgspec.Raw(msgspec.json.encode(event))
