"""Who asks for it is erased: nothing of them is left anywhere, and every number is as it was."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from events_service import clock
from events_service.attendance.queries import attendance
from events_service.audit.rules import Doer
from events_service.backups import back_up, restore
from events_service.database import fetch, fetch_one
from events_service.directory.actions import add_contacts
from events_service.directory.rules import Contact, Group
from events_service.errors import Invalid
from events_service.events.queries import event_by_slug
from events_service.invitations.actions import invite
from events_service.invitations.drafts import GuestDraft
from events_service.invitations.rules import State
from events_service.invitations.terms import Offered
from events_service.privacy.erasing import (
    erase_address,
    erasures,
    read_erasures,
    replay_tombstones,
    written_erasures,
)
from events_service.privacy.take_out import as_csv, as_json, kept_about
from events_service.registrations.magic_links import answer_requests, ask_for_link, link_code
from events_service.registrations.magic_pages import OPEN_ADDRESS, OpenAddress
from events_service.registrations.queries import registration_by_id
from events_service.registrations.rules import Status
from events_service.settings import Settings
from events_service.web.bodies import read_values
from tests.agenda.given import a_speaker, a_summit
from tests.audit.given import entries
from tests.conftest import settings_for
from tests.house.given import service
from tests.house.test_backups import opened
from tests.privacy.given import ADDRESS, KEY, MARK, NAME, a_canary, registered, traces
from tests.reception.given import invited, states
from tests.registrations import given
from tests.registrations.delegation_given import a_delegation

pytestmark = pytest.mark.usefixtures("database")
THEMSELVES = Doer("participant", "")
PUBLIC = (
    "/events/summit", "/events/summit/agenda", "/events/summit/speakers", "/events/summit/schedule.xml",
    "/events/summit/schedule.json", "/events/summit/agenda.csv", "/events/summit/calendar.ics", "/api/v1/events/summit/agenda",
    "/events/summit/agenda/changes", "/events/summit/agenda/changes.atom", "/calendar.ics", "/events/summit/now",
)  # fmt: skip


async def test_nothing_is_left_of_who_was_erased(database: Settings) -> None:
    canary = await a_canary()
    await ask_for_link(KEY, "en")
    async with service(database) as client:
        shown = [path for path in PUBLIC if MARK in (await client.get(path)).text.casefold()]
        assert "/events/summit/speakers" in shown
        assert len(await traces()) > 20
        figures = await attendance((await event_by_slug("gone")).id)
        assert figures.admitted == 1

        assert await erase_address(KEY, doer=THEMSELVES) == 3
        assert await traces() == []
        assert [path for path in PUBLIC if MARK in (await client.get(path)).text.casefold()] == []
        assert await attendance((await event_by_slug("gone")).id) == figures
        told = {
            name: (await registration_by_id(getattr(canary, name))).status
            for name in ("past", "coming", "summit", "follower")
        }
        assert told == {
            "past": Status.CONFIRMED,
            "coming": Status.CANCELLED,
            "summit": Status.CANCELLED,
            "follower": Status.CONFIRMED,
        }
        rows = await fetch("SELECT DISTINCT recipient FROM letter WHERE status = 'waiting'")
        assert [row["recipient"] for row in rows] == ["asa@malmo.example"]
        log = [(one.doer, one.deed.event) for one in await entries(action="erased")]
        assert sorted(log, key=str) == [(THEMSELVES, slug) for slug in ("full", "gone", "summit")]


async def test_erasing_twice_or_whom_nobody_knows_changes_nothing() -> None:
    await a_canary()
    assert [await erase_address(KEY, doer=THEMSELVES) for _ in range(2)] == [3, 0]
    assert await erase_address("nobody@malmo.example", doer=THEMSELVES) == 0
    assert len(await erasures()) == 2


async def test_who_comes_back_is_a_new_person() -> None:
    await a_canary()
    await erase_address(KEY, doer=THEMSELVES)
    again = await registered("summit")
    assert (await registration_by_id(again)).name == NAME
    assert await replay_tombstones() == 0
    assert (await registration_by_id(again)).name == NAME


async def test_an_older_backup_does_not_bring_the_erased_back(database: Settings, tmp_path: Path, request: Any) -> None:
    await a_canary()
    await back_up(tmp_path / "backup", database)
    await erase_address(KEY, doer=THEMSELVES)
    since = read_erasures(written_erasures(await erasures()).encode())
    assert since == await erasures()
    other = "postgres_url" if database.database_url.startswith("sqlite") else "sqlite_url"
    async with opened(settings_for(request.getfixturevalue(other), tmp_path / "other")) as elsewhere:
        await restore(tmp_path / "backup", elsewhere, erased=since)
        assert await traces() == []
        assert [one.digest for one in await erasures()] == [one.digest for one in since]


@pytest.mark.parametrize("text", [b"{", b'{"digest": "a"}', b'{"digest": "a", "erased_at": "2027-03-07"}', b"\xff"])
def test_a_list_of_erasures_that_is_none_is_refused(text: bytes) -> None:
    with pytest.raises(Invalid):
        read_erasures(text)


async def test_seats_given_up_by_an_erasure_go_to_one_follower_each() -> None:
    canary = await a_canary()
    await asyncio.gather(*(erase_address(KEY, doer=THEMSELVES) for _ in range(3)))
    row = await fetch_one(
        "SELECT COUNT(*) AS seated FROM registration WHERE status = 'confirmed' AND event = $1",
        (await event_by_slug("full")).id,
    )
    assert row is not None and row["seated"] == 1
    assert (await registration_by_id(canary.follower)).status is Status.CONFIRMED


async def test_all_that_is_kept_can_be_taken_out() -> None:
    await a_canary()
    await registered("summit", name="=cmd|' /C calc'!A0", email="other@malmo.example")
    kept = await kept_about(KEY)
    assert {name: len(found) for name, found in kept.items()} == {
        "registrations": 3, "consents": 0, "files": 0, "letters": 4, "sign_ups": 1, "stars": 1, "session_invites": 1, "scans": 2,
        "speaking": 1, "directory": 1, "mail_received": 1, "invitations": 1, "coordinating": 1,
        "badge_prints": 0, "door_conflicts": 1, "online_stays": 0,
    }  # fmt: skip
    told = json.loads(as_json(KEY, kept))
    assert (told["address"], told["registrations"][0]["answers"]["diet"]) == (KEY, "no quixotarius gluten")
    assert told["speaking"][0]["availability"] == "Quixotarius comes at noon."
    table = as_csv(kept).decode("utf-8-sig")
    assert "registrations,1,answers.diet,no quixotarius gluten" in table
    assert "asa@malmo.example" not in table
    assert "\r\nregistrations,1,name,'=cmd" in as_csv(await kept_about("other@malmo.example")).decode()


async def test_whoever_opened_their_address_takes_out_and_erases(database: Settings) -> None:
    canary = await a_canary()
    async with service(database) as client:
        for path in ("/my/data.json", "/my/data.csv", "/my/erase"):
            assert (await client.get(path)).headers["location"] == "/my/link"
        assert (await client.post("/my/erase")).headers["location"] == "/my/link"
        assert (await registration_by_id(canary.past)).name == NAME
        cookie = OPEN_ADDRESS.keep(OpenAddress(KEY))
        client.cookies.set(cookie.key, str(cookie.value))
        assert (await client.get("/my/data.json")).json()["registrations"][0]["name"] == NAME
        assert "attachment" in (await client.get("/my/data.csv")).headers["content-disposition"]
        assert "3 registrations" in (await client.get("/my/erase")).text
        assert (await registration_by_id(canary.past)).name == NAME
        assert (await client.post("/my/erase")).headers["location"] == "/my/link?done=erased"
        assert await traces() == []
        assert clock.now() >= (await erasures())[0].erased_at


@pytest.mark.parametrize("known_as", ["guest", "coordinator", "contact", "speaker"])
async def test_who_never_registered_takes_out_and_erases_what_is_kept(database: Settings, known_as: str) -> None:
    await a_summit()
    if known_as == "guest":
        guest = read_values(GuestDraft, {"name": NAME, "email": ADDRESS}, from_text=False)
        await invite("summit", [guest], Offered(), by=Doer("account", "me"))
    elif known_as == "coordinator":
        await a_delegation(slug="summit", coordinator_name=NAME, coordinator_email=ADDRESS)
    elif known_as == "contact":
        await add_contacts([Contact(NAME, KEY, "Mayor", "elected_official", Group.MAYOR, None, None, "en")])
    else:
        await a_speaker(NAME, email=ADDRESS, public=False)
    async with service(database) as client:
        await ask_for_link(KEY, "en")
        assert await answer_requests() == 1
        (row,) = await fetch("SELECT id, email_key FROM magic_link")
        opened_page = await client.post("/my/link/open", data={"code": link_code(row["id"])})
        assert opened_page.headers["location"] == "/my/all"
        assert "Nothing is registered under this address" in (await client.get("/my/all")).text
        assert NAME in (await client.get("/my/data.json")).text
        assert (await client.post("/my/erase")).headers["location"] == "/my/link?done=erased"
        assert await traces() == []
        await ask_for_link(KEY, "en")
        assert await answer_requests() == 0


async def test_an_erased_guests_invitation_goes_to_the_next_of_the_reserve() -> None:
    event = await given.an_event(terms={"mode": "invitation"})
    await invited(1, 2)
    await invited(3, 4, reserve=True)
    await erase_address("guest1@malmo.example", doer=THEMSELVES)
    assert await states(event.id) == [State.WITHDRAWN, State.INVITED, State.INVITED, State.RESERVE]
    rows = await fetch("SELECT recipient FROM letter WHERE recipient <> '' ORDER BY id")
    assert [row["recipient"] for row in rows] == ["guest2@malmo.example", "guest3@malmo.example"]
    await erase_address("guest4@malmo.example", doer=THEMSELVES)
    assert await states(event.id) == [State.WITHDRAWN, State.INVITED, State.INVITED, State.WITHDRAWN]
