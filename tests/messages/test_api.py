"""Messages by programs: whom one would reach, a test to a colleague, sending it, and what was sent."""

from typing import Any

import pytest

from events_service.database import fetch
from events_service.people.actions import add_account
from events_service.people.rules import Role
from events_service.registrations.stop_pages import set_mails
from events_service.settings import Settings
from tests.audit.given import entries as deeds
from tests.registrations.given import an_event, bearer, letters, mail_of, person, register
from tests.replies.given import service

MESSAGES = "/api/v1/events/guide-launch/messages"
TEXTS = {
    "en": {"subject": "Hello {city}", "body": "Dear {name}"},
    "sv": {"subject": "Hej {city}", "body": "Hej {name}"},
}
DRAFT: dict[str, Any] = {"main_language": "en", "texts": TEXTS}


async def three_guests() -> None:
    """Two of Malmö, of whom one has stopped their mails, and one of Oslo; all have a seat."""
    await an_event(terms={"capacity": 3})
    await register(1, language="sv", answers={"diet": "vegan"})
    await set_mails((await person(await register(2))).id, stopped=True)
    await register(3, city="Oslo", language="fi")


async def test_a_program_looks_sends_and_reads_what_was_sent(database: Settings) -> None:
    async with service() as client:
        await three_guests()
        client.headers = await bearer(Role.REGISTRAR, "guide-launch")  # type: ignore[assignment]
        looked = (await client.post(f"{MESSAGES}/preview", json=DRAFT)).json()
        assert (looked["recipients"], looked["left_out"], looked["by_language"]) == (2, 1, {"sv": 1, "en": 1})
        assert [one["name"] for one in looked["people"]] == ["Guest 1", "Guest 3"]
        assert {language: one["subject"] for language, one in looked["letters"].items()} == {
            "en": "Hello Copenhagen",
            "sv": "Hej Copenhagen",
        }
        assert (await client.get(MESSAGES)).json() == {"items": [], "next": None}

        for key in ("one", "one", "two"):
            sent = await client.post(MESSAGES, json=DRAFT, headers={"Idempotency-Key": key})
            assert (sent.status_code, sent.json()["recipients"], sent.json()["left_out"]) == (201, 2, 1)
        in_oslo = DRAFT | {"segment": {"status": ["confirmed"], "city": "Oslo"}}
        assert (await client.post(MESSAGES, json=in_oslo)).json()["recipients"] == 1
        newest = (await client.get(MESSAGES, params={"limit": 2})).json()
        older = (await client.get(MESSAGES, params={"limit": 2, "cursor": newest["next"]})).json()
        assert [one["segment"]["city"] for one in (*newest["items"], *older["items"])] == ["Oslo", None, None]
        assert (newest["items"][0]["texts"], older["next"]) == (TEXTS, None)
    guest = [await mail_of(one) for one in await letters("guest1@malmo.example") if one.kind == "bulk_message"]
    assert [mail["Subject"] for mail in guest] == ["Hej Copenhagen"] * 2
    assert [one.deed.action for one in await deeds()] == ["sent_message"] * 3


async def test_that_a_program_looked_for_an_answer_is_noted(database: Settings) -> None:
    async with service() as client:
        await three_guests()
        client.headers = await bearer(Role.ORGANISER)  # type: ignore[assignment]
        vegans = DRAFT | {"segment": {"answer_name": "diet", "answer_value": "Vegan"}}
        looked = await client.post(f"{MESSAGES}/preview", json=vegans)
    assert [one["name"] for one in looked.json()["people"]] == ["Guest 1"]
    assert [(one.deed.action, one.deed.fields) for one in await deeds()] == [("looked_for_answer", ("answers.diet",))]


async def test_a_test_goes_to_a_colleague_and_to_nobody_else(database: Settings) -> None:
    async with service() as client:
        await three_guests()
        for address, role in (("kai@alliance.example", Role.REGISTRAR), ("bo@alliance.example", Role.VIEWER)):
            await add_account(address, role, "guide-launch", password=None, name="Kai")
        client.headers = await bearer(Role.REGISTRAR, "guide-launch")  # type: ignore[assignment]
        tried = await client.post(f"{MESSAGES}/test", json=DRAFT | {"to": "Kai@alliance.example"})
        assert (tried.status_code, tried.json()) == (200, {"letters": 2})
        for other in ("bo@alliance.example", "guest1@malmo.example"):
            refused = await client.post(f"{MESSAGES}/test", json=DRAFT | {"to": other})
            assert [error["code"] for error in refused.json()["errors"]] == ["no_colleague"]
    tests = [(await mail_of(one))["Subject"] for one in await letters("kai@alliance.example")]
    assert sorted(tests) == ["Test: Hej Copenhagen", "Test: Hello Copenhagen"]
    assert await letters("bo@alliance.example") == []
    assert [one.kind for one in await letters("guest1@malmo.example")] == ["confirmed"]


@pytest.mark.parametrize(
    ("body", "status", "wrong"),
    [
        (DRAFT | {"main_language": "da"}, 422, ["texts.da.subject", "texts.da.body"]),
        (DRAFT | {"texts": {"en": {"subject": "{x}", "body": "{y}"}}}, 422, ["texts.en.subject", "texts.en.body"]),
        (DRAFT | {"texts": {"de": {"subject": "x", "body": "y"}}}, 422, None),
        (DRAFT | {"segment": {"status": []}}, 422, ["segment.status"]),
        (DRAFT | {"segment": {"status": ["gone"]}}, 422, None),
        ({"nonsense": 1}, 422, None),
        (DRAFT | {"segment": {"city": "Nowhere"}}, 409, None),
    ],
)
async def test_a_message_that_cannot_be_sent_is_refused(
    database: Settings, body: dict[str, Any], status: int, wrong: list[str] | None
) -> None:
    async with service() as client:
        await three_guests()
        client.headers = await bearer()  # type: ignore[assignment]
        answer = await client.post(MESSAGES, json=body)
    assert answer.status_code == status, answer.text
    if wrong is not None:
        assert [error["field"] for error in answer.json()["errors"]] == wrong
    assert await sent_letters() == 0


@pytest.mark.parametrize("unfit", ["\x00", "\r\nBcc: b@c.example", "\x85", "\u2028", "\u2029", "=?utf-8?q?x?="])
async def test_a_subject_or_words_that_could_break_a_letter_are_refused(database: Settings, unfit: str) -> None:
    texts = {"en": TEXTS["en"], "sv": {"subject": f"Hej{unfit}du", "body": "Hej \x07"}}
    wrong = [("texts.sv.subject", "forbidden_characters"), ("texts.sv.body", "forbidden_characters")]
    async with service() as client:
        await three_guests()
        client.headers = await bearer()  # type: ignore[assignment]
        trial = {"main_language": "en", "texts": texts, "to": "colleague@events.example"}
        for path, body in ((MESSAGES, DRAFT | {"texts": texts}), (f"{MESSAGES}/test", trial)):
            answer = await client.post(path, json=body)
            assert answer.status_code == 422, answer.text
            assert [(error["field"], error["code"]) for error in answer.json()["errors"]] == wrong
    assert await sent_letters() == 0


async def sent_letters() -> int:
    (row,) = await fetch("SELECT COUNT(*) AS letters FROM letter WHERE kind = 'bulk_message'")
    return int(row["letters"])
