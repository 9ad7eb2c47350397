"""A badge scanner on a cable: to a browser it is a keyboard that types a hundred letters in a second, and Enter."""

import time

from playwright.async_api import Page

# Between two keys. Stated with each of them, so that a busy machine, on which they come later, makes no slow scanner.
BETWEEN_SECONDS = 0.005


async def scanned(page: Page, text: str) -> None:
    """The keys of this text and Enter, wherever the focus is, as told by DevTools' `Input.dispatchKeyEvent`."""
    keyboard = await page.context.new_cdp_session(page)
    at = time.time()
    for key in text:
        at += BETWEEN_SECONDS
        await keyboard.send("Input.dispatchKeyEvent", {"type": "keyDown", "key": key, "text": key, "timestamp": at})
        await keyboard.send("Input.dispatchKeyEvent", {"type": "keyUp", "key": key, "timestamp": at})
    enter = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "timestamp": at + BETWEEN_SECONDS}
    await keyboard.send("Input.dispatchKeyEvent", {"type": "keyDown", "text": "\r", **enter})
    await keyboard.send("Input.dispatchKeyEvent", {"type": "keyUp", **enter})
    await keyboard.detach()
