"""What stands in a badge's code, and what does not pass for one."""

import base64
from datetime import UTC, date, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from events_service.registrations.badge_tokens import (
    PREFIX,
    TEXT_LENGTH,
    BadgeToken,
    badge_digest,
    expiry_of,
    is_signed_by,
    mint,
    parse,
)

SEED = bytes(range(32))
PUBLIC = Ed25519PrivateKey.from_private_bytes(SEED).public_key().public_bytes_raw()
TOKEN = BadgeToken(
    key_id=1,
    event_mark=0xFEDCBA98,
    secret=b"sixteen bytes ok",
    access_class=2,
    generation=1,
    expires_on=date(2027, 3, 8),
)
TEXT = mint(TOKEN, private_key=SEED)


def test_a_badge_is_146_characters_of_the_alphanumeric_mode() -> None:
    assert len(TEXT) == TEXT_LENGTH
    assert TEXT.startswith("S1")
    assert set(TEXT) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")


def test_the_same_token_gives_the_same_text_and_reads_back() -> None:
    assert mint(TOKEN, private_key=SEED) == TEXT
    parsed = parse(TEXT)
    assert parsed is not None
    token, body, signature = parsed
    assert token == TOKEN
    assert is_signed_by(body, signature, PUBLIC)


@pytest.mark.parametrize("scanned", [TEXT.lower(), f"  {TEXT}\r\n", TEXT.title()])
def test_scanners_may_write_small_letters_and_spaces_around(scanned: str) -> None:
    parsed = parse(scanned)
    assert parsed is not None and parsed[0] == TOKEN
    assert badge_digest(scanned) == badge_digest(TEXT)


def test_another_key_and_a_changed_bit_are_told() -> None:
    parsed = parse(TEXT)
    assert parsed is not None
    _, body, signature = parsed
    other = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    assert not is_signed_by(body, signature, other)
    assert not is_signed_by(body[:-1] + bytes([body[-1] ^ 1]), signature, PUBLIC)
    assert not is_signed_by(body, signature[:-1] + bytes([signature[-1] ^ 1]), PUBLIC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "S1",
        "https://example.org/",
        TEXT[:-1],
        TEXT + "A",
        "S2" + TEXT[2:],
        TEXT[:-1] + "1",
        TEXT[:-1] + "ß",
        TEXT.replace("A", "\x00", 1),
        PREFIX + base64.b32encode(b"\x02" + bytes(89)).decode().rstrip("="),
    ],
)
def test_anything_else_is_no_badge(text: str) -> None:
    assert parse(text) is None


@given(st.text(max_size=4096))
def test_no_text_whatever_is_an_error(text: str) -> None:
    assert parse(text) is None
    assert len(badge_digest(text)) == 64


def test_a_badge_is_good_until_the_day_after_the_event() -> None:
    assert expiry_of(datetime(2027, 3, 7, 16, tzinfo=UTC)) == date(2027, 3, 8)
