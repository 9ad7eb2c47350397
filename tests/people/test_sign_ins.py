from datetime import timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from events_service import clock, database, settings
from events_service.errors import TooMany, Unauthenticated
from events_service.people import actions, passwords, queries, sign_ins
from events_service.people.addresses import network_of
from events_service.people.rules import Role, SignInRefused
from events_service.sealing import token_digest
from events_service.settings import Settings
from tests.conftest import settings_for
from tests.people.given import HERE, OTHER_PASSWORD, PASSWORD, account, age_sign_ins, count, signed_in

MINUTE = timedelta(minutes=1)


@pytest.fixture
def limited(database: Settings, tmp_path: Path) -> None:
    """The same database, with tries counted."""
    settings.use(settings_for(database.database_url, tmp_path, rate_limits="on"))


async def is_signed_in(token: str) -> bool:
    return await queries.signed_in(token, now=clock.now()) is not None


@pytest.mark.usefixtures("database")
async def test_each_sign_in_has_a_token_of_its_own_and_only_digests_are_kept() -> None:
    await account()
    one, other = await signed_in(), await signed_in("ASA@Malmo.example")
    assert one != other
    kept = await database.fetch("SELECT token_digest FROM sign_in ORDER BY created_at")
    assert [row["token_digest"] for row in kept] == [token_digest(one), token_digest(other)]
    found = await queries.signed_in(one, now=clock.now())
    assert found is not None
    assert (found.actor.kind, found.actor.email, found.actor.name) == ("account", "asa@malmo.example", "Åsa Ðórsdóttir")


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("asa@malmo.example", "not the password"),
        ("asa@malmo.example", ""),
        ("asa@malmo.example", "\ud800"),
        ("stranger@malmo.example", PASSWORD),
        ("shut@malmo.example", PASSWORD),
        ("silent@malmo.example", ""),
        ("no address", PASSWORD),
        ("a\x00@malmo.example", PASSWORD),
        ("", ""),
    ],
)
async def test_whatever_is_wrong_the_refusal_is_the_same(email: str, password: str) -> None:
    await account()
    await actions.disable_account(await account("shut@malmo.example"))
    await actions.add_account("silent@malmo.example", Role.OWNER)
    with pytest.raises(SignInRefused) as refused:
        await sign_ins.sign_in(email, password, address=HERE)
    assert (refused.value.code, refused.value.facts) == ("sign_in_refused", {})
    assert await count("sign_in") == 0


@pytest.mark.usefixtures("database")
async def test_signing_in_ends_what_the_browser_had_before_and_signing_out_ends_it() -> None:
    await account()
    before, elsewhere = await signed_in(), await signed_in()
    token = await sign_ins.sign_in("asa@malmo.example", PASSWORD, address=HERE, instead_of=before)
    assert [await is_signed_in(one) for one in (before, elsewhere, token)] == [False, True, True]
    await sign_ins.sign_out(token)
    await sign_ins.sign_out(token)
    assert [await is_signed_in(one) for one in (elsewhere, token)] == [True, False]


@pytest.mark.usefixtures("database")
async def test_a_token_that_a_client_chose_is_never_taken() -> None:
    await account()
    chosen = "a" * 32
    token = await sign_ins.sign_in("asa@malmo.example", PASSWORD, address=HERE, instead_of=chosen)
    assert token != chosen
    assert not await is_signed_in(chosen)


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("opened", "seen", "holds"),
    [(60 * MINUTE, 29 * MINUTE, True), (60 * MINUTE, 31 * MINUTE, False), (721 * MINUTE, MINUTE, False)],
)
async def test_a_sign_in_runs_out_and_is_swept(opened: timedelta, seen: timedelta, holds: bool) -> None:
    await account()
    token = await signed_in()
    await age_sign_ins(opened=opened, seen=seen)
    assert await is_signed_in(token) is holds
    await sign_ins.sweep_sign_ins(now=clock.now())
    assert await count("sign_in") == (1 if holds else 0)


@pytest.mark.usefixtures("database")
async def test_signing_in_sweeps_what_ran_out() -> None:
    await account()
    await signed_in()
    await age_sign_ins(opened=60 * MINUTE, seen=31 * MINUTE)
    await signed_in()
    assert await count("sign_in") == 1


@pytest.mark.usefixtures("database")
async def test_a_renewed_sign_in_goes_on_under_another_token() -> None:
    await account()
    old = await signed_in()
    new = await sign_ins.renew_sign_in(old)
    assert [await is_signed_in(token) for token in (old, new)] == [False, True]
    with pytest.raises(Unauthenticated):
        await sign_ins.renew_sign_in(old)


@pytest.mark.usefixtures("database")
async def test_a_password_kept_by_weaker_parameters_is_kept_better_after_signing_in() -> None:
    account_id = await account()
    weak = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(PASSWORD)
    async with database.transaction() as tx:
        await tx.execute("UPDATE account SET password_hash = $2 WHERE id = $1", account_id, weak)
    await signed_in()
    row = await database.fetch_one("SELECT password_hash FROM account")
    assert row is not None
    assert row["password_hash"].startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    await signed_in()


@pytest.mark.usefixtures("database")
async def test_a_password_changed_while_the_old_one_was_checked_opens_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    account_id = await account()
    real = passwords.holds

    async def slow(password: str, *, stored: str | None) -> bool:
        answer = await real(password, stored=stored)
        monkeypatch.undo()
        await actions.set_password(account_id, OTHER_PASSWORD)
        return answer

    monkeypatch.setattr(passwords, "holds", slow)
    with pytest.raises(SignInRefused):
        await signed_in()
    assert await count("sign_in") == 0


@pytest.mark.usefixtures("limited")
async def test_five_wrong_passwords_shut_the_account_for_a_quarter_of_an_hour_from_everywhere() -> None:
    await account()
    for n in range(5):
        with pytest.raises(SignInRefused):
            await sign_ins.sign_in("asa@malmo.example", "wrong", address=f"198.51.100.{n}")
    with pytest.raises(TooMany) as refused:
        await signed_in(address="198.51.100.9")
    assert 0 < refused.value.retry_after <= 15 * 60


@pytest.mark.usefixtures("limited")
async def test_five_wrong_tries_from_one_address_shut_it_for_every_account() -> None:
    await account()
    for n in range(5):
        with pytest.raises(SignInRefused):
            await sign_ins.sign_in(f"guess{n}@malmo.example", PASSWORD, address=HERE)
    with pytest.raises(TooMany):
        await signed_in(address=HERE)
    assert await signed_in(address="198.51.100.9")


@pytest.mark.usefixtures("limited")
async def test_a_whole_office_signs_in_behind_one_address_and_failures_there_still_count() -> None:
    emails = [f"colleague{n}@malmo.example" for n in range(7)]
    for email in emails:
        await account(email)
        await signed_in(email)
    for _ in range(4):
        with pytest.raises(SignInRefused):
            await sign_ins.sign_in("guess@malmo.example", "wrong", address=HERE)
    await signed_in(emails[0])
    with pytest.raises(SignInRefused):
        await sign_ins.sign_in("other-guess@malmo.example", "wrong", address=HERE)
    with pytest.raises(TooMany):
        await signed_in(emails[0])


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_tries_are_counted_by_network(address: str, network: str) -> None:
    assert network_of(address) == network
