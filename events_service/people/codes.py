"""How the second factor is kept, and how its codes are spent: all within the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime

from events_service import settings
from events_service.database import Transaction
from events_service.people.totp import code_text, is_recovery_code, step_of
from events_service.sealing import Unsealable, keyed_token, seal, unseal

SECRET, RECOVERY = "totp secret", "recovery code"


async def keep_second_factor(
    tx: Transaction, account_id: str, *, secret: str, step: int, recovery_codes: Sequence[str]
) -> bool:
    """Keep it, its secret sealed; the code of `step` is spent already. False when the account has one, which stays."""
    kept = await tx.fetch_one(
        """UPDATE account SET totp_sealed_secret = $2, totp_last_step = $3
           WHERE id = $1 AND totp_sealed_secret IS NULL RETURNING id""",
        account_id,
        seal(secret.encode(), secret_key=settings.current().secret_key, purpose=SECRET),
        step,
    )
    if kept is None:
        return False
    await tx.execute_many(
        "INSERT INTO recovery_code (digest, account) VALUES ($1, $2)",
        [(_recovery_digest(account_id, code), account_id) for code in recovery_codes],
    )
    return True


async def drop_second_factor(tx: Transaction, account_id: str) -> bool:
    """Forget it, recovery codes and all. False when there is no such account."""
    found = await tx.fetch_one(
        "UPDATE account SET totp_sealed_secret = NULL, totp_last_step = NULL WHERE id = $1 RETURNING id", account_id
    )
    await tx.execute("DELETE FROM recovery_code WHERE account = $1", account_id)
    return found is not None


async def spend_code(tx: Transaction, account_id: str, typed: str, *, now: datetime) -> bool:
    """Whether the code is right and nobody has used it before; of two at the same moment, one is told so."""
    # Lock, then look; whichever kind it is, so that nobody waits for somebody who waits for them.
    row = await tx.fetch_one("SELECT totp_sealed_secret FROM account WHERE id = $1 FOR UPDATE", account_id)
    code = code_text(typed)
    if is_recovery_code(code):
        return await _spend_recovery_code(tx, account_id, code)
    secret = _opened(row["totp_sealed_secret"]) if row else None
    step = step_of(code, secret=secret, now=now) if secret else None
    return step is not None and await _spend_step(tx, account_id, step)


async def _spend_step(tx: Transaction, account_id: str, step: int) -> bool:
    # This one statement decides (RFC 6238, section 5.2): a step is used once, and none before it afterwards.
    spent = await tx.fetch_one(
        "UPDATE account SET totp_last_step = $2 WHERE id = $1 AND totp_last_step < $2 RETURNING id", account_id, step
    )
    return spent is not None


async def _spend_recovery_code(tx: Transaction, account_id: str, code: str) -> bool:
    spent = await tx.fetch_one(
        "DELETE FROM recovery_code WHERE digest = $1 AND account = $2 RETURNING digest",
        _recovery_digest(account_id, code),
        account_id,
    )
    return spent is not None


def _opened(sealed: bytes | None) -> str | None:
    """The secret, or None where there is none or it was sealed under another secret key."""
    if sealed is None:
        return None
    try:
        return unseal(sealed, secret_key=settings.current().secret_key, purpose=SECRET).decode()
    except Unsealable:
        return None


def _recovery_digest(account_id: str, code: str) -> str:
    # Keyed: fifteen digits could be guessed from a plain digest by whoever reads the database.
    return keyed_token(account_id, code, secret_key=settings.current().secret_key, purpose=RECOVERY)
