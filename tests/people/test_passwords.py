from typing import Literal

import pytest
from argon2 import PasswordHasher

from events_service.people import passwords
from events_service.people.passwords import LONGEST_PASSWORD, password_fault

EMAIL = "asa.dorsdottir@malmo.example"
GOOD = "kelp lantern Ørsted 9"


@pytest.mark.parametrize(
    ("password", "code"),
    [
        (GOOD, None),
        ("x1y2z3w4v5u6", None),
        ("", "password_too_short"),
        ("elevenchars", "password_too_short"),
        ("å" * 6 + "bcdefg", None),
        ("a" * (LONGEST_PASSWORD + 1), "password_too_long"),
        (EMAIL, "password_is_address"),
        (EMAIL.upper(), "password_is_address"),
        ("asa.dorsdottir", "password_is_address"),
        ("malmo.example", "password_is_address"),
        ("passwordpassword", "password_too_common"),
        ("Password2027!", "password_too_common"),
        ("Välkommen2027", "password_too_common"),
        ("aaaaaaaaaaaa", "password_too_common"),
        ("abababababab", "password_too_common"),
        ("123456789012", "password_too_common"),
        ("987654321098", "password_too_common"),
        ("QWERTYUIOPAS", "password_too_common"),
    ],
)
def test_a_new_password_is_long_and_not_among_the_first_guesses(password: str, code: str | None) -> None:
    fault = password_fault(password, email=EMAIL, field="new")
    assert (fault.code if fault else None) == code
    assert fault is None or (fault.field == "new" and len(fault.message) > 20)


async def test_a_password_is_kept_as_argon2id_and_each_time_anew() -> None:
    one, other = await passwords.hashed(GOOD), await passwords.hashed(GOOD)
    assert one.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert one != other
    assert await passwords.holds(GOOD, stored=one)
    assert await passwords.holds(GOOD, stored=other)
    assert not passwords.is_outdated(one)


@pytest.mark.parametrize("wrong", ["", "kelp lantern", GOOD + " ", GOOD.lower(), "\ud800", GOOD + "x" * 1000])
async def test_another_password_does_not_hold(wrong: str) -> None:
    assert not await passwords.holds(wrong, stored=await passwords.hashed(GOOD))


async def test_the_same_letters_hold_in_every_unicode_form() -> None:
    composed, decomposed = "kelp lantern Åse", "kelp lantern A\u030ase"
    assert composed != decomposed
    assert await passwords.holds(decomposed, stored=await passwords.hashed(composed))


class WatchedHasher(PasswordHasher):
    """Counts how often a hash is worked through."""

    worked = 0

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
        WatchedHasher.worked += 1
        return super().verify(hash, password)


async def test_where_no_password_is_kept_none_holds_and_a_hash_is_worked_through_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(passwords, "_HASHER", WatchedHasher())
    assert not await passwords.holds("nobody's password", stored=None)
    assert WatchedHasher.worked == 1


async def test_weaker_parameters_are_outdated() -> None:
    assert passwords.is_outdated("$argon2id$v=19$m=8192,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$" + "A" * 43)
