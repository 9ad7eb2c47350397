"""What a password must be, and how it is kept: argon2id (RFC 9106), never in clear."""

import asyncio
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from events_service.errors import FieldError
from events_service.sentences import sentence

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 256
FEWEST_DIFFERENT_CHARACTERS = 5
# Longer words fall to the same guess with a year or a few digits behind them, so digits at the end are not counted.
COMMON_PASSWORDS = frozenset(
    {
        "password",
        "passwordpassword",
        "passw0rd",
        "mypassword",
        "letmein",
        "letmeinplease",
        "welcome",
        "welcomehome",
        "iloveyou",
        "iloveyouforever",
        "qwerty",
        "qwertyuiop",
        "qwertyuiopasdf",
        "qwertyqwerty",
        "asdfghjkl",
        "asdfghjklzxcvbnm",
        "zxcvbnm",
        "administrator",
        "adminadmin",
        "admin",
        "changeme",
        "changemenow",
        "secret",
        "secretsecret",
        "supersecret",
        "trustno",
        "football",
        "superman",
        "sunshine",
        "princess",
        "monkey",
        "dragon",
        "master",
        "starwars",
        "whatever",
        "computer",
        "internet",
        "keyboard",
        "abcdefghijkl",
        "abcdefghijklmn",
        "default",
        "temporary",
        "organiser",
        "organizer",
        "adgangskode",
        "velkommen",
        "kodeord",
        "losenord",
        "lösenord",
        "välkommen",
        "passord",
        "salasana",
        "tervetuloa",
        "lykilord",
        "lykilorð",
        "velkomin",
        "correcthorsebatterystaple",
    }
)
_SEQUENCES = ("01234567890123456789", "98765432109876543210", "qwertyuiopasdfghjklzxcvbnm")


def password_text(typed: str) -> str:
    """The password in one Unicode form (NFKC), so that it is the same from every keyboard."""
    return unicodedata.normalize("NFKC", typed)


def password_fault(password: str, *, email: str, field: str = "password") -> FieldError | None:
    """What is wrong with a new password for that account, with what to do about it; None when it will do."""
    text = password_text(password)
    plain = text.casefold()
    if len(text) < SHORTEST_PASSWORD:
        return FieldError(
            field,
            "password_too_short",
            sentence("Use at least %(least)s characters. Four unrelated words do well.", least=SHORTEST_PASSWORD),
        )
    if len(text) > LONGEST_PASSWORD:
        return FieldError(
            field, "password_too_long", sentence("Use at most %(most)s characters.", most=LONGEST_PASSWORD)
        )
    if plain in _words_of(email):
        return FieldError(field, "password_is_address", "Choose something else than your mail address.")
    if _is_common(plain):
        return FieldError(
            field, "password_too_common", "This is among the first that are guessed. Use four unrelated words."
        )
    return None


def _words_of(email: str) -> set[str]:
    plain = email.casefold()
    return {plain, plain.partition("@")[0], plain.partition("@")[2]}


def _is_common(plain: str) -> bool:
    return (
        plain in COMMON_PASSWORDS
        or plain.rstrip("0123456789!.?") in COMMON_PASSWORDS
        or len(set(plain)) < FEWEST_DIFFERENT_CHARACTERS
        or any(plain in sequence for sequence in _SEQUENCES)
    )


# 19 MiB and two passes, about 30 ms. Two threads, so that a storm of tries can take no more than 38 MiB.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_HASHING = ThreadPoolExecutor(max_workers=2, thread_name_prefix="password")


async def hashed(password: str) -> str:
    """What is stored in place of the password."""
    return await asyncio.get_running_loop().run_in_executor(_HASHING, _HASHER.hash, _octets(password))


async def holds(password: str, *, stored: str | None) -> bool:
    """Whether it is the stored password. Where none is stored, a hash is worked through all the same."""
    return await asyncio.get_running_loop().run_in_executor(_HASHING, _verify, password, stored)


def is_outdated(stored: str) -> bool:
    """Whether it was hashed by weaker parameters than today's."""
    return _HASHER.check_needs_rehash(stored)


def _verify(password: str, stored: str | None) -> bool:
    try:
        matches = _HASHER.verify(stored or _nobodys_hash(), _octets(password))
    except (Argon2Error, InvalidHashError):
        return False
    return matches and stored is not None


@cache
def _nobodys_hash() -> str:
    return _HASHER.hash(b"nobody's password")


def _octets(password: str) -> bytes:
    # Longer ones cannot have been set, and need not be worked through whole.
    return password_text(password[: LONGEST_PASSWORD + 1]).encode("utf-8", "surrogatepass")
