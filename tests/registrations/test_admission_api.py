"""How an event admits people, for programs: quotas, settings, promotions, offers, and many decisions at once."""

import pytest

from events_service.people.rules import Role
from tests.registrations.given import a_browser, an_event, bearer, register

pytestmark = pytest.mark.usefixtures("database")
EVENT = "/api/v1/events/guide-launch"


async def test_quotas_are_set_as_a_whole_and_wrong_ones_named_at_once() -> None:
    await an_event()
    organiser, registrar = await bearer(Role.ORGANISER), await bearer()
    quotas = {"categories": {"police": 20}, "cities": {"Malmö": 12}}
    async with a_browser() as client:
        assert (await client.put(f"{EVENT}/quotas", json=quotas, headers=registrar)).status_code == 403
        assert (await client.put(f"{EVENT}/quotas", json=quotas, headers=organiser)).json() == quotas
        assert (await client.get(f"{EVENT}/quotas", headers=registrar)).json() == quotas
        wrong = {"categories": {"police": -1}, "cities": {"Malmö": 1, "malmo": 2}}
        refused = await client.put(f"{EVENT}/quotas", json=wrong, headers=organiser)
        assert refused.status_code == 422
        assert {error["field"].split(".")[0] for error in refused.json()["errors"]} == {"categories", "cities"}
        emptied = await client.put(f"{EVENT}/quotas", json={}, headers=organiser)
        assert emptied.json() == {"categories": {}, "cities": {}}


async def test_settings_change_one_by_one() -> None:
    await an_event()
    organiser = await bearer(Role.ORGANISER)
    async with a_browser() as client:
        usual = (await client.get(f"{EVENT}/admission", headers=organiser)).json()
        changed = await client.patch(
            f"{EVENT}/admission", json={"offers": True, "reminder_days": [2, 9, 2]}, headers=organiser
        )
        assert changed.json() == {**usual, "offers": True, "reminder_days": [9, 2]}
        refused = await client.patch(f"{EVENT}/admission", json={"offer_hours": 0}, headers=organiser)
        assert refused.json()["errors"][0]["field"] == "offer_hours"


async def test_a_place_in_line_is_promoted_offered_and_accepted() -> None:
    await an_event(terms={"capacity": 1})
    seated, second, third = [(await register(number)).registration_id for number in (1, 2, 3)]
    headers = await bearer(Role.ORGANISER)
    async with a_browser() as client:

        async def do(one: str, verb: str, body: object = None) -> tuple[int, dict[str, object]]:
            answer = await client.post(f"/api/v1/registrations/{one}/{verb}", json=body, headers=headers)
            return answer.status_code, answer.json()

        status, promoted = await do(third, "promote", {"reason": "Speaks at the opening."})
        assert (status, promoted["status"], promoted["waitlist_position"]) == (200, "waitlisted", 1)
        assert (await do(second, "promote", {"reason": " "}))[0] == 422
        status, full = await do(second, "offer")
        assert (status, full["code"]) == (409, "event_full")
        await client.patch(f"{EVENT}/admission", json={"offers": True}, headers=headers)
        await do(seated, "cancel")
        status, accepted = await do(third, "accept")
        assert (status, accepted["status"]) == (200, "confirmed")
        assert str(accepted["badge"]).startswith("S1")
        assert (await do(second, "accept"))[0] == 409


async def test_many_are_decided_and_each_refusal_says_why() -> None:
    await an_event(terms={"mode": "approval"})
    ids = [(await register(number)).registration_id for number in (1, 2)]
    headers = await bearer()
    async with a_browser() as client:
        body = {"ids": ids, "reason": "The room is small."}
        answer = await client.post(f"{EVENT}/registrations/decline", json=body, headers=headers)
        assert answer.json() == {"done": ids, "refused": []}
        again = (await client.post(f"{EVENT}/registrations/approve", json={"ids": ids}, headers=headers)).json()
        assert again["done"] == []
        assert [(one["id"], one["code"]) for one in again["refused"]] == [(one, "wrong_status") for one in ids]
        empty = await client.post(f"{EVENT}/registrations/approve", json={"ids": []}, headers=headers)
        assert empty.status_code == 422


async def test_a_registrar_switches_attendance_only_to_what_the_event_offers() -> None:
    await an_event()
    one = (await register(1)).registration_id
    headers = await bearer()
    async with a_browser() as client:
        answer = await client.patch(f"/api/v1/registrations/{one}", json={"attendance": "online"}, headers=headers)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "attendance")
        assert (
            await client.patch(f"/api/v1/registrations/{one}", json={"priority": 5}, headers=headers)
        ).status_code == 200
