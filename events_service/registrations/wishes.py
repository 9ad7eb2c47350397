"""The sessions that newcomers ask for: judged before they get a seat, kept until they have one, and given then."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from events_service import clock
from events_service.agenda.release_queries import Published, published_agenda
from events_service.agenda.rules import Agenda, Overlap, Session
from events_service.agenda.writing import lock_sessions
from events_service.database import Transaction
from events_service.errors import FieldError
from events_service.events.rules import Event
from events_service.identifiers import new_id
from events_service.registrations.drafts import RegistrationDraft
from events_service.registrations.queries import Registration
from events_service.registrations.sign_up_rules import SignUpStatus, in_the_way, is_signable, wrong_session_ids
from events_service.registrations.sign_ups import WRITE_SIGN_UP, give_places


async def agendas_for(events: Iterable[Event]) -> dict[str, Published]:
    """Event id → what is published of its agenda; events without a release are missing."""
    found = [await published_agenda(event, now=clock.now()) for event in {one.id: one for one in events}.values()]
    return {one.event.id: one for one in found if one is not None}


async def sessions_to_ask_for(event: Event) -> list[Session]:
    """The sessions that a newcomer can sign up for now, in the order in which they take place."""
    now = clock.now()
    published = await published_agenda(event, now=now)
    found = [one for one in published.release.agenda.sessions if is_signable(one, now=now)] if published else []
    return sorted(found, key=lambda one: (one.starts_at or event.ends_at, one.title))


def wrong_wishes(published: Published | None, draft: RegistrationDraft, *, now: datetime) -> list[FieldError]:
    """What is wrong with the sessions asked for; without a release all of them are unknown."""
    return wrong_session_ids(
        draft.session_ids,
        published.release.agenda if published else Agenda(),
        overlap=published.overlap if published else Overlap.WARN,
        despite_overlap=draft.despite_overlap,
        now=now,
    )


async def note_wishes(tx: Transaction, wishes: Iterable[tuple[str, Sequence[str]]]) -> None:
    """Keep which sessions people (by registration) would like, in their order, until they have a seat."""
    now = clock.now()
    await tx.execute_many(
        WRITE_SIGN_UP,
        [
            (new_id(), session_id, registration_id, SignUpStatus.WISHED.value, None, now)
            for registration_id, session_ids in wishes
            for session_id in dict.fromkeys(session_ids)
        ],
    )


async def lock_chosen(tx: Transaction, people: Iterable[Registration]) -> None:
    """Lock all sessions that these people signed up or wish for, at once: one after the other others might stand in between."""
    rows = await tx.fetch(
        "SELECT DISTINCT session FROM sign_up WHERE registration = ANY($1) AND status <> 'cancelled'",
        [person.id for person in people],
    )
    if rows:
        await lock_sessions(tx, (row["session"] for row in rows))


async def settle_wishes(tx: Transaction, event: Event, people: Sequence[Registration]) -> None:
    """Try the wishes of people who have just got their seat, each in its order; what is full is waited for.

    What is no longer offered, or overlaps where that is refused, stays a wish: their page says why.
    """
    rows = await tx.fetch(
        "SELECT session, registration FROM sign_up WHERE registration = ANY($1) AND status = 'wished' ORDER BY id",
        [person.id for person in people],
    )
    if not rows:
        return
    await lock_sessions(tx, (row["session"] for row in rows))
    published = await published_agenda(event, now=clock.now())
    if published is None:
        return
    wished = {person.id: [row["session"] for row in rows if row["registration"] == person.id] for person in people}
    chosen = [(person, session) for person in people for session in _possible(published, wished[person.id])]
    await give_places(tx, published, chosen)


def _possible(published: Published, wished: Sequence[str]) -> list[Session]:
    """Those of a newcomer's wishes that can be tried now, in their order."""
    now, whole = clock.now(), published.release.agenda
    chosen: list[Session] = []
    for session in (whole.session[one] for one in wished if one in whole.session):
        others = in_the_way(session, (one.id for one in chosen), whole)
        if is_signable(session, now=now) and not (others and published.overlap is Overlap.REFUSE):
            chosen.append(session)
    return chosen
