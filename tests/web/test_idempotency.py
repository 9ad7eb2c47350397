"""`Idempotency-Key`: the same POST twice is done once."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from httpx import AsyncClient, Response

from events_service import clock
from events_service.audit.rules import Doer
from events_service.database import fetch, transaction
from events_service.people import actions
from events_service.people.rules import Role
from events_service.privacy.erasing import erase_address
from events_service.settings import Settings
from events_service.web.idempotency import keep_answers
from events_service.worker import tidy
from tests.house.given import bearer, service
from tests.journeys.given import EVENT


@pytest_asyncio.fixture
async def client(database: Settings) -> AsyncIterator[AsyncClient]:
    async with service(database) as asking:
        asking.headers.update(bearer(await actions.make_api_token(Role.OWNER, name="test")))
        yield asking


async def create(client: AsyncClient, key: str | None = "k", **more: Any) -> Response:
    headers = {} if key is None else {"Idempotency-Key": key}
    return await client.post("/api/v1/events", json=EVENT | more, headers=headers)


async def test_the_same_key_and_body_get_the_same_answer(client: AsyncClient) -> None:
    first, again = await create(client), await create(client)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again.headers["content-type"] == first.headers["content-type"]
    assert ("idempotency-replayed" in first.headers, again.headers["idempotency-replayed"]) == (False, "true")
    assert (await create(client, "another key")).status_code == 409


async def test_the_same_key_with_another_body_is_refused(client: AsyncClient) -> None:
    await create(client)
    answer = await create(client, title="Another")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "key_reused"


async def test_a_key_belongs_to_its_sender_and_its_path(client: AsyncClient) -> None:
    await create(client)
    other = bearer(await actions.make_api_token(Role.OWNER, name="other"))
    as_other = await client.post("/api/v1/events", json=EVENT, headers=other | {"Idempotency-Key": "k"})
    assert as_other.status_code == 409
    elsewhere = await client.post("/api/v1/events/guide-launch/publish", headers={"Idempotency-Key": "k"})
    assert elsewhere.status_code == 200


async def test_of_many_at_once_one_is_done(client: AsyncClient) -> None:
    answers = await asyncio.gather(*(create(client) for _ in range(12)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    done = {answer.content for answer in answers if answer.status_code == 201}
    assert len(done) == 1
    waiting = [answer.json()["code"] for answer in answers if answer.status_code == 409]
    assert set(waiting) <= {"request_in_progress"}
    assert (await create(client)).content in done


async def test_a_refusal_by_a_rule_is_repeated_and_one_of_the_moment_is_not(client: AsyncClient) -> None:
    wrong = await create(client, "wrong", title="")
    assert (await create(client, "wrong", title="")).content == wrong.content
    headers = {"Idempotency-Key": "later", "Authorization": "Bearer nobody"}
    assert (await client.post("/api/v1/events", json=EVENT, headers=headers)).status_code == 401
    assert (await client.post("/api/v1/events", json=EVENT, headers=headers)).headers.get(
        "idempotency-replayed"
    ) is None


@pytest.mark.parametrize("key", ["", "x" * 256])
async def test_a_key_of_a_wrong_length_is_refused(client: AsyncClient, key: str) -> None:
    assert (await create(client, key)).status_code == 422


async def test_what_is_stored_tells_nothing(client: AsyncClient) -> None:
    await create(client, "a very secret key")
    (row,) = await fetch("SELECT * FROM stored_answer")
    stored = repr(dict(row))
    assert "a very secret key" not in stored
    assert "Launch of the Safe Cities Guide" not in stored
    assert "guide-launch" not in stored


async def test_after_a_day_the_key_is_new_again(client: AsyncClient) -> None:
    await create(client)
    async with transaction() as tx:
        await tx.execute("UPDATE stored_answer SET created_at = $1", clock.now() - timedelta(hours=25))
    assert (await create(client)).status_code == 409  # Done anew: the event is there already.
    await tidy(clock.now() + timedelta(hours=25))
    assert await fetch("SELECT key_digest FROM stored_answer") == []


async def test_a_key_whose_work_was_abandoned_is_free_after_a_minute(client: AsyncClient) -> None:
    await create(client, title="")
    async with transaction() as tx:
        await tx.execute("UPDATE stored_answer SET status = NULL")
    assert (await create(client, title="")).json()["code"] == "request_in_progress"
    async with transaction() as tx:
        await tx.execute("UPDATE stored_answer SET created_at = $1", clock.now() - timedelta(minutes=2))
    assert (await create(client, title="")).json()["code"] == "invalid"


async def test_a_client_that_goes_away_before_its_body_is_whole_is_not_answered(client: AsyncClient) -> None:
    scope: Any = {
        "type": "http", "method": "POST", "path": "/api/v1/events", "headers": [(b"idempotency-key", b"k")], "_headers": None,
    }  # fmt: skip
    messages = [{"type": "http.request", "body": b'{"half": ', "more_body": True}, {"type": "http.disconnect"}]

    async def receive() -> Any:
        return messages.pop(0)

    async def never(*anything: Any) -> None:
        raise AssertionError("nobody is there to be answered")

    async def anybody(_: Any) -> str:
        return "anybody"

    await keep_answers(anybody)(never)(scope, receive, never)
    assert await fetch("SELECT key_digest FROM stored_answer") == []


async def test_after_an_erasure_no_answer_is_given_again_and_nothing_is_done_twice(client: AsyncClient) -> None:
    await create(client)
    async with transaction() as tx:
        await tx.execute(
            "INSERT INTO stored_answer (key_digest, request_digest, created_at) VALUES ('under way', '', $1)",
            clock.now(),
        )
    await erase_address("nobody@malmo.example", doer=Doer("participant", ""))
    again = await create(client)
    assert (again.status_code, again.json()["code"]) == (409, "answer_forgotten")
    (row,) = await fetch("SELECT key_digest, sealed_body FROM stored_answer")
    assert (row["key_digest"] != "under way", row["sealed_body"]) == (True, None)


async def test_a_token_that_was_revoked_is_told_nothing_again(client: AsyncClient) -> None:
    token = await actions.make_api_token(Role.OWNER, name="soon revoked")
    headers = bearer(token) | {"Idempotency-Key": "k"}
    assert (await client.post("/api/v1/events", json=EVENT, headers=headers)).status_code == 201
    async with transaction() as tx:
        await tx.execute("UPDATE api_token SET revoked_at = $1 WHERE name = 'soon revoked'", clock.now())
    again = await client.post("/api/v1/events", json=EVENT, headers=headers)
    assert (again.status_code, again.json()["code"]) == (401, "unauthenticated")


async def test_a_role_that_became_too_small_is_told_nothing_again(client: AsyncClient) -> None:
    token = await actions.make_api_token(Role.OWNER, name="soon a viewer")
    headers = bearer(token) | {"Idempotency-Key": "k"}
    assert (await client.post("/api/v1/events", json=EVENT, headers=headers)).status_code == 201
    async with transaction() as tx:
        await tx.execute("UPDATE api_token SET role = 'viewer' WHERE name = 'soon a viewer'")
    again = await client.post("/api/v1/events", json=EVENT, headers=headers)
    assert (again.status_code, again.json()["code"]) == (403, "forbidden")


async def test_an_answer_that_is_given_again_is_kept_by_nobody_on_the_way(client: AsyncClient) -> None:
    await create(client)
    assert (await create(client)).headers["cache-control"] == "no-store"
