"""What the door is told of somebody beside their name, in the back office."""

from typing import Any

from litestar import Request, Response, Router, post
from litestar.params import FromPath

from events_service.people.guards import SignInFirst, doer_of, needs_account, to_sign_in
from events_service.people.rules import Permission
from events_service.registrations import actions
from events_service.registrations.access import registration_at
from events_service.registrations.drafts import DoorWord, RegistrationChange
from events_service.registrations.office_pages import ONE, person_page
from events_service.web.forms import read_form
from events_service.web.pages import redirect


@post(ONE + "/door", guards=[needs_account])
async def tell_the_door(request: Request[Any, Any, Any], registration_id: FromPath[str]) -> Response[Any]:
    """Keep the note and whether to ask for a photo ID; devices learn it with their next roster. Or the form again."""
    person = await registration_at(request, registration_id, to=Permission.EDIT_REGISTRATIONS)
    form = await read_form(request, DoorWord)
    if form.value is None:
        return await person_page(request, person, door=form, status=422)
    change = RegistrationChange(door_note=form.value.door_note, photo_id=form.value.photo_id)
    await actions.edit_registration(person.id, change, by=await doer_of(request))
    return redirect(f"/office/registrations/{person.id}?done=door_told")


ROUTES = [
    Router(
        "/",
        route_handlers=[tell_the_door],
        exception_handlers={SignInFirst: to_sign_in},
        include_in_schema=False,
    )
]
