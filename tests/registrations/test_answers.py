"""Answers to an event's questions: kept, refused, hidden where they are sensitive, changed, and the files and consents that go along."""

import io
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio
from PIL import Image

from events_service import clock, database
from events_service.errors import Invalid
from events_service.events.queries import event_by_slug
from events_service.people.rules import Role
from events_service.questions.consents import DATA_USE_VERSION
from events_service.registrations import actions, answer_files
from events_service.registrations.answer_files import MOST_BYTES, safe_file
from events_service.registrations.drafts import RegistrationChange
from events_service.registrations.queries import registration_by_id
from events_service.web.words import language
from tests.agenda.given import a_release, a_session
from tests.audit.given import entries
from tests.forms import send
from tests.questions.given import asked
from tests.registrations.given import (
    BODY,
    a_browser,
    an_event,
    bearer,
    enter,
    form_token,
    page_code_of,
    person,
    register,
    statuses,
)

pytestmark = pytest.mark.usefixtures("database")
API = "/api/v1/events/guide-launch/registrations"
FILES = "/api/v1/events/guide-launch/files"
FORM = "/events/guide-launch/register"
TYPED = BODY | {"consent": "true"}
PDF = b"%PDF-1.7\n<script>alert(1)</script>"


@pytest_asyncio.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with a_browser() as started:
        yield started


def a_picture(kind: str = "JPEG", side: int = 40) -> bytes:
    """With a place in its metadata, as a phone writes it."""
    file, exif = io.BytesIO(), Image.Exif()
    exif[0x8298] = "Rådhuspladsen"
    Image.new("RGB", (side, 2 * side), "teal").save(file, kind, exif=exif)
    return file.getvalue()


async def kept_answers() -> dict[str, Any]:
    (row,) = await database.fetch("SELECT id FROM registration")
    return dict((await person_of(row["id"])).answers)


async def person_of(registration_id: str) -> Any:
    return await registration_by_id(registration_id)


async def consents() -> list[tuple[str, str, str, bool]]:
    rows = await database.fetch("SELECT purpose, version, wording, withdrawn_at FROM consent ORDER BY id")
    return [(row["purpose"], row["version"], row["wording"], row["withdrawn_at"] is None) for row in rows]


async def files() -> list[tuple[str, bool]]:
    rows = await database.fetch("SELECT name, registration FROM answer_file ORDER BY id")
    return [(row["name"], row["registration"] is not None) for row in rows]


async def questions_of_all_kinds() -> None:
    await asked("ride", "choice", options=["bus", "train"], required=True)
    await asked("seat", "number", least=1, required=True, condition={"question": "ride", "answers": ["train"]})
    await asked("evenings", "choices", options=["dinner", "walk", "sauna"])
    await asked("arrival", "date")
    await asked("photos", "consent")
    await asked("medicine", sensitive=True)


async def test_a_program_gets_every_wrong_answer_with_the_other_wrong_fields(client: httpx.AsyncClient) -> None:
    await an_event()
    await questions_of_all_kinds()
    body = BODY | {"answers": {"ride": "boat", "arrival": "soon", "shoe": "43"}, "session_ids": ["0" * 32]}
    refused = await client.post(API, json=body)
    assert refused.status_code == 422
    assert {error["field"]: error["code"] for error in refused.json()["errors"]} == {
        "answers.ride": "unknown_answer",
        "answers.arrival": "invalid_date",
        "answers.shoe": "unknown_question",
        "session_ids.0": "unknown_session",
    }
    assert await statuses() == {}
    answers = {"ride": "bus", "seat": 12, "evenings": ["sauna", "dinner"], "photos": True}
    assert (await client.post(API, json=BODY | {"answers": answers})).status_code == 201
    assert await kept_answers() == {"ride": "bus", "evenings": ["dinner", "sauna"], "photos": True}


async def test_a_registrar_may_leave_out_what_people_must_answer(client: httpx.AsyncClient) -> None:
    await an_event()
    await questions_of_all_kinds()
    assert (await client.post(API, json=BODY)).status_code == 422
    assert (await client.post(API, json=BODY, headers=await bearer())).status_code == 201


async def test_each_consent_is_kept_with_its_words_and_version(client: httpx.AsyncClient) -> None:
    await an_event()
    await asked("photos", "consent", labels={"en": "Photographs?", "sv": "Bilder?"})
    await client.post(API, json=BODY | {"language": "sv", "answers": {"photos": True}})
    use, photos = await consents()
    assert (use[:2], use[3]) == (("data_use", DATA_USE_VERSION), True)
    assert photos == ("photos", "1", "Bilder?", True)
    registration_id = (await database.fetch("SELECT id FROM registration"))[0]["id"]
    for _ in range(2):
        await actions.edit_registration(registration_id, RegistrationChange(answers={"photos": None}))
    assert [(one[0], one[3]) for one in await consents()] == [("data_use", True), ("photos", False)]
    await actions.edit_registration(registration_id, RegistrationChange(answers={"photos": True}))
    assert [(one[0], one[3]) for one in await consents()][2:] == [("photos", True)]
    # Who cancels and comes back agrees anew, or not.
    await actions.cancel_registration(registration_id)
    await client.post(API, json=BODY | {"answers": {}})
    assert [(one[0], one[3]) for one in await consents()] == [
        ("data_use", False),
        ("photos", False),
        ("photos", False),
        ("data_use", True),
    ]


async def test_a_correction_is_judged_and_what_is_asked_no_more_is_left_alone(client: httpx.AsyncClient) -> None:
    await an_event()
    one = await person(await register(answers={"shoe": "43"}))
    await questions_of_all_kinds()
    with pytest.raises(Invalid):
        await actions.edit_registration(one.id, RegistrationChange(answers={"ride": "boat"}))
    await actions.edit_registration(one.id, RegistrationChange(answers={"shoe": "43", "ride": "bus"}))
    assert await kept_answers() == {"ride": "bus", "shoe": "43"}
    with pytest.raises(Invalid):
        await actions.edit_registration(one.id, RegistrationChange(answers={"shoe": "44"}))


async def test_a_correction_from_a_list_leaves_alone_what_no_list_shows(client: httpx.AsyncClient) -> None:
    await an_event()
    one = await person(await register(answers={"diet": "vegan", "access": "wheelchair", "shoe": "43"}))
    registrar, path = await bearer(), f"/api/v1/registrations/{one.id}"
    (listed,) = (await client.get(API, headers=registrar)).json()["items"]
    assert listed["answers"] == {"shoe": "43"}
    for answers in (listed["answers"], {"shoe": "44"}, {}):
        assert (await client.patch(path, json={"answers": answers}, headers=registrar)).status_code == 200
    assert await kept_answers() == {"diet": "vegan", "access": "wheelchair", "shoe": "44"}
    assert (await client.patch(path, json={"answers": {"diet": None}}, headers=registrar)).status_code == 200
    assert await kept_answers() == {"access": "wheelchair", "shoe": "44"}


async def test_sensitive_answers_are_shown_one_person_at_a_time_and_that_is_written_down(
    client: httpx.AsyncClient,
) -> None:
    await an_event()
    await questions_of_all_kinds()
    one = await person(await register(by_registrar=True, answers={"ride": "bus", "medicine": "canary-7"}))
    registrar = await bearer()
    assert (await client.get(API, headers=registrar)).json()["items"][0]["answers"] == {"ride": "bus"}
    assert await entries() == []
    read = await client.get(f"/api/v1/registrations/{one.id}", headers=registrar)
    assert read.json()["answers"] == {"ride": "bus", "medicine": "canary-7"}
    changed = await client.patch(f"/api/v1/registrations/{one.id}", json={"city": "Lund"}, headers=registrar)
    assert changed.json()["answers"] == {"ride": "bus"}
    await enter(client)
    page = f"/office/registrations/{one.id}"
    for path in (page, f"{page}/answers", "/office/events/guide-launch/registrations?q=canary"):
        assert "canary-7" not in (await client.get(path)).text
    token = {"csrf_token": await form_token(client, f"{page}/answers")}
    shown = await client.post(f"{page}/answers", data=token)
    assert "canary-7" in shown.text
    assert [(entry.deed.action, entry.deed.fields, entry.doer.kind) for entry in await entries()] == [
        ("saw_sensitive_answers", ("medicine",), "account"),
        ("changed_registration", ("city",), "token"),
        ("saw_sensitive_answers", ("medicine",), "token"),
    ]


async def test_a_program_answers_with_a_file_that_is_given_out_again_harmlessly(client: httpx.AsyncClient) -> None:
    await an_event()
    await asked("card", "file", required=True)
    sent = await client.post(
        FILES,
        params={"question": "card", "name": "../../C:\\x\\my card.exe"},
        content=PDF,
        headers={"Content-Type": "application/pdf"},
    )
    assert (sent.status_code, sent.json()["name"]) == (201, "my card.pdf")
    for wrong in ({}, {"card": "0" * 32}):
        assert (await client.post(API, json=BODY | {"answers": wrong})).status_code == 422
    assert (await client.post(API, json=BODY | {"answers": {"card": sent.json()["id"]}})).status_code == 201
    # It is hers now: nobody else answers with it.
    other = BODY | {"email": "eve@malmo.example", "answers": {"card": sent.json()["id"]}}
    assert (await client.post(API, json=other)).status_code == 422

    row = (await database.fetch("SELECT id FROM registration"))[0]
    await enter(client)
    page = f"/office/registrations/{row['id']}"
    assert "my card.pdf" in (await client.get(f"{page}/answers")).text
    taken = await client.get(f"{page}/files/{sent.json()['id']}")
    assert taken.content == PDF
    assert taken.headers["content-disposition"].startswith("attachment;")
    assert taken.headers["content-security-policy"].startswith("sandbox")
    assert [entry.deed.action for entry in await entries()] == ["took_file"]


@pytest.mark.parametrize(
    ("params", "content", "media_type", "status"),
    [
        ({"question": "card"}, b"GIF89a", "image/png", 422),
        ({"question": "card"}, b"<html>", "application/pdf", 422),
        ({"question": "card"}, b"", "image/png", 422),
        ({"question": "card"}, PDF, "text/html", 415),
        ({"question": "card"}, b"%PDF-" + bytes(MOST_BYTES), "application/pdf", 413),
        ({"question": "ride"}, PDF, "application/pdf", 404),
        ({}, PDF, "application/pdf", 422),
    ],
)
async def test_other_files_are_refused(
    client: httpx.AsyncClient, params: dict[str, str], content: bytes, media_type: str, status: int
) -> None:
    await an_event()
    await asked("card", "file")
    await asked("ride")
    answer = await client.post(FILES, params=params, content=content, headers={"Content-Type": media_type})
    assert answer.status_code == status
    assert await files() == []


async def test_files_nobody_answers_with_go_after_a_day(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await an_event()
    await asked("card", "file")
    await client.post(
        FILES, params={"question": "card", "name": "a"}, content=PDF, headers={"Content-Type": "application/pdf"}
    )
    later = clock.now() + timedelta(days=1, minutes=1)
    monkeypatch.setattr(answer_files.clock, "now", lambda: later)
    await client.post(
        FILES, params={"question": "card", "name": "b"}, content=PDF, headers={"Content-Type": "application/pdf"}
    )
    assert await files() == [("b.pdf", False)]


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_pictures_are_encoded_anew_without_what_the_camera_wrote(kind: str) -> None:
    given = a_picture(kind)
    assert b"dhuspladsen" in given
    kept = safe_file("Åsa.heic", given)
    assert b"dhuspladsen" not in kept.data
    with Image.open(io.BytesIO(kept.data)) as picture:
        assert (picture.format, picture.size) == (kind, (40, 80))
    assert kept.name == {"JPEG": "Åsa.jpg", "PNG": "Åsa.png"}[kind]


async def test_the_public_form_takes_all_kinds_and_keeps_what_was_typed(client: httpx.AsyncClient) -> None:
    await an_event()
    await questions_of_all_kinds()
    await asked("card", "file")
    shown = (await client.get(FORM)).text
    assert 'enctype="multipart/form-data"' in shown
    assert 'data-asked-if="answers.ride"' in shown
    assert "answers.diet" not in shown
    typed = TYPED | {
        "answers.ride": "train",
        "answers.evenings": ["walk", "sauna"],
        "answers.photos": "true",
        "answers.medicine": "none",
    }
    card = {"answers.card": ("card.jpg", a_picture(), "image/jpeg")}
    again = await send(client, FORM, typed | {"email": "asa@"}, files=card)
    assert again.status_code == 422
    for field in ("email", "answers.seat"):
        assert f'href="#f-{field}"' in again.text
    for kept in ('value="walk" checked', 'value="sauna" checked', 'value="train" checked', 'value="none"'):
        assert kept in again.text, kept
    assert "Please choose the file once more" in again.text
    assert await files() == []
    done = await send(client, FORM, typed | {"answers.seat": "7"}, files=card)
    assert done.status_code == 303
    kept = await kept_answers()
    assert re.fullmatch("[0-9a-f]{32}", kept.pop("card"))
    assert kept == {"ride": "train", "seat": 7, "evenings": ["walk", "sauna"], "photos": True, "medicine": "none"}
    assert await files() == [("card.jpg", True)]


async def test_a_bad_file_and_a_lost_seat_leave_no_file_behind(client: httpx.AsyncClient) -> None:
    await an_event(terms={"capacity": 1, "waitlist": False})
    await asked("card", "file")
    bad = await send(
        client, FORM, TYPED | {"name": ""}, files={"answers.card": ("x.pdf", b"<html>", "application/pdf")}
    )
    for field in ("name", "answers.card"):
        assert f'href="#f-{field}"' in bad.text
    await register(1)
    full = await send(client, FORM, TYPED, files={"answers.card": ("x.pdf", PDF, "application/pdf")})
    assert full.status_code == 409
    assert "Please choose the file once more" in full.text
    assert await files() == []


async def test_where_categories_are_asked_different_things_the_category_comes_first(client: httpx.AsyncClient) -> None:
    await an_event()
    await asked("press_card", categories=["media"], required=True)
    first = (await client.get(FORM)).text
    assert 'name="category" value="media"' in first
    assert 'name="email"' not in first
    media = (await client.get(FORM, params={"category": "media"})).text
    assert '<input type="hidden" name="category" value="media">' in media
    assert "answers.press_card" in media
    assert "answers.press_card" not in (await client.get(FORM, params={"category": "guest"})).text
    assert 'name="email"' not in (await client.get(FORM, params={"category": "staff"})).text
    refused = await send(client, FORM, TYPED | {"category": "media"})
    assert 'href="#f-answers.press_card"' in refused.text
    assert (await send(client, FORM, TYPED | {"category": "guest"})).status_code == 303


async def test_the_form_speaks_the_visitors_language_where_the_question_does(client: httpx.AsyncClient) -> None:
    await an_event()
    await asked("ride", labels={"en": "Your way?", "da": "Din vej?"})
    before = language.set("da")
    try:
        assert "Din vej?" in (await client.get(FORM)).text
        language.set("fi")
        assert "Your way?" in (await client.get(FORM)).text
    finally:
        language.reset(before)


async def test_sessions_are_chosen_with_the_registration(client: httpx.AsyncClient) -> None:
    await an_event()
    walk = await a_session("City walk", "2037-03-08T12:00", event="guide-launch", signup=True, capacity=5)
    talk = await a_session("Talk", "2037-03-08T12:00", event="guide-launch", signup=True, capacity=5)
    await a_session("Plenary", "2037-03-08T14:00", event="guide-launch")
    await a_release(event="guide-launch")
    shown = (await client.get(FORM)).text
    assert ("City walk" in shown, "Plenary" in shown) == (True, False)
    done = await send(client, FORM, TYPED | {"session_ids": [walk.id]})
    assert done.status_code == 303
    rows = await database.fetch("SELECT session, status FROM sign_up")
    assert [(row["session"], row["status"]) for row in rows] == [(walk.id, "confirmed")]
    both = TYPED | {"email": "oda@malmo.example", "session_ids": [walk.id, talk.id]}
    await database_overlap_refused()
    clash = await send(client, FORM, both)
    assert (clash.status_code, 'href="#f-session_ids"' in clash.text) == (422, True)


async def database_overlap_refused() -> None:
    event = await event_by_slug("guide-launch")
    async with database.transaction() as tx:
        await tx.execute("UPDATE agenda SET overlap = 'refuse' WHERE event = $1", event.id)


async def test_the_back_office_asks_the_same_and_insists_on_nothing(client: httpx.AsyncClient) -> None:
    await an_event()
    await questions_of_all_kinds()
    await asked("press_card", categories=["media"], required=True)
    await enter(client)
    path = "/office/events/guide-launch/registrations/new"
    token = {"csrf_token": await form_token(client, path)}
    assert "Asked only of:" in (await client.get(path)).text
    wrong = await client.post(path, data=token | TYPED | {"answers.arrival": "soon"})
    assert 'href="#f-answers.arrival"' in wrong.text
    done = await client.post(path, data=token | TYPED | {"answers.arrival": "2037-03-08", "answers.medicine": "x"})
    assert done.status_code == 303
    assert await kept_answers() == {"arrival": "2037-03-08", "medicine": "x"}


async def open_my_page(client: httpx.AsyncClient, one: Any) -> None:
    assert (await client.post("/my", data={"code": page_code_of(one)})).status_code == 303


async def test_participants_change_their_answers_and_files_until_it_begins(client: httpx.AsyncClient) -> None:
    await an_event()
    assert (await client.get("/my/answers")).headers["location"] == "/my"
    assert (await client.post("/my/answers")).headers["location"] == "/my"
    await questions_of_all_kinds()
    await asked("card", "file", required=True)
    await send(
        client, FORM, TYPED | {"answers.ride": "bus"}, files={"answers.card": ("one.pdf", PDF, "application/pdf")}
    )
    one = await person_of((await database.fetch("SELECT id FROM registration"))[0]["id"])
    await open_my_page(client, one)
    shown = (await client.get("/my/answers")).text
    assert "We have “one.pdf”" in shown
    assert 'value="bus" checked' in shown
    assert (await client.get(f"/my/files/{one.answers['card']}")).content == PDF
    assert 'href="#f-answers.ride"' in (await client.post("/my/answers", data={"answers.arrival": "2037-03-08"})).text
    assert (await client.post("/my/answers", data={"answers.ride": "bus", "answers.medicine": "x"})).status_code == 303
    assert await kept_answers() == {"ride": "bus", "medicine": "x", "card": one.answers["card"]}
    new = {"answers.card": ("two.pdf", PDF, "application/pdf")}
    assert (await client.post("/my/answers", data={"answers.ride": "bus"}, files=new)).status_code == 303
    assert await files() == [("two.pdf", True)]
    assert [(entry.deed.action, entry.deed.fields, entry.doer.kind) for entry in await entries()] == [
        ("changed_own_answers", ("card", "medicine"), "participant"),
        ("changed_own_answers", ("medicine",), "participant"),
    ]
    async with database.transaction() as tx:
        await tx.execute("UPDATE event SET registration_closes_at = $1", clock.now())
    assert (await client.post("/my/answers", data={"answers.ride": "bus"})).status_code == 409
    assert "too late" in (await client.get("/my/answers")).text


async def test_only_who_sees_registrations_sees_answers(client: httpx.AsyncClient) -> None:
    await an_event()
    one = await person(await register(answers={"diet": "vegan"}))
    await enter(client, Role.AGENDA_EDITOR)
    assert (await client.get(f"/office/registrations/{one.id}/answers")).status_code == 404
