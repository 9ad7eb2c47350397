"""Giving out seats to newcomers, in batches that share one transaction.

Whoever touches seats locks the event's row first, then looks. What a rule refuses is an answer of the batch, not its end.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from events_service import clock, settings
from events_service.agenda.queries import Published
from events_service.database import Row, Transaction
from events_service.directory.queries import members_among
from events_service.errors import FieldError, Invalid, NotFound, Refused, TooMany
from events_service.events.queries import SLUG, event_from
from events_service.events.rules import Event, Visibility, is_open_to_all
from events_service.events.signing import SigningKey, keys_of
from events_service.identifiers import new_id
from events_service.outbox.actions import post
from events_service.outbox.rules import NewLetter
from events_service.registrations.badge_tokens import badge_digest
from events_service.registrations.drafts import RegistrationDraft
from events_service.registrations.ledgers import Stand, stands_of
from events_service.registrations.letters import Addressee, letter_about, next_invite
from events_service.registrations.mail_checks import check_code
from events_service.registrations.naming import Identity, columns_of
from events_service.registrations.queries import registration_from
from events_service.registrations.questionnaire import Questionnaires, keep_agreements, questionnaires_for
from events_service.registrations.quotas import (
    Ledger,
    Pools,
    Waiting,
    note,
    party_has_room,
    place,
    wait,
    who_follows,
)
from events_service.registrations.rules import (
    ENDED,
    MAIL_CHECK_LASTS,
    Attendance,
    Awaits,
    EventFull,
    Placement,
    Status,
    attendance_at,
    check_open,
    seats_offered,
    should_remind,
)
from events_service.registrations.seat_letters import seat_letter
from events_service.registrations.secrets import badge_text, feed_token, page_code
from events_service.registrations.wishes import agendas_for, note_wishes, settle_wishes, wrong_wishes
from events_service.sealing import token_digest
from events_service.web.limits import tries_left

# A city hall or a conference network is one address: many may register from there.
TRIES, TRIES_WITHIN = 600, timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Application:
    """Someone's wish for a seat; `by_registrar` where staff fills it in for them.

    `knows_event` is for those who may see events that are hidden from strangers; `counted_for` names whom the try is counted
    against, so many within a while (None: nobody counts). Who does not `waits` is refused rather than put on the waiting list;
    `quietly` says that no letter goes out about it. Whoever `takes_over` gets a seat that was held for them.
    A higher `priority` stands further ahead in the line. Those of one batch with the same `party` came together, and where `together`
    they get seats for all or none.
    """

    event_slug: str
    draft: RegistrationDraft
    by_registrar: bool = False
    knows_event: bool = False
    counted_for: str | None = None
    source: str = "public"
    waits: bool = True
    quietly: bool = False
    takes_over: bool = False
    priority: int = 0
    party: str | None = None
    together: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of it. `is_new` is False for an address that was registered before: strangers are not told."""

    registration_id: str
    status: Status
    waitlist_position: int | None
    is_new: bool


@dataclass(slots=True)
class _Table:
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


@dataclass(slots=True)
class _Writes:
    """What the batch will write: new rows, rows of people who come back, letters, reminders, and which sessions they ask for.

    `wishes` holds a row of the newcomer's with the ids of the sessions.
    """

    new: list[dict[str, object]]
    returning: list[dict[str, object]]
    letters: list[NewLetter]
    reminded: list[str]
    wishes: list[tuple[dict[str, object], list[str]]]


async def seat_batch(tx: Transaction, applications: list[Application]) -> list[Outcome | Exception]:
    """Decide and record a batch in the order it came; a refusal is that application's answer."""
    table = await _look(tx, applications)
    writes = _Writes([], [], [], [], [])
    answers: list[Outcome | Exception] = []
    for application in applications:
        try:
            answers.append(_seat_one(table, application, writes))
        except Refused as refused:
            answers.append(refused)
    await _write(tx, writes, now=table.now)
    await keep_agreements(tx, table.questionnaires, new=writes.new, returning=writes.returning, now=table.now)
    if writes.wishes:
        await _give_sessions(tx, table, writes.wishes)
    return answers


async def _look(tx: Transaction, applications: list[Application]) -> _Table:
    slugs = sorted({application.event_slug for application in applications if SLUG.fullmatch(application.event_slug)})
    rows = await tx.fetch("SELECT * FROM event WHERE slug = ANY($1) ORDER BY id FOR NO KEY UPDATE", slugs)
    events = {row["slug"]: event_from(row) for row in rows}
    ids = [event.id for event in events.values()]
    emails = sorted({email_key(application.draft.email) for application in applications})
    known = await tx.fetch("SELECT * FROM registration WHERE event = ANY($1) AND email_key = ANY($2)", ids, emails)
    return _Table(
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
    return await tries_left(tx, tries, most=TRIES, within=TRIES_WITHIN)


def _use_a_try(table: _Table, counted_for: str | None) -> None:
    if counted_for is None:
        return
    table.tries_left[counted_for] -= 1
    if table.tries_left[counted_for] < 0:
        raise TooMany(retry_after=int(TRIES_WITHIN.total_seconds()))


def email_key(email: str) -> str:
    """What makes two addresses the same person's."""
    return email.casefold()


def _seat_one(table: _Table, application: Application, writes: _Writes) -> Outcome:
    _use_a_try(table, application.counted_for)
    event = table.events.get(application.event_slug)
    if event is None or not (application.by_registrar or application.knows_event or is_open_to_all(event)):
        raise NotFound()
    draft = application.draft
    check_open(event, by_registrar=application.by_registrar, now=table.now)
    attendance = attendance_at(event, draft.attendance)
    if wrong := _wrong_fields(table, event, application):
        raise Invalid(wrong)
    before = table.known.get((event.id, email_key(draft.email)))
    is_here = before is not None and Status(before["status"]) not in ENDED
    if before is not None and is_here and application.by_registrar:
        return Outcome(before["id"], Status(before["status"]), None, is_new=False)
    # Decided for those who are here too: a stranger must not learn from the answer that they are.
    pools = _pools(table, event, application)
    placement = _placed(table, event, pools, application)
    awaits = _awaits(table, event, application)
    told = placement if awaits is None and _is_told(table, event, application) else Placement(Status.PENDING)
    if before is not None and is_here:
        return _already_here(table, event, application, before=before, told=told, writes=writes)
    if placement.status is Status.WAITLISTED and not application.waits:
        raise EventFull("All seats are taken.", capacity=seats_offered(event, attendance))
    if awaits is not None:
        placement = told
    row = _new_row(table, event, application, attendance=attendance, placement=placement, awaits=awaits, before=before)
    (writes.returning if before is not None else writes.new).append(row)
    table.known[event.id, email_key(draft.email)] = row
    note(table.stands[event.id].ledger, pools, placement.status, priority=application.priority)
    if not application.quietly:
        writes.letters.append(_letter_for(table, event, row, placement))
    if draft.session_ids:
        writes.wishes.append((row, draft.session_ids))
    return Outcome(str(row["id"]), told.status, told.position, is_new=True)


def _pools(table: _Table, event: Event, application: Application) -> Pools:
    attendance = attendance_at(event, application.draft.attendance)
    limits = table.stands[event.id].ledger.limits
    return limits.pools(attendance, application.draft.category, application.draft.city)


def _placed(table: _Table, event: Event, pools: Pools, application: Application) -> Placement:
    ledger = table.stands[event.id].ledger
    if application.takes_over:
        return Placement(Status.CONFIRMED)
    placement = place(event, ledger, pools, by_registrar=application.by_registrar, priority=application.priority)
    if placement.status is Status.CONFIRMED and not _party_fits(table, event, ledger, application):
        return wait(event, ledger, pools, priority=application.priority)
    return placement


def _party_fits(table: _Table, event: Event, ledger: Ledger, application: Application) -> bool:
    """Decided once, when the first of a party that stays together is looked at; what they wait for is kept for them."""
    party = application.party
    if party is None or party not in table.parties:
        return True
    if party not in table.parties_fit:
        pools = [_pools(table, event, one) for one in table.parties[party]]
        table.parties_fit[party] = party_has_room(ledger, pools, priority=application.priority)
        if not table.parties_fit[party]:
            line = [Waiting(str(at), each, application.priority, at, party) for at, each in enumerate(pools)]
            ledger.held = {**who_follows(ledger, line).held, **ledger.held}
    return table.parties_fit[party]


def _awaits(table: _Table, event: Event, application: Application) -> Awaits | None:
    """What must come before this one is looked at as a newcomer, beside an organiser."""
    if application.by_registrar:
        return None
    if event.visibility is Visibility.MEMBERS and email_key(application.draft.email) not in table.members:
        return Awaits.MEMBERSHIP
    return Awaits.MAIL_CHECK if table.stands[event.id].admission.mail_check else None


def _is_told(table: _Table, event: Event, application: Application) -> bool:
    """Whether the answer may say how it stands: among members it would say whose address the directory knows."""
    return application.by_registrar or event.visibility is not Visibility.MEMBERS


def _wrong_fields(table: _Table, event: Event, application: Application) -> list[FieldError]:
    draft, wrong = application.draft, list[FieldError]()
    if not draft.consent and not application.by_registrar:
        message = "Please agree to how your data is used; without it we cannot register you."
        wrong.append(FieldError("consent", "consent_required", message))
    wrong += table.questionnaires.wrong(event, draft, by_registrar=application.by_registrar)
    return wrong + wrong_wishes(table.agendas.get(event.id), draft, now=table.now)


def _already_here(
    table: _Table, event: Event, application: Application, *, before: Row, told: Placement, writes: _Writes
) -> Outcome:
    """The answer a stranger would get; the owner of the address is told by mail, and no second seat is taken."""
    draft = application.draft
    same_content = (before["name"], before["organisation"]) == (draft.name, draft.organisation)
    if should_remind(
        same_content=same_content,
        registered_at=before["changed_at"],
        reminded_at=before["reminded_at"],
        now=table.now,
    ):
        person = registration_from(before)
        if person.awaits is Awaits.MAIL_CHECK:
            writes.letters.append(seat_letter("mail_check", event, person))
        else:
            writes.letters.append(letter_about("already_registered", event, Addressee.of(person)))
        writes.reminded.append(person.id)
        table.known[event.id, email_key(draft.email)] = {**before, "reminded_at": table.now}
    return Outcome(before["id"], told.status, told.position, is_new=False)


def _new_row(
    table: _Table,
    event: Event,
    application: Application,
    *,
    attendance: Attendance,
    placement: Placement,
    awaits: Awaits | None,
    before: Row | None,
) -> dict[str, object]:
    draft, secret_key = application.draft, settings.current().secret_key
    row_id = before["id"] if before else new_id()
    links = before["links_generation"] + 1 if before else 0
    generation = before["badge_generation"] if before else 0
    digest = None
    sequence = before["invite_sequence"] if before else None
    withdrawn = before["invite_withdrawn"] if before else False
    checks = awaits is Awaits.MAIL_CHECK
    if placement.status is Status.CONFIRMED:
        generation += 1
        text = badge_text(
            row_id, generation, category=draft.category, event=event, key=table.keys[event.id], secret_key=secret_key
        )
        digest = badge_digest(text)
        sequence, withdrawn = next_invite(event, sequence, withdrawn, now=table.now).sequence, False
    return {
        "id": row_id,
        "event": event.id,
        "email_key": email_key(draft.email),
        # Who comes back stays protected.
        **columns_of(
            Identity(draft.name, draft.email, draft.organisation),
            row_id,
            city=draft.city,
            alias=before["name"] if before and before["protected"] else None,
        ),
        "city": draft.city,
        "category": draft.category.value,
        "attendance": attendance.value,
        "language": draft.language,
        "answers": table.questionnaires.kept(event, draft),
        "status": placement.status.value,
        "waitlist_number": placement.number,
        "source": application.source,
        "consent_at": table.now if draft.consent else None,
        "created_at": before["created_at"] if before else table.now,
        "changed_at": table.now,
        "version": before["version"] + 1 if before else 1,
        "badge_digest": digest,
        "badge_generation": generation,
        "page_digest": token_digest(page_code(row_id, links, secret_key=secret_key)),
        "feed_digest": token_digest(feed_token(row_id, links, secret_key=secret_key)),
        "links_generation": links,
        "reminded_at": None,
        "invite_sequence": sequence,
        "told_sequence": event.sequence if digest else None,
        "invite_withdrawn": withdrawn,
        "priority": application.priority,
        "party": application.party,
        "party_together": application.together,
        "awaits": awaits.value if awaits else None,
        "answer_until": table.now + MAIL_CHECK_LASTS if checks else None,
        "check_digest": token_digest(check_code(row_id, links, secret_key=secret_key)) if checks else None,
    }


def _letter_for(table: _Table, event: Event, row: dict[str, object], placement: Placement) -> NewLetter:
    person = registration_from(row)
    if person.awaits is Awaits.MAIL_CHECK:
        return seat_letter("mail_check", event, person)
    addressee = Addressee.of(person, waitlist_position=placement.position)
    invite = None
    if placement.status is Status.CONFIRMED:
        assert person.invite_sequence is not None
        invite = next_invite(event, None, False, now=table.now)
        invite = msgspec.structs.replace(invite, sequence=person.invite_sequence)
    return letter_about(placement.status.value, event, addressee, invite=invite)


async def _write(tx: Transaction, writes: _Writes, *, now: datetime) -> None:
    if writes.new:
        names = list(writes.new[0])
        places = ", ".join(f"${index}" for index in range(1, len(names) + 1))
        await tx.execute_many(
            f"INSERT INTO registration ({', '.join(names)}) VALUES ({places})",  # noqa: S608
            [tuple(row.values()) for row in writes.new],
        )
    for row in writes.returning:
        names = [name for name in row if name != "id"]
        assignments = ", ".join(f"{name} = ${index}" for index, name in enumerate(names, start=2))
        await tx.execute(
            f"UPDATE registration SET {assignments} WHERE id = $1",  # noqa: S608
            row["id"],
            *(row[name] for name in names),
        )
    for registration_id in writes.reminded:
        await tx.execute("UPDATE registration SET reminded_at = $2 WHERE id = $1", registration_id, now)
    if writes.letters:
        await post(tx, writes.letters)


async def _give_sessions(tx: Transaction, table: _Table, wishes: list[tuple[dict[str, object], list[str]]]) -> None:
    """Who has a seat signs up at once; who waits for one is kept in mind."""
    await note_wishes(tx, [(str(row["id"]), session_ids) for row, session_ids in wishes])
    seated = [registration_from(row) for row, _ in wishes if row["status"] == Status.CONFIRMED.value]
    for event in table.events.values():
        await settle_wishes(tx, event, [person for person in seated if person.event_id == event.id])
