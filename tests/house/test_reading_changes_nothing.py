"""Reading changes nothing: mail scanners and browsers follow every link before anybody does.

Each GET route is asked by a stranger, by a participant with their page and all their registrations open, by an owner in the back
office and as a program, and by a device; every table is as it was. What notes that somebody was there is left out by name.
"""

from collections import defaultdict
from collections.abc import Mapping

import pytest

from events_service import settings as settings_floor
from events_service.database import fetch
from events_service.people import actions
from events_service.people.rules import Role
from events_service.piccolo_app import APP_CONFIG
from events_service.registrations.magic_pages import OPEN_ADDRESS, OpenAddress
from events_service.registrations.queries import registration_by_id
from tests.application import application
from tests.house.given import bearer
from tests.house.test_access import House, cookies_of, house, routes_of
from tests.registrations.given import page_code_of

__all__ = ["house"]
# Where somebody is signed in, who tried how often, and the log of who saw what: reading is what they write down.
NOTES = {"sign_in", "attempts", "audit_entry", "device", "badge_print", "printed_badge"}


async def dump() -> dict[str, list[str]]:
    """Every table, row by row, but the notes."""
    names = {table._meta.tablename for table in APP_CONFIG.table_classes} - NOTES
    return {name: sorted(str(dict(row)) for row in await fetch(f"SELECT * FROM {name}")) for name in sorted(names)}


@pytest.mark.parametrize("who", ["stranger", "participant", "owner", "program", "device"])
async def test_no_get_route_changes_a_table(house: House, who: str) -> None:
    headers: Mapping[str, str] = {}
    if who == "participant":
        person = await registration_by_id(house.ids["registration_id"])
        opened = await house.client.post("/my", data={"code": page_code_of(person)})
        assert opened.headers["location"] == "/my/registration"
        cookie = OPEN_ADDRESS.keep(OpenAddress(person.email.casefold()))
        house.client.cookies.set(cookie.key, str(cookie.value))
    elif who == "owner":
        headers = await cookies_of(Role.OWNER, None)
    elif who in ("program", "device"):
        headers = bearer(house.device if who == "device" else await actions.make_api_token(Role.OWNER, name="all"))
    known = defaultdict(lambda: "none", house.ids)
    own = settings_floor.current()
    routes = [route[4:] for route in routes_of(application(own)) if route.startswith("GET ") and "stream" not in route]
    before = await dump()
    answered = defaultdict(int)
    for route in routes:
        answer = await house.client.get(route.format_map(known), headers=dict(headers))
        answered[answer.status_code] += 1
        assert answer.status_code < 500, route
    assert await dump() == before
    assert answered[200] > 20
