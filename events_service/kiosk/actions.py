"""Printing at a kiosk: the badge of whoever was just let in by it, written down before it is handed out."""

from datetime import datetime
from typing import Final, NoReturn

import msgspec

from events_service import clock, settings
from events_service.audit.rules import Doer
from events_service.badges.printing import note_print
from events_service.badges.queries import PastPrint, prints_of_person
from events_service.badges.rules import Layout, face_of
from events_service.badges.sheets import sheet_of
from events_service.database import Row, Transaction, transaction
from events_service.door.queries import DoorDevice, paired_device
from events_service.door.rules import Reason, Verdict
from events_service.errors import Forbidden, NotFound
from events_service.events.queries import event_by_id
from events_service.kiosk.rules import PRINT_WITHIN, AskAtDesk, History, refuse_print
from events_service.registrations.queries import Registration, registration_from
from events_service.registrations.rules import Status

DEVICE: Final = "device"


class KioskBadge(msgspec.Struct, frozen=True):
    """What stands on a badge, in the event's first language, and on which paper: `badge` is the text of its QR code."""

    layout: Layout
    language: str
    title: str
    when: str
    name: str
    organisation: str
    city: str
    category: str
    word: str
    code: str
    badge: str


async def kiosk_of(token_digest: str) -> DoorDevice:
    """The kiosk that holds the token of this digest. Raises `DeviceRefused`, and `Forbidden` for any other device."""
    device = await paired_device(token_digest)
    if device.kiosk is None:
        raise Forbidden("Only a self check-in kiosk does this.")
    return device


async def print_badge(scan_id: str, *, kiosk: DoorDevice, again: bool) -> KioskBadge:
    """The badge of whom this scan of this kiosk was about, written down as printed.

    Raises `NotFound` for a scan it did not make, `AskAtDesk` and `PrintedBefore` as `refuse_print` says.
    """
    assert kiosk.kiosk is not None
    layout, now = Layout(kiosk.kiosk.value), clock.now()
    event = await event_by_id(kiosk.event_id)
    async with transaction() as tx:
        person = await _scanned(tx, scan_id, kiosk, since=now - PRINT_WITHIN)
        face = face_of(person, secret_key=settings.current().secret_key)
        before = await prints_of_person(tx, person.id)
        history = History(
            await _admitted_at(tx, person.id, kiosk), _at_kiosks(before), any(p.face == face for p in before)
        )
        refuse_print(history, again=again, now=now)
        await note_print(tx, event, person, layout, by=Doer(DEVICE, kiosk.id), print_id=_print_id(scan_id), at=now)
    sheet = await sheet_of(event, [person], layout)
    (shown,) = sheet.faces
    return KioskBadge(
        layout=layout, language=sheet.language, title=sheet.title, when=sheet.when, **msgspec.structs.asdict(shown)
    )


async def note_printed(scan_id: str, *, kiosk: DoorDevice) -> None:
    """Write down that the kiosk printed a badge by what it knew itself, without us. Doing so twice is the same as once.

    Raises `NotFound` for a scan it did not make, or did not send yet.
    """
    assert kiosk.kiosk is not None
    event = await event_by_id(kiosk.event_id)
    async with transaction() as tx:
        scan = await _scan(tx, scan_id, kiosk)
        person = await _person(tx, scan)
        await note_print(
            tx, event, person, Layout(kiosk.kiosk.value),
            by=Doer(DEVICE, kiosk.id), print_id=_print_id(scan_id), at=scan["happened_at"] or scan["received_at"],
        )  # fmt: skip


def _print_id(scan_id: str) -> str:
    """One print a scan: who wants another holds the badge up again."""
    return f"scan:{scan_id}"


def _at_kiosks(prints: list[PastPrint]) -> list[datetime]:
    return [one.at for one in prints if one.by_kind == DEVICE]


async def _scanned(tx: Transaction, scan_id: str, kiosk: DoorDevice, *, since: datetime) -> Registration:
    """Whom this scan was about, where it was made since then and they are in. Locks their row."""
    scan = await _scan(tx, scan_id, kiosk)
    is_in = scan["verdict"] == Verdict.ADMITTED.value or scan["reason"] == Reason.ALREADY_ADMITTED.value
    if not is_in or scan["undone_at"] is not None or scan["received_at"] < since:
        raise AskAtDesk()
    person = await _person(tx, scan)
    if person.status is not Status.CONFIRMED:
        raise AskAtDesk()
    if await tx.fetch_one("SELECT id FROM badge_print WHERE id = $1", _print_id(scan_id)):
        raise AskAtDesk()
    return person


async def _scan(tx: Transaction, scan_id: str, kiosk: DoorDevice) -> Row:
    scan = await tx.fetch_one("SELECT * FROM scan WHERE scan_id = $1 AND device = $2", scan_id, kiosk.id)
    return scan or _none()


async def _person(tx: Transaction, scan: Row) -> Registration:
    """The person before anything that is printed for them: two kiosks print one after the other."""
    row = await tx.fetch_one("SELECT * FROM registration WHERE id = $1 FOR NO KEY UPDATE", scan["registration"])
    return registration_from(row or _none())


async def _admitted_at(tx: Transaction, registration_id: str, kiosk: DoorDevice) -> datetime | None:
    """When a kiosk let this person in at the door where this one stands; None where staff did, or nobody."""
    row = await tx.fetch_one(
        """SELECT p.admitted_at FROM presence p JOIN device d ON d.id = p.device JOIN checkpoint k ON k.id = p.checkpoint
           WHERE p.registration = $1 AND p.event = $2 AND k.slug = $3 AND d.kiosk IS NOT NULL""",
        *(registration_id, kiosk.event_id, kiosk.checkpoint),
    )
    return row["admitted_at"] if row else None


def _none() -> NoReturn:
    raise NotFound()
