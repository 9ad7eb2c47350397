"""Loading the demonstration alliance, by the same actions that organisers and registrars use."""

from dataclasses import dataclass
from typing import Any

from events_service import clock, database, settings
from events_service.demo.choices import choose_sessions
from events_service.demo.cities import CITIES
from events_service.demo.delegations import send_delegations
from events_service.demo.door_notes import tell_doors
from events_service.demo.doors import open_doors
from events_service.demo.guests import Guest, city_name, guests
from events_service.demo.happenings import HAPPENINGS
from events_service.demo.invitations import send_invitations
from events_service.demo.meetings_held import back_then, hold_meeting
from events_service.demo.organisations import WORKPLACES
from events_service.demo.people import everyone
from events_service.demo.programmes import plan_agendas
from events_service.demo.protection import protect_mayors
from events_service.demo.questions import ask_questions
from events_service.demo.staff import EMAILS, SignIn, account_emails, add_staff
from events_service.directory.actions import add_cities, add_contacts, add_organisations
from events_service.events.actions import create_event, publish_event
from events_service.events.drafts import EventDraft
from events_service.events.queries import find_event
from events_service.events.rules import Event, Status
from events_service.registrations.actions import register_many
from events_service.registrations.applications import Application, Outcome, email_key
from events_service.registrations.drafts import RegistrationDraft
from events_service.web.bodies import read_values


@dataclass(frozen=True, slots=True)
class LoadReport:
    """How much was new; all zero and empty where everything was there already."""

    cities: int
    organisations: int
    contacts: int
    events: int
    registrations: int
    sessions: int
    sign_ups: int
    delegations: int
    invitations: int
    sign_ins: tuple[SignIn, ...]


async def load() -> LoadReport:
    """Load what is missing. Doing it again changes nothing, also after an attempt that was cut short.

    What people did with it meanwhile stays: a cancelled registration is not made anew, a changed event stays so.
    """
    cities = await add_cities(CITIES)
    organisations = await add_organisations(place.organisation for place in WORKPLACES)
    contacts = await add_contacts(everyone())
    events = sum([await _announce(body) for body in HAPPENINGS])
    await ask_questions()
    registrations = sum([await _register(slug, people) for slug, people in guests().items()])
    await hold_meeting()
    await protect_mayors()
    await tell_doors()
    sessions = await plan_agendas()
    sign_ups = await choose_sessions()
    await open_doors()
    delegations = await send_delegations()
    invitations = await send_invitations()
    # Last: `load_if_empty` knows by them that the rest is whole.
    sign_ins = await add_staff(settings.current())
    return LoadReport(
        cities, organisations, contacts, events, registrations, sessions, sign_ups, delegations, invitations, sign_ins
    )


async def load_if_empty() -> LoadReport | None:
    """Load it into a database that nobody uses, or where an earlier attempt was cut short; otherwise touch nothing."""
    accounts = await account_emails()
    events = {row["slug"] for row in await database.fetch("SELECT slug FROM event")}
    in_use = bool(accounts - EMAILS or events - guests().keys())
    if in_use or accounts >= EMAILS:
        return None
    return await load()


def in_words(report: LoadReport) -> str:
    """What was loaded, and how to sign in; for the terminal."""
    lines = [
        f"The demonstration alliance: {report.cities} cities, {report.organisations} organisations, "
        f"{report.contacts} people, {report.events} events, {report.registrations} registrations, {report.sessions} sessions, "
        f"{report.delegations} delegations and {report.invitations} invitations are new."
    ]
    if report.sign_ins:
        lines.append(f"Sign in at {settings.current().base_url}/sign-in as one of these (shown this once):")
    lines += [f"  {one.email:<24} {one.password}   ({one.role.value})" for one in report.sign_ins]
    return "\n".join(lines)


async def _announce(body: dict[str, Any]) -> bool:
    """Create and publish the event where that is still to be done; whether it was created."""
    event = await find_event(body["slug"])
    if event is not None and event.status is not Status.DRAFT:
        return False
    with back_then(body["slug"]):
        if event is None:
            await create_event(read_values(EventDraft, body, from_text=False))
        await publish_event(body["slug"])
    return event is None


async def _register(slug: str, people: tuple[Guest, ...]) -> int:
    """Register the guests who never were, in one transaction; nobody at an event that is called off or over."""
    event = await find_event(slug)
    if event is None:
        return 0
    rows = await database.fetch("SELECT email_key FROM registration WHERE event = $1", event.id)
    known = {row["email_key"] for row in rows}
    missing = [guest for guest in people if email_key(guest.person.email) not in known]
    is_over = clock.now() >= event.ends_at
    with back_then(slug):
        if not _takes_guests(event):
            return 0
        answers = await register_many([_application(slug, guest, quietly=is_over) for guest in missing])
    return sum(isinstance(answer, Outcome) and answer.is_new for answer in answers)


def _takes_guests(event: Event) -> bool:
    return event.status is Status.PUBLISHED and clock.now() < event.ends_at


def _application(slug: str, guest: Guest, *, quietly: bool) -> Application:
    by_registrar = not guest.applies
    return Application(slug, _draft(guest), by_registrar=by_registrar, source="demo", quietly=quietly)


def _draft(guest: Guest) -> RegistrationDraft:
    person = guest.person
    body = {
        "name": person.name,
        "email": person.email,
        "organisation": person.organisation or "",
        "city": city_name(person.city),
        "category": person.category,
        "attendance": guest.attendance,
        "language": person.language,
        "answers": dict(guest.answers),
        "consent": True,
    }
    return read_values(RegistrationDraft, body, from_text=False)
