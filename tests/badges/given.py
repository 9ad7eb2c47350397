"""Printed badges read back: rendered by another program than the one that set them, and decoded from the picture.

The codes are drawn by zxing-cpp, and what it draws wrongly it might read wrongly: OpenCV's decoder shares no code with it.
"""

import re
from dataclasses import dataclass

import cv2
import numpy as np
import pypdfium2
import zxingcpp
from PIL import Image

from events_service.registrations.badge_tokens import PREFIX, TEXT_LENGTH

MM_AN_INCH, POINTS_AN_INCH = 25.4, 72
DOTS_PER_MM = 8


@dataclass(frozen=True)
class Page:
    """A page of a PDF: how large it is in millimetres, its picture and its words."""

    width: float
    height: float
    picture: Image.Image
    words: str

    @property
    def codes(self) -> list[str]:
        """What the codes on it say, from left to right and down."""
        found = sorted(
            zxingcpp.read_barcodes(self.picture),
            key=lambda one: (one.position.top_left.y // (self.picture.height // 2), one.position.top_left.x),
        )
        return [one.text for one in found]

    @property
    def codes_to_opencv(self) -> set[str]:
        """What they say to a decoder that shares no code with the one that drew them."""
        return read_by_opencv(self.picture)

    @property
    def code_widths(self) -> list[float]:
        """How wide the codes are, in millimetres."""
        return [
            (one.position.top_right.x - one.position.top_left.x) / DOTS_PER_MM
            for one in zxingcpp.read_barcodes(self.picture)
        ]


def read_by_opencv(picture: Image.Image) -> set[str]:
    """The texts of all QR codes in a picture. Each of its two ways to find the corners misses about one flawless code in 30."""
    pixels = np.asarray(picture.convert("L"))
    _, texts, _, _ = cv2.QRCodeDetector().detectAndDecodeMulti(pixels)
    _, more, _, _ = cv2.QRCodeDetectorAruco().detectAndDecodeMulti(pixels)
    return {*texts, *more} - {""}


def pages_of(pdf: bytes) -> list[Page]:
    """Every page as a printer of 200 dots an inch would have it."""
    document = pypdfium2.PdfDocument(pdf)
    return [_page(page) for page in document]


def _page(page: pypdfium2.PdfPage) -> Page:
    a_mm = MM_AN_INCH / POINTS_AN_INCH
    picture = page.render(scale=DOTS_PER_MM * a_mm).to_pil().convert("L")
    words = page.get_textpage().get_text_bounded()
    return Page(
        round(page.get_width() * a_mm, 1), round(page.get_height() * a_mm, 1), picture, re.sub(r"\s+", " ", words)
    )


def is_badge(text: str) -> bool:
    return text.startswith(PREFIX) and len(text) == TEXT_LENGTH
