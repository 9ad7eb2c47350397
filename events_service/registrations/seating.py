"""Giving out seats to newcomers, in batches that share one transaction.

Whoever touches seats locks the event's row first, then looks. What a rule refuses is an answer of the batch, not its end.
"""

from events_service.audit.actions import record_all
from events_service.audit.rules import Deed
from events_service.database import Row, Transaction
from events_service.errors import FieldError, Invalid, NotFound, Refused
from events_service.events.rules import Event, Visibility, is_open_to_all
from events_service.registrations.applications import Application, Outcome, email_key
from events_service.registrations.letter_facts import Addressee, letter_about
from events_service.registrations.queries import registration_from
from events_service.registrations.questionnaire import keep_agreements
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
    OPEN_CATEGORIES,
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
from events_service.registrations.seat_rows import SeatWrites, draw_batch_codes, letter_for, new_row, write_seats
from events_service.registrations.seat_tables import SeatTable, look, use_a_try
from events_service.registrations.wishes import note_wishes, settle_wishes, wrong_wishes


async def seat_batch(tx: Transaction, applications: list[Application]) -> list[Outcome | Exception]:
    """Decide and record a batch in the order it came; a refusal is that application's answer."""
    table = await look(tx, applications)
    writes = SeatWrites([], [], [], [], [], [])
    answers: list[Outcome | Exception] = []
    for application in applications:
        try:
            answers.append(_seat_one(table, application, writes))
        except Refused as refused:
            answers.append(refused)
    await draw_batch_codes(tx, table, [*writes.new, *writes.returning])
    await write_seats(tx, writes, now=table.now)
    await keep_agreements(tx, table.questionnaires, new=writes.new, returning=writes.returning, now=table.now)
    await record_all(tx, writes.deeds)
    if writes.wishes:
        await _give_sessions(tx, table, writes.wishes)
    return answers


def _seat_one(table: SeatTable, application: Application, writes: SeatWrites) -> Outcome:
    use_a_try(table, application)
    event = table.events.get(application.event_slug)
    if event is None or not (application.past_terms or application.knows_event or is_open_to_all(event)):
        raise NotFound()
    draft = application.draft
    check_open(event, by_registrar=application.past_terms, now=table.now)
    attendance = attendance_at(event, draft.attendance)
    if wrong := _wrong_fields(table, event, application):
        raise Invalid(wrong)
    before = table.known.get((event.id, email_key(draft.email)))
    is_here = before is not None and Status(before["status"]) not in ENDED
    # These may know who is here: a registrar, and whoever has the code of an invitation to that address.
    may_know = application.by_registrar or (application.invited and not application.accompanies)
    if before is not None and is_here and may_know:
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
    row = new_row(table, event, application, attendance=attendance, placement=placement, awaits=awaits, before=before)
    (writes.returning if before is not None else writes.new).append(row)
    table.known[event.id, email_key(draft.email)] = row
    note(table.stands[event.id].ledger, pools, placement.status, priority=application.priority)
    if application.by is not None:
        writes.deeds.append((application.by, Deed("registered", event.slug, "registration", str(row["id"]))))
    if not application.quietly:
        writes.letters.append(letter_for(table, event, row, placement, unhurried=application.unhurried))
    if draft.session_ids:
        writes.wishes.append((row, draft.session_ids))
    return Outcome(str(row["id"]), told.status, told.position, is_new=True)


def _pools(table: SeatTable, event: Event, application: Application) -> Pools:
    attendance = attendance_at(event, application.draft.attendance)
    limits = table.stands[event.id].ledger.limits
    return limits.pools(attendance, application.draft.category, application.draft.city)


def _placed(table: SeatTable, event: Event, pools: Pools, application: Application) -> Placement:
    ledger = table.stands[event.id].ledger
    if application.takes_over:
        return Placement(Status.CONFIRMED)
    placement = place(event, ledger, pools, by_registrar=application.past_terms, priority=application.priority)
    if placement.status is Status.CONFIRMED and not _party_fits(table, event, ledger, application):
        return wait(event, ledger, pools, priority=application.priority)
    return placement


def _party_fits(table: SeatTable, event: Event, ledger: Ledger, application: Application) -> bool:
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


def _awaits(table: SeatTable, event: Event, application: Application) -> Awaits | None:
    """What must come before this one is looked at as a newcomer, beside an organiser."""
    if application.past_terms:
        return None
    if event.visibility is Visibility.MEMBERS and email_key(application.draft.email) not in table.members:
        return Awaits.MEMBERSHIP
    return Awaits.MAIL_CHECK if table.stands[event.id].admission.mail_check and not application.proven else None


def _is_told(table: SeatTable, event: Event, application: Application) -> bool:
    """Whether the answer may say how it stands: among members it would say whose address the directory knows."""
    return application.past_terms or application.proven or event.visibility is not Visibility.MEMBERS


def _wrong_fields(table: SeatTable, event: Event, application: Application) -> list[FieldError]:
    draft, wrong = application.draft, list[FieldError]()
    asked_for_all = not (application.by_registrar or application.accompanies)
    if not draft.consent and asked_for_all:
        message = "Please agree to how your data is used; without it we cannot register you."
        wrong.append(FieldError("consent", "consent_required", message))
    if draft.category not in OPEN_CATEGORIES and not application.past_terms:
        wrong.append(
            FieldError("category", "not_offered", "Nobody registers themselves like that. Choose another category.")
        )
    wrong += table.questionnaires.wrong(event, draft, by_registrar=not asked_for_all)
    return wrong + wrong_wishes(table.agendas.get(event.id), draft, now=table.now)


def _already_here(
    table: SeatTable, event: Event, application: Application, *, before: Row, told: Placement, writes: SeatWrites
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


async def _give_sessions(tx: Transaction, table: SeatTable, wishes: list[tuple[dict[str, object], list[str]]]) -> None:
    """Who has a seat signs up at once; who waits for one is kept in mind."""
    await note_wishes(tx, [(str(row["id"]), session_ids) for row, session_ids in wishes])
    seated = [registration_from(row) for row, _ in wishes if row["status"] == Status.CONFIRMED.value]
    for event in table.events.values():
        await settle_wishes(tx, event, [person for person in seated if person.event_id == event.id])
