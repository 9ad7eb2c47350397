"""Badges printed at a kiosk, on both databases: by whose scan, how often, and that each is written down."""

from datetime import timedelta

import pytest
from httpx import AsyncClient

from events_service.badges.queries import prints_of, whom
from events_service.badges.rules import Choice, Whom
from events_service.door.kiosk_rules import Paper
from events_service.registrations.actions import cancel_registration
from events_service.registrations.badges import code_of
from events_service.registrations.queries import registration_by_id
from tests.door.given import a_guest, a_phone, an_event, change, count, row_of
from tests.kiosk.given import Clock, a_kiosk, ask, badge_for, scan

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def the_clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


async def test_whoever_is_let_in_gets_their_badge(client: AsyncClient, the_clock: Clock) -> None:
    event = await an_event()
    guest, kiosk = await a_guest(event), await a_kiosk(event, paper=Paper.A6)
    await scan(client, kiosk, guest.badge, "scan-1")
    made = await badge_for(client, kiosk, "scan-1")
    assert (made.status_code, made.headers["cache-control"]) == (201, "no-store")
    assert made.json() == {
        "layout": "a6", "language": "en", "title": "Launch of the Safe Cities Guide",
        "when": "Sat 7 March – Sunday 8 March 2037", "name": guest.name, "organisation": "City of Malmö", "city": "Malmö",
        "category": "practitioner", "word": "Practitioner",
        "code": code_of(await registration_by_id(guest.id)), "badge": guest.badge,
    }  # fmt: skip
    print_row = await row_of("badge_print", event.id, "event")
    assert (print_row["state"], print_row["layout"], print_row["again"]) == ("ready", "a6", 0)
    assert (print_row["asked_by_kind"], print_row["asked_by"]) == ("device", kiosk.id)
    assert await count("audit_entry", "action = 'printed_badges'") == 1
    # What is printed is not admitted anew, and the office prints it no second time.
    assert await count("scan") == 1
    assert await whom(event, Choice(whom=Whom.NOT_PRINTED)) == []
    assert await prints_of(event) == []


async def test_a_typed_short_code_brings_the_badge_with_its_code(client: AsyncClient, the_clock: Clock) -> None:
    event = await an_event()
    guest, kiosk = await a_guest(event), await a_kiosk(event)
    code = code_of(await registration_by_id(guest.id))
    assert code is not None
    assert (await scan(client, kiosk, code.lower(), "scan-1"))["verdict"] == "admitted"
    assert (await badge_for(client, kiosk, "scan-1")).json()["badge"] == guest.badge


async def test_a_jam_gets_one_more_badge_and_the_next_is_the_desks(client: AsyncClient, the_clock: Clock) -> None:
    event = await an_event()
    guest, kiosk, beside = await a_guest(event), await a_kiosk(event), await a_kiosk(event, name="Beside")
    await scan(client, kiosk, guest.badge, "scan-1")
    assert (await badge_for(client, kiosk, "scan-1")).status_code == 201
    # One print a scan: the answer is given once.
    assert (await badge_for(client, kiosk, "scan-1", again=True)).json()["code"] == "ask_at_desk"
    # The other kiosk's printer works.
    told = await scan(client, beside, guest.badge, "scan-2")
    assert (told["verdict"], told["reason"]) == ("refused", "already_admitted")
    assert (await badge_for(client, beside, "scan-2")).json()["code"] == "printed_before"
    assert (await badge_for(client, beside, "scan-2", again=True)).status_code == 201
    await scan(client, kiosk, guest.badge, "scan-3")
    assert (await badge_for(client, kiosk, "scan-3", again=True)).json()["code"] == "ask_at_desk"
    assert (await count("printed_badge"), await count("presence")) == (2, 1)
    assert [row["again"] for row in [await row_of("badge_print", f"scan:scan-{n}") for n in (1, 2)]] == [0, 1]


async def test_after_a_few_minutes_the_desk_prints(client: AsyncClient, the_clock: Clock) -> None:
    event = await an_event()
    guest, kiosk = await a_guest(event), await a_kiosk(event)
    await scan(client, kiosk, guest.badge, "scan-1")
    the_clock.goes_on(timedelta(minutes=5, seconds=1))
    assert (await badge_for(client, kiosk, "scan-1")).json()["code"] == "ask_at_desk"
    await scan(client, kiosk, guest.badge, "scan-2")
    assert (await badge_for(client, kiosk, "scan-2", again=True)).json()["code"] == "ask_at_desk"
    assert await count("badge_print") == 0


async def test_whom_staff_let_in_gets_no_badge_from_a_kiosk(client: AsyncClient, the_clock: Clock) -> None:
    event = await an_event()
    guest, kiosk, steward = await a_guest(event), await a_kiosk(event), await a_phone(event)
    await scan(client, steward, guest.badge, "scan-1")
    await scan(client, kiosk, guest.badge, "scan-2")
    assert (await badge_for(client, kiosk, "scan-2", again=True)).json()["code"] == "ask_at_desk"


async def test_who_is_refused_gets_no_badge(client: AsyncClient, the_clock: Clock) -> None:
    event = await an_event()
    guest, kiosk = await a_guest(event), await a_kiosk(event)
    await cancel_registration(guest.id)
    assert (await scan(client, kiosk, guest.badge, "scan-1"))["reason"] == "registration_cancelled"
    assert (await badge_for(client, kiosk, "scan-1")).json()["code"] == "ask_at_desk"
    assert (await scan(client, kiosk, "no badge", "scan-2"))["reason"] == "unknown_badge"
    assert (await badge_for(client, kiosk, "scan-2")).status_code == 409


async def test_a_scan_of_another_device_opens_no_badge(client: AsyncClient, the_clock: Clock) -> None:
    event = await an_event()
    guest, kiosk, beside = await a_guest(event), await a_kiosk(event), await a_kiosk(event, name="Beside")
    steward = await a_phone(event)
    await scan(client, kiosk, guest.badge, "scan-1")
    assert (await badge_for(client, beside, "scan-1")).status_code == 404
    assert (await badge_for(client, kiosk, "never-made")).status_code == 404
    assert (await badge_for(client, steward, "scan-1")).status_code == 403
    assert (await badge_for(client, kiosk, "scan-1")).status_code == 201


async def test_a_protected_person_is_printed_under_the_alias(client: AsyncClient, the_clock: Clock) -> None:
    event = await an_event()
    guest, kiosk = await a_guest(event), await a_kiosk(event)
    await change(
        "UPDATE registration SET protected = TRUE, name = 'Guest 7', organisation = '', identity = $2 WHERE id = $1",
        *(guest.id, '{"name": "Åsa", "email": "asa@malmo.example", "organisation": "City of Malmö"}'),
    )
    told = await scan(client, kiosk, guest.badge, "scan-1")
    assert told["attendee"]["name"] == (await badge_for(client, kiosk, "scan-1")).json()["name"] == "Guest 7"


async def test_what_was_printed_without_a_network_is_written_down_once(client: AsyncClient, the_clock: Clock) -> None:
    event = await an_event()
    guest, kiosk = await a_guest(event), await a_kiosk(event)
    early = await ask(client, kiosk, "/api/v1/door/badges/printed", {"scan_id": "scan-1"})
    assert early.status_code == 404
    made = the_clock.now.isoformat()
    the_clock.goes_on(timedelta(hours=1))
    batch = {"device_time": the_clock.now.isoformat(), "scans": [
        {"scan_id": "scan-1", "badge": guest.badge, "scanned_at": made, "device_verdict": "admitted"},
    ]}  # fmt: skip
    sent = (await ask(client, kiosk, "/api/v1/scans/batch", batch)).json()
    assert (sent["results"][0]["verdict"], sent["results"][0]["inside"]) == ("admitted", 0)
    for _ in range(2):
        assert (await ask(client, kiosk, "/api/v1/door/badges/printed", {"scan_id": "scan-1"})).status_code == 204
    print_row = await row_of("badge_print", "scan:scan-1")
    assert print_row["asked_at"].isoformat() == made
    assert await count("printed_badge") == 1


async def test_who_has_a_badge_from_the_day_before_is_asked_first(client: AsyncClient, the_clock: Clock) -> None:
    event = await an_event(reentry="daily")
    guest, kiosk = await a_guest(event), await a_kiosk(event)
    await scan(client, kiosk, guest.badge, "scan-1")
    await badge_for(client, kiosk, "scan-1")
    the_clock.goes_on(timedelta(days=1))
    assert (await scan(client, kiosk, guest.badge, "scan-2"))["verdict"] == "admitted"
    assert (await badge_for(client, kiosk, "scan-2")).json()["code"] == "printed_before"
    assert (await badge_for(client, kiosk, "scan-2", again=True)).status_code == 201
