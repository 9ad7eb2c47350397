"""Loading the demonstration, on both databases."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio

from events_service.database import fetch, transaction
from events_service.demo.happenings import HAPPENINGS, KICK_OFF, LAUNCH, MAYORS_MEETING, STUDY_VISIT, SUMMIT, WORKSHOP
from events_service.demo.load import LoadReport, in_words, load, load_if_empty
from events_service.demo.staff import STAFF, WELL_KNOWN_PASSWORD, SignIn
from events_service.directory.queries import Figures, figures
from events_service.directory.rules import Group
from events_service.events.actions import cancel_event, create_event
from events_service.events.drafts import EventDraft
from events_service.people.actions import add_account, set_password
from events_service.people.rules import Role
from events_service.settings import Settings
from events_service.web.bodies import read_values
from tests.demo.given import stop_clock

NOTHING_NEW = LoadReport(
    cities=0,
    organisations=0,
    contacts=0,
    events=0,
    registrations=0,
    sessions=0,
    sign_ups=0,
    delegations=0,
    invitations=0,
    sign_ins=(),
)
TABLES = (
    "city", "organisation", "contact", "event", "signing_key", "registration", "letter", "account", "role_grant",
    "agenda", "agenda_release", "room", "session", "session_room", "session_speaker", "speaker", "track", "sign_up", "star",
    "delegation", "invitation", "online_stay", "scan", "presence",
)  # fmt: skip
GUESTS_IN_ALL, APPLICANTS = 467, 8
# They met before the demonstration was laid: nobody writes to them.
AT_THE_AUTUMNS_MEETING = 18
PLACES_IN_SESSIONS, WAITING_FOR_SESSIONS = 127, 5
DELEGATIONS, DELEGATES = 3, 3
INVITED, IN_RESERVE = 2, 2
LETTERS_IN_ALL = (
    GUESTS_IN_ALL
    - AT_THE_AUTUMNS_MEETING
    + INVITED
    + DELEGATIONS
    + DELEGATES
    + PLACES_IN_SESSIONS
    + WAITING_FOR_SESSIONS
)


@pytest_asyncio.fixture(autouse=True)
async def november_2026(database: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """The day is fixed: people cannot be registered for events that are over."""
    stop_clock(monkeypatch, datetime(2026, 11, 21, 9, tzinfo=UTC))
    yield


async def everything() -> dict[str, list[str]]:
    return {table: sorted(str(dict(row)) for row in await fetch(f"SELECT * FROM {table}")) for table in TABLES}


async def counts(statement: str, *values: object) -> dict[Any, int]:
    return {row["what"]: row["many"] for row in await fetch(statement, *values)}


async def guests_at(slug: str) -> dict[Any, int]:
    return await counts(
        """SELECT category AS what, COUNT(*) AS many FROM registration JOIN event ON event.id = registration.event
           WHERE slug = $1 AND registration.status = 'confirmed' GROUP BY category""",
        slug,
    )


async def test_the_alliance_is_loaded_as_announced() -> None:
    report = await load()
    assert (report.cities, report.contacts, report.events, report.registrations) == (22, 1119, 8, GUESTS_IN_ALL)
    assert await figures() == Figures(
        member_cities=19,
        organisations=report.organisations,
        contacts={Group.MAYOR: 19, Group.YOUNG_AMBASSADOR: 300, Group.EXPERT: 490, Group.PARTNER: 310},
    )
    assert await counts("SELECT status AS what, COUNT(*) AS many FROM event GROUP BY status") == {"published": 8}


async def test_guests_have_the_seats_that_were_announced() -> None:
    await load()
    assert await guests_at(LAUNCH) == {"elected_official": 12, "practitioner": 150}
    assert await guests_at(KICK_OFF) == {"practitioner": 64}
    assert await guests_at(WORKSHOP) == {"practitioner": 30, "youth": 10}
    assert await guests_at(MAYORS_MEETING) == {"elected_official": 4}


async def test_the_task_force_waits_for_answers_and_has_a_reserve() -> None:
    await load()
    states = "SELECT state AS what, COUNT(*) AS many FROM invitation GROUP BY state"
    assert await counts(states) == {"invited": INVITED, "reserve": IN_RESERVE}


async def test_eight_people_apply_for_the_study_visit() -> None:
    await load()
    assert await guests_at(STUDY_VISIT) == {"practitioner": 9}
    pending = "SELECT category AS what, COUNT(*) AS many FROM registration WHERE status = 'pending' GROUP BY category"
    assert await counts(pending) == {"practitioner": 3, "youth": 2, "police": 1, "ngo": 1, "expert": 1}


async def test_four_mayors_meet_under_aliases() -> None:
    await load()
    rows = await fetch("SELECT name FROM registration WHERE protected ORDER BY name")
    assert [row["name"] for row in rows] == ["Heron 1", "Heron 2", "Heron 3", "Heron 4"]


async def test_everyone_is_written_to_once() -> None:
    await load()
    kinds = "SELECT kind AS what, COUNT(*) AS many FROM letter WHERE status = 'waiting' GROUP BY kind"
    assert await counts(kinds) == {
        "confirmed": GUESTS_IN_ALL - AT_THE_AUTUMNS_MEETING - APPLICANTS - 6 + DELEGATES,
        "delegation": DELEGATIONS,
        "invitation": INVITED,
        "pending": APPLICANTS,
        "waitlisted": 6,
        "session_invited": PLACES_IN_SESSIONS,
        "session_waitlisted": WAITING_FOR_SESSIONS,
    }


async def test_a_second_run_changes_nothing() -> None:
    await load()
    before = await everything()
    assert await load() == NOTHING_NEW
    assert await everything() == before


@pytest.mark.parametrize("seconds", [0.02, 0.1, 0.2, 0.4])
async def test_a_run_that_was_cut_short_is_completed(seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(load(), seconds)
    await load_if_empty()
    assert (await figures()).contacts == {
        Group.MAYOR: 19,
        Group.YOUNG_AMBASSADOR: 300,
        Group.EXPERT: 490,
        Group.PARTNER: 310,
    }
    assert await counts("SELECT status AS what, COUNT(*) AS many FROM event GROUP BY status") == {"published": 8}
    assert await counts("SELECT 'guests' AS what, COUNT(*) AS many FROM registration") == {
        "guests": GUESTS_IN_ALL + DELEGATES
    }
    assert await counts("SELECT 'letters' AS what, COUNT(*) AS many FROM letter") == {"letters": LETTERS_IN_ALL}
    assert await load() == NOTHING_NEW


async def test_an_event_that_was_left_a_draft_is_published() -> None:
    await create_event(read_values(EventDraft, HAPPENINGS[0], from_text=False))
    report = await load()
    assert (report.events, report.registrations) == (7, GUESTS_IN_ALL)


async def test_what_people_changed_meanwhile_stays() -> None:
    await load()
    async with transaction() as tx:
        await tx.execute(
            """UPDATE registration SET status = 'cancelled', badge_digest = NULL, email = 'new@malmo.example'
               WHERE email = 'marianne.bondesen@copenhagen.example' AND status = 'confirmed'"""
        )
    await cancel_event(KICK_OFF, reason="The host is ill.")
    before = await everything()
    assert await load() == NOTHING_NEW
    assert await everything() == before


async def test_an_event_that_is_over_gets_no_guests(monkeypatch: pytest.MonkeyPatch) -> None:
    stop_clock(monkeypatch, datetime(2027, 2, 1, tzinfo=UTC))
    report = await load()
    assert (report.events, report.registrations) == (8, GUESTS_IN_ALL - 64)


async def test_an_empty_database_is_filled_and_a_full_one_left_alone() -> None:
    report = await load_if_empty()
    assert report is not None and report.registrations == GUESTS_IN_ALL
    assert await load_if_empty() is None


async def test_somebodys_account_keeps_the_demonstration_out() -> None:
    await add_account("asa@malmo.example", Role.OWNER)
    assert await load_if_empty() is None
    assert (await figures()).member_cities == 0


async def test_somebodys_event_keeps_the_demonstration_out() -> None:
    await create_event(read_values(EventDraft, {**HAPPENINGS[0], "slug": "our-own"}, from_text=False))
    assert await load_if_empty() is None
    assert (await figures()).member_cities == 0


async def test_a_newcomer_can_sign_in_with_each_role() -> None:
    report = await load()
    assert report.sign_ins == tuple(SignIn(email, role, WELL_KNOWN_PASSWORD) for email, _, role in STAFF)
    assert [f"  {email:<24} {WELL_KNOWN_PASSWORD}   ({role.value})" for email, _, role in STAFF] == in_words(
        report
    ).splitlines()[2:]


async def test_a_changed_password_is_not_changed_back() -> None:
    await load()
    (account,) = await fetch("SELECT id FROM account WHERE email = 'owner@demo.example'")
    await set_password(account["id"], "birch candle ferry moss")
    before = await fetch("SELECT password_hash FROM account ORDER BY id")
    await load()
    assert await fetch("SELECT password_hash FROM account ORDER BY id") == before


async def test_cities_send_delegations_to_the_summit_and_name_who_comes() -> None:
    assert (await load()).delegations == DELEGATIONS
    rows = await fetch(
        """SELECT city, seats, state, (SELECT COUNT(*) FROM registration WHERE registration.delegation = delegation.id) AS named
           FROM delegation ORDER BY city"""
    )
    assert [(row["city"], row["seats"], row["state"], int(row["named"])) for row in rows] == [
        ("Aarhus", 4, "open", 0),
        ("Bergen", 3, "open", 1),
        ("Tromsø", 2, "open", 2),
    ]


async def test_the_summits_door_is_told_of_some_guests() -> None:
    await load()
    rows = await fetch(
        """SELECT event.slug, COUNT(*) AS people FROM registration JOIN event ON event.id = registration.event
           WHERE door_note <> '' GROUP BY event.slug ORDER BY event.slug"""
    )
    assert {row["slug"]: row["people"] for row in rows} == {LAUNCH: 3, SUMMIT: 3}
    asked = await fetch("SELECT photo_id_categories FROM admission WHERE photo_id_categories <> '[]'")
    assert [row["photo_id_categories"] for row in asked] == ['["elected_official","media"]']
