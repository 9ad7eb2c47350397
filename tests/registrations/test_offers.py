"""Seats that wait for a word, places in line that organisers change, and checks of an address, on both databases."""

from datetime import timedelta

import pytest

from events_service import clock, database, settings
from events_service.audit.rules import Doer
from events_service.errors import Conflict, NotFound
from events_service.events.admissions import Admission, set_admission
from events_service.outbox.actions import post
from events_service.programme.letters import RENDERERS
from events_service.registrations import actions
from events_service.registrations.admitting import change_admission
from events_service.registrations.applications import Application, Outcome
from events_service.registrations.checking import confirm_address
from events_service.registrations.drafts import RegistrationChange
from events_service.registrations.links import page_url
from events_service.registrations.mail_checks import check_code, check_url
from events_service.registrations.offers import (
    accept_offer,
    decide_many,
    lapse_unanswered,
    offer_seat,
    promote_registration,
)
from events_service.registrations.queries import waitlist_positions
from events_service.registrations.rules import Attendance, EventFull, OfferLapsed, QuotaFull, Status
from events_service.registrations.seat_letters import seat_letter
from events_service.registrations.secrets import page_code
from events_service.texts.rules import ABOUT_SEATS
from events_service.web.words import wall
from tests.registrations.given import JOIN_URL, an_event, draft, letter_kinds, letters, make_older, person, register

pytestmark = pytest.mark.usefixtures("database")
CONFIRMED, WAITLISTED, OFFERED, PENDING = Status.CONFIRMED, Status.WAITLISTED, Status.OFFERED, Status.PENDING
CANCELLED, DECLINED = Status.CANCELLED, Status.DECLINED
ME = Doer("account", "me")


async def states(*outcomes: Outcome) -> list[Status]:
    return [(await person(one)).status for one in outcomes]


async def test_a_freed_seat_is_offered_and_passed_on_when_refused_or_not_answered_exactly_once() -> None:
    event = await an_event(terms={"capacity": 1})
    await set_admission(event, Admission(offers=True, offer_hours=24))
    first, second, third, fourth = [await register(number) for number in (1, 2, 3, 4)]
    await actions.cancel_registration(first.registration_id)
    assert await states(second, third, fourth) == [OFFERED, WAITLISTED, WAITLISTED]
    kept_until = (await person(second)).answer_until
    assert kept_until is not None
    assert timedelta(hours=23) < kept_until - clock.now() <= timedelta(hours=24)
    # The seat is kept: a newcomer does not get it, and saying no gives it to the next at once.
    assert (await register(5)).status is WAITLISTED
    await actions.cancel_registration(second.registration_id)
    assert await states(second, third, fourth) == [CANCELLED, OFFERED, WAITLISTED]
    assert await lapse_unanswered() == 0
    await make_older(third.registration_id, "answer_until", by=timedelta(0))
    with pytest.raises(OfferLapsed):
        await accept_offer(third.registration_id)
    assert (await lapse_unanswered(), await lapse_unanswered()) == (1, 0)
    assert await states(third, fourth) == [CANCELLED, OFFERED]
    accepted = await accept_offer(fourth.registration_id)
    assert (accepted.status, accepted.answer_until, accepted.badge_generation) == (CONFIRMED, None, 1)
    assert await letter_kinds("guest3@malmo.example") == ["waitlisted", "offered", "offer_lapsed"]
    assert await letter_kinds("guest4@malmo.example") == ["waitlisted", "offered", "confirmed"]
    with pytest.raises(Conflict):
        await accept_offer(fourth.registration_id)


async def test_a_promotion_is_recorded_with_its_reason_and_breaks_no_limit() -> None:
    event = await an_event(terms={"capacity": 1})
    seated, second, third = [await register(number) for number in (1, 2, 3)]
    promoted = await promote_registration(third.registration_id, reason="Speaks at the opening.", by=ME)
    assert promoted.status is WAITLISTED
    assert await waitlist_positions([await person(second), await person(third)]) == {
        third.registration_id: 1,
        second.registration_id: 2,
    }
    with pytest.raises(EventFull):
        await offer_seat(second.registration_id, by=ME)
    await actions.cancel_registration(seated.registration_id)
    assert await states(second, third) == [WAITLISTED, CONFIRMED]
    (entry,) = await database.fetch("SELECT * FROM audit_entry WHERE action = 'promoted'")
    assert (entry["event"], entry["subject_id"], entry["reason"]) == (event.slug, promoted.id, "Speaks at the opening.")
    with pytest.raises(Conflict):
        await promote_registration(seated.registration_id, reason="Gone.", by=ME)


async def test_a_larger_quota_lets_those_in_who_waited_for_it() -> None:
    event = await an_event(terms={"capacity": 10})
    await change_admission(event, by=ME, cities={"MALMÖ": 1}, categories={"police": 0})
    one, two, officer, other = [
        await register(number, city=city, category=category)
        for number, (city, category) in enumerate(
            [("Malmö", "ngo"), ("malmo", "ngo"), ("Oslo", "police"), ("Oslo", "ngo")], start=1
        )
    ]
    assert await states(one, two, officer, other) == [CONFIRMED, WAITLISTED, WAITLISTED, CONFIRMED]
    await change_admission(event, by=ME, cities={"Malmö": 2})
    assert await states(two, officer) == [CONFIRMED, WAITLISTED]
    await change_admission(event, by=ME, categories={})
    assert await states(officer) == [CONFIRMED]
    # Who has a seat does not carry it into a city whose seats are taken.
    with pytest.raises(QuotaFull):
        await actions.edit_registration(other.registration_id, RegistrationChange(city="Malmö"))


async def test_attendance_is_switched_in_one_step_while_there_are_seats_and_the_old_one_is_given_on() -> None:
    await an_event(format="hybrid", join_url=JOIN_URL, terms={"capacity": 1, "online_capacity": 1})
    inside, waits = [await register(number, attendance="in_person") for number in (1, 2)]
    online = RegistrationChange(attendance=Attendance.ONLINE)
    switched = await actions.edit_registration(inside.registration_id, online)
    assert (switched.status, switched.attendance, switched.badge_generation) == (CONFIRMED, Attendance.ONLINE, 1)
    assert await states(waits) == [CONFIRMED]
    with pytest.raises(EventFull):
        await actions.edit_registration(waits.registration_id, online)
    assert (await person(waits)).attendance is Attendance.IN_PERSON
    assert await letter_kinds("guest1@malmo.example") == ["confirmed", "attendance_changed"]


async def test_a_party_kept_together_waits_for_all_its_seats_and_is_not_overtaken() -> None:
    await an_event(terms={"capacity": 3})
    gone = await register(1)
    await register(2)

    def of_party(name: str) -> Application:
        return Application("guide-launch", draft(email=f"{name}@oslo.example"), party="family", together=True)

    answers = await actions.register_many([of_party("a"), of_party("b")])
    party = [one for one in answers if isinstance(one, Outcome)]
    assert [one.status for one in party] == [WAITLISTED, WAITLISTED]
    # One seat is free and held: a newcomer waits behind them.
    newcomer = await register(3)
    assert newcomer.status is WAITLISTED
    await actions.cancel_registration(gone.registration_id)
    assert await states(*party, newcomer) == [CONFIRMED, CONFIRMED, WAITLISTED]


async def test_many_are_decided_at_once_and_the_reason_is_in_the_letters() -> None:
    event = await an_event(terms={"mode": "approval", "capacity": 1})
    ids = [(await register(number)).registration_id for number in (1, 2, 3)]
    done, refused = await decide_many(event, [*ids[:2], "nobody"], approved=True, reason="", by=ME)
    assert (done, list(refused)) == (ids[:2], ["nobody"])
    done, refused = await decide_many(event, ids, approved=False, reason="The room is small.", by=ME)
    assert (done, list(refused)) == (ids[2:], ids[:2])
    letter = (await letters("guest3@malmo.example"))[-1]
    assert letter.facts is not None
    assert (letter.kind, letter.facts["reason"]) == ("declined", "The room is small.")
    logged = await database.fetch(
        "SELECT action, reason FROM audit_entry WHERE subject_kind = 'registration' ORDER BY id"
    )
    assert [row["action"] for row in logged] == ["approved", "approved", "declined"]


async def test_an_address_counts_once_its_owner_confirms_it_and_is_given_up_without_a_word() -> None:
    event = await an_event(terms={"capacity": 1})
    await set_admission(event, Admission(mail_check=True))
    first, second = [await register(number) for number in (1, 2)]
    assert (first.status, await states(first, second)) == (PENDING, [PENDING, PENDING])
    codes = [check_code(one.registration_id, 0, secret_key=settings.current().secret_key) for one in (first, second)]
    assert (await confirm_address(f" {codes[0].upper()} ")).status is CONFIRMED
    with pytest.raises(NotFound):
        await confirm_address(codes[0])
    assert await letter_kinds("guest1@malmo.example") == ["mail_check", "confirmed"]
    await make_older(second.registration_id, "answer_until", by=timedelta(0))
    with pytest.raises(NotFound):
        await confirm_address(codes[1])
    assert await lapse_unanswered() == 1
    assert await states(second) == [CANCELLED]
    assert await letter_kinds("guest2@malmo.example") == ["mail_check"]


async def test_a_members_event_asks_an_organiser_about_who_is_not_in_the_directory_and_tells_nobody_who_is() -> None:
    await an_event(visibility="members")
    now = clock.now()
    async with database.transaction() as tx:
        await tx.execute("INSERT INTO city VALUES ('malmo', 'Malmö', 'SE', 'Europe/Stockholm', TRUE)")
        await tx.execute(
            """INSERT INTO contact (id, name, email, title, category, contact_group, organisation, city, language)
               VALUES ('1', 'Åsa', 'Guest1@malmo.example', '', 'practitioner', 'mayor', NULL, 'malmo', 'sv')"""
        )
    known, unknown = [
        await actions.register(
            Application("guide-launch", draft(email=f"guest{number}@malmo.example"), knows_event=True)
        )
        for number in (1, 2)
    ]
    assert (known.status, unknown.status) == (PENDING, PENDING)
    assert await states(known, unknown) == [CONFIRMED, PENDING]
    assert (await actions.approve_registration(unknown.registration_id)).status is CONFIRMED
    assert (await person(unknown)).changed_at >= now


async def test_each_letter_says_what_waits_for_a_word_and_leads_to_where_it_is_given() -> None:
    event = await an_event(join_url=JOIN_URL, format="hybrid")
    one = await person(await register())
    until = clock.now() + timedelta(hours=5)
    own = settings.current()
    async with database.transaction() as tx:
        await post(tx, [seat_letter(kind, event, one, until=until) for kind in ABOUT_SEATS])
    posted = {letter.kind: letter for letter in await letters() if letter.kind in ABOUT_SEATS}
    for kind in ABOUT_SEATS:
        rendered = await RENDERERS[kind](posted[kind])
        where = check_url if kind == "mail_check" else page_url
        draw = check_code if kind == "mail_check" else page_code
        link = where(draw(one.id, one.links_generation, secret_key=own.secret_key), own)
        assert link in rendered.text and link in rendered.html
        assert event.title in rendered.subject
        assert JOIN_URL not in rendered.text + rendered.html
    offered = (await RENDERERS["offered"](posted["offered"])).text
    assert wall(until, event.timezone) in offered
