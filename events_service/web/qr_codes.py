"""A text as a picture within a page, for a phone's camera."""

import base64
import io

import qrcode
from qrcode.constants import ERROR_CORRECT_M
from qrcode.image.svg import SvgPathFillImage

# Four modules of quiet zone, as ISO/IEC 18004 asks.
QUIET_MODULES = 4


def qr_address(text: str) -> str:
    """The text as a QR code: a `data:` address of an SVG picture. Takes some 25 ms: call it off the event loop.

    Nothing is kept of it: the text is a secret, which pairs a device or an authenticator app.
    """
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=QUIET_MODULES)
    code.add_data(text)
    code.make(fit=True)
    file = io.BytesIO()
    code.make_image(image_factory=SvgPathFillImage).save(file)
    return "data:image/svg+xml;base64," + base64.b64encode(file.getvalue()).decode()
