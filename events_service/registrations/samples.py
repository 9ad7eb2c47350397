"""A letter as an imagined participant would get it: for previews, and for a test that an organiser sends to themselves.

Nothing in it is anybody's: the person does not exist, the page's code opens nothing, and there is no badge and no invite.
"""

from typing import Any

import msgspec

from events_service import clock
from events_service.events.rules import Event
from events_service.outbox.rules import NewLetter, PostedLetter, Rendered
from events_service.outbox.rules import Status as LetterStatus
from events_service.registrations.letters import SAMPLE, Addressee, LetterFacts, write_letter
from events_service.registrations.rules import Category, Status
from events_service.texts.rules import Words
from events_service.web.words import gettext as _
from events_service.web.words import in_language

NOBODY = "sample"
SAMPLE_NAME, SAMPLE_ADDRESS = "Åsa Ðórsdóttir", "asa@example.org"
_STATUS_IN = {
    "waitlisted": Status.WAITLISTED,
    "pending": Status.PENDING,
    "declined": Status.DECLINED,
    "cancelled": Status.CANCELLED,
}


async def sample_of(event: Event, kind: str, language: str, words: Words | None) -> Rendered:
    """The letter as it goes out in that language, with these words, or without any with those that hold now."""
    now = clock.now()
    facts: dict[str, Any] = msgspec.to_builtins(_facts(event, kind, language, words))
    with in_language(language):
        return await write_letter(
            PostedLetter(
                id=NOBODY,
                message_id="<sample@example.org>",
                kind=kind,
                recipient=SAMPLE_ADDRESS,
                recipient_name=SAMPLE_NAME,
                language=language,
                facts=facts,
                event_slug=event.slug,
                registration_id=None,
                status=LetterStatus.WAITING,
                attempts=0,
                priority=0,
                created_at=now,
                next_attempt_at=now,
                sent_at=None,
                last_error=None,
            )
        )


def test_letter(event: Event, kind: str, language: str, words: Words, *, to: str, name: str) -> NewLetter:
    """The same, to lay in the outbox for an organiser's own address; its subject says that it is a test."""
    return NewLetter(
        kind=SAMPLE,
        recipient=to,
        recipient_name=name,
        language=language,
        facts=msgspec.to_builtins(_facts(event, kind, language, words)),
        event_slug=event.slug,
        priority=1,
    )


def _facts(event: Event, kind: str, language: str, words: Words | None) -> LetterFacts:
    status = _STATUS_IN.get(kind, Status.CONFIRMED)
    person = Addressee(
        id=NOBODY,
        name=SAMPLE_NAME,
        email=SAMPLE_ADDRESS,
        language=language,
        category=Category.GUEST.value,
        status=status,
        badge_generation=0,
        links_generation=0,
        waitlist_position=1 if status is Status.WAITLISTED else None,
    )
    with in_language(language):
        reason = _("(here stands the reason)") if kind in ("declined", "cancelled", "event_cancelled") else ""
    return LetterFacts(event=event, person=person, reason=reason, words=words, sample_of=kind)
