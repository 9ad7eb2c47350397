"""Events with guests and devices that tests of the door begin with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from events_service.audit.rules import Doer
from events_service.database import Row, fetch, fetch_one, transaction
from events_service.door import actions
from events_service.door.answers import ScanAnswer
from events_service.door.batches import BatchAnswer, scan_offline_batch
from events_service.door.checkpoint_actions import add_checkpoint
from events_service.door.checkpoint_drafts import CheckpointDraft
from events_service.door.drafts import BatchDraft, DeviceDraft, PairDraft, ScanDraft
from events_service.door.kiosk_rules import Paper
from events_service.door.rules import Grant, Verdict
from events_service.door.scanning import scan, scan_request
from events_service.events.actions import create_event, publish_event
from events_service.events.drafts import EventDraft
from events_service.events.rules import Event
from events_service.identifiers import new_id
from events_service.people.rules import Role
from events_service.registrations.actions import register_many
from events_service.registrations.applications import Application, Outcome
from events_service.registrations.badges import badges_of, code_of
from events_service.registrations.drafts import RegistrationDraft
from events_service.registrations.queries import registration_by_id
from events_service.sealing import token_digest
from events_service.web.bodies import read_values

HERE = "192.0.2.7"
ME = Doer("account", "me")
ADMITTED = ("admitted", None)
ELEVEN = datetime(2037, 3, 7, 10, tzinfo=UTC)  # 11.00 in Copenhagen
LAUNCH: dict[str, Any] = {
    "slug": "launch",
    "title": "Launch of the Safe Cities Guide",
    "kind": "launch",
    "timezone": "Europe/Copenhagen",
    "starts_at": "2037-03-07T11:00",
    "ends_at": "2037-03-08T17:00",
    "venue": {"name": "City Hall", "city": "Copenhagen", "country": "DK"},
}


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody with a confirmed seat, and what their badge says."""

    id: str
    name: str
    badge: str


@dataclass(frozen=True, slots=True)
class Phone:
    """A paired device."""

    id: str
    token: str

    @property
    def digest(self) -> str:
        return token_digest(self.token)


async def an_event(slug: str = "launch", *, reentry: str = "once", capacity: int = 1000) -> Event:
    """A published event of two days in March 2037."""
    body = {**LAUNCH, "slug": slug, "registration": {"mode": "open", "capacity": capacity, "reentry": reentry}}
    await create_event(read_values(EventDraft, body, from_text=False))
    return await publish_event(slug)


async def guests(event: Event, number: int, *, category: str = "practitioner", city: str = "Malmö") -> list[Guest]:
    """So many more guests."""
    outcomes = await register_many([_application(event, n, category, city) for n in range(number)])
    found = []
    for outcome in outcomes:
        assert isinstance(outcome, Outcome), outcome
        person = await registration_by_id(outcome.registration_id)
        badge = (await badges_of([person], event))[person.id]
        found.append(Guest(person.id, person.name, badge))
    return found


async def a_guest(event: Event, *, category: str = "practitioner", city: str = "Malmö") -> Guest:
    (guest,) = await guests(event, 1, category=category, city=city)
    return guest


async def code_on(guest: Guest) -> str:
    """The short code on their badge."""
    code = code_of(await registration_by_id(guest.id))
    assert code is not None
    return code


async def come_back(event: Event, guest: Guest) -> Outcome:
    """The same person registers anew."""
    row = await row_of("registration", guest.id)
    draft = RegistrationDraft(name=guest.name, email=row["email"], organisation="City of Malmö", consent=True)
    (outcome,) = await register_many([Application(event.slug, draft, by_registrar=True)])
    assert isinstance(outcome, Outcome), outcome
    return outcome


async def a_phone(
    event: Event,
    *,
    name: str = "Left door",
    supervisor: bool = False,
    checkpoint: str = "main",
    grants: Sequence[Grant] = (),
    kiosk: Paper | None = None,
) -> Phone:
    """A device that is paired."""
    role = Role.DOOR_SUPERVISOR if supervisor else Role.DOOR_STEWARD
    made = await actions.add_device(
        event, DeviceDraft(name=name, checkpoint=checkpoint, role=role, grants=list(grants), kiosk=kiosk)
    )
    paired = await actions.pair_device(PairDraft(pairing_code=made.code), address=HERE)
    return Phone(paired.device_id, paired.token)


async def a_checkpoint(event: Event, slug: str, **more: Any) -> str:
    body = {"slug": slug, "name": slug.capitalize(), **more}
    return await add_checkpoint(event, read_values(CheckpointDraft, body, from_text=False))


async def two_rooms(event: Event) -> None:
    """Checkpoints of the rooms `north` and `south`, which are of one zone."""
    for slug in ("north", "south"):
        await a_checkpoint(event, slug, zone="Rooms")


def scan_of(badge: str, *, at: str = "2037-03-07T11:05", scan_id: str = "", **more: Any) -> ScanDraft:
    """A scan at five past eleven, unless said otherwise."""
    body = {"scan_id": scan_id or new_id(), "badge": badge, "scanned_at": at, **more}
    return read_values(ScanDraft, body, from_text=False)


async def scanned(phone: Phone, badge: str, **more: Any) -> ScanAnswer:
    """The answer to one scan."""
    return await scan(scan_request(scan_of(badge, **more), device_digest=phone.digest))


async def outcome(phone: Phone, badge: str, **more: Any) -> tuple[str, str | None]:
    """The verdict on one scan, and its reason."""
    answer = await scanned(phone, badge, **more)
    return answer.verdict.value, answer.reason.value if answer.reason else None


def batch(*scans: ScanDraft, device_time: str = "2037-03-07T12:00:00+01:00") -> BatchDraft:
    return BatchDraft(device_time=device_time, scans=list(scans))


async def sent(phone: Phone, *scans: ScanDraft, device_time: str = "2037-03-07T12:00:00+01:00") -> BatchAnswer:
    """The answer to scans made without a network."""
    return await scan_offline_batch(batch(*scans, device_time=device_time), device_digest=phone.digest)


async def came_by(phone: Phone, guest: Guest, scan_id: str, *, at: str, gate: Verdict = Verdict.ADMITTED) -> None:
    """One scan without a network, sent at noon."""
    await sent(phone, scan_of(guest.badge, scan_id=scan_id, at=at, device_verdict=gate.value))


async def twice_admitted() -> tuple[Event, Guest, Phone, Phone]:
    """One badge by two gates without a network, the second one five minutes after the first."""
    event = await an_event()
    guest, left, right = await a_guest(event), await a_phone(event), await a_phone(event, name="Right door")
    await came_by(right, guest, "second", at="2037-03-07T11:10")
    await came_by(left, guest, "first", at="2037-03-07T11:05")
    return event, guest, left, right


async def turned_away() -> tuple[Event, Guest, Phone]:
    """A badge that holds, refused by a gate without a network."""
    event = await an_event()
    guest, phone = await a_guest(event), await a_phone(event)
    await came_by(phone, guest, "away", at="2037-03-07T11:05", gate=Verdict.REFUSED)
    return event, guest, phone


async def inside_of(guest: Guest) -> set[str]:
    """The checkpoints behind which they are."""
    rows = await fetch(
        """SELECT k.slug FROM presence p JOIN checkpoint k ON k.id = p.checkpoint
           WHERE p.registration = $1 AND p.inside""",
        guest.id,
    )
    return {row["slug"] for row in rows}


async def row_of(table: str, key: str, column: str = "id") -> Row:
    row = await fetch_one(f"SELECT * FROM {table} WHERE {column} = $1", key)
    assert row is not None
    return row


async def count(table: str, where: str = "1 = 1") -> int:
    row = await fetch_one(f"SELECT COUNT(*) AS number FROM {table} WHERE {where}")
    assert row is not None
    return int(row["number"])


async def change(statement: str, *values: object) -> None:
    """Change the database behind everybody's back, as time or another floor does."""
    async with transaction() as tx:
        await tx.execute(statement, *values)


def _application(event: Event, n: int, category: str, city: str) -> Application:
    body = {
        "name": f"Åsa Ðórsdóttir {n}",
        "email": f"{new_id()}@malmo.example",
        "organisation": "City of Malmö",
        "city": city,
        "category": category,
        "consent": True,
    }
    return Application(event.slug, read_values(RegistrationDraft, body, from_text=False), by_registrar=True)
