"""Who gets in where: every route of the application, asked by every role, at its own event and at another.

`OPEN`, `API` and `OFFICE` are written out by hand: a route that none of them knows fails the walk.
The event `launch` is for members only, so that those who may not see it must not learn that it is there.
"""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import pytest_asyncio
from litestar import Litestar

from events_service import clock
from events_service import settings as settings_floor
from events_service.app import create_app
from events_service.audit.rules import Doer
from events_service.badges import printing
from events_service.badges.rules import Choice
from events_service.database import fetch_one, transaction
from events_service.delegations.drafts import DelegationDraft
from events_service.events.rules import Event
from events_service.identifiers import new_id
from events_service.invitations.actions import invite
from events_service.invitations.drafts import GuestDraft
from events_service.invitations.terms import Offered
from events_service.people import actions, sign_ins
from events_service.people.rules import Actor, Grant, Permission, Role
from events_service.questions.actions import add_question
from events_service.questions.presets import DIET
from events_service.registrations.delegations import make_delegation
from events_service.sealing import keyed_token
from events_service.web.bodies import read_values
from tests.agenda.given import a_room, a_session, a_speaker, a_track
from tests.conftest import settings_for
from tests.door.given import a_checkpoint, a_guest, a_phone, an_event
from tests.house.given import bearer, service
from tests.people.given import HERE, PASSWORD
from tests.services.product import SECRET_KEY

P = Permission


@dataclass(frozen=True)
class Needs:
    """What a route asks for: `here` at the event it is about, `everywhere` at all events, `somewhere` at any one."""

    here: Permission | None = None
    everywhere: Permission | None = None
    somewhere: Permission | None = None
    body: Any = None
    query: str = ""

    def lets_in(self, actor: Actor) -> bool:
        return (
            (self.here is None or actor.may(self.here, "launch"))
            and (self.everywhere is None or actor.may(self.everywhere))
            and (self.somewhere is None or actor.may_somewhere(self.somewhere))
        )


EVENT, PERSON, ACCOUNT = (
    "/api/v1/events/{slug}",
    "/api/v1/registrations/{registration_id}",
    "/api/v1/accounts/{account_id}",
)
TEXT = f"{EVENT}/texts/{{kind}}/{{language}}"
MESSAGE = {"main_language": "en", "texts": {"en": {"subject": "Hello", "body": "See you."}}}
DESK, GUEST, STAFF = "/office/events/{slug}", "/office/registrations/{registration_id}", "/office/people/{account_id}"
OWN_WORDS = f"{DESK}/texts/{{kind}}/{{language}}"

# No sign-in and no token is asked for; those that want a secret of their own (a page code, a device) say so themselves.
OPEN = {
    "GET /", "GET /api", "GET /api/openapi.json", "GET /api/{path}", "GET /api/v1/cities", "GET /api/v1/events",
    "POST /api/v1/devices/pair", "GET /calendar.ics", "GET /cities", "GET /events", f"GET {EVENT}",
    f"GET {EVENT}/agenda",
    f"GET {EVENT}/form", f"POST {EVENT}/files", "GET /my/answers", "POST /my/answers", "GET /my/files/{sent_id}",
    f"POST {EVENT}/registrations", "GET /events/{slug}", "GET /events/{slug}/calendar.ics", "GET /events/{slug}/register",
    "POST /events/{slug}/register", "GET /events/{slug}/registered", "GET /health/live", "GET /health/ready",
    "GET /metrics", "GET /privacy", "POST /language", "GET /sign-in", "POST /sign-in", "POST /sign-out", "GET /static/{name}",
    "GET /invited", "POST /invited", "GET /invited/answer", "POST /invited/accept", "POST /invited/decline",
    "POST /invited/pass-on", "POST /invited/leave",
    "GET /delegation", "POST /delegation", "GET /delegation/seats", "POST /delegation/seats", "POST /delegation/leave",
    "GET /delegation/delegates/{registration_id}", "POST /delegation/delegates/{registration_id}",
    "GET /delegation/delegates/{registration_id}/substitute", "POST /delegation/delegates/{registration_id}/substitute",
    "GET /delegation/delegates/{registration_id}/withdraw", "POST /delegation/delegates/{registration_id}/withdraw",
    "GET /members", "POST /members", "POST /members/open", "GET /members/events", "POST /members/leave",
    "GET /my/details", "POST /my/details", "POST /my/companions/cancel",
    "GET /my/substitute", "POST /my/substitute", "POST /my/accept", "GET /my/confirm", "POST /my/confirm",
    "GET /my/ticket", "GET /my/ticket/service-worker.js",
    "GET /my", "POST /my", "GET /my/registration", "GET /my/badge.png", "GET /my/badge.svg", "GET /my/calendar.ics",
    "GET /my/link", "POST /my/link", "POST /my/link/open", "GET /my/all", "POST /my/all", "POST /my/all/leave",
    "GET /my/data.json", "GET /my/data.csv", "GET /my/erase", "POST /my/erase",
    "GET /my/programme", "POST /my/programme/unstar", "GET /my/sessions",
    "POST /events/{slug}/sessions/{session_id}/sign-up", "POST /events/{slug}/sessions/{session_id}/withdraw",
    "GET /my/calendar/{file_name}", "GET /my/cancel", "POST /my/cancel", "POST /my/leave", "POST /my/new-links",
    "GET /my/join", "POST /my/join", "POST /my/join/own", "POST /my/join/own/{session_id}",
    *(f"{method} /my/join/meeting{session}{page}" for session in ("", "/{session_id}") for method, page in (
        ("GET", ""), ("POST", "/enter"), ("GET", "/go"), ("POST", "/here"), ("POST", "/left"))),
    "GET /my/stop-mails/{registration_id}/{token}", "POST /my/stop-mails/{registration_id}/{token}", "POST /my/mails",
    "GET /door/evacuation", "POST /door/evacuation",
    "GET /door/conflicts", "POST /door/conflicts/{conflict_id}/settle", "POST /door/conflicts/{conflict_id}/reopen",
    "GET /door/kiosk", "POST /door/kiosk", "POST /door/kiosk/badge", "GET /door/kiosk/shell",
    "GET /door/kiosk/service-worker.js", "GET /door/kiosk/manifest.webmanifest",
    "GET /door/search", "GET /door/shell", "GET /door/service-worker.js", "GET /door/manifest.webmanifest",
    "GET /door", "GET /door/pair", "POST /door/pair", "GET /door/scan", "POST /door/scan", "POST /door/undo",
    "POST /door/leave", "GET /door/walk-in", "POST /door/walk-in", "GET /sign-in/code", "POST /sign-in/code",
    "GET /speaking", "POST /speaking", "GET /speaking/me", "POST /speaking/answer", "POST /speaking/profile",
    "GET /speaking/photo.webp", "POST /speaking/photo", "POST /speaking/photo/remove", "GET /speaking/withdraw",
    "POST /speaking/withdraw", "POST /speaking/leave", "GET /events/{slug}/speakers/{speaker_id}/photo/{name}",
    "GET /events/{slug}/schedule.xml", "GET /events/{slug}/schedule.json", "GET /events/{slug}/agenda.csv",
    "GET /events/{slug}/agenda/changes.atom",
    "GET /events/{slug}/agenda", "GET /events/{slug}/agenda/embed", "GET /events/{slug}/agenda/changes",
    "GET /events/{slug}/sessions/{name}", "POST /events/{slug}/sessions/{session_id}/star", "GET /events/{slug}/speakers",
    "GET /events/{slug}/speakers/{speaker_id}", "GET /events/{slug}/rooms/{room_id}/now", "GET /events/{slug}/now",
}  # fmt: skip

# What is asked to go stays for the others: nobody read that version.
STALE = "?version=999999"
DEVICES = {
    "POST /api/v1/scans",
    "POST /api/v1/scans/batch",
    "POST /api/v1/scans/{scan_id}/undo",
    "POST /api/v1/door/evacuation",
    "GET /api/v1/door/conflicts",
    "POST /api/v1/door/conflicts/{conflict_id}/settle",
    "POST /api/v1/door/conflicts/{conflict_id}/reopen",
    "POST /api/v1/door/heartbeat",
    "POST /api/v1/door/badges",
    "POST /api/v1/door/badges/printed",
    "POST /api/v1/door/walk-ins",
    "GET /api/v1/door/roster",
    "GET /api/v1/door/search",
}

# Nobody leaves: the seat that is meant is not theirs to give.
ANOTHER_SEAT = {"name": "Somebody", "email": "somebody@malmo.example", "attendance": "online"}

API: dict[str, Needs] = {
    "GET /api/v1/me": Needs(),
    "GET /api/v1/audit": Needs(somewhere=P.SEE_AUDIT),
    "GET /api/v1/tokens": Needs(everywhere=P.MANAGE_PEOPLE),
    "POST /api/v1/tokens": Needs(everywhere=P.MANAGE_PEOPLE),
    "DELETE /api/v1/tokens/{token_id}": Needs(everywhere=P.MANAGE_PEOPLE),
    "GET /api/v1/accounts": Needs(everywhere=P.MANAGE_PEOPLE),
    "POST /api/v1/accounts": Needs(everywhere=P.MANAGE_PEOPLE),
    f"POST {ACCOUNT}/roles": Needs(everywhere=P.MANAGE_PEOPLE),
    f"DELETE {ACCOUNT}/roles/{{role}}": Needs(everywhere=P.MANAGE_PEOPLE),
    f"POST {ACCOUNT}/disable": Needs(everywhere=P.MANAGE_PEOPLE),
    f"POST {ACCOUNT}/enable": Needs(everywhere=P.MANAGE_PEOPLE),
    f"DELETE {ACCOUNT}/second-factor": Needs(everywhere=P.MANAGE_PEOPLE),
    "POST /api/v1/events": Needs(everywhere=P.CREATE_EVENTS),
    f"PATCH {EVENT}": Needs(here=P.EDIT_EVENTS),
    f"POST {EVENT}/publish": Needs(here=P.PUBLISH_EVENTS),
    f"POST {EVENT}/cancel": Needs(here=P.PUBLISH_EVENTS),
    f"POST {EVENT}/clone": Needs(here=P.EDIT_EVENTS, everywhere=P.CREATE_EVENTS),
    f"POST {EVENT}/agenda/import": Needs(here=P.EDIT_AGENDA),
    f"POST {EVENT}/registrations/import": Needs(here=P.EDIT_REGISTRATIONS),
    f"POST {EVENT}/invitations/import": Needs(here=P.EDIT_REGISTRATIONS),
    "POST /api/v1/contacts/import": Needs(everywhere=P.CREATE_EVENTS),
    f"GET {EVENT}/registrations.csv": Needs(here=P.SEE_REGISTRATIONS),
    f"GET {EVENT}/registrations.xlsx": Needs(here=P.SEE_REGISTRATIONS),
    f"GET {EVENT}/sessions/{{session_id}}/sign-ups.csv": Needs(here=P.SEE_REGISTRATIONS),
    f"GET {EVENT}/sessions/{{session_id}}/sign-ups.xlsx": Needs(here=P.SEE_REGISTRATIONS),
    f"GET {EVENT}/speakers.csv": Needs(here=P.EDIT_AGENDA),
    f"GET {EVENT}/speakers.xlsx": Needs(here=P.EDIT_AGENDA),
    f"GET {EVENT}/report": Needs(here=P.SEE_ATTENDANCE),
    f"GET {EVENT}/registrations": Needs(here=P.SEE_REGISTRATIONS),
    f"POST {EVENT}/walk-ins": Needs(here=P.EDIT_REGISTRATIONS, body={}),
    f"GET {EVENT}/quotas": Needs(here=P.SEE_REGISTRATIONS),
    f"PUT {EVENT}/quotas": Needs(here=P.EDIT_EVENTS, body={}),
    f"GET {EVENT}/admission": Needs(here=P.SEE_REGISTRATIONS),
    f"PATCH {EVENT}/admission": Needs(here=P.EDIT_EVENTS, body={}),
    f"POST {EVENT}/registrations/approve": Needs(here=P.EDIT_REGISTRATIONS, body={"ids": ["0" * 32]}),
    f"POST {EVENT}/registrations/decline": Needs(here=P.EDIT_REGISTRATIONS, body={"ids": ["0" * 32]}),
    f"PATCH {EVENT}/agenda": Needs(here=P.EDIT_AGENDA),
    f"GET {EVENT}/door/conflicts": Needs(here=P.MANAGE_DOOR),
    f"POST {EVENT}/door/conflicts/{{conflict_id}}/settle": Needs(here=P.MANAGE_DOOR),
    f"POST {EVENT}/door/conflicts/{{conflict_id}}/reopen": Needs(here=P.MANAGE_DOOR),
    f"GET {EVENT}/agenda/conflicts": Needs(here=P.EDIT_AGENDA),
    f"POST {EVENT}/agenda/conflicts/override": Needs(here=P.EDIT_AGENDA),
    f"DELETE {EVENT}/agenda/conflicts/override": Needs(here=P.EDIT_AGENDA, query="?key=none"),
    f"GET {EVENT}/agenda/changes": Needs(here=P.EDIT_AGENDA),
    f"POST {EVENT}/agenda/release": Needs(here=P.EDIT_AGENDA, body={"version": 999999}),
    f"GET {EVENT}/agenda/releases": Needs(here=P.EDIT_AGENDA),
    f"GET {EVENT}/rooms": Needs(here=P.EDIT_AGENDA),
    f"POST {EVENT}/rooms": Needs(here=P.EDIT_AGENDA),
    f"GET {EVENT}/rooms/{{room_id}}": Needs(here=P.EDIT_AGENDA),
    f"PATCH {EVENT}/rooms/{{room_id}}": Needs(here=P.EDIT_AGENDA),
    f"DELETE {EVENT}/rooms/{{room_id}}": Needs(here=P.EDIT_AGENDA, query=STALE),
    f"GET {EVENT}/tracks": Needs(here=P.EDIT_AGENDA),
    f"POST {EVENT}/tracks": Needs(here=P.EDIT_AGENDA),
    f"GET {EVENT}/tracks/{{track_id}}": Needs(here=P.EDIT_AGENDA),
    f"PATCH {EVENT}/tracks/{{track_id}}": Needs(here=P.EDIT_AGENDA),
    f"DELETE {EVENT}/tracks/{{track_id}}": Needs(here=P.EDIT_AGENDA, query=STALE),
    f"GET {EVENT}/sessions": Needs(here=P.EDIT_AGENDA),
    f"POST {EVENT}/sessions": Needs(here=P.EDIT_AGENDA),
    f"GET {EVENT}/sessions/{{session_id}}": Needs(here=P.EDIT_AGENDA),
    f"PATCH {EVENT}/sessions/{{session_id}}": Needs(here=P.EDIT_AGENDA),
    f"DELETE {EVENT}/sessions/{{session_id}}": Needs(here=P.EDIT_AGENDA, query=STALE),
    f"GET {EVENT}/speakers": Needs(here=P.EDIT_AGENDA),
    f"POST {EVENT}/speakers": Needs(here=P.EDIT_AGENDA),
    f"GET {EVENT}/speakers/{{speaker_id}}": Needs(here=P.EDIT_AGENDA),
    f"PATCH {EVENT}/speakers/{{speaker_id}}": Needs(here=P.EDIT_AGENDA),
    f"PUT {EVENT}/speakers/{{speaker_id}}/photo": Needs(here=P.EDIT_AGENDA),
    f"DELETE {EVENT}/speakers/{{speaker_id}}/photo": Needs(here=P.EDIT_AGENDA),
    f"DELETE {EVENT}/speakers/{{speaker_id}}": Needs(here=P.EDIT_AGENDA),
    f"GET {EVENT}/questions": Needs(here=P.EDIT_EVENTS),
    f"POST {EVENT}/questions": Needs(here=P.EDIT_EVENTS),
    f"GET {EVENT}/questions/{{question_id}}": Needs(here=P.EDIT_EVENTS),
    f"PATCH {EVENT}/questions/{{question_id}}": Needs(here=P.EDIT_EVENTS),
    f"DELETE {EVENT}/questions/{{question_id}}": Needs(here=P.EDIT_EVENTS, query=STALE),
    f"GET {EVENT}/badges": Needs(here=P.SEE_BADGES),
    f"GET {EVENT}/devices": Needs(here=P.MANAGE_DOOR),
    f"POST {EVENT}/devices": Needs(here=P.MANAGE_DOOR),
    "DELETE /api/v1/devices/{device_id}": Needs(here=P.MANAGE_DOOR),
    f"GET {EVENT}/checkpoints": Needs(here=P.MANAGE_DOOR),
    f"POST {EVENT}/checkpoints": Needs(here=P.MANAGE_DOOR),
    f"GET {EVENT}/checkpoints/{{checkpoint}}": Needs(here=P.MANAGE_DOOR),
    f"PATCH {EVENT}/checkpoints/{{checkpoint}}": Needs(here=P.MANAGE_DOOR),
    f"DELETE {EVENT}/checkpoints/{{checkpoint}}": Needs(here=P.MANAGE_DOOR),
    f"GET {EVENT}/sessions/{{session_id}}/attendance": Needs(here=P.SEE_ATTENDANCE),
    f"GET {EVENT}/attendance": Needs(here=P.SEE_ATTENDANCE),
    f"GET {EVENT}/online-presence": Needs(here=P.SEE_REGISTRATIONS),
    f"GET {EVENT}/attendance/stream": Needs(here=P.SEE_ATTENDANCE, query="?seconds=0"),
    f"GET {EVENT}/sessions/{{session_id}}/sign-ups": Needs(here=P.SEE_REGISTRATIONS),
    f"POST {EVENT}/sessions/{{session_id}}/sign-ups": Needs(here=P.EDIT_REGISTRATIONS),
    f"DELETE {EVENT}/sessions/{{session_id}}/sign-ups/{{registration_id}}": Needs(here=P.EDIT_REGISTRATIONS),
    f"POST {EVENT}/sessions/{{session_id}}/sign-ups/{{registration_id}}/first": Needs(here=P.EDIT_REGISTRATIONS),
    "POST /api/v1/inbound-mail": Needs(somewhere=P.RECEIVE_MAIL),
    f"GET {PERSON}": Needs(here=P.SEE_REGISTRATIONS),
    f"POST {EVENT}/invitations": Needs(here=P.EDIT_REGISTRATIONS),
    f"POST {EVENT}/invitations/preview": Needs(here=P.EDIT_REGISTRATIONS),
    f"POST {EVENT}/invitations/remind": Needs(here=P.EDIT_REGISTRATIONS),
    f"GET {EVENT}/invitations": Needs(here=P.SEE_REGISTRATIONS),
    f"GET {EVENT}/invitations.csv": Needs(here=P.SEE_REGISTRATIONS),
    "GET /api/v1/invitations/{invitation_id}": Needs(here=P.SEE_REGISTRATIONS),
    "POST /api/v1/invitations/{invitation_id}/withdraw": Needs(here=P.EDIT_REGISTRATIONS),
    "POST /api/v1/invitations/{invitation_id}/resend": Needs(here=P.EDIT_REGISTRATIONS),
    f"GET {EVENT}/delegations": Needs(here=P.SEE_REGISTRATIONS),
    f"POST {EVENT}/delegations": Needs(here=P.EDIT_REGISTRATIONS),
    "GET /api/v1/delegations/{delegation_id}": Needs(here=P.SEE_REGISTRATIONS),
    "PATCH /api/v1/delegations/{delegation_id}": Needs(here=P.EDIT_REGISTRATIONS, body={}),
    "POST /api/v1/delegations/{delegation_id}/withdraw": Needs(here=P.EDIT_REGISTRATIONS, body={}),
    "POST /api/v1/delegations/{delegation_id}/resend": Needs(here=P.EDIT_REGISTRATIONS),
    f"POST {PERSON}/substitute": Needs(here=P.EDIT_REGISTRATIONS, body=ANOTHER_SEAT),
    f"GET {EVENT}/substitutions": Needs(here=P.SEE_REGISTRATIONS),
    "POST /api/v1/substitutions/{substitution_id}/approve": Needs(here=P.EDIT_REGISTRATIONS, body={}),
    "POST /api/v1/substitutions/{substitution_id}/refuse": Needs(here=P.EDIT_REGISTRATIONS, body={}),
    f"PATCH {PERSON}": Needs(here=P.EDIT_REGISTRATIONS, body={"version": 1}),
    f"POST {PERSON}/promote": Needs(here=P.EDIT_REGISTRATIONS, body={"reason": "Speaks."}),
    f"POST {PERSON}/offer": Needs(here=P.EDIT_REGISTRATIONS, body={}),
    f"POST {PERSON}/accept": Needs(here=P.EDIT_REGISTRATIONS),
    f"POST {PERSON}/approve": Needs(here=P.EDIT_REGISTRATIONS, body={}),
    f"POST {PERSON}/decline": Needs(here=P.EDIT_REGISTRATIONS, body={}),
    f"POST {PERSON}/resend": Needs(here=P.EDIT_REGISTRATIONS, body={}),
    f"POST {PERSON}/new-links": Needs(here=P.EDIT_REGISTRATIONS),
    f"GET {PERSON}/badge.svg": Needs(here=P.SEE_BADGES),
    f"GET {PERSON}/badge.png": Needs(here=P.SEE_BADGES),
    f"GET {PERSON}/badge.pdf": Needs(here=P.SEE_BADGES),
    f"GET {EVENT}/badges.pdf": Needs(here=P.SEE_BADGES),
    f"POST {PERSON}/protect": Needs(here=P.EDIT_REGISTRATIONS, body={"alias": "Heron 4", "reason": "Asked for it."}),
    f"POST {PERSON}/unprotect": Needs(here=P.SEE_PROTECTED, body={"reason": "It is over."}),
    f"POST {PERSON}/reveal": Needs(here=P.SEE_PROTECTED, body={"reason": "The police ask."}),
    f"POST {PERSON}/cancel": Needs(here=P.EDIT_REGISTRATIONS, body={}),
    f"PUT {TEXT}": Needs(here=P.EDIT_EVENTS, body={"subject": "Welcome", "opening": "Welcome to {event}."}),
    f"GET {TEXT}": Needs(here=P.EDIT_EVENTS),
    f"GET {EVENT}/messages": Needs(here=P.SEND_LETTERS),
    f"POST {EVENT}/messages": Needs(here=P.SEND_LETTERS, body=MESSAGE),
    f"POST {EVENT}/messages/preview": Needs(here=P.SEND_LETTERS, body=MESSAGE),
    f"POST {EVENT}/messages/test": Needs(here=P.SEND_LETTERS, body=MESSAGE | {"to": "nobody@malmo.example"}),
    f"DELETE {TEXT}": Needs(here=P.EDIT_EVENTS),
}

OFFICE: dict[str, Needs] = {
    "GET /office": Needs(somewhere=P.SEE_EVENTS),
    "GET /office/account": Needs(),
    "GET /office/audit": Needs(somewhere=P.SEE_AUDIT),
    "GET /office/privacy": Needs(everywhere=P.MANAGE_PEOPLE),
    "POST /office/account": Needs(),
    "GET /office/account/second-factor": Needs(),
    "POST /office/account/second-factor": Needs(),
    "POST /office/account/second-factor/remove": Needs(),
    "GET /office/events/new": Needs(everywhere=P.CREATE_EVENTS),
    "POST /office/events/new": Needs(everywhere=P.CREATE_EVENTS),
    f"GET {DESK}": Needs(here=P.SEE_EVENTS),
    f"GET {DESK}/edit": Needs(here=P.EDIT_EVENTS),
    f"POST {DESK}/edit": Needs(here=P.EDIT_EVENTS),
    f"POST {DESK}/publish": Needs(here=P.PUBLISH_EVENTS),
    f"GET {DESK}/cancel": Needs(here=P.PUBLISH_EVENTS),
    f"GET {DESK}/clone": Needs(here=P.EDIT_EVENTS, everywhere=P.CREATE_EVENTS),
    f"POST {DESK}/clone": Needs(here=P.EDIT_EVENTS, everywhere=P.CREATE_EVENTS),
    f"GET {DESK}/sessions/{{session_id}}/attendance": Needs(here=P.SEE_ATTENDANCE),
    f"GET {DESK}/online": Needs(here=P.SEE_REGISTRATIONS),
    f"GET {DESK}/online.csv": Needs(here=P.SEE_REGISTRATIONS),
    f"GET {DESK}/attendance": Needs(here=P.SEE_ATTENDANCE),
    f"GET {DESK}/attendance/stream": Needs(here=P.SEE_ATTENDANCE, query="?seconds=0"),
    f"GET {DESK}/attendance/evacuation": Needs(here=P.MANAGE_DOOR),
    f"POST {DESK}/attendance/evacuation": Needs(here=P.MANAGE_DOOR),
    f"GET {DESK}/door": Needs(here=P.MANAGE_DOOR),
    f"GET {DESK}/door/conflicts": Needs(here=P.MANAGE_DOOR),
    f"POST {DESK}/door/conflicts/{{conflict_id}}/settle": Needs(here=P.MANAGE_DOOR),
    f"POST {DESK}/door/conflicts/{{conflict_id}}/reopen": Needs(here=P.MANAGE_DOOR),
    f"POST {DESK}/door/checkpoints": Needs(here=P.MANAGE_DOOR),
    f"GET {DESK}/door/new-checkpoint": Needs(here=P.MANAGE_DOOR),
    f"GET {DESK}/door/checkpoints/{{checkpoint}}": Needs(here=P.MANAGE_DOOR),
    f"POST {DESK}/door/checkpoints/{{checkpoint}}": Needs(here=P.MANAGE_DOOR),
    f"POST {DESK}/door/checkpoints/{{checkpoint}}/close": Needs(here=P.MANAGE_DOOR),
    f"POST {DESK}/door/checkpoints/{{checkpoint}}/remove": Needs(here=P.MANAGE_DOOR),
    f"POST {DESK}/door/devices": Needs(here=P.MANAGE_DOOR),
    f"POST {DESK}/door/devices/{{device_id}}/revoke": Needs(here=P.MANAGE_DOOR),
    f"GET {DESK}/speakers": Needs(here=P.EDIT_AGENDA),
    f"POST {DESK}/speakers/ask": Needs(here=P.EDIT_AGENDA),
    f"POST {DESK}/speakers/remind": Needs(here=P.EDIT_AGENDA),
    f"GET {DESK}/speakers/new": Needs(here=P.EDIT_AGENDA),
    f"POST {DESK}/speakers/new": Needs(here=P.EDIT_AGENDA),
    f"GET {DESK}/speakers/{{speaker_id}}": Needs(here=P.EDIT_AGENDA),
    f"POST {DESK}/speakers/{{speaker_id}}": Needs(here=P.EDIT_AGENDA),
    f"POST {DESK}/speakers/{{speaker_id}}/photo": Needs(here=P.EDIT_AGENDA),
    f"POST {DESK}/speakers/{{speaker_id}}/photo/remove": Needs(here=P.EDIT_AGENDA),
    f"POST {DESK}/speakers/{{speaker_id}}/ask": Needs(here=P.EDIT_AGENDA),
    f"POST {DESK}/speakers/{{speaker_id}}/remind": Needs(here=P.EDIT_AGENDA),
    f"POST {DESK}/speakers/{{speaker_id}}/send-link": Needs(here=P.EDIT_AGENDA),
    f"POST {DESK}/speakers/{{speaker_id}}/new-link": Needs(here=P.EDIT_AGENDA),
    f"POST {DESK}/speakers/{{speaker_id}}/withdraw": Needs(here=P.EDIT_AGENDA),
    f"POST {DESK}/speakers/{{speaker_id}}/remove": Needs(here=P.EDIT_AGENDA),
    f"GET {DESK}/questions": Needs(here=P.EDIT_EVENTS),
    f"POST {DESK}/questions/presets": Needs(here=P.EDIT_EVENTS),
    f"GET {DESK}/questions/new": Needs(here=P.EDIT_EVENTS),
    f"POST {DESK}/questions/new": Needs(here=P.EDIT_EVENTS),
    f"GET {DESK}/questions/{{question_id}}": Needs(here=P.EDIT_EVENTS),
    f"POST {DESK}/questions/{{question_id}}": Needs(here=P.EDIT_EVENTS),
    f"POST {DESK}/questions/{{question_id}}/up": Needs(here=P.EDIT_EVENTS),
    f"POST {DESK}/questions/{{question_id}}/down": Needs(here=P.EDIT_EVENTS),
    f"POST {DESK}/questions/{{question_id}}/remove": Needs(here=P.EDIT_EVENTS),
    f"GET {DESK}/registrations": Needs(here=P.SEE_REGISTRATIONS),
    f"GET {DESK}/registrations/export": Needs(here=P.SEE_REGISTRATIONS),
    f"POST {DESK}/registrations/export": Needs(here=P.SEE_REGISTRATIONS),
    f"GET {DESK}/sessions/{{session_id}}/sign-ups.csv": Needs(here=P.SEE_REGISTRATIONS),
    f"GET {DESK}/sessions/{{session_id}}/sign-ups.xlsx": Needs(here=P.SEE_REGISTRATIONS),
    f"GET {DESK}/speakers.csv": Needs(here=P.EDIT_AGENDA),
    f"GET {DESK}/speakers.xlsx": Needs(here=P.EDIT_AGENDA),
    f"GET {DESK}/report": Needs(here=P.SEE_ATTENDANCE),
    f"GET {DESK}/invitations/import": Needs(here=P.EDIT_REGISTRATIONS),
    f"POST {DESK}/invitations/import": Needs(here=P.EDIT_REGISTRATIONS),
    "GET /office/contacts/import": Needs(everywhere=P.CREATE_EVENTS),
    "POST /office/contacts/import": Needs(everywhere=P.CREATE_EVENTS),
    f"GET {DESK}/registrations/import": Needs(here=P.EDIT_REGISTRATIONS),
    f"POST {DESK}/registrations/import": Needs(here=P.EDIT_REGISTRATIONS),
    f"GET {DESK}/registrations/import/{{file_id}}": Needs(here=P.EDIT_REGISTRATIONS),
    f"POST {DESK}/registrations/import/{{file_id}}": Needs(here=P.EDIT_REGISTRATIONS),
    f"POST {DESK}/registrations/import/{{file_id}}/discard": Needs(here=P.EDIT_REGISTRATIONS),
    f"GET {DESK}/registrations/import/{{file_id}}/rejected.csv": Needs(here=P.EDIT_REGISTRATIONS),
    f"GET {DESK}/registrations/new": Needs(here=P.EDIT_REGISTRATIONS),
    f"POST {DESK}/registrations/new": Needs(here=P.EDIT_REGISTRATIONS),
    f"GET {DESK}/agenda": Needs(here=P.EDIT_AGENDA),
    f"GET {DESK}/agenda/import": Needs(here=P.EDIT_AGENDA),
    f"POST {DESK}/agenda/import": Needs(here=P.EDIT_AGENDA),
    f"POST {DESK}/agenda/import/confirm": Needs(here=P.EDIT_AGENDA),
    f"POST {DESK}/agenda/overlap": Needs(here=P.EDIT_AGENDA),
    f"POST {DESK}/agenda/conflicts/override": Needs(here=P.EDIT_AGENDA),
    f"POST {DESK}/agenda/conflicts/withdraw": Needs(here=P.EDIT_AGENDA),
    f"GET {DESK}/agenda/sessions/new": Needs(here=P.EDIT_AGENDA),
    f"POST {DESK}/agenda/sessions/new": Needs(here=P.EDIT_AGENDA),
    f"GET {DESK}/agenda/sessions/{{session_id}}": Needs(here=P.EDIT_AGENDA),
    f"POST {DESK}/agenda/sessions/{{session_id}}": Needs(here=P.EDIT_AGENDA),
    f"POST {DESK}/agenda/sessions/{{session_id}}/move": Needs(here=P.EDIT_AGENDA),
    f"POST {DESK}/agenda/sessions/{{session_id}}/remove": Needs(here=P.EDIT_AGENDA),
    f"GET {DESK}/agenda/rooms/new": Needs(here=P.EDIT_AGENDA),
    f"POST {DESK}/agenda/rooms/new": Needs(here=P.EDIT_AGENDA),
    f"GET {DESK}/agenda/rooms/{{room_id}}": Needs(here=P.EDIT_AGENDA),
    f"POST {DESK}/agenda/rooms/{{room_id}}": Needs(here=P.EDIT_AGENDA),
    f"POST {DESK}/agenda/rooms/{{room_id}}/remove": Needs(here=P.EDIT_AGENDA),
    f"GET {DESK}/agenda/tracks/new": Needs(here=P.EDIT_AGENDA),
    f"POST {DESK}/agenda/tracks/new": Needs(here=P.EDIT_AGENDA),
    f"GET {DESK}/agenda/tracks/{{track_id}}": Needs(here=P.EDIT_AGENDA),
    f"POST {DESK}/agenda/tracks/{{track_id}}": Needs(here=P.EDIT_AGENDA),
    f"POST {DESK}/agenda/tracks/{{track_id}}/remove": Needs(here=P.EDIT_AGENDA),
    f"GET {DESK}/releases": Needs(here=P.EDIT_AGENDA),
    f"GET {DESK}/releases/new": Needs(here=P.EDIT_AGENDA),
    f"POST {DESK}/releases/new": Needs(here=P.EDIT_AGENDA),
    f"GET {DESK}/sign-ups": Needs(here=P.SEE_REGISTRATIONS),
    f"GET {DESK}/sessions/{{session_id}}/sign-ups": Needs(here=P.SEE_REGISTRATIONS),
    f"POST {DESK}/sessions/{{session_id}}/sign-ups": Needs(here=P.EDIT_REGISTRATIONS),
    f"POST {DESK}/sessions/{{session_id}}/sign-ups/{{registration_id}}/withdraw": Needs(here=P.EDIT_REGISTRATIONS),
    f"POST {DESK}/sessions/{{session_id}}/sign-ups/{{registration_id}}/first": Needs(here=P.EDIT_REGISTRATIONS),
    f"GET {DESK}/messages": Needs(here=P.SEND_LETTERS),
    f"GET {DESK}/messages/new": Needs(here=P.SEND_LETTERS),
    f"POST {DESK}/messages/new": Needs(here=P.SEND_LETTERS),
    f"POST {DESK}/messages/new/preview": Needs(here=P.SEND_LETTERS),
    f"POST {DESK}/messages/new/test": Needs(here=P.SEND_LETTERS),
    f"GET {DESK}/texts": Needs(here=P.EDIT_EVENTS),
    f"GET {OWN_WORDS}": Needs(here=P.EDIT_EVENTS),
    f"POST {OWN_WORDS}": Needs(here=P.EDIT_EVENTS),
    f"POST {OWN_WORDS}/preview": Needs(here=P.EDIT_EVENTS),
    f"POST {OWN_WORDS}/test": Needs(here=P.EDIT_EVENTS),
    f"POST {OWN_WORDS}/remove": Needs(here=P.EDIT_EVENTS),
    "GET /office/letters": Needs(somewhere=P.SEE_LETTERS),
    "GET /office/letters/{letter_id}": Needs(here=P.SEE_LETTERS),
    "POST /office/letters/{letter_id}/resend": Needs(here=P.SEND_LETTERS),
    "POST /office/letters/{letter_id}/lift": Needs(here=P.SEND_LETTERS),
    "GET /office/replies": Needs(somewhere=P.SEE_REGISTRATIONS),
    "POST /office/replies/{mail_id}/apply": Needs(here=P.EDIT_REGISTRATIONS),
    "POST /office/replies/{mail_id}/dismiss": Needs(here=P.EDIT_REGISTRATIONS),
    "GET /office/people": Needs(everywhere=P.MANAGE_PEOPLE),
    "POST /office/people": Needs(everywhere=P.MANAGE_PEOPLE),
    "POST /office/people/tokens": Needs(everywhere=P.MANAGE_PEOPLE),
    "POST /office/people/tokens/{token_id}/revoke": Needs(everywhere=P.MANAGE_PEOPLE),
    f"POST {STAFF}/withdraw": Needs(everywhere=P.MANAGE_PEOPLE),
    f"POST {STAFF}/disable": Needs(everywhere=P.MANAGE_PEOPLE),
    f"POST {STAFF}/enable": Needs(everywhere=P.MANAGE_PEOPLE),
    f"POST {STAFF}/reset-second-factor": Needs(everywhere=P.MANAGE_PEOPLE),
    f"GET {GUEST}": Needs(here=P.SEE_REGISTRATIONS),
    f"GET {DESK}/invitations": Needs(here=P.SEE_REGISTRATIONS),
    f"GET {DESK}/invitations/file.csv": Needs(here=P.SEE_REGISTRATIONS),
    f"GET {DESK}/invitations/new": Needs(here=P.EDIT_REGISTRATIONS),
    f"POST {DESK}/invitations/new": Needs(here=P.EDIT_REGISTRATIONS),
    f"POST {DESK}/invitations/remind": Needs(here=P.EDIT_REGISTRATIONS),
    "POST /office/invitations/{invitation_id}/withdraw": Needs(here=P.EDIT_REGISTRATIONS),
    "POST /office/invitations/{invitation_id}/resend": Needs(here=P.EDIT_REGISTRATIONS),
    f"GET {DESK}/admission": Needs(here=P.SEE_REGISTRATIONS),
    f"POST {DESK}/admission": Needs(here=P.EDIT_EVENTS),
    f"GET {DESK}/walk-in": Needs(here=P.EDIT_REGISTRATIONS),
    f"POST {DESK}/walk-in": Needs(here=P.EDIT_REGISTRATIONS),
    f"GET {DESK}/queue": Needs(here=P.SEE_REGISTRATIONS),
    f"POST {DESK}/queue/approve": Needs(here=P.EDIT_REGISTRATIONS),
    f"POST {DESK}/queue/decline": Needs(here=P.EDIT_REGISTRATIONS),
    f"POST {GUEST}/promote": Needs(here=P.EDIT_REGISTRATIONS),
    f"POST {GUEST}/priority": Needs(here=P.EDIT_REGISTRATIONS),
    f"POST {GUEST}/offer": Needs(here=P.EDIT_REGISTRATIONS),
    f"POST {GUEST}/door": Needs(here=P.EDIT_REGISTRATIONS),
    f"GET {DESK}/delegations": Needs(here=P.SEE_REGISTRATIONS),
    f"GET {DESK}/delegations/new": Needs(here=P.EDIT_REGISTRATIONS),
    f"POST {DESK}/delegations/new": Needs(here=P.EDIT_REGISTRATIONS),
    "GET /office/delegations/{delegation_id}": Needs(here=P.SEE_REGISTRATIONS),
    "POST /office/delegations/{delegation_id}": Needs(here=P.EDIT_REGISTRATIONS),
    "POST /office/delegations/{delegation_id}/resend": Needs(here=P.EDIT_REGISTRATIONS),
    "POST /office/delegations/{delegation_id}/withdraw": Needs(here=P.EDIT_REGISTRATIONS),
    f"GET {GUEST}/substitute": Needs(here=P.EDIT_REGISTRATIONS),
    f"POST {GUEST}/substitute": Needs(here=P.EDIT_REGISTRATIONS),
    f"GET {DESK}/substitutes": Needs(here=P.SEE_REGISTRATIONS),
    "POST /office/substitutions/{substitution_id}/approve": Needs(here=P.EDIT_REGISTRATIONS),
    "POST /office/substitutions/{substitution_id}/refuse": Needs(here=P.EDIT_REGISTRATIONS),
    f"GET {GUEST}/answers": Needs(here=P.SEE_REGISTRATIONS),
    f"POST {GUEST}/answers": Needs(here=P.SEE_REGISTRATIONS),
    f"GET {GUEST}/files/{{sent_id}}": Needs(here=P.SEE_REGISTRATIONS),
    f"GET {GUEST}/badge.png": Needs(here=P.SEE_BADGES),
    f"GET {DESK}/badges": Needs(here=P.SEE_BADGES),
    f"POST {DESK}/badges": Needs(here=P.SEE_BADGES),
    f"GET {DESK}/badges/preview/{{layout}}": Needs(here=P.SEE_BADGES),
    f"GET {DESK}/badges/prints/{{print_id}}": Needs(here=P.SEE_BADGES),
    f"GET {DESK}/badges/prints/{{print_id}}/{{part}}": Needs(here=P.SEE_BADGES),
    f"GET {GUEST}/protection": Needs(here=P.SEE_REGISTRATIONS),
    f"POST {GUEST}/protection": Needs(here=P.EDIT_REGISTRATIONS),
    f"POST {GUEST}/protection/end": Needs(here=P.SEE_PROTECTED),
    f"POST {GUEST}/protection/reveal": Needs(here=P.SEE_PROTECTED),
    f"POST {GUEST}/approve": Needs(here=P.EDIT_REGISTRATIONS),
    f"POST {GUEST}/decline": Needs(here=P.EDIT_REGISTRATIONS),
    f"POST {GUEST}/resend": Needs(here=P.EDIT_REGISTRATIONS),
    f"POST {GUEST}/new-links": Needs(here=P.EDIT_REGISTRATIONS),
    f"POST {GUEST}/cancel": Needs(here=P.EDIT_REGISTRATIONS),
    f"POST {DESK}/cancel": Needs(here=P.PUBLISH_EVENTS),
}
ACTORS = [(role, event) for role in Role for event in (None, "launch", "summit")]


def routes_of(app: Litestar) -> Iterator[str]:
    for route in app.routes:
        for method in getattr(route, "methods", ()):
            if method not in ("OPTIONS", "HEAD"):
                yield f"{method} {route.path_format}"


def test_every_route_is_in_one_table(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("routes")
    found = set(routes_of(create_app(settings_for(f"sqlite:///{folder}/none.sqlite", folder))))
    settings_floor.use(None)
    assert found == OPEN | DEVICES | set(API) | set(OFFICE)
    assert len(found) == len(OPEN) + len(DEVICES) + len(API) + len(OFFICE)


@dataclass(frozen=True)
class House:
    """A service with an event, a guest, a letter, an account, a token and a device; `ids` fill the routes' places."""

    client: httpx.AsyncClient
    ids: dict[str, str]
    device: str


@pytest_asyncio.fixture
async def house(sqlite_url: str, tmp_path: Any) -> AsyncIterator[House]:
    async with service(settings_for(sqlite_url, tmp_path)) as client:
        launch = await an_event("launch")
        await an_event("summit")
        guest = await a_guest(launch)
        phone = await a_phone(launch)
        # Where a device was added it cannot be taken away: everyone finds the same.
        await a_checkpoint(launch, "lounge")
        await a_phone(launch, checkpoint="lounge")
        # Who has a part cannot be taken from the roster: everyone finds the same.
        speaker = await a_speaker(event="launch")
        room, track = await a_room(event="launch"), await a_track(event="launch")
        question = await add_question("launch", DIET)
        session = await a_session(event="launch", speakers=[{"speaker_id": speaker.id}], room_ids=[room.id])
        await actions.make_api_token(Role.VIEWER, name="somebody's")
        await actions.add_account("somebody@malmo.example", Role.VIEWER, None, password=None)
        async with transaction() as tx:
            await tx.execute("UPDATE event SET visibility = 'members', version = version + 1 WHERE slug = 'launch'")
        ids = {
            "slug": "launch",
            "registration_id": guest.id,
            "speaker_id": speaker.id,
            "session_id": session.id,
            "room_id": room.id,
            "question_id": question.id,
            "sent_id": await a_file(guest.id),
            "track_id": track.id,
            "device_id": phone.id,
            "checkpoint": "lounge",
            "letter_id": await an_id("SELECT id FROM letter WHERE event_slug = 'launch' LIMIT 1"),
            "mail_id": await a_mail(launch.id),
            "token_id": await an_id("SELECT id FROM api_token LIMIT 1"),
            "account_id": await an_id("SELECT id FROM account LIMIT 1"),
            "role": "viewer",
            "scan_id": "1",
            "conflict_id": new_id(),
            "file_id": "none",
            "invitation_id": await an_invitation("launch"),
            "delegation_id": await a_delegation("launch"),
            "substitution_id": await a_wish_to_substitute(guest.id),
            "kind": "confirmed",
            "language": "en",
            "layout": "a6.png",
            "print_id": await a_print(launch),
            "part": "1",
        }
        yield House(client, ids, phone.token)


async def an_invitation(slug: str) -> str:
    guest = read_values(GuestDraft, {"name": "Somebody", "email": "guest@malmo.example"}, from_text=False)
    await invite(slug, [guest], Offered(), by=Doer("account", "me"))
    return await an_id("SELECT id FROM invitation")


async def a_delegation(slug: str) -> str:
    draft = DelegationDraft(city="Tromsø", seats=1, coordinator_email="solveig@tromso.example")
    return (await make_delegation(slug, draft, by=Doer("account", "me"))).id


async def a_wish_to_substitute(registration_id: str) -> str:
    """One that no answer changes: whoever is named has a seat already."""
    async with transaction() as tx:
        await tx.execute(
            """INSERT INTO substitution
               SELECT $1, event, id, NULL, '{"name": "Guest", "email": "' || email || '"}', 'pending', '', 'token', '', created_at,
                      NULL, NULL, NULL
               FROM registration WHERE id = $1""",
            registration_id,
        )
    return registration_id


async def a_print(event: Event) -> str:
    print_id = await printing.ask_for(event, Choice(), by=Doer("account", "me"))
    await printing.draw_waiting()
    return print_id


async def a_mail(event_id: str) -> str:
    """Put aside already: whoever may decide about it is refused for that, and nothing else."""
    async with transaction() as tx:
        await tx.execute(
            """INSERT INTO inbound_mail (id, digest, received_at, came_by, state, why, event, sender, attendee, subject)
               VALUES ('mail', 'mail', $2, 'api', 'dismissed', 'no_token', $1, '', '', '')""",
            event_id,
            clock.now(),
        )
    return "mail"


async def a_file(registration_id: str) -> str:
    file_id = new_id()
    async with transaction() as tx:
        await tx.execute(
            """INSERT INTO answer_file (id, event, question, registration, name, media_type, data, created_at)
               SELECT $1, event, 'card', id, 'card.pdf', 'application/pdf', $3, created_at FROM registration WHERE id = $2""",
            *(file_id, registration_id, b"%PDF-"),
        )
    return file_id


async def an_id(statement: str) -> str:
    row = await fetch_one(statement)
    assert row is not None, statement
    return str(row["id"])


async def ask(house: House, route: str, needs: Needs, **more: Any) -> httpx.Response:
    method, _, path = route.partition(" ")
    if method in ("POST", "PUT", "PATCH") and "data" not in more:
        more["json"] = {"nonsense": 1} if needs.body is None else needs.body
    return await house.client.request(method, path.format(**house.ids) + needs.query, **more)


def is_refused(answer: httpx.Response) -> bool:
    return answer.status_code in (401, 403, 404) or answer.headers.get("location", "").startswith("/sign-in")


async def test_every_role_at_every_route_for_programs(house: House) -> None:
    wrong = []
    for role, event in ACTORS:
        token = await actions.make_api_token(role, event_slug=event, name=f"{role} {event}")
        actor = Actor("token", grants=frozenset({Grant(role, event)}))
        for route, needs in API.items():
            answer = await ask(house, route, needs, headers=bearer(token))
            expected = needs.lets_in(actor)
            gone = answer.status_code == 404 and route.startswith("DELETE") and expected
            if (not is_refused(answer) or gone) != expected or (not expected and answer.status_code == 401):
                wrong.append((role.value, event, route, answer.status_code))
    assert wrong == []


@pytest.mark.parametrize("who", ["stranger", "device", "nobody"])
async def test_who_is_no_program_is_told_to_bring_a_token(house: House, who: str) -> None:
    headers = {"stranger": {}, "device": bearer(house.device), "nobody": bearer("a" * 32)}[who]
    told = {route: (await ask(house, route, needs, headers=headers)).status_code for route, needs in API.items()}
    assert told == dict.fromkeys(API, 401)


async def test_only_devices_scan(house: House) -> None:
    bodies: dict[str, Any] = {
        "POST /api/v1/scans": {"scan_id": "1", "badge": "x", "scanned_at": "2037-03-07T11:00"},
        "POST /api/v1/scans/batch": {"device_time": "2037-03-07T10:00:00Z", "scans": []},
        "POST /api/v1/scans/{scan_id}/undo": {},
        "POST /api/v1/door/walk-ins": {"scan_id": "2", "name": "Somebody"},
        "GET /api/v1/door/roster": None,
        "GET /api/v1/door/search": None,
        "POST /api/v1/door/evacuation": {"reason": "Drill"},
        "GET /api/v1/door/conflicts": None,
        "POST /api/v1/door/conflicts/{conflict_id}/settle": {"outcome": "same_person", "reason": "Seen."},
        "POST /api/v1/door/conflicts/{conflict_id}/reopen": {"reason": "Seen."},
        "POST /api/v1/door/heartbeat": {},
        "POST /api/v1/door/badges": {"scan_id": "1"},
        "POST /api/v1/door/badges/printed": {"scan_id": "1"},
    }
    owner = await actions.make_api_token(Role.OWNER, name="owner")
    for route in sorted(DEVICES):
        needs = Needs(body=bodies[route])
        for headers in ({}, bearer(owner), bearer("a" * 32)):
            assert (await ask(house, route, needs, headers=headers)).status_code == 401
        assert (await ask(house, route, needs, headers=bearer(house.device))).status_code != 401


async def test_a_hidden_event_is_not_there_for_those_it_is_hidden_from(house: House) -> None:
    other = await actions.make_api_token(Role.ORGANISER, event_slug="summit", name="other")
    for headers in ({}, bearer(other)):
        for path in (
            "/api/v1/events/launch",
            "/events/launch",
            "/events/launch/calendar.ics",
            "/events/launch/register",
        ):
            hidden = await house.client.get(path, headers=headers)
            missing = await house.client.get(path.replace("launch", "nothing"), headers=headers)
            assert (hidden.status_code, missing.status_code) == (404, 404)
            assert hidden.text.replace("launch", "nothing") == missing.text


async def cookies_of(role: Role, event: str | None) -> dict[str, str]:
    """The headers of a browser in which somebody with this role is signed in, forms included."""
    email = f"{role}.{event or 'all'}@malmo.example"
    await actions.add_account(email, role, event, password=PASSWORD)
    token = await sign_ins.sign_in(email, PASSWORD, address=HERE)
    form = keyed_token(token, secret_key=SECRET_KEY, purpose="form")
    return {"Cookie": f"signin={token}", "X-CSRF-Token": form, "Sec-Fetch-Site": "same-origin"}


async def test_every_role_at_every_page_of_the_office(house: House) -> None:
    wrong = []
    for role, event in ACTORS:
        headers = await cookies_of(role, event)
        actor = Actor("account", grants=frozenset({Grant(role, event)}))
        for route, needs in OFFICE.items():
            answer = await ask(house, route, needs, data={}, headers=headers)
            if is_refused(answer) == needs.lets_in(actor) or answer.status_code >= 500:
                wrong.append((role.value, event, route, answer.status_code))
    assert wrong == []


async def test_a_stranger_is_led_to_the_sign_in_from_every_page_of_the_office(house: House) -> None:
    for route, needs in OFFICE.items():
        answer = await ask(house, route, needs, data={}, headers={"Sec-Fetch-Site": "same-origin"})
        assert (answer.status_code, answer.headers["location"].startswith("/sign-in")) == (303, True), route


async def test_no_form_of_the_office_is_taken_from_another_site_or_without_its_token(house: House) -> None:
    headers = await cookies_of(Role.OWNER, None)
    foreign = headers | {"Sec-Fetch-Site": "cross-site"}
    tokenless = {name: value for name, value in headers.items() if name != "X-CSRF-Token"}
    for route, needs in OFFICE.items():
        if route.startswith("POST"):
            for bad in (foreign, tokenless):
                assert (await ask(house, route, needs, data={}, headers=bad)).status_code == 403, route
