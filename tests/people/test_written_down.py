"""Whoever changes an event, an account or a token stands in the log with what they did."""

import pytest

from events_service.audit import queries
from events_service.people import actions
from events_service.people.rules import Role
from events_service.settings import Settings
from tests.house.given import bearer, service
from tests.journeys.given import EVENT
from tests.people.given import PASSWORD

BO = {"email": "bo@malmo.example", "role": "viewer", "password": PASSWORD}


async def test_all_that_a_program_does_to_events_accounts_and_tokens_is_written_down(database: Settings) -> None:
    async with service(database) as client:
        client.headers = bearer(await actions.make_api_token(Role.OWNER, name="program"))  # type: ignore[assignment]

        async def ask(method: str, path: str, body: dict[str, object] | None = None) -> dict[str, str]:
            answer = await client.request(method, f"/api/v1{path}", json=body)
            assert answer.status_code < 300, answer.text
            return answer.json() if answer.content else {}

        (own,) = await queries.entries()
        await ask("POST", "/events", EVENT)
        at = f"/events/{EVENT['slug']}"
        await ask("PATCH", at, {"title": "Another title"})
        await ask("POST", f"{at}/publish")
        await ask("POST", f"{at}/clone", {"slug": "copy", "title": "Copy", "starts_at": "2027-09-01T09:00:00+02:00"})
        await ask("POST", f"{at}/cancel", {"reason": "The host is ill."})
        bo = (await ask("POST", "/accounts", BO))["id"]
        await ask("POST", f"/accounts/{bo}/roles", {"role": "registrar", "event": "copy"})
        await ask("DELETE", f"/accounts/{bo}/roles/registrar?event=copy")
        await ask("POST", f"/accounts/{bo}/disable")
        await ask("POST", f"/accounts/{bo}/enable")
        await ask("DELETE", f"/accounts/{bo}/second-factor")
        token = (await ask("POST", "/tokens", {"role": "viewer", "name": "screen"}))["id"]
        await ask("DELETE", f"/tokens/{token}")
        found = await queries.entries()

    assert [(one.deed.action, one.deed.event, one.deed.fields, one.deed.reason) for one in reversed(found)][1:] == [
        ("created_event", EVENT["slug"], (), ""),
        ("changed_event", EVENT["slug"], ("title",), ""),
        ("published_event", EVENT["slug"], (), ""),
        ("copied_event", "copy", (), ""),
        ("cancelled_event", EVENT["slug"], (), "The host is ill."),
        ("granted_role", None, ("viewer",), ""),
        ("set_password", None, (), ""),
        ("granted_role", "copy", ("registrar",), ""),
        ("withdrew_role", "copy", ("registrar",), ""),
        ("disabled_account", None, (), ""),
        ("enabled_account", None, (), ""),
        ("reset_second_factor", None, (), ""),
        ("made_token", None, ("viewer",), ""),
        ("revoked_token", None, (), ""),
    ]
    assert {(one.doer.kind, one.doer.id) for one in found[:-1]} == {("token", own.deed.subject_id)}


@pytest.mark.usefixtures("database")
async def test_a_deed_that_failed_is_not_written_down() -> None:
    before = await queries.entries()
    with pytest.raises(Exception, match="not"):
        await actions.revoke_api_token("0" * 32)
    assert await queries.entries() == before == []
