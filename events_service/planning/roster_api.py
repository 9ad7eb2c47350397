"""The roster for programs, under `/api/v1/events/{slug}/speakers`."""

from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from litestar import Request, delete, get, patch, post, put
from litestar.exceptions import HTTPException
from litestar.openapi.spec import Example, OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType
from litestar.params import Body, PathParameter, QueryParameter

from events_service.agenda.answers import remove_speaker
from events_service.events.access import needs_at_event
from events_service.events.queries import event_by_slug
from events_service.people.api import known_id
from events_service.people.rules import Permission
from events_service.registrations.speaking import edit_speaker
from events_service.speakers import photos, shapes
from events_service.speakers.actions import add_speaker
from events_service.speakers.drafts import SpeakerChange, SpeakerDraft
from events_service.speakers.queries import Wanted, list_key, list_speakers, speaker_by_id
from events_service.speakers.rules import State
from events_service.speakers.shapes import EXAMPLE_SPEAKER, SpeakerOut, speaker_out
from events_service.web.lists import DEFAULT_LIMIT, Cursor, Limit, Page, key_in, page_of
from events_service.web.problems import answers, problems

ApiRequest = Request[Any, Any, Any]
ROSTER = "/api/v1/events/{slug:str}/speakers"
ONE = ROSTER + "/{speaker_id:str}"
TAGS = ["speakers"]
MAY_EDIT = [needs_at_event(Permission.EDIT_AGENDA)]
PICTURES = ("image/png", "image/jpeg", "image/webp")

SlugInPath = Annotated[str, PathParameter(description="The event's slug.")]
IdInPath = Annotated[str, PathParameter(description="The speaker's id.")]
Text = Annotated[
    str,
    QueryParameter(
        max_length=200, pattern=r"^[^\x00]*$", description="Words of name, organisation or city; accents are folded."
    ),
]
StateAsked = Annotated[State | None, QueryParameter(name="state", description="Only those in this state.")]
VersionRead = Annotated[
    int | None, QueryParameter(ge=1, le=2**31 - 1, description="The version that was read; a stale one is refused.")
]


@dataclass
class PictureOperation(Operation):
    """An operation whose body is a picture: Litestar can describe only what it decodes itself."""

    def __post_init__(self) -> None:
        picture = Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY)
        self.request_body = RequestBody(
            description="The file as it is: at most 5 MB and 24 megapixels, at least 160 pixels a side.",
            content={kind: OpenAPIMediaType(schema=picture) for kind in PICTURES},
            required=True,
        )


@get(
    ROSTER,
    operation_id="listSpeakers",
    summary="List the speakers",
    tags=TAGS,
    guards=MAY_EDIT,
    responses=answers(200, Page[SpeakerOut], {"items": [EXAMPLE_SPEAKER], "next": None}, 401, 403, 404),
)
async def list_all(
    slug: SlugInPath,
    q: Text = "",
    state_asked: StateAsked = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[SpeakerOut]:
    """By name."""
    event = await event_by_slug(slug)
    people = await list_speakers(event.id, Wanted(q, state_asked or ""), after=key_in(cursor), limit=limit + 1)
    found = page_of(people, limit=limit, key=list_key)
    return Page([speaker_out(one, event) for one in found.items], found.next)


@post(
    ROSTER,
    operation_id="addSpeaker",
    summary="Add a speaker",
    tags=TAGS,
    guards=MAY_EDIT,
    responses=answers(201, SpeakerOut, EXAMPLE_SPEAKER, 401, 403, 404, 409, 415),
)
async def add(
    slug: SlugInPath, data: Annotated[SpeakerDraft, Body(examples=[Example(value=shapes.EXAMPLE_DRAFT)])]
) -> SpeakerOut:
    """Nobody is written to yet: asking is an organiser's own step."""
    return speaker_out(await add_speaker(slug, data), await event_by_slug(slug))


@get(
    ONE,
    operation_id="getSpeaker",
    summary="Read a speaker",
    tags=TAGS,
    guards=MAY_EDIT,
    responses=answers(200, SpeakerOut, EXAMPLE_SPEAKER, 401, 403, 404),
)
async def read(slug: SlugInPath, speaker_id: IdInPath) -> SpeakerOut:
    """With the mail address, and what only organisers see."""
    event = await event_by_slug(slug)
    return speaker_out(await speaker_by_id(event.id, known_id(speaker_id)), event)


@patch(
    ONE,
    operation_id="changeSpeaker",
    summary="Change a speaker",
    tags=TAGS,
    guards=MAY_EDIT,
    responses=answers(
        200, SpeakerOut, {**EXAMPLE_SPEAKER, **shapes.EXAMPLE_CHANGE, "version": 2}, 401, 403, 404, 409, 415
    ),
)
async def change(
    slug: SlugInPath,
    speaker_id: IdInPath,
    data: Annotated[SpeakerChange, Body(examples=[Example(value=shapes.EXAMPLE_CHANGE)])],
) -> SpeakerOut:
    """Only what is given changes. Who declined or withdrew is out of every session too, and calendars are told at once.

    Another mail address gets new links; the old ones open nothing any more.
    """
    return speaker_out(await edit_speaker(slug, known_id(speaker_id), data), await event_by_slug(slug))


@delete(
    ONE,
    operation_id="removeSpeaker",
    summary="Remove a speaker",
    tags=TAGS,
    guards=MAY_EDIT,
    responses=problems(401, 403, 404, 409),
)
async def remove(slug: SlugInPath, speaker_id: IdInPath, version: VersionRead = None) -> None:
    """Only who has no part in the agenda and had none in a release (409 `in_use`): withdraw others by their state."""
    read = msgspec.UNSET if version is None else version
    await remove_speaker(slug, known_id(speaker_id), version=read)


@put(
    ONE + "/photo",
    operation_id="setSpeakerPhoto",
    summary="Give a speaker a photograph",
    tags=TAGS,
    guards=MAY_EDIT,
    operation_class=PictureOperation,
    request_max_body_size=photos.MOST_BYTES,
    responses=answers(200, SpeakerOut, shapes.EXAMPLE_WITH_PHOTO, 401, 403, 404, 409, 415),
)
async def set_photo(request: ApiRequest, slug: SlugInPath, speaker_id: IdInPath) -> SpeakerOut:
    """It is turned upright, encoded anew in two sizes, and rid of what the camera wrote into it. It takes the place of an earlier one."""
    event = await event_by_slug(slug)
    speaker = await speaker_by_id(event.id, known_id(speaker_id))
    if request.content_type[0] not in PICTURES:
        raise HTTPException(f"Send the photograph as {', '.join(PICTURES)}.", status_code=415)
    return speaker_out(await photos.set_photo(event.id, speaker.id, await request.body()), event)


@delete(
    ONE + "/photo",
    status_code=200,
    operation_id="removeSpeakerPhoto",
    summary="Take a speaker's photograph away",
    tags=TAGS,
    guards=MAY_EDIT,
    responses=answers(200, SpeakerOut, EXAMPLE_SPEAKER, 401, 403, 404),
)
async def remove_photo(slug: SlugInPath, speaker_id: IdInPath) -> SpeakerOut:
    """Doing it again changes nothing."""
    event = await event_by_slug(slug)
    return speaker_out(await photos.remove_photo(event.id, known_id(speaker_id)), event)


ROUTES = [list_all, add, read, change, remove, set_photo, remove_photo]
