"""Who came, by city, category and area of action; small groups for registrars alone."""

from typing import Any

from events_service.people.rules import Role
from events_service.settings import Settings
from tests.door.given import a_phone, an_event, change, guests, scanned
from tests.house.given import service
from tests.registrations.given import bearer

REPORT = "/api/v1/events/launch/report"


async def test_who_came_is_counted_once_and_small_groups_are_for_registrars(settings: Settings) -> None:
    async with service(settings) as client:
        event = await an_event("launch")
        people = await guests(event, 8)
        phone = await a_phone(event)
        for one in people[:7]:
            await scanned(phone, one.badge)
        await change("UPDATE registration SET city = 'Oslo', category = 'police'")
        await change("UPDATE registration SET city = 'Malmö' WHERE id = $1", people[0].id)
        await change("UPDATE event SET topics = '[\"diversity\"]'")
        full: dict[str, Any] = (await client.get(REPORT, headers=await bearer(Role.REGISTRAR, "launch"))).json()
        assert full == {
            "event": "launch", "registered": 8, "attended": 7, "registered_by_city": {"Oslo": 7, "Malmö": 1},
            "registered_by_category": {"police": 8}, "by_city": {"Oslo": 6, "Malmö": 1}, "by_category": {"police": 7},
            "by_area": {"diversity": 7}, "not_shown": {"by_city": 0, "by_category": 0}, "least_shown": None,
        }  # fmt: skip
        other = (await client.get(REPORT, headers=await bearer(Role.VIEWER))).json()
        assert other == full | {
            "registered_by_city": None, "registered_by_category": None, "by_city": {},
            "not_shown": {"by_city": 7, "by_category": 0}, "least_shown": 5,
        }  # fmt: skip
        await change("DELETE FROM presence WHERE registration <> $1", people[0].id)
        few = (await client.get(REPORT, headers=await bearer(Role.VIEWER))).json()
        assert (few["attended"], few["by_city"], few["by_area"], few["not_shown"]["by_city"]) == (None, {}, {}, 0)
        assert (await client.get(REPORT, headers=await bearer(Role.AGENDA_EDITOR))).status_code == 403
