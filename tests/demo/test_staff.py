"""Which passwords the demonstration's accounts get."""

from pathlib import Path

import pytest

from events_service import settings as settings_floor
from events_service.database import fetch
from events_service.demo.load import load
from events_service.demo.staff import STAFF, WELL_KNOWN_PASSWORD, is_out_of_reach
from events_service.people.passwords import holds
from events_service.settings import Settings
from tests.conftest import settings_for


@pytest.mark.parametrize(
    ("given", "out_of_reach"),
    [
        ({}, True),
        ({"host": "localhost", "base_url": "http://localhost:8000"}, True),
        ({"host": "::1", "base_url": "http://[::1]:8000"}, True),
        ({"host": "0.0.0.0"}, False),
        ({"host": "0.0.0.0", "base_url": "http://127.0.0.1:8000"}, False),
        ({"base_url": "https://events.example.org"}, False),
        ({"base_url": "http://10.0.0.7:8000", "host": "10.0.0.7"}, False),
        ({"base_url": "http://localhost.example.org"}, False),
    ],
)
def test_only_loopback_is_out_of_reach(given: dict[str, str], out_of_reach: bool, tmp_path: Path) -> None:
    assert is_out_of_reach(settings_for("sqlite:///unused.sqlite", tmp_path, **given)) is out_of_reach


async def test_where_others_can_reach_it_each_account_has_a_password_of_its_own(
    database: Settings, tmp_path: Path
) -> None:
    settings_floor.use(settings_for(database.database_url, tmp_path, base_url="https://events.example.org"))
    report = await load()
    passwords = {one.password for one in report.sign_ins}
    assert len(passwords) == len(STAFF)
    assert WELL_KNOWN_PASSWORD not in passwords
    assert min(len(password) for password in passwords) >= 20
    for one in report.sign_ins:
        (row,) = await fetch("SELECT password_hash FROM account WHERE email = $1", one.email)
        assert await holds(one.password, stored=row["password_hash"])
