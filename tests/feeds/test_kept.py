"""Every public file of an agenda: the same bytes and tag until something changes, and nothing in it that is not for everyone."""

import gzip
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from events_service.events.actions import edit_event
from tests.agenda.given import a_release, change_session, change_speaker
from tests.events.given import change
from tests.feeds.given import (
    ATOM,
    CALENDAR,
    CANARIES,
    CSV,
    EMBARGO_ENDS,
    EXPORTS,
    JSON,
    XML,
    Summit,
    a_full_summit,
    at,
    etags,
    get,
)

pytestmark = pytest.mark.usefixtures("database")


async def released(summit: Summit) -> None:
    await change_session(summit.sessions["Coffee"], title="Tea")
    await a_release()


async def renamed(summit: Summit) -> None:
    await edit_event("summit", change(title="Summit of Safe Cities"))


async def put_on_show(summit: Summit) -> None:
    await change_speaker(summit.hidden, public=True)


async def edited(summit: Summit) -> None:
    await change_session(summit.sessions["Coffee"], title="Tea")


async def retold(summit: Summit) -> None:
    await change_speaker(summit.astrid, technical_needs="A lectern.")


@pytest.mark.parametrize(
    ("happens", "differ"),
    [
        (released, set(EXPORTS)),
        (renamed, {CALENDAR, XML, JSON, ATOM}),
        (put_on_show, {CALENDAR, XML, JSON, CSV}),
        (edited, set()),
        (retold, set()),
    ],
)
async def test_a_file_has_another_tag_when_what_it_says_is_another_and_not_otherwise(
    happens: Callable[[Summit], Awaitable[Any]], differ: set[str]
) -> None:
    summit = await a_full_summit()
    before = await etags()
    assert await etags() == before
    await happens(summit)
    for path, etag in before.items():
        answer = await get(path, if_none_match=etag)
        assert answer.status_code == (200 if path in differ else 304), path
        assert (answer.headers["etag"] != etag) == (path in differ), path


async def test_an_embargo_that_ends_changes_every_tag() -> None:
    await a_full_summit()
    before = await etags()
    with at(EMBARGO_ENDS):
        assert {path for path, etag in (await etags()).items() if etag != before[path]} == set(EXPORTS)


async def test_no_canary_sings_in_public_before_its_time() -> None:
    summit = await a_full_summit()
    files = [*EXPORTS, "/calendar.ics", *(f"/events/summit/sessions/{one.id}.ics" for one in summit.sessions.values())]
    for path in files:
        text = b"".join((await get(path)).content.split(b"\r\n ")).decode()
        assert [word for word in CANARIES if word in text] == [], path
    with at(EMBARGO_ENDS):
        for path in files:
            text = b"".join((await get(path)).content.split(b"\r\n ")).decode()
            assert [word for word in CANARIES if word in text and word != "Canary under embargo"] == [], path


@pytest.mark.parametrize("path", [CALENDAR, XML, JSON])
async def test_head_and_gzip_tell_of_the_same_file(path: str) -> None:
    await a_full_summit()
    whole, head = await get(path, accept_encoding="identity"), await get(path, "HEAD", accept_encoding="identity")
    assert (head.status_code, head.content) == (200, b"")
    for name in ("etag", "content-type", "content-length"):
        assert head.headers[name] == whole.headers[name]
    packed = await get(path, accept_encoding="gzip")
    assert (packed.headers["content-encoding"], packed.content) == ("gzip", whole.content)
    assert packed.headers["etag"] == f'{whole.headers["etag"][:-1]}-gzip"'
    assert int(packed.headers["content-length"]) <= len(gzip.compress(whole.content, 6, mtime=0))
    again = await get(path, accept_encoding="gzip", if_none_match=packed.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
