"""An installation on plain http under a name of its own, as on an inner network: browsers tell less there; forms work all the same."""

from collections.abc import Callable
from pathlib import Path

from tests.journeys.given import Organiser, text_in
from tests.journeys.test_main_job import ADDRESS, cancel_in_browser, register_in_browser
from tests.services.chromium import running
from tests.services.product import Product


async def test_a_participant_registers_opens_their_page_and_cancels(
    sqlite_url: str, install: Callable[..., Product], chromium_program: Path
) -> None:
    product = install(sqlite_url)
    product.start()
    here = f"http://alliance.example:{product.port}"
    async with Organiser(product) as organiser:
        slug = await organiser.publish()
        async with running(chromium_program, "--host-resolver-rules=MAP alliance.example 127.0.0.1") as browser:
            page = await browser.new_page()
            await register_in_browser(page, here, slug)
            assert not await page.evaluate("isSecureContext")
            letter = text_in(await organiser.mail(ADDRESS, "You have a seat"))
            await cancel_in_browser(page, here, letter.replace(product.base_url, here))
        await organiser.mail(ADDRESS, "Your registration is cancelled")
