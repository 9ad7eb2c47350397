"""Settings: what each is by default, what it may be, and that the README lists it."""

import os
import stat
from dataclasses import fields
from pathlib import Path

import pytest

from events_service.settings import BadSetting, Settings, unknown_settings

README = Path(__file__).parent.parent.parent / "README.md"
KEY = "sixteen letters!"


def read(**given: str) -> Settings:
    return Settings.from_environ(
        {f"EVENTS_{name.upper()}": value for name, value in ({"secret_key": KEY} | given).items()}
    )


@pytest.mark.parametrize("name", [field.name for field in fields(Settings)])
def test_the_readme_lists_every_setting(name: str) -> None:
    assert f"EVENTS_{name.upper()}" in README.read_text()


def test_defaults(tmp_path: Path) -> None:
    own = read(data_dir=str(tmp_path))
    assert own == Settings(
        data_dir=tmp_path,
        database_url=f"sqlite:///{tmp_path}/events.sqlite",
        base_url="http://127.0.0.1:8000",
        host="127.0.0.1",
        port=8000,
        secret_key=KEY,
        mail_url=f"spool:{tmp_path}/spool",
        mail_from="Alliance of Safe Cities <invites@localhost>",
        reply_address="invites@localhost",
        inbound_listen="",
        inbound_imap_url="",
        organisation="Alliance of Safe Cities",
        workers=1,
        work_outbox=True,
        rate_limits=True,
        trusted_proxies=(),
        default_timezone="Europe/Copenhagen",
        max_body_bytes=2_000_000,
        metrics_token="",
        log_level="INFO",
    )
    assert (own.is_embedded, own.is_https, own.domain) == (True, False, "127.0.0.1")
    assert own.sqlite_path == tmp_path / "events.sqlite"


REFUSED = [
    ("database_url", "mysql://localhost/x"),
    ("database_url", "sqlite:///"),
    ("base_url", "events.example.org"),
    ("base_url", "https://"),
    ("base_url", "https://a.no/?q=1"),
    ("base_url", "http://[::"),
    ("mail_url", "localhost:25"),
    ("port", "0"),
    ("port", "65536"),
    ("port", "80a"),
    ("port", "٨٠"),
    ("port", "-1"),
    ("workers", "0"),
    ("workers", "65"),
    ("max_body_bytes", "9999"),
    ("rate_limits", "maybe"),
    ("work_outbox", "1"),
    ("secret_key", "too short"),
    ("trusted_proxies", "not a network"),
    ("default_timezone", "Europe/Nowhere"),
    ("log_level", "LOUD"),
    ("inbound_listen", "127.0.0.1:2424"),
    ("inbound_listen", "lmtp://127.0.0.1"),
    ("inbound_listen", "http://127.0.0.1:2424"),
    ("inbound_listen", "lmtp://127.0.0.1:99999"),
    ("inbound_imap_url", "imaps://mail.example.org/INBOX"),
    ("inbound_imap_url", "imap://user:password@mail.example.org/INBOX"),
    ("inbound_imap_url", "imaps://user:password@[mail/INBOX"),
]


@pytest.mark.parametrize(("name", "value"), REFUSED)
def test_a_setting_that_cannot_be_used_is_named(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=f"^EVENTS_{name.upper()} "):
        read(**{name: value})


def test_what_settings_may_be() -> None:
    own = read(
        database_url="postgres://db/x",
        base_url="https://events.example.org/",
        workers="3",
        rate_limits="OFF",
        work_outbox="off",
        trusted_proxies="10.0.0.0/8, ::1,",
        mail_from="post@city.example",
        reply_address="reply@city.example",
        log_level="debug",
        inbound_listen="smtp://[::1]:2525",
        inbound_imap_url="imaps://user:p%40ss@mail.example.org/INBOX",
    )
    assert (own.database_url, own.is_embedded, own.workers) == ("postgresql://db/x", False, 3)
    assert (own.base_url, own.is_https, own.domain) == ("https://events.example.org", True, "events.example.org")
    assert (own.rate_limits, own.work_outbox) == (False, False)
    assert own.trusted_proxies == ("10.0.0.0/8", "::1")
    assert (own.reply_address, own.log_level) == ("reply@city.example", "DEBUG")
    assert own.inbound_listen == "smtp://[::1]:2525"
    assert own.inbound_imap_url == "imaps://user:p%40ss@mail.example.org/INBOX"
    assert read(inbound_imap_url="imap://a:b@127.0.0.1:1143").inbound_imap_url == "imap://a:b@127.0.0.1:1143"


def test_one_process_serves_the_embedded_database() -> None:
    assert read(workers="8").workers == 1


def test_a_key_is_made_once_and_read_by_its_owner_alone(tmp_path: Path) -> None:
    environ = {"EVENTS_DATA_DIR": str(tmp_path / "new")}
    first, second = Settings.from_environ(environ), Settings.from_environ(environ)
    assert first.secret_key == second.secret_key
    assert len(first.secret_key) >= 43
    assert os.listdir(tmp_path / "new") == ["secret.key"]  # noqa: PTH208
    assert stat.S_IMODE((tmp_path / "new" / "secret.key").stat().st_mode) == 0o600


def test_a_misspelt_setting_is_found() -> None:
    given = {"EVENTS_PROT": "1", "EVENTS_PORT": "1", "EVENTS_TEST_POSTGRES_URL": "x", "HOME": "/"}
    assert unknown_settings(given) == ["EVENTS_PROT"]
