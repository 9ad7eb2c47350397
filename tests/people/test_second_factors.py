import asyncio
from collections.abc import Awaitable
from datetime import timedelta
from pathlib import Path

import pytest

from events_service import clock, database, settings
from events_service.errors import Invalid, NotFound, TooMany
from events_service.people import actions, queries, second_factors, sign_ins
from events_service.people.carried import carry
from events_service.people.rules import CodeRefused, HalfWayOver, SecondFactorHeld, SignInRefused
from events_service.people.totp import in_groups, new_secret
from events_service.sealing import token_digest
from events_service.settings import Settings
from tests.conftest import settings_for
from tests.people.given import (
    HERE,
    OTHER_PASSWORD,
    PASSWORD,
    Authenticator,
    account,
    count,
    half_way,
    second_factor,
    signed_in,
)

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def limited(database: Settings, tmp_path: Path) -> None:
    """The same database, with tries counted."""
    settings.use(settings_for(database.database_url, tmp_path, rate_limits="on"))


async def finish(given: str, code: str, *, address: str = HERE) -> str:
    return await sign_ins.finish_sign_in(given, code, address=address)


async def is_signed_in(token: str) -> bool:
    return await queries.signed_in(token, now=clock.now()) is not None


async def told(attempt: Awaitable[str]) -> str:
    """`in`, or the code of the refusal."""
    try:
        await attempt
    except (CodeRefused, HalfWayOver, TooMany) as refused:
        return refused.code
    return "in"


async def test_without_a_second_factor_the_password_signs_in() -> None:
    account_id = await account()
    assert await is_signed_in(await signed_in())
    assert (await queries.account(account_id)).has_second_factor is False


async def test_with_one_the_password_makes_no_sign_in_and_the_code_does() -> None:
    app, _ = await second_factor(await account())
    given = await half_way()
    assert await count("sign_in") == 0
    token = await finish(given, in_groups(app.code(), 3))
    assert await is_signed_in(token)


async def test_finishing_ends_what_the_browser_had_before() -> None:
    account_id = await account("other@malmo.example")
    before = await signed_in("other@malmo.example")
    app, _ = await second_factor(await account())
    token = await sign_ins.finish_sign_in(await half_way(), app.code(), address=HERE, instead_of=before)
    assert [await is_signed_in(one) for one in (before, token)] == [False, True]
    assert (await queries.account(account_id)).has_second_factor is False


@pytest.mark.parametrize("password", ["not the password", ""])
async def test_a_wrong_password_tells_nothing_of_the_second_factor(password: str) -> None:
    await second_factor(await account())
    with pytest.raises(SignInRefused) as refused:
        await half_way(password=password)
    assert (refused.value.code, refused.value.facts) == ("sign_in_refused", {})


async def test_a_code_is_used_once_and_none_before_it_afterwards() -> None:
    app, _ = await second_factor(await account())
    now, next_one = app.code(), app.code(steps_later=1)
    given = await half_way()
    assert [await told(finish(given, code)) for code in (next_one, next_one, now)] == [
        "in",
        "code_refused",
        "code_refused",
    ]


async def test_the_code_that_confirmed_it_signs_nobody_in() -> None:
    account_id, app = await account(), Authenticator(new_secret())
    code = app.code()
    await second_factors.set_up(account_id, app.secret, code=code, keep="")
    assert await told(finish(await half_way(), code)) == "code_refused"


async def test_of_many_with_one_code_at_the_same_moment_one_gets_in() -> None:
    app, _ = await second_factor(await account())
    given, code = await half_way(), app.code()
    outcomes = await asyncio.gather(*(told(finish(given, code)) for _ in range(8)))
    assert sorted(outcomes) == ["code_refused"] * 7 + ["in"]
    assert await count("sign_in") == 1


async def test_of_many_with_one_recovery_code_at_the_same_moment_one_gets_in() -> None:
    _, recovery_codes = await second_factor(await account())
    given = await half_way()
    outcomes = await asyncio.gather(*(told(finish(given, recovery_codes[0])) for _ in range(8)))
    assert sorted(outcomes) == ["code_refused"] * 7 + ["in"]
    assert await count("recovery_code") == 9


async def test_each_recovery_code_signs_in_once_and_only_its_own_account() -> None:
    mine = await account()
    _, recovery_codes = await second_factor(mine)
    _, others = await second_factor(await account("other@malmo.example"))
    given = await half_way()
    for code in recovery_codes:
        assert [await told(finish(given, code)), await told(finish(given, code))] == ["in", "code_refused"]
    assert await told(finish(given, others[0])) == "code_refused"
    assert await queries.recovery_codes_left(mine) == 0
    assert await count("recovery_code") == 10


@pytest.mark.parametrize("code", ["", "000000x", "0" * 15, "\ud800", "x" * 40])
async def test_what_is_no_code_is_refused(code: str) -> None:
    await second_factor(await account())
    assert await told(finish(await half_way(), code)) == "code_refused"


async def test_neither_the_secret_nor_a_recovery_code_is_kept_in_clear() -> None:
    app, recovery_codes = await second_factor(await account())
    rows = [
        dict(row) for table in ("account", "recovery_code") for row in await database.fetch(f"SELECT * FROM {table}")
    ]
    kept = b"".join(
        value if isinstance(value, bytes) else str(value).encode() for row in rows for value in row.values()
    )
    assert [secret for secret in (app.secret, *recovery_codes) if secret.encode() in kept] == []
    assert [code for code in recovery_codes if token_digest(code).encode() in kept] == []


@pytest.mark.parametrize(
    ("purpose", "minutes_ago", "outcome"),
    [("half signed in", 4, "in"), ("half signed in", 5, "half_way_over"), ("form", 0, "half_way_over")],
)
async def test_the_code_follows_the_password_within_five_minutes(purpose: str, minutes_ago: int, outcome: str) -> None:
    account_id = await account()
    app, _ = await second_factor(account_id)
    row = await database.fetch_one("SELECT password_hash FROM account")
    assert row is not None
    since = clock.now() - timedelta(minutes=minutes_ago)
    given = carry(account_id, token_digest(row["password_hash"]), purpose=purpose, now=since)
    assert await told(finish(given, app.code())) == outcome


async def test_half_a_sign_in_ends_with_the_account_as_it_was() -> None:
    account_id = await account()
    app, _ = await second_factor(account_id)
    await account("other@malmo.example")
    given = await half_way()
    await actions.set_password(account_id, OTHER_PASSWORD)
    assert await told(finish(given, app.code())) == "half_way_over"

    given = await half_way(password=OTHER_PASSWORD)
    await actions.disable_account(account_id)
    assert await told(finish(given, app.code())) == "half_way_over"

    await actions.enable_account(account_id)
    given = await half_way(password=OTHER_PASSWORD)
    await second_factors.reset_second_factor(account_id)
    assert await told(finish(given, app.code())) == "half_way_over"


async def test_a_password_that_was_right_before_it_was_set_up_opens_nothing_after(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    account_id = await account()
    real = sign_ins.is_password

    async def slow(password: str, *, stored: str | None, of: str, address: str) -> bool:
        answer = await real(password, stored=stored, of=of, address=address)
        await second_factor(account_id)
        return answer

    monkeypatch.setattr(sign_ins, "is_password", slow)
    with pytest.raises(SignInRefused):
        await signed_in()
    assert await count("sign_in") == 0


async def test_under_another_secret_key_no_code_is_right(database: Settings, tmp_path: Path) -> None:
    app, recovery_codes = await second_factor(await account())
    settings.use(settings_for(database.database_url, tmp_path, secret_key="another key, made for another place"))
    given = await half_way()
    assert [await told(finish(given, code)) for code in (app.code(), recovery_codes[0])] == ["code_refused"] * 2


async def test_it_is_confirmed_by_a_code_and_there_is_one_at_most() -> None:
    account_id, app = await account(), Authenticator(new_secret())
    with pytest.raises(Invalid) as refused:
        await second_factors.set_up(account_id, app.secret, code="000000x", keep="")
    assert [(error.field, error.code) for error in refused.value.errors] == [("code", "wrong_code")]
    assert (await queries.account(account_id)).has_second_factor is False
    await second_factor(account_id)
    with pytest.raises(SecondFactorHeld):
        await second_factors.set_up(account_id, app.secret, code=app.code(), keep="")
    assert await count("recovery_code") == 10


async def test_setting_it_up_ends_the_other_sign_ins() -> None:
    account_id, app = await account(), Authenticator(new_secret())
    own, elsewhere = await signed_in(), await signed_in()
    await second_factors.set_up(account_id, app.secret, code=app.code(), keep=own)
    assert [await is_signed_in(token) for token in (own, elsewhere)] == [True, False]


async def test_an_offer_is_for_one_account_and_half_an_hour() -> None:
    made = second_factors.offer("a" * 32, email="asa@malmo.example")
    assert second_factors.offered("a" * 32, made.sealed, email="asa@malmo.example") == made
    assert second_factors.offered("b" * 32, made.sealed, email="asa@malmo.example") is None
    since = clock.now() - timedelta(minutes=30)
    old = carry("a" * 32, made.secret, purpose=second_factors.SET_UP, now=since)
    assert second_factors.offered("a" * 32, old, email="asa@malmo.example") is None


async def test_removing_it_needs_the_password_and_a_code() -> None:
    account_id = await account()
    app, recovery_codes = await second_factor(account_id)
    own, elsewhere = [await finish(await half_way(), code) for code in recovery_codes[:2]]

    async def remove(password: str, code: str) -> list[tuple[str, str]]:
        try:
            await second_factors.remove(account_id, password=password, code=code, address=HERE, keep=own)
        except Invalid as invalid:
            return [(error.field, error.code) for error in invalid.errors]
        return []

    assert await remove("not the password", app.code()) == [("password", "wrong_password")]
    assert await remove(PASSWORD, recovery_codes[0]) == [("code", "wrong_code")]
    assert (await queries.account(account_id)).has_second_factor is True
    assert await remove(PASSWORD, app.code()) == []
    assert [await is_signed_in(token) for token in (own, elsewhere)] == [True, False]
    assert await count("recovery_code") == 0
    assert await is_signed_in(await signed_in())
    with pytest.raises(NotFound):
        await second_factors.remove("0" * 32, password=PASSWORD, code=app.code(), address=HERE, keep="")


async def test_a_reset_ends_the_sign_ins_and_another_may_be_set_up() -> None:
    account_id = await account()
    app, _ = await second_factor(account_id)
    token = await finish(await half_way(), app.code())
    for _again in range(2):
        await second_factors.reset_second_factor(account_id)
    assert (await is_signed_in(token), await count("recovery_code")) == (False, 0)
    assert await is_signed_in(await signed_in())
    await second_factor(account_id)
    assert await queries.recovery_codes_left(account_id) == 10
    with pytest.raises(NotFound):
        await second_factors.reset_second_factor("0" * 32)


@pytest.mark.usefixtures("limited")
async def test_five_wrong_codes_shut_the_account_though_the_password_was_right_each_time() -> None:
    await second_factor(await account())
    outcomes = []
    for n in range(5):
        here = f"198.51.100.{n}"
        outcomes.append(await told(finish(await half_way(address=here), "000000x", address=here)))
    assert outcomes == ["code_refused"] * 5
    with pytest.raises(TooMany) as refused:
        await half_way(address="198.51.100.9")
    assert 0 < refused.value.retry_after <= 15 * 60


@pytest.mark.usefixtures("limited")
async def test_a_right_code_too_waits_after_five_wrong_ones() -> None:
    app, _ = await second_factor(await account())
    given = await half_way()
    outcomes = [await told(finish(given, code)) for code in [*["000000x"] * 5, app.code()]]
    assert outcomes == ["code_refused"] * 5 + ["too_many_requests"]


@pytest.mark.usefixtures("limited")
async def test_wrong_codes_from_one_network_shut_it_for_every_account() -> None:
    emails = [f"colleague{n}@malmo.example" for n in range(5)]
    for email in emails:
        await second_factor(await account(email))
        assert await told(finish(await half_way(email), "000000x")) == "code_refused"
    await account("last@malmo.example")
    with pytest.raises(TooMany):
        await signed_in("last@malmo.example")
    assert await signed_in("last@malmo.example", address="198.51.100.9")


@pytest.mark.usefixtures("limited")
async def test_whole_sign_ins_use_no_tries_up_and_forget_the_accounts_failures() -> None:
    app, recovery_codes = await second_factor(await account())
    for code in recovery_codes[:7]:
        assert await told(finish(await half_way(), code)) == "in"
    given = await half_way()
    for code in (app.code(), recovery_codes[7]):
        wrong = [await told(finish(given, "000000x", address=f"198.51.100.{n}")) for n in range(4)]
        assert (wrong, await told(finish(given, code))) == (["code_refused"] * 4, "in")


@pytest.mark.usefixtures("limited")
async def test_changing_the_password_buys_no_new_guesses_at_the_code() -> None:
    account_id = await account()
    await second_factor(account_id)
    for n in range(5):
        given = await half_way(address=f"198.51.100.{n}")
        assert await told(finish(given, "000000x", address=f"198.51.100.{n}")) == "code_refused"
        if n == 3:
            changed = {"current": PASSWORD, "new": OTHER_PASSWORD, "address": "198.51.100.8", "keep": ""}
            await actions.change_password(account_id, **changed)
            await actions.set_password(account_id, PASSWORD)
    with pytest.raises(TooMany):
        await half_way(address="198.51.100.9")
