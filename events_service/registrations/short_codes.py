"""The short code under a badge's QR code: eight letters to be typed or said aloud where no camera can read the code.

Four syllables of a consonant and a vowel, without what sounds alike (C, Q and W sound like K, K and V). Like the badge's own text
a code is drawn from the installation's key, so nothing about the person is in it, and a new badge has a new one. Only its digest
is stored, keyed with the event: at another event the code opens nothing.
"""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass

from events_service.database import Transaction
from events_service.sealing import derived_key, keyed_token

CONSONANTS, VOWELS = "BDFGHJKLMNPRSTVXZ", "AEIOUY"
SYLLABLES = [consonant + vowel for consonant in CONSONANTS for vowel in VOWELS]
SYLLABLES_A_CODE = 4
CODE_LENGTH = 2 * SYLLABLES_A_CODE
# What people type in place of what they read or hear.
MEANT = str.maketrans("01CQW", "OIKKV")
FORM = re.compile(f"(?:[{CONSONANTS}][{VOWELS}]){{{SYLLABLES_A_CODE}}}")
_SPACING = re.compile(r"[\s\-‐-―]+")
# Nobody should wear one of these on the chest.
UNWANTED = re.compile("NAZI|ISIS|JIHAD|HAMAS|NIGE|NIGA|PEDO|PUTA|HOR[AE]|FITA|KAKA|PULA|SUKA|KUKO|PIKU")


@dataclass(frozen=True, slots=True)
class Drawn:
    """A badge's short code: its stored digest, and in which draw it came up."""

    digest: str
    draw: int


def short_code(registration_id: str, generation: int, draw: int, *, secret_key: str) -> str:
    """The code of the badge of that generation: eight upper-case letters. The first of its draw that may be worn."""
    key = derived_key(secret_key, "badge-short-code")
    again = 0
    while True:
        mac = hmac.digest(key, f"{registration_id}|{generation}|{draw}|{again}".encode(), "sha256")
        number = int.from_bytes(mac[:16]) % len(SYLLABLES) ** SYLLABLES_A_CODE
        code = ""
        for _ in range(SYLLABLES_A_CODE):
            number, syllable = divmod(number, len(SYLLABLES))
            code += SYLLABLES[syllable]
        if not UNWANTED.search(code):
            return code
        again += 1


def in_groups(code: str) -> str:
    """As it is printed: `BAKO-LIME`."""
    return f"{code[: CODE_LENGTH // 2]}-{code[CODE_LENGTH // 2 :]}"


def read_code(text: str) -> str | None:
    """The code that somebody typed; case, spaces and hyphens do not count. None for what is no short code."""
    # A QR code's text, the usual case, is much longer.
    if len(text) > 4 * CODE_LENGTH:
        return None
    code = _SPACING.sub("", text).upper().translate(MEANT)
    return code if FORM.fullmatch(code) else None


def code_digest(event_id: str, code: str, *, secret_key: str) -> str:
    """What is stored of a code and looked up at the door."""
    return keyed_token(event_id, code, secret_key=secret_key, purpose="badge-short-code-digest")


async def draw_codes(tx: Transaction, badges: Mapping[str, int], *, event_id: str, secret_key: str) -> dict[str, Drawn]:
    """Registration id → a code for its badge of that generation, one that no badge of the event has or had.

    The event's row must be locked.
    """
    drawn: dict[str, Drawn] = {}
    taken: set[str] = set()
    draw = 0
    while missing := {one: generation for one, generation in badges.items() if one not in drawn}:
        digests = {
            one: code_digest(event_id, short_code(one, generation, draw, secret_key=secret_key), secret_key=secret_key)
            for one, generation in missing.items()
        }
        taken |= await _taken(tx, sorted(digests.values()))
        for one, digest in digests.items():
            if digest not in taken:
                drawn[one] = Drawn(digest, draw)
                taken.add(digest)
        draw += 1
    return drawn


async def _taken(tx: Transaction, digests: list[str]) -> set[str]:
    rows = await tx.fetch(
        """SELECT badge_code_digest AS digest FROM registration WHERE badge_code_digest = ANY($1)
           UNION ALL SELECT code_digest AS digest FROM retired_badge WHERE code_digest = ANY($1)""",
        digests,
    )
    return {row["digest"] for row in rows}
