"""How fast the door's page is, in a browser with a camera: `python -m benchmarks.door_page`.

Prints how long it takes from opening the page to the first badge let in, and how long a verdict of the device's own takes once a code
is read, without a network.
"""

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from playwright.async_api import BrowserContext, Page

from tests.journeys.fake_camera import film
from tests.journeys.given import Organiser
from tests.services.chromium import PHONE, find_chromium, running
from tests.services.product import Product

OPENINGS, VERDICTS = 7, 200
# From the code on the desk to the verdict on the screen, for each badge.
DECIDE = """async (badges) => {
  const field = document.querySelector("input[name=badge]");
  const place = document.querySelector("#verdict");
  const took = [];
  for (const badge of badges) {
    const began = performance.now();
    const shown = new Promise((done) => new MutationObserver((changes, watch) => {
      if (!place.querySelector("[data-scan]")) return;
      watch.disconnect();
      done(performance.now());
    }).observe(place, { childList: true }));
    field.value = badge;
    field.form.requestSubmit();
    took.push(await shown - began);
  }
  return took;
}"""


async def measure() -> None:
    """Start the product on SQLite with a guest for each verdict, and a browser whose camera sees the first of them."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        product = Product(folder, f"sqlite:///{folder / 'events.sqlite'}")
        product.start()
        try:
            async with Organiser(product) as organiser:
                slug = await organiser.publish(registration={"capacity": VERDICTS})
                await asyncio.gather(*(organiser.register(slug, f"Guest {number}") for number in range(VERDICTS)))
                badges = await organiser.badges(slug)
                flags = film(badges[:1], folder / "badges.mjpeg")
                async with (
                    running(find_chromium(), *flags) as browser,
                    await browser.new_context(viewport=PHONE, is_mobile=True, has_touch=True) as phone,
                ):
                    page = await _paired(phone, organiser, slug)
                    _say("from opening to the first badge", [await _opening(page) for _ in range(OPENINGS)])
                    await page.get_by_role("button", name="Camera").click()
                    await page.get_by_text("Guest list brought up to date").wait_for()
                    await phone.set_offline(True)
                    _say("a verdict of the device's own", (await page.evaluate(DECIDE, badges))[5:])
        finally:
            product.stop()


async def _paired(phone: BrowserContext, organiser: Organiser, slug: str) -> Page:
    device = await organiser.ask("POST", f"/events/{slug}/devices", {"name": "Gate"}, status=201)
    page = await phone.new_page()
    await page.goto(device["pairing_url"])
    await page.get_by_role("button", name="Pair", exact=True).click()
    await page.wait_for_url("**/door")
    return page


async def _opening(page: Page) -> float:
    began = time.perf_counter()
    await page.goto(page.url, wait_until="commit")
    await page.locator("#verdict [data-scan]").wait_for()
    return (time.perf_counter() - began) * 1000


def _say(what: str, took: list[float]) -> None:
    print(f"{what}: median {statistics.median(took):.0f} ms, slowest {max(took):.0f} ms, of {len(took)}")


if __name__ == "__main__":
    asyncio.run(measure())
