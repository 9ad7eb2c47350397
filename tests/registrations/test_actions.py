"""What registrars and participants do with a registration."""

import pytest

from events_service.errors import Conflict, Invalid, NotFound
from events_service.events import actions as event_actions
from events_service.registrations import actions
from events_service.registrations.drafts import RegistrationChange, RegistrationDraft
from events_service.registrations.queries import Wanted, count_registrations, list_registrations, waitlist_positions
from events_service.registrations.rules import EventFull, Status
from events_service.web.bodies import read_values
from tests.registrations.given import an_event, letter_kinds, letters, person, register, statuses

pytestmark = pytest.mark.usefixtures("database")
CONFIRMED, WAITLISTED, PENDING, DECLINED = Status.CONFIRMED, Status.WAITLISTED, Status.PENDING, Status.DECLINED


def change(**more: object) -> RegistrationChange:
    return read_values(RegistrationChange, more, from_text=False)


async def test_approval_gives_a_seat_while_there_is_one_and_then_a_place_in_line() -> None:
    await an_event(terms={"mode": "approval", "capacity": 1})
    waiting = [await register(number) for number in (1, 2)]
    approved = [await actions.approve_registration(one.registration_id) for one in waiting]
    assert [one.status for one in approved] == [CONFIRMED, WAITLISTED]
    assert await letter_kinds("guest1@malmo.example") == ["pending", "confirmed"]
    assert await letter_kinds("guest2@malmo.example") == ["pending", "waitlisted"]
    with pytest.raises(Conflict) as refused:
        await actions.approve_registration(waiting[0].registration_id)
    assert refused.value.code == "wrong_status"


async def test_approval_into_a_full_event_without_a_line_is_refused_and_changes_nothing() -> None:
    await an_event(terms={"mode": "approval", "capacity": 1, "waitlist": False})
    first, second = [await register(number) for number in (1, 2)]
    await actions.approve_registration(first.registration_id)
    with pytest.raises(EventFull):
        await actions.approve_registration(second.registration_id)
    assert (await person(second)).status is PENDING


async def test_declining_says_why() -> None:
    await an_event(terms={"mode": "approval"})
    outcome = await register()
    declined = await actions.decline_registration(outcome.registration_id, reason="The room is small.")
    assert declined.status is DECLINED
    letter = (await letters())[-1]
    assert letter.facts is not None
    assert (letter.kind, letter.facts["reason"], letter.facts["invite"]) == ("declined", "The room is small.", None)


async def test_declining_a_confirmed_person_frees_the_seat() -> None:
    await an_event(terms={"capacity": 1})
    first, second = [await register(number) for number in (1, 2)]
    await actions.decline_registration(first.registration_id)
    assert [(await person(one)).status for one in (first, second)] == [DECLINED, CONFIRMED]


async def test_leaving_the_line_moves_the_others_up_and_frees_no_seat() -> None:
    await an_event(terms={"capacity": 1})
    outcomes = [await register(number) for number in (1, 2, 3)]
    await actions.cancel_registration(outcomes[1].registration_id)
    last = await person(outcomes[2])
    assert (last.status, await waitlist_positions([last])) == (WAITLISTED, {last.id: 1})
    assert await letter_kinds("guest3@malmo.example") == ["waitlisted"]


async def test_nobody_is_promoted_into_an_event_that_is_called_off() -> None:
    event = await an_event(terms={"capacity": 1})
    first, second = [await register(number) for number in (1, 2)]
    await event_actions.cancel_event(event.slug)
    await actions.cancel_registration(first.registration_id)
    assert (await person(second)).status is WAITLISTED


async def test_a_correction_changes_what_is_given_and_search_finds_it() -> None:
    event = await an_event()
    before = await person(await register())
    after = await actions.edit_registration(before.id, change(version=1, name="Bjørn Ægir", city="Århus"))
    assert (after.name, after.city, after.organisation, after.version) == (
        "Bjørn Ægir",
        "Århus",
        before.organisation,
        2,
    )
    assert after.badge_digest == before.badge_digest
    assert [one.id for one in await list_registrations(event.id, Wanted(text="bjorn aegir"))] == [before.id]
    with pytest.raises(Conflict) as refused:
        await actions.edit_registration(before.id, change(version=1, name="Too Late"))
    assert refused.value.code == "stale_version"


async def test_the_category_stands_on_the_badge_and_stays_with_it() -> None:
    await an_event(terms={"capacity": 1})
    seated, waiting = [await register(number) for number in (1, 2)]
    with pytest.raises(Conflict) as refused:
        await actions.edit_registration(seated.registration_id, change(category="media"))
    assert refused.value.code == "category_on_badge"
    assert (await actions.edit_registration(waiting.registration_id, change(category="media"))).category == "media"


async def test_sending_again_repeats_how_things_stand() -> None:
    await an_event(terms={"capacity": 1})
    seated, waiting = [await register(number) for number in (1, 2)]
    before = await person(seated)
    await actions.resend_letter(seated.registration_id)
    await actions.resend_letter(waiting.registration_id)
    assert await person(seated) == before
    first, again = await letters("guest1@malmo.example")
    assert first.facts is not None and again.facts is not None
    assert (again.kind, again.facts["invite"]["sequence"]) == ("confirmed", first.facts["invite"]["sequence"])
    assert again.facts["invite"]["stamped_at"] > first.facts["invite"]["stamped_at"]
    assert await letter_kinds("guest2@malmo.example") == ["waitlisted", "waitlisted"]
    await actions.cancel_registration(seated.registration_id)
    with pytest.raises(Conflict):
        await actions.resend_letter(seated.registration_id)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(), [1, 2, 3, 4]),
        (Wanted(text="asa dorsdottir"), [1]),
        (Wanted(text="ÅSA"), [1]),
        (Wanted(text="100%"), [4]),
        (Wanted(text="_"), []),
        (Wanted(text="city hall malmo"), [2]),
        (Wanted(status="waitlisted"), [3, 4]),
        (Wanted(category="media"), [2, 4]),
        (Wanted(city="Åbo", category="media"), [4]),
        (Wanted(city="abo"), []),
    ],
)
async def test_search_folds_letters_and_narrows(wanted: Wanted, found: list[int]) -> None:
    event = await an_event()
    people: list[dict[str, str]] = [
        {"name": "Åsa Ðórsdóttir", "city": "Lund"},
        {"name": "Bo", "organisation": "City Hall", "city": "Malmö", "category": "media"},
        {"name": "Cecilie", "city": "Oslo"},
        {"name": "Dag 100% Ås", "city": "Åbo", "category": "media"},
    ]
    ids = [
        (await register(number, **{"organisation": "", "email": f"p{number}@x.example"} | who)).registration_id
        for number, who in enumerate(people, start=1)
    ]
    listed = await list_registrations(event.id, wanted)
    assert [ids.index(one.id) + 1 for one in listed] == found
    assert await count_registrations(event.id, wanted) == len(found)


async def test_unknown_registrations_are_not_found() -> None:
    for verb in (actions.cancel_registration, actions.approve_registration, actions.resend_letter):
        with pytest.raises(NotFound):
            await verb("0" * 32)  # type: ignore[operator]


async def test_an_address_with_a_plus_is_kept_as_it_is() -> None:
    await an_event()
    await register(email="asa+events@malmo.example")
    assert list(await statuses()) == ["asa+events@malmo.example"]


def test_what_cannot_be_known_yet_is_refused_by_field() -> None:
    with pytest.raises(Invalid) as refused:
        read_values(
            RegistrationDraft,
            {"name": "", "email": "x", "session_ids": ["s1"], "invitation": "q", "answers": {"": 1}, "moon": 1},
            from_text=False,
        )
    assert sorted((error.field, error.code) for error in refused.value.errors) == [
        ("answers", "required"),
        ("email", "invalid_email"),
        ("invitation", "unknown_invitation"),
        ("moon", "unknown_field"),
        ("name", "required"),
        ("session_ids.0", "unknown_session"),
    ]
