"""Invitations: sent once, answered once, reminded, lapsed and passed on to the reserve; on either database."""

import asyncio
from datetime import timedelta

import pytest

from events_service import clock, database
from events_service.directory.actions import add_cities, add_contacts
from events_service.directory.rules import City, Contact, Group
from events_service.errors import Conflict, Invalid, NotFound
from events_service.events.categories import Category
from events_service.events.rules import Event
from events_service.invitations.actions import invite, read_people, remind_by_hand, send_again, withdraw
from events_service.invitations.answering import decline, open_invitation, pass_on
from events_service.invitations.drafts import PassedOn, Segment
from events_service.invitations.queries import invitation_by_id, people_in
from events_service.invitations.rules import AnsweredAlready, State
from events_service.invitations.schedule import lapse_invitations, remind_guests
from events_service.invitations.terms import Offered
from events_service.registrations.accepting import accept_invitation
from events_service.registrations.actions import cancel_registration, register
from events_service.registrations.applications import Application
from events_service.registrations.drafts import RegistrationDraft
from events_service.registrations.guest_letters import write_guest_letter
from events_service.registrations.rules import Status
from events_service.registrations.substitute_drafts import SubstituteDraft
from events_service.registrations.substituting import substitute
from events_service.texts.actions import keep_words
from events_service.texts.rules import Words
from events_service.web.bodies import read_values
from tests.audit.given import entries
from tests.reception.given import ORGANISER, SLUG, all_invitations, code_of, guest, invited, states
from tests.registrations.given import an_event, draft, letter_kinds, letters, statuses

pytestmark = pytest.mark.usefixtures("database")
RESERVE, INVITED, OPENED, ACCEPTED = State.RESERVE, State.INVITED, State.OPENED, State.ACCEPTED
DECLINED, DELEGATED, LAPSED, WITHDRAWN = State.DECLINED, State.DELEGATED, State.LAPSED, State.WITHDRAWN
ONE, TWO, THREE = (f"guest{number}@malmo.example" for number in (1, 2, 3))
EVA = {"name": "Eva Lund", "email": "eva@malmo.example"}


async def a_summit(**terms: object) -> Event:
    """Hidden from strangers, by invitation, with two seats."""
    return await an_event(visibility="invited", terms={"mode": "invitation", **terms})


def wish(code: str, number: int = 1, **more: object) -> Application:
    who = {"name": f"Guest {number}", "email": f"guest{number}@malmo.example"}
    return Application(SLUG, draft(**(who | {"invitation": code} | more)))


async def test_everybody_is_invited_once_and_it_is_kept_by_whom() -> None:
    event = await a_summit()
    assert await invited(1, 2) == 2
    assert await invited(2, 3, 3) == 1
    found = await all_invitations(event.id)
    assert [(one.email, one.state, one.invited_by) for one in found] == [
        (address, INVITED, "organiser") for address in (ONE, TWO, THREE)
    ]
    assert [await letter_kinds(address) for address in (ONE, TWO, THREE)] == [["invitation"]] * 3
    assert [one.deed.action for one in await entries(subject_id=event.id)] == ["invited", "invited"]


async def test_the_letter_holds_the_link_and_the_terms_and_no_address_that_is_not_public() -> None:
    event = await an_event(
        visibility="invited",
        terms={"mode": "invitation"},
        venue={
            "name": "City Hall",
            "address": "Rådhuspladsen 1",
            "city": "Copenhagen",
            "country": "DK",
            "disclosure": "registered",
        },
    )
    await invited(1, lapses_at=event.starts_at - timedelta(days=30), plus_ones=2)
    (one,) = await all_invitations(event.id)
    (letter,) = await letters(ONE)
    written = await write_guest_letter(letter)
    assert written.subject == "You are invited: Launch of the Safe Cities Guide"
    for part in (written.text, written.html):
        assert (
            f"/invited#{code_of(one)}" in part and "You may bring 2 companions." in part and "Please answer by" in part
        )
        assert "Rådhuspladsen" not in part
    assert code_of(one) not in str(letter.facts)


async def test_a_code_lets_its_guest_in_once_and_nobody_else() -> None:
    event = await a_summit()
    await invited(1, 2)
    one, _ = await all_invitations(event.id)
    with pytest.raises(Invalid) as refused:
        await register(wish(code_of(one), 2))
    assert [(error.field, error.code) for error in refused.value.errors] == [("email", "other_address")]
    outcome = await register(wish(code_of(one)))
    assert (outcome.status, await states(event.id)) == (Status.CONFIRMED, [ACCEPTED, INVITED])
    assert (await invitation_by_id(one.id)).registration_id == outcome.registration_id
    with pytest.raises(Invalid) as refused:
        await register(wish(code_of(one)))
    assert [(error.field, error.code) for error in refused.value.errors] == [("invitation", "used_invitation")]
    assert list(await statuses()) == [ONE]
    # Whoever has no code is not told that the event is there.
    with pytest.raises(NotFound):
        await register(wish("a" * 32, 3))
    with pytest.raises(NotFound):
        await register(Application(SLUG, draft()))


async def test_a_place_given_up_after_all_goes_to_the_reserve_once_and_one_passed_on_does_not() -> None:
    event = await a_summit()
    await invited(1, 2)
    await invited(3, 4, reserve=True)
    one, two, *_ = await all_invitations(event.id)
    first, second = [await register(wish(code_of(guest), number)) for number, guest in ((1, one), (2, two))]
    ends = await substitute(first.registration_id, read_values(SubstituteDraft, EVA, from_text=False), by=ORGANISER)
    assert await states(event.id) == [ACCEPTED, ACCEPTED, RESERVE, RESERVE]
    await cancel_registration(second.registration_id)
    assert await states(event.id) == [ACCEPTED, ACCEPTED, INVITED, RESERVE]
    await cancel_registration(ends.id)
    assert await states(event.id) == [ACCEPTED, ACCEPTED, INVITED, INVITED]
    assert await letter_kinds("guest4@malmo.example") == ["invitation"]


async def test_twenty_clicks_on_yes_are_one_seat() -> None:
    event = await a_summit()
    await invited(1)
    (one,) = await all_invitations(event.id)
    answers = await asyncio.gather(*(register(wish(code_of(one))) for _ in range(20)), return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["Invalid"] * 19 + ["Outcome"]
    assert await statuses() == {ONE: (Status.CONFIRMED, None)}


async def test_companions_come_along_as_many_as_were_offered() -> None:
    event = await a_summit(capacity=3)
    await invited(1, plus_ones=2)
    (one,) = await all_invitations(event.id)
    many = [draft(email=f"with{number}@malmo.example") for number in range(3)]
    with pytest.raises(Invalid) as refused:
        await accept_invitation(wish(code_of(one)), many)
    assert [error.code for error in refused.value.errors] == ["too_many"]
    twins: list[RegistrationDraft] = [many[0], many[0]]
    with pytest.raises(Invalid) as refused:
        await accept_invitation(wish(code_of(one)), twins)
    assert [error.code for error in refused.value.errors] == ["same_address"]
    await accept_invitation(wish(code_of(one)), many[:2])
    confirmed = {ONE, "with0@malmo.example", "with1@malmo.example"}
    assert {address for address, (status, _) in (await statuses()).items() if status is Status.CONFIRMED} == confirmed


async def test_a_no_and_a_withdrawal_each_invite_the_next_of_the_reserve() -> None:
    event = await a_summit()
    deadline = clock.now() + timedelta(days=20)
    await invited(1, 2, 3, lapses_at=deadline)
    await invited(4, 5, 6, 7, lapses_at=deadline, reserve=True)
    one, two, three, *reserve = await all_invitations(event.id)
    assert [x.reserve_number for x in reserve] == [1, 2, 3, 4]
    assert await letter_kinds("guest4@malmo.example") == []

    await decline(one.id, word="Ill.")
    await withdraw(two.id, by=ORGANISER)
    assert await states(event.id) == [DECLINED, WITHDRAWN, INVITED, INVITED, INVITED, RESERVE, RESERVE]
    assert (await invitation_by_id(one.id)).word == "Ill."
    await decline(three.id)
    assert await states(event.id) == [DECLINED, WITHDRAWN, DECLINED, INVITED, INVITED, INVITED, RESERVE]
    with pytest.raises(AnsweredAlready):
        await decline(three.id)


async def test_time_ends_invitations_and_moves_up_the_reserve_exactly_once() -> None:
    event = await a_summit()
    deadline = clock.now() + timedelta(days=20)
    await invited(1, lapses_at=deadline)
    await invited(2, 3, lapses_at=deadline, reserve=True)
    assert await lapse_invitations(deadline - timedelta(seconds=1)) == 0
    ended = await asyncio.gather(*(lapse_invitations(deadline) for _ in range(4)))
    assert (sorted(ended), await states(event.id)) == ([0, 0, 0, 1], [LAPSED, INVITED, RESERVE])
    assert [await letter_kinds(address) for address in (ONE, TWO, THREE)] == [
        ["invitation", "invitation_lapsed"], ["invitation"], [],
    ]  # fmt: skip
    second = (await all_invitations(event.id))[1]
    assert second.lapses_at is not None and second.lapses_at >= deadline + timedelta(days=19)


async def test_guests_are_reminded_on_each_day_of_the_schedule_exactly_once_until_they_answer() -> None:
    event = await a_summit()
    deadline = clock.now() + timedelta(days=20)
    await invited(1, 2, lapses_at=deadline)
    one, _ = await all_invitations(event.id)
    reminded = [await remind_guests(deadline - timedelta(days=days)) for days in (15, 14, 14)]
    reminded += await asyncio.gather(*(remind_guests(deadline - timedelta(days=7)) for _ in range(3)))
    assert (reminded[:3], sorted(reminded[3:])) == ([0, 2, 0], [0, 0, 2])
    await decline(one.id)
    assert await remind_guests(deadline - timedelta(days=2)) == 1
    assert (await letter_kinds(ONE)).count("invitation_reminder") == 2
    assert (await letter_kinds(TWO)).count("invitation_reminder") == 3


async def test_by_hand_nobody_is_reminded_twice_within_half_a_day() -> None:
    event = await a_summit()
    await invited(1)
    assert await remind_by_hand(SLUG, by=ORGANISER) == 0
    async with database.transaction() as tx:
        await tx.execute("UPDATE invitation SET invited_at = $1", clock.now() - timedelta(hours=13))
    assert [await remind_by_hand(SLUG, by=ORGANISER) for _ in range(2)] == [1, 0]
    assert await states(event.id) == [INVITED]


async def test_an_invitation_is_passed_on_once_and_the_host_is_told_nothing_of_the_other() -> None:
    event = await a_summit()
    await invited(1, 2, plus_ones=1)
    one, two = await all_invitations(event.id)
    jonas = PassedOn(name="Jónas", email="jonas@reykjavik.example")
    with pytest.raises(Invalid):
        await pass_on(one.id, PassedOn(name="Guest", email="GUEST1@malmo.example"))
    await pass_on(one.id, jonas)
    third = (await all_invitations(event.id))[2]
    assert (third.state, third.host_id, third.plus_ones, third.category) == (INVITED, one.id, 1, one.category)
    (letter,) = await letters(jonas.email)
    assert "Guest 1 cannot come and passed this invitation on to you." in (await write_guest_letter(letter)).text
    assert await letter_kinds(ONE) == ["invitation", "invitation_delegated"]
    with pytest.raises(Conflict) as refused:
        await pass_on(third.id, PassedOn(name="Last", email="last@malmo.example"))
    assert refused.value.code == "passed_on_already"
    # To somebody who is invited already it looks the same, and sends them nothing.
    await pass_on(two.id, jonas)
    assert (await states(event.id), await letter_kinds(jonas.email)) == (
        [DELEGATED, DELEGATED, INVITED],
        ["invitation"],
    )


async def test_only_the_post_of_the_code_opens_and_who_said_no_can_be_asked_anew() -> None:
    event = await a_summit()
    await invited(1)
    (one,) = await all_invitations(event.id)
    with pytest.raises(NotFound):
        await open_invitation("b" * 32)
    opened = await open_invitation(code_of(one).upper())
    again = await open_invitation(code_of(one))
    assert (opened.state, again.opened_at, await states(event.id)) == (OPENED, opened.opened_at, [OPENED])
    await decline(one.id)
    await send_again(one.id, by=ORGANISER)
    assert (await states(event.id), await letter_kinds(ONE)) == ([INVITED], ["invitation", "invitation"])
    outcome = await register(wish(code_of(one)))
    assert outcome.status is Status.CONFIRMED
    with pytest.raises(Conflict):
        await send_again(one.id, by=ORGANISER)
    with pytest.raises(Conflict):
        await withdraw(one.id, by=ORGANISER)


async def test_nobody_is_invited_to_what_is_over_or_until_after_the_end() -> None:
    event = await a_summit()
    for deadline in (clock.now() - timedelta(hours=1), event.ends_at + timedelta(hours=1)):
        with pytest.raises(Invalid):
            await invited(1, lapses_at=deadline)
    async with database.transaction() as tx:
        await tx.execute("UPDATE event SET status = 'cancelled'")
    with pytest.raises(Conflict):
        await invited(1)
    with pytest.raises(NotFound):
        await invite("nowhere", [guest()], Offered(), by=ORGANISER)


async def test_a_segment_holds_the_people_of_the_directory_who_are_all_it_says() -> None:
    await add_cities([
        City("oslo", "Oslo", "NO", "Europe/Oslo"),
        City("bergen", "Bergen", "NO", "Europe/Oslo", member=False),
        City("malmo", "Malmö", "SE", "Europe/Stockholm"),
    ])  # fmt: skip
    people = [
        ("Eva", "oslo", "practitioner"),
        ("Bo", "bergen", "practitioner"),
        ("Åsa", "malmo", "practitioner"),
        ("Jens", "oslo", "expert"),
    ]
    await add_contacts(
        [
            Contact(name, f"{city}-{name[-1]}@x.example", "", category, Group.EXPERT, None, city, "nb")
            for name, city, category in people
        ]
    )
    norway = Segment(country="NO", category=Category.PRACTITIONER, members=True)
    assert [(one.name, one.city, one.language) for one in await people_in(norway, limit=10)] == [("Eva", "Oslo", "nb")]
    assert {one.name for one in await people_in(Segment(country="NO"), limit=10)} == {"Eva", "Bo", "Jens"}
    assert len(await people_in(Segment(), limit=2)) == 2


async def test_five_thousand_are_invited_at_once() -> None:
    event = await a_summit()
    people = [{"name": f"Guest {number}", "email": f"guest{number}@malmo.example"} for number in range(5_000)]
    guests, rejected = read_people([*people, {"name": "", "email": "nobody"}])
    assert await invite(SLUG, guests, Offered(), by=ORGANISER) == 5_000
    assert [(one.line, [error.field for error in one.errors]) for one in rejected] == [(5_001, ["name", "email"])]
    (row,) = await database.fetch("SELECT COUNT(*) AS letters FROM letter WHERE kind = 'invitation'")
    assert (row["letters"], len(await all_invitations(event.id))) == (5_000, 5_000)


async def test_guests_are_invited_in_an_organisers_words_and_one_passed_on_says_by_whom() -> None:
    venue = {
        "name": "Safe House",
        "address": "Secret Street 9",
        "city": "Oslo",
        "country": "NO",
        "disclosure": "registered",
    }
    event = await an_event(visibility="invited", venue=venue, terms={"mode": "invitation"})
    words = Words("{name}, come to {city}", "We meet at {place} on {date}: <b>\n\nAnswer by {deadline}.", "")
    await keep_words(event, "invitation", "en", words, by=ORGANISER)
    await invited(1, lapses_at=clock.now() + timedelta(days=3))
    (letter,) = await letters(ONE)
    mail = await write_guest_letter(letter)
    assert mail.subject == "Guest 1, come to Oslo"
    assert "We meet at Oslo on Sunday 8 March 2037: <b>" in mail.text
    assert "<p>We meet at Oslo on Sunday 8 March 2037: &lt;b&gt;</p>\n<p>Answer by" in mail.html
    assert ("Secret" in mail.text, "Answer here:" in mail.text) == (False, True)

    (invitation,) = await all_invitations(event.id)
    await pass_on(invitation.id, read_values(PassedOn, EVA, from_text=False))
    passed = await write_guest_letter((await letters(EVA["email"]))[0])
    assert passed.subject.startswith("You are invited: ") and "Guest 1 cannot come" in passed.text
