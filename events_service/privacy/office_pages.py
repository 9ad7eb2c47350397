"""The log of deeds and the sweep in the back office: who saw or changed what; what was removed, and what comes next."""

from typing import Annotated, Any
from urllib.parse import urlencode

from litestar import Request, Response, Router, get
from litestar.params import QueryParameter

from events_service import settings
from events_service.audit.queries import entries, known_actions
from events_service.people.guards import SignInFirst, actor_of, needs, needs_somewhere, to_sign_in
from events_service.people.rules import Permission
from events_service.privacy.names_of_doers import names_of
from events_service.privacy.retention import what_comes_next, what_was_removed
from events_service.web.lists import cursor_for, key_in
from events_service.web.pages import page

PageRequest = Request[Any, Any, Any]
PAGE_LENGTH, DUE_SHOWN = 50, 100
Typed = Annotated[str, QueryParameter(max_length=200, pattern=r"^[^\x00]*$")]
CursorTyped = Annotated[str, QueryParameter(max_length=400)]


@get("/office/audit", name="office.audit", guards=[needs_somewhere(Permission.SEE_AUDIT)])
async def audit(
    request: PageRequest, action: Typed = "", event: Typed = "", subject: Typed = "", cursor: CursorTyped = ""
) -> Response[str]:
    """Who saw or changed what, the newest first: an owner all of it, an organiser what was done at their events."""
    within = (await actor_of(request)).events_with(Permission.SEE_AUDIT)
    typed = {"action": action, "event": event, "subject": subject}
    found = await entries(
        events=_narrowed(within, event), action=action, subject_id=subject, before=key_in(cursor), limit=PAGE_LENGTH + 1
    )
    shown = found[:PAGE_LENGTH]
    given = {name: value for name, value in typed.items() if value}
    return page(
        "office/audit.html",
        request,
        entries=shown,
        names=await names_of(shown),
        actions=await known_actions(),
        form=typed,
        export="/api/v1/audit" + (f"?{urlencode(given)}" if given else ""),
        earlier=f"/office/audit?{urlencode(given)}" if cursor else None,
        later=f"/office/audit?{urlencode(given | {'cursor': cursor_for(shown[-1].id)})}"
        if len(found) > PAGE_LENGTH
        else None,
        zone=settings.current().default_timezone,
    )


@get("/office/privacy", name="office.privacy", guards=[needs(Permission.MANAGE_PEOPLE)])
async def privacy(request: PageRequest) -> Response[str]:
    """What was removed when, and what goes next."""
    return page(
        "office/privacy.html",
        request,
        due=(await what_comes_next())[:DUE_SHOWN],
        removed=await what_was_removed(),
        zone=settings.current().default_timezone,
    )


def _narrowed(within: frozenset[str] | None, event: str) -> list[str] | None:
    """The events to look at; None for all, and for what concerns none."""
    if not event:
        return None if within is None else sorted(within)
    return [event] if within is None or event in within else []


ROUTES = [
    Router("/", route_handlers=[audit, privacy], exception_handlers={SignInFirst: to_sign_in}, include_in_schema=False)
]
