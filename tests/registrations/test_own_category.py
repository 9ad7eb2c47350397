"""As whom people may register themselves, and as whom only others register them."""

import pytest

from events_service.registrations.actions import register_many
from events_service.registrations.applications import Application
from tests.forms import send
from tests.registrations.given import BODY, a_browser, an_event, bearer, draft, statuses

pytestmark = pytest.mark.usefixtures("database")
API = "/api/v1/events/guide-launch/registrations"
STAFF = BODY | {"category": "staff"}


async def test_nobody_makes_themselves_staff() -> None:
    await an_event()
    async with a_browser() as client:
        refused = await client.post(API, json=STAFF)
        assert refused.status_code == 422
        assert [(one["field"], one["code"]) for one in refused.json()["errors"]] == [("category", "not_offered")]
        form = await send(client, "/events/guide-launch/register", STAFF | {"consent": "true"})
        assert "Nobody registers themselves like that." in form.text
        assert (form.status_code, await statuses()) == (422, {})
        assert (await client.post(API, json=STAFF, headers=await bearer())).status_code == 201


@pytest.mark.parametrize("category", ["speaker", "media", "guest"])
async def test_what_the_form_offers_is_taken(category: str) -> None:
    await an_event()
    async with a_browser() as client:
        assert (await client.post(API, json=BODY | {"category": category})).status_code == 201


async def test_a_list_may_hold_staff() -> None:
    await an_event()
    (outcome,) = await register_many([Application("guide-launch", draft(category="staff"), by_registrar=True)])
    assert not isinstance(outcome, Exception)
