"""What is known of the events of a batch of newcomers, read once their rows are locked."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from events_service import clock, settings
from events_service.agenda.release_queries import Published
from events_service.database import Row, Transaction
from events_service.directory.queries import members_among
from events_service.errors import TooMany
from events_service.events.queries import SLUG, event_from
from events_service.events.rules import Event, Visibility
from events_service.events.signing import SigningKey, keys_of
from events_service.registrations.applications import Application, email_key
from events_service.registrations.ledgers import Stand, stands_of
from events_service.registrations.questionnaire import Questionnaires, questionnaires_for
from events_service.registrations.wishes import agendas_for
from events_service.web.limits import tries_left

# A city hall or a conference network is one address: many may register from there.
TRIES, TRIES_WITHIN = 600, timedelta(minutes=10)
# A whole network may hold several of them.
TRIES_AROUND = 3_000


@dataclass(slots=True)
class SeatTable:
    """The state of the events of one batch, as the newcomers see it one after the other.

    `agendas` are those of events whose sessions somebody of the batch asks for, by event; what has no release is missing. `members` are
    the addresses among the batch's that the directory knows in member cities, `parties` those who want to stay together.
    """

    events: dict[str, Event]
    keys: dict[str, SigningKey]
    stands: dict[str, Stand]
    known: dict[tuple[str, str], Row]
    members: frozenset[str]
    parties: dict[str, list[Application]]
    parties_fit: dict[str, bool]
    tries_left: dict[str, int]
    agendas: dict[str, Published]
    questionnaires: Questionnaires
    now: datetime


async def look(tx: Transaction, applications: list[Application]) -> SeatTable:
    slugs = sorted({application.event_slug for application in applications if SLUG.fullmatch(application.event_slug)})
    rows = await tx.fetch("SELECT * FROM event WHERE slug = ANY($1) ORDER BY id FOR NO KEY UPDATE", slugs)
    events = {row["slug"]: event_from(row) for row in rows}
    ids = [event.id for event in events.values()]
    emails = sorted({email_key(application.draft.email) for application in applications})
    known = await tx.fetch("SELECT * FROM registration WHERE event = ANY($1) AND email_key = ANY($2)", ids, emails)
    return SeatTable(
        events=events,
        keys=await keys_of(ids, secret_key=settings.current().secret_key),
        stands=await stands_of(list(events.values())),
        known={(row["event"], row["email_key"]): row for row in known},
        members=await _members(events.values(), emails),
        parties=_parties(applications),
        parties_fit={},
        tries_left=await _count_tries(tx, applications),
        agendas=await agendas_for(
            events[one.event_slug] for one in applications if one.draft.session_ids and one.event_slug in events
        ),
        questionnaires=await questionnaires_for(events.values(), ((one.event_slug, one.draft) for one in applications)),
        now=clock.now(),
    )


async def _members(events: Iterable[Event], emails: list[str]) -> frozenset[str]:
    if not any(event.visibility is Visibility.MEMBERS for event in events):
        return frozenset()
    return await members_among(emails)


def _parties(applications: list[Application]) -> dict[str, list[Application]]:
    parties: dict[str, list[Application]] = {}
    for application in applications:
        if application.party and application.together:
            parties.setdefault(application.party, []).append(application)
    return parties


async def _count_tries(tx: Transaction, applications: list[Application]) -> dict[str, int]:
    """Count the batch's tries within its own transaction, and say how many of them each visitor had left before."""
    tries = Counter(application.counted_for for application in applications if application.counted_for is not None)
    around = Counter(one.counted_around for one in applications if one.counted_around is not None)
    left = await tries_left(tx, tries, most=TRIES, within=TRIES_WITHIN)
    return left | await tries_left(tx, around, most=TRIES_AROUND, within=TRIES_WITHIN)


def use_a_try(table: SeatTable, application: Application) -> None:
    buckets = [one for one in (application.counted_for, application.counted_around) if one is not None]
    for bucket in buckets:
        table.tries_left[bucket] -= 1
    if any(table.tries_left[bucket] < 0 for bucket in buckets):
        raise TooMany(retry_after=int(TRIES_WITHIN.total_seconds()))
