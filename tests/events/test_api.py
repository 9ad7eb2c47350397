"""Events for programs, over HTTP."""

from typing import Any

import httpx
import pytest

from events_service.people.rules import Role
from tests.events.given import JOIN_URL, KICK_OFF, LAUNCH, VENUE, a_visitor, an_event, bearer

pytestmark = pytest.mark.usefixtures("database")
EVENTS = "/api/v1/events"
FIELDS = {
    "slug", "title", "kind", "format", "status", "visibility", "timezone", "starts_at", "ends_at", "summary",
    "description", "languages", "topics", "venue", "join_url", "registration", "version", "sequence", "created_at",
    "changed_at", "url",
}  # fmt: skip


async def ask(method: str, path: str, *, token: dict[str, str] | None = None, **more: Any) -> httpx.Response:
    async with a_visitor() as client:
        return await client.request(method, path, headers=token or {}, **more)


def slugs(answer: httpx.Response) -> list[str]:
    return [item["slug"] for item in answer.json()["items"]]


async def test_an_organiser_creates_an_event() -> None:
    answer = await ask("POST", EVENTS, token=await bearer(), json=LAUNCH)
    event = answer.json()
    assert (answer.status_code, set(event)) == (201, FIELDS)
    assert (event["starts_at"], event["ends_at"]) == ("2037-03-08T11:00:00+01:00", "2037-03-08T17:00:00+01:00")
    assert (event["status"], event["version"], event["sequence"]) == ("draft", 1, 0)
    assert event["url"] == "http://127.0.0.1:8000/events/guide-launch"
    assert event["venue"] == VENUE | {"latitude": None, "longitude": None, "disclosure": "public"}
    assert (event["registration"]["mode"], event["registration"]["capacity"]) == ("open", 200)


async def test_every_wrong_field_is_told_at_once() -> None:
    body = LAUNCH | {"slug": "No Slug", "title": "", "timezone": "Mars/Olympus", "kind": "party", "colour": "red"}
    answer = await ask("POST", EVENTS, token=await bearer(), json=body)
    wrong = {error["field"] for error in answer.json()["errors"]}
    assert (answer.status_code, wrong) == (422, {"slug", "title", "timezone", "kind", "colour"})
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("starts_at", ["2037-03-29T02:30", "2037-10-25T02:30"])
async def test_a_wall_time_that_a_clock_change_skips_or_doubles_is_refused(starts_at: str) -> None:
    body = LAUNCH | {"starts_at": starts_at, "ends_at": "2037-11-01T10:00"}
    answer = await ask("POST", EVENTS, token=await bearer(), json=body)
    assert [error["code"] for error in answer.json()["errors"]] == ["impossible_wall_time"]


async def test_a_slug_in_use_is_refused() -> None:
    await an_event()
    answer = await ask("POST", EVENTS, token=await bearer(), json=LAUNCH)
    assert (answer.status_code, answer.json()["code"]) == (409, "slug_taken")


@pytest.mark.parametrize(
    ("role", "status"), [(None, 401), (Role.VIEWER, 403), (Role.REGISTRAR, 403), (Role.OWNER, 201)]
)
async def test_only_organisers_create_events(role: Role | None, status: int) -> None:
    token = await bearer(role) if role else None
    assert (await ask("POST", EVENTS, token=token, json=LAUNCH)).status_code == status


async def test_an_organiser_of_one_event_creates_no_other() -> None:
    await an_event()
    token = await bearer(Role.ORGANISER, "guide-launch")
    assert (await ask("POST", EVENTS, token=token, json=KICK_OFF)).status_code == 403
    copy = {"slug": "again", "title": "Again", "starts_at": "2038-03-08T11:00"}
    assert (await ask("POST", f"{EVENTS}/guide-launch/clone", token=token, json=copy)).status_code == 403


async def test_the_public_sees_no_join_link_and_no_hidden_address() -> None:
    hidden = VENUE | {"latitude": 55.5, "longitude": 12.5, "disclosure": "registered"}
    await an_event(KICK_OFF, format="hybrid", venue=hidden)
    for token in (None, await bearer(Role.VIEWER), await bearer(Role.REGISTRAR)):
        one = await ask("GET", f"{EVENTS}/kick-off", token=token)
        several = await ask("GET", EVENTS, token=token)
        for event in (one.json(), several.json()["items"][0]):
            assert (event["join_url"], event["venue"]["address"], event["venue"]["latitude"]) == (None, "", None)
        assert JOIN_URL not in one.text + several.text


async def test_who_may_edit_sees_all() -> None:
    await an_event(KICK_OFF)
    for token in (await bearer(), await bearer(Role.ORGANISER, "kick-off")):
        assert (await ask("GET", f"{EVENTS}/kick-off", token=token)).json()["join_url"] == JOIN_URL
    other = await bearer(Role.ORGANISER, "another")
    assert (await ask("GET", f"{EVENTS}/kick-off", token=other)).json()["join_url"] is None


@pytest.mark.parametrize(
    ("more", "there"),
    [
        ({}, True),
        ({"visibility": "unlisted"}, True),
        ({"visibility": "members"}, False),
        ({"visibility": "invited"}, False),
        ({"publish": False}, False),
    ],
)
async def test_what_is_not_for_strangers_is_not_there(more: dict[str, Any], there: bool) -> None:
    await an_event(**more)
    path = f"{EVENTS}/guide-launch"
    elsewhere, here = await bearer(Role.ORGANISER, "another"), await bearer(Role.VIEWER, "guide-launch")
    expected = 200 if there else 404
    assert (await ask("GET", path)).status_code == expected
    assert (await ask("GET", path, token=elsewhere)).status_code == expected
    assert (await ask("GET", path, token=here)).status_code == 200
    assert (await ask("PATCH", path, json={"title": "X"})).status_code == 401
    assert (await ask("PATCH", path, token=elsewhere, json={"title": "X"})).status_code == (403 if there else 404)
    assert (await ask("PATCH", path, token=here, json={"title": "X"})).status_code == 403


async def test_a_token_that_does_not_hold_is_told_so() -> None:
    answer = await ask("GET", EVENTS, token={"Authorization": "Bearer nonsense"})
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


async def test_lists_show_each_what_is_theirs() -> None:
    await an_event()
    await an_event(slug="draft", publish=False)
    await an_event(slug="hidden", visibility="invited")
    await an_event(slug="by-link", visibility="unlisted")
    assert slugs(await ask("GET", EVENTS)) == ["guide-launch"]
    assert slugs(await ask("GET", EVENTS, token=await bearer(Role.VIEWER, "draft"))) == ["draft", "guide-launch"]
    everything = ["by-link", "draft", "guide-launch", "hidden"]
    assert slugs(await ask("GET", EVENTS, token=await bearer())) == everything


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["kick-off", "guide-launch"]),
        ("?kind=launch", ["guide-launch"]),
        ("?city=copenhagen", ["guide-launch"]),
        ("?topic=diversity", ["kick-off"]),
        ("?q=mayors", ["guide-launch"]),
        ("?from=2037-01-14", ["guide-launch"]),
        ("?to=2037-01-13", ["kick-off"]),
        ("?to=2037-01-12", []),
        ("?from=2037-01-13T11:30:00%2B01:00&to=2037-01-13T10:00:00%2B01:00", ["kick-off"]),
    ],
)
async def test_lists_are_narrowed(query: str, found: list[str]) -> None:
    await an_event()
    await an_event(KICK_OFF, topics=["diversity"])
    assert slugs(await ask("GET", EVENTS + query)) == found


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("?kind=party", "kind"),
        ("?from=yesterday", "from"),
        ("?to=2037-02-30", "to"),
        ("?from=2037-01-13T11:30", "from"),
        ("?to=9999-12-31", "to"),
        ("?q=%00", "q"),
        ("?city=%00", "city"),
        ("?cursor=!!!", "cursor"),
        ("?cursor=bm9uc2Vuc2U", "cursor"),
        ("?limit=0", "limit"),
        ("?limit=201", "limit"),
    ],
)
async def test_a_wrong_filter_is_named(query: str, field: str) -> None:
    answer = await ask("GET", EVENTS + query)
    assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (422, [field])


async def test_a_list_is_read_page_by_page() -> None:
    for number in range(3):
        await an_event(slug=f"event-{number}")
    first = await ask("GET", f"{EVENTS}?limit=2")
    second = await ask("GET", EVENTS, params={"cursor": first.json()["next"], "limit": 2})
    assert (slugs(first), slugs(second), second.json()["next"]) == (["event-0", "event-1"], ["event-2"], None)


async def test_a_change_answers_the_new_version_and_refuses_a_stale_one() -> None:
    await an_event(publish=False)
    token, path = await bearer(), f"{EVENTS}/guide-launch"
    answer = await ask("PATCH", path, token=token, json={"version": 1, "venue": VENUE | {"name": "Library"}})
    assert (answer.status_code, answer.json()["version"], answer.json()["venue"]["name"]) == (200, 2, "Library")
    stale = await ask("PATCH", path, token=token, json={"version": 1, "title": "Another"})
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")


async def test_an_event_is_published_and_called_off() -> None:
    await an_event(publish=False)
    token, path = await bearer(), f"{EVENTS}/guide-launch"
    published = await ask("POST", f"{path}/publish", token=token)
    assert (published.status_code, published.json()["status"]) == (200, "published")
    cancelled = await ask("POST", f"{path}/cancel", token=token, json={"reason": "Flood"})
    assert (cancelled.status_code, cancelled.json()["status"], cancelled.json()["sequence"]) == (200, "cancelled", 1)
    again = await ask("POST", f"{path}/publish", token=token)
    assert (again.status_code, again.json()["code"]) == (409, "wrong_status")


async def test_no_reason_need_be_given() -> None:
    await an_event()
    answer = await ask("POST", f"{EVENTS}/guide-launch/cancel", token=await bearer())
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")


@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [(b'{"reason": 5}', "application/json", 422), (b"{", "application/json", 400), (b"reason=x", "text/plain", 415)],
)
async def test_a_reason_that_cannot_be_read_is_refused(body: bytes, media_type: str, status: int) -> None:
    await an_event()
    headers = await bearer() | {"content-type": media_type}
    answer = await ask("POST", f"{EVENTS}/guide-launch/cancel", token=headers, content=body)
    assert answer.status_code == status


async def test_an_event_is_copied() -> None:
    await an_event()
    body = {"slug": "again", "title": "Again", "starts_at": "2038-07-08T11:00"}
    answer = await ask("POST", f"{EVENTS}/guide-launch/clone", token=await bearer(), json=body)
    assert (answer.status_code, answer.json()["status"]) == (201, "draft")
    assert answer.json()["ends_at"] == "2038-07-08T17:00:00+02:00"


async def test_slugs_of_any_bytes_are_not_found() -> None:
    for slug in ("%00", "%ff%fe", "a%20b", "x" * 500, "'--"):
        assert (await ask("GET", f"{EVENTS}/{slug}")).status_code == 404


async def test_a_name_that_a_page_of_the_office_has_is_refused() -> None:
    answer = await ask("POST", EVENTS, token=await bearer(), json=LAUNCH | {"slug": "new"})
    assert [(error["field"], error["code"]) for error in answer.json()["errors"]] == [("slug", "reserved_slug")]
