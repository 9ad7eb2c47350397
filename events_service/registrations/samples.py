"""A letter as an imagined recipient would get it: for previews, and for a test that an organiser sends to themselves.

Nothing in it is anybody's: the person does not exist, the page's code opens nothing, and there is no badge and no invite.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec

from events_service import clock
from events_service.agenda.asking import SPEAKER_SAMPLE, AskingFacts
from events_service.agenda.rules import Session
from events_service.delegations.letters import DELEGATION_SAMPLE, CoordinatorFacts
from events_service.events.rules import Event, for_the_public
from events_service.invitations.letters import GUEST_SAMPLE, GuestFacts
from events_service.outbox.rules import NewLetter, PostedLetter, Rendered
from events_service.outbox.rules import Status as LetterStatus
from events_service.registrations import session_letters
from events_service.registrations.delegation_letters import coordinator_wording, write_coordinator_letter
from events_service.registrations.guest_letters import guest_wording, write_guest_letter
from events_service.registrations.invite_rules import Holder
from events_service.registrations.letter_facts import Addressee, LetterFacts
from events_service.registrations.letters import SAMPLE, write_letter
from events_service.registrations.rules import Attendance, Category, Status
from events_service.registrations.seat_letters import SEAT_SAMPLE, SeatFacts, seat_wording, write_seat_letter
from events_service.registrations.session_letters import SESSION_SAMPLE, SessionFacts, write_session_letter
from events_service.registrations.session_wording import session_wording
from events_service.registrations.speaker_letters import speaker_wording, write_speaker_letter
from events_service.registrations.wording import Wording, wording
from events_service.texts.rules import ABOUT_SEATS, ABOUT_SESSIONS, TO_COORDINATORS, TO_GUESTS, TO_SPEAKERS, Words
from events_service.web.words import gettext as _
from events_service.web.words import in_language

NOBODY = "sample"
SAMPLE_NAME, SAMPLE_ADDRESS = "Åsa Ðórsdóttir", "asa@example.org"
_STATUS_IN = {
    "waitlisted": Status.WAITLISTED,
    "pending": Status.PENDING,
    "declined": Status.DECLINED,
    "cancelled": Status.CANCELLED,
    "answered_no": Status.CANCELLED,
}
_WITH_REASON = frozenset(
    {
        "declined",
        "cancelled",
        "event_cancelled",
        "substitute_refused",
        "session_withdrawn",
        "session_cancelled",
        "speaking_withdrawn",
        "delegation_withdrawn",
    }
)


@dataclass(frozen=True, slots=True)
class _Sort:
    """Letters that are written alike: as which kind a test of them goes out, how they are written, from which facts, and what they say."""

    test_kind: str
    write: Callable[[PostedLetter], Awaitable[Rendered]]
    facts: Callable[[Event, str, str], msgspec.Struct]
    ours: Callable[[Event, str], Wording]


async def sample_of(event: Event, kind: str, language: str, words: Words | None) -> Rendered:
    """The letter as it goes out in that language, with these words, or without any with those that hold now."""
    now = clock.now()
    with in_language(language):
        return await _sort(kind).write(
            PostedLetter(
                id=NOBODY,
                message_id="<sample@example.org>",
                kind=kind,
                recipient=SAMPLE_ADDRESS,
                recipient_name=SAMPLE_NAME,
                language=language,
                facts=_facts(event, kind, language, words),
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
        kind=_sort(kind).test_kind,
        recipient=to,
        recipient_name=name,
        language=language,
        facts=_facts(event, kind, language, words),
        event_slug=event.slug,
        priority=1,
    )


def our_wording(event: Event, kind: str) -> Wording:
    """What that kind of letter says without an organiser's words, in the language that is set."""
    return _sort(kind).ours(event, kind)


def _facts(event: Event, kind: str, language: str, words: Words | None) -> dict[str, Any]:
    with in_language(language):
        facts = _sort(kind).facts(event, kind, language)
    made: dict[str, Any] = msgspec.to_builtins(msgspec.structs.replace(facts, words=words, sample_of=kind))
    return made


def _sort(kind: str) -> _Sort:
    return _SORTS.get(kind, _TO_PARTICIPANT)


def _reason(kind: str) -> str:
    return _("(here stands the reason)") if kind in _WITH_REASON else ""


def _to_participant(event: Event, kind: str, language: str) -> LetterFacts:
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
    return LetterFacts(event=event, person=person, reason=_reason(kind))


def _about_seat(event: Event, kind: str, language: str) -> SeatFacts:
    return SeatFacts(
        event=for_the_public(event),
        id=NOBODY,
        name=SAMPLE_NAME,
        attendance=Attendance.IN_PERSON,
        links_generation=0,
        until=event.starts_at,
        reason=_reason(kind),
    )


def _seat_wording(event: Event, kind: str) -> Wording:
    return seat_wording(kind, _about_seat(event, kind, ""))


def _to_guest(event: Event, kind: str, language: str) -> GuestFacts:
    return GuestFacts(event=event, invitation_id=NOBODY, name=SAMPLE_NAME, lapses_at=event.starts_at, plus_ones=0)


def _session(event: Event) -> Session:
    """A session that every event could begin with."""
    return Session(
        id=NOBODY,
        number=1,
        guid=NOBODY,
        slug=NOBODY,
        title=_("Opening"),
        starts_at=event.starts_at,
        ends_at=min(event.ends_at, event.starts_at + timedelta(minutes=45)),
        created_at=event.starts_at,
        changed_at=event.starts_at,
    )


def _about_session(event: Event, kind: str, language: str) -> session_letters.LetterFacts:
    speaks = kind.startswith("speaking")
    person = Holder(
        email_key=SAMPLE_ADDRESS,
        email=SAMPLE_ADDRESS,
        name=SAMPLE_NAME,
        language=language,
        registration_id=None if speaks else NOBODY,
        speaker_id=NOBODY if speaks else None,
    )
    about = SessionFacts(_session(event))
    return session_letters.LetterFacts(event=event, about=about, person=person, reason=_reason(kind), position=1)


def _session_wording(event: Event, kind: str) -> Wording:
    return session_wording(kind, event, _session(event), position=1)


def _to_speaker(event: Event, kind: str, language: str) -> AskingFacts:
    return AskingFacts(event=event, speaker_id=NOBODY, link_generation=0, name=SAMPLE_NAME)


def _to_coordinator(event: Event, kind: str, language: str) -> CoordinatorFacts:
    return CoordinatorFacts(
        event=for_the_public(event),
        delegation_id=NOBODY,
        link_generation=0,
        name=SAMPLE_NAME,
        city="Malmö",
        seats=4,
        closes_at=event.starts_at,
        left=2,
        given_back=2,
        reason=_reason(kind),
    )


def _coordinator_wording(event: Event, kind: str) -> Wording:
    return coordinator_wording(kind, _to_coordinator(event, kind, ""))


_TO_PARTICIPANT = _Sort(SAMPLE, write_letter, _to_participant, lambda event, kind: wording(kind, event, position=1))
_SORTS: dict[str, _Sort] = {
    **dict.fromkeys(
        TO_GUESTS, _Sort(GUEST_SAMPLE, write_guest_letter, _to_guest, lambda event, kind: guest_wording(kind, event))
    ),
    **dict.fromkeys(ABOUT_SEATS, _Sort(SEAT_SAMPLE, write_seat_letter, _about_seat, _seat_wording)),
    **dict.fromkeys(ABOUT_SESSIONS, _Sort(SESSION_SAMPLE, write_session_letter, _about_session, _session_wording)),
    **dict.fromkeys(
        TO_SPEAKERS,
        _Sort(SPEAKER_SAMPLE, write_speaker_letter, _to_speaker, lambda event, kind: speaker_wording(kind, event)),
    ),
    **dict.fromkeys(
        TO_COORDINATORS, _Sort(DELEGATION_SAMPLE, write_coordinator_letter, _to_coordinator, _coordinator_wording)
    ),
}
