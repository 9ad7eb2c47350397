"""A person whose every string is found again, wherever it lies: nobody and nothing else is called so."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec

from events_service import clock
from events_service.database import fetch
from events_service.directory.actions import add_contacts
from events_service.directory.rules import Contact, Group
from events_service.events.rules import Event
from events_service.identifiers import new_id
from events_service.piccolo_app import APP_CONFIG
from events_service.registrations.actions import register
from events_service.registrations.applications import Application
from events_service.registrations.badges import badges_of
from events_service.registrations.drafts import RegistrationDraft
from events_service.registrations.queries import registration_by_id
from events_service.registrations.sign_ups import sign_up
from events_service.registrations.stars import set_star
from events_service.web.bodies import read_values
from tests.agenda.given import a_release, a_session, a_speaker, a_summit
from tests.door.given import a_phone, an_event, change, scanned

MARK = "quixotarius"
NAME = "Zebulon Quixotarius"
ADDRESS = "Zebulon@quixotarius.example"
KEY = ADDRESS.casefold()
ANSWERS = {"diet": "no quixotarius gluten", "shirt": "Quixotarius blue"}


@dataclass(frozen=True, slots=True)
class Canary:
    """What the person left: registrations at a past event where they were let in, at a full one to come, and at the summit, where
    they speak; and who waits for their seat."""

    past: str
    coming: str
    summit: str
    speaker: str
    follower: str


async def registered(slug: str, *, name: str = NAME, email: str = ADDRESS, **more: Any) -> str:
    body = {
        "name": name,
        "email": email,
        "organisation": f"{name}'s institute",
        "city": "Malmö",
        "answers": ANSWERS,
        **more,
    }
    draft = read_values(RegistrationDraft, body if name == NAME else {**body, "answers": {}}, from_text=False)
    return (await register(Application(slug, draft, by_registrar=True))).registration_id


async def let_in(event: Event, registration_id: str) -> None:
    """At the main door, twice: the second time is refused and says who was there before."""
    badge = (await badges_of([await registration_by_id(registration_id)], event))[registration_id]
    phone = await a_phone(event)
    for _ in range(2):
        await scanned(phone, badge)
    await change("UPDATE scan SET override_reason = 'Quixotarius was known' WHERE registration = $1", registration_id)
    await change(
        """INSERT INTO scan_conflict (id, event, checkpoint, registration, kind, first_scan, second_scan, created_at, outcome,
               settled_reason, settled_at, settled_by_kind, settled_by, reopened_reason, changed_at, version)
           SELECT $1, event, checkpoint, registration, 'double_admission', admitted_by, 'another', $2, 'same_person',
                  'Quixotarius came by both doors', $2, 'account', 'me', 'Quixotarius wrote to us', $2, 3
           FROM presence WHERE registration = $3""",
        *(new_id(), clock.now(), registration_id),
    )


async def is_over(event: Event, *, days: int) -> None:
    """As if the event had ended so many days ago."""
    ended = clock.now() - timedelta(days=days)
    await change(
        "UPDATE event SET starts_at = $2, ends_at = $3, status = 'completed' WHERE id = $1",
        *(event.id, ended - timedelta(hours=6), ended),
    )


async def a_canary() -> Canary:
    """The person, everywhere a person can be."""
    await add_contacts([Contact(NAME, KEY, "Mayor of Quixotarius", "elected_official", Group.MAYOR, None, None, "en")])
    gone, full = await an_event("gone"), await an_event("full", capacity=1)
    past = await registered("gone")
    await change("UPDATE registration SET door_note = 'Quixotarius walks with a stick' WHERE id = $1", past)
    await let_in(gone, past)
    await is_over(gone, days=3)
    coming = await registered(full.slug)
    follower = await registered(full.slug, name="Åsa", email="asa@malmo.example")
    await a_summit()
    speaker = await a_speaker(
        NAME,
        email=ADDRESS,
        biography="Quixotarius wrote this.",
        organisation="Quixotarius & Co",
        public=True,
        availability="Quixotarius comes at noon.",
    )
    session = await a_session(speakers=[{"speaker_id": speaker.id}], signup=True, capacity=5)
    await a_release()
    summit = await registered("summit")
    await sign_up(summit, session.id)
    await set_star(summit, session.id, True)
    await change(
        """INSERT INTO inbound_mail VALUES ($1, 'digest', $2, 'api', 'review', 'no_token', $3, NULL, $4, $4, $4,
               'Quixotarius says yes', 'accepted', 0, $2, $5, NULL, NULL)""",
        *(new_id(), clock.now(), full.id, KEY, b"From: Quixotarius"),
    )
    await change(
        """INSERT INTO invitation (id, event, email, email_key, name, search_key, organisation, city, category, language, state,
               reserve_number, plus_ones, code_digest, invited_by_kind, invited_by, word, created_at, invited_at, changed_at)
           VALUES ($1, $2, $3, $3, $4, $4, 'Quixotarius & Co', '', 'guest', 'en', 'opened', NULL, 0, 'quixotarius', 'account', 'me',
               'Quixotarius would love to', $5, $5, $5)""",
        *(new_id(), full.id, KEY, NAME, clock.now()),
    )
    await change(
        """INSERT INTO waiting_file VALUES ($1, $2, 'me', 'registrations', 'Quixotarius.csv', $3, '{}', 'done', 1, 1, '{}', NULL, $4)""",
        *(new_id(), full.id, f"name;email\n{NAME};{ADDRESS.upper()}\n".encode("utf-16-le"), clock.now()),
    )
    # Who waits is meant to let them come instead.
    await change(
        """INSERT INTO substitution VALUES ($1, $2, $3, NULL, $4, 'pending', '', 'participant', $3, $5, NULL, NULL, NULL)""",
        *(new_id(), full.id, follower, msgspec.json.encode({"name": NAME, "email": ADDRESS}).decode(), clock.now()),
    )
    # Seats of a city that this person coordinates, at the event to come.
    await change(
        """INSERT INTO delegation (id, event, city, city_key, seats, attendance, category, coordinator_name, coordinator_email, email_key,
               language, link_generation, code_digest, closes_at, state, reason, made_by_kind, made_by, created_at, changed_at)
           VALUES ($1, $2, 'Nuuk', 'nuuk', 1, 'in_person', '', $3, $4, $4, 'en', 0, 'quixotarius', $5, 'released', '',
               'account', 'me', $5, $5)""",
        *(new_id(), full.id, NAME, KEY, clock.now()),
    )
    return Canary(past, coming, summit, speaker.id, follower)


async def traces(mark: str = MARK) -> list[str]:
    """Where in the database the mark stands, in whatever capitals: `table.column` for each value, texts and bytes alike."""
    found = []
    for table in APP_CONFIG.table_classes:
        name = table._meta.tablename
        for row in await fetch(f"SELECT * FROM {name}"):
            found += [f"{name}.{column}" for column, value in dict(row).items() if mark in _folded(value)]
    return sorted(set(found))


def _folded(value: object) -> str:
    return (
        value.decode("utf-8", "replace").casefold() if isinstance(value, bytes | memoryview) else str(value).casefold()
    )
