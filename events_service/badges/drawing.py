"""Badges as PDF, by typst: tagged, with title and language (PDF/UA-1), codes as vectors.

A thousand of them take some two seconds of one processor: call it off the event loop.
"""

import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec
import typst
import zxingcpp

from events_service.badges.rules import Layout
from events_service.web.assets import FOLDER, AssetsMissing

TEMPLATE = Path(__file__).with_name("badges.typ")
FONTS = FOLDER / "print"
PREVIEW_DOTS_PER_INCH = 110
_PATH = re.compile(r'<path d="([^"]+)"')
_WIDTH = re.compile(r'<svg width="(\d+)"')
# Two at once would take twice the memory and be no faster: there is more to do for the processors.
_one_at_a_time = threading.Lock()


class Face(msgspec.Struct, frozen=True):
    """What stands on one badge: who it is, what they are in a word, the typed code, and the text of the QR code."""

    name: str
    organisation: str
    city: str
    category: str
    word: str
    code: str
    badge: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """Badges to be drawn together; `when` is the event's date in words, `code_in_words` what the code is to who cannot see it."""

    layout: Layout
    language: str
    title: str
    when: str
    organisation: str
    code_in_words: str
    faces: Sequence[Face]


def draw_pdf(sheet: Sheet) -> bytes:
    """The badges in their order. A letter that none of our fonts has is printed as an empty box, and the file is no PDF/UA then."""
    with _one_at_a_time:
        compiler = _compiler(sheet)
        try:
            return _whole(compiler.compile(format="pdf", pdf_standards=["ua-1"]))
        except typst.TypstError:
            # The standard refuses what cannot be displayed; nobody stays without a badge for that.
            return _whole(compiler.compile(format="pdf"))


def draw_png(sheet: Sheet) -> bytes:
    """The first page, to be looked at."""
    with _one_at_a_time:
        return _whole(_compiler(sheet).compile(format="png", ppi=PREVIEW_DOTS_PER_INCH))


def _compiler(sheet: Sheet) -> typst.Compiler:
    return typst.Compiler(str(TEMPLATE), font_paths=_fonts(), sys_inputs={"sheet": _as_json(sheet)})


def _whole(made: bytes | list[bytes] | None) -> bytes:
    first = made[0] if isinstance(made, list) else made
    assert first is not None
    return first


def _as_json(sheet: Sheet) -> str:
    badges, modules = [], 0
    for face in sheet.faces:
        path, modules = qr_path(face.badge)
        badges.append(msgspec.structs.asdict(face) | {"qr": path})
    told = {
        "layout": sheet.layout,
        "language": sheet.language,
        "title": sheet.title,
        "when": sheet.when,
        "author": sheet.organisation,
        "alt": sheet.code_in_words,
        "modules": modules,
        "badges": badges,
    }
    return msgspec.json.encode(told).decode()


def qr_path(text: str) -> tuple[str, int]:
    """The QR code as an SVG path, and how many modules it has on a side. No quiet zone: the layout leaves it."""
    svg = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M").to_svg(add_quiet_zones=False)
    path, width = _PATH.search(svg), _WIDTH.search(svg)
    assert path is not None
    assert width is not None
    return path[1], int(width[1])


@cache
def _fonts() -> typst.Fonts:
    """Ours alone: what a machine happens to have must not change what is printed."""
    if not FONTS.is_dir():
        raise AssetsMissing("The front end is not built. Run: python hatch_build.py")
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])
