"""The page where a registrar decides about answers that do not match."""

from dataclasses import replace

from events_service.database import transaction
from events_service.people.rules import Role
from events_service.settings import Settings
from tests.registrations.given import an_event, enter, form_token, register
from tests.replies.given import ADDRESS, answers, came, invite_to, known_of, mails, service
from tests.replies.samples import gmail

REPLIES = "/office/replies"
SAME_SITE = {"Sec-Fetch-Site": "same-origin"}


async def test_a_registrar_reads_why_an_answer_waits_and_lets_it_count(database: Settings) -> None:
    await an_event()
    await register()
    forged = await invite_to(partstat="DECLINED", sender="evil@elsewhere.example", name="<b>Åsa</b>")
    assert await answers(forged) == ("review", "sender_differs")
    words = (
        f"From: {ADDRESS}\nTo: {forged.to}\nContent-Type: text/html\n\n<script>alert(1)</script>May I <i>bring</i> him?"
    )
    assert await came(words.encode()) == ("review", "no_calendar")
    await answers(await invite_to())
    async with service() as client:
        await enter(client)
        listed = (await client.get("/office/events/guide-launch/registrations")).text
        assert "Calendars answered: 1 yes, 0 maybe, 0 no" in listed
        page = (await client.get(REPLIES)).text
        assert "It was sent from another address than the one it speaks for." in page
        assert f"Let it count for {ADDRESS}" in page
        assert "May I bring him?" in page
        assert "alert(1)" not in page
        token = await form_token(client, REPLIES)
        path = page.split('/apply"')[0].rsplit('action="', 1)[1]
        done = await client.post(f"{path}/apply", data={"csrf_token": token}, headers=SAME_SITE)
        assert (done.status_code, done.headers["location"]) == (303, f"{REPLIES}?done=reply_applied")
        assert await known_of() == ("cancelled", "declined", 0)
        refused = await client.post(f"{path}/apply", data={"csrf_token": token}, headers=SAME_SITE)
        assert (refused.status_code, "Somebody has decided this already." in refused.text) == (409, True)
        other = refused.text.split('/dismiss"')[0].rsplit('action="', 1)[1]
        aside = await client.post(f"{other}/dismiss", data={"csrf_token": token}, headers=SAME_SITE)
        assert aside.headers["location"] == f"{REPLIES}?done=reply_dismissed"
        assert await mails() == [("applied", "sender_differs"), ("dismissed", "no_calendar"), ("applied", "accepted")]
        assert "Nothing waits for you." in (await client.get(REPLIES)).text
        assert "evil@elsewhere.example" in (await client.get(f"{REPLIES}?state=applied")).text
        assert (await client.get(f"{REPLIES}?state=nonsense")).status_code == 200


async def test_a_registrar_of_one_event_sees_and_decides_about_its_answers_alone(database: Settings) -> None:
    await an_event()
    await an_event(slug="summit")
    await register()
    await register(slug="summit", email="lars@oslo.example")
    launch = await invite_to(partstat="DECLINED", sender="launch@elsewhere.example")
    summit = await invite_to("lars@oslo.example", partstat="DECLINED", sender="summit@elsewhere.example")
    await answers(launch)
    await answers(summit)
    await came(gmail(replace(launch, uid="event-1@nowhere.example", sender="nowhere@elsewhere.example")))
    async with service() as client:
        await enter(client, Role.REGISTRAR, "summit")
        page = (await client.get(REPLIES)).text
        assert [name in page for name in ("launch@else", "summit@else", "nowhere@else")] == [False, True, False]
        token = await form_token(client, REPLIES)
        mine = page.split('/apply"')[0].rsplit('action="', 1)[1]
        assert (
            await client.post(f"{REPLIES}/{'0' * 32}/apply", data={"csrf_token": token}, headers=SAME_SITE)
        ).status_code == 404
        assert (await client.post(f"{mine}/apply", data={"csrf_token": token}, headers=SAME_SITE)).status_code == 303
    assert (await known_of(), (await known_of("lars@oslo.example"))[0]) == (("confirmed", None, 0), "cancelled")
    async with service() as client:
        await enter(client, Role.ORGANISER)
        page = (await client.get(REPLIES)).text
        assert [name in page for name in ("launch@else", "summit@else", "nowhere@else")] == [True, False, True]


async def test_of_protected_people_the_page_shows_neither_address_nor_words(database: Settings) -> None:
    await an_event()
    await register()
    forged = await invite_to(partstat="DECLINED", sender="asa.private@elsewhere.example")
    await answers(forged)
    async with transaction() as tx:
        await tx.execute("UPDATE registration SET protected = TRUE, name = 'Guest A'")
    async with service() as client:
        await enter(client)
        page = (await client.get(REPLIES)).text
    assert "Let it count for Guest A" in page
    assert [text in page for text in ("asa.private", ADDRESS, "Launch of the Safe Cities Guide")] == [
        False,
        False,
        True,
    ]
