"""Experts whom the task force would like to have: two who were invited, and two who follow when one of them says no."""

from events_service import clock
from events_service.audit.rules import SERVICE
from events_service.demo.guests import city_name
from events_service.demo.happenings import TASK_FORCE
from events_service.demo.people import everyone
from events_service.directory.rules import Contact
from events_service.events.queries import find_event
from events_service.events.rules import Status, to_utc
from events_service.invitations.actions import invite
from events_service.invitations.drafts import GuestDraft
from events_service.invitations.queries import known_addresses
from events_service.invitations.terms import Offered
from events_service.web.bodies import read_values

ANSWER_BY = "2027-01-25T12:00"
# The experts before these are guests of the task force already.
GUESTS_BEFORE, INVITED, IN_RESERVE = 60, 2, 2


async def send_invitations() -> int:
    """Invite those who never were; returns how many."""
    event, now = await find_event(TASK_FORCE), clock.now()
    if event is None or event.status is not Status.PUBLISHED:
        return 0
    lapses_at = to_utc(ANSWER_BY, event.timezone)
    if now >= lapses_at:
        return 0
    experts = [one for one in everyone() if one.category == "expert"][GUESTS_BEFORE:]
    asked, reserve = experts[:INVITED], experts[INVITED : INVITED + IN_RESERVE]
    known = await known_addresses(event.id, [one.email for one in (*asked, *reserve)])
    sent = 0
    for people, is_reserve in ((asked, False), (reserve, True)):
        # Nothing is written down of an invitation to nobody.
        if fresh := [_guest(one) for one in people if one.email not in known]:
            sent += await invite(TASK_FORCE, fresh, Offered(lapses_at, reserve=is_reserve), by=SERVICE)
    return sent


def _guest(person: Contact) -> GuestDraft:
    body = {
        "name": person.name,
        "email": person.email,
        "organisation": person.organisation or "",
        "city": city_name(person.city),
        "category": person.category,
        "language": person.language,
    }
    return read_values(GuestDraft, body, from_text=False)
