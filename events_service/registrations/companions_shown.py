"""What whoever brings companions sees of them."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from events_service.events.rules import Event
from events_service.events.rules import Status as EventStatus
from events_service.registrations.badges import badge_picture
from events_service.registrations.parties import companions_of
from events_service.registrations.queries import Registration
from events_service.registrations.rules import Status


@dataclass(frozen=True, slots=True)
class Companion:
    """A companion; the badge (a picture as an address of its own) is here only of those to whom no letter could bring it."""

    person: Registration
    badge_image: str


async def companions_shown(host: Registration, event: Event) -> Sequence[Companion]:
    """Those whom this person brings."""
    return [Companion(one, await _badge_image(one, event)) for one in await companions_of(host)]


async def _badge_image(one: Registration, event: Event) -> str:
    if one.has_address or one.status is not Status.CONFIRMED or event.status is EventStatus.CANCELLED:
        return ""
    picture = await badge_picture(one, event, "png")
    return f"data:image/png;base64,{base64.b64encode(picture).decode()}"
