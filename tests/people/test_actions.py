import asyncio

import pytest

from events_service import clock, database
from events_service.errors import Invalid, NotFound
from events_service.people import actions, queries
from events_service.people.rules import Actor, Grant, LastOwner, Role
from tests.people.given import HERE, OTHER_PASSWORD, PASSWORD, account, count, signed_in

pytestmark = pytest.mark.usefixtures("database")


async def actor(token: str) -> Actor | None:
    found = await queries.signed_in(token, now=clock.now())
    return found.actor if found else None


async def test_an_account_is_kept_under_its_address_in_lower_case_with_its_role() -> None:
    account_id = await actions.add_account(" Asa@Malmo.Example ", Role.REGISTRAR, "launch", name="Åsa", language="sv")
    kept = await queries.account(account_id)
    assert (kept.email, kept.name, kept.language) == ("asa@malmo.example", "Åsa", "sv")
    assert kept.roles == (("registrar", "launch"),)
    assert (kept.has_password, kept.disabled) == (False, False)
    assert kept.created_at.utcoffset() is not None


async def test_adding_the_same_again_changes_nothing_and_signs_nobody_out() -> None:
    first = await account()
    before, token = await database.fetch_one("SELECT * FROM account"), await signed_in()
    assert await account("ASA@malmo.example") == first
    assert await database.fetch_one("SELECT * FROM account") == before
    assert await actor(token) is not None
    assert (await count("account"), await count("role_grant")) == (1, 1)


async def test_adding_an_account_that_exists_gives_it_the_role_and_keeps_its_name() -> None:
    account_id = await account(role=Role.VIEWER)
    await actions.add_account("asa@malmo.example", Role.REGISTRAR, "launch", name="Somebody else")
    kept = await queries.account(account_id)
    assert (kept.name, kept.roles) == ("Åsa Ðórsdóttir", (("viewer", None), ("registrar", "launch")))


async def test_two_who_add_the_same_account_at_once_make_one() -> None:
    one, other = await asyncio.gather(account(), account())
    assert one == other
    assert (await count("account"), await count("role_grant")) == (1, 1)


@pytest.mark.parametrize(
    ("email", "password", "code"),
    [
        ("nobody", None, "invalid_email"),
        ("a\x00b@malmo.example", None, "forbidden_characters"),
        ("asa@malmo.example", "too short", "password_too_short"),
        ("asa@malmo.example", "asa@malmo.example", "password_is_address"),
    ],
)
async def test_a_bad_address_or_password_adds_nothing(email: str, password: str | None, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        await actions.add_account(email, Role.VIEWER, password=password)
    assert [error.code for error in refused.value.errors] == [code]
    assert await count("account") == 0


async def test_another_password_ends_the_sign_ins_but_the_one_that_is_kept() -> None:
    account_id = await account()
    here, elsewhere = await signed_in(), await signed_in()
    await actions.set_password(account_id, OTHER_PASSWORD, keep=here)
    assert (await actor(here) is None, await actor(elsewhere) is None) == (False, True)
    with pytest.raises(NotFound):
        await actions.set_password("nobody", OTHER_PASSWORD)


async def test_changing_ones_own_password_takes_the_present_one() -> None:
    account_id = await account()
    token = await signed_in()
    with pytest.raises(Invalid) as refused:
        await actions.change_password(account_id, current="not it", new=OTHER_PASSWORD, address=HERE, keep=token)
    assert [(error.field, error.code) for error in refused.value.errors] == [("current", "wrong_password")]
    with pytest.raises(Invalid) as refused:
        await actions.change_password(account_id, current=PASSWORD, new="short", address=HERE, keep=token)
    assert [(error.field, error.code) for error in refused.value.errors] == [("new", "password_too_short")]
    await actions.change_password(account_id, current=PASSWORD, new=OTHER_PASSWORD, address=HERE, keep=token)
    assert await actor(token) is not None
    await actions.change_password(account_id, current=OTHER_PASSWORD, new=PASSWORD, address=HERE, keep=token)


async def test_a_role_that_is_given_or_taken_back_ends_the_sign_ins() -> None:
    await account("owner@malmo.example")
    account_id = await account(role=Role.VIEWER)
    token = await signed_in()
    await actions.grant_role(account_id, Role.REGISTRAR, "launch")
    assert await actor(token) is None

    token = await signed_in()
    await actions.grant_role(account_id, Role.REGISTRAR, "launch")
    again = await actor(token)
    assert again is not None
    assert again.grants == {Grant(Role.VIEWER), Grant(Role.REGISTRAR, "launch")}

    await actions.withdraw_role(account_id, Role.REGISTRAR, "launch", keep=token)
    after = await actor(token)
    assert after is not None
    assert after.grants == {Grant(Role.VIEWER)}


async def test_a_role_is_taken_back_for_the_event_it_was_given_for() -> None:
    account_id = await account(role=Role.REGISTRAR, event="launch")
    for event in ("summit", None):
        with pytest.raises(NotFound):
            await actions.withdraw_role(account_id, Role.REGISTRAR, event)
    await actions.withdraw_role(account_id, Role.REGISTRAR, "launch")
    assert (await queries.account(account_id)).roles == ()
    with pytest.raises(NotFound):
        await actions.grant_role("nobody", Role.REGISTRAR)


async def test_the_last_owner_of_all_events_stays() -> None:
    first = await account()
    await account("event-owner@malmo.example", Role.OWNER, "launch")
    with pytest.raises(LastOwner):
        await actions.withdraw_role(first, Role.OWNER)
    with pytest.raises(LastOwner):
        await actions.disable_account(first)
    assert (await queries.account(first)).roles == (("owner", None),)
    assert (await queries.account(first)).disabled is False

    second = await account("second@malmo.example")
    await actions.disable_account(second)
    with pytest.raises(LastOwner):
        await actions.withdraw_role(first, Role.OWNER)
    await actions.disable_account(second)
    await actions.enable_account(second)
    await actions.withdraw_role(first, Role.OWNER)


async def test_of_two_owners_who_leave_at_once_one_stays() -> None:
    first, second = await account(), await account("second@malmo.example")
    for _ in range(10):
        outcomes = await asyncio.gather(
            actions.withdraw_role(first, Role.OWNER), actions.disable_account(second), return_exceptions=True
        )
        assert [type(outcome) for outcome in outcomes if outcome] == [LastOwner]
        await actions.enable_account(second)
        await actions.grant_role(first, Role.OWNER)
        await actions.grant_role(second, Role.OWNER)


async def test_a_shut_account_is_signed_out_and_opens_again_with_its_roles() -> None:
    await account("owner@malmo.example")
    account_id = await account(role=Role.REGISTRAR)
    token = await signed_in()
    await actions.disable_account(account_id)
    assert await actor(token) is None
    await actions.enable_account(account_id)
    found = await actor(await signed_in())
    assert found is not None
    assert found.grants == {Grant(Role.REGISTRAR)}
    for change in (actions.disable_account, actions.enable_account):
        with pytest.raises(NotFound):
            await change("nobody")


async def test_a_token_is_known_by_its_digest_until_it_is_revoked() -> None:
    token = await actions.make_api_token(Role.REGISTRAR, event_slug="launch", name="Badge printer")
    found = await queries.bearer(token)
    assert found is not None
    assert (found.kind, found.name) == ("token", "Badge printer")
    assert found.grants == {Grant(Role.REGISTRAR, "launch")}
    assert (len(token), token in str(await database.fetch("SELECT * FROM api_token"))) == (32, False)

    row = await queries.token_row(token)
    await actions.revoke_api_token(row.id)
    first = (await queries.token_row(token)).revoked_at
    await actions.revoke_api_token(row.id)
    assert (await queries.token_row(token)).revoked_at == first is not None
    assert await queries.bearer(token) is None
    with pytest.raises(NotFound):
        await actions.revoke_api_token("nothing")


async def test_lists_go_on_where_they_ended() -> None:
    ids = [await actions.add_account(f"guest{n}@malmo.example", Role.VIEWER, f"event-{n}") for n in range(5)]
    first = await queries.accounts(limit=2)
    assert [row.id for row in first] == ids[:3]
    assert [row.roles for row in first][:2] == [(("viewer", "event-0"),), (("viewer", "event-1"),)]
    assert [row.id for row in await queries.accounts(after=ids[2], limit=10)] == ids[3:]
    for name in ("one", "two"):
        await actions.make_api_token(Role.VIEWER, name=name)
    tokens = await queries.tokens(limit=1)
    assert [token.name for token in tokens] == ["one", "two"]
    assert [token.name for token in await queries.tokens(after=tokens[0].id, limit=1)] == ["two"]
