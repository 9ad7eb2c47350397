"""Somebody comes in place of somebody else: seat, badge, calendars, sessions, and who approved it; on either database."""

import asyncio
from typing import Any

import pytest

from events_service import database
from events_service.audit.rules import Doer
from events_service.errors import Conflict, Invalid, NotFound
from events_service.programme.letters import RENDERERS
from events_service.registrations.actions import cancel_registration
from events_service.registrations.queries import Registration, registration_by_id
from events_service.registrations.rules import Attendance, Category, RegistrationClosed, Status
from events_service.registrations.sign_up_queries import own_sign_ups
from events_service.registrations.sign_up_rules import SignUp, SignUpStatus
from events_service.registrations.sign_ups import sign_up
from events_service.registrations.substitute_drafts import SubstituteDraft
from events_service.registrations.substituting import (
    AskedState,
    approve_substitution,
    ask_to_substitute,
    event_of_substitution,
    refuse_substitution,
    substitute,
    substitutions,
)
from events_service.registrations.taking_over import AlreadyRegistered, OtherSeat
from events_service.web.bodies import read_values
from tests.agenda.given import a_release, a_session, a_summit
from tests.audit.given import entries
from tests.registrations.given import an_event, letter_kinds, letters, mail_of, parts_of, person, register, statuses

pytestmark = pytest.mark.usefixtures("database")
REGISTRAR = Doer("account", "registrar")
JONAS = "jonas@reykjavik.example"
CONFIRMED, WAITLISTED, CANCELLED, PENDING = Status.CONFIRMED, Status.WAITLISTED, Status.CANCELLED, Status.PENDING


def jonas(**more: Any) -> SubstituteDraft:
    return read_values(SubstituteDraft, {"name": "Jónas Þórðarson", "email": JONAS} | more, from_text=False)


async def calendar_of(address: str) -> list[tuple[str, str]]:
    """Each letter's kind with the METHOD of its invite."""
    found = []
    for letter in await letters(address):
        ics = parts_of(await mail_of(letter)).ics
        found.append((letter.kind, ics.decode().split("METHOD:")[1].split("\r\n")[0] if ics else ""))
    return found


async def a_seat(**more: Any) -> Registration:
    return await person(await register(**more))


async def test_the_seat_changes_hands_and_nobody_of_the_waiting_list_comes_between() -> None:
    event = await an_event()
    asa = await a_seat(category="elected_official")
    await register(1)
    await register(2)
    coming = await substitute(asa.id, jonas(reason="Ill."), by=REGISTRAR)
    assert await statuses() == {
        "asa@malmo.example": (CANCELLED, None),
        "guest1@malmo.example": (CONFIRMED, None),
        "guest2@malmo.example": (WAITLISTED, 1),
        JONAS: (CONFIRMED, None),
    }
    assert (coming.category, coming.organisation, coming.city) == (Category.ELECTED_OFFICIAL, "City of Malmö", "Malmö")
    assert await calendar_of("asa@malmo.example") == [("confirmed", "REQUEST"), ("cancelled", "CANCEL")]
    assert await calendar_of(JONAS) == [("confirmed", "REQUEST")]
    retired = await database.fetch("SELECT digest, registration FROM retired_badge")
    assert [(row["digest"], row["registration"]) for row in retired] == [(asa.badge_digest, asa.id)]
    assert coming.badge_digest not in (None, asa.badge_digest)
    (one,) = await substitutions(event.id)
    assert (one.leaving.id, one.state, one.reason, one.draft) == (asa.id, AskedState.DONE, "Ill.", None)
    assert one.coming is not None and one.coming.id == coming.id
    assert (one.asked_by, one.decided_by) == (REGISTRAR, REGISTRAR)
    (deed,) = await entries(subject_id=asa.id)
    assert (deed.doer, deed.deed.action, deed.deed.reason) == (REGISTRAR, "substituted", "Ill.")


@pytest.mark.parametrize("before", ["waiting", "cancelled"])
async def test_who_is_known_without_a_seat_keeps_one_registration_and_gets_this_seat(before: str) -> None:
    await an_event(terms={"capacity": 1})
    asa = await a_seat(category="media")
    known = await a_seat(email=JONAS, name="Jónas Þórðarson", category="expert")
    if before == "cancelled":
        await cancel_registration(known.id)
    coming = await substitute(asa.id, jonas(), by=REGISTRAR)
    assert (coming.id, coming.status, coming.category) == (known.id, CONFIRMED, Category.MEDIA)
    assert (await registration_by_id(asa.id)).status is CANCELLED
    assert (await letter_kinds(JONAS))[-1] == "confirmed"


@pytest.mark.parametrize(
    ("draft", "refusal"),
    [
        ({"email": "Asa@malmo.example"}, Invalid),
        ({"email": "guest1@malmo.example"}, AlreadyRegistered),
        ({"category": "media"}, OtherSeat),
        ({"attendance": "online"}, OtherSeat),
    ],
)
async def test_a_seat_that_cannot_pass_to_that_person_stays_where_it_is(draft: dict[str, str], refusal: Any) -> None:
    event = await an_event()
    asa = await a_seat()
    await register(1)
    with pytest.raises(refusal):
        await substitute(asa.id, jonas(**draft), by=REGISTRAR)
    assert (await registration_by_id(asa.id)) == asa
    assert (await substitutions(event.id), await letter_kinds()) == ([], ["confirmed"])


async def test_only_a_confirmed_seat_of_an_event_to_come_is_passed_on() -> None:
    await an_event(terms={"capacity": 1})
    asa, waiting = await a_seat(), await a_seat(number=1)
    with pytest.raises(Conflict) as refused:
        await substitute(waiting.id, jonas(), by=REGISTRAR)
    assert refused.value.code == "wrong_status"
    with pytest.raises(NotFound):
        await substitute("f" * 32, jonas(), by=REGISTRAR)
    async with database.transaction() as tx:
        await tx.execute("UPDATE event SET status = 'completed'")
    with pytest.raises(RegistrationClosed):
        await substitute(asa.id, jonas(), by=REGISTRAR)


async def test_two_who_pass_on_one_seat_at_once_pass_it_on_once() -> None:
    await an_event(terms={"capacity": 1})
    asa = await a_seat()
    others = [jonas(email=f"other{number}@malmo.example") for number in range(4)]
    answers = await asyncio.gather(
        *(substitute(asa.id, other, by=REGISTRAR) for other in others), return_exceptions=True
    )
    refused = [one for one in answers if isinstance(one, Exception)]
    assert [type(one) for one in refused] == [Conflict] * 3
    assert sorted(status for status, _ in (await statuses()).values()) == [CANCELLED, CONFIRMED]


async def test_places_in_sessions_go_over_where_that_is_wished_and_to_the_waiting_where_not() -> None:
    await a_summit()
    workshop = await a_session("Workshop", "2037-03-10T10:00", kind="workshop", minutes=60, signup=True, capacity=1)
    await a_release()
    asa, waiting = await a_seat(slug="summit"), await a_seat(number=1, slug="summit")
    await sign_up(asa.id, workshop.id)
    await sign_up(waiting.id, workshop.id)
    coming = await substitute(asa.id, jonas(move_sessions=True), by=REGISTRAR)
    assert await own_sign_ups(coming.id) == {workshop.id: SignUp(SignUpStatus.CONFIRMED)}
    assert await own_sign_ups(waiting.id) == {workshop.id: SignUp(SignUpStatus.WAITLISTED, 1)}
    assert (await letter_kinds(JONAS), (await letter_kinds())[2:]) == (
        ["confirmed", "session_invited"],
        ["session_withdrawn", "cancelled"],
    )
    await substitute(coming.id, jonas(email="last@malmo.example"), by=REGISTRAR)
    assert await own_sign_ups(waiting.id) == {workshop.id: SignUp(SignUpStatus.CONFIRMED)}


async def test_at_an_open_event_who_leaves_passes_the_seat_on_themselves() -> None:
    event = await an_event()
    asa = await a_seat()
    assert await ask_to_substitute(asa.id, jonas()) is AskedState.DONE
    (one,) = await substitutions(event.id)
    assert (one.decided_by, (await statuses())[JONAS]) == (Doer("participant", asa.id), (CONFIRMED, None))


async def test_at_an_event_by_approval_a_registrar_decides_first() -> None:
    event = await an_event(terms={"mode": "approval"})
    asa = await a_seat(by_registrar=True)
    assert await ask_to_substitute(asa.id, jonas(email="first@malmo.example")) is AskedState.PENDING
    assert await ask_to_substitute(asa.id, jonas()) is AskedState.PENDING
    (one,) = await substitutions(event.id)
    assert (one.draft, one.coming, one.decided_at) == (jonas(), None, None)
    assert list(await statuses()) == ["asa@malmo.example"]
    assert await event_of_substitution(one.id) == event.id

    coming = await approve_substitution(one.id, by=REGISTRAR)
    assert (coming.email, coming.status, coming.attendance) == (JONAS, CONFIRMED, Attendance.IN_PERSON)
    (one,) = await substitutions(event.id, registration_id=asa.id)
    assert (one.state, one.decided_by, one.draft) == (AskedState.DONE, REGISTRAR, None)
    with pytest.raises(Conflict):
        await refuse_substitution(one.id, by=REGISTRAR)


async def test_a_refused_wish_leaves_the_seat_and_no_trace_of_the_one_who_was_named() -> None:
    event = await an_event(terms={"mode": "approval"})
    asa = await a_seat(by_registrar=True)
    await ask_to_substitute(asa.id, jonas())
    (one,) = await substitutions(event.id)
    await refuse_substitution(one.id, by=REGISTRAR, reason="Not from the city.")
    (row,) = await database.fetch("SELECT * FROM substitution")
    assert (row["state"], row["draft"], row["coming"]) == ("refused", "", None)
    assert await statuses() == {"asa@malmo.example": (CONFIRMED, None)}
    (_, letter) = await letters("asa@malmo.example")
    assert letter.kind == "substitute_refused"
    assert "Not from the city." in (await RENDERERS[letter.kind](letter)).text
    with pytest.raises(NotFound):
        await approve_substitution("f" * 32, by=REGISTRAR)
