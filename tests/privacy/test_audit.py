"""The log in the back office and for programs: who may read how much of it, and in which form."""

import csv
import io
import json

import httpx
import pytest

from events_service.audit.actions import record_seen
from events_service.audit.rules import SERVICE, Deed, Doer
from events_service.people import actions, sign_ins
from events_service.people.rules import Role
from events_service.settings import Settings
from tests.audit.given import PREPARING
from tests.door.given import an_event
from tests.house.given import bearer, service
from tests.people.given import HERE, PASSWORD

pytestmark = pytest.mark.usefixtures("database")


async def some_deeds() -> None:
    for slug in ("launch", "summit"):
        await an_event(slug)
        await record_seen(Doer("token", "t1"), Deed("exported_registrations", slug, fields=("diet",), reason="=1+1"))
    await record_seen(SERVICE, Deed("swept", None, "registration", "r1"))


async def read(client: httpx.AsyncClient, role: Role, event: str | None = None, query: str = "") -> list[str | None]:
    token = await actions.make_api_token(role, event_slug=event, name="reader")
    answer = await client.get(f"/api/v1/audit{query}", headers=bearer(token))
    assert answer.status_code == 200, answer.text
    read = [json.loads(line) for line in answer.text.splitlines()]
    return [one["event"] for one in read if one["action"] not in PREPARING]


async def test_an_owner_reads_all_of_it_and_an_organiser_what_was_done_at_their_events(database: Settings) -> None:
    async with service(database) as client:
        await some_deeds()
        assert await read(client, Role.OWNER) == [None, "summit", "launch"]
        assert await read(client, Role.ORGANISER, "launch") == ["launch"]
        assert await read(client, Role.ORGANISER, "launch", "?event=summit") == []
        assert await read(client, Role.OWNER, None, "?action=swept&subject=r1") == [None]
        registrar = await actions.make_api_token(Role.REGISTRAR, name="registrar")
        assert (await client.get("/api/v1/audit", headers=bearer(registrar))).status_code == 403


async def test_the_log_as_a_table_holds_no_formula(database: Settings) -> None:
    async with service(database) as client:
        await some_deeds()
        owner = await actions.make_api_token(Role.OWNER, name="owner")
        answer = await client.get("/api/v1/audit?form=csv&event=summit", headers=bearer(owner))
    (row,) = [one for one in csv.DictReader(io.StringIO(answer.text)) if one["action"] not in PREPARING]
    assert (row["action"], row["fields"], row["reason"]) == ("exported_registrations", "diet", "'=1+1")


async def test_the_pages_show_it_with_the_names_of_those_who_did_it(database: Settings) -> None:
    async with service(database) as client:
        await some_deeds()
        who = await actions.add_account("owner@malmo.example", Role.OWNER, None, password=PASSWORD)
        await record_seen(Doer("account", who), Deed("erased", "launch", "registration", "r9"))
        client.cookies.set("signin", await sign_ins.sign_in("owner@malmo.example", PASSWORD, address=HERE))
        # An address may be broken after its @.
        shown = (await client.get("/office/audit?event=launch")).text.replace("<wbr>", "")
        assert [words in shown for words in ("owner@malmo.example", "Erased a person", "a program", ">summit<")] == [
            True,
            True,
            True,
            False,
        ]
        assert (await client.get("/office/privacy")).status_code == 200
