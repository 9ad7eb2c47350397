import base64
from collections.abc import AsyncIterator
from email import policy
from email.message import EmailMessage

import pytest
import pytest_asyncio
from httpx import ASGITransport, AsyncClient
from litestar import Litestar, Request, Response
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from events_service import clock
from events_service.errors import Forbidden, NotFound
from events_service.outbox import actions, queries, suppression
from events_service.outbox.pages import Desk, letters_router
from events_service.outbox.previews import preview_of
from events_service.outbox.queries import Search
from events_service.outbox.rules import PostedLetter, Rendered
from events_service.web.pages import page, redirect
from tests.outbox.given import SENDER, mail_server, new_letter, posted, send_all

NOTED: list[tuple[str, str]] = []
PICTURE = b"\x89PNG\r\n\x1a\n not much of a picture"
ILLUSTRATED = '<p style="color: red">Hello "Åsa" & <b>all</b></p><img src="cid:badge"><img src="cid:other">'


def illustrated(letter: PostedLetter) -> Rendered:
    message = EmailMessage(policy=policy.SMTP)
    message["From"], message["To"] = f"Alliance <{SENDER}>", letter.recipient
    message["Subject"], message["Message-ID"] = "Welcome", letter.message_id
    message.set_content("Hello Åsa\n\nWelcome.")
    message.add_alternative(ILLUSTRATED, subtype="html")
    message.get_payload()[1].add_related(PICTURE, "image", "png", cid="<badge>")  # type: ignore[union-attr,index]
    message.add_attachment(b"BEGIN:VCALENDAR", "application", "ics", filename="invite.ics")
    return Rendered(SENDER, letter.recipient, message.as_bytes(), "Welcome", "Hello Åsa\n\nWelcome.", ILLUSTRATED)


def broken(letter: PostedLetter) -> Rendered:
    raise KeyError("secret")


async def in_header(request: Request, name: str) -> frozenset[str] | None:  # type: ignore[type-arg]
    given = request.headers.get(name, "all")
    return None if given == "all" else frozenset(given.split())


async def signed_in(connection: ASGIConnection, handler: BaseRouteHandler) -> None:  # type: ignore[type-arg]
    if "x-nobody" in connection.headers:
        raise Forbidden()


@pytest_asyncio.fixture
async def office(database: object) -> AsyncIterator[AsyncClient]:
    async def asker(request: Request) -> str:  # type: ignore[type-arg]
        return "account-1"

    async def note(request: Request, action: str, letter: PostedLetter) -> None:  # type: ignore[type-arg]
        NOTED.append((action, letter.id))

    desk = Desk(
        page=page,
        redirect=redirect,
        may_see=lambda request: in_header(request, "x-see"),
        may_send=lambda request: in_header(request, "x-send"),
        asker=asker,
        note=note,
        look=note,
    )

    def answer(status: int):  # type: ignore[no-untyped-def]
        return lambda request, error: Response(error.code, status_code=status, media_type="text/plain")

    app = Litestar(
        route_handlers=[letters_router(desk, guards=[signed_in])],
        exception_handlers={NotFound: answer(404), Forbidden: answer(403)},
        openapi_config=None,
    )
    app.state.renderers = {"confirmation": illustrated, "broken": broken}
    async with AsyncClient(transport=ASGITransport(app), base_url="http://127.0.0.1") as client:
        yield client


async def test_the_list_shows_letters_and_how_many_there_are(office: AsyncClient) -> None:
    await posted(new_letter("asa@malmo.example", event_slug="launch"), new_letter("bo@oslo.example"))
    answer = await office.get("/office/letters")
    assert answer.status_code == 200
    assert ">asa@malmo.example</a>" in answer.text
    assert ">bo@oslo.example</a>" in answer.text
    assert "<dt>Waiting</dt><dd>2</dd>" in answer.text
    assert '<option value="launch">launch</option>' in answer.text


async def test_filters_narrow_the_list_and_nonsense_does_no_harm(office: AsyncClient) -> None:
    await posted(
        new_letter("asa@malmo.example", event_slug="launch"),
        new_letter("bo@oslo.example", recipient_name="Bo", kind="broken"),
    )

    async def shown(query: str) -> list[str]:
        answer = await office.get("/office/letters?" + query)
        assert answer.status_code == 200
        return [name for name in ("asa", "bo") if f">{name}@" in answer.text]

    assert await shown("q=ÅSA") == ["asa"]
    assert await shown("event=launch") == ["asa"]
    assert await shown("kind=broken") == ["bo"]
    assert await shown("status=sent") == []
    assert await shown("status=nonsense") == ["asa", "bo"]
    assert await shown("q=%00%F0%9F%92%A9'%22%25_--&cursor=%00&event=%00&kind=%00") == []
    assert await shown("q=" + "x" * 5000) == []
    assert await shown("cursor=zzz") == ["asa", "bo"]


async def test_a_long_list_goes_on_with_its_filters(office: AsyncClient) -> None:
    await posted(*[new_letter(f"n{n}@malmo.example", event_slug="launch") for n in range(60)])
    first = await office.get("/office/letters?event=launch")
    ids = [letter.id for letter in await queries.letters(Search(), limit=60)]
    later = f"/office/letters?event=launch&amp;cursor={ids[49]}"
    assert f'href="{later}"' in first.text
    second = await office.get(later.replace("&amp;", "&"))
    assert [n for n in range(60) if f">n{n}@malmo" in first.text] == list(range(10, 60))
    assert [n for n in range(60) if f">n{n}@malmo" in second.text] == list(range(10))
    assert "cursor=" not in second.text


async def test_a_letter_is_shown_as_its_recipient_sees_it(office: AsyncClient) -> None:
    (letter,) = await posted()
    answer = await office.get(f"/office/letters/{letter}")
    assert answer.status_code == 200
    assert "<h1>Welcome</h1>" in answer.text
    assert 'sandbox="" ' in answer.text
    picture = base64.b64encode(PICTURE).decode()
    assert 'srcdoc="&lt;p style=&#34;color: red&#34;&gt;Hello &#34;Åsa&#34; &amp; &lt;b&gt;all&lt;/b&gt;' in answer.text
    assert f"data:image/png;base64,{picture.replace('+', '+')}" in answer.text.replace("&#43;", "+")
    assert "Hello Åsa\n\nWelcome." in answer.text
    assert "<dd>invite.ics</dd>" in answer.text
    assert f"<dd>&lt;{letter}@127.0.0.1&gt;</dd>" in answer.text
    policies = answer.headers["content-security-policy"].split("; ")
    assert "script-src 'self'" in policies
    assert "style-src 'self' 'unsafe-inline'" in policies


async def test_a_letter_that_cannot_be_written_says_so(office: AsyncClient) -> None:
    no_renderer, raising = await posted(new_letter(kind="unknown"), new_letter(kind="broken"))
    for letter in (no_renderer, raising):
        answer = await office.get(f"/office/letters/{letter}")
        assert answer.status_code == 200
        assert "This letter cannot be shown" in answer.text
        assert "secret" not in answer.text


async def test_a_forgotten_letter_is_remembered_and_cannot_be_sent_again(office: AsyncClient) -> None:
    (letter,) = await posted()
    with mail_server() as server:
        await send_all(server.transport)
    await actions.forget_bodies(clock.now())
    answer = await office.get(f"/office/letters/{letter}")
    assert answer.status_code == 200
    assert "The contents are not shown" in answer.text
    assert "Send again" not in answer.text


async def test_sending_again_posts_a_copy_and_shows_it(office: AsyncClient) -> None:
    (letter,) = await posted()
    assert "Send again" in (await office.get(f"/office/letters/{letter}")).text
    answer = await office.post(f"/office/letters/{letter}/resend")
    copy, original = await queries.letters(Search(), limit=10)
    assert original.id == letter
    assert (answer.status_code, answer.headers["location"]) == (303, f"/office/letters/{copy.id}?done=resent")
    assert "The mail is on its way again." in (await office.get(answer.headers["location"])).text


async def test_a_letter_that_is_held_back_says_why_and_its_address_is_lifted_by_who_may_send(
    office: AsyncClient,
) -> None:
    (letter,) = await posted(new_letter(event_slug="launch"))
    await suppression.suppress("asa@malmo.example", reason="550 5.1.1 no such user", letter_id=None)
    with mail_server() as server:
        await send_all(server.transport)
    assert server.delivered == []
    shown = (await office.get(f"/office/letters/{letter}")).text
    assert "This letter was held back" in shown and "550 5.1.1 no such user" in shown
    assert f">{'asa@malmo.example'}<" in (await office.get("/office/letters?status=held_back")).text
    assert "No letters here" in (await office.get("/office/letters?status=given_up")).text

    reader = {"x-see": "launch", "x-send": ""}
    assert "Send to this address again" not in (await office.get(f"/office/letters/{letter}", headers=reader)).text
    assert (await office.post(f"/office/letters/{letter}/lift", headers=reader)).status_code == 403
    assert (await office.post(f"/office/letters/{letter}/lift", headers={"x-see": "summit"})).status_code == 404
    NOTED.clear()
    lifted = await office.post(f"/office/letters/{letter}/lift")
    assert (lifted.headers["location"], NOTED) == (
        f"/office/letters/{letter}?done=suppression_lifted",
        [("lifted_suppression", letter)],
    )
    assert "Send to this address again" not in (await office.get(f"/office/letters/{letter}")).text
    await office.post(f"/office/letters/{letter}/resend")
    assert [one.status.value for one in await queries.letters(Search(), limit=10)] == ["waiting", "held_back"]


async def test_looking_changes_nothing(office: AsyncClient) -> None:
    (letter,) = await posted()
    await office.get(f"/office/letters/{letter}")
    assert (await office.get(f"/office/letters/{letter}/resend")).status_code == 405
    assert len(await queries.letters(Search(), limit=10)) == 1


async def test_letters_of_other_events_are_not_there(office: AsyncClient) -> None:
    launch, summit, none = await posted(
        new_letter("a@malmo.example", event_slug="launch"),
        new_letter("b@malmo.example", event_slug="summit"),
        new_letter("c@malmo.example"),
    )
    mine = {"x-see": "launch", "x-send": "launch"}
    listed = (await office.get("/office/letters", headers=mine)).text
    assert [name for name in "abc" if f">{name}@malmo" in listed] == ["a"]
    assert "<dt>Waiting</dt><dd>1</dd>" in listed
    assert "summit" not in listed
    assert (await office.get("/office/letters?event=summit", headers=mine)).text.count("@malmo") == 0
    assert (await office.get(f"/office/letters/{launch}", headers=mine)).status_code == 200
    for letter in (summit, none, "nothing"):
        assert (await office.get(f"/office/letters/{letter}", headers=mine)).status_code == 404
        assert (await office.post(f"/office/letters/{letter}/resend", headers=mine)).status_code == 404
    assert len(await queries.letters(Search(), limit=10)) == 3


async def test_who_may_see_may_not_always_send(office: AsyncClient) -> None:
    (letter,) = await posted(new_letter(event_slug="launch"))
    reader = {"x-see": "launch", "x-send": ""}
    assert "Send again" not in (await office.get(f"/office/letters/{letter}", headers=reader)).text
    assert (await office.post(f"/office/letters/{letter}/resend", headers=reader)).status_code == 403
    assert len(await queries.letters(Search(), limit=10)) == 1


async def test_the_guards_stand_before_every_route(office: AsyncClient) -> None:
    (letter,) = await posted()
    nobody = {"x-nobody": "1"}
    assert (await office.get("/office/letters", headers=nobody)).status_code == 403
    assert (await office.get(f"/office/letters/{letter}", headers=nobody)).status_code == 403
    assert (await office.post(f"/office/letters/{letter}/resend", headers=nobody)).status_code == 403


@pytest.mark.usefixtures("database")
async def test_a_preview_leaves_addresses_of_unknown_pictures() -> None:
    (letter,) = await posted()
    preview = preview_of(illustrated(await queries.letter(letter)))
    assert '<img src="cid:other">' in preview.html
    assert "cid:badge" not in preview.html
    assert [name for name, _ in preview.headers] == ["From", "To", "Subject", "Message-ID"]
    assert preview.attachments == ("invite.ics",)
