"""The door as a volunteer lives it: a camera, a network that goes, a phone that is full, taken away, or not allowed to see."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path

import asyncpg
import pytest
from playwright.async_api import Browser, BrowserContext, Page, Route, expect

from tests.journeys.fake_camera import SECONDS_EACH, film
from tests.journeys.given import Organiser
from tests.journeys.test_accessibility import complaints_about
from tests.services.chromium import PHONE, running
from tests.services.product import Product
from tests.services.scanner import scanned

pytestmark = pytest.mark.asyncio(loop_scope="session")

GUESTS = ("Åsa Ðórsdóttir", "Bo Ek", "Sólveig Þorláksdóttir")
SOON_MS = 20_000
# What a browser does where it may write no more.
DISK_FULL = """() => {
  const refuse = () => { throw new DOMException("No room.", "QuotaExceededError"); };
  IDBObjectStore.prototype.add = refuse;
  IDBObjectStore.prototype.put = refuse;
}"""
# A camera that takes until `warmedUp()` to show its picture; what it was opened with stays in `lenses`.
WARMING_UP = """
const open = navigator.mediaDevices?.getUserMedia.bind(navigator.mediaDevices);
if (open) navigator.mediaDevices.getUserMedia = async (...wishes) => {
  await new Promise((done) => { globalThis.warmedUp = done; });
  const stream = await open(...wishes);
  globalThis.lenses = stream.getTracks();
  return stream;
};
"""
# Types every badge into the field for codes, one after the other, each as soon as the one before is decided; where nothing else is.
TYPE_ALL = """async (badges) => {
  const field = document.querySelector("input[name=badge]");
  const place = document.querySelector("#verdict");
  for (const badge of badges) {
    const decided = new Promise((done) => {
      const watch = new MutationObserver(() => {
        if (!place.querySelector("[data-scan]")) return;
        watch.disconnect();
        done();
      });
      watch.observe(place, { childList: true });
    });
    field.value = badge;
    field.form.requestSubmit();
    await decided;
  }
}"""


@asynccontextmanager
async def a_phone_at(browser: Browser) -> AsyncIterator[BrowserContext]:
    async with await browser.new_context(viewport=PHONE, is_mobile=True, has_touch=True) as context:
        yield context


async def paired(context: BrowserContext, organiser: Organiser, slug: str, **more: object) -> tuple[Page, str]:
    """The door's page on a phone that was just paired, and the device's id."""
    device = await organiser.ask("POST", f"/events/{slug}/devices", {"name": "Left door", **more}, status=201)
    page = await context.new_page()
    await page.goto(device["pairing_url"])
    await page.get_by_role("button", name="Pair", exact=True).click()
    await page.wait_for_url("**/door")
    return page, device["id"]


async def event_with(organiser: Organiser, *names: str) -> tuple[str, list[str]]:
    """An event's slug and its guests' badges."""
    slug = await organiser.publish(registration={"capacity": 1000})
    for at, name in enumerate(names):
        body = {"name": name, "email": f"guest{at}@example.org", "organisation": "City of Malmö", "consent": True}
        assert (await organiser.http.post(f"/api/v1/events/{slug}/registrations", json=body)).status_code == 201
    return slug, await organiser.badges(slug)


async def settled_offline(page: Page) -> None:
    """Everything is kept that the page needs to go on without a network."""
    await expect(page.get_by_text("Guest list brought up to date")).to_be_visible(timeout=SOON_MS)
    await page.evaluate("navigator.serviceWorker.ready.then((one) => one.active.state)")
    await page.wait_for_function("async () => (await caches.keys()).length > 0")


async def switched(page: Page, *, on: bool) -> None:
    """The camera switched on or off, and so it is."""
    button = page.get_by_role("button", name="Camera")
    await button.click()
    await expect(button).to_have_attribute("aria-pressed", "true" if on else "false", timeout=SOON_MS)


async def all_decided(page: Page) -> None:
    """Nothing that the camera read waits for its verdict: what is typed after it comes last."""
    await page.get_by_label("Badge code").fill("no badge at all")
    await page.keyboard.press("Enter")
    await expect(page.locator("#verdict")).to_contain_text("No such badge")


async def wrong_with(page: Page) -> list[str]:
    """What axe-core finds. Without transitions, colours are what they shall be at once."""
    await page.emulate_media(reduced_motion="reduce")
    return await complaints_about(page)


async def scans_in(database_url: str) -> int:
    """How many scans the database holds."""
    if database_url.startswith("sqlite"):
        with closing(sqlite3.connect(database_url.removeprefix("sqlite:///"))) as connection:
            (number,) = connection.execute("SELECT COUNT(*) FROM scan").fetchone()
            return int(number)
    connection = await asyncpg.connect(database_url)
    try:
        return int(await connection.fetchval("SELECT COUNT(*) FROM scan"))
    finally:
        await connection.close()


@pytest.mark.both_databases
async def test_a_camera_lets_real_people_in(
    server: Callable[..., Product], chromium_program: Path, tmp_path: Path
) -> None:
    product = server()
    async with Organiser(product) as organiser:
        slug, badges = await event_with(organiser, *GUESTS)
        async with (
            running(chromium_program, *film(badges, tmp_path / "badges.mjpeg")) as browser,
            a_phone_at(browser) as context,
        ):
            page, _ = await paired(context, organiser, slug)
            verdict = page.locator("#verdict")
            await expect(verdict).to_contain_text("Welcome", timeout=SOON_MS)
            for name in GUESTS:
                await expect(verdict.get_by_text(name)).to_be_visible(timeout=SOON_MS)
            await expect(verdict).to_contain_text("Already admitted", timeout=SOON_MS)
            assert await wrong_with(page) == []
        attendance = await organiser.ask("GET", f"/events/{slug}/attendance")
        assert (attendance["admitted"], attendance["conflicts"]) == (3, 0)


async def test_five_hundred_guests_without_a_network(
    server: Callable[..., Product], chromium_program: Path, tmp_path: Path
) -> None:
    product = server()
    async with Organiser(product) as organiser:
        slug, badges = await event_with(organiser, *(f"Guest {number}" for number in range(500)))
        flags = film(badges[:2], tmp_path / "badges.mjpeg")
        async with running(chromium_program, *flags) as browser, a_phone_at(browser) as context:
            page, _ = await paired(context, organiser, slug)
            # Nobody is let in before the network goes.
            await switched(page, on=False)
            await settled_offline(page)
            before = await scans_in(product.database_url)
            await context.set_offline(True)
            product.stop()

            await switched(page, on=True)
            await expect(page.locator("#verdict")).to_contain_text("Decided on this device", timeout=SOON_MS)
            await expect(page.get_by_text("No network", exact=True)).to_be_visible()
            await switched(page, on=False)
            await all_decided(page)
            await page.evaluate(TYPE_ALL, badges[2:250])
            await page.close()

            page = await context.new_page()
            await page.goto(f"{product.base_url}/door")
            await expect(page.locator("[data-event]")).to_have_text("Launch of the Safe Cities Guide")
            await page.evaluate(TYPE_ALL, badges[250:])
            await page.evaluate(TYPE_ALL, badges[:2])
            waiting = await page.locator("[data-status=waiting]").inner_text()

            product.start()
            await context.set_offline(False)
            await expect(page.locator("[data-status=waiting]")).to_be_hidden(timeout=60_000)
        attendance = await organiser.ask("GET", f"/events/{slug}/attendance")
        assert (attendance["admitted"], attendance["conflicts"]) == (500, 0)
        made = int(waiting.removeprefix("Scans to be sent: "))
        assert made >= 500
        assert await scans_in(product.database_url) - before == made


async def test_a_camera_that_still_warms_up_is_switched_off(
    sqlite_url: str, install: Callable[..., Product], chromium_program: Path, tmp_path: Path
) -> None:
    product = install(sqlite_url)
    product.start()
    async with Organiser(product) as organiser:
        slug, badges = await event_with(organiser, "Bo Ek")
        async with (
            running(chromium_program, *film(badges, tmp_path / "badges.mjpeg")) as browser,
            a_phone_at(browser) as context,
        ):
            await context.add_init_script(WARMING_UP)
            page, _ = await paired(context, organiser, slug)
            button = page.get_by_role("button", name="Camera")
            await page.wait_for_function("() => typeof warmedUp === 'function'")
            await button.click()
            await page.evaluate("warmedUp()")
            await page.wait_for_function("() => globalThis.lenses?.every((lens) => lens.readyState === 'ended')")
            await expect(button).to_have_attribute("aria-pressed", "false")
            await button.click()
            await page.evaluate("warmedUp()")
            await expect(page.locator("#verdict")).to_contain_text("Welcome", timeout=SOON_MS)


async def test_a_camera_waits_for_the_verdict_on_the_badge_before(
    sqlite_url: str, install: Callable[..., Product], chromium_program: Path, tmp_path: Path
) -> None:
    product = install(sqlite_url)
    product.start()
    async with Organiser(product) as organiser:
        slug, badges = await event_with(organiser, *GUESTS)
        async with (
            running(chromium_program, *film(badges, tmp_path / "badges.mjpeg")) as browser,
            a_phone_at(browser) as context,
        ):
            asked: list[str] = []
            answering = asyncio.Event()

            async def slowly(route: Route) -> None:
                asked.append(route.request.post_data_json["badge"])
                await answering.wait()
                await route.continue_()

            # Without a guest list there is only the server to ask, and it takes its time.
            await context.route("**/api/v1/door/roster*", lambda route: route.abort())
            await context.route("**/api/v1/scans", slowly)
            page, _ = await paired(context, organiser, slug)
            await expect(page.locator("#verdict")).to_contain_text("The server has not answered yet", timeout=SOON_MS)
            # Meanwhile every badge is held up.
            await page.wait_for_timeout(1000 * SECONDS_EACH * len(badges))
            await switched(page, on=False)
            answering.set()
            await expect(page.locator("#verdict")).to_contain_text("Welcome")
            await all_decided(page)
            assert len(asked) == 2


async def test_a_scanner_is_heard_wherever_the_focus_is(
    sqlite_url: str, install: Callable[..., Product], phone: Page
) -> None:
    product = install(sqlite_url)
    product.start()
    async with Organiser(product) as organiser:
        slug, (badge, *_) = await event_with(organiser, *GUESTS)
        page, _ = await paired(phone.context, organiser, slug, role="door_supervisor")
        await expect(page.get_by_text("Guest list brought up to date")).to_be_visible(timeout=SOON_MS)
        await page.get_by_role("link", name="Find").click()
        field = page.get_by_label("Name, organisation or city")
        await field.fill("sol")
        await field.focus()
        await page.keyboard.press("End")
        await page.keyboard.type("veig")
        await scanned(page, badge)
        await expect(page.locator("#verdict")).to_contain_text("Welcome")
        await expect(field).to_have_value("solveig")


async def test_a_supervisor_finds_lets_in_overrides_and_takes_back(
    sqlite_url: str, install: Callable[..., Product], phone: Page
) -> None:
    product = install(sqlite_url)
    product.start()
    async with Organiser(product) as organiser:
        slug, _ = await event_with(organiser, *GUESTS)
        page, _ = await paired(phone.context, organiser, slug, role="door_supervisor")
        verdict = page.locator("#verdict")
        for words in ("Welcome", "Already admitted"):
            await page.get_by_role("link", name="Find").click()
            await page.get_by_label("Name, organisation or city").fill("solveig thor")
            await page.get_by_role("button", name="Let in", exact=True).click()
            await expect(verdict).to_contain_text(words)
        assert await wrong_with(page) == []
        await verdict.get_by_role("button", name="Let in all the same").click()
        await page.get_by_role("dialog").get_by_label("Reason").fill("Left to fetch her badge")
        assert await wrong_with(page) == []
        await page.get_by_role("button", name="Let in", exact=True).click()
        await expect(verdict).to_contain_text("Welcome")
        await verdict.get_by_role("button", name="Undo this scan").click()
        await expect(verdict).to_contain_text("Undone")


async def test_a_steward_sees_no_more_than_was_granted(
    sqlite_url: str, install: Callable[..., Product], phone: Page
) -> None:
    product = install(sqlite_url)
    product.start()
    async with Organiser(product) as organiser:
        slug, (badge, *_) = await event_with(organiser, "Bo Ek")
        page, _ = await paired(phone.context, organiser, slug, grants=["walk_in"])
        await expect(page.get_by_text("Guest list brought up to date")).to_be_visible(timeout=SOON_MS)
        await page.evaluate(TYPE_ALL, [badge, badge])
        await expect(page.locator("#verdict")).to_contain_text("Already admitted")
        await expect(page.get_by_role("link", name="Walk-in")).to_be_visible()
        await expect(page.get_by_role("link", name="Find")).to_be_hidden()
        await expect(page.get_by_role("button", name="Let in all the same")).to_be_hidden()


async def test_a_phone_without_a_camera_says_so(sqlite_url: str, install: Callable[..., Product], phone: Page) -> None:
    product = install(sqlite_url)
    product.start()
    async with Organiser(product) as organiser:
        slug, _ = await event_with(organiser, "Bo Ek")
        page, _ = await paired(phone.context, organiser, slug)
        await expect(page.get_by_text("No camera found")).to_be_visible()
        assert await wrong_with(page) == []


async def test_a_camera_that_is_not_allowed_says_what_to_do(
    sqlite_url: str, install: Callable[..., Product], chromium_program: Path, tmp_path: Path
) -> None:
    product = install(sqlite_url)
    product.start()
    async with Organiser(product) as organiser:
        slug, (badge, *_) = await event_with(organiser, "Bo Ek")
        # A camera there is, but nobody says yes to it.
        _, *flags = film([badge], tmp_path / "badges.mjpeg")
        async with running(chromium_program, *flags) as browser, a_phone_at(browser) as context:
            page, _ = await paired(context, organiser, slug)
            await expect(page.get_by_text("The camera is not allowed")).to_be_visible()
            assert await wrong_with(page) == []
            await page.evaluate(TYPE_ALL, [badge])
            await expect(page.locator("#verdict")).to_contain_text("Welcome")


async def test_a_revoked_phone_forgets_everything(
    sqlite_url: str, install: Callable[..., Product], phone: Page
) -> None:
    product = install(sqlite_url)
    product.start()
    async with Organiser(product) as organiser:
        slug, (badge, *_) = await event_with(organiser, "Bo Ek")
        page, device = await paired(phone.context, organiser, slug)
        await settled_offline(page)
        await organiser.ask("DELETE", f"/devices/{device}", status=204)
        await page.get_by_label("Badge code").fill(badge)
        await page.keyboard.press("Enter")
        await expect(page.locator("#verdict")).to_contain_text("Not paired")
        assert await wrong_with(page) == []
        await page.goto(f"{product.base_url}/door")
        await expect(page).to_have_url(f"{product.base_url}/door/pair")
        kept = "indexedDB.databases().then((bases) => Promise.all([bases.length, caches.keys()]))"
        # The worker may be at its work again by then, which keeps files and nothing of anybody.
        bases, caches = await page.evaluate(kept)
        assert bases <= 1
        assert len(caches) <= 1
        empty = """() => new Promise((done) => {
          const asked = indexedDB.open("door");
          asked.onsuccess = () => {
            const names = [...asked.result.objectStoreNames];
            if (names.length === 0) return done(0);
            const tx = asked.result.transaction(names);
            const counts = names.map((name) => tx.objectStore(name).count());
            tx.oncomplete = () => done(counts.reduce((sum, one) => sum + one.result, 0));
          };
        })"""
        assert await page.evaluate(empty) == 0


async def test_a_full_phone_says_so_and_asks_the_server(
    sqlite_url: str, install: Callable[..., Product], phone: Page
) -> None:
    product = install(sqlite_url)
    product.start()
    async with Organiser(product) as organiser:
        slug, (one, other) = await event_with(organiser, "Asa Ek", "Bo Ek")
        page, _ = await paired(phone.context, organiser, slug)
        await settled_offline(page)
        await page.evaluate(DISK_FULL)
        await page.evaluate(TYPE_ALL, [one])
        await expect(page.locator("#verdict")).to_contain_text("Welcome")
        product.stop()
        await page.get_by_label("Badge code").fill(other)
        await page.keyboard.press("Enter")
        await expect(page.locator("#verdict")).to_contain_text("Not decided", timeout=SOON_MS)
        await expect(page.get_by_text("This device is full")).to_be_visible()
        assert await wrong_with(page) == []
        product.start()
        await page.evaluate(TYPE_ALL, [other])
        await expect(page.locator("#verdict")).to_contain_text("Welcome")


async def test_a_plain_connection_types_but_does_not_see(
    sqlite_url: str, install: Callable[..., Product], chromium_program: Path, tmp_path: Path
) -> None:
    product = install(sqlite_url)
    product.start()
    async with Organiser(product) as organiser:
        slug, (badge, *_) = await event_with(organiser, "Bo Ek")
        flags = [*film([badge], tmp_path / "badges.mjpeg"), "--host-resolver-rules=MAP door.example 127.0.0.1"]
        device = await organiser.ask("POST", f"/events/{slug}/devices", {"name": "Left door"}, status=201)
        async with running(chromium_program, *flags) as browser, a_phone_at(browser) as context:
            page = await context.new_page()
            await page.goto(f"http://door.example:{product.port}/door/pair#{device['pairing_code']}")
            await page.get_by_role("button", name="Pair", exact=True).click()
            await page.wait_for_url("**/door")
            await expect(page.get_by_text("No camera on this address")).to_be_visible()
            assert await wrong_with(page) == []
            await page.get_by_label("Badge code").fill(badge)
            await page.keyboard.press("Enter")
            await expect(page.locator("#verdict")).to_contain_text("Welcome")


async def test_a_phone_is_paired_by_its_own_camera(
    sqlite_url: str, install: Callable[..., Product], chromium_program: Path, tmp_path: Path
) -> None:
    product = install(sqlite_url)
    product.start()
    async with Organiser(product) as organiser:
        slug, _ = await event_with(organiser, "Bo Ek")
        device = await organiser.ask("POST", f"/events/{slug}/devices", {"name": "Left door"}, status=201)
        flags = film([device["pairing_url"]], tmp_path / "code.mjpeg")
        async with running(chromium_program, *flags) as browser, a_phone_at(browser) as context:
            page = await context.new_page()
            await page.goto(f"{product.base_url}/door/pair")
            await page.get_by_role("button", name="Scan the code with this camera").click()
            await page.wait_for_url("**/door", timeout=SOON_MS)
