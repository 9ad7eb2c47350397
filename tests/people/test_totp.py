import base64
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from events_service import settings
from events_service.people.carried import carried, carry
from events_service.people.totp import (
    app_address,
    code_text,
    in_groups,
    is_recovery_code,
    new_recovery_codes,
    new_secret,
    step_of,
)
from tests.conftest import settings_for

# The secret of RFC 6238, appendix B; its codes there have eight digits, of which an app shows the last six.
SECRET = base64.b32encode(b"12345678901234567890").decode()
NOW = datetime(2027, 3, 7, 11, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "code", "step"),
    [
        (59, "287082", 1),
        (1111111109, "081804", 37037036),
        (1111111111, "050471", 37037037),
        (1234567890, "005924", 41152263),
        (2000000000, "279037", 66666666),
        (20000000000, "353130", 666666666),
    ],
)
def test_the_codes_are_those_of_the_standard(seconds: int, code: str, step: int) -> None:
    assert step_of(code, secret=SECRET, now=datetime.fromtimestamp(seconds, UTC)) == step


@pytest.mark.parametrize(
    ("seconds_off", "counts"),
    [(-31, False), (-30, True), (-1, True), (0, True), (29, True), (30, True), (59, True), (60, False)],
)
def test_a_code_counts_in_its_step_and_in_the_ones_beside_it(seconds_off: int, counts: bool) -> None:
    # The step of 005924 begins at this second.
    begins = datetime.fromtimestamp(1234567890, UTC)
    step = step_of("005924", secret=SECRET, now=begins + timedelta(seconds=seconds_off))
    assert step == (41152263 if counts else None)


@pytest.mark.parametrize("code", ["", "5924", "05924", "0005924", "005925", "abcdef", "٠٠٥٩٢٤x", "\ud800", "9" * 2000])
def test_what_is_no_code_of_this_moment_has_no_step(code: str) -> None:
    assert step_of(code, secret=SECRET, now=datetime.fromtimestamp(1234567890, UTC)) is None


@pytest.mark.parametrize(
    ("typed", "code"),
    [("005924", "005924"), (" 005 924 ", "005924"), ("12345-67890 12345", "123456789012345"), ("\t", ""), ("", "")],
)
def test_a_code_may_be_typed_in_groups(typed: str, code: str) -> None:
    assert code_text(typed) == code


def test_a_secret_has_160_bits_and_is_another_each_time() -> None:
    one, other = new_secret(), new_secret()
    assert len(base64.b32decode(one)) == 20
    assert one != other


def test_ten_recovery_codes_are_unlike_the_apps_codes_and_each_other() -> None:
    codes = new_recovery_codes()
    assert len(set(codes)) == 10
    assert [code for code in codes if not re.fullmatch("[0-9]{15}", code)] == []
    assert all(map(is_recovery_code, codes))
    assert not is_recovery_code("005924")
    assert code_text(in_groups(codes[0], 5)) == codes[0]


def test_the_address_for_the_app_names_the_organisation_and_the_account() -> None:
    address = urlsplit(app_address(SECRET, email="asa+1@malmo.example", organisation="Städer: säkra & öppna"))
    assert (address.scheme, address.netloc) == ("otpauth", "totp")
    assert unquote(address.path) == "/Städer: säkra & öppna:asa+1@malmo.example"
    assert parse_qs(address.query) == {"secret": [SECRET], "issuer": ["Städer: säkra & öppna"]}


@pytest.fixture
def installation(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("installation")
    settings.use(settings_for(f"sqlite:///{folder}/none.sqlite", folder))


@pytest.mark.usefixtures("installation")
@pytest.mark.parametrize(
    ("purpose", "later", "expected"),
    [
        ("one", timedelta(0), ("some account", "a fact")),
        ("one", timedelta(seconds=299), ("some account", "a fact")),
        ("one", timedelta(minutes=5), None),
        ("other", timedelta(0), None),
    ],
)
def test_what_a_form_carries_holds_for_one_purpose_and_a_while(
    purpose: str, later: timedelta, expected: tuple[str, str] | None
) -> None:
    text = carry("some account", "a fact", purpose="one", now=NOW)
    assert "account" not in base64.urlsafe_b64decode(text).decode("latin-1")
    assert carried(text, purpose=purpose, lasts=timedelta(minutes=5), now=NOW + later) == expected


@pytest.mark.usefixtures("installation")
@pytest.mark.parametrize("text", ["", "å", "AAAA", "=", "A" * 400, "\ud800"])
def test_what_somebody_made_up_carries_nothing(text: str) -> None:
    assert carried(text, purpose="one", lasts=timedelta(minutes=5), now=NOW) is None
