"""The releases of an agenda as an Atom feed."""

from typing import Any

import httpx
import pytest
from lxml import etree

from events_service.agenda.sessions import remove_session
from tests.agenda.given import a_release, a_session, a_summit, change_session
from tests.feeds.given import ATOM, EMBARGO_ENDS, SECRET_TITLE, a_full_summit, at, get

pytestmark = pytest.mark.usefixtures("database")
NAMES = {"a": "http://www.w3.org/2005/Atom"}


def feed(answer: httpx.Response) -> Any:
    """The feed, after what RFC 4287 asks of every feed and entry was looked at."""
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/atom+xml")
    root = etree.fromstring(answer.content)
    assert root.tag == "{http://www.w3.org/2005/Atom}feed"
    for element in (root, *root.findall("a:entry", NAMES)):
        for name in ("id", "title", "updated"):
            assert len(element.findall(f"a:{name}", NAMES)) == 1
    assert root.findtext("a:author/a:name", namespaces=NAMES) == "Alliance of Safe Cities"
    return root


def told(answer: httpx.Response) -> list[str]:
    """The contents, the newest first."""
    return [content.text for content in feed(answer).findall("a:entry/a:content", NAMES)]


async def test_it_can_be_followed_before_there_is_a_release() -> None:
    event = await a_summit()
    empty = await get(ATOM)
    assert told(empty) == []
    assert feed(empty).findtext("a:updated", namespaces=NAMES) == f"{event.created_at:%Y-%m-%dT%H:%M:%SZ}"
    assert (await get(ATOM, if_none_match=empty.headers["etag"])).status_code == 304
    await a_session()
    await a_release("Welcome.")
    assert told(await get(ATOM, if_none_match=empty.headers["etag"])) == [
        "Welcome.\n\nAdded:\nOpening: Tuesday 10 March 2037, 09.00–09.30 CET"
    ]


async def test_each_release_is_an_entry_with_its_note_and_what_it_changed() -> None:
    event = await a_summit()
    opening, panel, story = await a_session(), await a_session("Panel <1>"), await a_session("City story")
    await a_release()
    await change_session(opening, starts_at="2037-03-11T09:30")
    await change_session(panel, abstract="What works.")
    await remove_session("summit", story.id)
    second = await a_release("Rooms & times.")
    await a_release()
    answer = await get(ATOM)
    assert told(answer)[:2] == [
        "No session changed.",
        "Rooms & times.\n\n"
        "Moved:\nOpening: from Tuesday 10 March 2037, 09.00–09.30 CET to Wednesday 11 March 2037, 09.30–10.00 CET\n\n"
        "Cancelled:\nCity story: Tuesday 10 March 2037, 09.00–09.30 CET\n\n"
        "Edited:\nPanel <1>: Tuesday 10 March 2037, 09.00–09.30 CET",
    ]
    root = feed(answer)
    ids = [element.text for element in root.findall("a:entry/a:id", NAMES)]
    own = f"tag:127.0.0.1,{event.created_at:%Y-%m-%d}:event-{event.id}/agenda"
    assert (root.findtext("a:id", namespaces=NAMES), ids) == (own, [f"{own}/{number}" for number in (3, 2, 1)])
    stamps = [element.text for element in root.findall("a:entry/a:updated", NAMES)]
    assert stamps[1] == f"{second.created_at:%Y-%m-%dT%H:%M:%SZ}"
    assert root.findtext("a:updated", namespaces=NAMES) == stamps[0]
    links = {(one.get("rel"), one.get("href")) for one in root.findall("a:link", NAMES)}
    page = "http://127.0.0.1:8000/events/summit/agenda/changes"
    assert links == {("self", f"{page}.atom"), ("alternate", page)}


async def test_nothing_is_told_of_a_session_before_its_embargo_ends() -> None:
    summit = await a_full_summit()
    await change_session(summit.sessions["Coffee"], visible_from=EMBARGO_ENDS)
    await change_session(summit.sessions[SECRET_TITLE], starts_at="2037-03-11T12:30")
    await a_release()
    first = await get(ATOM)
    assert [name for name in (SECRET_TITLE, "Coffee") if name in first.text] == []
    assert "Opening" in first.text
    # In a later release the session is gone: what was kept quiet stays so until its time.
    await remove_session("summit", summit.id(SECRET_TITLE))
    await a_release()
    later = await get(ATOM)
    assert SECRET_TITLE not in later.text
    with at(EMBARGO_ENDS):
        at_last = await get(ATOM, if_none_match=later.headers["etag"])
        assert [SECRET_TITLE in content for content in told(at_last)] == [True, True, True]
        assert "Coffee" in told(at_last)[-1]
