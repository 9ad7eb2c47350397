"""Lists of guests and of contacts, by API and by page: looked at first, taken in once, each wrong line told."""

import csv
import io
from typing import Any

from events_service.audit.rules import Doer
from events_service.database import fetch
from events_service.directory.actions import add_cities
from events_service.directory.rules import City
from events_service.exchange.writing import MEDIA_TYPES
from events_service.people.rules import Role
from events_service.privacy.erasing import erase_address
from events_service.settings import Settings
from tests.audit.given import entries as deeds
from tests.exchange.given import ASA, BJORN, csv_of, letters, xlsx_of
from tests.registrations.given import an_event, bearer, enter, form_token
from tests.replies.given import service

GUESTS, CONTACTS = "/api/v1/events/guide-launch/invitations/import", "/api/v1/contacts/import"
CSV = {"content-type": "text/csv; charset=utf-8"}
WRONG = ("Nobody", "no address", "", "", "", "")
CITIES = [City("malmo", "Malmö", "SE", "Europe/Stockholm"), City("oslo", "Oslo", "NO", "Europe/Oslo")]


def told(answer: Any) -> tuple[int, int, int, list[tuple[int, list[str]]]]:
    assert answer.status_code == 200, answer.text
    body = answer.json()
    rejected = [(one["line"], [error["code"] for error in one["errors"]]) for one in body["rejected"]]
    return body["created"], body["updated"], body["unchanged"], rejected


async def invited() -> list[tuple[str, str, str]]:
    rows = await fetch("SELECT email, state, language FROM invitation ORDER BY email")
    return [(row["email"], row["state"], row["language"]) for row in rows]


async def contacts() -> list[tuple[Any, ...]]:
    rows = await fetch(
        """SELECT contact.*, organisation.name AS employer, organisation.kind FROM contact
           LEFT JOIN organisation ON organisation.id = contact.organisation ORDER BY email"""
    )
    names = ("name", "email", "title", "category", "contact_group", "employer", "kind", "city", "language")
    return [tuple(row[name] for name in names) for row in rows]


async def test_a_list_of_guests_is_looked_at_and_then_invited_once(database: Settings) -> None:
    async with service() as client:
        await an_event()
        client.headers = await bearer(Role.REGISTRAR, "guide-launch")  # type: ignore[assignment]
        lines = csv_of(ASA, WRONG, BJORN, ASA)
        expected = (2, 0, 0, [(3, ["invalid_email"]), (5, ["twice_in_file"])])
        assert told(await client.post(f"{GUESTS}?dry_run=true", content=lines, headers=CSV)) == expected
        assert (await invited(), await letters()) == ([], 0)
        assert told(await client.post(f"{GUESTS}?plus_ones=1", content=lines, headers=CSV)) == expected
        assert await invited() == [("asa@malmo.example", "invited", "sv"), ("bjorn@oslo.example", "invited", "nb")]
        again = await client.post(GUESTS, content=xlsx_of(ASA, BJORN), headers={"content-type": MEDIA_TYPES["xlsx"]})
        assert (told(again), await letters()) == ((0, 0, 2, []), 2)
        late = await client.post(f"{GUESTS}?lapses_at=2036-01-01T10:00&reserve=true", content=lines, headers=CSV)
        assert late.status_code == 200
        past = await client.post(f"{GUESTS}?lapses_at=2020-01-01T10:00", content=lines, headers=CSV)
        assert [error["field"] for error in past.json()["errors"]] == ["lapses_at"]
        nameless = await client.post(GUESTS, content="email\r\na@b.example\r\n", headers=CSV)
        assert [error["code"] for error in nameless.json()["errors"]] == ["no_name"]
        many = csv_of(*[(f"G {n}", f"g{n}@x.example") for n in range(5001)], headers=("name", "email"))
        refused = await client.post(GUESTS, content=many, headers=CSV)
        assert [error["code"] for error in refused.json()["errors"]] == ["too_many"]
        assert (
            await client.post(GUESTS, content="{}", headers={"content-type": "application/json"})
        ).status_code == 415


async def test_a_list_of_contacts_adds_who_is_new_and_corrects_who_is_known(database: Settings) -> None:
    async with service() as client:
        await add_cities(CITIES)
        client.headers = await bearer(Role.ORGANISER)  # type: ignore[assignment]
        nuuk = ("Aviâja", "aviaja@nuuk.example", "", "Nuuk", "", "")
        lines = csv_of(ASA, BJORN, nuuk)
        expected = (2, 0, 0, [(4, ["unknown_city"])])
        assert told(await client.post(f"{CONTACTS}?dry_run=true", content=lines, headers=CSV)) == expected
        assert await contacts() == []
        assert told(await client.post(f"{CONTACTS}?group=expert", content=lines, headers=CSV)) == expected
        asa = ("Åsa Ðórsdóttir", "asa@malmo.example", "", "practitioner", "expert", "City of Malmö", "municipality")
        bjorn = ("Bjørn Ægir", "bjorn@oslo.example", "", "police", "expert", "Oslo kommune", "municipality")
        assert await contacts() == [(*asa, "malmo", "sv"), (*bjorn, "oslo", "nb")]
        assert told(await client.post(CONTACTS, content=lines, headers=CSV)) == (0, 0, 2, [(4, ["unknown_city"])])
        moved = csv_of(
            ("Åsa Nú", "ASA@malmo.example", "Borgmästare", "", "Ung ambassadör"),
            headers=("Namn", "E-post", "Titel", "Organisation", "Grupp"),
        )
        assert told(await client.post(CONTACTS, content=moved, headers=CSV)) == (0, 1, 0, [])
        changed = ("Åsa Nú", "asa@malmo.example", "Borgmästare", "practitioner", "young_ambassador", "City of Malmö")
        assert (await contacts())[0] == (*changed, "municipality", "malmo", "sv")
        assert [one.deed.action for one in await deeds()] == ["imported_contacts"] * 3


async def test_an_organiser_maps_columns_looks_and_invites(database: Settings) -> None:
    async with service() as client:
        await an_event()
        await enter(client, Role.REGISTRAR)
        here = "/office/events/guide-launch/invitations/import"
        token = {"csrf_token": await form_token(client, here)}
        assert (await client.post(here, data=token)).status_code == 422
        broken = await client.post(here, data=token, files={"file": ("x.xlsx", b"PK\x03\x04", "")})
        assert (broken.status_code, "error-summary" in broken.text) == (422, True)
        lines = csv_of(("Kai", "kai@x.example"), ("Bo", "none"), headers=("Who", "E-mail")).encode()
        unclear = await client.post(here, data=token, files={"file": ("list.csv", lines, "text/csv")})
        assert (unclear.status_code, "Say which column holds the names." in unclear.text) == (422, True)
        carried = unclear.text.split('name="carried" value="')[1].split('"')[0]
        form = token | {"carried": carried, "column.0": "name", "category": "expert", "language": "da"}
        looked = await client.post(here, data=form)
        assert (looked.status_code, "Invite 1 person" in looked.text, "Line 3" in looked.text) == (200, True, True)
        assert await invited() == []
        wrong = await client.post(here, data=form | {"action": "import", "lapses_at": "2020-01-01T10:00"})
        assert (wrong.status_code, await invited()) == (422, [])
        done = await client.post(here, data=form | {"action": "import"})
        assert done.headers["location"] == "/office/events/guide-launch/invitations?done=people_invited"
        assert await invited() == [("kai@x.example", "invited", "da")]


async def test_an_organiser_takes_contacts_in(database: Settings) -> None:
    async with service() as client:
        await add_cities(CITIES)
        await enter(client, Role.ORGANISER)
        here = "/office/contacts/import"
        form = {"csrf_token": await form_token(client, here), "organisation_kind": "police"}
        looked = await client.post(here, data=form, files={"file": ("list.csv", csv_of(ASA).encode(), "text/csv")})
        carried = looked.text.split('name="carried" value="')[1].split('"')[0]
        done = await client.post(here, data=form | {"carried": carried, "action": "import"})
        assert done.headers["location"] == "/office?done=contacts_imported"
        assert [(one[1], one[6]) for one in await contacts()] == [("asa@malmo.example", "police")]
        for odd in ("!", "x" * 9):
            assert (await client.post(here, data=form | {"carried": odd, "action": "import"})).status_code == 422
        nonsense = form | {"carried": carried, "group": "nobody", "organisation_kind": "none"}
        assert (await client.post(here, data=nonsense)).status_code == 200


async def look_at(client: Any, here: str, lines: str, form: dict[str, str]) -> dict[str, str]:
    """The form with the file that was looked at."""
    looked = await client.post(here, data=form, files={"file": ("list.csv", lines.encode(), "text/csv")})
    return form | {"carried": looked.text.split('name="carried" value="')[1].split('"')[0]}


async def test_lines_left_out_are_downloaded_with_why(database: Settings) -> None:
    async with service() as client:
        await an_event()
        await add_cities(CITIES)
        await enter(client, Role.ORGANISER)
        lines = csv_of(ASA, ("=1+1", "no address", "@x", "Nuuk", "", ""))
        for here in ("/office/events/guide-launch/invitations/import", "/office/contacts/import"):
            form = await look_at(client, here, lines, {"csrf_token": await form_token(client, here)})
            left_out = await client.post(here, data=form | {"action": "rejected"})
            assert left_out.headers["content-type"].startswith("text/csv")
            assert left_out.headers["content-disposition"] == 'attachment; filename="rejected.csv"'
            assert left_out.headers["cache-control"] == "no-store"
            headers, *rows = csv.reader(io.StringIO(left_out.text))
            assert (headers[0], headers[-2:], len(rows)) == ("name", ["line", "why"], 1)
            assert (rows[0][:3], rows[0][-2]) == (["'=1+1", "no address", "'@x"], "3")
            assert "Write a mail address such as asa@example.org." in rows[0][-1]
        assert (await invited(), await contacts()) == ([], [])


async def test_lists_do_not_bring_back_who_was_erased_after_they_were_given(database: Settings) -> None:
    async with service() as client:
        await an_event()
        await add_cities(CITIES)
        await enter(client, Role.ORGANISER)
        me, lines = Doer("account", "me"), csv_of(ASA, BJORN)
        # Who was erased before may be on a new list.
        await erase_address("bjorn@oslo.example", doer=me)
        places = ("/office/events/guide-launch/invitations/import", "/office/contacts/import")
        forms = {
            here: await look_at(client, here, lines, {"csrf_token": await form_token(client, here)}) for here in places
        }
        await erase_address("asa@malmo.example", doer=me)
        for here, form in forms.items():
            assert (await client.post(here, data=form)).status_code == 200
            assert (await client.post(here, data=form | {"action": "import"})).status_code == 303
            for odd in ("yesterday", "2020-01-01T10:00:00"):
                undated = form | {"carried": f"{odd}|{form['carried'].partition('|')[2]}", "action": "import"}
                assert (await client.post(here, data=undated)).status_code == 422
        assert await invited() == [("bjorn@oslo.example", "invited", "nb")]
        assert [one[1] for one in await contacts()] == ["bjorn@oslo.example"]
