"""The picture of a badge's code."""

import io
from functools import lru_cache

import qrcode
from qrcode.constants import ERROR_CORRECT_M
from qrcode.image.pure import PyPNGImage
from qrcode.image.svg import SvgPathImage
from qrcode.util import MODE_ALPHA_NUM, QRData

# Four modules of quiet zone, as ISO/IEC 18004 asks; ten pixels a module print well at 30 mm and more.
QUIET_MODULES, PIXELS_A_MODULE = 4, 10


@lru_cache(maxsize=512)
def qr_png(text: str) -> bytes:
    """The code as PNG. Takes some 25 ms the first time: call it off the event loop."""
    return _drawn(text, PyPNGImage)


@lru_cache(maxsize=512)
def qr_svg(text: str) -> bytes:
    """The code as SVG. Takes some 25 ms the first time: call it off the event loop."""
    return _drawn(text, SvgPathImage)


def _drawn(text: str, factory: type[PyPNGImage] | type[SvgPathImage]) -> bytes:
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, box_size=PIXELS_A_MODULE, border=QUIET_MODULES)
    code.add_data(QRData(text, mode=MODE_ALPHA_NUM))
    code.make(fit=True)
    file = io.BytesIO()
    code.make_image(image_factory=factory).save(file)
    return file.getvalue()
