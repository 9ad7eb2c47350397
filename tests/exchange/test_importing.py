"""Lists of registrations taken in: by programs, by the worker, by the command; repeatable, and never past the seats."""

import asyncio
from typing import Any

import pytest
from httpx import AsyncClient, Response

from events_service import clock, database
from events_service.audit.rules import Doer
from events_service.database import fetch
from events_service.events.actions import cancel_event
from events_service.events.admissions import Admission, set_admission
from events_service.exchange import waiting
from events_service.exchange.importing import BATCH
from events_service.exchange.sheets import LARGEST_BYTES
from events_service.exchange.waiting import FileGone
from events_service.exchange.writing import MEDIA_TYPES
from events_service.people.rules import Role
from events_service.privacy.erasing import erase_address
from events_service.registrations.actions import cancel_registration
from events_service.registrations.magic_links import answer_requests, ask_for_link
from events_service.registrations.queries import registration_by_address
from events_service.settings import Settings
from tests.audit.given import entries as deeds
from tests.conftest import settings_for
from tests.exchange.given import ASA, BJORN, csv_of, letters, registered, xlsx_of
from tests.house.given import service
from tests.registrations.given import an_event, bearer, register

IMPORT = "/api/v1/events/guide-launch/registrations/import"
CSV = {"content-type": "text/csv; charset=utf-8"}
ME = Doer("account", "me")


async def send(client: AsyncClient, data: str | bytes, query: str = "", **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await client.post(IMPORT + query, content=data, headers=CSV | named)


def told(answer: Response) -> tuple[int, int, int, list[tuple[int, list[str]]]]:
    assert answer.status_code == 200, answer.text
    body = answer.json()
    rejected = [(one["line"], [error["code"] for error in one["errors"]]) for one in body["rejected"]]
    return body["created"], body["updated"], body["unchanged"], rejected


async def test_a_list_is_taken_in_once_and_what_differs_is_corrected(settings: Settings) -> None:
    async with service(settings) as client:
        await an_event(terms={"capacity": 10})
        client.headers = await bearer(Role.REGISTRAR, "guide-launch")  # type: ignore[assignment]
        wrong = ("Nobody", "no address", "", "", "", "")
        first = csv_of(ASA, wrong, BJORN)
        assert told(await send(client, first, "?dry_run=true")) == (2, 0, 0, [(3, ["invalid_email"])])
        assert await registered() == {}
        assert told(await send(client, first)) == (2, 0, 0, [(3, ["invalid_email"])])
        assert await registered() == {"asa@malmo.example": "confirmed", "bjorn@oslo.example": "confirmed"}
        assert await letters() == 2
        again = await client.post(
            IMPORT, content=xlsx_of(ASA, wrong, BJORN), headers={"content-type": MEDIA_TYPES["xlsx"]}
        )
        assert told(again) == (0, 0, 2, [(3, ["invalid_email"])])
        changed = csv_of(("Åsa Nú", "ASA@malmo.example", "", "Lund"), headers=("name", "email", "organisation", "city"))
        assert told(await send(client, changed, "?dry_run=true")) == (0, 1, 0, [])
        assert told(await send(client, changed)) == (0, 1, 0, [])
        event_id = (await database.fetch("SELECT id FROM event"))[0]["id"]
        asa = await registration_by_address(event_id, "asa@malmo.example")
        assert (asa.name, asa.organisation, asa.city, asa.language, asa.version) == (
            "Åsa Nú", "City of Malmö", "Lund", "sv", 2,
        )  # fmt: skip
        assert await letters() == 2
        (deed, *_others) = await deeds(action="imported_registrations")
        assert (deed.doer.kind, deed.deed.event, deed.deed.fields) == (
            "token", "guide-launch", ("city", "email", "name", "organisation"),
        )  # fmt: skip


async def test_seats_are_given_in_the_order_of_the_lines_and_letters_only_if_wished(database: Settings) -> None:
    people = [(f"Guest {number}", f"guest{number}@x.example") for number in range(4)]
    async with service(database) as client:
        await an_event(terms={"capacity": 2})
        client.headers = await bearer(Role.ORGANISER)  # type: ignore[assignment]
        lines = csv_of(*people, headers=("name", "email"))
        refused = await send(client, lines, "?waitlist=false&letters=false")
        assert told(refused) == (2, 0, 0, [(4, ["event_full"]), (5, ["event_full"])])
        assert await letters() == 0
        waited = await send(client, lines)
        assert (told(waited), waited.json()["waitlisted"]) == ((2, 0, 2, []), 2)
        assert list((await registered()).values()) == ["confirmed", "confirmed", "waitlisted", "waitlisted"]
        assert await letters() == 2


async def test_letters_of_a_list_go_out_behind_those_that_somebody_waits_for(database: Settings) -> None:
    async with service(database) as client:
        event = await an_event(terms={"capacity": 9})
        client.headers = await bearer(Role.ORGANISER)  # type: ignore[assignment]
        assert told(await send(client, csv_of(("Bo", "bo@x.example"), headers=("name", "email")))) == (1, 0, 0, [])
        await register(1)
        await set_admission(event, Admission(mail_check=True))
        await register(2)
        await ask_for_link("bo@x.example", "en")
        await answer_requests()
        rows = await fetch("SELECT kind, recipient FROM letter ORDER BY priority, id")
        assert [(row["kind"], row["recipient"]) for row in rows] == [
            ("mail_check", "guest2@malmo.example"),
            ("magic_link", "bo@x.example"),
            ("confirmed", "guest1@malmo.example"),
            ("confirmed", "bo@x.example"),
        ]


async def test_what_the_door_is_to_know_comes_in_with_the_list(database: Settings) -> None:
    header = ("name", "email", "Note for the door", "Billedlegitimation")
    async with service(database) as client:
        event = await an_event()
        client.headers = await bearer()  # type: ignore[assignment]
        people = [("Åsa", "asa@x.example", "Hjólastóll", "ja"), ("Bo", "bo@x.example", "", "")]
        assert told(await send(client, csv_of(*people, headers=header))) == (2, 0, 0, [])
        known = [await registration_by_address(event.id, address) for _, address, *_ in people]
        assert [(one.door_note, one.photo_id) for one in known] == [("Hjólastóll", True), ("", False)]
        assert told(await send(client, csv_of(*people, headers=header))) == (0, 0, 2, [])
        people = [("Åsa", "asa@x.example", "Hjólastóll", "nej"), ("Bo", "bo@x.example", "x" * 201, "maybe")]
        changed = await send(client, csv_of(*people, headers=header))
        assert told(changed) == (0, 1, 0, [(3, ["too_long", "wrong_type"])])
        assert not (await registration_by_address(event.id, "asa@x.example")).photo_id


async def test_statuses_follow_the_rules(database: Settings) -> None:
    header = ("name", "email", "status")
    async with service(database) as client:
        event = await an_event(terms={"capacity": 10, "mode": "approval"})
        client.headers = await bearer()  # type: ignore[assignment]
        coming = csv_of(("Kai", "kai@x.example", "Tilmeldt"), ("Bo", "bo@x.example", ""), headers=header)
        assert told(await send(client, coming)) == (2, 0, 0, [])
        await cancel_registration((await registration_by_address(event.id, "bo@x.example")).id)
        lines = csv_of(
            ("Kai", "kai@x.example", "afmeldt"),
            ("Bo", "bo@x.example", "cancelled"),
            ("Liv", "liv@x.example", "declined"),
            ("Ida", "ida@x.example", "pending"),
            ("Eva", "eva@x.example", "invited"),
            headers=header,
        )
        expected = (
            0,
            0,
            1,
            [(2, ["not_ended_here"]), (4, ["not_coming"]), (5, ["not_decided"]), (6, ["only_invited"])],
        )
        assert told(await send(client, lines, "?dry_run=true")) == expected
        assert told(await send(client, lines)) == expected
        assert told(await send(client, coming)) == (0, 0, 1, [(3, ["ended_here"])])
        assert await registered() == {"kai@x.example": "confirmed", "bo@x.example": "cancelled"}


async def test_what_a_rule_refuses_is_that_lines_answer_alone(database: Settings) -> None:
    header = ("name", "email", "category", "attendance")
    async with service(database) as client:
        await an_event()
        client.headers = await bearer()  # type: ignore[assignment]
        assert told(await send(client, csv_of(("Kai", "kai@x.example", "media", ""), headers=header))) == (1, 0, 0, [])
        lines = csv_of(
            ("Kai", "kai@x.example", "police", ""),
            ("Bo", "bo@x.example", "", "online"),
            ("Liv", "liv@x.example", "", "in person"),
            headers=header,
        )
        assert told(await send(client, lines)) == (1, 0, 0, [(2, ["category_on_badge"]), (3, ["not_offered"])])


async def test_files_and_people_that_are_refused(sqlite_url: str, tmp_path: Any) -> None:
    async with service(settings_for(sqlite_url, tmp_path)) as client:
        await an_event()
        assert (await send(client, csv_of(ASA))).status_code == 401
        for role, event in ((Role.VIEWER, None), (Role.AGENDA_EDITOR, "guide-launch"), (Role.DOOR_SUPERVISOR, None)):
            client.headers = await bearer(role, event)  # type: ignore[assignment]
            assert (await send(client, csv_of(ASA))).status_code == 403
        client.headers = await bearer()  # type: ignore[assignment]
        refused = {
            b"": (422, ["empty"]),
            b"PK\x03\x04": (422, ["unreadable"]),
            b"name;city\r\nKai;Oslo\r\n": (422, ["no_address"]),
            b"city\r\n": (422, ["no_address", "no_name"]),
            b"a,b\n" + b"1,2\n" * 30_000: (413, None),
            b" " * (LARGEST_BYTES + 1): (413, None),
        }
        for data, (status, codes) in refused.items():
            answer = await send(client, data)
            found = [error["code"] for error in answer.json().get("errors", [])] or None
            assert (answer.status_code, found) == (status, codes), data[:20]
        assert (await send(client, "{}", content_type="application/json")).status_code == 415
        assert (
            await client.post(IMPORT.replace("guide-launch", "nowhere"), content=b"", headers=CSV)
        ).status_code == 404
        await cancel_event("guide-launch", reason="")
        closed = await send(client, csv_of(ASA))
        assert (closed.status_code, closed.json()["code"]) == (409, "registration_closed")
        assert await registered() == {}


async def test_the_worker_takes_a_file_in_and_keeps_what_was_left_out(database: Settings) -> None:
    event = await an_event(terms={"capacity": 1000})
    people = [(f"=Guest {number}", f"guest{number}@x.example") for number in range(2 * BATCH + 1)]
    data = csv_of(("Kai", "nowhere"), *people, headers=("Navn", "E-mail")).encode()
    file_id = await waiting.keep(event, data, owner="me", file_name="list.csv")
    file = await waiting.find(event, file_id, owner="me")
    assert (file.chosen.columns, file.lines, await waiting.take_files_in()) == (("name", "email"), len(people) + 1, 0)
    await asyncio.gather(*(waiting.say_yes(file, event, by=ME) for _ in range(2)))
    assert len(await deeds(action="imported_registrations")) == 1
    # Two workers at once: one takes it.
    assert sorted(await asyncio.gather(waiting.take_files_in(), waiting.take_files_in())) == [0, 1]
    file = await waiting.find(event, file_id, owner="me")
    assert (file.state, file.done, file.report.created, len(file.report.rejected)) == (
        "done",
        len(people),
        len(people),
        1,
    )
    assert (
        file.data.decode() == "Navn,E-mail,line,why\r\nKai,nowhere,2,Write a mail address such as asa@example.org.\r\n"
    )
    assert len(await registered()) == len(people)
    await waiting.forget_files(clock.now())
    with pytest.raises(FileGone):
        await waiting.find(event, file_id, owner="me")


async def test_a_file_goes_on_where_a_worker_died(database: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    event = await an_event(terms={"capacity": 1000})
    people = [(f"Guest {number}", f"guest{number}@x.example") for number in range(3 * BATCH)]
    file_id = await waiting.keep(event, csv_of(*people, headers=("name", "email")).encode(), owner="me", file_name="x")
    await waiting.say_yes(await waiting.find(event, file_id, owner="me"), event, by=ME)
    take_in, batches = waiting.take_batch_in, 0

    async def dying(*given: Any) -> Any:
        nonlocal batches
        batches += 1
        if batches == 2:
            raise OSError("the power is gone")
        return await take_in(*given)

    monkeypatch.setattr(waiting, "take_batch_in", dying)
    with pytest.raises(OSError, match="power"):
        await waiting.take_files_in()
    assert ((await waiting.find(event, file_id, owner="me")).done, await waiting.take_files_in()) == (BATCH, 0)
    later = clock.now() + 2 * waiting.HELD_FOR
    monkeypatch.setattr(clock, "now", lambda: later)
    assert await waiting.take_files_in() == 1
    file = await waiting.find(event, file_id, owner="me")
    assert (file.state, file.report.created, batches) == ("done", 3 * BATCH, 4)


async def test_a_list_does_not_bring_back_who_was_erased_after_it_was_given(
    database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = await an_event(terms={"capacity": 1000})
    people = [(f"Guest {number}", f"Guest{number}@x.example") for number in range(2 * BATCH)]
    await erase_address("guest0@x.example", doer=ME)
    file_id = await waiting.keep(event, csv_of(*people, headers=("name", "email")).encode(), owner="me", file_name="x")
    await waiting.say_yes(await waiting.find(event, file_id, owner="me"), event, by=ME)
    take_in = waiting.take_batch_in

    async def meanwhile(*given: Any) -> Any:
        tally = await take_in(*given)
        await erase_address("guest150@x.example", doer=ME)
        return tally

    monkeypatch.setattr(waiting, "take_batch_in", meanwhile)
    assert await waiting.take_files_in() == 1
    # Who was erased before may be on a new list.
    assert (await registration_by_address(event.id, "guest0@x.example")).name == "Guest 0"
    assert {*(address for _, address in people)} - {*await registered()} == {"Guest150@x.example"}
    assert await fetch("SELECT id FROM waiting_file") == []


async def test_a_file_for_an_event_that_was_called_off_meanwhile_is_given_up(database: Settings) -> None:
    event = await an_event()
    file_id = await waiting.keep(event, csv_of(ASA).encode(), owner="me", file_name="x")
    await waiting.say_yes(await waiting.find(event, file_id, owner="me"), event, by=ME)
    await cancel_event(event.slug, reason="")
    await waiting.take_files_in()
    file = await waiting.find(event, file_id, owner="me")
    assert (file.state, [error.code for one in file.report.rejected for error in one.errors]) == (
        "done", ["registration_closed"],
    )  # fmt: skip
    assert await registered() == {}


async def test_a_file_belongs_to_who_gave_it_at_one_event(database: Settings) -> None:
    event, other = await an_event(), await an_event(slug="other")
    file_id = await waiting.keep(event, csv_of(ASA).encode(), owner="me", file_name="x")
    for place, owner in ((event, "you"), (other, "me")):
        with pytest.raises(FileGone):
            await waiting.find(place, file_id, owner=owner)
