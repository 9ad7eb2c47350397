"""Letters to guests: the facts they are written from. The link is no fact: it is drawn again when the letter is written."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from events_service.events.rules import Event
from events_service.invitations.rules import Invitation
from events_service.outbox.rules import NewLetter
from events_service.texts.rules import Words

INVITED, REMINDED, LAPSED, DELEGATED = "invitation", "invitation_reminder", "invitation_lapsed", "invitation_delegated"
GUEST_SAMPLE = "invitation_test"
KINDS = (INVITED, REMINDED, LAPSED, DELEGATED, GUEST_SAMPLE)


class GuestFacts(msgspec.Struct, frozen=True, kw_only=True):
    """All that a letter to a guest is written from; `host` is the name of who passed the invitation on, `lapses_at` UTC.

    `words` are an organiser's for this letter alone; `sample_of` is the kind that a test shows.
    """

    event: Event
    invitation_id: str
    name: str
    lapses_at: datetime | None
    plus_ones: int
    host: str = ""
    words: Words | None = None
    sample_of: str = ""


def letters_about(
    kind: str, event: Event, invitations: Iterable[Invitation], *, hosts: dict[str, str] | None = None
) -> list[NewLetter]:
    """One letter to each; the event is encoded once. `hosts`: invitation id → the name of who passed it on."""
    shared = msgspec.Raw(msgspec.json.encode(event))
    return [
        NewLetter(
            kind=kind,
            recipient=one.email,
            recipient_name=one.name,
            language=one.language,
            facts={
                "event": shared,
                "invitation_id": one.id,
                "name": one.name,
                "lapses_at": one.lapses_at,
                "plus_ones": one.plus_ones,
                "host": (hosts or {}).get(one.id, ""),
            },
            event_slug=event.slug,
        )
        for one in invitations
    ]
