"""The badge's code as a picture of its own, in mails and on pages: read by decoders that share no code with what drew it."""

import io
from pathlib import Path

import typst
import zxingcpp
from PIL import Image

from events_service.registrations.badge_images import qr_png, qr_svg
from tests.badges.given import read_by_opencv
from tests.badges.test_drawing import badge


def test_the_png_is_read_by_two_decoders() -> None:
    for number in range(10):
        picture = Image.open(io.BytesIO(qr_png(badge(number))))
        assert [one.text for one in zxingcpp.read_barcodes(picture)] == [badge(number)]
        assert read_by_opencv(picture) == {badge(number)}


def test_the_svg_is_read_by_two_decoders(tmp_path: Path) -> None:
    for number in range(3):
        picture = rendered(qr_svg(badge(number)), tmp_path)
        assert [one.text for one in zxingcpp.read_barcodes(picture)] == [badge(number)]
        assert read_by_opencv(picture) == {badge(number)}


def rendered(svg: bytes, folder: Path) -> Image.Image:
    """The drawing on white paper, 50 mm wide, at 200 dots an inch."""
    (folder / "code.svg").write_bytes(svg)
    page = '#set page(width: auto, height: auto, margin: 5mm, fill: white)\n#image("code.svg", width: 50mm)'
    (folder / "page.typ").write_text(page)
    made = typst.compile(str(folder / "page.typ"), format="png", ppi=200)
    assert isinstance(made, bytes)
    return Image.open(io.BytesIO(made))
