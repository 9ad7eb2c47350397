"""The pages: a list chosen, looked at, taken in; registrations, sign-ups and speakers as files; the report."""

import csv
import io
from typing import Any

import httpx
import pytest

from events_service.audit.rules import Doer
from events_service.database import transaction
from events_service.exchange import waiting
from events_service.exchange.reading import read_sheet
from events_service.exchange.report_rules import without_small
from events_service.people.rules import Role
from events_service.privacy.protecting import protect
from events_service.settings import Settings
from tests.agenda.given import a_session, a_speaker
from tests.audit.given import entries as deeds
from tests.conftest import settings_for
from tests.exchange.given import ASA, BJORN, csv_of, letters, registered
from tests.house.given import service
from tests.registrations.given import an_event, bearer, enter, form_token, register

BASE = "/office/events/guide-launch/registrations"
API = "/api/v1/events/guide-launch"


async def at_the_desk(client: httpx.AsyncClient, role: Role = Role.REGISTRAR) -> None:
    await enter(client, role, "guide-launch")
    client.headers["X-CSRF-Token"] = await form_token(client, BASE + "/import")


async def upload(client: httpx.AsyncClient, data: bytes, name: str = "list.csv") -> httpx.Response:
    return await client.post(BASE + "/import", files={"file": (name, data, "text/csv")})


async def test_a_list_is_looked_at_and_then_taken_in(database: Settings) -> None:
    async with service(database) as client:
        event = await an_event(terms={"capacity": 10})
        await at_the_desk(client)
        people = csv_of(
            ASA, BJORN, ("Kai", "no address", "", "", "", ""), headers=("Wer", "E-post", "Org", "Ort", "Rolle", "X")
        )
        kept = await upload(client, people.encode(), name="..\\secret/<b>list.csv")
        address = kept.headers["location"]
        shown = (await client.get(address)).text
        assert "Say which column holds the names." in shown
        assert "&lt;b&gt;list.csv" in shown
        chosen = {
            f"column.{number}": field
            for number, field in enumerate(("name", "email", "", "city", "category", "language"))
        }
        looked = (await client.post(address, data=chosen | {"category": "guest", "action": "look"})).text
        assert "Import 2 people" in looked
        assert "Write a mail address such as asa@example.org." in looked
        assert "Line 4" in looked
        assert await registered() == {}
        begun = await client.post(address, data=chosen | {"category": "guest", "action": "import"})
        assert (begun.status_code, begun.headers["location"]) == (303, address)
        running = await client.get(address)
        assert (running.headers["refresh"], "Done so far: 0 of 3." in running.text) == ("2", True)
        assert await waiting.take_files_in() == 1
        done = await client.get(address)
        assert ("refresh" in done.headers, "The list is taken in." in done.text) == (False, True)
        assert (await registered(), await letters()) == (
            {"asa@malmo.example": "confirmed", "bjorn@oslo.example": "confirmed"}, 0,
        )  # fmt: skip
        left_out = await client.get(address + "/rejected.csv")
        assert list(csv.reader(io.StringIO(left_out.text)))[1][:2] == ["Kai", "no address"]
        # Somebody else does not find it, and is told to choose a file of their own.
        client.headers["X-CSRF-Token"] = ""
        await enter(client, Role.ORGANISER)
        other = await client.get(address)
        assert (other.status_code, other.headers["location"]) == (303, BASE + "/import?done=file_gone")
        assert (await deeds(action="imported_registrations"))[0].deed.subject_id == event.id


async def test_what_cannot_be_taken_in_is_said_on_the_page(sqlite_url: str, tmp_path: Any) -> None:
    async with service(settings_for(sqlite_url, tmp_path)) as client:
        await an_event()
        await at_the_desk(client)
        assert (await client.post(BASE + "/import")).status_code == 422
        for data, status in ((b"", 422), (b"PK\x03\x04", 422), (b"a\n" + b"1\n" * 30_000, 413)):
            assert (await upload(client, data)).status_code == status
        address = (await upload(client, csv_of(ASA).encode())).headers["location"]
        nonsense = await client.post(address, data={"column.0": "password", "category": "plumber", "action": "import"})
        assert (nonsense.status_code, "Say which column holds the names." in nonsense.text) == (422, True)
        assert (await client.post(address + "/discard")).status_code == 303
        assert (await client.get(address)).headers["location"] == BASE + "/import?done=file_gone"


async def test_what_is_exported_comes_back_unchanged(settings: Settings) -> None:
    evil = ("=cmd|' /C calc'!A0", "evil@x.example", "+45 1", "@city", "guest", "en")
    async with service(settings) as client:
        await an_event(terms={"capacity": 10})
        client.headers = await bearer(Role.REGISTRAR, "guide-launch")  # type: ignore[assignment]
        lists = {"content-type": "text/csv"}
        assert (
            await client.post(API + "/registrations/import", content=csv_of(ASA, BJORN, evil), headers=lists)
        ).json()["created"] == 3
        for form in ("csv", "xlsx"):
            answer = await client.get(f"{API}/registrations.{form}")
            assert answer.headers["content-disposition"] == f'attachment; filename="guide-launch-registrations.{form}"'
            assert answer.headers["cache-control"] == "no-store"
            sheet = read_sheet(answer.content)
            rows = [dict(zip(sheet.headers, line.cells, strict=True)) for line in sheet.lines]
            assert [row["name"] for row in rows] == ["Åsa Ðórsdóttir", "Bjørn Ægir", "'" + evil[0]]
            assert (rows[2]["organisation"], rows[2]["city"], rows[0]["status"]) == ("'+45 1", "'@city", "confirmed")
            assert rows[0]["created_at"].endswith("Z")
            again = await client.post(
                f"{API}/registrations/import",
                content=answer.content,
                headers={"content-type": answer.headers["content-type"]},
            )
            assert (again.json()["unchanged"], again.json()["rejected"]) == (3, [])
        some = await client.get(f"{API}/registrations.csv?city=Oslo&columns=email,name")
        assert some.text == "email,name\r\nbjorn@oslo.example,Bjørn Ægir\r\n"
        found = await client.get(f"{API}/registrations.csv?q=aegir&columns=email")
        assert found.text == "email\r\nbjorn@oslo.example\r\n"
        assert [one.deed.fields for one in await deeds(action="exported_registrations")][:2] == [
            ("email",),
            ("email", "name"),
        ]
        unknown = await client.get(f"{API}/registrations.csv?columns=email,badge_digest,answers.x")
        assert [error["message"].split(":")[0] for error in unknown.json()["errors"]] == ["badge_digest", "answers.x"]


async def test_sensitive_answers_leave_only_with_a_reason_that_is_kept(settings: Settings) -> None:
    async with service(settings) as client:
        await an_event()
        await register(answers={"diet": "vegan", "days": ["one", "two"]})
        client.headers = await bearer()  # type: ignore[assignment]
        assert "vegan" not in (await client.get(f"{API}/registrations.csv")).text
        assert (await client.get(f"{API}/registrations.csv?columns=answers.diet")).status_code == 422
        assert (await client.get(f"{API}/registrations.csv?sensitive=true&reason=%20")).status_code == 422
        asked = await client.get(
            f"{API}/registrations.csv?sensitive=true&reason=The+cook&columns=email,answers.diet,answers.days"
        )
        assert asked.text == "email,answers.diet,answers.days\r\nasa@malmo.example,vegan,one; two\r\n"
        (deed, *_others) = await deeds(action="exported_registrations")
        assert (deed.deed.reason, deed.deed.fields) == ("The cook", ("email", "answers.diet", "answers.days"))
        await at_the_desk(client)
        office = {"form": "csv", "columns": ["email"], "status": "confirmed"}
        assert (await client.post(BASE + "/export", data=office)).text == "email\r\nasa@malmo.example\r\n"
        refused = await client.post(BASE + "/export", data=office | {"sensitive": "yes"})
        assert (refused.status_code, "Say why the sensitive answers are needed." in refused.text) == (422, True)
        taken = await client.post(BASE + "/export", data=office | {"sensitive": "yes", "reason": "The cook"})
        assert taken.text == "email,answers.days,answers.diet\r\nasa@malmo.example,one; two,vegan\r\n"


async def test_a_long_list_is_handed_on_piece_by_piece(database: Settings) -> None:
    async with service(database) as client:
        event = await an_event(terms={"capacity": 5})
        first = await register()
        async with transaction() as tx:
            row = dict(await tx.fetch_one("SELECT * FROM registration WHERE id = $1", first.registration_id) or {})
            own = ("id", "email_key", "badge_digest", "badge_code_digest", "page_digest", "feed_digest")
            copies = [tuple((row | dict.fromkeys(own, f"{number:032x}")).values()) for number in range(1, 1_200)]
            places = ", ".join(f"${number}" for number in range(1, len(row) + 1))
            await tx.execute_many(f"INSERT INTO registration ({', '.join(row)}) VALUES ({places})", copies)
        client.headers = await bearer()  # type: ignore[assignment]
        for form in ("csv", "xlsx"):
            sheet = read_sheet((await client.get(f"{API}/registrations.{form}?columns=id")).content)
            assert (len(sheet.lines), len({line.cells for line in sheet.lines})) == (1_200, 1_200)
        assert event.slug == "guide-launch"


@pytest.mark.parametrize(
    ("groups", "shown"),
    [
        ({}, ({}, 0)),
        ({"a": 9, "b": 5}, ({"a": 9, "b": 5}, 0)),
        ({"a": 9, "b": 4}, ({}, 13)),
        ({"a": 9, "b": 6, "c": 4}, ({"a": 9}, 10)),
        ({"a": 9, "b": 3, "c": 2}, ({"a": 9}, 5)),
        ({"a": 3}, ({}, 0)),
    ],
)
def test_a_small_group_cannot_be_worked_out_from_the_others(
    groups: dict[str, int], shown: tuple[dict[str, int], int]
) -> None:
    assert without_small(groups) == shown


async def test_sign_ups_and_speakers_leave_as_files_too(database: Settings) -> None:
    async with service(database) as client:
        await an_event()
        speaker = await a_speaker("-Ída", event="guide-launch")
        session = await a_session("Café & Börs", event="guide-launch")
        client.headers = await bearer(Role.ORGANISER)  # type: ignore[assignment]
        for form in ("csv", "xlsx"):
            roster = await client.get(f"{API}/speakers.{form}")
            assert [line.cells[:2] for line in read_sheet(roster.content).lines] == [(speaker.id, "'-Ída")]
            sign_ups = await client.get(f"{API}/sessions/{session.id}/sign-ups.{form}")
            assert (read_sheet(sign_ups.content).headers[:2], sign_ups.headers["content-disposition"]) == (
                ("registration_id", "name"), f'attachment; filename="guide-launch-cafe-bors-sign-ups.{form}"',
            )  # fmt: skip
        assert (await client.get(f"{API}/sessions/{'0' * 32}/sign-ups.csv")).status_code == 404
        assert len(await deeds(action="exported_speakers")) == len(await deeds(action="exported_sign_ups")) == 2


async def test_protected_people_leave_under_their_alias_unless_a_named_role_says_why(settings: Settings) -> None:
    async with service(settings) as client:
        await an_event()
        asa = await register()
        await protect(asa.registration_id, alias="Guest of the city", doer=Doer("account", "me"), reason="Threats")
        client.headers = await bearer(Role.REGISTRAR)  # type: ignore[assignment]
        path = f"{API}/registrations.csv?columns=name,email"
        hidden = f"name,email\r\nGuest of the city,{asa.registration_id}@protected.invalid\r\n"
        assert (await client.get(path)).text == hidden
        assert (await client.get(f"{path}&protected=true&reason=Hotel")).status_code == 403
        # Whoever has the list knows the name; taking it in tells nothing and puts nothing back.
        lists = {"content-type": "text/csv"}
        taken = await client.post(
            f"{API}/registrations/import", content="name,email\r\nÅsa X,asa@malmo.example\r\n", headers=lists
        )
        assert (taken.json()["unchanged"], (await client.get(path)).text) == (1, hidden)
        client.headers = await bearer(Role.ORGANISER)  # type: ignore[assignment]
        assert (await client.get(path)).text == hidden
        assert (await client.get(f"{path}&protected=true")).status_code == 422
        named = await client.get(f"{path}&protected=true&reason=Hotel")
        assert named.text == "name,email\r\nÅsa Ðórsdóttir,asa@malmo.example\r\n"
        (deed,) = await deeds(action="exported_protected_registrations")
        assert (deed.deed.reason, deed.deed.fields) == ("Hotel", ("name", "email"))
