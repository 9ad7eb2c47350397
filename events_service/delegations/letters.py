"""Letters to coordinators: the facts they are written from. The link is no fact: it is drawn again when the letter is written."""

from datetime import datetime

import msgspec

from events_service.delegations.rules import Delegation
from events_service.events.rules import Event, for_the_public
from events_service.outbox.rules import NewLetter
from events_service.texts.rules import Words

ASKED, REMINDED = "delegation", "delegation_reminder"
RELEASED, WITHDRAWN = "delegation_released", "delegation_withdrawn"
DELEGATION_SAMPLE = "delegation_test"
KINDS = (ASKED, REMINDED, RELEASED, WITHDRAWN, DELEGATION_SAMPLE)


class CoordinatorFacts(msgspec.Struct, frozen=True, kw_only=True):
    """All that a letter to a coordinator is written from; `closes_at` is UTC.

    `left` counts the seats nobody is named for yet, `given_back` those nobody was named for in time.
    `words` are an organiser's for this letter alone; `sample_of` is the kind that a test shows.
    """

    event: Event
    delegation_id: str
    link_generation: int
    name: str
    city: str
    seats: int
    closes_at: datetime
    left: int = 0
    given_back: int = 0
    reason: str = ""
    words: Words | None = None
    sample_of: str = ""


def letter_about(
    kind: str, event: Event, delegation: Delegation, *, left: int = 0, given_back: int = 0, reason: str = ""
) -> NewLetter:
    """A letter to lay in the outbox."""
    return NewLetter(
        kind=kind,
        recipient=delegation.coordinator_email,
        recipient_name=delegation.coordinator_name,
        language=delegation.language,
        facts={
            "event": msgspec.Raw(msgspec.json.encode(for_the_public(event))),
            "delegation_id": delegation.id,
            "link_generation": delegation.link_generation,
            "name": delegation.coordinator_name,
            "city": delegation.city,
            "seats": delegation.seats,
            "closes_at": delegation.closes_at,
            "left": left,
            "given_back": given_back,
            "reason": reason,
        },
        event_slug=event.slug,
    )
