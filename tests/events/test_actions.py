"""What organisers do with events, on both databases."""

import asyncio
from datetime import timedelta

import pytest

from events_service import database
from events_service.errors import Conflict, Invalid, NotFound
from events_service.events.actions import (
    cancel_event,
    complete_past_events,
    create_event,
    edit_event,
    publish_event,
)
from events_service.events.cloning import clone_event
from events_service.events.drafts import CloneDraft
from events_service.events.queries import Wanted, event_by_slug, events_revision, list_events, list_key, public_cities
from events_service.events.rules import Format, Mode, Status, Visibility
from events_service.events.signing import keys_of
from events_service.settings import Settings
from tests.events.given import JOIN_URL, KICK_OFF, VENUE, an_event, change, draft

pytestmark = pytest.mark.usefixtures("database")


async def notices() -> list[str]:
    return [row["kind"] for row in await database.fetch("SELECT kind FROM notice ORDER BY created_at")]


async def test_what_was_written_is_read_back() -> None:
    made = await create_event(draft(languages=["en", "da"], topics=["diversity"]))
    assert await event_by_slug("guide-launch") == made
    assert (made.status, made.version, made.sequence) == (Status.DRAFT, 1, 0)
    assert (made.starts_wall, made.starts_at.isoformat()) == ("2037-03-08T11:00", "2037-03-08T10:00:00+00:00")


async def test_what_is_left_out_follows_the_kind() -> None:
    event = await create_event(draft({name: value for name, value in KICK_OFF.items() if name != "visibility"}))
    assert (event.format, event.visibility) == (Format.ONLINE, Visibility.MEMBERS)
    assert (event.registration.mode, event.registration.capacity) == (Mode.APPROVAL, None)


async def test_a_new_event_has_a_key_for_its_badges(database: Settings) -> None:
    event = await an_event(publish=False)
    keys = await keys_of([event.id], secret_key=database.secret_key)
    assert (len(keys[event.id].public), len(keys[event.id].private)) == (32, 32)


async def test_a_copy_has_a_key_of_its_own(database: Settings) -> None:
    first = await an_event()
    copy = await clone_event(first.slug, CloneDraft(slug="again", title="Again", starts_at="2038-03-08T11:00"))
    keys = await keys_of([first.id, copy.id], secret_key=database.secret_key)
    assert keys[first.id].public != keys[copy.id].public


async def test_one_of_two_rivals_gets_the_slug() -> None:
    results = await asyncio.gather(*(create_event(draft()) for _ in range(2)), return_exceptions=True)
    refused = [result for result in results if isinstance(result, Conflict)]
    assert (len(refused), refused[0].code) == (1, "slug_taken")


async def test_every_wrong_field_is_told_at_once() -> None:
    with pytest.raises(Invalid) as refused:
        await create_event(draft(ends_at="2037-03-08T10:00", venue=None, format="hybrid"))
    assert [error.field for error in refused.value.errors] == ["ends_at", "venue", "join_url"]


async def test_only_what_is_given_changes() -> None:
    before = await an_event()
    after = await edit_event(before.slug, change(title="Another title", registration={"waitlist": False}))
    assert (after.title, after.registration.waitlist, after.version) == ("Another title", False, before.version + 1)
    assert (after.venue, after.starts_at, after.registration.capacity) == (before.venue, before.starts_at, 200)
    assert await event_by_slug(before.slug) == after


async def test_a_stale_version_is_refused() -> None:
    before = await an_event()
    await edit_event(before.slug, change(version=before.version, title="First"))
    with pytest.raises(Conflict) as refused:
        await edit_event(before.slug, change(version=before.version, title="Second"))
    assert (refused.value.code, (await event_by_slug(before.slug)).title) == ("stale_version", "First")


async def test_of_two_edits_of_one_version_one_is_refused() -> None:
    before = await an_event()
    edits = (edit_event(before.slug, change(version=before.version, title=title)) for title in ("A", "B"))
    results = await asyncio.gather(*edits, return_exceptions=True)
    assert [type(result).__name__ for result in results if isinstance(result, Exception)] == ["Conflict"]


async def test_a_new_zone_keeps_the_wall_time() -> None:
    before = await an_event()
    after = await edit_event(before.slug, change(timezone="Europe/Helsinki"))
    assert (after.starts_wall, after.starts_at - before.starts_at) == ("2037-03-08T11:00", timedelta(hours=-1))


async def test_a_new_time_raises_the_sequence_and_leaves_a_notice() -> None:
    before = await an_event()
    after = await edit_event(before.slug, change(starts_at="2037-03-08T12:00"))
    assert (after.sequence, await notices()) == (before.sequence + 1, ["changed"])


async def test_a_new_title_does_neither() -> None:
    before = await an_event()
    after = await edit_event(before.slug, change(title="Another"))
    assert (after.sequence, await notices()) == (before.sequence, [])


async def test_more_seats_leave_a_notice() -> None:
    event = await an_event()
    await edit_event(event.slug, change(registration={"capacity": 300}))
    assert await notices() == ["places_added"]


async def test_nobody_is_told_of_a_draft() -> None:
    event = await an_event(publish=False)
    moved = await edit_event(event.slug, change(starts_at="2037-03-08T12:00", registration={"capacity": 300}))
    cancelled = await cancel_event(event.slug)
    assert (moved.sequence, cancelled.status, await notices()) == (0, Status.CANCELLED, [])


async def test_cancelling_raises_the_sequence_and_keeps_the_reason() -> None:
    event = await an_event()
    after = await cancel_event(event.slug, reason="The hall is flooded.")
    assert (after.sequence, after.cancelled_reason, await notices()) == (1, "The hall is flooded.", ["cancelled"])


async def test_a_cancelled_event_is_neither_published_nor_changed() -> None:
    event = await an_event()
    await cancel_event(event.slug)
    for attempt in (publish_event(event.slug), cancel_event(event.slug), edit_event(event.slug, change(title="X"))):
        with pytest.raises(Conflict) as refused:
            await attempt
        assert refused.value.code == "wrong_status"


async def test_a_copy_is_a_draft_of_the_same_length() -> None:
    first = await an_event(registration={"capacity": 20, "opens_at": "2037-01-01T10:00"})
    copy = await clone_event(first.slug, CloneDraft(slug="again", title="Again", starts_at="2037-07-08T11:00"))
    assert (copy.status, copy.ends_wall, copy.sequence, copy.version) == (Status.DRAFT, "2037-07-08T17:00", 0, 1)
    assert (copy.registration.capacity, copy.registration.opens_at) == (20, None)
    assert await event_by_slug("again") == copy


async def test_what_is_not_there_is_not_found() -> None:
    for slug in ("nothing", "no\x00slug", "Not A Slug"):
        with pytest.raises(NotFound):
            await event_by_slug(slug)
    with pytest.raises(NotFound):
        await publish_event("nothing")


async def test_past_events_are_completed_an_hour_after_they_end() -> None:
    event = await an_event()
    await complete_past_events(event.ends_at + timedelta(minutes=59))
    assert (await event_by_slug(event.slug)).status is Status.PUBLISHED
    await complete_past_events(event.ends_at + timedelta(minutes=61))
    assert (await event_by_slug(event.slug)).status is Status.COMPLETED


async def test_lists_hold_what_is_public_and_what_a_role_lets_one_see() -> None:
    await an_event()
    await an_event(slug="draft", publish=False)
    await an_event(slug="hidden", visibility="invited")
    await an_event(slug="by-link", visibility="unlisted")

    async def slugs(wanted: Wanted) -> list[str]:
        return sorted(event.slug for event in await list_events(wanted))

    assert await slugs(Wanted()) == ["guide-launch"]
    assert await slugs(Wanted(slugs=frozenset({"draft"}))) == ["draft", "guide-launch"]
    assert await slugs(Wanted(slugs=frozenset({"draft"}), public=False)) == ["draft"]
    assert await slugs(Wanted(slugs=None)) == ["by-link", "draft", "guide-launch", "hidden"]
    assert await slugs(Wanted(slugs=None, status="draft")) == ["draft"]


async def test_lists_are_narrowed_by_kind_city_topic_time_and_words() -> None:
    launch = await an_event(topics=["diversity"], venue=VENUE | {"city": "Malmö"}, title="100% Safe")
    await an_event(KICK_OFF)

    async def slugs(wanted: Wanted) -> list[str]:
        return [event.slug for event in await list_events(wanted)]

    assert await slugs(Wanted()) == ["kick-off", "guide-launch"]
    assert await slugs(Wanted(kinds=["city_meeting"])) == ["kick-off"]
    assert await slugs(Wanted(city="malmö")) == ["guide-launch"]
    assert await slugs(Wanted(topic="diversity")) == ["guide-launch"]
    assert await slugs(Wanted(topic="divers_ty")) == []
    assert await slugs(Wanted(text="malmo safe")) == ["guide-launch"]
    assert await slugs(Wanted(text="0%")) == ["guide-launch"]
    assert await slugs(Wanted(text="practitioners mayors")) == []
    assert await slugs(Wanted(starts_after=launch.starts_at)) == ["guide-launch"]
    assert await slugs(Wanted(starts_before=launch.starts_at - timedelta(days=1))) == ["kick-off"]


async def test_a_list_goes_on_where_it_stopped() -> None:
    for number in range(5):
        await an_event(slug=f"event-{number}", starts_at=f"2037-03-0{8 - number // 2}T11:00")
    seen: list[str] = []
    after = ""
    while page := await list_events(Wanted(), after=after, limit=2):
        seen += [event.slug for event in page]
        after = list_key(page[-1])
    assert seen == ["event-4", "event-2", "event-3", "event-0", "event-1"]


@pytest.mark.parametrize("key", ["nonsense", "2037-03-08T11:00|naive", "|", "99999-01-01T00:00+00:00|x"])
async def test_a_place_in_a_list_that_is_none_is_refused(key: str) -> None:
    with pytest.raises(Invalid):
        await list_events(Wanted(), after=key)


async def test_a_revision_changes_with_what_is_listed_and_with_nothing_else() -> None:
    event = await an_event()
    await an_event(KICK_OFF, publish=False)
    first = await events_revision(Wanted())
    await edit_event("kick-off", change(title="Another"))
    assert await events_revision(Wanted()) == first
    await edit_event(event.slug, change(title="Another"))
    assert await events_revision(Wanted()) != first


async def test_cities_are_told_once_in_the_order_of_names() -> None:
    for number, city in enumerate(["Umeå", "Ålesund", "Bergen", "Umeå"]):
        await an_event(slug=f"event-{number}", venue=VENUE | {"city": city})
    await an_event(KICK_OFF, join_url=JOIN_URL)
    assert await public_cities() == ["Ålesund", "Bergen", "Umeå"]
