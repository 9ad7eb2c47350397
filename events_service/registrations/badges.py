"""The badges people hold now, drawn again from their registrations."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Literal

from events_service import settings
from events_service.errors import Conflict
from events_service.events.rules import Event
from events_service.events.signing import keys_of
from events_service.registrations.badge_images import qr_png, qr_svg
from events_service.registrations.queries import Registration, Wanted, list_registrations
from events_service.registrations.rules import Status
from events_service.registrations.secrets import badge_text
from events_service.registrations.short_codes import in_groups, short_code

BADGES_AT_ONCE = 200


class NoBadge(Conflict):
    """Badges go with confirmed seats."""

    code = "not_confirmed"
    detail = "There is no badge without a confirmed seat."


async def badges_of(people: Iterable[Registration], event: Event) -> dict[str, str]:
    """Registration id → the badge's text, of those among these registrations of the event who hold a seat."""
    seated = [person for person in people if person.status is Status.CONFIRMED]
    if not seated:
        return {}
    secret_key = settings.current().secret_key
    key = (await keys_of([event.id], secret_key=secret_key))[event.id]
    return {
        person.id: badge_text(
            person.id, person.badge_generation, category=person.category, event=event, key=key, secret_key=secret_key
        )
        for person in seated
    }


def code_of(person: Registration) -> str | None:
    """The short code under the badge, as it is printed; None without a confirmed seat."""
    if person.status is not Status.CONFIRMED:
        return None
    secret_key = settings.current().secret_key
    return in_groups(short_code(person.id, person.badge_generation, person.badge_code_draw, secret_key=secret_key))


async def badge_picture(person: Registration, event: Event, form: Literal["png", "svg"]) -> bytes:
    """The badge's code as a picture, drawn off the event loop. Raises `NoBadge`."""
    text = (await badges_of([person], event)).get(person.id)
    if text is None:
        raise NoBadge()
    return await asyncio.to_thread(qr_png if form == "png" else qr_svg, text)


async def all_badges(event: Event) -> AsyncIterator[list[tuple[Registration, str]]]:
    """Everyone with a seat and their badge, some at a time, in the order they registered."""
    wanted, after = Wanted(status=Status.CONFIRMED), ""
    while people := await list_registrations(event.id, wanted, after=after, limit=BADGES_AT_ONCE):
        badges = await badges_of(people, event)
        yield [(person, badges[person.id]) for person in people]
        after = people[-1].id
