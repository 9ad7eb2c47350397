"""A camera for the browser: a film of badges held up one after the other, each a little askew and never quite still."""

import io
import math
from collections.abc import Sequence
from pathlib import Path

import qrcode
from PIL import Image
from qrcode.constants import ERROR_CORRECT_M

# Chromium plays such a film thirty times a second, again and again.
FRAMES_EACH = 24
SECONDS_EACH = FRAMES_EACH / 30
WIDTH, HEIGHT, SIDE = 640, 480, 330
ROOM, CARD = (96, 104, 110), (250, 250, 246)


def film(badges: Sequence[str], file: Path) -> list[str]:
    """Write the film; the answer is the flags of a browser whose camera sees it."""
    with file.open("wb") as out:
        for badge in badges:
            picture = _card(badge)
            for frame in range(FRAMES_EACH):
                out.write(_jpeg(_held_up(picture, frame)))
    return [
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={file}",
    ]


def _card(badge: str) -> Image.Image:
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=4, box_size=6)
    code.add_data(badge)
    code.make(fit=True)
    picture = code.make_image().get_image().convert("RGB").resize((SIDE, SIDE), Image.Resampling.NEAREST)
    card = Image.new("RGB", (SIDE + 40, SIDE + 60), CARD)
    card.paste(picture, (20, 20))
    return card


def _held_up(card: Image.Image, frame: int) -> Image.Image:
    turn = frame / FRAMES_EACH * 2 * math.pi
    askew = card.rotate(9 * math.sin(turn), Image.Resampling.BICUBIC, expand=True, fillcolor=ROOM)
    seen = Image.new("RGB", (WIDTH, HEIGHT), ROOM)
    across, down = WIDTH // 2 + int(60 * math.cos(turn)), HEIGHT // 2 + int(12 * math.sin(2 * turn))
    seen.paste(askew, (across - askew.width // 2, down - askew.height // 2))
    return seen


def _jpeg(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=82)
    return file.getvalue()
