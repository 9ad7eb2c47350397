"""Files that people answer with, for programs under `/api/v1`."""

from datetime import timedelta
from typing import Annotated, Any

import msgspec
from litestar import Request, post
from litestar.exceptions import HTTPException
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType
from litestar.params import PathParameter, QueryParameter

from events_service import clock
from events_service.errors import NotFound
from events_service.events.access import visible_event
from events_service.people.addresses import network_of, visitor_address
from events_service.people.guards import actor_of
from events_service.people.rules import Permission
from events_service.questions.queries import questions_of
from events_service.questions.rules import Kind
from events_service.registrations.answer_files import ENDINGS, MOST_BYTES, checked_file, keep_file
from events_service.registrations.rules import check_open
from events_service.web.limits import allow
from events_service.web.problems import answers

ApiRequest = Request[Any, Any, Any]
TRIES, TRIES_WITHIN = 60, timedelta(minutes=10)
EXAMPLE_FILE = {"id": "0190f6b2e7a94c18b5d2f3a6c8e09b17", "name": "press-card.pdf", "media_type": "application/pdf"}
SlugInPath = Annotated[str, PathParameter(description="The event's slug.")]
QuestionAsked = Annotated[
    str, QueryParameter(max_length=80, pattern=r"^[^\x00]*$", description="The name of the question it answers.")
]
FileName = Annotated[str, QueryParameter(max_length=200, pattern=r"^[^\x00]*$", description="What to call the file.")]


class FileOut(msgspec.Struct, frozen=True):
    """A file that is kept for a day, until a registration answers with its id."""

    id: str
    name: str
    media_type: str


class FileOperation(Operation):
    """Tells in the OpenAPI description that the body is the file."""

    def __post_init__(self) -> None:
        file = OpenAPIMediaType(schema=Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY))
        self.request_body = RequestBody(content=dict.fromkeys(ENDINGS, file), required=True)


@post(
    "/api/v1/events/{slug:str}/files",
    operation_id="sendFile",
    summary="Send a file to answer with",
    tags=["questions"],
    operation_class=FileOperation,
    request_max_body_size=MOST_BYTES,
    responses=answers(201, FileOut, EXAMPLE_FILE, 401, 403, 404, 409, 415),
    opt={"public": True},
)
async def send_file(request: ApiRequest, slug: SlugInPath, question: QuestionAsked, name: FileName = "") -> FileOut:
    """A PDF as it is, or a picture (PNG, JPEG), which is encoded anew. Only where the event asks for one, while registration is open."""
    event = await visible_event(request, slug)
    asked = next((one for one in await questions_of(event.id) if one.name == question and one.kind is Kind.FILE), None)
    if asked is None:
        raise NotFound("This event does not ask for such a file.")
    by_registrar = (await actor_of(request)).may(Permission.EDIT_REGISTRATIONS, slug)
    check_open(event, by_registrar=by_registrar, now=clock.now())
    if not by_registrar:
        await allow(f"file|{network_of(visitor_address(request))}", most=TRIES, within=TRIES_WITHIN)
    if request.content_type[0] not in ENDINGS:
        raise HTTPException(f"Send the file as {', '.join(ENDINGS)}.", status_code=415)
    file = await checked_file(asked, name or asked.name, await request.body())
    return FileOut(await keep_file(event.id, asked, file), file.name, file.media_type)


ROUTES = [send_file]
