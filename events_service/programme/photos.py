"""Speakers' photographs at addresses that change with the picture."""

import re
from typing import Any, Literal, cast

from litestar import Request, Response, get
from litestar.params import FromPath

from events_service import clock
from events_service.agenda.release_queries import published_agenda
from events_service.errors import NotFound
from events_service.events.access import visible_event
from events_service.events.rules import Event, is_open_to_all
from events_service.people.guards import actor_of
from events_service.people.rules import Permission
from events_service.speakers import photos
from events_service.web.kept import file_answer
from events_service.web.shelf import KeptFile

PageRequest = Request[Any, Any, Any]
FOR_EVERYBODY = "public, max-age=31536000, immutable"
FOR_ONE = "private, max-age=31536000, immutable"
_NAME = re.compile(r"(?P<digest>[0-9a-f]{20})-(?P<size>large|small)\.webp")
_ID = re.compile(r"[0-9a-f]{32}")


@get(
    "/events/{slug:str}/speakers/{speaker_id:str}/photo/{name:str}",
    name="speaker.photo",
    include_in_schema=False,
    opt={"public": True},
)
async def speaker_photo(
    request: PageRequest, slug: FromPath[str], speaker_id: FromPath[str], name: FromPath[str]
) -> Response[bytes]:
    """The picture of somebody who is shown in the current release; organisers see everyone's. Another picture has another name."""
    event = await visible_event(request, slug)
    asked = _NAME.fullmatch(name)
    if asked is None or not _ID.fullmatch(speaker_id):
        raise NotFound()
    is_public = await _is_shown(event, speaker_id)
    if not is_public and not (await actor_of(request)).may(Permission.EDIT_AGENDA, slug):
        raise NotFound()
    size = cast(Literal["large", "small"], asked["size"])
    picture = await photos.photo(event.id, speaker_id, size, digest=asked["digest"])
    kept = KeptFile(picture, f'"{asked["digest"]}-{size}"')
    cache = FOR_EVERYBODY if is_public and is_open_to_all(event) else FOR_ONE
    return file_answer(request, kept, media_type="image/webp", cache=cache)


async def _is_shown(event: Event, speaker_id: str) -> bool:
    published = await published_agenda(event, now=clock.now())
    if published is None or speaker_id not in published.speakers:
        return False
    return any(one.speaker_id == speaker_id for session in published.agenda.sessions for one in session.appearing)


ROUTES = [speaker_photo]
