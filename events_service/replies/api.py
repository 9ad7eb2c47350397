"""Mail handed over by other programs: a mail server's pipe, a webhook of a mail service."""

from dataclasses import dataclass
from typing import Any

import msgspec
from litestar import Request, post
from litestar.exceptions import HTTPException
from litestar.openapi.spec import Example, OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIType

from events_service.people.guards import actor_of, needs_somewhere
from events_service.people.rules import Permission
from events_service.replies.actions import take_in
from events_service.replies.reading import LARGEST_BYTES
from events_service.replies.rules import CameBy
from events_service.web.problems import answers

ApiRequest = Request[Any, Any, Any]
INBOUND = "/api/v1/inbound-mail"
MEDIA_TYPES = ("message/rfc822", "application/octet-stream")
EXAMPLE_MAIL = """From: =?utf-8?q?=C3=85sa?= <asa@malmo.example>
To: invites+mfrggzdfmztwq2lkmfrggzdfmztwq2lk@events.example.org
Subject: Declined: Launch of the Safe Cities Guide
MIME-Version: 1.0
Content-Type: text/calendar; method=REPLY; charset=utf-8

BEGIN:VCALENDAR
METHOD:REPLY
VERSION:2.0
BEGIN:VEVENT
UID:event-0190f6b2@events.example.org
ATTENDEE;PARTSTAT=DECLINED:mailto:asa@malmo.example
SEQUENCE:0
DTSTAMP:20270301T090000Z
END:VEVENT
END:VCALENDAR
"""
EXAMPLE_ANSWER = {"applied": True, "why": "declined", "state": "applied"}


class InboundOut(msgspec.Struct, frozen=True):
    """What became of a mail. `state` is `applied`, `review` (a registrar decides) or `ignored`; `why` is a code.

    Applied: `accepted`, `tentative`, `declined`. Review: `no_calendar`, `unreadable_calendar`, `other_method`, `unknown_invite`,
    `no_answer`, `sender_differs`, `no_token`, `other_token`, `earlier_invite`, `came_back`. Ignored: `unreadable`, `automatic`, `bounce`,
    `known_already`, `older_answer`, `earlier_invite`, `withdrawn`, `over`.
    """

    applied: bool
    why: str
    state: str


@dataclass
class MailOperation(Operation):
    """An operation whose body is a mail: Litestar can describe only what it decodes itself."""

    def __post_init__(self) -> None:
        text, example = Schema(type=OpenAPIType.STRING), {"declined": Example(value=EXAMPLE_MAIL)}
        self.request_body = RequestBody(
            description=f"The mail as it came, {LARGEST_BYTES // 1_048_576} MiB at most.",
            content={kind: OpenAPIMediaType(schema=text, examples=dict(example)) for kind in MEDIA_TYPES},
            required=True,
        )


@post(
    INBOUND,
    status_code=200,
    operation_id="takeInMail",
    summary="Hand over an answer to an invite",
    tags=["registrations"],
    guards=[needs_somewhere(Permission.RECEIVE_MAIL)],
    operation_class=MailOperation,
    request_max_body_size=LARGEST_BYTES,
    responses=answers(200, InboundOut, EXAMPLE_ANSWER, 401, 403, 413, 415),
)
async def take_in_mail(request: ApiRequest) -> InboundOut:
    """A mail with METHOD:REPLY (RFC 5546). A no gives the seat to the next in line; what does not match waits for a registrar.

    The same mail again changes nothing. A token for one event hands over answers to that event's invites alone: of other mail
    nothing is kept.
    """
    if request.content_type[0] not in MEDIA_TYPES:
        raise HTTPException(f"Send the mail as {' or '.join(MEDIA_TYPES)}.", status_code=415)
    within = (await actor_of(request)).events_with(Permission.RECEIVE_MAIL)
    verdict = await take_in(await request.body(), came_by=CameBy.API, within=within)
    return InboundOut(verdict.is_applied, verdict.why, verdict.state.value)


ROUTES = [take_in_mail]
