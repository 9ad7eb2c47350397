"""Links by mail for who has no letter at hand: to everything kept about one address, or to the members' events.

They hold once, for a quarter of an hour.

Asking writes the same row for every address; whether it is known is found out by the worker, so that neither the answer nor the
time it takes tells. The code is drawn from the row's id when the letter is written; only its digest is stored.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from events_service import clock, settings
from events_service.database import Transaction, fetch, fetch_one, transaction
from events_service.directory.queries import Member, members_named
from events_service.errors import NotFound
from events_service.identifiers import new_id
from events_service.outbox.actions import post
from events_service.outbox.rules import NewLetter
from events_service.registrations.letter_facts import FIRST
from events_service.registrations.naming import Identity, identity_of
from events_service.registrations.queries import Registration, registration_from
from events_service.sealing import keyed_token, token_digest

LASTS = timedelta(minutes=15)
KEPT_FOR = timedelta(days=1)
KIND = "magic_link"
AT_ONCE = 100

# Whoever is kept may take out and erase what is kept, registered or not.
_KEPT_WITHOUT_REGISTRATION = """
SELECT LOWER(email) AS email_key, name, email FROM contact WHERE LOWER(email) = ANY($1)
UNION ALL SELECT email_key, name, email FROM speaker WHERE email_key = ANY($1)
UNION ALL SELECT email_key, coordinator_name AS name, coordinator_email AS email FROM delegation
          WHERE email_key = ANY($1) AND coordinator_email <> ''
UNION ALL SELECT email_key, name, email FROM invitation WHERE email_key = ANY($1) AND email <> ''"""


class Opens(StrEnum):
    """What a link leads to: all that is kept about an address, or the members' events."""

    REGISTRATIONS = "registrations"
    MEMBERS = "members"


async def ask_for_link(email: str, language: str, *, opens: Opens = Opens.REGISTRATIONS) -> None:
    """Note that somebody asks for the link of this address. The worker writes to it where it is known."""
    link_id, now = new_id(), clock.now()
    async with transaction() as tx:
        await tx.execute(
            "INSERT INTO magic_link (id, email, email_key, language, digest, asked_at, opens) "
            "VALUES ($1, $2, $3, $4, $5, $6, $7)",
            link_id,
            email,
            email.casefold(),
            language,
            token_digest(link_code(link_id)),
            now,
            opens.value,
        )


async def answer_requests() -> int:
    """Write to the known addresses that links were asked for, forget the others. Returns how many letters were posted.

    Several processes may run it at once: each request is answered by one of them.
    """
    if await fetch_one("SELECT id FROM magic_link WHERE expires_at IS NULL LIMIT 1") is None:
        return 0
    now = clock.now()
    async with transaction() as tx:
        asked = await tx.fetch(
            "SELECT * FROM magic_link WHERE expires_at IS NULL ORDER BY asked_at LIMIT $1 FOR UPDATE SKIP LOCKED",
            AT_ONCE,
        )
        keys = sorted({row["email_key"] for row in asked})
        who: dict[str, Mapping[str, Identity | Member]] = {
            Opens.REGISTRATIONS: await _people_named(tx, keys),
            Opens.MEMBERS: await members_named(keys),
        }
        known = [row for row in asked if row["email_key"] in who[row["opens"]]]
        await tx.execute_many(
            "UPDATE magic_link SET expires_at = $2 WHERE id = $1", [(row["id"], now + LASTS) for row in known]
        )
        await tx.execute_many(
            "DELETE FROM magic_link WHERE id = $1", [(row["id"],) for row in asked if row not in known]
        )
        letters = [
            NewLetter(
                KIND,
                person.email,
                person.name,
                row["language"],
                {"link_id": row["id"], "opens": row["opens"]},
                priority=FIRST,
            )
            for row in known
            if (person := who[row["opens"]][row["email_key"]])
        ]
        await post(tx, letters)
    return len(letters)


async def _people_named(tx: Transaction, keys: Sequence[str]) -> dict[str, Identity]:
    """Who stands behind these addresses, folded: by what they registered, else by whatever else is kept about them."""
    others = await tx.fetch(_KEPT_WITHOUT_REGISTRATION, list(keys))
    rows = await tx.fetch("SELECT * FROM registration WHERE email_key = ANY($1) ORDER BY id", list(keys))
    named = {row["email_key"]: Identity(row["name"], row["email"], "") for row in others}
    return named | {row["email_key"]: identity_of(registration_from(row)) for row in rows}


async def open_link(code: str, *, opens: Opens = Opens.REGISTRATIONS) -> str:
    """The address, folded, that this code is for; it opens nothing a second time. Raises `NotFound`."""
    now = clock.now()
    async with transaction() as tx:
        row = await tx.fetch_one(
            """UPDATE magic_link SET used_at = $2
               WHERE digest = $1 AND opens = $3 AND used_at IS NULL AND expires_at > $2 RETURNING email_key""",
            token_digest(code.strip().lower()),
            now,
            opens.value,
        )
    if row is None:
        raise NotFound()
    return str(row["email_key"])


async def forget_links(now: datetime) -> int:
    """Delete what was asked for more than a day ago. Returns how many."""
    async with transaction() as tx:
        gone = await tx.fetch("DELETE FROM magic_link WHERE asked_at < $1 RETURNING id", now - KEPT_FOR)
    return len(gone)


async def registrations_of(email_key: str) -> list[Registration]:
    """Everything registered under this address, the newest first."""
    rows = await fetch("SELECT * FROM registration WHERE email_key = $1 ORDER BY id DESC", email_key)
    return [registration_from(row) for row in rows]


def link_code(link_id: str) -> str:
    """The code that opens the link."""
    return keyed_token(link_id, secret_key=settings.current().secret_key, purpose="magic-link")
