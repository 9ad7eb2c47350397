"""Places in sessions: who gets one, who waits, and how they are passed on, on a real database of either kind."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from events_service import clock, database
from events_service.agenda.drafts import AgendaChange
from events_service.agenda.release_queries import current_release
from events_service.agenda.rules import Agenda, Overlap, Session
from events_service.agenda.sessions import change_agenda
from events_service.errors import Conflict, Invalid, NotFound
from events_service.events.actions import cancel_event
from events_service.events.rules import Event
from events_service.registrations import actions, sign_ups
from events_service.registrations.sign_up_queries import (
    attenders_of,
    confirmed_by_session,
    own_sign_ups,
    places_of,
)
from events_service.registrations.sign_up_rules import (
    Overlaps,
    OverlapUnconfirmed,
    Places,
    SeatNeeded,
    SignUp,
    SignUpClosed,
    SignUpStatus,
)
from events_service.registrations.sign_ups import end_sign_ups, move_up_session, put_first, sign_up, withdraw
from tests.agenda.given import a_release, a_session, a_speaker, a_summit, change_session
from tests.registrations.given import letter_kinds, register

pytestmark = pytest.mark.usefixtures("database")
WISHED, CONFIRMED, WAITLISTED = SignUpStatus.WISHED, SignUpStatus.CONFIRMED, SignUpStatus.WAITLISTED


async def a_workshop(title: str = "Workshop", starts_at: str = "2037-03-10T10:00", **more: Any) -> Session:
    """A session of two places, an hour long, that takes sign-ups, not yet released."""
    body = {"kind": "workshop", "minutes": 60, "signup": True, "capacity": 2, **more}
    return await a_session(title, starts_at, **body)


async def guests(number: int) -> list[str]:
    """So many confirmed registrations."""
    return [(await register(one, slug="summit")).registration_id for one in range(1, number + 1)]


async def line_of(session: Session, people: Sequence[str]) -> list[SignUp | None]:
    """How each of the people stands at the session; None for who has not signed up."""
    return [(await own_sign_ups(one)).get(session.id) for one in people]


async def kinds_to(number: int) -> list[str]:
    """The letters to guest `number` after the one about their seat."""
    return (await letter_kinds(f"guest{number}@malmo.example"))[1:]


async def released(event: Event) -> Agenda:
    release = await current_release(event.id)
    assert release is not None
    return release.agenda


async def test_places_are_given_first_and_then_numbers_on_the_waiting_list() -> None:
    event = await a_summit()
    workshop = await a_workshop()
    await a_release()
    people = await guests(4)
    assert [await sign_up(one, workshop.id) for one in people] == [
        SignUp(CONFIRMED), SignUp(CONFIRMED), SignUp(WAITLISTED, 1), SignUp(WAITLISTED, 2)
    ]  # fmt: skip
    assert await places_of(event, await released(event)) == {workshop.id: Places(taken=2, waiting=2, capacity=2)}
    assert await confirmed_by_session(event.id) == {workshop.id: 2}
    shown = [(one.person.id, one.sign_up.position) for one in await attenders_of(workshop.id)]
    assert shown == list(zip(people, [None, None, 1, 2], strict=True))
    assert [await kinds_to(one) for one in (1, 2, 3, 4)] == [
        ["session_invited"], ["session_invited"], ["session_waitlisted"], ["session_waitlisted"]
    ]  # fmt: skip


async def test_signing_up_or_withdrawing_twice_changes_nothing_and_writes_nobody() -> None:
    await a_summit()
    workshop = await a_workshop(capacity=1)
    await a_release()
    people = await guests(2)
    first = [await sign_up(one, workshop.id) for one in people]
    assert [await sign_up(one, workshop.id) for one in people] == first
    assert (await kinds_to(1), await kinds_to(2)) == (["session_invited"], ["session_waitlisted"])
    for _ in range(2):
        await withdraw(people[0], workshop.id)
    assert await line_of(workshop, people) == [None, SignUp(CONFIRMED)]
    assert (await kinds_to(1), await kinds_to(2)) == (
        ["session_invited", "session_withdrawn"],
        ["session_waitlisted", "session_promoted"],
    )
    assert await sign_up(people[0], workshop.id) == SignUp(WAITLISTED, 1)


async def test_two_rivals_for_the_last_place_of_a_sparring_session() -> None:
    event = await a_summit()
    sparring = await a_workshop("Sparring", kind="sparring", capacity=1)
    await a_release()
    people = await guests(2)
    answers = await asyncio.gather(*[sign_up(one, sparring.id) for one in people])
    assert sorted(one.position or 0 for one in answers) == [0, 1]
    assert (await places_of(event, await released(event)))[sparring.id] == Places(taken=1, waiting=1, capacity=1)


async def test_60_people_storm_7_places_and_change_their_minds() -> None:
    event = await a_summit()
    workshop, other = await a_workshop(capacity=7), await a_workshop("Other", "2037-03-10T14:00", capacity=3)
    await a_release()
    people = await guests(60)
    answers = await asyncio.gather(*[sign_up(one, workshop.id) for one in people])
    assert sorted(one.position or 0 for one in answers) == [0] * 7 + list(range(1, 54))
    # Twenty-five registrations end, some of them with a place; others withdraw, sign up elsewhere and come back, all at once.
    leaving, moving = people[:25], people[25:40]
    await asyncio.gather(
        *[actions.cancel_registration(one) for one in leaving],
        *[withdraw(one, workshop.id) for one in moving],
        *[sign_up(one, other.id) for one in people[30:]],
    )
    await asyncio.gather(*[sign_up(one, workshop.id) for one in moving])
    places = await places_of(event, await released(event))
    assert places[workshop.id] == Places(taken=7, waiting=28, capacity=7)
    assert places[other.id] == Places(taken=3, waiting=27, capacity=3)
    standing = await line_of(workshop, people)
    assert standing[:25] == [None] * 25
    assert sorted(one.position or 0 for one in standing if one) == [0] * 7 + list(range(1, 29))
    for number, one in enumerate(standing, start=1):
        got, lost = ("session_invited", "session_promoted"), ("session_withdrawn",)
        invites = [kind for kind in await kinds_to(number) if kind in (*got, *lost)]
        kept = [one is not None and one.status is CONFIRMED]
        kept += [(await own_sign_ups(people[number - 1])).get(other.id) == SignUp(CONFIRMED)]
        assert sum(kind in got for kind in invites) - sum(kind in lost for kind in invites) == sum(kept), number


async def test_a_place_given_back_goes_down_the_line_one_by_one() -> None:
    await a_summit()
    workshop = await a_workshop(capacity=1)
    await a_release()
    people = await guests(4)
    for one in people:
        await sign_up(one, workshop.id)
    await withdraw(people[0], workshop.id)
    await withdraw(people[2], workshop.id)
    assert await line_of(workshop, people) == [None, SignUp(CONFIRMED), None, SignUp(WAITLISTED, 1)]
    await withdraw(people[1], workshop.id)
    assert await line_of(workshop, people) == [None, None, None, SignUp(CONFIRMED)]
    assert [await kinds_to(one) for one in (1, 2, 3, 4)] == [
        ["session_invited", "session_withdrawn"],
        ["session_waitlisted", "session_promoted", "session_withdrawn"],
        ["session_waitlisted"],
        ["session_waitlisted", "session_promoted"],
    ]


async def test_an_organiser_lets_somebody_be_the_next_in_line() -> None:
    await a_summit()
    workshop = await a_workshop(capacity=1)
    await a_release()
    people = await guests(3)
    for one in people:
        await sign_up(one, workshop.id)
    assert await put_first(people[2], workshop.id) == SignUp(WAITLISTED, 1)
    assert await line_of(workshop, people) == [SignUp(CONFIRMED), SignUp(WAITLISTED, 2), SignUp(WAITLISTED, 1)]
    with pytest.raises(Conflict):
        await put_first(people[0], workshop.id)
    await withdraw(people[0], workshop.id)
    assert await line_of(workshop, people) == [None, SignUp(WAITLISTED, 1), SignUp(CONFIRMED)]


@pytest.mark.parametrize("end", [actions.cancel_registration, actions.decline_registration])
async def test_a_registration_that_ends_passes_all_its_places_on(end: Any) -> None:
    await a_summit()
    one, two = await a_workshop("One", capacity=1), await a_workshop("Two", "2037-03-10T14:00", capacity=1)
    three = await a_workshop("Three", "2037-03-10T16:00", capacity=1)
    await a_release()
    people = await guests(2)
    for session in (one, two):
        for person in people:
            await sign_up(person, session.id)
    await sign_up(people[1], three.id)
    await sign_up(people[0], three.id)
    await end(people[0])
    assert await own_sign_ups(people[0]) == {}
    assert await own_sign_ups(people[1]) == {session.id: SignUp(CONFIRMED) for session in (one, two, three)}
    assert sorted(await kinds_to(1)) == sorted(
        ["session_invited"] * 2 + ["session_waitlisted", "session_withdrawn", "session_withdrawn"]
        + ["cancelled" if end is actions.cancel_registration else "declined"]
    )  # fmt: skip
    assert sorted(await kinds_to(2)) == ["session_invited"] + ["session_promoted"] * 2 + ["session_waitlisted"] * 2


async def test_whoever_lost_their_seat_is_passed_over() -> None:
    event = await a_summit()
    workshop = await a_workshop(capacity=1)
    await a_release()
    people = await guests(3)
    for one in people:
        await sign_up(one, workshop.id)
    async with database.transaction() as tx:
        await tx.execute(
            "UPDATE registration SET status = 'waitlisted', waitlist_number = 9, badge_digest = NULL WHERE id = $1",
            people[1],
        )
    await withdraw(people[0], workshop.id)
    standing = await line_of(workshop, people)
    assert [one and one.status for one in standing] == [None, WAITLISTED, CONFIRMED]
    assert (await places_of(event, await released(event)))[workshop.id].taken == 1


async def test_only_a_confirmed_participant_signs_up() -> None:
    await a_summit(registration={"mode": "open", "capacity": 1})
    workshop = await a_workshop()
    await a_release()
    (first,) = await guests(1)
    waiting = (await register(2, slug="summit")).registration_id
    with pytest.raises(SeatNeeded):
        await sign_up(waiting, workshop.id)
    await actions.cancel_registration(first)
    with pytest.raises(SeatNeeded):
        await sign_up(first, workshop.id)
    assert await sign_up(waiting, workshop.id) == SignUp(CONFIRMED)


async def test_only_what_is_released_open_to_sign_up_and_still_ahead_is_signed_up_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await a_summit()
    await a_summit(slug="another")
    (asa,) = await guests(1)
    workshop = await a_workshop()
    with pytest.raises(NotFound):
        await sign_up(asa, workshop.id)
    talk = await a_session("Talk", "2037-03-10T12:00")
    cancelled = await a_workshop("Cancelled", "2037-03-10T13:00")
    secret = await a_workshop("Secret", "2037-03-10T14:00", visible_from="2037-03-01T00:00")
    await a_release()
    await change_session(cancelled, state="cancelled")
    await a_release()
    added = await a_workshop("Added later", "2037-03-10T15:00")
    elsewhere = await a_session("Elsewhere", event="another", signup=True)
    await a_release(event="another")
    for session_id in (added.id, secret.id, elsewhere.id, "nothing"):
        with pytest.raises(NotFound):
            await sign_up(asa, session_id)
    for session in (talk, cancelled):
        with pytest.raises(SignUpClosed):
            await sign_up(asa, session.id)
    assert await sign_up(asa, workshop.id) == SignUp(CONFIRMED)
    assert workshop.ends_at is not None
    monkeypatch.setattr(clock, "now", lambda: workshop.ends_at + timedelta(seconds=1))
    with pytest.raises(SignUpClosed):
        await withdraw(asa, workshop.id)
    assert await sign_up(asa, secret.id) == SignUp(CONFIRMED)


async def test_nobody_signs_up_once_the_event_is_called_off() -> None:
    await a_summit()
    workshop = await a_workshop()
    await a_release()
    (asa,) = await guests(1)
    await cancel_event("summit", reason="Storm.")
    with pytest.raises(SignUpClosed):
        await sign_up(asa, workshop.id)


async def test_what_overlaps_is_refused_or_has_to_be_meant_as_the_organiser_chose() -> None:
    await a_summit()
    first = await a_workshop("First")
    later = await a_workshop("Later", "2037-03-10T11:00")
    between = await a_workshop("Between", "2037-03-10T10:30")
    await change_agenda("summit", AgendaChange(Overlap.REFUSE))
    await a_release()
    (asa,) = await guests(1)
    # One that begins as the other ends does not overlap.
    for session in (first, later):
        await sign_up(asa, session.id)
    for despite_overlap in (False, True):
        with pytest.raises(Overlaps, match="“First”, “Later”"):
            await sign_up(asa, between.id, despite_overlap=despite_overlap)
    await change_agenda("summit", AgendaChange(Overlap.WARN))
    with pytest.raises(OverlapUnconfirmed, match="“First”, “Later”"):
        await sign_up(asa, between.id)
    assert await sign_up(asa, between.id, despite_overlap=True) == SignUp(CONFIRMED)


async def test_sessions_asked_for_at_registration_are_given_with_the_seat() -> None:
    await a_summit()
    one, two = await a_workshop("One"), await a_workshop("Two", "2037-03-10T14:00", capacity=1)
    await a_release()
    first, second = [
        (await register(number, slug="summit", session_ids=[two.id, one.id, two.id])).registration_id
        for number in (1, 2)
    ]
    assert await own_sign_ups(first) == {two.id: SignUp(CONFIRMED), one.id: SignUp(CONFIRMED)}
    assert await own_sign_ups(second) == {two.id: SignUp(WAITLISTED, 1), one.id: SignUp(CONFIRMED)}
    assert sorted(await kinds_to(2)) == ["session_invited", "session_waitlisted"]
    # Somebody else who types the same address changes nothing of it.
    await register(2, slug="summit", session_ids=[])
    await register(1, slug="summit", session_ids=[one.id])
    assert len(await own_sign_ups(second)) == len(await own_sign_ups(first)) == 2


async def test_every_wrong_session_is_told_before_a_seat_is_given() -> None:
    await a_summit()
    one, two = await a_workshop("One"), await a_workshop("Two", "2037-03-10T10:30")
    talk = await a_session("Talk", "2037-03-10T15:00")
    secret = await a_workshop("Secret", "2037-03-10T16:00", visible_from="2037-03-01T00:00")
    ids = ["0" * 32, one.id, talk.id, two.id, secret.id]
    with pytest.raises(Invalid) as unreleased:
        await register(1, slug="summit", session_ids=ids)
    assert {wrong.code for wrong in unreleased.value.errors} == {"unknown_session"}
    await a_release()
    with pytest.raises(Invalid) as refused:
        await register(1, slug="summit", session_ids=ids, consent=False)
    assert [(wrong.field, wrong.code) for wrong in refused.value.errors] == [
        ("consent", "consent_required"),
        ("session_ids.0", "unknown_session"),
        ("session_ids.2", "sign_up_closed"),
        ("session_ids.3", "overlap_unconfirmed"),
        ("session_ids.4", "unknown_session"),
    ]
    assert await database.fetch("SELECT id FROM registration") == []
    outcome = await register(1, slug="summit", session_ids=[one.id, two.id], despite_overlap=True)
    assert len(await own_sign_ups(outcome.registration_id)) == 2


async def test_wishes_wait_for_the_seat_and_are_then_tried_in_their_order() -> None:
    await a_summit(registration={"mode": "open", "capacity": 1})
    full = await a_workshop("Full", capacity=1)
    gone = await a_workshop("Gone", "2037-03-10T12:00")
    moved = await a_workshop("Moved", "2037-03-10T13:00")
    last = await a_workshop("Last", "2037-03-10T15:00")
    await change_agenda("summit", AgendaChange(Overlap.REFUSE))
    await a_release()
    holder = (await register(1, slug="summit", session_ids=[full.id])).registration_id
    waiting = [
        (await register(number, slug="summit", session_ids=wishes)).registration_id
        for number, wishes in ((2, [last.id, gone.id, full.id, moved.id]), (3, [full.id]))
    ]
    assert {one.status for one in (await own_sign_ups(waiting[0])).values()} == {WISHED}
    assert await kinds_to(2) == []
    await change_session(gone, state="cancelled")
    await change_session(moved, starts_at="2037-03-10T15:30")
    await a_release()
    await actions.cancel_registration(holder)
    assert await own_sign_ups(waiting[0]) == {
        last.id: SignUp(CONFIRMED),
        full.id: SignUp(CONFIRMED),
        gone.id: SignUp(WISHED),
        moved.id: SignUp(WISHED),
    }
    assert (await own_sign_ups(waiting[1]))[full.id] == SignUp(WISHED)
    # Whoever waited is told of the seat first, and then of each session.
    assert await kinds_to(2) == ["promoted", "session_invited", "session_invited"]
    await withdraw(waiting[0], moved.id)
    await actions.cancel_registration(waiting[0])
    assert await own_sign_ups(waiting[1]) == {full.id: SignUp(CONFIRMED)}


async def test_more_places_after_a_release_go_to_the_first_in_line() -> None:
    event = await a_summit()
    workshop = await a_workshop(capacity=1)
    await a_release()
    people = await guests(5)
    for one in people:
        await sign_up(one, workshop.id)

    async def move(*, at_most: int = 200) -> int:
        agenda = await released(event)
        async with database.transaction() as tx:
            return await move_up_session(tx, event, agenda.session[workshop.id], agenda, at_most=at_most)

    assert await move() == 0
    await change_session(workshop, capacity=3)
    await a_release()
    assert [await move(), await move()] == [2, 0]
    assert [one and one.position for one in await line_of(workshop, people)] == [None, None, None, 1, 2]
    await change_session(workshop, capacity=None)
    await a_release()
    # Nobody overtakes those who wait, however much room there is by now.
    newcomer = (await register(9, slug="summit")).registration_id
    assert await sign_up(newcomer, workshop.id) == SignUp(WAITLISTED, 3)
    assert [await move(at_most=2), await move(at_most=2), await move()] == [2, 1, 0]
    # Fewer places than people take nobody's place away.
    await change_session(workshop, capacity=2)
    await a_release()
    assert (await places_of(event, await released(event)))[workshop.id] == Places(taken=6, waiting=0, capacity=2)
    await withdraw(people[0], workshop.id)
    assert await sign_up(people[0], workshop.id) == SignUp(WAITLISTED, 1)


async def test_the_sign_ups_of_a_session_that_is_off_end_and_those_who_waited_are_named() -> None:
    event = await a_summit()
    workshop = await a_workshop(capacity=1)
    await a_release()
    people = await guests(3)
    for one in people:
        await sign_up(one, workshop.id)
    async with database.transaction() as tx:
        waited = await end_sign_ups(tx, workshop.id)
    async with database.transaction() as tx:
        assert await end_sign_ups(tx, workshop.id) == []
    assert [one.id for one in waited] == people[1:]
    assert await line_of(workshop, people) == [None, None, None]
    assert await confirmed_by_session(event.id) == {}


async def test_a_speaker_who_signs_up_for_their_own_session_gets_one_invite() -> None:
    await a_summit()
    speaker = await a_speaker("Guest 1", email="guest1@malmo.example")
    workshop = await a_workshop(speakers=[{"speaker_id": speaker.id}])
    await a_release()
    (asa,) = await guests(1)
    await sign_up(asa, workshop.id)
    rows = await database.fetch("SELECT email_key, registration, withdrawn FROM session_invite")
    assert [(row["email_key"], row["registration"], bool(row["withdrawn"])) for row in rows] == [
        ("guest1@malmo.example", asa, False)
    ]


async def test_what_goes_wrong_while_telling_undoes_the_place(monkeypatch: pytest.MonkeyPatch) -> None:
    await a_summit()
    workshop = await a_workshop()
    await a_release()
    (asa,) = await guests(1)

    async def fail(*values: Any, **more: Any) -> int:
        raise RuntimeError("no letter")

    with monkeypatch.context() as broken:
        broken.setattr(sign_ups, "tell", fail)
        with pytest.raises(RuntimeError):
            await sign_up(asa, workshop.id)
    assert await own_sign_ups(asa) == {}
    assert await sign_up(asa, workshop.id) == SignUp(CONFIRMED)
