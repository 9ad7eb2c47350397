"""The pages of events, for visitors and in the office."""

import re
from typing import Any

import pytest

from events_service.events.actions import cancel_event, edit_event
from events_service.events.queries import event_by_slug
from events_service.events.rules import Status
from events_service.people.rules import Role
from tests.events.given import JOIN_URL, KICK_OFF, VENUE, a_visitor, an_event, change, enter, send

pytestmark = pytest.mark.usefixtures("database")
TYPED: dict[str, Any] = {
    "slug": "guide-launch",
    "title": "Launch of the Safe Cities Guide",
    "kind": "launch",
    "format": "in_person",
    "visibility": "public",
    "timezone": "Europe/Copenhagen",
    "starts_at": "2037-03-08T11:00",
    "ends_at": "2037-03-08T17:00",
    "languages": ["en", "da"],
    "topics": ["diversity"],
    "venue.name": "City Hall",
    "venue.address": "Rådhuspladsen 1",
    "venue.city": "Copenhagen",
    "venue.country": "dk",
    "venue.disclosure": "public",
    "registration.mode": "open",
    "registration.capacity": "200",
    "registration.waitlist": "true",
    "registration.reentry": "once",
    "registration.retention_days": "30",
}


async def read(path: str, *, status: int = 200, **headers: str) -> str:
    """The page's words as a stranger reads them, without tags."""
    async with a_visitor() as client:
        answer = await client.get(path, headers=headers)
    assert answer.status_code == status, answer.text
    return words(answer.text)


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


async def test_the_first_page_shows_what_comes_next() -> None:
    await an_event()
    await an_event(slug="draft", title="Not yet known", publish=False)
    await an_event(KICK_OFF, title="Long ago", starts_at="2020-01-13T10:00", ends_at="2020-01-13T11:00")
    text = await read("/")
    assert "Launch of the Safe Cities Guide" in text
    assert "Sunday 8 March 2037" in text
    assert "11.00–17.00 CET" in text
    assert "Not yet known" not in text
    assert "Long ago" not in text


async def test_events_stand_under_their_months() -> None:
    await an_event()
    await an_event(KICK_OFF)
    text = await read("/events")
    places = [text.index(part) for part in ("January 2037", "Kick-off", "March 2037", "Launch of the")]
    assert places == sorted(places)


async def test_the_list_is_searched_and_keeps_what_was_typed() -> None:
    await an_event()
    await an_event(KICK_OFF)
    async with a_visitor() as client:
        page = (await client.get("/events", params={"q": "mayors", "kind": "launch"})).text
        nothing = (await client.get("/events", params={"q": "knitting"})).text
    assert 'value="mayors"' in page
    assert ("Launch of the" in page, "Kick-off for" in page) == (True, False)
    assert "Nothing matches" in nothing


async def test_a_long_list_leads_on() -> None:
    for number in range(25):
        await an_event(slug=f"event-{number:02}", title=f"Number {number:02}.")
    async with a_visitor() as client:
        first = (await client.get("/events")).text
        later = re.findall(r'rel="next" href="([^"]+)"', first)[0]
        second = (await client.get(later)).text
    assert ("Number 23." in first, "Number 24." in first) == (True, False)
    assert ("Number 23." in second, "Number 24." in second) == (False, True)
    assert 'href="/events">' in second


async def test_an_event_is_told_in_its_own_time() -> None:
    await an_event(description="Doors open **early**. <script>alert(1)</script>")
    async with a_visitor() as client:
        page = (await client.get("/events/guide-launch")).text
    text = words(page)
    assert "11.00–17.00 CET" in text
    assert "Rådhuspladsen 1" in text
    assert "0 of 200 seats taken" in text
    assert "<strong>early</strong>" in page
    assert "<script>alert" not in page
    assert 'href="/events/guide-launch/register"' in page
    assert 'href="/events/guide-launch/calendar.ics?sessions=none"' in page


async def test_an_event_of_several_days_names_its_last() -> None:
    await an_event(ends_at="2037-03-09T16:00")
    assert "11.00 – Monday 9 March 2037, 16.00 CET" in await read("/events/guide-launch")


async def test_an_online_event_is_told_in_four_capitals_and_names_another_day() -> None:
    await an_event(KICK_OFF, starts_at="2037-01-13T00:30", ends_at="2037-01-13T02:00")
    text = await read("/events/kick-off")
    assert "Reykjavík 23.30–01.00 GMT Monday 12 January 2037" in text
    assert "Copenhagen, Oslo, Stockholm 00.30–02.00 CET Helsinki" in text
    assert "Helsinki 01.30–03.00 EET" in text


async def test_no_page_holds_the_join_link_or_a_hidden_address() -> None:
    await an_event(KICK_OFF, format="hybrid", venue=VENUE | {"disclosure": "registered"})
    for path in ("/", "/events", "/events/kick-off"):
        async with a_visitor() as client:
            page = (await client.get(path)).text
        assert (JOIN_URL in page, "Rådhuspladsen" in page, "Kick-off" in page) == (False, False, True)


async def test_a_cancelled_event_says_so_and_takes_nobody() -> None:
    await an_event()
    await cancel_event("guide-launch", reason="A secret reason")
    async with a_visitor() as client:
        page = (await client.get("/events/guide-launch")).text
    assert "This event is cancelled" in page
    assert ("/register" in page, "A secret reason" in page) == (False, False)


@pytest.mark.parametrize(
    ("terms", "note"),
    [
        ({"opens_at": "2037-02-01T10:00"}, "Registration opens Sunday 1 February 2037, 10.00 CET."),
        ({"closes_at": "2020-02-01T10:00"}, "Registration is closed."),
        ({"mode": "closed"}, "Registration is closed."),
        ({"mode": "invitation"}, "Registration is by personal invitation."),
    ],
)
async def test_why_one_cannot_register_is_told(terms: dict[str, Any], note: str) -> None:
    await an_event(registration=terms)
    text = await read("/events/guide-launch")
    assert (note in text, "Register " in text) == (True, False)


async def test_until_when_one_can_register_is_told() -> None:
    await an_event(registration={"closes_at": "2037-03-01T10:00"})
    assert "Registration closes Sunday 1 March 2037, 10.00 CET." in await read("/events/guide-launch")


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"visibility": "unlisted"}, 200),
        ({"visibility": "members"}, 404),
        ({"visibility": "invited"}, 404),
        ({"publish": False}, 404),
    ],
)
async def test_unlisted_events_are_found_by_their_link_and_hidden_ones_not(more: dict[str, Any], status: int) -> None:
    await an_event(**more)
    await read("/events/guide-launch", status=status)
    assert "Launch of the" not in await read("/events")


async def test_staff_of_an_event_see_its_page_before_anybody_else() -> None:
    await an_event(publish=False)
    async with a_visitor() as client:
        await enter(client, Role.VIEWER, "guide-launch")
        page = await client.get("/events/guide-launch")
    assert "Registration opens when the event is published." in page.text


async def test_strangers_are_sent_to_sign_in() -> None:
    await an_event()
    office = "/office/events/guide-launch"
    for path in ("/office", office, f"{office}/edit", f"{office}/cancel", f"{office}/clone", "/office/events/new"):
        async with a_visitor() as client:
            answer = await client.get(path)
        assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, "/sign-in")


async def test_a_viewer_sees_and_changes_nothing() -> None:
    await an_event()
    await an_event(KICK_OFF, publish=False)
    office = "/office/events/guide-launch"
    async with a_visitor() as client:
        await enter(client, Role.VIEWER, "guide-launch")
        listed = (await client.get("/office")).text
        shown = (await client.get(office)).text
        statuses = [(await client.get(f"{office}/{page}")).status_code for page in ("edit", "cancel", "clone")]
        hidden = (await client.get("/office/events/kick-off")).status_code
    assert ("Launch of the" in listed, "Kick-off" in listed) == (True, False)
    assert ("Cancel this event" in shown, "Copy this event" in shown) == (False, False)
    assert (statuses, hidden) == ([403, 403, 403], 404)


async def test_the_office_lists_drafts_and_finds_them() -> None:
    await an_event()
    await an_event(KICK_OFF, publish=False)
    async with a_visitor() as client:
        await enter(client)
        drafts = (await client.get("/office?status=draft")).text
        found = (await client.get("/office?q=MAYORS")).text
    assert ("Kick-off" in drafts, "Launch of the" in drafts) == (True, False)
    assert ("Kick-off" in found, "Launch of the" in found) == (False, True)


async def test_an_event_is_made_by_the_form() -> None:
    async with a_visitor() as client:
        await enter(client)
        answer = await send(client, "/office/events/new", **TYPED)
        assert (answer.status_code, answer.headers["location"]) == (303, "/office/events/guide-launch?done=created")
        assert "as a draft" in (await client.get(answer.headers["location"])).text
    event = await event_by_slug("guide-launch")
    assert (event.starts_wall, event.languages, event.topics) == ("2037-03-08T11:00", ("en", "da"), ("diversity",))
    assert event.venue is not None
    assert (event.venue.country, event.registration.capacity, event.registration.waitlist) == ("DK", 200, True)


async def test_an_online_event_needs_no_venue() -> None:
    async with a_visitor() as client:
        await enter(client)
        online = {name: value for name, value in TYPED.items() if name == "venue.disclosure" or "venue" not in name}
        answer = await send(client, "/office/events/new", **online | {"format": "online", "join_url": JOIN_URL})
    assert answer.status_code == 303
    assert (await event_by_slug("guide-launch")).venue is None


async def test_the_form_starts_with_what_is_usual_for_the_kind() -> None:
    async with a_visitor() as client:
        await enter(client)
        page = (await client.get("/office/events/new?kind=task_force")).text
    for chosen in ('value="invited" selected', 'value="invitation" checked', 'value="in_person" checked'):
        assert chosen in page.replace("\n", "")
    assert not re.search(r'name="registration.waitlist"[^>]*checked', page)


async def test_a_wrong_form_names_each_field_and_keeps_what_was_typed() -> None:
    wrong = TYPED | {"slug": "No Slug", "ends_at": "", "venue.country": "Denmark", "registration.capacity": "many"}
    async with a_visitor() as client:
        await enter(client)
        answer = await send(client, "/office/events/new", **wrong)
    assert answer.status_code == 422
    for field in ("slug", "ends_at", "venue.country", "registration.capacity"):
        assert f'href="#f-{field}"' in answer.text
    for typed in ('value="No Slug"', 'value="Denmark"', 'value="many"', 'value="Rådhuspladsen 1"'):
        assert typed in answer.text


async def test_a_form_with_a_slug_in_use_is_shown_again() -> None:
    await an_event()
    async with a_visitor() as client:
        await enter(client)
        answer = await send(client, "/office/events/new", **TYPED)
    assert (answer.status_code, 'href="#f-slug"' in answer.text) == (409, True)


async def test_an_event_is_edited_as_it_stands() -> None:
    await an_event(summary="Old", registration={"capacity": 5, "closes_at": "2037-03-01T10:00"})
    path = "/office/events/guide-launch/edit"
    edited = {name: value for name, value in TYPED.items() if name not in ("slug", "topics", "registration.waitlist")}
    edited |= {"title": "Another", "registration.capacity": "", "version": "2"}
    async with a_visitor() as client:
        await enter(client)
        page = (await client.get(path)).text
        answer = await send(client, path, **edited)
    assert ('value="2037-03-08T11:00"' in page, 'value="2037-03-01T10:00"' in page) == (True, True)
    assert (answer.status_code, answer.headers["location"]) == (303, "/office/events/guide-launch?done=saved")
    event = await event_by_slug("guide-launch")
    assert (event.title, event.summary, event.topics) == ("Another", "", ())
    assert (event.registration.capacity, event.registration.closes_at, event.registration.waitlist) == (
        None,
        None,
        False,
    )


async def test_an_emptied_title_is_refused() -> None:
    await an_event()
    async with a_visitor() as client:
        await enter(client)
        edited = {name: value for name, value in TYPED.items() if name != "slug"} | {"title": "", "version": "2"}
        answer = await send(client, "/office/events/guide-launch/edit", **edited)
    assert (answer.status_code, 'href="#f-title"' in answer.text) == (422, True)


async def test_an_edit_of_an_older_version_is_refused_and_keeps_what_was_typed() -> None:
    await an_event()
    await edit_event("guide-launch", change(title="Somebody was quicker"))
    edited = {name: value for name, value in TYPED.items() if name != "slug"} | {"title": "Too late", "version": "2"}
    async with a_visitor() as client:
        await enter(client)
        answer = await send(client, "/office/events/guide-launch/edit", **edited)
    assert (answer.status_code, 'value="Too late"' in answer.text) == (409, True)
    assert (await event_by_slug("guide-launch")).title == "Somebody was quicker"


async def test_an_event_is_published_copied_and_called_off() -> None:
    await an_event(publish=False)
    office = "/office/events/guide-launch"
    async with a_visitor() as client:
        await enter(client)
        shown = (await client.get(office)).text
        token = shown.split('name="csrf_token" value="')[1].split('"')[0]
        published = await client.post(f"{office}/publish", data={"csrf_token": token})
        copy = {"title": "Again", "slug": "again", "starts_at": "2038-03-08T11:00"}
        copied = await send(client, f"{office}/clone", **copy)
        cancelled = await send(client, f"{office}/cancel", reason="The hall is flooded.")
        after = (await client.get(office)).text
    done = [answer.headers["location"].partition("?")[2] for answer in (published, copied, cancelled)]
    assert done == ["done=published", "done=copied", "done=event_cancelled"]
    assert "The hall is flooded." in after
    assert [(await event_by_slug(slug)).status for slug in ("guide-launch", "again")] == [
        Status.CANCELLED,
        Status.DRAFT,
    ]


async def test_a_copy_under_a_slug_in_use_or_at_no_time_is_refused() -> None:
    await an_event()
    path = "/office/events/guide-launch/clone"
    async with a_visitor() as client:
        await enter(client)
        taken = await send(client, path, title="Again", slug="guide-launch", starts_at="2038-03-08T11:00")
        skipped = await send(client, path, title="Again", slug="again", starts_at="2037-03-29T02:30")
    assert (taken.status_code, 'href="#f-slug"' in taken.text) == (409, True)
    assert (skipped.status_code, 'href="#f-starts_at"' in skipped.text) == (422, True)


async def test_a_form_without_its_token_changes_nothing() -> None:
    await an_event(publish=False)
    async with a_visitor() as client:
        await enter(client)
        answer = await client.post("/office/events/guide-launch/publish")
    assert answer.status_code == 403
    assert (await event_by_slug("guide-launch")).status is Status.DRAFT


async def test_reading_the_page_of_cancelling_cancels_nothing() -> None:
    await an_event()
    async with a_visitor() as client:
        await enter(client)
        page = (await client.get("/office/events/guide-launch/cancel")).text
    assert "This cannot be undone." in page
    assert (await event_by_slug("guide-launch")).status is Status.PUBLISHED
