"""How an event admits people, beyond its terms: quotas, offers, checks by mail, and when it reminds and forgets."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import msgspec

from events_service.database import Row, Transaction, fetch, transaction
from events_service.errors import NotFound
from events_service.events.rules import Event


@dataclass(frozen=True, slots=True)
class Admission:
    """The settings of one event; these are the usual ones.

    `categories` and `cities`: name → how many of it at most have a seat. With `offers` a freed seat waits `offer_hours` for the word of
    whoever it is offered to. `reminder_days`: so many days before an invitation lapses its guest is reminded. `sensitive_days`: so many
    days after the event sensitive answers are deleted. Whoever registers may bring so many
    `companions`. Of `photo_id_categories` the door asks everybody for a photo ID.
    """

    categories: Mapping[str, int] = field(default_factory=dict)
    cities: Mapping[str, int] = field(default_factory=dict)
    offers: bool = False
    offer_hours: int = 48
    mail_check: bool = False
    reminder_days: tuple[int, ...] = (14, 7, 2)
    sensitive_days: int = 7
    companions: int = 0
    photo_id_categories: tuple[str, ...] = ()

    @property
    def has_quotas(self) -> bool:
        """Whether some of the seats are kept from some."""
        return bool(self.categories or self.cities)


USUAL = Admission()


async def admissions_of(event_ids: Collection[str]) -> dict[str, Admission]:
    """Event id → its settings, of every event asked for."""
    rows = await fetch("SELECT * FROM admission WHERE event = ANY($1)", list(event_ids))
    return dict.fromkeys(event_ids, USUAL) | {row["event"]: _admission_from(row) for row in rows}


async def admission_of(event: Event) -> Admission:
    """The settings of that event."""
    return (await admissions_of([event.id]))[event.id]


async def set_admission(event: Event, admission: Admission) -> None:
    """Store the settings of that event, as they are to be from now on."""
    async with transaction() as tx:
        if await tx.fetch_one("SELECT id FROM event WHERE id = $1 FOR NO KEY UPDATE", event.id) is None:
            raise NotFound()
        await write_admission(tx, event, admission)


async def write_admission(tx: Transaction, event: Event, admission: Admission) -> None:
    """The same within the caller's transaction, which has locked the event."""
    await tx.execute(
        """INSERT INTO admission (event, categories, cities, offers, offer_hours, mail_check, reminder_days, sensitive_days,
                                  companions, photo_id_categories)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
           ON CONFLICT (event) DO UPDATE SET
             categories = excluded.categories, cities = excluded.cities, offers = excluded.offers,
             offer_hours = excluded.offer_hours, mail_check = excluded.mail_check, reminder_days = excluded.reminder_days,
             sensitive_days = excluded.sensitive_days, companions = excluded.companions,
             photo_id_categories = excluded.photo_id_categories""",
        event.id,
        msgspec.json.encode(admission.categories).decode(),
        msgspec.json.encode(admission.cities).decode(),
        admission.offers,
        admission.offer_hours,
        admission.mail_check,
        msgspec.json.encode(admission.reminder_days).decode(),
        admission.sensitive_days,
        admission.companions,
        msgspec.json.encode(admission.photo_id_categories).decode(),
    )


def _admission_from(row: Row) -> Admission:
    return Admission(
        categories=msgspec.json.decode(row["categories"]),
        cities=msgspec.json.decode(row["cities"]),
        offers=bool(row["offers"]),
        offer_hours=row["offer_hours"],
        mail_check=bool(row["mail_check"]),
        reminder_days=tuple(msgspec.json.decode(row["reminder_days"])),
        sensitive_days=row["sensitive_days"],
        companions=row["companions"],
        photo_id_categories=tuple(msgspec.json.decode(row["photo_id_categories"])),
    )
