"""The QR code a kiosk draws by itself, read by another library."""

import re

import zxingcpp
from PIL import Image

from tests.door.on_a_phone import on_a_phone

BADGES = ["S1" + (letters * 40)[:144] for letters in ("ABCDEFGH234567", "Z7QX", "A", "7654321ZYXWVUT")]
DRAW = """
import { qrPath } from "door/qr.js";
const made = given.map(qrPath);
"""
SIDE, QUIET, DOTS = 41, 4, 6


def modules_of(path: str) -> list[list[bool]]:
    """Which modules the path blackens, row by row."""
    dark = [[False] * SIDE for _ in range(SIDE)]
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1H\d+z", path):
        for at in range(int(x), int(x) + int(width)):
            dark[int(y)][at] = True
    return dark


def read(modules: list[list[bool]]) -> str:
    """What a decoder makes of them."""
    picture = Image.new("L", (SIDE + 2 * QUIET, SIDE + 2 * QUIET), 255)
    for y, row in enumerate(modules):
        for x, is_dark in enumerate(row):
            if is_dark:
                picture.putpixel((x + QUIET, y + QUIET), 0)
    (found,) = zxingcpp.read_barcodes(
        picture.resize((picture.width * DOTS, picture.height * DOTS), Image.Resampling.NEAREST)
    )
    return str(found.text)


def test_a_decoder_reads_what_the_kiosk_draws() -> None:
    assert [read(modules_of(path)) for path in on_a_phone(DRAW, BADGES)] == BADGES


def test_what_is_no_badge_is_not_drawn() -> None:
    assert on_a_phone(DRAW, ["s1 small letters", "A" * 155, "Å"]) == [None, None, None]
