"""The agenda editor without scripts: the day as a table, forms that lose nothing, conflicts that are meant."""

import html
import re
from typing import Any

import httpx
import pytest

from events_service.agenda.queries import draft_of, head_of
from events_service.agenda.rules import Overlap, Part
from events_service.speakers.rules import State
from tests.agenda.given import a_release, a_room, a_session, a_speaker, a_summit, a_track, change_room, change_session
from tests.planning.given import AGENDA, an_editor

pytestmark = pytest.mark.usefixtures("database")
TYPED: dict[str, Any] = {
    "title": "Trust as preparedness",
    "subtitle": "What a city can do",
    "kind": "panel",
    "state": "confirmed",
    "language": "da",
    "starts_at": "2037-03-11T10:00",
    "ends_at": "2037-03-11T11:15",
    "topics": ["diversity"],
    "own_topics": "night-life, schools",
    "abstract": "Why *trust* matters.",
    "capacity": "40",
    "signup": "true",
    "join_url": "https://meet.example.org/secret",
    "visible_from": "2037-03-01T08:00",
}


def words(page: str) -> str:
    """The page's text without tags."""
    return " ".join(html.unescape(re.sub(r"<(script|template).*?</\1>|<[^>]+>", " ", page, flags=re.S)).split())


def typed_in(page: str) -> dict[str, str]:
    """The hidden and visible inputs of the page by name."""
    inputs = re.findall(r"<input[^>]*>", page)
    named = {name[1]: one for one in inputs if (name := re.search(r' name="([^"]+)"', one))}
    return {
        name: html.unescape(found[1])
        for name, one in named.items()
        if (found := re.search(r' value="([^"]*)"', one)) and ("checkbox" not in one or " checked" in one)
    }


async def post(client: httpx.AsyncClient, tail: str, **typed: Any) -> httpx.Response:
    return await client.post(AGENDA + tail, data=typed)


async def test_the_day_is_a_table_by_room_and_time_with_its_shelf() -> None:
    await a_summit()
    hall, foyer = await a_room("Great hall"), await a_room("Foyer")
    speaker = await a_speaker("Bo Ek")
    await a_session("Welcome", room_ids=[hall.id, foyer.id])
    await a_session("Panel", "2037-03-10T10:00", room_ids=[hall.id], speakers=[{"speaker_id": speaker.id}])
    await a_session("Second day", "2037-03-11T23:30", minutes=60)
    await a_session("Some day", None, minutes=20, state="draft")
    async with an_editor() as client:
        first = words((await client.get(AGENDA)).text)
        second = words((await client.get(AGENDA, params={"day": "2037-03-11", "view": "table"})).text)
        strange = words((await client.get(AGENDA, params={"day": "1999-01-01"})).text)
    assert "Great hall 09.00–09.30 Welcome in 2 rooms – – 10.00–10.30 Panel – Bo Ek Foyer 09.00–09.30 Welcome" in first
    assert "20 min Some day Draft" in first
    assert "Second day" not in first
    assert "Tue 10 March 2 sessions Wed 11 March 1 session , 1 conflict" in first
    assert "In no room yet 23.30–00.30 Thu 12 March Second day" in second
    assert "Wednesday 11 March 2037" in second
    assert "Tuesday 10 March 2037" in strange


async def test_a_session_is_added_with_every_field() -> None:
    event = await a_summit()
    hall, foyer, track = await a_room("Great hall"), await a_room("Foyer"), await a_track()
    bo, ann = await a_speaker("Bo Ek"), await a_speaker("Ann Ek", state="proposed")
    people = {
        "speakers.0.who": "Bo Ek",
        "speakers.0.role": "moderator",
        "speakers.0.state": "invited",
        "speakers.1.who": "",
        "speakers.2.who": "ann ek",
        "speakers.2.role": "panellist",
        "speakers.2.state": "",
    }
    async with an_editor() as client:
        answer = await post(client, "/sessions/new", **TYPED, **people, track_id=track.id, room_ids=[foyer.id, hall.id])
    assert (answer.status_code, answer.headers["location"]) == (303, f"{AGENDA}?day=2037-03-11&done=added_to_draft")
    (session,) = (await draft_of(event)).sessions
    assert (session.title, session.kind.value, session.starts_wall, session.minutes) == (
        "Trust as preparedness",
        "panel",
        "2037-03-11T10:00",
        75,
    )
    assert (session.topics, session.room_ids, session.track_id) == (
        ("diversity", "night-life", "schools"),
        (foyer.id, hall.id),
        track.id,
    )
    assert [(one.speaker_id, one.role, one.state) for one in session.speakers] == [
        (bo.id, Part.MODERATOR, State.INVITED),
        (ann.id, Part.PANELLIST, State.PROPOSED),
    ]
    assert (session.capacity, session.signup, session.join_url, session.language) == (
        40,
        True,
        "https://meet.example.org/secret",
        "da",
    )
    assert session.visible_from is not None
    assert session.visible_from.isoformat() == "2037-03-01T07:00:00+00:00"


async def test_every_wrong_field_is_told_at_once_and_nothing_typed_is_lost() -> None:
    event = await a_summit()
    await a_speaker("Bo Ek")
    wrong = {
        "title": "",
        "own_topics": "Night Life",
        "join_url": "http://example.org",
        "capacity": "0",
        "starts_at": "tomorrow",
        "speakers.0.who": "Nobody Known",
        "speakers.1.who": "Bo Ek",
        "speakers.1.role": "king",
    }
    async with an_editor() as client:
        answer = await post(client, "/sessions/new", **(TYPED | wrong))
        gap = await post(client, "/sessions/new", **(TYPED | {"starts_at": "2037-03-29T02:30", "ends_at": ""}))
        rows = await post(client, "/sessions/new", more_rows="yes", **(TYPED | {"speakers.0.who": "Bo Ek"}))
    assert answer.status_code == 422
    told = set(re.findall(r'href="#f-([^"]+)"', answer.text))
    assert told == {
        "title",
        "own_topics",
        "join_url",
        "capacity",
        "starts_at",
        "speakers.0.who",
        "speakers.1.role",
    }
    kept = typed_in(answer.text)
    assert (kept["own_topics"], kept["speakers.0.who"], kept["subtitle"]) == (
        "Night Life",
        "Nobody Known",
        "What a city can do",
    )
    assert "Why *trust* matters." in answer.text
    assert (gap.status_code, "f-starts_at" in gap.text) == (422, True)
    assert (rows.status_code, rows.text.count('class="person-row"'), "Trust as" in rows.text) == (200, 7, True)
    assert (await draft_of(event)).sessions == ()


async def test_saving_an_untouched_form_changes_nothing_but_the_version() -> None:
    event = await a_summit(topics=["harbours"])
    hall, foyer = await a_room("Great hall"), await a_room("Foyer")
    speaker = await a_speaker("Bo Ek")
    before = await a_session(
        room_ids=[foyer.id, hall.id],
        speakers=[{"speaker_id": speaker.id, "role": "host", "state": "withdrawn"}],
        topics=["harbours", "diversity", "night-life"],
        abstract="Two\nlines",
    )
    async with an_editor() as client:
        shown = (await client.get(f"{AGENDA}/sessions/{before.id}")).text
        form = typed_in(shown) | {
            "kind": "talk",
            "state": "confirmed",
            "topics": ["diversity", "harbours"],
            "room_ids": [hall.id, foyer.id],
            "abstract": "Two\r\nlines",
            "speakers.0.role": "host",
            "speakers.0.state": "withdrawn",
        }
        answer = await post(client, f"/sessions/{before.id}", **form)
    assert answer.status_code == 303
    after = (await draft_of(event)).session[before.id]
    assert (after.room_ids, after.speakers, after.starts_at, after.ends_at, after.abstract) == (
        before.room_ids,
        before.speakers,
        before.starts_at,
        before.ends_at,
        before.abstract,
    )
    assert set(after.topics) == set(before.topics)


async def test_a_length_counts_where_the_end_was_left_alone_and_no_begin_is_the_shelf() -> None:
    event = await a_summit()
    session = await a_session()
    async with an_editor() as client:
        form = typed_in((await client.get(f"{AGENDA}/sessions/{session.id}")).text) | {"kind": "talk"}
        await post(client, f"/sessions/{session.id}", **(form | {"minutes": "50"}))
        longer = (await draft_of(event)).session[session.id]
        form |= {"version": str(longer.version), "starts_at": "", "ends_at": "", "minutes": ""}
        shelved = await post(client, f"/sessions/{session.id}", **form)
    assert longer.ends_wall == "2037-03-10T09:50"
    assert shelved.headers["location"] == f"{AGENDA}?done=saved"
    laid = (await draft_of(event)).session[session.id]
    assert (laid.starts_at, laid.minutes) == (None, 50)


async def test_of_two_editors_the_second_sees_what_the_first_changed_and_loses_nothing() -> None:
    event = await a_summit()
    hall = await a_room("Great hall")
    session = await a_session(abstract="Old words")
    async with an_editor() as client:
        form = typed_in((await client.get(f"{AGENDA}/sessions/{session.id}")).text) | {"kind": "talk"}
        await change_session(session, title="Grand opening", subtitle="Theirs", room_ids=[hall.id], kind="plenary")
        mine = form | {"subtitle": "Mine", "abstract": "New words"}
        late = await post(client, f"/sessions/{session.id}", **mine)
        text = words(late.text)
        again = typed_in(late.text) | {"kind": "plenary", "room_ids": [hall.id], "abstract": "New words"}
        saved = await post(client, f"/sessions/{session.id}", **again)
    assert late.status_code == 409
    assert "Title Grand opening (taken over)" in text
    assert "Subtitle Theirs (yours is kept in the form)" in text
    assert "Kind Plenary (taken over)" in text
    assert "Rooms Great hall (taken over)" in text
    assert "New words" in late.text
    assert saved.status_code == 303
    after = (await draft_of(event)).session[session.id]
    assert (after.title, after.subtitle, after.abstract, after.kind.value, after.room_ids) == (
        "Grand opening",
        "Mine",
        "New words",
        "plenary",
        (hall.id,),
    )


async def test_a_session_is_taken_out_only_as_it_was_seen_and_what_was_typed_into_one_that_is_gone_is_kept() -> None:
    event = await a_summit()
    session = await a_session()
    await change_session(session, title="Grand opening")
    async with an_editor() as client:
        stale = await post(client, f"/sessions/{session.id}/remove", version="1")
        assert (stale.status_code, "Grand opening" in stale.text) == (409, True)
        assert len((await draft_of(event)).sessions) == 1
        assert (await post(client, f"/sessions/{session.id}/remove", version="2")).status_code == 303
        assert (await draft_of(event)).sessions == ()
        gone = await post(client, f"/sessions/{session.id}", **TYPED, version="2")
    assert (gone.status_code, f'action="{AGENDA}/sessions/new"' in gone.text) == (409, True)
    assert typed_in(gone.text)["title"] == "Trust as preparedness"


async def test_rooms_and_tracks_are_added_changed_merged_and_taken_away() -> None:
    event = await a_summit()
    async with an_editor() as client:
        added = await post(client, "/rooms/new", name="Great hall", city="Malmö", capacity="80", timezone="", online="")
        assert added.status_code == 303
        (room,) = (await draft_of(event)).rooms
        taken = await post(client, "/rooms/new", name="Great hall", capacity="many")
        twice = await post(client, "/rooms/new", name="Great hall")
        assert (taken.status_code, twice.status_code) == (422, 409)
        assert "There is a room called Great hall already" in twice.text
        form = typed_in((await client.get(f"{AGENDA}/rooms/{room.id}")).text)
        await change_room(room, capacity=90)
        late = await post(client, f"/rooms/{room.id}", **(form | {"venue": "City Hall"}))
        assert (late.status_code, "Seats 90 (taken over)" in words(late.text)) == (409, True)
        saved = await post(client, f"/rooms/{room.id}", **typed_in(late.text))
        assert saved.status_code == 303
        (room,) = (await draft_of(event)).rooms
        assert (room.venue, room.city, room.capacity) == ("City Hall", "Malmö", 90)
        await a_session(room_ids=[room.id])
        used = await post(client, f"/rooms/{room.id}/remove", version=str(room.version))
        assert (used.status_code, "Move them first" in used.text) == (409, True)

        colour = re.findall(r'value="(\w+)" checked', (await client.get(f"{AGENDA}/tracks/new")).text)
        assert colour == ["fjord"]
        assert (await post(client, "/tracks/new", name="Diversity", colour="moss")).status_code == 303
        assert (await post(client, "/tracks/new", name="Diversity", colour="pink")).status_code == 422
        (track,) = (await draft_of(event)).tracks
        clash = await post(client, "/tracks/new", name="Other", slug=track.slug)
        assert (clash.status_code, "#f-slug" in clash.text) == (409, True)
        await post(client, f"/tracks/{track.id}", name="Difference", slug=track.slug, version=str(track.version))
        (track,) = (await draft_of(event)).tracks
        assert (track.name, track.colour) == ("Difference", "moss")
        removed = await post(client, f"/tracks/{track.id}/remove", version=str(track.version))
        assert (removed.status_code, (await draft_of(event)).tracks) == (303, ())


async def test_a_conflict_is_meant_with_a_reason_and_counts_again_when_that_is_withdrawn() -> None:
    await a_summit()
    speaker = await a_speaker("Bo Ek")
    for title in ("Opening", "Panel"):
        await a_session(title, speakers=[{"speaker_id": speaker.id}])
    async with an_editor() as client:
        page = (await client.get(AGENDA)).text
        (key,) = re.findall(r'<li class="conflict conflict--error" data-key="([^"]+)"', page)
        where = {"key": html.unescape(key), "day": "2037-03-10", "view": "table"}
        nothing = await post(client, "/conflicts/override", **where, reason="  ")
        assert (nothing.status_code, "This is needed." in nothing.text, "open>" in nothing.text) == (422, True, True)
        meant = await post(client, "/conflicts/override", **where, reason="He is twins")
        assert meant.headers["location"] == f"{AGENDA}?day=2037-03-10&view=table&done=conflict_overridden"
        settled = (await client.get(AGENDA)).text
        assert "Meant so: He is twins" in words(settled)
        assert "conflict--settled" in settled
        assert "2 sessions Wed" in words(settled)
        assert (await post(client, "/conflicts/withdraw", **where)).status_code == 303
        assert (await post(client, "/conflicts/withdraw", **where)).status_code == 303
        assert "conflict--settled" not in (await client.get(AGENDA)).text
        gone = await post(client, "/conflicts/override", **(where | {"key": "of long ago"}), reason="Was meant")
    assert gone.headers["location"] == f"{AGENDA}?day=2037-03-10&view=table"


async def test_what_overlaps_mean_is_set_and_the_standing_release_named() -> None:
    event = await a_summit()
    await a_session()
    async with an_editor() as client:
        assert "Nothing is released yet" in (await client.get(AGENDA)).text
        await a_release()
        assert "Release 1 is what the public sees" in (await client.get(AGENDA)).text
        assert (await post(client, "/overlap", overlap="perhaps")).status_code == 422
        assert (await post(client, "/overlap", overlap="refuse", day="2037-03-11")).status_code == 303
    assert (await head_of(event.id)).overlap is Overlap.REFUSE


async def test_what_is_of_another_event_or_nowhere_is_not_there() -> None:
    await a_summit()
    await a_summit(slug="other")
    strange = await a_session(event="other")
    room, track = await a_room(event="other"), await a_track(event="other")
    async with an_editor() as client:
        for tail in (f"/sessions/{strange.id}", f"/rooms/{room.id}", f"/tracks/{track.id}", "/rooms/nothing"):
            assert (await client.get(AGENDA + tail)).status_code == 404
            assert (await post(client, f"{tail}/remove", version="1")).status_code == 404


async def test_names_in_the_page_s_data_end_no_script() -> None:
    await a_summit()
    await a_session("</script><script>alert(1)</script>")
    async with an_editor() as client:
        page = (await client.get(AGENDA)).text
    assert "<script>alert" not in page
    assert "\\u003c/script\\u003e" in page
