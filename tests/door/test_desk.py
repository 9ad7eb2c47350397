"""The desk in a browser, without the door's page: what becomes of scans when the network, the clock or the storage fails."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import BrowserContext, Page, Route

from tests.door.on_a_phone import desk_script
from tests.journeys.given import Door, Organiser
from tests.services.product import Product

GUESTS = 60
SECONDS = 120
# What the test's page offers: the desk, its answers as plain values, and a clock and a store that can be made to fail.
PAGE_JS = """
import { openDesk, openStore } from "/desk-test.js";
window.shiftMs = 0;
window.isFull = false;
const real = await openStore();
const full = async () => { throw new DOMException("No room.", "QuotaExceededError"); };
const unlessFull = (write) => (...given) => (window.isFull ? full() : write(...given));
const store = { ...real, decide: unlessFull(real.decide), apply: unlessFull(real.apply) };
window.kept = async () => {
  for (;;) {
    const own = await openStore();
    try {
      return { picture: await own.picture(), waiting: await own.waiting(), next: await own.next(1000) };
    } catch (error) {
      // A browser that is told to wipe closes what is open: look again.
      if (!["AbortError", "InvalidStateError"].includes(error.name)) throw error;
    } finally {
      own.close();
    }
  }
};
window.desk = await openDesk({ fetch: (...given) => fetch(...given), store, now: () => Date.now() + window.shiftMs });
window.scan = async (text, how) => {
  try {
    return { ...(await desk.scan(text, how)) };
  } catch (error) {
    return { error: error.code ?? String(error) };
  }
};
"""


@dataclass
class Desk:
    """A desk in a tab of its own, which can be closed and opened again."""

    context: BrowserContext
    product: Product
    page: Page

    async def open(self) -> None:
        await self.page.goto(f"{self.product.base_url}/desk-test")
        await self.page.wait_for_function("window.scan")

    async def reopen(self) -> None:
        await self.page.close()
        self.page = await self.context.new_page()
        await self.open()

    async def scan(self, badge: str, **how: Any) -> dict[str, Any]:
        return dict(await self.page.evaluate("([text, how]) => scan(text, how)", [badge, how]))

    async def status(self) -> dict[str, Any]:
        return dict(await self.page.evaluate("desk.status"))

    async def becomes(self, **wanted: Any) -> None:
        """Wait until its status says so."""
        deadline = time.monotonic() + SECONDS
        while (status := await self.status()) | wanted != status:
            assert time.monotonic() < deadline, f"still { ({name: status[name] for name in wanted}) }, not {wanted}"
            await asyncio.sleep(0.05)

    async def shift_clock(self, by: timedelta) -> None:
        await self.page.evaluate("ms => { window.shiftMs = ms }", by.total_seconds() * 1000)

    async def network(self, is_there: bool) -> None:
        await self.context.set_offline(not is_there)


@asynccontextmanager
async def a_desk(
    product: Product, page: Page, *, guests: int = 3, role: str = "door_steward"
) -> AsyncIterator[tuple[Desk, list[str], Organiser, str]]:
    """A paired desk with its roster, the badges of its event, who organises it, and the device's id."""
    async with Organiser(product) as organiser:
        slug = await organiser.publish()
        await asyncio.gather(*(organiser.register(slug, f"Guest {n:03}") for n in range(guests)))
        door = await organiser.pair(slug, role=role)
        listed = await organiser.ask("GET", f"/events/{slug}/devices")
        await serve_desk(page.context, product, door)
        desk = Desk(page.context, product, page)
        await desk.open()
        await desk.becomes(canDecide=True, online=True)
        yield desk, await organiser.badges(slug), organiser, listed["items"][0]["id"]


async def serve_desk(context: BrowserContext, product: Product, door: Door) -> None:
    """The test's page, whether the server runs or not, and the device's cookie."""
    script = desk_script()
    html = f'<!doctype html><title>Desk</title><script type="module">{PAGE_JS}</script>'

    async def page(route: Route) -> None:
        await route.fulfill(content_type="text/html", body=html)

    async def module(route: Route) -> None:
        await route.fulfill(content_type="text/javascript", body=script)

    await context.route("**/desk-test", page)
    await context.route("**/desk-test.js", module)
    token = door.bearer["Authorization"].removeprefix("Bearer ")
    await context.add_cookies([{"name": "door", "value": token, "url": product.base_url, "httpOnly": True}])


async def attendance(organiser: Organiser) -> dict[str, Any]:
    return dict(await organiser.ask("GET", "/events/guide-launch/attendance"))


async def test_what_is_scanned_without_a_server_survives_the_tab_and_is_sent_once(
    server: Callable[..., Product], phone: Page
) -> None:
    product = server()
    async with a_desk(product, phone, guests=GUESTS) as (desk, badges, organiser, _):
        online = await desk.scan(badges[0])
        assert (online["verdict"], online["decidedBy"]) == ("admitted", "server")
        product.stop()
        early = [await desk.scan(badge) for badge in badges[: GUESTS // 2]]
        await desk.reopen()
        late = [await desk.scan(badge) for badge in badges]
        assert {one["decidedBy"] for one in early + late} == {"device"}
        assert [one["verdict"] for one in early] == ["refused"] + ["admitted"] * (GUESTS // 2 - 1)
        assert [one["verdict"] for one in late] == ["refused"] * (GUESTS // 2) + ["admitted"] * (GUESTS // 2)
        assert sorted(one["attendee"]["name"] for one in late) == [f"Guest {n:03}" for n in range(GUESTS)]
        again = late[1]
        assert (again["reason"], again["previous"]["checkpoint"], again["previous"]["device"]) == (
            "already_admitted", "Main entrance", "Gate",
        )  # fmt: skip
        assert (late[-1]["inside"], (await desk.status())["waiting"]) == (GUESTS, len(early + late))
        await desk.reopen()
        assert (await desk.status())["waiting"] == len(early + late)

        product.start()
        await desk.becomes(online=True, waiting=0, held=0)
        told = await attendance(organiser)
        assert (told["admitted"], told["inside"], told["conflicts"]) == (GUESTS, GUESTS, 0)
        door = await organiser.pair("guide-launch")
        stored = [await door.scan("x", scan_id=one["scan_id"]) for one in early + late]
        assert [one["replayed"] for one in stored] == [True] * len(early + late)
        assert [one["verdict"] for one in stored] == [one["verdict"] for one in early + late]


async def test_a_slow_network_counts_as_none(install: Callable[..., Product], sqlite_url: str, phone: Page) -> None:
    product = install(sqlite_url)
    product.start()
    async with a_desk(product, phone) as (desk, badges, organiser, _):
        asked: list[str] = []

        async def slowly(route: Route) -> None:
            asked.append(route.request.url)
            await asyncio.sleep(3)
            await route.continue_()

        # All of it: one quick answer, and the network is as good as before.
        await phone.context.route("**/api/**", slowly)
        first, second = await desk.scan(badges[0]), await desk.scan(badges[1])
        assert [one["decidedBy"] for one in (first, second)] == ["device", "device"]
        # Nobody waits twice for a network that is not there.
        assert [url.endswith("/api/v1/scans") for url in asked].count(True) == 1
        await phone.context.unroute("**/api/**", slowly)
        await desk.becomes(online=True, waiting=0)
        assert (await attendance(organiser))["admitted"] == 2


async def test_the_sign_in_page_of_a_guest_network_is_not_the_server(
    install: Callable[..., Product], sqlite_url: str, phone: Page
) -> None:
    product = install(sqlite_url)
    product.start()
    async with a_desk(product, phone) as (desk, badges, organiser, _):

        async def portal(route: Route) -> None:
            await route.fulfill(status=200, content_type="text/html", body="<h1>Welcome to our Wi-Fi</h1>")

        await phone.context.route("**/api/**", portal)
        answer = await desk.scan(badges[0])
        assert (answer["decidedBy"], (await desk.status())["waiting"]) == ("device", 1)
        await phone.context.unroute("**/api/**", portal)
        await desk.becomes(waiting=0)
        assert (await attendance(organiser))["admitted"] == 1


async def test_a_revoked_device_forgets_everything(
    install: Callable[..., Product], sqlite_url: str, phone: Page
) -> None:
    product = install(sqlite_url)
    product.start()
    async with a_desk(product, phone) as (desk, badges, organiser, device_id):
        await desk.network(False)
        await desk.scan(badges[0])
        await organiser.ask("DELETE", f"/devices/{device_id}", status=204)
        await desk.network(True)
        await desk.becomes(paired=False)
        assert (await desk.status())["canDecide"] is False
        assert (await desk.scan(badges[1]))["error"] == "unpaired"
        await desk.reopen()
        assert await desk.page.evaluate("kept()") == {"picture": None, "waiting": 0, "next": []}


async def test_what_waits_when_the_event_is_over_is_sent_before_it_is_forgotten(
    install: Callable[..., Product], sqlite_url: str, phone: Page
) -> None:
    product = install(sqlite_url)
    product.start()
    async with a_desk(product, phone) as (desk, badges, organiser, _):
        await desk.network(False)
        await desk.scan(badges[0])
        product.stop()
        with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as base:
            ago = [(datetime.now(UTC) - timedelta(days=days)).strftime("%Y-%m-%d %H:%M:%S.%f+00:00") for days in (4, 3)]
            base.execute("UPDATE event SET starts_at = ?, ends_at = ?", ago)
            base.commit()
        product.start()
        busy = True

        async def refuse_while_busy(route: Route) -> None:
            await (route.fulfill(status=503, json={}) if busy else route.continue_())

        await phone.context.route("**/api/v1/scans/batch", refuse_while_busy)
        await desk.network(True)
        await desk.becomes(paired=False, waiting=1)
        busy = False
        await desk.page.evaluate("desk.refresh()")
        await desk.becomes(paired=False, waiting=0)
        assert (await attendance(organiser))["admitted"] == 1
        assert await desk.page.evaluate("kept()") == {"picture": None, "waiting": 0, "next": []}


async def test_after_four_hours_without_contact_names_are_gone_and_scans_are_kept(
    install: Callable[..., Product], sqlite_url: str, phone: Page
) -> None:
    product = install(sqlite_url)
    product.start()
    async with a_desk(product, phone) as (desk, badges, organiser, _):
        await desk.network(False)
        await desk.shift_clock(timedelta(hours=3, minutes=59))
        assert (await desk.scan(badges[0]))["verdict"] == "admitted"
        await desk.shift_clock(timedelta(hours=4, minutes=1))
        assert (await desk.scan(badges[1]))["error"] == "undecided"
        kept = await desk.page.evaluate("kept()")
        assert (kept["picture"], kept["waiting"]) == (None, 1)
        await desk.network(True)
        await desk.becomes(canDecide=True, waiting=0)
        assert (await attendance(organiser))["admitted"] == 1


@pytest.mark.parametrize("minutes", [-7, 7])
async def test_a_wrong_clock_dates_no_scan_wrongly(
    install: Callable[..., Product], sqlite_url: str, phone: Page, minutes: int
) -> None:
    product = install(sqlite_url)
    product.start()
    async with a_desk(product, phone) as (desk, badges, organiser, _):
        await desk.shift_clock(timedelta(minutes=minutes))
        await desk.page.evaluate("desk.refresh()")
        await desk.scan(badges[0])
        await desk.network(False)
        await desk.scan(badges[1])
        await desk.network(True)
        await desk.becomes(waiting=0)
        dated = [datetime.fromisoformat(one["minute"]) for one in (await attendance(organiser))["per_minute"]]
        assert all(timedelta() <= datetime.now(UTC) - minute < timedelta(minutes=3) for minute in dated), dated


async def test_a_device_without_room_asks_the_server_and_shows_no_verdict_it_cannot_keep(
    install: Callable[..., Product], sqlite_url: str, phone: Page
) -> None:
    product = install(sqlite_url)
    product.start()
    async with a_desk(product, phone) as (desk, badges, organiser, _):
        await desk.page.evaluate("window.isFull = true")
        assert (await desk.scan(badges[0]))["decidedBy"] == "server"

        async def late(route: Route) -> None:
            await asyncio.sleep(1.5)
            await route.continue_()

        await phone.context.route("**/api/v1/scans", late)
        answer = await desk.scan(badges[1])
        assert (answer["verdict"], answer["decidedBy"]) == ("admitted", "server")
        assert (await desk.status())["storageFull"] is True
        await desk.network(False)
        assert (await desk.scan(badges[2]))["error"] == "storage_full"
        assert ((await attendance(organiser))["admitted"], (await desk.status())["waiting"]) == (2, 0)


@pytest.mark.parametrize(("same_event", "kept"), [(True, 1), (False, 0)])
async def test_a_phone_that_is_paired_again_for_the_same_event_keeps_what_it_has_to_send(
    install: Callable[..., Product], sqlite_url: str, phone: Page, same_event: bool, kept: int
) -> None:
    product = install(sqlite_url)
    product.start()
    async with a_desk(product, phone) as (desk, badges, organiser, _):
        await desk.network(False)
        await desk.scan(badges[0])
        again = await organiser.pair("guide-launch")
        await serve_desk(phone.context, product, again)
        listed = await organiser.ask("GET", "/events/guide-launch/devices")
        own = {"device": listed["items"][0]["id"], "event": "guide-launch" if same_event else "another"}
        await desk.page.evaluate("own => desk.standIn(own)", own)
        held = await desk.page.evaluate("kept()")
        assert (held["picture"], held["waiting"]) == (None, kept)
        await desk.network(True)
        await desk.becomes(canDecide=True, waiting=0)
        assert (await attendance(organiser))["admitted"] == kept


async def test_a_clock_that_is_put_back_ends_the_lease(
    install: Callable[..., Product], sqlite_url: str, phone: Page
) -> None:
    product = install(sqlite_url)
    product.start()
    async with a_desk(product, phone) as (desk, badges, _, _):
        await desk.network(False)
        await desk.shift_clock(-timedelta(minutes=9))
        assert (await desk.scan(badges[0]))["verdict"] == "admitted"
        await desk.shift_clock(-timedelta(minutes=11))
        assert (await desk.scan(badges[1]))["error"] == "undecided"
        kept = await desk.page.evaluate("kept()")
        assert (kept["picture"], kept["waiting"]) == (None, 1)


@pytest.mark.parametrize("field", ["scans.0.checkpoint", "scans.0"])
async def test_a_scan_the_server_will_not_take_keeps_back_no_other(
    install: Callable[..., Product], sqlite_url: str, phone: Page, field: str
) -> None:
    product = install(sqlite_url)
    product.start()
    async with a_desk(product, phone) as (desk, badges, organiser, _):
        await desk.network(False)
        for badge in badges:
            await desk.scan(badge)
        first = (await desk.page.evaluate("kept()"))["next"][0]["scan_id"]

        async def refuse_first(route: Route) -> None:
            sent = route.request.post_data_json["scans"]
            if sent[0]["scan_id"] == first:
                error = {"field": field, "code": "unknown_checkpoint", "message": "No such checkpoint."}
                await route.fulfill(status=422, json={"code": "invalid", "errors": [error]})
            else:
                await route.continue_()

        await phone.context.route("**/api/v1/scans/batch", refuse_first)
        await desk.network(True)
        await desk.becomes(waiting=1, held=1)
        assert (await attendance(organiser))["admitted"] == len(badges) - 1
        await phone.context.unroute("**/api/v1/scans/batch", refuse_first)
        await desk.reopen()
        await desk.becomes(waiting=0, held=0)
        assert (await attendance(organiser))["admitted"] == len(badges)


async def test_a_supervisor_overrides_without_a_network_and_a_steward_does_not(
    install: Callable[..., Product], sqlite_url: str, phone: Page
) -> None:
    product = install(sqlite_url)
    product.start()
    async with a_desk(product, phone, role="door_supervisor") as (desk, badges, organiser, _):
        await desk.network(False)
        await desk.scan(badges[0])
        overridden = await desk.scan(badges[0], overrideReason="Went out for the luggage.")
        assert (overridden["verdict"], overridden["reason"]) == ("admitted", None)
        steward = await organiser.pair("guide-launch")
        await desk.page.evaluate("desk.forget()")
        await serve_desk(phone.context, product, steward)
        await desk.network(True)
        await desk.becomes(role="door_steward", canDecide=True)
        await desk.network(False)
        await desk.scan(badges[1])
        refused = await desk.scan(badges[1], overrideReason="They say so.")
        assert (refused["verdict"], refused["reason"]) == ("refused", "already_admitted")
