"""Addresses that take no mail: found out by a hard bounce, kept as digests, held back from until somebody lifts it.

The digest is keyed by the installation's secret, so that nobody can try addresses against what is stored.
"""

from collections.abc import Iterable

import structlog

from events_service import clock, settings
from events_service.database import fetch, transaction
from events_service.outbox.bounces import Bounce
from events_service.outbox.rules import masked
from events_service.sealing import keyed_token

log = structlog.get_logger(__name__)


def address_digest(address: str) -> str:
    """What is stored in place of an address."""
    return keyed_token(address.casefold(), secret_key=settings.current().secret_key, purpose="suppressed-address")


async def reasons(addresses: Iterable[str]) -> dict[str, str]:
    """Address → why it takes no mail, of those among these that take none."""
    by_digest = {address_digest(address): address for address in addresses}
    if not by_digest:
        return {}
    rows = await fetch("SELECT digest, reason FROM suppressed_address WHERE digest = ANY($1)", list(by_digest))
    found = {row["digest"]: row["reason"] for row in rows}
    return {address: found[digest] for digest, address in by_digest.items() if digest in found}


async def suppress(address: str, *, reason: str, letter_id: str | None) -> None:
    """Send nothing to it from now on. The first reason stays."""
    async with transaction() as tx:
        await tx.execute(
            """INSERT INTO suppressed_address (digest, reason, letter, since) VALUES ($1, $2, $3, $4)
               ON CONFLICT (digest) DO NOTHING""",
            address_digest(address),
            masked(reason),
            letter_id,
            clock.now(),
        )
    log.info("address.suppressed", letter=letter_id)


async def lift(address: str) -> None:
    """Send to it again. What was held back meanwhile stays so until somebody sends it again. Doing it again changes nothing."""
    async with transaction() as tx:
        await tx.execute("DELETE FROM suppressed_address WHERE digest = $1", address_digest(address))


async def take_bounce(bounce: Bounce) -> bool:
    """Act on a report about a letter of ours; whether there was such a letter, and its address takes no mail.

    A report that names an address the letter did not go to is not believed.
    """
    rows = await fetch("SELECT id, recipient FROM letter WHERE message_id = $1", bounce.message_id)
    for row in rows:
        for failed in bounce.failed:
            if failed.is_hard and failed.address.casefold() == row["recipient"].casefold():
                reason = f"{failed.status} {failed.diagnostic}".strip()
                await suppress(row["recipient"], reason=reason, letter_id=row["id"])
                async with transaction() as tx:
                    await tx.execute(
                        "UPDATE letter SET status = 'given_up', last_error = $2 WHERE id = $1 AND status = 'sent'",
                        row["id"],
                        masked(reason),
                    )
                return True
    return False
