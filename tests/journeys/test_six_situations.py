"""The six situations of an alliance's year, as organisers and guests live them."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

from playwright.async_api import Browser, Page, expect

from tests.journeys.agenda_given import Shown, at, followed, link_in, titles_by_uid
from tests.journeys.given import Organiser, code_in, text_in
from tests.journeys.situation_given import (
    ALIASES,
    ASA,
    CLOSED_MEETING,
    EVA,
    JON,
    MEET,
    MEMBERS_MEETING,
    RESERVE,
    SOLVEIG,
    SPARRING_DAY,
    TASK_FORCE,
    TROMSO,
    UNA,
    a_phone,
    a_released_session,
    calendar_of,
    cancel,
    decide,
    enter_as_member,
    feed_of,
    fill_in,
    invitations,
    invite,
    know_members,
    known_in,
    open_invitation,
    open_own_page,
    press,
    registered_by_hand,
    reply,
    shown_in,
    sign_in,
    statuses,
    tomorrow,
)
from tests.services.product import Product, free_port


async def test_a_public_launch_fills_and_a_seat_given_up_goes_to_the_next_in_line(
    server: Callable[..., Product], phone: Page, desktop: Page
) -> None:
    product = server()
    async with Organiser(product) as organiser:
        slug = await organiser.publish(registration={"capacity": 2})
        for name in ("Una Ek", "Jon Berg"):
            await organiser.register(slug, name)

        await phone.goto(f"{product.base_url}/events/{slug}")
        await phone.get_by_role("link", name="Join the waiting list").first.click()
        await fill_in(phone, "Åsa Þórsdóttir", ASA, press="Join the waiting list")
        await expect(phone.get_by_text("You are number 1 on the waiting list")).to_be_visible()
        await organiser.register(slug, "Eva Lund")
        waits = await organiser.mail(ASA, "You are on the waiting list")
        assert "You are number 1 on the waiting list." in text_in(waits)
        assert "number 2" in text_in(await organiser.mail(EVA, "You are on the waiting list"))
        await open_own_page(phone, waits)
        await expect(
            phone.get_by_text("You are number 1 on the waiting list. When a seat becomes free")
        ).to_be_visible()

        seat = await organiser.mail(UNA, "You have a seat")
        await open_own_page(desktop, seat)
        await cancel(desktop)
        # At once: nothing is waited for between giving up a seat and having it.
        assert await statuses(organiser, slug) == {
            "Una Ek": ("cancelled", None),
            "Jon Berg": ("confirmed", None),
            "Åsa Þórsdóttir": ("confirmed", None),
            "Eva Lund": ("waitlisted", 1),
        }
        await phone.reload()
        await expect(phone.get_by_text("Your seat is confirmed")).to_be_visible()

        uid, *_ = calendar_of(seat)
        assert calendar_of(await organiser.mail(UNA, "Your registration is cancelled")) == (uid, "CANCEL", 1)
        _, method, sequence = calendar_of(await organiser.mail(ASA, "A seat became free for you"))
        assert (method, sequence) == ("REQUEST", 0)


async def test_a_citys_delegation_to_a_summit_swaps_a_delegate_on_the_eve(
    server: Callable[..., Product], phone: Page
) -> None:
    product = server()
    async with Organiser(product) as organiser:
        slug = await organiser.publish(
            kind="summit",
            visibility="unlisted",
            starts_at=tomorrow("09:00"),
            ends_at=tomorrow("17:00"),
            registration={"mode": "invitation", "capacity": 3},
        )
        await organiser.ask("POST", f"/events/{slug}/delegations", TROMSO, status=201)
        await phone.goto(link_in(await organiser.mail(SOLVEIG, "Your city's delegation"), "/delegation"))
        await phone.wait_for_url("**/delegation/seats")
        for name, address in (("Åsa Þórsdóttir", ASA), ("Jon Berg", JON)):
            await phone.get_by_label("Name", exact=True).fill(name)
            await phone.get_by_label("Mail address").fill(address)
            await phone.get_by_label("Takes part as").select_option("elected_official")
            await phone.get_by_role("button", name="Give them the seat").click()
            await expect(phone.get_by_role("status")).to_contain_text("They have their seat.")
        seats = {one: await organiser.mail(one, "You have a seat") for one in (ASA, JON)}

        await phone.get_by_role("link", name="Replace Jon Berg").click()
        await phone.get_by_label("Name").fill("Eva Lund")
        await phone.get_by_label("Mail address").fill(EVA)
        await phone.get_by_label("Reason").fill("Jon is ill.")
        await phone.get_by_role("button", name="Pass the seat on").click()
        await expect(phone.get_by_role("status")).to_contain_text("The seat changed hands.")

        uid, *_ = calendar_of(seats[JON])
        assert calendar_of(await organiser.mail(JON, "cancelled")) == (uid, "CANCEL", 1)
        comes = await organiser.mail(EVA, "You have a seat")
        coming, method, sequence = calendar_of(comes)
        assert (method, sequence, coming == uid) == ("REQUEST", 0, True)
        (log,) = (await organiser.ask("GET", f"/events/{slug}/substitutions"))["items"]
        assert (log["leaving_name"], log["coming_name"], log["reason"]) == ("Jon Berg", "Eva Lund", "Jon is ill.")

        door = await organiser.pair(slug)
        verdicts = [await door.scan(code_in(letter)) for letter in (seats[JON], comes, seats[ASA])]
        assert [(one["verdict"], one["reason"], one["attendee"]["name"]) for one in verdicts] == [
            ("refused", "badge_replaced", "Jon Berg"),
            ("admitted", None, "Eva Lund"),
            ("admitted", None, "Åsa Þórsdóttir"),
        ]


async def test_members_meet_online_once_an_organiser_has_said_yes(
    database_url: str, tmp_path: Path, server: Callable[..., Product], browser: Browser, desktop: Page
) -> None:
    people = {"Una Ek": UNA, "Jon Berg": JON, "Eva Lund": EVA}
    await know_members(database_url, tmp_path, people)
    product = server()
    async with Organiser(product) as organiser, AsyncExitStack() as phones:
        slug = await organiser.publish(**MEMBERS_MEETING)
        page_of = {name: await phones.enter_async_context(a_phone(browser)) for name in people}
        for name, page in page_of.items():
            stranger = await page.goto(f"{product.base_url}/events/{slug}")
            assert stranger is not None and stranger.status == 404
            await enter_as_member(page, organiser, people[name])
            await page.get_by_role("link", name="Members' meeting").first.click()
            await page.get_by_role("link", name="Register").first.click()
            await fill_in(page, name)
            received = await organiser.mail(people[name], "We received your registration")
            await open_own_page(page, received)
            await expect(page.get_by_text("An organiser looks at your registration")).to_be_visible()
            assert MEET not in text_in(received) + await page.content()

        await sign_in(desktop, organiser, "registrar")
        await desktop.goto(f"{product.base_url}/office/events/{slug}/queue")
        await decide(desktop, "Approve those ticked", "Una Ek", "Jon Berg")
        await expect(desktop.get_by_role("status")).to_contain_text("2 approved. 2 of them with a seat.")
        await decide(desktop, "Decline those ticked", "Eva Lund", reason="This one is for practitioners.")
        await expect(desktop.get_by_role("status")).to_contain_text("1 declined.")

        declined = await organiser.mail(EVA, "Your registration")
        assert ("This one is for practitioners." in text_in(declined), MEET in text_in(declined)) == (True, False)
        for address in (UNA, JON):
            seat = await organiser.mail(address, "You have a seat")
            assert (MEET in text_in(seat), calendar_of(seat)[1:]) == (True, ("REQUEST", 0))
        joins = {}
        for name, page in page_of.items():
            await page.reload()
            joins[name] = await page.get_by_role("button", name="Join the meeting").count()
        assert joins == {"Una Ek": 1, "Jon Berg": 1, "Eva Lund": 0}
        assert MEET not in await page_of["Eva Lund"].content()


async def test_a_place_in_a_sparring_session_goes_to_who_waits_for_it(
    server: Callable[..., Product], browser: Browser, phone: Page
) -> None:
    product = server()
    async with Organiser(product) as organiser, a_phone(browser) as other:
        await organiser.publish(**SPARRING_DAY)
        session = await a_released_session(organiser)
        for page, name, address in ((phone, "Una Ek", UNA), (other, "Jon Berg", JON)):
            await organiser.register("sparring", name)
            await open_own_page(page, await organiser.mail(address, "You have a seat"))
            await page.get_by_role("link", name="Choose sessions").click()

        await press(phone, "Sign up")
        await expect(phone.get_by_text("You have a place").first).to_be_visible()
        await other.reload()
        await expect(other.get_by_text("1 of 1 place taken")).to_be_visible()
        await press(other, "Join the waiting list")
        await expect(other.get_by_text("You are waiting, number 1").first).to_be_visible()
        assert "number 1 in line" in text_in(await organiser.mail(JON, "You are waiting for a place"))
        placed = await organiser.mail(UNA, "Your place")
        uid, method, sequence = calendar_of(placed)
        assert (uid.partition("@")[0], method, sequence) == (f"session-{session}", "REQUEST", 0)

        own = [await feed_of(page, product.base_url) for page in (phone, other)]
        titles = await titles_by_uid(organiser, "sparring")
        assert [await shown_in(organiser, feed, titles) for feed in own] == [["CONFIRMED"], ["TENTATIVE"]]
        alone = await followed(organiser.http, f"/events/sparring/sessions/{session}.ics", titles)
        assert alone == {"A threat in a chat": Shown(0, at("10:00"), "CONFIRMED")}

        await press(phone, "Give up my place")
        await expect(phone.get_by_text("1 of 1 place taken")).to_be_visible()
        await other.reload()
        await expect(other.get_by_text("You have a place").first).to_be_visible()
        assert calendar_of(await organiser.mail(UNA, "You gave up your place")) == (uid, "CANCEL", 1)
        assert calendar_of(await organiser.mail(JON, "A place became free for you")) == (uid, "REQUEST", 0)
        assert [await shown_in(organiser, feed, titles) for feed in own] == [[], ["CONFIRMED"]]


async def test_four_protected_people_meet_and_only_who_gives_a_reason_learns_who_they_are(
    server: Callable[..., Product], phone: Page, desktop: Page
) -> None:
    product = server()
    async with Organiser(product) as organiser:
        slug = await organiser.publish(**CLOSED_MEETING)
        ids = {name: await registered_by_hand(organiser, slug, name) for name in ALIASES}
        await sign_in(desktop, organiser, "registrar")
        for name, alias in ALIASES.items():
            await desktop.goto(f"{product.base_url}/office/registrations/{ids[name]}/protection")
            await desktop.get_by_label("Alias").fill(alias)
            await desktop.get_by_label("Reason").fill("Their presence must not be known.")
            await desktop.get_by_role("button", name="Protect this person").click()
            await desktop.wait_for_url("**?done=protected")

        office = f"{product.base_url}/office"
        for path, shown in {
            f"/events/{slug}/registrations": 4,
            f"/events/{slug}/registrations?q=Lindqvist": 0,
            f"/events/{slug}/registrations?q=Heron": 4,
            f"/registrations/{ids['Una Lindqvist']}": 1,
            "/letters": 4,
        }.items():
            await desktop.goto(office + path)
            said = await desktop.locator("main").inner_text()
            assert (path, len([one for one in ALIASES.values() if one in said]), known_in(said)) == (path, shown, [])

        door = await organiser.pair(slug)
        verdicts = [await door.scan(badge) for badge in await organiser.badges(slug)]
        assert {(one["verdict"], one["attendee"]["name"]) for one in verdicts} == {
            ("admitted", alias) for alias in ALIASES.values()
        }
        printed = await organiser.http.get(f"/api/v1/events/{slug}/badges", headers=organiser.bearer)
        assert (printed.text.count("Heron"), known_in(printed.text)) == (4, [])

        for path in ("", "/register", "/agenda", "/calendar.ics", "/now"):
            answer = await phone.goto(f"{product.base_url}/events/{slug}{path}")
            assert answer is not None and (path, answer.status) == (path, 404)
        await phone.goto(f"{product.base_url}/events")
        assert slug not in await phone.content()

        protection = f"/registrations/{ids['Una Lindqvist']}/protection"
        await desktop.goto(office + protection)
        await expect(desktop.get_by_role("button", name="See who it is")).to_have_count(0)
        await desktop.context.clear_cookies()
        await sign_in(desktop, organiser, "organiser")
        await desktop.goto(office + protection)
        await desktop.get_by_label("Reason").last.fill("   ")
        await desktop.get_by_role("button", name="See who it is").click()
        await expect(desktop.locator(".error-summary")).to_be_visible()
        assert known_in(await desktop.content()) == []
        await desktop.get_by_label("Reason").last.fill("The police ask who was there.")
        await desktop.get_by_role("button", name="See who it is").click()
        await expect(desktop.get_by_text("Una Lindqvist")).to_be_visible()
        await desktop.goto(f"{office}/audit")
        await expect(desktop.get_by_text("The police ask who was there.")).to_be_visible()


async def test_guests_answer_by_link_and_by_calendar_and_the_reserve_takes_what_they_leave(
    server: Callable[..., Product], browser: Browser, desktop: Page
) -> None:
    port = free_port()
    product = server(inbound_listen=f"lmtp://127.0.0.1:{port}")
    async with (
        Organiser(product) as organiser,
        a_phone(browser) as una,
        a_phone(browser) as jon,
        a_phone(browser) as asa,
    ):
        await organiser.publish(**TASK_FORCE)
        await invite(organiser, UNA, JON, ASA)
        await invite(organiser, *RESERVE, reserve=True)
        for page, address in ((una, UNA), (jon, JON), (asa, ASA)):
            await open_invitation(page, organiser, address)
        assert list((await invitations(organiser)).values()) == ["opened"] * 3 + ["reserve"] * 3

        seats = {}
        for page, address in ((una, UNA), (asa, ASA)):
            await page.get_by_label("The alliance may keep these answers").check()
            await page.get_by_role("button", name="Accept the invitation").click()
            await expect(page.get_by_text("You said yes")).to_be_visible()
            seats[address] = await organiser.mail(address, "You have a seat")
        await jon.get_by_text("No, I cannot come").click()
        await jon.get_by_label("A word to the organisers").fill("I am abroad.")
        await jon.get_by_role("button", name="Decline the invitation").click()
        await expect(jon.get_by_text("You said no")).to_be_visible()
        await organiser.mail(RESERVE[0], "You are invited")

        reply(seats[UNA], "ACCEPTED", to=UNA, port=port)
        reply(seats[ASA], "DECLINED", to=ASA, port=port)
        await organiser.mail(ASA, "You said no")
        await organiser.mail(RESERVE[1], "You are invited")
        assert {name: status for name, (status, _) in (await statuses(organiser, "task-force")).items()} == {
            "Una.Ek": "confirmed",
            "Asa": "cancelled",
        }
        await sign_in(desktop, organiser, "organiser")
        await desktop.goto(f"{product.base_url}/office/replies?state=applied")
        await expect(desktop.locator("main")).to_contain_text(UNA)

        # Time is over for somebody: the worker looks when it begins, and every ten minutes.
        await invite(organiser, EVA, minutes=0.02)
        product.stop()
        product.start()
        await organiser.mail(EVA, "Your invitation has lapsed")
        await organiser.mail(RESERVE[2], "You are invited")
        assert await invitations(organiser) == {
            UNA: "accepted",
            JON: "declined",
            ASA: "accepted",
            EVA: "lapsed",
            **dict.fromkeys(RESERVE, "invited"),
        }
