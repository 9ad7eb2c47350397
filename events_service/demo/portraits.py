"""Portraits of people who do not exist: shapes and colours drawn from their address, no faces. The same in every run."""

import io
from random import Random

from PIL import Image, ImageDraw

SIDE, SENT_SIDE = 720, 440

# Ground, coat, hair, skin: each row goes well together.
_PALETTES = (
    ("#cfe3ea", "#0f5c74", "#3a2a1e", "#e8c4a4"),
    ("#e6ecd6", "#4c6b22", "#c8a04a", "#f0d2b6"),
    ("#f6dfda", "#8f3327", "#1d1a1a", "#8a5a3c"),
    ("#ecdff0", "#5f2f6d", "#7a4a2a", "#d9a982"),
    ("#faeccd", "#7a4d00", "#54555a", "#f2d6bf"),
    ("#dfe4e8", "#27323c", "#b5532a", "#f4d9c6"),
    ("#d5ebe3", "#0d6652", "#2a1b14", "#6d452c"),
    ("#dfe0f5", "#32357f", "#d8c08a", "#efcfb0"),
)


def portrait(address: str) -> bytes:
    """A portrait (PNG) of the person with that address."""
    random = Random(address)  # noqa: S311  # the same for the same person
    ground, coat, hair, skin = random.choice(_PALETTES)
    image = Image.new("RGB", (SIDE, SIDE), ground)
    pen = ImageDraw.Draw(image)
    middle, lean = SIDE // 2, random.randint(-18, 18)
    _sun(pen, random, coat)
    if random.random() < 0.5:
        _ellipse(pen, middle + lean, 400, 165, 250, hair)  # long hair falls behind the shoulders
    _ellipse(pen, middle, 800, random.randint(250, 300), 270, coat)
    _ellipse(pen, middle + lean // 2, 545, 62, 90, skin)
    _ellipse(pen, middle + lean, 340, 128, 160, skin)
    pen.pieslice((middle + lean - 140, 165, middle + lean + 140, 445), 180, 360, fill=hair)
    _ellipse(pen, middle + lean + random.choice((-70, 70)), 270, 88, 62, hair)
    if random.random() < 0.35:
        _glasses(pen, middle + lean, 350)
    file = io.BytesIO()
    image.resize((SENT_SIDE, SENT_SIDE), Image.Resampling.BOX).save(file, "PNG", compress_level=1)
    return file.getvalue()


def _sun(pen: ImageDraw.ImageDraw, random: Random, colour: str) -> None:
    """A pale disc behind the head, off to one side."""
    x, y = random.choice((150, 570)), random.randint(140, 260)
    tint = tuple(int(int(colour[at : at + 2], 16) * 0.25 + 255 * 0.75) for at in (1, 3, 5))
    pen.ellipse((x - 190, y - 190, x + 190, y + 190), fill=tint)


def _glasses(pen: ImageDraw.ImageDraw, x: int, y: int) -> None:
    for side in (-56, 56):
        pen.ellipse((x + side - 42, y - 34, x + side + 42, y + 34), outline="#22272b", width=7)
    pen.line((x - 14, y, x + 14, y), fill="#22272b", width=7)


def _ellipse(pen: ImageDraw.ImageDraw, x: int, y: int, across: int, down: int, fill: str) -> None:
    pen.ellipse((x - across, y - down, x + across, y + down), fill=fill)
