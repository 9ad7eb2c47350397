"""Drawing a participant's links anew: to their page, their calendar and their meetings. The old ones open nothing any more."""

from contextlib import suppress
from typing import Annotated, Any

from litestar import Request, post
from litestar.params import PathParameter

from events_service import clock, settings
from events_service.audit.actions import record
from events_service.audit.rules import Deed, Doer
from events_service.database import transaction
from events_service.errors import Conflict
from events_service.events.queries import event_by_id
from events_service.people.guards import actor_of, as_doer, needs_account
from events_service.people.rules import Permission
from events_service.registrations.access import registration_at
from events_service.registrations.actions import lock_registration, resend_letter
from events_service.registrations.mail_checks import check_code
from events_service.registrations.queries import Registration, registration_by_id
from events_service.registrations.secrets import feed_token, page_code
from events_service.registrations.shapes import EXAMPLE_REGISTRATION, RegistrationOut, registrations_out
from events_service.sealing import token_digest
from events_service.web.problems import answers


async def renew_links(registration_id: str, *, by: Doer) -> Registration:
    """Replace the links, for who lost a letter or passed one on, and send the letter that holds the new ones, where there is one.

    The badge stays as it is. Raises `NotFound`, `Conflict` for who was erased.
    """
    key = settings.current().secret_key
    async with transaction() as tx:
        event, person = await lock_registration(tx, registration_id)
        if not person.email:
            raise Conflict("Nobody is left in this registration.", code="erased")
        links = person.links_generation + 1
        await tx.execute(
            """UPDATE registration SET links_generation = $2, page_digest = $3, feed_digest = $4, changed_at = $6,
                      check_digest = CASE WHEN check_digest IS NULL THEN NULL ELSE $5 END, version = version + 1 WHERE id = $1""",
            *(person.id, links),
            token_digest(page_code(person.id, links, secret_key=key)),
            token_digest(feed_token(person.id, links, secret_key=key)),
            token_digest(check_code(person.id, links, secret_key=key)),
            clock.now(),
        )
        await record(tx, by, Deed("replaced_links", event.slug, "registration", person.id))
    with suppress(Conflict):
        # Who has no seat any more gets no letter: whoever asked sees the page.
        await resend_letter(registration_id)
    return await registration_by_id(registration_id)


@post(
    "/api/v1/registrations/{registration_id:str}/new-links",
    status_code=200,
    operation_id="replaceLinks",
    summary="Replace somebody's links",
    tags=["registrations"],
    guards=[needs_account],
    responses=answers(200, RegistrationOut, EXAMPLE_REGISTRATION, 401, 403, 404, 409),
)
async def replace_links(
    request: Request[Any, Any, Any],
    registration_id: Annotated[str, PathParameter(description="The registration's id.")],
) -> RegistrationOut:
    """The links to their page, their calendar and their meetings end; a letter brings the new ones. The badge stays."""
    person = await registration_at(request, registration_id, to=Permission.EDIT_REGISTRATIONS)
    actor = await actor_of(request)
    renewed = await renew_links(person.id, by=as_doer(actor))
    (shown,) = await registrations_out([renewed], await event_by_id(renewed.event_id), actor=actor)
    return shown


ROUTES = [replace_links]
