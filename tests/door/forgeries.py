"""Badges that nobody should be let in with, made from true ones."""

import base64
import random
from collections.abc import Callable, Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from events_service.registrations.badge_tokens import LAYOUT, PREFIX, SIGNED_BEFORE

# The order of Ed25519's group: a signature with this added to its second half verifies where nobody looks closely (RFC 8032 §5.1.7).
ORDER = 2**252 + 27742317777372353535851937790883648493
# Points of small order, which verify anything under some public keys.
SMALL_POINTS = (bytes(32), b"\x01" + bytes(31), bytes.fromhex("ec" + "ff" * 30 + "7f"))
LOOKS_LIKE = {"O": "0", "I": "1", "B": "8", "S": "5", "Z": "2", "G": "6"}
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"

Forge = Callable[[random.Random, str, Sequence[str]], str]


def taken_apart(badge: str) -> tuple[bytes, bytes]:
    """The signed body and the signature."""
    raw = base64.b32decode(badge[len(PREFIX) :])
    return raw[: LAYOUT.size], raw[LAYOUT.size :]


def put_together(body: bytes, signature: bytes) -> str:
    return PREFIX + base64.b32encode(body + signature).decode().rstrip("=")


def flipped(chance: random.Random, badge: str, _others: Sequence[str]) -> str:
    raw = bytearray(b"".join(taken_apart(badge)))
    for bit in chance.sample(range(8 * len(raw)), chance.choice((1, 1, 2, 8))):
        raw[bit // 8] ^= 1 << bit % 8
    return put_together(bytes(raw[: LAYOUT.size]), bytes(raw[LAYOUT.size :]))


def cut_short(chance: random.Random, badge: str, _others: Sequence[str]) -> str:
    return chance.choice((badge[: chance.randrange(len(badge))], badge[chance.randrange(1, len(badge)) :]))


def made_longer(chance: random.Random, badge: str, others: Sequence[str]) -> str:
    return chance.choice((badge + chance.choice(LETTERS), badge * 2, chance.choice(others) + badge, badge + "=" * 6))


def mistyped(chance: random.Random, badge: str, _others: Sequence[str]) -> str:
    place = chance.randrange(len(PREFIX), len(badge))
    letter = chance.choice([one for one in LETTERS + " -=0189é" if one != badge[place]])
    return badge[:place] + letter + badge[place + 1 :]


def misread(chance: random.Random, badge: str, _others: Sequence[str]) -> str:
    places = [place for place, letter in enumerate(badge) if letter in LOOKS_LIKE]
    place = chance.choice(places)
    return badge[:place] + LOOKS_LIKE[badge[place]] + badge[place + 1 :]


def two_halves(chance: random.Random, badge: str, others: Sequence[str]) -> str:
    other = chance.choice([one for one in others if one != badge])
    return put_together(taken_apart(badge)[0], taken_apart(other)[1])


def raised(chance: random.Random, badge: str, _others: Sequence[str]) -> str:
    """Another category, a newer generation, a later day, or another version, under the old signature."""
    body, signature = taken_apart(badge)
    version, key_id, mark, secret, access, generation, day = LAYOUT.unpack(body)
    changed = chance.choice(
        (
            (version + 1, key_id, mark, secret, access, generation, day),
            (version, key_id + 1, mark, secret, access, generation, day),
            (version, key_id, mark, secret, access % 10 + 1, generation, day),
            (version, key_id, mark, secret, access, generation + 1, day),
            (version, key_id, mark, secret, access, generation, day + 400),
            (version, key_id, mark ^ 1, secret, access, generation, day),
        )
    )
    return put_together(LAYOUT.pack(*changed), signature)


def signed_by_a_stranger(chance: random.Random, badge: str, _others: Sequence[str]) -> str:
    body, _ = taken_apart(badge)
    stranger = Ed25519PrivateKey.from_private_bytes(chance.randbytes(32))
    return put_together(body, stranger.sign(SIGNED_BEFORE + body))


def bent(chance: random.Random, badge: str, _others: Sequence[str]) -> str:
    """A signature of the same badge in a form that lax verifiers take."""
    body, signature = taken_apart(badge)
    raised_by_order = (int.from_bytes(signature[32:], "little") + ORDER) % 2**256
    forms = [signature[:32] + raised_by_order.to_bytes(32, "little")]
    forms += [point + half for point in SMALL_POINTS for half in (bytes(32), signature[32:])]
    return put_together(body, chance.choice(forms))


def made_up(chance: random.Random, _badge: str, _others: Sequence[str]) -> str:
    return chance.choice(
        (
            put_together(chance.randbytes(LAYOUT.size), chance.randbytes(64)),
            put_together(bytes([1, 1]) + chance.randbytes(LAYOUT.size - 2), chance.randbytes(64)),
            "".join(chance.choice(LETTERS + "é 🎫") for _ in range(chance.randrange(300))),
        )
    )


FORGES: tuple[Forge, ...] = (
    flipped, cut_short, made_longer, mistyped, misread, two_halves, raised, signed_by_a_stranger, bent, made_up,
)  # fmt: skip


def forged(number: int, true_badges: Sequence[str], *, seed: int = 1) -> list[str]:
    """So many badges, each made from a true one in one of the ways above."""
    chance = random.Random(seed)
    return [FORGES[n % len(FORGES)](chance, chance.choice(true_badges), true_badges) for n in range(number)]
