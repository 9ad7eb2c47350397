from datetime import timedelta

import msgspec
import pytest

from events_service import database
from events_service.errors import Conflict, Invalid, NotFound
from events_service.outbox import actions, queries
from events_service.outbox.queries import Search
from events_service.outbox.rules import Status
from events_service.settings import Settings
from tests.outbox.given import SOON, mail_server, new_letter, posted, row_of, send_all

pytestmark = pytest.mark.usefixtures("database")


async def test_a_posted_letter_waits_with_its_facts_and_its_own_message_id() -> None:
    first, second = await posted(new_letter(event_slug="launch", registration_id="r1", priority=2), new_letter())
    row = await row_of(first)
    assert row["message_id"] == f"<{first}@127.0.0.1>"
    assert (row["status"], row["attempts"], row["sends"], row["priority"]) == ("waiting", 0, 0, 2)
    assert (row["event_slug"], row["registration_id"]) == ("launch", "r1")
    assert msgspec.json.decode(row["facts"]) == {"title": "Launch of the Safe Cities Guide"}
    assert row["created_at"] == row["next_attempt_at"]
    assert (await row_of(second))["message_id"] == f"<{second}@127.0.0.1>"


async def test_a_letter_is_posted_only_when_what_it_tells_of_is_committed() -> None:
    with pytest.raises(RuntimeError):
        async with database.transaction() as tx:
            await actions.post(tx, [new_letter()])
            raise RuntimeError("the registration failed")
    assert await queries.letters(Search(), limit=10) == []


@pytest.mark.parametrize(
    ("recipient", "name", "fields"),
    [
        ("asa@malmo.example\r\nBcc: all@malmo.example", "Åsa", ["email"]),
        ("asa@malmo.example", "Åsa\nBcc: all@malmo.example", ["name"]),
        ("asa@malmo.example", "=?utf-8?q?=0ABcc=3A_all=40malmo.example?=", ["name"]),
        ("asa@malmo.example, all@malmo.example", "Åsa\u2028", ["email", "name"]),
    ],
)
async def test_header_injection_is_refused_and_nothing_posted(recipient: str, name: str, fields: list[str]) -> None:
    with pytest.raises(Invalid) as refusal:
        await posted(new_letter(), new_letter(recipient, recipient_name=name))
    assert [error.field for error in refusal.value.errors] == fields
    assert await queries.letters(Search(), limit=10) == []


async def test_a_resent_letter_is_a_copy_due_at_once_under_a_new_message_id(database: Settings) -> None:
    (first,) = await posted(new_letter(event_slug="launch", registration_id="r1", priority=3))
    copy = await actions.resend(first, by="account-1")
    old, new = await row_of(first), await row_of(copy)
    assert new["message_id"] == f"<{copy}@127.0.0.1>" != old["message_id"]
    same = {"kind", "recipient", "recipient_name", "search_key", "language", "facts", "event_slug", "registration_id"}
    assert {name: new[name] for name in same} == {name: old[name] for name in same}
    assert (new["status"], new["attempts"], new["priority"]) == ("waiting", 0, 3)
    with mail_server() as server:
        assert await send_all(server.transport) == 2
    assert len({delivered.content for delivered in server.delivered}) == 2


async def test_a_letter_that_is_not_there_cannot_be_resent() -> None:
    with pytest.raises(NotFound):
        await actions.resend("nothing", by="account-1")


async def test_old_letters_are_forgotten_and_then_not_resent() -> None:
    (sent,) = await posted()
    with mail_server() as server:
        await send_all(server.transport)
    (waiting,) = await posted()
    later = SOON + timedelta(days=15)
    assert await actions.forget_bodies(later) == 1
    assert await actions.forget_bodies(later) == 0
    assert (await queries.letter(sent)).facts is None
    assert (await queries.letter(waiting)).facts is not None
    with pytest.raises(Conflict) as refusal:
        await actions.resend(sent, by="account-1")
    assert refusal.value.code == "letter_forgotten"


async def test_letters_newer_than_the_limit_keep_their_bodies() -> None:
    (letter,) = await posted()
    with mail_server() as server:
        await send_all(server.transport)
    assert await actions.forget_bodies(SOON - timedelta(days=14)) == 0
    assert (await queries.letter(letter)).facts is not None


async def test_the_list_narrows_and_goes_on_from_a_cursor() -> None:
    ids = await posted(
        new_letter("asa@malmo.example", event_slug="launch"),
        new_letter("bjorn@oslo.example", recipient_name="Bjørn Ærø", event_slug="launch", kind="waitlisted"),
        new_letter("c_d@oslo.example", recipient_name="100%", event_slug="summit"),
        new_letter("e@oslo.example", recipient_name="E"),
    )

    async def found(**search: object) -> list[int]:
        return [ids.index(letter.id) for letter in await queries.letters(Search(**search), limit=10)]  # type: ignore[arg-type]

    assert await found() == [3, 2, 1, 0]
    assert await found(event="launch") == [1, 0]
    assert await found(kind="waitlisted") == [1]
    assert await found(text="ÅSA") == [0]
    assert await found(text="bjorn aero") == [1]
    assert await found(text="0%") == [2]
    assert await found(text="c_d") == [2]
    assert await found(text="!") == []
    assert await found(text="oslo.EXAMPLE", event="launch") == [1]
    assert await found(status=Status.SENT) == []
    assert await found(within=frozenset({"summit"})) == [2]
    assert await found(within=frozenset()) == []
    assert [letter.id for letter in await queries.letters(Search(), limit=2)] == [ids[3], ids[2]]
    assert [letter.id for letter in await queries.letters(Search(), after=ids[2], limit=2)] == [ids[1], ids[0]]
    assert await queries.counts(Search(event="launch")) == {
        Status.WAITING: 2,
        Status.SENT: 0,
        Status.GIVEN_UP: 0,
        Status.HELD_BACK: 0,
    }
    assert await queries.kinds(Search()) == ["confirmation", "waitlisted"]


async def test_a_letter_of_another_event_is_not_there() -> None:
    of_launch, of_none = await posted(new_letter(event_slug="launch"), new_letter())
    assert (await queries.letter(of_launch, within=frozenset({"launch"}))).id == of_launch
    for letter, within in ((of_launch, frozenset({"summit"})), (of_none, frozenset({"summit"})), ("no", None)):
        with pytest.raises(NotFound):
            await queries.letter(letter, within=within)
