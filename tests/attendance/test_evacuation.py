"""Who is inside, for those who must get everybody out."""

import csv
import io

import pytest
from httpx import AsyncClient

from events_service.audit.rules import Doer
from events_service.people.rules import Role
from events_service.privacy.protecting import protect
from tests.attendance.test_pages import enter_as
from tests.audit.given import entries
from tests.door.given import Phone, a_checkpoint, a_guest, a_phone, an_event, guests, scanned
from tests.people.given import account, enter

pytestmark = pytest.mark.usefixtures("database")

LIST = "/office/events/launch/attendance/evacuation"
DRILL = {"reason": "A fire drill"}


async def people_inside() -> Phone:
    """Two in the hall, one of them under an alias, and one who went on to the lounge; one left, one never came."""
    event = await an_event(reentry="in_and_out")
    await a_checkpoint(event, "lounge")
    phone, (one, two, three, four, _) = await a_phone(event, supervisor=True), await guests(event, 5)
    for guest in (one, two, three, four):
        await scanned(phone, guest.badge)
    await scanned(phone, three.badge, checkpoint="lounge", at="2037-03-07T11:30")
    await scanned(phone, four.badge, direction="exit", at="2037-03-07T11:30")
    await protect(two.id, alias="Heron 4", doer=Doer("account", "1"), reason="Works undercover")
    return phone


async def form_of(client: AsyncClient) -> dict[str, str]:
    await account(role=Role.DOOR_SUPERVISOR, event="launch")
    return {"csrf_token": await enter(client)}


async def test_it_is_shown_by_the_last_door_once_a_reason_is_given(client: AsyncClient) -> None:
    await people_inside()
    form = await form_of(client)
    asked = await client.get(LIST)
    assert (asked.status_code, "Åsa" in asked.text) == (200, False)
    refused = await client.post(LIST, data=form)
    assert (refused.status_code, "Åsa" in refused.text) == (422, False)
    assert await entries(action="saw_evacuation_list") == []
    shown = await client.post(LIST, data=form | DRILL)
    assert (shown.status_code, shown.headers["cache-control"]) == (200, "no-store")
    hall, lounge = shown.text.index("Main entrance"), shown.text.index("Lounge")
    assert lounge < shown.text.index("Åsa Ðórsdóttir 2") < hall < shown.text.index("Heron 4")
    assert shown.text.count("Åsa Ðórsdóttir") == 2
    assert "3 people inside" in shown.text
    (written,) = await entries(action="saw_evacuation_list")
    assert (written.doer.kind, written.deed.event, written.deed.reason) == ("account", "launch", "A fire drill")


async def test_it_is_taken_along_as_a_file(client: AsyncClient) -> None:
    await people_inside()
    file = await client.post(LIST, data=await form_of(client) | DRILL | {"form": "csv"})
    assert file.headers["content-disposition"] == 'attachment; filename="launch-inside.csv"'
    rows = list(csv.DictReader(io.StringIO(file.text)))
    assert [(row["checkpoint"], row["name"], row["since"]) for row in rows] == [
        ("Lounge", "Åsa Ðórsdóttir 2", "2037-03-07T11:30:00+01:00"),
        ("Main entrance", "Heron 4", "2037-03-07T11:05:00+01:00"),
        ("Main entrance", "Åsa Ðórsdóttir 0", "2037-03-07T11:05:00+01:00"),
    ]
    assert len(await entries(action="saw_evacuation_list")) == 1


async def test_nobody_is_inside(client: AsyncClient) -> None:
    await an_event()
    shown = await client.post(LIST, data=await form_of(client) | DRILL)
    assert "Nobody is inside." in shown.text


@pytest.mark.parametrize("role", [Role.VIEWER, Role.REGISTRAR, Role.DOOR_STEWARD])
async def test_others_do_not_see_it(client: AsyncClient, role: Role) -> None:
    await an_event()
    await enter_as(client, role)
    assert (await client.get(LIST)).status_code == 403


async def test_a_supervisors_device_shows_it_and_is_written_down(client: AsyncClient) -> None:
    phone = await people_inside()
    client.cookies.set("door", phone.token)
    same_site = {"Sec-Fetch-Site": "same-origin"}
    assert "Heron 4" not in (await client.get("/door/evacuation")).text
    assert (await client.post("/door/evacuation", data={}, headers=same_site)).status_code == 422
    shown = await client.post("/door/evacuation", data=DRILL, headers=same_site)
    assert (shown.status_code, "Heron 4" in shown.text, "3 people inside" in shown.text) == (200, True, True)
    headers = {"Authorization": f"Bearer {phone.token}"}
    told = (await client.post("/api/v1/door/evacuation", json=DRILL, headers=headers)).json()
    assert [(one["checkpoint"], one["name"]) for one in told["items"]] == [
        ("lounge", "Åsa Ðórsdóttir 2"),
        ("main", "Heron 4"),
        ("main", "Åsa Ðórsdóttir 0"),
    ]
    written = await entries(action="saw_evacuation_list")
    assert [(one.doer.kind, one.doer.id) for one in written] == [("device", phone.id)] * 2


async def test_a_stewards_device_does_not(client: AsyncClient) -> None:
    event = await an_event()
    phone, guest = await a_phone(event), await a_guest(event)
    await scanned(phone, guest.badge)
    headers = {"Authorization": f"Bearer {phone.token}"}
    assert (await client.post("/api/v1/door/evacuation", json=DRILL, headers=headers)).status_code == 403
    client.cookies.set("door", phone.token)
    assert (await client.get("/door/evacuation")).status_code == 403
    assert await entries(action="saw_evacuation_list") == []
